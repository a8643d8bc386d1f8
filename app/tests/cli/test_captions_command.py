"""`edit-factory captions`: what it says of a file, what it writes, what it refuses."""

from pathlib import Path

import pytest

from app.editing.document import edit_json, read_edit
from app.tests.cli.runner import CommandLine
from app.tests.editing.full_edit import full_edit

WRONG = "1\n00:00:05.000 --> 00:00:07.000\nșase\n\n2\n00:00:01,000 --> 00:00:05,500\ncinci [roșu]\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    place = tmp_path / "a.srt"
    place.write_text(WRONG, encoding="utf-8")
    return place


def test_check_tells_each_line(edit_factory: CommandLine, file: Path) -> None:
    done = edit_factory("captions", "check", file)
    assert done.status == 2
    assert "The caption begins before the one above it." in done.out
    assert "out_of_order" in done.out and "time_format" in done.out
    assert done.out.strip().endswith("2 captions, 1 errors.")


def test_check_as_json(edit_factory: CommandLine, file: Path) -> None:
    told = edit_factory("captions", "check", file, "--json").document
    assert (told["ok"], told["kind"], told["encoding"], told["captions"], told["untold"]) == (
        *(False, "srt", "utf-8"),
        *(2, 0),
    )
    assert [(found["line"], found["code"]) for found in told["errors"]] == [(6, "out_of_order")]
    assert [(found["line"], found["code"]) for found in told["repairs"]] == [(2, "time_format")]


def test_repair_writes_what_check_finds_nothing_wrong_with(
    edit_factory: CommandLine, file: Path, tmp_path: Path
) -> None:
    out = tmp_path / "there" / "b.srt"
    done = edit_factory("captions", "repair", file, "--out", out, "--json")
    assert (done.status, done.document["written"]) == (0, 2)
    assert edit_factory("captions", "check", out).status == 0
    assert edit_factory("captions", "repair", file, "--out", out).status == 0, "the same again is no other file"
    assert file.read_text(encoding="utf-8") == WRONG
    taken = edit_factory("captions", "repair", out, "--out", file, "--json")
    assert (taken.status, taken.code) == (2, "out_taken")


def test_a_good_file(edit_factory: CommandLine, tmp_path: Path) -> None:
    place = tmp_path / "good.srt"
    place.write_text("1\n00:00:00,000 --> 00:00:01,000\nbun\n")
    done = edit_factory("captions", "check", place)
    assert (done.status, done.out.strip()) == (0, f"{place}: 1 captions, nothing is wrong.")


def test_what_is_no_file_of_captions(edit_factory: CommandLine, tmp_path: Path) -> None:
    out = tmp_path / "out.srt"
    (tmp_path / "empty.srt").write_bytes(b"")
    (tmp_path / "large.srt").write_bytes(b"1\n" * 2_000_000)
    for name, code in (("none.srt", "srt_unreadable"), ("large.srt", "srt_unreadable"), ("empty.srt", "srt_empty")):
        refused = edit_factory("captions", "repair", tmp_path / name, "--out", out, "--json")
        assert (refused.status, refused.code) == (2, code)
        assert refused.document["error"]["hint"]
    assert not out.exists()
    assert edit_factory("captions", "check", tmp_path, "--json").code == "srt_unreadable"


@pytest.fixture
def document(tmp_path: Path) -> Path:
    place = tmp_path / "clip-01.edit.json"
    place.write_text(edit_json(full_edit()), encoding="utf-8")
    return place


def test_put_writes_the_edit_with_the_captions(
    edit_factory: CommandLine, file: Path, document: Path, tmp_path: Path
) -> None:
    out = tmp_path / "new.edit.json"
    done = edit_factory("captions", "put", file, document, "--out", out, "--captions", "karaoke", "--lang", "en")
    assert done.status == 0
    assert "out_of_order" in done.out and str(out) in done.out
    edit = read_edit(out.read_text(encoding="utf-8"))
    assert edit.captions is not None and edit.name == "new"
    assert (edit.captions.style, edit.captions.language, edit.captions.burnt) == ("karaoke", "en", True)
    assert [" ".join(word.text for word in cue.words) for cue in edit.captions.cues] == ["cinci [roșu]", "șase"]
    assert [(cue.start, cue.end) for cue in edit.captions.cues] == [(30, 150), (150, 210)]
    told = edit_factory("captions", "put", file, document, "--out", out, "--captions", "off", "--json")
    assert told.code == "out_taken"


def test_put_refuses_captions_that_would_be_lost(edit_factory: CommandLine, document: Path, tmp_path: Path) -> None:
    place, out = tmp_path / "bad.srt", tmp_path / "new.edit.json"
    place.write_text(WRONG + "\n3\n00:00:0x,000 --> 00:00:09,000\nopt\n", encoding="utf-8")
    refused = edit_factory("captions", "put", place, document, "--out", out, "--json")
    assert (refused.status, refused.code) == (2, "srt_bad_time")
    assert not out.exists()
    place.write_text(WRONG, encoding="utf-8")
    assert edit_factory("captions", "put", place, document, "--out", tmp_path / ".json", "--json").status == 2
    assert edit_factory("captions", "put", place, document, "--out", out, "--json").document["findings"]


def test_a_hostile_text_is_only_shown(edit_factory: CommandLine, tmp_path: Path) -> None:
    place = tmp_path / "a.srt"
    place.write_text("1\n00:00:01,000 --> \x1b[31m[bold]00\nx\n")
    done = edit_factory("captions", "check", place)
    assert "\x1b" not in done.out and "[bold]" in done.out
