"""Marks read from text, and checked against the footage."""

import json

import pytest

from app.editing.marking import check_marks, marked, only_marked, read_marks, with_keywords
from app.errors import InputError
from app.models.marks import FileMarks, FootageMarks, MarkedSegment, Pin
from app.models.media import MediaInfo
from app.tests.editing.synthetic import take

TOML = """
[[files]]
file = "espresso.mp4"
role = "secondary"
keywords = ["cafea"]
[[files.segments]]
start = 1
end = 2.5
favourite = true
[[files.pins]]
start = 3
end = 4
clip = 2
shot = 1
"""


def info(name: str, seconds: float = 30) -> tuple[str, MediaInfo]:
    return name, take(name, seconds).info


def refused(text: str) -> InputError:
    with pytest.raises(InputError) as caught:
        read_marks(text, "marks.toml")
    assert caught.value.instance_code == "bad_marks"
    return caught.value


def wrong(marks: FootageMarks, *named: tuple[str, MediaInfo], count: int = 2) -> str:
    with pytest.raises(InputError) as caught:
        check_marks(marks, named, count)
    return caught.value.message


def test_toml_and_json_say_the_same() -> None:
    marks = read_marks(TOML, "marks.toml")
    assert read_marks(json.dumps(marks.model_dump(mode="json")), "marks.json") == marks
    (file,) = marks.files
    assert (file.role, file.keywords, file.segments[0].favourite, file.pins[0].shot) == (
        "secondary",
        ("cafea",),
        True,
        1,
    )
    assert marks.name_clips
    assert not FootageMarks().name_clips


@pytest.mark.parametrize(
    ("text", "field", "says"),
    [
        (TOML.replace("start = 1\n", "start = 9\n"), "files[1].segments[1]", "ends at 2.5 s, and begins at 9 s"),
        (TOML.replace('"secondary"', '"side"'), "files[1].role", "'main' or 'secondary'"),
        (TOML.replace("favourite", "favorite"), "files[1].segments[1].favorite", "extra inputs"),
        (TOML.replace("shot = 1", "shot = 0"), "files[1].pins[1].shot", "greater than or equal to 1"),
        (TOML.replace("favourite = true", "never_use = true").replace("start = 3", "start = 2"), "files[1]", "pin"),
        ("files = 3", "files", "valid"),
    ],
)
def test_a_wrong_field_is_named(text: str, field: str, says: str) -> None:
    error = refused(text)
    assert error.subject == field
    assert says in error.message


@pytest.mark.parametrize("text", ["[[files", "{", '{"files": ' + "[" * 5000, "[1]"])
def test_what_is_neither_toml_nor_json_is_told(text: str) -> None:
    assert "marks.toml" in refused(text).message


def test_keywords_come_to_the_file_of_their_name() -> None:
    marks = with_keywords(read_marks(TOML, "m"), ["espresso.mp4= espresso,cafea , boabe de cafea", "b=1.mp4=lapte"])
    assert {file.file: file.keywords for file in marks.files} == {
        "espresso.mp4": ("cafea", "espresso", "boabe de cafea"),
        "b=1.mp4": ("lapte",),
    }
    assert marks.files[0].pins or marks.files[1].pins


@pytest.mark.parametrize("line", ["cafea", "=cafea", "a.mp4=", "a.mp4= ,", ""])
def test_keywords_of_another_form_are_refused(line: str) -> None:
    with pytest.raises(InputError, match="--keywords"):
        with_keywords(FootageMarks(), [line])


@pytest.mark.parametrize(
    "line", ["a.mp4=" + "x" * 121, "a.mp4=" + ",".join(map(str, range(201))), "x" * 1001 + "=cafea"]
)
def test_keywords_beyond_any_measure_are_refused(line: str) -> None:
    with pytest.raises(InputError, match="--keywords") as caught:
        with_keywords(FootageMarks(), [line])
    assert (caught.value.instance_code, caught.value.subject) == ("bad_marks", "keywords")
    assert len(caught.value.message) < 400


def test_marks_that_fit_the_footage_are_put_to_their_files_whatever_the_spelling_of_the_name() -> None:
    names = "Ceașcă.mp4", "Ceas\N{COMBINING COMMA BELOW}ca\N{COMBINING BREVE}.mp4"
    footage = [take(names[0], 10), take("b.mp4", 10)]
    marks = FootageMarks(files=(FileMarks(file=names[1], keywords=("x",)),))
    check_marks(marks, [(item.name, item.info) for item in footage], 1)
    first, second = marked(footage, marks)
    assert first.marks == marks.files[0]
    assert second.marks is None
    by_hash = FootageMarks(files=(FileMarks(file=footage[1].info.content_hash),))
    assert marked(footage, by_hash)[1].marks == by_hash.files[0]


def test_marks_of_no_file_of_two_files_and_twice_of_one_are_refused() -> None:
    marks = FootageMarks(files=(FileMarks(file="a.mp4"),))
    assert "not among the footage (b.mp4)" in wrong(marks, info("b.mp4"))
    assert "2 different files" in wrong(marks, ("a.mp4", info("x")[1]), ("a.mp4", info("y")[1]))
    twice = FootageMarks(files=(FileMarks(file="a.mp4"), FileMarks(file=info("a.mp4")[1].content_hash)))
    assert "make them one" in wrong(twice, info("a.mp4"))


def test_stretches_beyond_the_end_pins_of_no_clip_and_single_use_in_many_are_refused() -> None:
    def of(**what: object) -> FootageMarks:
        return FootageMarks.model_validate({"files": [{"file": "a.mp4", **what}]})

    a = info("a.mp4")
    assert "30.00 s long" in wrong(of(segments=[{"start": 31, "end": 32}]), a)
    assert "30.00 s long" in wrong(of(pins=[{"start": 29, "end": 32}]), a)
    assert "for clip 3, and 2 are made" in wrong(of(pins=[{"start": 1, "end": 2, "clip": 3}]), a)
    single = {"start": 0, "end": 5, "single_use": True}
    assert "pinned in 2 clips" in wrong(of(segments=[single], pins=[{"start": 1, "end": 2}]), a)
    check_marks(of(segments=[single], pins=[{"start": 1, "end": 2, "clip": 2}]), [a], 2)
    check_marks(of(segments=[{"start": 29, "end": 32}]), [a], 1)


def test_nothing_is_left_to_show_but_what_was_marked() -> None:
    wanted = [MarkedSegment(start=2, end=4), MarkedSegment(start=3, end=5, favourite=True)]
    marks = FootageMarks(
        files=(FileMarks(file="a", segments=(*wanted, MarkedSegment(start=8, end=9, never_use=True))),)
    )
    one, other, photo = only_marked(marks, {"a": 10.0, "b": 7.0, "c": 0.0}).files
    assert [(s.start, s.end) for s in one.segments if s.never_use] == [(8, 9), (0, 2), (5, 10)]
    assert one.segments[:2] == tuple(wanted)
    assert [(s.start, s.end, s.never_use) for s in other.segments] == [(0, 7, True)]
    assert [s.never_use for s in photo.segments] == [True]


def test_a_photograph_and_a_pin_are_segments_as_well() -> None:
    files = (
        FileMarks(file="photo", segments=(MarkedSegment(start=0, end=3),)),
        FileMarks(file="film", pins=(Pin(start=0, end=2),)),
    )
    photo, film = only_marked(FootageMarks(files=files), {"photo": 0.0, "film": 2.0}).files
    assert not any(s.never_use for s in (*photo.segments, *film.segments))


def test_where_nothing_is_marked_there_is_nothing_to_make() -> None:
    never = FileMarks(file="a", segments=(MarkedSegment(start=0, end=3, never_use=True),))
    for marks in (FootageMarks(), FootageMarks(files=(never,))):
        with pytest.raises(InputError) as caught:
            only_marked(marks, {"a": 3.0})
        assert caught.value.instance_code == "no_segments"
