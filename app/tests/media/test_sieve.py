"""Groups that end in a key frame at a cut: what is told from half of their pictures, and where all are looked at."""

from pathlib import Path

import numpy as np
import pytest

from app.media.gate import signals_of
from app.media.glance import Reading
from app.media.groups import Group, groups_of
from app.media.pieces import joined
from app.media.probe import probe
from app.media.runs import Suspect
from app.media.sieve import Sieved, off_grid, sieve
from app.models.control import Control
from app.models.media import MediaInfo
from app.tests.conftest import ClipMaker

AT_CUTS = ("-preset", "medium", "-bf", "3", "-x264-params", "keyint=250:min-keyint=2:b-adapt=0", "-crf", "16")
CUTS = (2.2, 3.5, 5.9)
SIZE = (320, 180)


def clip(make: ClipMaker, *options: str, kinds: tuple[str, ...] = ("moving",)) -> Path:
    return make(cuts=CUTS, seconds=8.0, size=SIZE, options=(*AT_CUTS, *options), audio=None, kinds=kinds)


def sieved(path: Path) -> tuple[Sieved, list[Group], list[int]]:
    """Sieve all groups but the last; also those groups, and what was told to be done."""
    info: MediaInfo = probe(path)
    groups = groups_of(path, Control(), 10**9)
    assert groups is not None
    done: list[int] = []
    reading = Reading(path, info, Control(), 10**9)
    found = sieve(reading, [Suspect(group, ()) for group in groups[:-1]], done.append)
    return found, groups[:-1], done


def test_cuts_at_key_frames_are_told_from_half_of_the_pictures(make: ClipMaker) -> None:
    found, groups, done = sieved(clip(make))
    assert found.cuts == pytest.approx(list(CUTS), abs=1e-3)
    looked = sum(len(piece) for piece in found.pieces)
    assert looked <= 0.7 * sum(group.pictures for group in groups)
    assert sum(done) == sum(group.pictures for group in groups)
    assert not any(piece.is_dense.any() for piece in found.pieces)


def test_around_a_cut_within_a_group_every_frame_is_looked_at(make: ClipMaker) -> None:
    forced = ("-x264-params", "keyint=250:min-keyint=2:b-adapt=0:scenecut=0", "-force_key_frames", "2.2,5.0,5.9,6.5")
    path = clip(make, *forced, kinds=("still",))
    found, *_ = sieved(path)
    signals, changes = joined(sorted(found.pieces, key=lambda piece: float(piece.time[0])), found.cuts)
    cuts = [signals.time[change.frames.first] for change in changes if change.kind == "cut"]
    assert cuts == pytest.approx(list(CUTS), abs=1e-3)
    dense = signals.time[signals.is_dense]
    assert dense.min() > 2.9 and dense.max() < 4.1  # around 3.5, which no key frame tells
    assert np.diff(dense) == pytest.approx(np.full(dense.size - 1, 1 / 30), abs=1e-3)
    assert (np.diff(signals.time) > 0).all()


def test_a_group_at_whose_start_nothing_moves_is_looked_at_until_something_does(make: ClipMaker) -> None:
    path = clip(make, kinds=("frozen", "moving"))
    info = probe(path)
    groups = groups_of(path, Control(), 10**9)
    assert groups is not None
    found = sieve(Reading(path, info, Control(), 10**9), [Suspect(groups[0], (), still=True)], lambda _: None)
    (dense,) = [piece for piece in found.pieces if piece.is_dense[0]]
    assert len(dense) >= 60 and dense.time[0] == 0.0


def test_the_whole_analysis_uses_it(make: ClipMaker) -> None:
    path = clip(make)
    looked = signals_of(path, probe(path), Control(), threads=2)
    assert looked.cuts == pytest.approx(list(CUTS), abs=1e-3)


def test_only_reordered_pictures_off_the_grid_are_sieved() -> None:
    def groups(*pictures: int, packets: int = 4) -> list[Group]:
        return [Group(begin=i, end=i + 1, packets=packets, pictures=count) for i, count in enumerate(pictures)]

    assert off_grid(groups(250, 250, 80, 250)) == [False, False, True, False]
    assert off_grid(groups(70, 31, 80, 250)) == [True] * 4
    assert off_grid(groups(250, 80, 250, packets=3)) == [False] * 3
