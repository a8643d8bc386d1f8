"""`probe`, `presets`, `styles`, `voices`, `doctor` and the help: for a person and as JSON."""

from pathlib import Path

import pytest

from app.data import caption_styles, presets
from app.tests.cli.runner import CommandLine


def test_probe(edit_factory: CommandLine, clip: Path) -> None:
    outcome = edit_factory("probe", clip)
    assert outcome.status == 0
    assert "h264" in outcome.out and "640" in outcome.out
    document = edit_factory("probe", clip, "--json").document
    assert (document["ok"], document["width"], document["height"], document["fps"]) == (True, 640, 360, 30.0)
    assert len(document["content_hash"]) == 64


def test_presets(edit_factory: CommandLine) -> None:
    assert "1080x1920" in edit_factory("presets").out
    listed = edit_factory("presets", "--json").document["presets"]
    assert [preset["name"] for preset in listed] == list(presets())


def test_styles(edit_factory: CommandLine) -> None:
    assert "light up one by one" in edit_factory("styles").out
    listed = edit_factory("styles", "--json").document["styles"]
    assert [style["name"] for style in listed] == list(caption_styles())


def test_voices(edit_factory: CommandLine) -> None:
    assert "espeak:ro" in edit_factory("voices", "--lang", "ro").out
    listed = edit_factory("voices", "--json").document["voices"]
    ids = {voice["id"] for voice in listed}
    assert {"piper:en_US-joe-medium", "espeak:ro", "edge:ro-RO-AlinaNeural"} <= ids
    assert all(voice["language"] for voice in listed)


def test_doctor(edit_factory: CommandLine) -> None:
    outcome = edit_factory("doctor")
    assert outcome.status == 0, outcome.out
    document = edit_factory("doctor", "--json").document
    assert document["ok"] is True
    assert {finding["name"] for finding in document["findings"]} >= {"ffmpeg", "fonts", "voice ro", "space"}


def test_doctor_fails_with_its_own_status(edit_factory: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDIT_FACTORY_FFMPEG", "/nowhere/ffmpeg")
    outcome = edit_factory("doctor", "--json")
    assert outcome.status == 8
    assert outcome.document["ok"] is False


def test_help_and_version(edit_factory: CommandLine) -> None:
    assert "make" in edit_factory().out
    assert "--script" in edit_factory("make", "--help").out
    assert edit_factory("--version").out.startswith("edit-factory ")


def test_an_unexpected_fault_is_one_line_and_keeps_its_details(
    edit_factory: CommandLine, monkeypatch: pytest.MonkeyPatch, data_dir: Path
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("app.cli.show.probe", broken)
    outcome = edit_factory("probe", "a.mp4", "--json")
    assert (outcome.status, outcome.code) == (1, "internal_error")
    assert "secret detail" not in outcome.out + outcome.err
    (log,) = (data_dir / "logs").iterdir()
    assert "secret detail" in log.read_text()
