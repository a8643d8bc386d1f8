from hypothesis import given
from hypothesis import strategies as st

from app.editing.script.word_times import Said, completed, find_in_text, from_said
from app.models.timing import Span
from app.models.voice import WordTime

WORDS = ["one", "of", "the", "best."]


def span(start: float, end: float) -> Span:
    return Span(start=start, end=end)


def said(first: int, last: int, start: float, end: float) -> Said:
    return Said(range(first, last), Span(start=start, end=end))


def spans_of(times: tuple[WordTime, ...]) -> list[tuple[float, float]]:
    return [(round(time.start, 3), round(time.end, 3)) for time in times]


def test_each_word_gets_its_own_span() -> None:
    parts = [said(0, 3, 0.0, 0.3), said(4, 6, 0.3, 0.5), said(7, 10, 0.5, 0.8), said(11, 15, 0.9, 1.5)]
    assert spans_of(from_said(WORDS, parts, 2.0)) == [(0.0, 0.3), (0.3, 0.5), (0.5, 0.8), (0.9, 1.5)]


def test_words_said_as_one_share_its_time_by_letters() -> None:
    parts = [said(0, 3, 0.0, 0.3), said(4, 10, 0.4, 1.0), said(11, 15, 1.0, 1.5)]
    assert spans_of(from_said(WORDS, parts, 2.0))[1:3] == [(0.4, 0.6), (0.7, 1.0)]


def test_a_word_said_as_several_lasts_through_all_of_them() -> None:
    assert spans_of(from_said(["24/7"], [said(0, 2, 0.1, 0.5), said(3, 4, 0.6, 0.9)], 1.0)) == [(0.1, 0.9)]


def test_a_word_without_a_span_fills_the_gap() -> None:
    assert spans_of(completed(["a", "b", "c"], {0: span(0.0, 0.2), 2: span(0.6, 1.0)}, 1.0))[1] == (
        0.2,
        0.6,
    )


def test_without_a_gap_it_shares_with_the_word_before() -> None:
    assert spans_of(completed(["aa", "bb", "c"], {0: span(0.0, 0.4), 2: span(0.4, 1.0)}, 1.0)) == [
        (0.0, 0.2),
        (0.2, 0.4),
        (0.4, 1.0),
    ]


def test_words_at_the_ends_and_all_words_missing() -> None:
    assert spans_of(completed(["a", "b"], {}, 1.0)) == [(0.0, 0.5), (0.5, 1.0)]
    assert spans_of(completed(["a", "b"], {0: span(0.2, 0.5)}, 1.0)) == [(0.2, 0.5), (0.5, 1.0)]
    assert spans_of(completed(["a", "b"], {1: span(0.2, 0.5)}, 1.0)) == [(0.0, 0.2), (0.2, 0.5)]


@given(
    st.lists(st.text("abc", min_size=1), min_size=1, max_size=12),
    st.dictionaries(st.integers(0, 11), st.builds(Span.lasting, st.floats(-1, 9), st.floats(0, 9))),
    st.floats(0, 8),
)
def test_times_are_in_order_and_within_the_audio(words: list[str], known: dict[int, Span], duration: float) -> None:
    times = completed(words, {k: v for k, v in known.items() if k < len(words)}, duration)
    assert [time.word for time in times] == list(range(len(words)))
    edges = [edge for time in times for edge in (time.start, time.end)]
    assert edges == sorted(edges)
    assert edges[0] >= 0
    assert edges[-1] <= duration


def test_reported_texts_are_found_in_order() -> None:
    words = ["Hai,", "e-mail", "la", "la", "magazin!"]
    reports = [
        ("hai", span(0.0, 0.1)),
        ("E", span(0.1, 0.2)),
        ("mail", span(0.2, 0.3)),
        ("la", span(0.3, 0.4)),
        ("la", span(0.4, 0.5)),
        ("Magazin", span(0.5, 1.0)),
    ]
    assert [time.start for time in from_said(words, find_in_text(words, reports), 1.0)] == [0.0, 0.1, 0.3, 0.4, 0.5]


def test_a_text_that_is_not_there_is_left_out() -> None:
    assert find_in_text(
        ["unu", "doi"],
        [("xyz", span(0.0, 0.1)), ("", span(0.0, 0.1)), ("doi", span(0.2, 0.3))],
    ) == [said(4, 7, 0.2, 0.3)]


def test_decomposed_letters_are_found() -> None:
    assert find_in_text(["și"], [("s\u0326i", span(0.0, 0.1))]) == [said(0, 2, 0.0, 0.1)]
