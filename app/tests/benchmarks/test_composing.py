"""Footage has its cuts, dissolves, fades and flashes where its truth says."""

import json
from itertools import pairwise
from pathlib import Path
from random import Random

import av
import numpy as np
import pytest

from benchmarks.tools import footage as making
from benchmarks.tools.composing import Picture, Size, Stock, Take, blended, compose, encoding, mixed, plan, textured
from benchmarks.tools.footage import changes, footage, looped, shared_tool

SMALL: Size = (160, 90)


def numbers(start: int) -> Random:
    return Random(start)  # noqa: S311 - a plan, no secret


def plain() -> Stock:
    """Return takes whose pictures are all of one value: ten times the number of the take's first frame."""

    def pictures(take: Take, more: int) -> list[Picture]:
        return [np.full(4, 10 * take.start, np.uint8)] * (take.frames + more)

    return Stock(lambda take, more: iter(pictures(take, more)), np.zeros(4, np.uint8), "gray")


def values(*takes: Take) -> list[int]:
    return [int(picture[0]) for picture in compose(takes, plain())]


def test_a_cut_is_at_its_frame() -> None:
    assert values(Take(2, 3), Take(5, 2)) == [20, 20, 20, 50, 50]


def test_a_dissolve_mixes_the_first_frames_with_what_the_take_before_would_have_shown() -> None:
    seen = values(Take(4, 2), Take(20, 5, "dissolve", 3))
    assert seen[:2] == [40, 40]
    assert [round(value, -1) for value in seen[2:]] == [80, 120, 160, 200, 200]


def test_a_fade_goes_to_black_and_comes_back() -> None:
    seen = values(Take(16, 5), Take(20, 5, "fade", 3))
    assert [round(value, -1) for value in seen] == [160, 160, 120, 80, 40, 50, 100, 150, 200, 200]


def test_a_flash_is_in_the_middle() -> None:
    assert values(Take(1, 6, event="flash")) == [10, 10, 10, 120, 90, 60]


def test_mixed_is_the_first_at_one_and_the_other_at_zero() -> None:
    one, other = np.array([200], np.uint8), np.array([100], np.uint8)
    assert [int(mixed(one, other, share)[0]) for share in (1.0, 0.5, 0.0)] == [200, 150, 100]


@pytest.mark.parametrize("style", ["phone", "edited", "blends", "uncut"])
def test_a_plan_fills_the_time(style: str) -> None:
    takes = plan(1800, numbers(41), style)
    assert sum(take.frames for take in takes) == 1800
    assert [take.start for take in takes] == [sum(take.frames for take in takes[:n]) for n in range(len(takes))]
    assert (len(takes) == 1) == (style == "uncut")
    kinds = {take.transition for take in takes[1:]}
    assert kinds == ({"cut", "dissolve", "fade"} if style == "blends" else {"cut"} if len(takes) > 1 else set())


def test_soft_changes_fit_into_their_takes() -> None:
    takes = blended(plan(20_000, numbers(1), "phone"), numbers(2))
    soft = [take for take in takes if take.transition != "cut"]
    assert len(soft) > 40
    assert all(0 < take.length <= take.frames // 3 for take in soft)


def test_phones_write_a_key_frame_a_second_and_editors_what_x264_likes() -> None:
    assert "-g" in encoding(SMALL, "phone")
    assert "17.0M" in encoding((1920, 1080), "blends")
    assert encoding(SMALL, "edited") == ["-preset", "medium", "-crf", "20"]


def brightness(path: Path) -> list[float]:
    with av.open(str(path)) as container:
        return [float(frame.to_ndarray(format="gray").mean()) for frame in container.decode(video=0)]


def jumps(path: Path) -> list[int]:
    """Return the frames that differ most from the one before, largest first."""
    with av.open(str(path)) as container:
        pictures = [frame.to_ndarray(format="gray").astype(int) for frame in container.decode(video=0)]
    steps = [float(np.abs(b - a).mean()) for a, b in pairwise(pictures)]
    return [int(at) + 1 for at in np.argsort(steps)[::-1]]


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("EDIT_FACTORY_BENCH_DIR", str(tmp_path / "kept"))
    return tmp_path / "kept"


def test_our_own_footage_has_its_cuts_where_it_says_and_is_made_once(
    kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("EDIT_FACTORY_TEST_MEDIA", raising=False)
    path, truth = footage("phone", 8, 41, SMALL)
    cuts = [first for first, _ in changes(truth, "cut")]
    assert cuts
    assert sorted(jumps(path)[: len(cuts)]) == cuts
    assert truth["frames"] == len(brightness(path)) == 240
    made = path.stat().st_mtime_ns
    assert footage("phone", 8, 41, SMALL) == (path, truth)
    assert path.stat().st_mtime_ns == made
    assert footage("phone", 8, 42, SMALL)[0] != path
    assert making.origin() == "textures"


def test_its_fades_are_black_in_their_middle(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EDIT_FACTORY_TEST_MEDIA", raising=False)
    path, truth = footage("blends", 12, 43, SMALL)
    seen, fades = brightness(path), changes(truth, "fade")
    assert fades
    for first, end in fades:
        middle = (first + end) // 2
        assert seen[middle] < 0.4 * min(seen[first - 1], seen[end])


def test_looped_footage_is_as_long_as_so_many_times(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EDIT_FACTORY_TEST_MEDIA", raising=False)
    path, _ = footage("uncut", 2, 41, SMALL)
    assert len(brightness(looped(path, 2, 3))) == 180


@pytest.mark.slow
@pytest.mark.parametrize("style", ["phone", "blends"])
def test_footage_of_the_shared_tool_has_its_cuts_where_it_says(kept: Path, style: making.Style) -> None:
    if shared_tool() is None:
        pytest.skip("EDIT_FACTORY_TEST_MEDIA has no tool beside it")
    path, truth = footage(style, 10, 41, SMALL)
    cuts = [first for first, _ in changes(truth, "cut")]
    assert cuts
    assert set(cuts) <= set(jumps(path)[: len(cuts) + 6])
    assert json.loads(path.with_suffix(".json").read_text()) == truth
    assert sorted(one.suffix for one in kept.iterdir()) == [".json", ".mp4"]


def test_textured_takes_differ() -> None:
    stock = textured(SMALL)
    one, other = (next(stock.open(Take(start, 1), 0)) for start in (0, 30))
    assert np.abs(one.astype(int) - other).mean() > 20
