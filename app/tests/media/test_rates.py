"""Sources of every rate, with times as cameras and programs write them: the right picture on every output frame.

Which picture is on screen when is read from the file by PyAV, frame by frame, apart from all that renders: its time
counts from where the container begins, as everywhere in Edit Factory.
"""

from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest

from app.tests.footage import ffmpeg
from app.tests.media.clips import Stage, assert_right, number_in, numbered_clip, numbers, shot, times_at

RATES = {
    "23.976": Fraction(24000, 1001),
    "24": Fraction(24),
    "25": Fraction(25),
    "29.97": Fraction(30000, 1001),
    "30": Fraction(30),
    "50": Fraction(50),
    "59.94": Fraction(60000, 1001),
    "60": Fraction(60),
}
every_rate = pytest.mark.parametrize("rate", RATES.values(), ids=RATES.keys())


def phone(count: int) -> list[Fraction]:
    """When a phone takes pictures: about 30 a second, each a little early or late, in poor light every second one."""
    times, at = [], Fraction(0)
    for n in range(count):
        times.append(at)
        dark = 60 < n < 90
        at += Fraction(1, 15 if dark else 30) + Fraction((n * 7919) % 13 - 6, 9000)
    return times


def truth(path: Path) -> list[Fraction]:
    """Return when each picture begins, in source seconds; a picture's place in the list is the number it shows.

    Pictures before the file's beginning, which an edit list hides, stand there with the times they would have.
    """
    with av.open(str(path)) as container:
        zero = Fraction(container.start_time or 0, 1_000_000)
        found = {}
        for frame in container.decode(video=0):
            assert frame.pts is not None
            assert frame.time_base is not None
            luma = np.asarray(frame.to_ndarray()[: frame.height, : frame.width], np.uint8)
            found[number_in(luma)] = frame.pts * frame.time_base - zero
    times = list(found.values())
    assert list(found) == list(range(min(found), max(found) + 1)), "every picture is there, in order"
    assert all(a < b for a, b in pairwise(times))
    hidden = [times[0] - Fraction(min(found) - n, 30) for n in range(min(found))]
    return hidden + times


def assert_lands(path: Path, *, starts: tuple[float, ...] = (0.0, 1.033333, 2.345678)) -> None:
    """Every output frame of shots that begin at `starts` must show what is on screen then."""
    times, stage = truth(path), Stage(path.parent, path)
    key = stage.keys[0]
    shown = numbers(stage.rendered(*(shot(key, start, 25) for start in starts)))
    assert len(shown) == 25 * len(starts)
    for n, start in enumerate(starts):
        assert_right(shown[25 * n : 25 * n + 25], times, start)


def cut_by_edit_list(plain: Path, folder: Path) -> Path:
    """As phones and lossless cutters do: packets from the key frame on, and a list that says to begin later."""
    ffmpeg("-ss", "0.71", "-i", plain, "-c", "copy", folder / "cut.mp4")
    return folder / "cut.mp4"


def late_picture(plain: Path, folder: Path) -> Path:
    """Sound from the beginning, picture from a quarter of a second on."""
    sound = ("-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000:duration=4")
    ffmpeg(*sound, "-itsoffset", "0.25", "-i", plain, "-map", "1:v", "-map", "0:a", "-c:v", "copy", folder / "late.mp4")
    return folder / "late.mp4"


def late_in_matroska(plain: Path, folder: Path) -> Path:
    """Times in whole milliseconds, as screen recorders write them."""
    ffmpeg("-i", plain, "-c", "copy", "-output_ts_offset", "3.3", folder / "ms.mkv")
    return folder / "ms.mkv"


def negative_offsets(plain: Path, folder: Path) -> Path:
    """B frames told by negative offsets instead of an edit list."""
    flags = ("-movflags", "+negative_cts_offsets", "-use_editlist", "0")
    ffmpeg("-i", plain, "-c", "copy", *flags, folder / "negative.mov")
    return folder / "negative.mov"


def fragmented(plain: Path, folder: Path) -> Path:
    """As recorders write that must survive a crash."""
    ffmpeg("-i", plain, "-c", "copy", "-movflags", "+frag_keyframe+empty_moov", folder / "fragments.mp4")
    return folder / "fragments.mp4"


def transport(plain: Path, folder: Path) -> Path:
    """Begins at 1.4 s, without an index."""
    ffmpeg("-i", plain, "-c", "copy", folder / "t.ts")
    return folder / "t.ts"


def transport_wrapped(plain: Path, folder: Path) -> Path:
    """The 33 bits of a camera's clock run over in the middle of the recording."""
    ffmpeg("-i", plain, "-c", "copy", "-output_ts_offset", f"{2**33 / 90000 - 3:.6f}", folder / "wrap.ts")
    return folder / "wrap.ts"


Maker = Callable[[Path, Path], Path]
KINDS: tuple[Maker, ...] = (
    cut_by_edit_list,
    late_picture,
    late_in_matroska,
    negative_offsets,
    fragmented,
    transport,
    transport_wrapped,
)
every_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)


@every_rate
def test_every_rate_lands_on_the_right_frames(tmp_path: Path, rate: Fraction) -> None:
    assert_lands(numbered_clip(tmp_path / "n.mp4", times_at(rate, int(4 * rate)), rate))


@every_kind
def test_so_do_files_that_begin_oddly(tmp_path: Path, kind: Maker) -> None:
    rate = RATES["50" if kind in {late_in_matroska, transport} else "29.97"]
    plain = numbered_clip(tmp_path / "n.mkv", times_at(rate, int(5 * rate)), rate)
    assert_lands(kind(plain, tmp_path))


def test_a_phones_uneven_times(tmp_path: Path) -> None:
    path = numbered_clip(tmp_path / "n.mp4", phone(130))
    assert_lands(path, starts=(0.7, 1.95, 2.5, 3.333333))


@every_kind
def test_a_phones_uneven_times_in_files_that_begin_oddly(tmp_path: Path, kind: Maker) -> None:
    plain = numbered_clip(tmp_path / "n.mkv", phone(150))
    assert_lands(kind(plain, tmp_path))


def test_at_the_outputs_own_rate_each_picture_is_shown_once(tmp_path: Path) -> None:
    """From wherever within a picture the shot begins: no picture twice, none left out."""
    stage = Stage(tmp_path, numbered_clip(tmp_path / "n.mp4", times_at(Fraction(30), 90)))
    for part in (0, 3, 7, 9):
        start = round(1 + part / 300, 6)
        shown = numbers(stage.rendered(shot(stage.keys[0], start, 40)))
        first = 30 if part < 5 else 31
        assert shown == list(range(first, first + 40))


@pytest.mark.slow
@pytest.mark.parametrize("rate", ["23.976", "29.97", "59.94"])
def test_the_right_frames_also_late_in_a_long_source(tmp_path: Path, rate: str) -> None:
    """The broadcast rates are a thousandth off: counted at their nominal rate, a frame is lost in 34 s."""
    exact = RATES[rate]
    path = numbered_clip(tmp_path / "n.mp4", times_at(exact, 1023), exact)
    last = float(1000 / exact)
    assert_lands(path, starts=(round(last - 1, 6), round(last - 7.3, 6)))


@pytest.mark.parametrize("frames", [124, 260])
def test_a_shot_may_be_long(tmp_path: Path, frames: int) -> None:
    """Frame 123 is the first whose time in binary fractions falls below its number."""
    stage = Stage(tmp_path, numbered_clip(tmp_path / "n.mp4", times_at(Fraction(30), frames + 10)))
    assert numbers(stage.rendered(shot(stage.keys[0], 0.1, frames))) == list(range(3, 3 + frames))
