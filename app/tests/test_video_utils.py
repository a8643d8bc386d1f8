"""The original interface of probing: rotation, rate, size, duration, codec and bitrate of real files of every kind."""

import os
import shutil
from pathlib import Path

import pytest

from app.errors import MediaError
from app.services.video_utils import get_video_duration, get_video_info, get_video_resolution, get_video_rotation
from app.tests.conftest import ClipMaker
from app.tests.footage import ffmpeg, make_clip

KEYS = {"duration", "fps", "width", "height", "rotation", "codec", "bitrate"}


def test_info_has_exactly_the_agreed_fields(clip: Path) -> None:
    info = get_video_info(clip)
    assert set(info) == KEYS
    assert (info["width"], info["height"], info["rotation"], info["codec"]) == (640, 360, 0, "h264")
    assert info["duration"] == pytest.approx(4.0, abs=0.01)
    assert info["fps"] == pytest.approx(30.0)
    assert info["bitrate"] == pytest.approx(clip.stat().st_size * 8 / 4, rel=0.2)


def test_values_have_plain_types(clip: Path) -> None:
    types = {key: type(value) for key, value in get_video_info(clip).items()}
    assert types == {
        **dict.fromkeys(("duration", "fps"), float),
        **dict.fromkeys(("width", "height", "rotation", "bitrate"), int),
        "codec": str,
    }


def test_the_four_functions_agree(make: ClipMaker) -> None:
    path = make(rotation=90, audio=None)
    info = get_video_info(path)
    assert get_video_rotation(path) == info["rotation"] == 90
    assert get_video_duration(path) == info["duration"]
    assert get_video_resolution(path) == (info["width"], info["height"]) == (360, 640)


def test_paths_may_be_text(clip: Path) -> None:
    assert get_video_duration(str(clip)) == get_video_duration(clip)  # callers pass both


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".mkv"])
@pytest.mark.parametrize(
    ("turn", "expected"), [(0, 0), (90, 90), (180, 180), (270, 270), (-90, 270), (-180, 180), (-270, 90), (450, 90)]
)
def test_rotation_by_display_matrix(make: ClipMaker, suffix: str, turn: int, expected: int) -> None:
    path = make(suffix, rotation=turn, seconds=0.5, cuts=(), audio=None)
    assert get_video_rotation(path) == expected
    assert get_video_resolution(path) == ((360, 640) if expected in {90, 270} else (640, 360))


@pytest.mark.parametrize(("turn", "expected"), [(2, 0), (88, 90), (100, 90), (181, 180), (-92, 270)])
def test_rotation_off_the_right_angle_snaps_to_the_nearest(make: ClipMaker, turn: int, expected: int) -> None:
    assert get_video_rotation(make(rotation=turn, seconds=0.5, cuts=(), audio=None)) == expected


@pytest.mark.parametrize(
    ("tag", "expected"),
    [("90", 90), ("180", 180), ("270", 270), ("-90", 270), ("0", 0), ("360", 0), ("89.6", 90), ("upside down", 0)],
)
def test_rotation_by_the_old_tag(make: ClipMaker, tmp_path: Path, tag: str, expected: int) -> None:
    path = tmp_path / "tagged.mkv"
    ffmpeg("-i", make(seconds=0.5, cuts=(), audio=None), "-c", "copy", "-metadata:s:v", f"rotate={tag}", path)
    assert get_video_rotation(path) == expected
    assert get_video_resolution(path) == ((360, 640) if expected in {90, 270} else (640, 360))


@pytest.mark.parametrize("tag", ["nan", "inf", "-inf", "1e999", ""])
def test_a_tag_that_is_no_number_turns_nothing(make: ClipMaker, tmp_path: Path, tag: str) -> None:
    path = tmp_path / "tagged.mkv"
    ffmpeg("-i", make(seconds=0.5, cuts=(), audio=None), "-c", "copy", "-metadata:s:v", f"rotate={tag}", path)
    assert get_video_rotation(path) == 0


def test_the_display_matrix_counts_once_when_the_tag_says_the_same(make: ClipMaker, tmp_path: Path) -> None:
    path = tmp_path / "both.mkv"
    source = make(seconds=0.5, cuts=(), audio=None)
    ffmpeg("-display_rotation", "-90", "-i", source, "-c", "copy", "-metadata:s:v", "rotate=90", path)
    assert get_video_rotation(path) == 90


@pytest.mark.parametrize(
    ("suffix", "codec", "name"),
    [
        (".mp4", "h264", "h264"),
        (".mp4", "hevc", "hevc"),
        (".mov", "prores", "prores"),
        (".mkv", "h264", "h264"),
        (".webm", "vp9", "vp9"),
        (".avi", "mpeg4", "mpeg4"),
        (".ts", "h264", "h264"),
        (".mpg", "mpeg1", "mpeg1video"),
    ],
)
def test_containers_and_codecs(tmp_path: Path, suffix: str, codec: str, name: str) -> None:
    options = ["-c:v", "mpeg1video"] if codec == "mpeg1" else []
    encoder = "mpeg4" if codec == "mpeg1" else codec
    path = make_clip(tmp_path / f"clip{suffix}", codec=encoder, seconds=1.0, cuts=(), audio=None, options=options)
    info = get_video_info(path)
    assert info["codec"] == name
    assert (info["width"], info["height"]) == (640, 360)
    assert info["duration"] == pytest.approx(1.0, abs=0.05)
    assert info["fps"] == pytest.approx(30.0, rel=0.01)


@pytest.mark.parametrize("fps", [10, 23.976, 24, 25, 29.97, 50, 59.94, 60])
def test_rates(tmp_path: Path, fps: float) -> None:
    path = make_clip(tmp_path / "clip.mp4", fps=fps, seconds=1.0, cuts=(), size=(320, 180), audio=None)
    assert get_video_info(path)["fps"] == pytest.approx(fps, rel=0.002)


def test_rate_of_matroska_that_counts_milliseconds(tmp_path: Path) -> None:
    path = make_clip(tmp_path / "clip.mkv", fps=29.97, seconds=2.0, cuts=(), size=(320, 180), audio=None)
    assert get_video_info(path)["fps"] == pytest.approx(29.97, rel=0.002)


@pytest.mark.parametrize(
    ("pixel", "size", "turn", "shown"),
    [
        ("4/3", (480, 360), 0, (640, 360)),
        ("8/9", (720, 480), 0, (640, 480)),
        ("1/1", (480, 360), 0, (480, 360)),
        ("4/3", (480, 360), 90, (360, 640)),
        ("64/45", (720, 576), 0, (1024, 576)),
        ("100/1", (480, 360), 0, (480, 360)),  # absurd: taken as square
    ],
)
def test_size_has_square_pixels(
    make: ClipMaker, pixel: str, size: tuple[int, int], turn: int, shown: tuple[int, int]
) -> None:
    options = ("-vf", f"setsar={pixel}")
    path = make(size=size, seconds=0.5, cuts=(), audio=None, rotation=turn, options=options)
    assert get_video_resolution(path) == shown


@pytest.mark.parametrize("size", [(641, 361), (1280, 320), (16, 16), (90, 160)])
def test_odd_and_extreme_sizes(make: ClipMaker, size: tuple[int, int]) -> None:
    assert get_video_resolution(make(size=size, seconds=0.5, cuts=(), audio=None)) == size


def test_duration_is_the_pictures_when_the_sound_is_longer(make: ClipMaker, tmp_path: Path) -> None:
    path = tmp_path / "long-sound.mkv"
    picture = make(seconds=1.0, cuts=(), audio=None)
    ffmpeg("-i", picture, "-f", "lavfi", "-t", "3", "-i", "sine=440", "-c:v", "copy", "-c:a", "aac", path)
    assert get_video_duration(path) == pytest.approx(1.0, abs=0.05)


def test_duration_of_a_stream_without_one(make: ClipMaker, tmp_path: Path) -> None:
    path = tmp_path / "live.mkv"
    ffmpeg("-i", make(seconds=2.0, cuts=(), audio=None), "-c", "copy", "-live", "1", path)
    assert get_video_duration(path) == pytest.approx(2.0, abs=0.05)


def test_duration_counts_from_the_files_own_start(make: ClipMaker, tmp_path: Path) -> None:
    path = tmp_path / "late.ts"
    ffmpeg("-i", make(seconds=2.0, cuts=(), audio="tone"), "-c", "copy", "-output_ts_offset", "3600", path)
    assert get_video_duration(path) == pytest.approx(2.0, abs=0.1)


ODD_NAMES = [
    "with space.mp4",
    'it\'s "quoted".mp4',
    "șțăîâ ȘȚĂ.mp4",
    "🔥 sale 🛍️.mp4",
    "-dash.mp4",
    "a%03d[b],c;d:e.mp4",
    "http:example.mp4",
    "concat:x|y.mp4",
    "new\nline.mp4",
    "noending",
]


@pytest.mark.parametrize("name", ODD_NAMES)
def test_names(clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    shutil.copy(clip, tmp_path / name)
    assert get_video_duration(tmp_path / name) == pytest.approx(4.0, abs=0.01)
    monkeypatch.chdir(tmp_path)
    assert get_video_rotation(name) == 0


def test_a_name_that_is_not_utf8(clip: Path, tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"caf\xe9.mp4")
    shutil.copy(clip, path)
    assert get_video_duration(path) == pytest.approx(4.0, abs=0.01)
    path.write_text("no video")
    with pytest.raises(MediaError) as caught:
        get_video_info(path)
    assert caught.value.message.encode()  # it can be printed


def test_sound_only_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "voice.m4a"
    ffmpeg("-f", "lavfi", "-t", "1", "-i", "sine=440", "-c:a", "aac", path)
    with pytest.raises(MediaError) as caught:
        get_video_info(path)
    assert caught.value.instance_code == "media_no_picture"


def test_a_cover_is_not_a_video(clip: Path, tmp_path: Path) -> None:
    cover, song = tmp_path / "cover.jpg", tmp_path / "song.mp3"
    ffmpeg("-i", clip, "-frames:v", "1", cover)
    tune = ["-f", "lavfi", "-t", "1", "-i", "sine=440"]
    ffmpeg(*tune, "-i", cover, "-map", "0", "-map", "1", "-c:v", "copy", "-disposition:v", "attached_pic", song)
    with pytest.raises(MediaError) as caught:
        get_video_info(song)
    assert caught.value.instance_code == "media_no_picture"


def test_the_largest_picture_can_be_set(clip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDIT_FACTORY_MAX_PIXELS", "10000")
    with pytest.raises(MediaError) as caught:
        get_video_info(clip)
    assert caught.value.instance_code == "media_too_large"
    assert "EDIT_FACTORY_MAX_PIXELS" in caught.value.hint


REAL = [
    ("intel-one-by-one-person-detection.mp4", 139.4, 10.0, (768, 432)),
    ("intel-car-detection.mp4", 30.16, 12.5, (768, 432)),
    ("intel-asl-bird.mkv", 2.1, 30.0, (640, 480)),
    ("mpy-big_buck_bunny_0_30.webm", 30.0, 24.0, (1280, 720)),
    ("mpy-chaplin.mp4", 9.64, 25.0, (640, 360)),
]


@pytest.mark.parametrize(("name", "duration", "fps", "size"), REAL)
def test_real_clips(test_media: Path, name: str, duration: float, fps: float, size: tuple[int, int]) -> None:
    info = get_video_info(test_media / name)
    assert info["duration"] == pytest.approx(duration, abs=0.05)
    assert info["fps"] == pytest.approx(fps, rel=0.001)
    assert (info["width"], info["height"]) == size
