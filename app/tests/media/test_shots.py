"""Finding cuts: on numbers alone, on made clips, and on real ones with known cuts."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.media.probe import probe
from app.media.shots import Change, Stretch, dissolves, fades, hard_cuts, runs, shots, transitions
from app.media.signals import Meter, Signals, lag_frames, measure
from app.models.control import Control
from app.tests.conftest import ClipMaker
from app.tests.footage import ffmpeg, make_clip, scene, texture
from app.tests.media.test_signals import frame_of


def steady(count: int = 120, fps: float = 30.0, cuts: tuple[int, ...] = ()) -> Signals:
    """Return the signals of handheld footage with hard cuts at these frames."""
    rng = np.random.default_rng(1)
    diff = rng.uniform(2, 6, count).astype(np.float32)
    far = np.full(count, 8, np.float32)
    signals = Signals(
        fps=fps,
        time=np.arange(count) / fps,
        diff=diff,
        histogram=np.full(count, 0.05, np.float32),
        motion=(diff / 2).astype(np.float32),
        change=(diff * 0.8).astype(np.float32),
        sharpness=np.full(count, 100, np.float32),
        luma=np.full(count, 110, np.float32),
        contrast=np.full(count, 50, np.float32),
        lag4=far.copy(),
        lag5=far.copy(),
        lag6=far.copy(),
        lag14=far.copy(),
        blend=np.full(count, 0.5, np.float32),
        alike=np.full(count, 0.9, np.float32),
        dhash=np.zeros(count, np.uint64),
    )
    for cut in cuts:
        change_at(signals, cut)
    return signals


def change_at(signals: Signals, at: int, size: float = 60.0, histogram: float = 0.6) -> None:
    """Write a cut into the arrays, as it looks in all of them."""
    signals.diff[at], signals.change[at], signals.histogram[at] = size, size * 0.8, histogram
    for lag, values in ((4, signals.lag4), (5, signals.lag5), (6, signals.lag6), (14, signals.lag14)):
        values[at : at + lag_frames(lag, signals.fps)] = size * 0.8


def measured(pictures: Iterator[np.ndarray]) -> Signals:
    meter = Meter(30.0)
    for i, picture in enumerate(pictures):
        meter.add(frame_of(picture, i))
    return meter.signals()


def test_no_cut_is_one_shot() -> None:
    assert shots(steady()) == [Stretch(0, 120)]


@pytest.mark.parametrize("cuts", [(40,), (30, 60, 90), (10, 110), (20, 35, 50)])
def test_cuts_divide_the_frames(cuts: tuple[int, ...]) -> None:
    signals = steady(cuts=cuts)
    assert hard_cuts(signals) == list(cuts)
    edges = [0, *cuts, 120]
    assert shots(signals) == [Stretch(a, b) for a, b in pairwise(edges)]


@given(st.sets(st.integers(2, 24), max_size=12).map(sorted), st.sampled_from([10.0, 24.0, 30.0, 60.0]))
@settings(max_examples=40)
def test_shots_never_overlap_and_lose_nothing_at_hard_cuts(places: list[int], fps: float) -> None:
    cuts = tuple(p * 40 for p in places)
    found = shots(steady(1000, fps, cuts))
    assert [s.first for s in found] == [0, *cuts]
    assert [s.end for s in found] == [*cuts, 1000]


def test_a_weak_change_is_no_cut() -> None:
    signals = steady()
    change_at(signals, 50, size=9.5)
    assert hard_cuts(signals) == []


def test_the_same_colours_need_a_plainer_change() -> None:
    signals = steady()
    change_at(signals, 50, size=20, histogram=0.1)
    assert hard_cuts(signals) == []
    change_at(signals, 50, size=60, histogram=0.1)
    assert hard_cuts(signals) == [50]


def test_violent_motion_is_no_cut() -> None:
    signals = steady()
    signals.diff[40:70] = np.random.default_rng(2).uniform(30, 45, 30)
    signals.histogram[40:70] = 0.4
    assert hard_cuts(signals) == []


def test_a_flash_is_no_cut() -> None:
    signals = steady()
    signals.diff[50], signals.diff[53] = 80, 45
    signals.change[50], signals.change[53] = 70, 40
    signals.histogram[50], signals.histogram[53] = 0.9, 0.7
    assert hard_cuts(signals) == []  # the lags, 8 throughout, say that the picture came back


def test_a_single_strange_frame_is_no_cut() -> None:
    still = texture(1, 320, 180)
    signals = measured(texture(2, 320, 180) if i == 40 else still for i in range(80))
    assert hard_cuts(signals) == []


@pytest.mark.parametrize("count", [1, 2, 3])
def test_few_frames(count: int) -> None:
    assert shots(steady(count)) == [Stretch(0, count)]


def test_runs() -> None:
    assert runs(np.array([], bool)) == []
    assert runs(np.array([True, True, False, True])) == [Stretch(0, 2), Stretch(3, 4)]
    assert runs(np.zeros(5, bool)) == []


@pytest.mark.parametrize("length", [10, 15, 24])
def test_dissolves_are_left_out_of_both_shots(length: int) -> None:
    first, second = scene("still", 1, 100, (320, 180)), scene("still", 2, 100, (320, 180))

    def pictures() -> Iterator[np.ndarray]:
        for i, (a, b) in enumerate(zip(first, second, strict=True)):
            share = min(1.0, max(0.0, (i - 50) / length))
            yield (a * (1 - share) + b * share).astype(np.uint8)

    signals = measured(pictures())
    (found,) = dissolves(signals)
    assert found.first <= 52 and found.end >= 50 + length - 2
    assert found.first >= 40 and found.end <= 50 + length + 16
    before, after = shots(signals)
    assert (before.end, after.first) == (found.first, found.end)


def test_a_fade_through_black_is_left_out() -> None:
    a, b = texture(1, 320, 180), texture(2, 320, 180)
    levels = [1.0] * 40 + [1 - i / 12 for i in range(13)] + [i / 12 for i in range(1, 13)] + [1.0] * 40
    signals = measured(((a if i < 53 else b) * level).astype(np.uint8) for i, level in enumerate(levels))
    (found,) = fades(signals)
    assert found.first == pytest.approx(40, abs=2) and found.end == pytest.approx(65, abs=2)
    assert transitions(signals) == [Change("fade", found)]
    assert len(shots(signals)) == 2


def test_a_fade_in_other_light_only_is_no_dissolve() -> None:
    a = texture(1, 320, 180)
    signals = measured((a * (0.5 + 0.5 * min(1, max(0, (i - 30) / 15)))).astype(np.uint8) for i in range(80))
    assert transitions(signals) == []


def test_long_black_is_a_shot_of_its_own(make: ClipMaker) -> None:
    path = make(kinds=("moving", "black", "still"), cuts=(1.0, 2.0), seconds=3.0, audio=None)
    found = shots(measure(path, probe(path), Control()))
    assert [(s.first, s.end) for s in found] == [(0, 30), (30, 60), (60, 90)]


def test_black_at_both_ends_does_not_confuse(make: ClipMaker) -> None:
    path = make(kinds=("black", "moving", "black"), cuts=(0.3, 2.0), seconds=2.3, audio=None)
    found = shots(measure(path, probe(path), Control()))
    assert any(s.first <= 12 and s.end >= 55 for s in found)


SLOW = [pytest.param(codec, marks=pytest.mark.slow) for codec in ("hevc", "hevc10")]


@pytest.mark.parametrize("codec", ["h264", *SLOW, "vp9", "mpeg4"])
def test_cuts_of_made_clips_are_exact(make: ClipMaker, codec: str) -> None:
    path = make(".mkv", codec=codec, cuts=(0.9, 1.8, 2.9), audio=None)
    assert hard_cuts(measure(path, probe(path), Control())) == [27, 54, 87]


@pytest.mark.parametrize("fps", [24, 25, 30, 50, 60])
def test_cuts_at_any_rate(make: ClipMaker, fps: int) -> None:
    path = make(fps=fps, cuts=(1.0, 2.0), seconds=3.0, size=(320, 180), audio=None)
    assert hard_cuts(measure(path, probe(path), Control())) == [fps, 2 * fps]


@pytest.mark.parametrize("seed", range(4))
def test_a_flash_in_a_made_clip_is_no_cut(make: ClipMaker, seed: int) -> None:
    path = make(cuts=(1.5,), seconds=3.0, flash_at=0.8, seed=seed, audio=None)
    assert hard_cuts(measure(path, probe(path), Control())) == [45]


def test_an_uncut_clip_has_no_cut(make: ClipMaker) -> None:
    path = make(cuts=(), seconds=6.0, audio=None)
    assert shots(measure(path, probe(path), Control())) == [Stretch(0, 180)]


def test_turning_does_not_matter(make: ClipMaker) -> None:
    plain, turned = make(audio=None), make(rotation=90, audio=None)
    found = [hard_cuts(measure(p, probe(p), Control())) for p in (plain, turned)]
    assert found[0] == found[1] == [45, 84]


def test_dropped_frames_do_not_matter(tmp_path: Path) -> None:
    path, dropped = make_clip(tmp_path / "a.mp4", audio=None), tmp_path / "vfr.mp4"
    ffmpeg("-i", path, "-vf", "select='mod(n,5)'", "-fps_mode", "vfr", "-preset", "ultrafast", dropped)
    signals = measure(dropped, probe(dropped), Control())
    times = [float(signals.time[i]) for i in hard_cuts(signals)]
    assert times == pytest.approx([1.5, 2.8], abs=0.07)


def test_cuts_of_animation(test_media: Path) -> None:
    path = test_media / "mpy-big_buck_bunny_0_30.webm"
    assert hard_cuts(measure(path, probe(path), Control())) == [283, 376, 551]


@pytest.mark.parametrize(
    "name", ["intel-car-detection.mp4", "mpy-chaplin.mp4", "intel-asl-again.mkv", "intel-bottle-detection.mp4"]
)
def test_real_clips_without_a_cut(test_media: Path, name: str) -> None:
    path = test_media / name
    signals = measure(path, probe(path), Control())
    assert shots(signals) == [Stretch(0, len(signals))]


def test_a_later_start_moves_times_not_frames() -> None:
    signals = steady(cuts=(40,))
    assert hard_cuts(replace(signals, time=signals.time + 5)) == [40]
