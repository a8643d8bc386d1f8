"""Every output frame shows the right source frame, whatever the source's rate."""

from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pytest

from app.errors import MediaError
from app.media.analyze import analyze
from app.media.containers import MAX_PIXELS
from app.media.seeking import EARLIER, begin_before
from app.models.control import Control
from app.tests.footage import ffmpeg
from app.tests.media.clips import Stage, assert_right, numbered_clip, numbers, pictures, shot, times_at

RATES = {
    "23.976": Fraction(24000, 1001),
    "25": Fraction(25),
    "29.97": Fraction(30000, 1001),
    "30": Fraction(30),
    "50": Fraction(50),
    "60": Fraction(60),
}


@pytest.mark.parametrize("rate", RATES.values(), ids=RATES.keys())
def test_right_source_frame_at_every_output_frame(tmp_path: Path, rate: Fraction) -> None:
    times = times_at(rate, int(8 * rate))
    stage = Stage(tmp_path, numbered_clip(tmp_path / "n.mp4", times, rate))
    key = stage.keys[0]
    starts = [(0.0, 7), (0.5, 1), (1.033333, 2), (2.345678, 30), (float(times[61]), 45), (0.1, 11)]
    shown = numbers(stage.rendered(*(shot(key, start, frames) for start, frames in starts)))
    assert len(shown) == sum(frames for _, frames in starts)
    for start, frames in starts:
        assert_right(shown[:frames], times, start)
        shown = shown[frames:]


@pytest.mark.parametrize("start", [0.0, 0.95, 1.2, 2.5, 2.999, 3.4])
def test_variable_rate_shows_what_stands_on_screen(tmp_path: Path, start: float) -> None:
    """A screen recording: 30 a second, then one picture for two seconds, then uneven steps."""
    times = [Fraction(n, 30) for n in range(31)]
    times += [Fraction(3) + Fraction(n * n % 5 + 3 * n, 90) for n in range(40)]
    times = sorted(set(times))
    stage = Stage(tmp_path, numbered_clip(tmp_path / "v.mp4", times))
    assert stage.infos[stage.keys[0]].variable_frame_rate
    assert_right(numbers(stage.rendered(shot(stage.keys[0], start, 24))), times, start)


@pytest.mark.parametrize("frames", [1, 2, 3, 4, 5, 8, 13, 29, 31, 61])
def test_exact_lengths_with_a_shot_before_and_after(tmp_path: Path, frames: int) -> None:
    times = times_at(Fraction(30), 90)
    stage = Stage(tmp_path, numbered_clip(tmp_path / "n.mp4", times))
    key = stage.keys[0]
    shown = numbers(stage.rendered(shot(key, 1.0, 3), shot(key, 0.2, frames), shot(key, 2.0, 1)))
    assert shown == [30, 31, 32, *range(6, 6 + frames), 60]


def test_two_missing_frames_are_repeated(tmp_path: Path) -> None:
    stage = Stage(tmp_path, numbered_clip(tmp_path / "n.mp4", times_at(Fraction(30), 60)))
    assert numbers(stage.rendered(shot(stage.keys[0], 1.8, 8))) == [54, 55, 56, 57, 58, 59, 59, 59]


def test_more_missing_frames_fail_with_the_place(tmp_path: Path) -> None:
    stage = Stage(tmp_path, numbered_clip(tmp_path / "n.mp4", times_at(Fraction(30), 60)))
    with pytest.raises(MediaError, match=r"gave 8 of the 20 frames that shot 1 takes from 1.80 s") as caught:
        stage.rendered(shot(stage.keys[0], 1.8, 20))
    assert caught.value.instance_code == "source_short"
    assert not (tmp_path / "out.mp4").exists()


def test_a_shot_wholly_past_the_end_fails(tmp_path: Path) -> None:
    stage = Stage(tmp_path, numbered_clip(tmp_path / "n.mp4", times_at(Fraction(30), 60)))
    with pytest.raises(MediaError, match="gave 0 of the 20 frames"):
        stage.rendered(shot(stage.keys[0], 10.0, 20))


CONTAINERS = {
    ".mkv": ("-c:v", "copy"),
    ".ts": ("-c:v", "copy"),
    ".mts": ("-c:v", "mpeg2video", "-q:v", "2", "-bf", "2", "-f", "mpegts"),
    ".mpg": ("-c:v", "mpeg2video", "-q:v", "2", "-bf", "2"),
    ".avi": ("-c:v", "mpeg4", "-q:v", "2"),
    ".flv": ("-c:v", "copy"),
    ".mxf": ("-c:v", "mpeg2video", "-q:v", "2"),
    ".wmv": ("-c:v", "wmv2", "-q:v", "2"),
}


@pytest.mark.parametrize("suffix", CONTAINERS)
def test_other_containers(tmp_path: Path, suffix: str) -> None:
    """MPEG-TS begins at 1.4 s and has no index, AVI has no presentation times: no shot may move or begin with a still.

    The shots begin on a key frame, well after one, just before one, and where the file begins.
    """
    plain = numbered_clip(tmp_path / "plain.mkv", times_at(Fraction(30), 150))
    ffmpeg("-i", plain, *CONTAINERS[suffix], "-g", "30", tmp_path / f"n{suffix}")
    stage = Stage(tmp_path, tmp_path / f"n{suffix}")
    starts = (1.0, 1.7, 3.9, 0.1)
    shown = numbers(stage.rendered(*(shot(stage.keys[0], start, 20) for start in starts)))
    assert shown == [number for start in starts for number in range(round(start * 30), round(start * 30) + 20)]


def test_a_transport_stream_with_key_frames_far_apart(tmp_path: Path) -> None:
    plain = numbered_clip(tmp_path / "plain.mkv", times_at(Fraction(30), 360))
    ffmpeg("-i", plain, "-c:v", "libx264", "-preset", "veryfast", "-g", "330", "-sc_threshold", "0", tmp_path / "n.ts")
    stage = Stage(tmp_path, tmp_path / "n.ts")
    assert numbers(stage.rendered(shot(stage.keys[0], 10.0, 10))) == list(range(300, 310))
    assert begin_before(tmp_path / "n.ts", 10.0, MAX_PIXELS) == 0.0
    assert begin_before(tmp_path / "n.ts", 11.5, MAX_PIXELS) == pytest.approx(11.0 - EARLIER, abs=0.1)


def changing(folder: Path, size: tuple[int, int], pixels: str, suffix: str) -> Path:
    """Write 2 s of 320x180 in yuv420p, then 2 s of another size or format, in one stream."""
    parts = []
    for n, (wide, high), kind in ((0, (320, 180), "yuv420p"), (1, size, pixels)):
        source = ("-f", "lavfi", "-i", f"testsrc2=s={wide}x{high}:r=30:d=2,format={kind}")
        coded = (
            "-c:v",
            "libx264",
            "-preset",
            "veryfast",
            "-g",
            "15",
            "-output_ts_offset",
            str(2 * n),
            "-muxdelay",
            "0",
        )
        parts.append(folder / f"{n}.ts")
        ffmpeg(*source, *coded, "-output_ts_offset", str(2 * n), parts[-1])
    joined = folder / "joined.ts"
    joined.write_bytes(b"".join(part.read_bytes() for part in parts))
    if suffix != ".ts":
        ffmpeg("-i", joined, "-c", "copy", folder / f"c{suffix}")
    return joined if suffix == ".ts" else folder / f"c{suffix}"


@pytest.mark.parametrize("suffix", [".ts", ".mkv"])
@pytest.mark.parametrize(
    ("size", "pixels"),
    [((640, 480), "yuv420p"), ((180, 320), "yuv420p"), ((320, 180), "yuv422p"), ((320, 180), "yuv420p10le")],
)
def test_a_picture_that_changes_size_or_format(tmp_path: Path, size: tuple[int, int], pixels: str, suffix: str) -> None:
    """The change is a cut; shots before and soon after it are whole, one across it is refused."""
    source = changing(tmp_path, size, pixels, suffix)
    stage = Stage(tmp_path, source)
    key = stage.keys[0]
    shots = analyze(source, stage.infos[key], Control()).shots
    assert [s.span.start for s in shots] == pytest.approx([0, 2], abs=0.04)
    shown = pictures(stage.rendered(shot(key, 1.0, 25), shot(key, 2.1, 30)))
    assert len(shown) == 55
    assert all((a != b).any() for a, b in pairwise(shown)), "no picture stands still"
    with pytest.raises(MediaError, match=r"changes the size or format of its picture within shot 1") as caught:
        stage.rendered(shot(key, 1.5, 30))
    assert caught.value.instance_code == "source_changes"


def test_the_picture_that_was_measured_is_the_one_that_is_shown(tmp_path: Path) -> None:
    """A first stream of an unknown codec, as cameras write for their own use, is passed over by both."""
    film, both = numbered_clip(tmp_path / "film.mp4", times_at(Fraction(30), 60)), tmp_path / "both.mp4"
    ffmpeg("-i", film, "-map", "0", "-map", "0", "-c", "copy", both)
    both.write_bytes(both.read_bytes().replace(b"avc1\0\0\0\0", b"zzzz\0\0\0\0", 1))
    stage = Stage(tmp_path, both)
    assert numbers(stage.rendered(shot(stage.keys[0], 0.5, 20))) == list(range(15, 35))
