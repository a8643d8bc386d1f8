"""`edit-factory export`: every format, where it goes, and what it refuses."""

from pathlib import Path

import opentimelineio as otio
import pysubs2
import pytest

from app.config import load_settings
from app.editing.document import edit_json, read_edit
from app.media.probe import probe
from app.services.sources import SourceIndex
from app.tests.cli.runner import CommandLine
from app.tests.editing.full_edit import FILM, full_edit
from app.workflows.export import FORMATS


@pytest.fixture
def document(tmp_path: Path) -> Path:
    place = tmp_path / "clip-01.edit.json"
    place.write_text(edit_json(full_edit()), encoding="utf-8")
    return place


@pytest.mark.parametrize("kind", FORMATS)
def test_every_format_stands_beside_the_document(edit_factory: CommandLine, document: Path, kind: str) -> None:
    done = edit_factory("export", document, "--format", kind, "--json")
    assert done.document == {"ok": True, "format": kind, "file": str(document.with_name(f"clip-01.{kind}"))}
    text = document.with_name(f"clip-01.{kind}").read_text(encoding="utf-8")
    if kind == "json":
        assert read_edit(text) == full_edit()
    elif kind == "otio":
        assert otio.adapters.read_from_string(text, "otio_json").duration().value == 315
    else:
        shown = " ".join(event.plaintext.lower() for event in pysubs2.SSAFile.from_string(text))
        assert "țesături" in shown and "gata" in shown


def test_footage_is_named_by_where_it_was_last_seen(
    edit_factory: CommandLine, clip: Path, tmp_path: Path, data_dir: Path
) -> None:
    info = probe(clip)
    SourceIndex(load_settings()).remember(clip, info)
    told = edit_json(full_edit()).replace(FILM, info.content_hash)
    (tmp_path / "c.edit.json").write_text(told, encoding="utf-8")
    assert edit_factory("export", tmp_path / "c.edit.json").out.strip() == str(tmp_path / "c.otio")
    first = otio.adapters.read_from_file(str(tmp_path / "c.otio"), "otio_json").tracks[0][0]
    assert first.media_reference.target_url == clip.absolute().as_uri()


def test_out_is_a_file_or_a_folder_and_nothing_else_is_overwritten(
    edit_factory: CommandLine, document: Path, tmp_path: Path
) -> None:
    (tmp_path / "there").mkdir()
    assert edit_factory("export", document, "--out", tmp_path / "there").status == 0
    assert edit_factory("export", document, "--out", tmp_path / "there").status == 0, "the same again is no other file"
    assert edit_factory("export", document, "--format", "srt", "--out", tmp_path / "new" / "a.srt").status == 0
    assert (tmp_path / "new" / "a.srt").exists()
    (tmp_path / "clip-01.otio").write_text("another's")
    refused = edit_factory("export", document, "--json")
    assert (refused.status, refused.code) == (2, "out_taken")
    assert (tmp_path / "clip-01.otio").read_text() == "another's"


def test_what_cannot_be_exported_says_why(edit_factory: CommandLine, document: Path, tmp_path: Path) -> None:
    unknown = edit_factory("export", document, "--format", "edl", "--json")
    assert unknown.status == 2
    assert "otio, srt, vtt" in unknown.document["error"]["hint"]
    document.write_text(edit_json(full_edit(captions=None)), encoding="utf-8")
    for kind in ("srt", "vtt", "ass"):
        refused = edit_factory("export", document, "--format", kind, "--json")
        assert (refused.status, "no captions" in refused.document["error"]["message"]) == (2, True)
    assert not list(tmp_path.glob("clip-01.[sva]*"))
    assert edit_factory("export", tmp_path / "none.json").status == 2
