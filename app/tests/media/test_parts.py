"""Every output frame shows the right source frame, whatever the source's rate."""

from fractions import Fraction
from pathlib import Path

import pytest

from app.errors import MediaError
from app.tests.media.clips import Stage, numbered_clip, numbers, shot, times_at

RATES = {
    "23.976": Fraction(24000, 1001),
    "25": Fraction(25),
    "29.97": Fraction(30000, 1001),
    "30": Fraction(30),
    "50": Fraction(50),
    "60": Fraction(60),
}
HALF = Fraction(1, 60)


def assert_right(shown: list[int], times: list[Fraction], start: float) -> None:
    """Frame n must show the last picture that begins before start + n/30 + half an output frame."""
    begin = Fraction(round(start * 1_000_000), 1_000_000)
    slack = Fraction(1, 5000)
    for n, number in enumerate(shown):
        at = begin + Fraction(n, 30) + HALF
        assert times[number] <= max(at + slack, times[0]), (n, number)
        assert number + 1 >= len(times) or times[number + 1] >= at - slack, (n, number)


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


@pytest.mark.parametrize("suffix", [".mkv", ".ts", ".avi"])
def test_other_containers(tmp_path: Path, suffix: str) -> None:
    """MPEG-TS begins at 1.4 s, AVI has no presentation times: the shot's place must not move."""
    b_frames = 0 if suffix == ".avi" else 2
    times = times_at(Fraction(30), 90)
    stage = Stage(tmp_path, numbered_clip(tmp_path / f"n{suffix}", times, b_frames=b_frames))
    assert numbers(stage.rendered(shot(stage.keys[0], 1.0, 20))) == list(range(30, 50))
