"""What is said finds the footage that it speaks of."""

from app.editing.matching import Match, labels_of, spoken_matches
from app.models.marks import FileMarks, MarkedSegment
from app.models.timing import Span
from app.tests.editing.spoken_words import frame_of, said
from app.tests.editing.synthetic import take


def matches(text: str, *marks: FileMarks, language: str = "ro") -> tuple[Match, ...]:
    footage = [take(each.file, 30).evolve(marks=each) for each in marks]
    return spoken_matches(said(text), labels_of(footage), language)


def test_a_keyword_is_found_in_any_form_on_the_frame_of_its_word() -> None:
    marks = FileMarks(file="a.mp4", keywords=("cafea",))
    found = matches("Bem o cafeaua, apoi două cafele", marks)
    assert [(m.said, m.frame, m.keyword) for m in found] == [("cafeaua", 30, "cafea"), ("cafele", 75, "cafea")]
    assert all(m.span is None and m.weight == 0.9 for m in found)


def test_a_phrase_is_found_within_one_clause_only() -> None:
    marks = FileMarks(file="a.mp4", keywords=("boabe de cafea",))
    assert [m.said for m in matches("miros de boabe de cafea proaspete", marks)] == ["boabe de cafea"]
    assert [m.said for m in matches("Boabele de cafele sunt bune", marks)] == ["Boabele de cafele"]
    assert matches("avem boabe, de cafea nu", marks) == ()
    assert matches("boabe de", marks) == ()


def test_nothing_is_found_inside_a_word() -> None:
    marks = FileMarks(file="a.mp4", keywords=("car",))
    assert matches("o scară lângă un carton", marks) == ()


def test_a_segment_speaks_more_clearly_than_its_file_and_a_description_least() -> None:
    segment = MarkedSegment(start=3, end=6, keywords=("ceașcă",), description="o lingură de zahăr cu lapte")
    marks = FileMarks(file="a.mp4", keywords=("cești",), description="Cafea turnată", segments=(segment,))
    found = matches("ceasca cu lingura și cafea", marks)
    assert [(m.said, m.weight, m.span is None) for m in found] == [
        ("ceasca", 1.0, False),
        ("ceasca", 0.9, True),
        ("lingura", 0.45, False),
        ("cafea", 0.45, True),
    ]
    assert found[0].span == Span(start=3, end=6)


def test_short_and_common_words_of_a_description_say_nothing() -> None:
    assert matches("the cup with your tea", FileMarks(file="a.mp4", description="with your tea"), language="en") == ()


def test_what_is_never_used_cannot_be_spoken_of() -> None:
    segment = MarkedSegment(start=3, end=6, keywords=("ceașcă",), never_use=True)
    assert matches("ceașcă", FileMarks(file="a.mp4", segments=(segment,))) == ()


def test_one_word_may_speak_of_several_files_and_the_order_of_files_means_nothing() -> None:
    marks = [FileMarks(file=f"{name}.mp4", keywords=("cafea", "cafele")) for name in "abc"]
    found = matches("o cafea", *marks)
    assert len(found) == 3
    assert matches("o cafea", *marks[::-1]) == found
    assert {m.frame for m in found} == {frame_of(said("o cafea"), "cafea")}


def test_words_that_are_shown_and_not_spoken_find_nothing() -> None:
    marks = FileMarks(file="a.mp4", keywords=("cafea",))
    labels = labels_of([take("a.mp4", 30).evolve(marks=marks)])
    (token,) = said("cafea")
    assert spoken_matches([token.model_copy(update={"spoken": False})], labels, "ro") == ()
