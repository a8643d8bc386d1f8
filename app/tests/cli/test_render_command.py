"""`edit-factory render`: where the clip goes, and what it says when something is missing."""

from pathlib import Path

import pytest

from app.cli.render import _stem
from app.tests.cli.runner import CommandLine
from app.workflows.clips.places import files_of

EDIT = Path("clips/summer.edit.json")


@pytest.mark.parametrize(
    ("out", "expected"),
    [(None, "clips/summer"), ("again.mp4", "again"), ("again", "again"), ("v1.2", "v1.2"), ("x/y.mp4", "x/y")],
)
def test_where_the_clip_goes(out: str | None, expected: str) -> None:
    assert _stem(EDIT, Path(out) if out else None) == Path(expected)


def test_a_folder_gets_the_clip_under_its_own_name(tmp_path: Path) -> None:
    assert _stem(EDIT, tmp_path) == tmp_path / "summer"


@pytest.mark.slow
def test_a_clip_is_rendered_again_from_moved_footage(edit_factory: CommandLine, clip: Path, tmp_path: Path) -> None:
    footage = tmp_path / "film ș.mp4"
    footage.write_bytes(clip.read_bytes())
    options = ["--duration", "1", "--quality", "draft", "--preset", "square"]
    made = edit_factory("make", footage, *options, "--out", tmp_path / "clips", "--json")
    assert made.status == 0, made.err
    document = Path(made.document["clips"][0]["files"]["edit"])
    lost = tmp_path / "elsewhere" / "renamed.mp4"
    lost.parent.mkdir()
    footage.rename(lost)
    refused = edit_factory("render", document, "--json")
    assert (refused.code, refused.status) == ("source_missing", 3)
    again = edit_factory("render", document, "--source", lost.parent, "--out", tmp_path, "--json")
    assert again.status == 0, again.err
    assert Path(again.document["files"]["mp4"]) == tmp_path / "clip-01.mp4"
    first, second = (files_of(stem)["mp4"].read_bytes() for stem in (tmp_path / "clips/clip-01", tmp_path / "clip-01"))
    assert first == second
