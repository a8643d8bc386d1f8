"""`make` with keywords and marks, and `swap`: a main video with pieces of two others at the words for them."""

import json
from pathlib import Path
from typing import Any

import pytest

from app.cli.swap import print_swap
from app.editing.choice import Pick
from app.models.edit import Edit
from app.models.marks import FootageMarks
from app.services.choices import ChosenFrom
from app.tests.cli.runner import CommandLine
from app.tests.conftest import ClipMaker
from app.tests.editing.full_edit import FILM, full_edit
from app.workflows.swap import Swap

ESCAPE = "\x1b]0;pwn\x07\x1b[31m"
SCRIPT = (
    "Bună dimineața tuturor. Astăzi facem cafeaua cea mai bună din oraș, și o punem în două cești frumoase de acasă."
)
SIDE = '[[files]]\nfile = "{}"\nrole = "secondary"\n'


@pytest.fixture(scope="module")
def footage(make: ClipMaker, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("footage")
    made = {
        "main": make(seconds=20, cuts=(4, 8, 12, 16), size=(320, 180), seed=21),
        "cafea": make(seconds=5, cuts=(), size=(320, 180), seed=22),
        "cup": make(seconds=5, cuts=(), size=(320, 180), seed=23),
    }
    return {name: path.rename(folder / f"{name}.mp4") for name, path in made.items()}


def marks_file(folder: Path, text: str) -> Path:
    place = folder / "marks.toml"
    place.write_text(text, encoding="utf-8")
    return place


def made(edit_factory: CommandLine, footage: dict[str, Path], folder: Path, *more: object) -> dict[str, Any]:
    marks = marks_file(folder, SIDE.format("cafea.mp4") + SIDE.format("cup.mp4") + 'keywords = ["ceașcă"]\n')
    options = ["--script", SCRIPT, "--lang", "ro", "--quality", "draft", "--preset", "square", "--marks", marks]
    outcome = edit_factory(
        "make", *footage.values(), *options, "--keywords", "cafea.mp4=cafea", *more, "--out", folder / "out", "--json"
    )
    assert outcome.status == 0, outcome.err
    return outcome.document


def edit_of(clip: dict[str, Any]) -> tuple[Path, Edit]:
    place = Path(clip["files"]["edit"])
    return place, Edit.model_validate_json(place.read_text(encoding="utf-8"))


@pytest.mark.slow
def test_pieces_of_other_videos_stand_at_their_words_and_a_shot_can_be_swapped(
    edit_factory: CommandLine, footage: dict[str, Path], tmp_path: Path
) -> None:
    document = made(edit_factory, footage, tmp_path, "-n", 2)
    assert [(pair["first"], pair["second"]) for pair in document["shared"]] == [("clip-01", "clip-02")]
    assert document["shared"][0]["alike"] <= 0.9
    for clip in document["clips"]:
        _, edit = edit_of(clip)
        names = {source.content_hash: source.name for source in edit.sources}
        starts = [sum(shot.frames for shot in edit.shots[:n]) for n in range(len(edit.shots))]
        at = {start: names[shot.source] for start, shot in zip(starts, edit.shots, strict=True)}
        assert edit.captions is not None
        words = {word.text.strip(".,"): word.start for cue in edit.captions.cues for word in cue.words}
        assert at.pop(words["cafeaua"]) == "cafea.mp4"
        assert at.pop(words["cești"]) == "cup.mp4"
        assert set(at.values()) == {"main.mp4"}
    place, edit = edit_of(document["clips"][0])
    listed = edit_factory("swap", place, 1, "--json")
    assert listed.status == 0, listed.err
    assert 1 <= len(listed.document["alternatives"]) <= 5
    new = tmp_path / "new.edit.json"
    taken = edit_factory("swap", place, 1, "--take", 1, "--out", new, "--json")
    assert taken.status == 0, taken.err
    swapped = Edit.model_validate_json(new.read_text(encoding="utf-8"))
    pick = listed.document["alternatives"][0]
    assert (swapped.shots[0].source, swapped.shots[0].source_start) == (pick["source"], pick["start"])
    assert swapped.shots[1:] == edit.shots[1:]
    assert taken.document["taken"]["identity"] == swapped.identity
    again = edit_factory("swap", new, 1, "--json")
    assert pick["start"] not in [other["start"] for other in again.document["alternatives"]]
    rendered = edit_factory("render", new, "--json")
    assert rendered.status == 0, rendered.err
    told = edit_factory("swap", place, 2).out
    assert told.startswith("Shot 2, ")
    assert 'keyword "cafea"' in told
    assert edit_factory("swap", place, 1, "--take", 2, "--out", new, "--json").code == "out_taken"
    assert edit_factory("swap", place, 1, "--take", 9, "--out", tmp_path / "x.edit.json", "--json").status == 2
    assert edit_factory("swap", place, 1, "--take", 1, "--out", tmp_path / ".x.edit.json", "--json").status == 2
    assert edit_factory("swap", place, 1, "--take", 1, "--json").code == "usage"
    assert edit_factory("swap", place, 77, "--json").status == 2


@pytest.mark.slow
def test_wrong_marks_are_told_before_anything_is_made(
    edit_factory: CommandLine, footage: dict[str, Path], tmp_path: Path
) -> None:
    out = tmp_path / "out"

    def refused(text: str, *more: object) -> dict[str, Any]:
        marks = marks_file(tmp_path, text)
        outcome = edit_factory("make", footage["main"], "--marks", marks, *more, "--out", out, "--json")
        assert outcome.status in {2, 4}, outcome.err
        assert not out.exists() or not list(out.iterdir())
        error: dict[str, Any] = outcome.document["error"]
        return error

    file = '[[files]]\nfile = "main.mp4"\n'
    assert refused(file + "keyword = 3\n")["subject"] == "files[1].keyword"
    assert "not among the footage" in refused('[[files]]\nfile = "other.mp4"\n')["message"]
    cut = refused(file + "[[files.pins]]\nstart = 3\nend = 5\n", "--duration", 5)
    assert cut["code"] == "pin_not_possible"
    assert "there is a cut in it at 4.0" in cut["message"]
    assert json.dumps(refused("", "--keywords", "cafea")).find("--keywords") > 0
    missing = edit_factory("make", footage["main"], "--marks", tmp_path / "no.toml", "--out", out, "--json")
    assert missing.code == "bad_marks"


def test_what_a_document_of_a_stranger_says_moves_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    edit = full_edit()
    edit = edit.evolve(shots=(edit.shots[0].evolve(reason=f"sharp{ESCAPE}"), *edit.shots[1:]))
    pick = Pick(source=FILM, shot=0, start=1.0, frames=90, score=0.5, reason=f"steady{ESCAPE}")
    chosen_from = ChosenFrom(footage={}, marks=FootageMarks(), siblings=())
    print_swap(Swap(edit, 1, (pick,), (), chosen_from, (f"film{ESCAPE}.mp4",)))
    told = capsys.readouterr().out
    assert all(word in told for word in ("sharp", "steady", "film"))
    assert "\x1b" not in told and "\x07" not in told
