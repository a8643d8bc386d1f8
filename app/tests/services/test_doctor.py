"""Doctor looks at the real things, and says how to mend what is not well."""

import shutil
from collections import namedtuple
from pathlib import Path

import pytest

from app.config import Settings, load_settings
from app.errors import VoiceError
from app.services import doctor
from app.services.doctor import examine, file_system_of
from app.services.speech.espeak import Espeak

Usage = namedtuple("Usage", "total used free")


def by_name(settings: Settings) -> dict[str, doctor.Finding]:
    return {finding.name: finding for finding in examine(settings)}


def test_everything_is_well_after_the_set_up(settings: Settings) -> None:
    findings = by_name(settings)
    looks = "ffmpeg, fonts, voice en, voice ro, data folder, database, space, supabase"
    assert ", ".join(findings) == looks
    assert [name for name, finding in findings.items() if not finding.ok] == []
    assert "edge:ro-RO" in findings["voice ro"].mend
    assert findings["voice en"].mend == ""


def test_a_wrong_ffmpeg_is_told_with_what_to_do(data_dir: Path, tmp_path: Path) -> None:
    finding = by_name(load_settings(data_dir=data_dir, ffmpeg=tmp_path / "none"))["ffmpeg"]
    assert not finding.ok
    assert "EDIT_FACTORY_FFMPEG" in finding.mend


def test_a_voice_that_does_not_speak(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def silent(*_: object) -> None:
        raise VoiceError("espeak-ng crashed.", hint="Run ./run again.")

    monkeypatch.setattr(Espeak, "speak", silent)
    finding = by_name(settings)["voice ro"]
    assert (finding.ok, finding.detail, finding.mend) == (False, "espeak-ng crashed.", "Run ./run again.")


def test_too_little_space(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10, 5, 100 << 20))
    finding = by_name(settings)["space"]
    assert not finding.ok
    assert "100 MB" in finding.detail


def test_a_data_folder_that_cannot_be_written(data_dir: Path) -> None:
    (data_dir / "file").write_text("")
    finding = by_name(load_settings(data_dir=data_dir / "file" / "below"))["data folder"]
    assert not finding.ok
    assert f"{data_dir / 'file'} is a file" in finding.detail
    assert "EDIT_FACTORY_DATA_DIR" in finding.mend


def test_a_network_disk_is_warned_of(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "file_system_of", lambda _: "nfs4")
    finding = by_name(settings)["data folder"]
    assert not finding.ok
    assert "nfs4" in finding.detail


def test_the_deepest_mount_holds_the_folder(tmp_path: Path) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text("/dev/a / ext4 rw 0 0\nserver:/x /net nfs4 rw 0 0\n/dev/b /net/my\\040disk xfs rw 0 0\n")
    assert file_system_of(Path("/home/x"), mounts) == "ext4"
    assert file_system_of(Path("/net/films"), mounts) == "nfs4"
    assert file_system_of(Path("/net/my disk/films"), mounts) == "xfs"
    assert file_system_of(Path("/home"), tmp_path / "none") == ""
