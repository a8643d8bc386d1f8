"""Cues from word times: where they break, when they show, how their words are timed."""

from itertools import accumulate, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.editing import captions
from app.editing.captions import make_cues
from app.editing.script.spoken import prepare, time_tokens
from app.models.edit import Cue
from app.models.timing import frame_at
from app.models.voice import TimedToken, WordTime


def letters(text: str) -> float:
    """A ruler for which every letter and space is one wide."""
    return float(len(text))


def spoken(text: str, step: float = 0.3, start: float = 0.0, length: float = 0.25) -> list[TimedToken]:
    """A token every `step` seconds; punctuation at a word's end breaks, words without letters are not spoken."""
    tokens: list[TimedToken] = []
    now = start
    for index, word in enumerate(text.split()):
        says = any(char.isalnum() for char in word)
        end = now + length if says else now
        breaks = word[-1] in ".,;:!?"
        tokens.append(TimedToken(index=index, text=word, start=now, end=end, breaks_after=breaks, spoken=says))
        now += step if says else 0.0
    return tokens


def timed(script: str) -> list[TimedToken]:
    """The tokens of a real script, each spoken word 0.3 s after the one before."""
    text = prepare(script, "ro")
    times = [WordTime(word=at, start=at * 0.3, end=at * 0.3 + 0.25) for at in range(len(text.words))]
    return list(time_tokens(text, times))


def cues_of(
    tokens: list[TimedToken], words: int = 3, width: float = 100.0, total: int = 10_000, lines: int = 2
) -> tuple[Cue, ...]:
    return make_cues(tokens, words_per_cue=words, max_width=width, measure=letters, total_frames=total, max_lines=lines)


def texts(cues: tuple[Cue, ...]) -> list[str]:
    return [" ".join(word.text for word in cue.words) for cue in cues]


# --- Where cues break -------------------------------------------------------------------------------------------


def test_no_words_give_no_cues() -> None:
    assert cues_of([]) == ()


def test_punctuation_ends_a_cue() -> None:
    assert texts(cues_of(spoken("Bună ziua, dragi prieteni! Azi gătim"))) == [
        "Bună ziua,",
        "dragi prieteni!",
        "Azi gătim",
    ]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (1, ["a1", "b2", "c3", "d4", "e5", "f6", "g7"]),
        (2, ["a1", "b2 c3", "d4 e5", "f6 g7"]),
        (3, ["a1 b2", "c3 d4", "e5 f6 g7"]),
        (4, ["a1 b2 c3", "d4 e5 f6 g7"]),
        (5, ["a1 b2 c3", "d4 e5 f6 g7"]),
    ],
)
def test_words_between_breaks_are_shared_evenly(words: int, expected: list[str]) -> None:
    assert texts(cues_of(spoken("a1 b2 c3 d4 e5 f6 g7"), words)) == expected


def test_four_words_of_three_do_not_leave_one_alone() -> None:
    assert texts(cues_of(spoken("una doua trei patru"))) == ["una doua", "trei patru"]


@pytest.mark.parametrize(("pause", "count"), [(0.59, 1), (0.61, 2)])
def test_a_pause_ends_a_cue(pause: float, count: int) -> None:
    first = spoken("unu", length=0.25)
    assert len(cues_of(first + spoken("doi", start=0.25 + pause))) == count


def test_words_that_do_not_fit_go_to_the_next_cue() -> None:
    assert texts(cues_of(spoken("lung1 lung2 lung3 lung4"), words=4, width=11, lines=1)) == [
        "lung1 lung2",
        "lung3 lung4",
    ]
    assert texts(cues_of(spoken("lung1 lung2 lung3 lung4"), words=4, width=11, lines=2)) == ["lung1 lung2 lung3 lung4"]


def test_a_word_wider_than_a_line_stands_alone() -> None:
    cues = cues_of(spoken("vezi https://exemplu.ro/foarte/lung acum"), words=5, width=12, lines=1)
    assert texts(cues) == ["vezi", "https://exemplu.ro/foarte/lung", "acum"]
    assert [cue.lines for cue in cues] == [(1,), (1,), (1,)]


# --- Lines ------------------------------------------------------------------------------------------------------


def test_what_fits_one_line_stays_on_it() -> None:
    assert cues_of(spoken("unu doi trei"), width=12)[0].lines == (3,)


def test_two_lines_are_as_even_as_can_be() -> None:
    assert cues_of(spoken("electricitate și apă caldă"), words=5, width=16)[0].lines == (1, 3)
    assert cues_of(spoken("și apă caldă electricitate"), words=5, width=16)[0].lines == (3, 1)


def test_more_lines_are_used_only_when_allowed() -> None:
    three = cues_of(spoken("unsprezece doisprezece treisprezece"), words=3, width=13, lines=3)
    assert [cue.lines for cue in three] == [(1, 1, 1)]
    assert len(cues_of(spoken("unsprezece doisprezece treisprezece"), words=3, width=13, lines=2)) == 2


# --- Times ------------------------------------------------------------------------------------------------------


def test_words_start_on_the_voices_frame_and_last_to_the_next() -> None:
    tokens = spoken("unu doi trei", step=0.317, start=0.1)
    (cue,) = cues_of(tokens)
    assert [word.start for word in cue.words] == [frame_at(token.start) for token in tokens] == [3, 12, 22]
    assert [word.end for word in cue.words] == [12, 22, 30]
    assert cue.start == 3


def test_a_cue_stays_until_the_next_when_that_comes_soon() -> None:
    first, second = cues_of(spoken("Gata.", length=0.5) + spoken("Acum", start=0.9))
    assert (first.end, second.start) == (27, 27)
    assert first.words[-1].end == 15


def test_a_cue_before_a_long_pause_is_held_a_moment() -> None:
    first, second = cues_of(spoken("Gata.", length=0.5) + spoken("Acum", start=3.0))
    assert first.end == 15 + captions.HOLD_FRAMES
    assert second.start == 90


@pytest.mark.parametrize(("total", "end"), [(10_000, 24), (20, 20), (15, 15), (12, 12)])
def test_the_last_cue_ends_with_its_hold_or_with_the_clip(total: int, end: int) -> None:
    (cue,) = cues_of(spoken("Gata", length=0.5), total=total)
    assert cue.end == end
    assert cue.words[0].end == min(15, total)


def test_words_after_the_last_frame_are_left_out() -> None:
    assert texts(cues_of(spoken("unu doi trei patru", step=0.5), words=1, total=31)) == ["unu", "doi", "trei"]
    assert cues_of(spoken("unu", start=2.0), total=60) == ()


def test_words_on_the_same_frame_share_a_cue_and_each_is_marked() -> None:
    tokens = [TimedToken(index=i, text=t, start=1.0, end=1.01) for i, t in enumerate("abc")]
    (cue,) = cues_of([*tokens, *spoken("d", start=1.02)], words=1)
    assert [(word.start, word.end) for word in cue.words] == [(30, 31)] * 3 + [(30, 39)]


def test_a_flash_of_a_word_is_joined_to_the_next() -> None:
    tokens = [*spoken("o", length=0.06), *spoken("casă", start=0.066)]
    assert texts(cues_of(tokens, words=1)) == ["o casă"]
    assert texts(cues_of([*spoken("o", length=0.1), *spoken("casă", start=0.1)], words=1)) == ["o", "casă"]


def test_times_that_go_back_are_taken_as_they_stand_before() -> None:
    tokens = [*spoken("unu", start=1.0), *spoken("doi", start=0.5), *spoken("trei", start=1.4)]
    (cue,) = cues_of(tokens)
    assert [word.start for word in cue.words] == [30, 30, 42]


# --- Tokens that are not spoken ---------------------------------------------------------------------------------


def test_an_emoji_stays_with_the_word_before_it() -> None:
    cues = cues_of(timed("Bună ziua! 🔥 👋 Azi gătim"), words=2)
    assert texts(cues) == ["Bună ziua! 🔥 👋", "Azi gătim"]
    assert [(word.spoken, word.end - word.start) for word in cues[0].words[2:]] == [(False, 0), (False, 0)]


def test_an_emoji_before_a_line_stays_with_that_line() -> None:
    cues = cues_of(timed("Avem: 🎁\n✅ livrare gratuită\n✅ retur 🚚\n✅"))
    assert texts(cues) == ["Avem: 🎁", "✅ livrare gratuită", "✅ retur 🚚 ✅"]
    assert cues[1].start == cues[1].words[1].start


def test_the_number_of_a_list_stays_with_its_item() -> None:
    assert texts(cues_of(timed("1. Spală\n2. Usucă"))) == ["1. Spală", "2. Usucă"]


def test_a_row_of_emoji_without_end_is_not_tried_at_every_place() -> None:
    measured: list[int] = []

    def counting(text: str) -> float:
        measured.append(len(text))
        return letters(text)

    tokens = timed("da" + " 🔥" * 2000)
    (cue,) = make_cues(tokens, words_per_cue=3, max_width=100.0, measure=counting, total_frames=10_000)
    assert sum(cue.lines) == 2001
    assert len(measured) < 200  # trying every place for the line's end took 2,000 and more


def test_a_leading_emoji_stays_with_the_first_word() -> None:
    (cue,) = cues_of(spoken("🔥 — Azi", start=1.0))
    assert texts((cue,)) == ["🔥 — Azi"]
    assert cue.start == 30
    assert [word.start for word in cue.words] == [30, 30, 30]


def test_a_leading_dash_does_not_come_before_the_word() -> None:
    dash = TimedToken(index=0, text="—", start=0.0, end=0.0, spoken=False)
    (cue,) = cues_of([dash, *spoken("Azi", start=2.0)])
    assert cue.start == 60
    assert [word.start for word in cue.words] == [60, 60]


def test_only_signs_still_make_a_cue() -> None:
    (cue,) = cues_of(spoken("🔥 👋"))
    assert texts((cue,)) == ["🔥 👋"]
    assert (cue.start, cue.end) == (0, captions.SHORTEST_CUE + captions.HOLD_FRAMES)


def test_a_dash_does_not_count_as_a_word() -> None:
    assert texts(cues_of(spoken("unu – doi trei"), words=3)) == ["unu – doi trei"]


# --- Identity ---------------------------------------------------------------------------------------------------


def test_ids_come_from_content() -> None:
    once, again = cues_of(spoken("unu doi. trei")), cues_of(spoken("unu doi. trei"))
    assert [cue.id for cue in once] == [cue.id for cue in again]
    assert len({cue.id for cue in once}) == len(once)
    assert cues_of(spoken("unu doi. patru"))[0].id == once[0].id
    assert cues_of(spoken("unu doi. patru"))[1].id != once[1].id


# --- What always holds ------------------------------------------------------------------------------------------


@st.composite
def scripts(draw: st.DrawFn) -> list[TimedToken]:
    """Tokens as a voice may give them: short and long words, pauses, no pauses, signs in between."""
    tokens: list[TimedToken] = []
    now = draw(st.floats(0, 2))
    for index in range(draw(st.integers(0, 30))):
        says = draw(st.sampled_from([True, True, True, False]))
        text = draw(st.text("abcăî", min_size=1, max_size=18)) if says else "🔥"
        length = draw(st.floats(0, 0.7)) if says else 0.0
        breaks = draw(st.booleans()) and draw(st.booleans())
        end = now + length
        tokens.append(TimedToken(index=index, text=text, start=now, end=end, breaks_after=breaks, spoken=says))
        now = end + draw(st.sampled_from([0.0, 0.0, 0.01, 0.2, 0.7, 2.0]))
    return tokens


@given(scripts(), st.integers(1, 5), st.integers(5, 60), st.integers(1, 1200), st.integers(1, 3))
def test_cues_are_always_in_order_complete_and_inside(
    tokens: list[TimedToken], words: int, width: int, total: int, lines: int
) -> None:
    cues = cues_of(tokens, words, width, total, lines)
    inside = [token for token in tokens if frame_at(token.start) < total]
    assert [word.text for cue in cues for word in cue.words] == [token.text for token in inside]
    assert [word.spoken for cue in cues for word in cue.words] == [token.spoken for token in inside]
    assert all(0 <= cue.start < cue.end <= total for cue in cues)
    assert all(before.end <= after.start for before, after in pairwise(cues))
    for cue, after in zip(cues, [*cues[1:], None], strict=False):
        assert sum(cue.lines) == len(cue.words)
        assert 1 <= len(cue.lines) <= lines
        assert min(cue.lines) >= 1
        if after is not None:
            assert cue.end - cue.start >= captions.SHORTEST_CUE


@given(scripts(), st.integers(1, 5), st.integers(1, 1200))
def test_spoken_words_always_start_on_their_frame_and_are_marked(
    tokens: list[TimedToken], words: int, total: int
) -> None:
    cues = cues_of(tokens, words, total=total)
    shown = [word for cue in cues for word in cue.words if word.spoken]
    heard = [token for token in tokens if token.spoken and frame_at(token.start) < total]
    assert [word.start for word in shown] == [frame_at(token.start) for token in heard]
    assert all(word.start < word.end for word in shown)
    assert all(a.end <= max(b.start, a.start + 1) for a, b in pairwise(shown))
    for cue in cues:
        assert all(cue.start <= word.start <= word.end <= cue.end for word in cue.words)
        assert cue.start == next((word.start for word in cue.words if word.spoken), cue.start)


@given(scripts(), st.integers(1, 5), st.integers(5, 60), st.integers(1, 3))
def test_a_cue_of_several_words_fits_and_keeps_to_the_count(
    tokens: list[TimedToken], words: int, width: int, lines: int
) -> None:
    """Except where words come too fast to be parted, or signs hang on to a word."""
    for cue in cues_of(tokens, words, width, 10_000, lines):
        count = sum(word.spoken for word in cue.words)
        starts = [word.start for word in cue.words if word.spoken]
        slow = all(b - a >= captions.SHORTEST_CUE for a, b in pairwise(starts))
        if slow:
            assert count <= words
        if slow and count > 1 and count == len(cue.words):
            ends = list(accumulate(cue.lines))
            rows = [cue.words[end - size : end] for size, end in zip(cue.lines, ends, strict=True)]
            assert all(letters(" ".join(word.text for word in row)) <= width for row in rows)


@given(scripts(), st.integers(1, 5))
def test_a_cue_never_goes_on_after_punctuation(tokens: list[TimedToken], words: int) -> None:
    """Except where the next word follows too fast for a cue of its own."""
    ends = {token.index for token in tokens if token.breaks_after and token.spoken}
    position = 0
    for cue in cues_of(tokens, words):
        indices = range(position, position + len(cue.words))
        position += len(cue.words)
        for before, after in pairwise(i for i in indices if tokens[i].spoken):
            if before in ends:
                assert frame_at(tokens[after].start) - frame_at(tokens[before].start) < captions.SHORTEST_CUE
