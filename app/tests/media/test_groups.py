"""Groups of pictures: found in files that have them, refused in those where they are of no use."""

from pathlib import Path

import av
import numpy as np
import pytest

from app.errors import Cancelled
from app.media.containers import MAX_PIXELS
from app.media.groups import GLANCE, Group, _spaced, groups_of
from app.models.control import Control
from app.tests.conftest import ClipMaker
from app.tests.footage import ffmpeg

EACH_HALF_SECOND = ("-g", "15", "-keyint_min", "15", "-sc_threshold", "0")
SMALL = (160, 96)


def found(path: Path) -> list[Group] | None:
    return groups_of(path, Control(), MAX_PIXELS)


def seconds(path: Path, groups: list[Group]) -> list[float]:
    with av.open(str(path)) as container:
        base = float(container.streams.video[0].time_base or 0)
    return [round((group.begin - groups[0].begin) * base, 3) for group in groups]


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".mkv"])
def test_each_key_frame_begins_a_group(make: ClipMaker, suffix: str) -> None:
    path = make(suffix, size=SMALL, options=EACH_HALF_SECOND, audio=None)
    groups = found(path)
    assert groups is not None
    assert seconds(path, groups) == pytest.approx([i / 2 for i in range(8)], abs=0.002)
    assert [group.pictures for group in groups] == [15] * 8
    assert [group.end for group in groups] == [*(group.begin for group in groups[1:]), None]


def test_pictures_that_are_shown_first_may_be_in_later_packets(make: ClipMaker) -> None:
    plain = found(make(size=SMALL, options=(*EACH_HALF_SECOND, "-bf", "0"), audio=None))
    reordered = found(make(size=SMALL, options=(*EACH_HALF_SECOND, "-preset", "medium", "-bf", "3"), audio=None))
    assert plain is not None and {group.packets for group in plain} == {GLANCE}
    assert reordered is not None and max(group.packets for group in reordered) > GLANCE


def test_where_every_picture_is_a_key_frame_half_a_second_is_a_group(make: ClipMaker) -> None:
    groups = found(make(size=SMALL, options=("-g", "1"), audio=None))
    assert groups is not None and [group.pictures for group in groups] == [15] * 8


def test_sound_does_not_matter(make: ClipMaker) -> None:
    groups = found(make(size=SMALL, options=EACH_HALF_SECOND))
    assert groups is not None and len(groups) == 8


@pytest.mark.parametrize(
    ("suffix", "options"),
    [(".ts", EACH_HALF_SECOND), (".avi", EACH_HALF_SECOND), (".mp4", ("-g", "300")), (".mp4", ("-g", "60"))],
)
def test_no_index_or_too_few_groups(make: ClipMaker, suffix: str, options: tuple[str, ...]) -> None:
    assert found(make(suffix, size=SMALL, options=options, audio=None)) is None


def test_groups_that_are_too_long(make: ClipMaker, tmp_path: Path) -> None:
    slow = tmp_path / "slow.mp4"
    ffmpeg("-itsscale", "60", "-i", make(size=SMALL, options=EACH_HALF_SECOND, audio=None), "-c", "copy", slow)
    assert found(slow) is None


def test_times_that_occur_twice_are_odd(make: ClipMaker, tmp_path: Path) -> None:
    whole, odd = make(".mkv", size=SMALL, options=EACH_HALF_SECOND, audio=None), tmp_path / "odd.mkv"
    ffmpeg("-i", whole, "-c", "copy", "-bsf:v", "setts=ts='trunc(N/2)*67'", odd)
    assert found(odd) is None


def test_key_frames_are_counted_from_the_last_that_was_kept() -> None:
    times = np.arange(10) * 10
    assert _spaced(times, np.arange(10), 25).tolist() == [0, 3, 6, 9]


def test_it_can_be_stopped(make: ClipMaker) -> None:
    control = Control()
    control.cancel()
    with pytest.raises(Cancelled):
        groups_of(make(size=SMALL, audio=None), control, MAX_PIXELS)
