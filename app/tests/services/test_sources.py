"""Footage is gathered from files and folders, and found again by its content."""

import os
import shutil
from pathlib import Path

import pytest

from app.config import Settings
from app.errors import MediaError
from app.media.probe import probe
from app.models.edit import SourceRef
from app.services.sources import SourceIndex, gather


def ref(path: Path) -> SourceRef:
    info = probe(path)
    return SourceRef(content_hash=info.content_hash, name=path.name, duration=info.duration, has_audio=True)


def test_files_and_folders_are_gathered_in_order(tmp_path: Path) -> None:
    folder = tmp_path / "filmări ș"
    folder.mkdir()
    for name in ("b.MP4", "a.mov", "notes.txt", "._a.mov", ".b.mp4", "c.webm"):
        (folder / name).write_text("")
    (folder / "sub.mp4").mkdir()
    single = tmp_path / "any name at all"
    single.write_text("")
    found = gather([single, folder, folder / "a.mov"])
    assert [path.name for path in found.files] == ["any name at all", "a.mov", "b.MP4", "c.webm"]
    assert {path.name for path in found.named} == {"any name at all", "a.mov"}


def test_clips_that_were_made_here_are_footage_only_by_name(tmp_path: Path) -> None:
    for name in ("a.mp4", "clip-01.mp4", "clip-01.jpg", "clip-01.srt", "clip-01.edit.json", "clip-02.mp4", "v1.2.mp4"):
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "v1.2.edit.json").write_bytes(b"x")
    found, made = gather([tmp_path]), tmp_path / "clip-01.mp4"
    assert [path.name for path in found.files] == ["a.mp4", "clip-02.mp4"]
    assert gather([made, tmp_path]).files == (made, *found.files)
    for name in ("a.mp4", "clip-02.mp4"):
        (tmp_path / name).unlink()
    with pytest.raises(MediaError, match="no video and no photograph but clips that were made of others"):
        gather([tmp_path])


def test_what_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="no file or folder") as missing:
        gather([tmp_path / "none"])
    assert missing.value.as_dict()["code"] == "media_missing"
    with pytest.raises(MediaError, match="holds no video") as empty:
        gather([tmp_path])
    assert empty.value.as_dict()["code"] == "folder_without_video"


def test_footage_is_found_where_it_was_last_seen(settings: Settings, clip: Path) -> None:
    index = SourceIndex(settings)
    index.remember(clip, probe(clip))
    path, info = index.locate(ref(clip))
    assert (path, info.content_hash) == (clip, ref(clip).content_hash)


def test_moved_and_renamed_footage_is_found_in_the_folders_named(
    settings: Settings, clip: Path, tmp_path: Path
) -> None:
    index, source = SourceIndex(settings), ref(clip)
    decoy = tmp_path / source.name
    decoy.write_bytes(clip.read_bytes()[:-1] + b"x")
    moved = shutil.copy(clip, tmp_path / "another name.mp4")
    assert index.locate(source, [tmp_path])[0] == moved
    assert index.locate(source, [moved])[0] == moved


def test_changed_footage_is_not_taken_for_the_same(settings: Settings, clip: Path, tmp_path: Path) -> None:
    index = SourceIndex(settings)
    copy = Path(shutil.copy(clip, tmp_path / "a.mp4"))
    index.remember(copy, probe(copy))
    source = ref(copy)
    copy.write_bytes(clip.read_bytes() + b"more")
    with pytest.raises(MediaError, match=r"a\.mp4 .* was not found.*last seen") as caught:
        index.locate(source, [tmp_path])
    assert caught.value.as_dict()["code"] == "source_missing"
    assert "--source" in caught.value.hint


def test_a_name_that_is_no_text_is_remembered(settings: Settings, clip: Path, tmp_path: Path) -> None:
    odd = tmp_path / os.fsdecode(b"odd \xff name.mp4")
    odd.write_bytes(clip.read_bytes())
    index = SourceIndex(settings)
    index.remember(odd, probe(odd))
    assert index.locate(ref(clip))[0] == odd


def test_a_source_that_is_named_and_not_there(settings: Settings, clip: Path, tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="nowhere") as caught:
        SourceIndex(settings).locate(ref(clip), [tmp_path / "nowhere"])
    assert caught.value.as_dict()["code"] == "media_missing"
