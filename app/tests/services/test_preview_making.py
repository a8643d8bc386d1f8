"""Previews are made once for each content, of the very file that was asked for, and again when they are gone."""

import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app.config import Settings
from app.errors import Cancelled, MediaError
from app.media.held import claim
from app.media.probe import probe
from app.models.control import Control
from app.models.previews import PreviewKind
from app.services.preview_making import PreviewMaker
from app.services.previews import Previews, wanted
from app.tests.conftest import ClipMaker
from app.tests.footage import ffmpeg
from app.tests.media.photos import photo


@pytest.fixture
def video(make: ClipMaker) -> Path:
    return make(seconds=1, cuts=(), size=(320, 180), seed=63)


def maker(path: Path, settings: Settings, folder: Path) -> PreviewMaker:
    return PreviewMaker(path, probe(path), settings, folder / "work")


def made(path: Path, settings: Settings, folder: Path, kind: PreviewKind, control: Control | None = None) -> int:
    """Make a preview and return when its file was written."""
    one = maker(path, settings, folder)
    one.make(kind, control or Control())
    return Previews(settings).place(one.info.content_hash, kind).stat().st_mtime_ns


def test_all_of_a_video_is_made_once_and_a_copy_of_it_is_known(video: Path, settings: Settings, tmp_path: Path) -> None:
    kinds = wanted(probe(video))
    first = [made(video, settings, tmp_path, kind) for kind in kinds]
    copy = Path(shutil.copy(video, tmp_path / "copy 🔥 'of, [it].mov"))
    assert [made(copy, settings, tmp_path, kind) for kind in kinds] == first
    assert Previews(settings).missing(probe(video)) == ()


def test_what_the_cache_let_go_of_is_made_again(video: Path, settings: Settings, tmp_path: Path) -> None:
    made(video, settings, tmp_path, "proxy")
    made(video, settings, tmp_path, "strip")
    previews, info = Previews(settings), probe(video)
    previews.layout_place(info.content_hash).unlink()
    assert "strip" in previews.missing(info)
    made(video, settings, tmp_path, "strip")
    assert previews.layout(info.content_hash) is not None


def test_both_of_a_photograph(settings: Settings, tmp_path: Path) -> None:
    path = photo(tmp_path / "a.jpg", (2400, 1200))
    sizes = {}
    for kind in wanted(probe(path)):
        made(path, settings, tmp_path, kind)
        still = probe(Previews(settings).place(probe(path).content_hash, kind))
        sizes[kind] = (still.width, still.height)
    assert sizes == {"thumbnail": (640, 320), "picture": (1920, 960)}


def test_two_who_ask_at_once_share_one(video: Path, settings: Settings, tmp_path: Path) -> None:
    with ThreadPoolExecutor(3) as pool:
        times = list(pool.map(lambda n: made(video, settings, tmp_path / str(n), "thumbnail"), range(3)))
    assert len(set(times)) == 1


def test_who_waits_for_another_one_can_be_stopped(video: Path, settings: Settings, tmp_path: Path) -> None:
    one, control = maker(video, settings, tmp_path), Control()
    place = Previews(settings).place(one.info.content_hash, "peaks")
    place.parent.mkdir(parents=True)
    with claim(place.with_name("peaks-1.json.tmp")) as mine:
        assert mine
        threading.Timer(0.3, control.cancel).start()
        with pytest.raises(Cancelled):
            one.make("peaks", control)
    assert not place.exists()


def test_a_file_that_is_another_one_by_now_is_refused(video: Path, settings: Settings, tmp_path: Path) -> None:
    """Its previews would be kept under the hash of what it was."""
    path = Path(shutil.copy(video, tmp_path / "a.mp4"))
    one = maker(path, settings, tmp_path)
    with path.open("ab") as file:
        file.write(b"more")
    with pytest.raises(MediaError) as caught:
        one.make("thumbnail", Control())
    assert caught.value.instance_code == "media_changed"
    assert not list(settings.data_dir.rglob("thumbnail*"))


def test_the_largest_picture_is_kept_to(video: Path, settings: Settings, tmp_path: Path) -> None:
    """What was let in may be opened again, whatever the limit is now, by ffmpeg as well."""
    small = settings.model_copy(update={"max_pixels": 10_000})
    assert made(video, small, tmp_path, "thumbnail")
    assert made(video, small, tmp_path, "proxy")


def test_progress_ends_at_one_also_when_it_is_there(video: Path, settings: Settings, tmp_path: Path) -> None:
    for _ in range(2):
        shares: list[float] = []
        made(video, settings, tmp_path, "peaks", Control(shares.append))
        assert shares[-1] == 1.0


def test_sound_that_does_not_decode_does_not_keep_the_picture_from_being_shown(
    settings: Settings, tmp_path: Path
) -> None:
    """What tells the decoder of the sound how to begin is broken: ffmpeg would not even start."""
    path = tmp_path / "a.mkv"
    picture = ("-f", "lavfi", "-i", "testsrc2=s=160x90:r=25:d=1", "-f", "lavfi", "-i", "sine=d=1")
    ffmpeg(*picture, "-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "libvorbis", path)
    data = bytearray(path.read_bytes())
    setup = data.index(b"\x05vorbis") + 7
    data[setup : setup + 200] = b"\xa5" * 200
    path.write_bytes(data)
    assert probe(path).audio is not None
    for kind in wanted(probe(path)):
        made(path, settings, tmp_path, kind)
    peaks = Previews(settings).peaks(probe(path).content_hash)
    assert peaks is not None and peaks.length == 0
    assert probe(Previews(settings).place(probe(path).content_hash, "proxy")).audio is None
