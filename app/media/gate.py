"""A file's signals from as few frames as will do: a glance at each group of pictures, and runs where shots may change.

A group is decoded when its key frame and the next one differ, when they are of different kinds, when it is long enough
to hold a shot and the way back, when nothing moved at its start (only who looked at all of it may call it frozen), and
when it is the last one. What happens between two key
frames that look the same and leaves no trace in the second is not seen: `thorough` reads every frame.

What is found does not depend on how many threads there are: each group is decoded from its own key frame on.
"""

import os
import threading
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np

from app.media.containers import MAX_PIXELS
from app.media.faces import FaceFinder
from app.media.glance import Glance, Reading, Unfit, glances, side_by_side
from app.media.groups import Group, groups_of
from app.media.runs import MOVES, SHORT, Suspect, decode_runs
from app.media.signals import Signals, measure, unlikeness
from app.models.control import Control
from app.models.media import MediaInfo

GATE = 0.30
"""Half the L1 distance of 32-bin histograms (the largest of Y, U and V) from which on two key frames differ. On 180 s
of made footage with a cut every 3 s no cut was missed; the smallest distance over a cut was 0.47."""

ALIKE = 0.12
OTHER_HASH = 12
"""Key frames whose histograms differ by more than the first differ, too, when so many of 64 bits of their hashes do:
a cut between two pictures of the same colours (there: 0.16 and 0.20) is in the places, not in the colours."""

STILL = 0.02
"""A luma change (with grain) from frame to frame below which a group may be frozen, unless the other one at its start
is a movement (footage of a lower rate repeats pictures); see `judge.FROZEN_CHANGE`."""

_GROUPS_AT_ONCE = 16  # neighbours that one thread glances at, one after the other
_CHAIN = 6  # suspects that one thread decodes, one after the other
_GLANCES_SHARE = 0.3  # of the work
_FIRST_SHARE = 0.02  # reading the packets


def signals_of(
    path: Path,
    info: MediaInfo,
    control: Control,
    max_pixels: int = MAX_PIXELS,
    *,
    thorough: bool = False,
    threads: int | None = None,
) -> list[Signals]:
    """Return the signals of all runs of frames that were looked at, in order of time.

    With `thorough`, and where groups cannot be told apart, that is one run of every frame. Raises what `measure` does.
    """
    faces = FaceFinder()
    groups = None if thorough else groups_of(path, control, max_pixels)
    if groups is not None:
        reading = Reading(path, info, control, max_pixels, faces)
        try:
            return _gated(reading, groups, control, threads or _cores())
        except Unfit:
            pass
    return [measure(path, info, control, max_pixels, faces)]


def _cores() -> int:
    """Return on how many cores this process may run: in a container they are fewer than the machine has."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _gated(reading: Reading, groups: list[Group], control: Control, threads: int) -> list[Signals]:
    short = SHORT * reading.info.fps
    seen = _seen(reading, groups, short, _Tally(control, _FIRST_SHARE, _GLANCES_SHARE, len(groups)), threads)
    suspects = suspects_of(groups, seen, short)
    pictures = sum(suspect.group.pictures for suspect in suspects if suspect)
    tally = _Tally(control, _GLANCES_SHARE, 1.0, pictures)
    chains = chains_of(suspects)
    runs = side_by_side(lambda chain: decode_runs(reading, chain, tally.add), chains, threads)
    decoded = {suspect.group.begin for chain in chains for suspect in chain}
    sparse = [_sparse(g.signals) for group, g in zip(groups, seen, strict=True) if g and group.begin not in decoded]
    pieces = [*(run for chain in runs for run in chain), *sparse]
    return sorted(pieces, key=lambda piece: float(piece.time[0]))


def _seen(reading: Reading, groups: list[Group], short: float, tally: "_Tally", threads: int) -> list[Glance | None]:
    """Glance at the groups whose decoding depends on it; None for the others. Raises `Unfit`."""
    wanted = [i for i, told in enumerate(told_by_glances(groups, short)) if told]
    tally.add(len(groups) - len(wanted))
    chains = np.split(np.array(wanted, np.int64), np.flatnonzero(np.diff(wanted) > 1) + 1)
    blocks = [chain[i : i + _GROUPS_AT_ONCE] for chain in chains for i in range(0, chain.size, _GROUPS_AT_ONCE)]
    found = side_by_side(lambda block: glances(reading, [groups[i] for i in block], tally.add), blocks, threads)
    seen: list[Glance | None] = [None] * len(groups)
    for block, glimpses in zip(blocks, found, strict=True):
        for i, glimpse in zip(block.tolist(), glimpses, strict=True):
            seen[i] = glimpse
    return seen


def told_by_glances(groups: list[Group], short: float) -> list[bool]:
    """Return for each group whether a glance decides anything: about it, or about the one before, which it follows.

    A group of more than `short` pictures is decoded whatever is seen of it, and to its end.
    """
    is_open = [group.pictures <= short for group in groups]
    return [one or before for one, before in zip(is_open, [False, *is_open], strict=False)]


def chains_of(suspects: list[Suspect | None]) -> list[list[Suspect]]:
    """Return the suspects, neighbours together, at most `_CHAIN` at a time."""
    chains: list[list[Suspect]] = []
    before = -2
    for i, suspect in enumerate(suspects):
        if suspect is None:
            continue
        if i != before + 1 or len(chains[-1]) == _CHAIN:
            chains.append([])
        chains[-1].append(suspect)
        before = i
    return chains


def suspects_of(groups: list[Group], seen: Sequence[Glance | None], short: float) -> list[Suspect | None]:
    """Return for each group how it has to be decoded, or None for one that a glance is enough for.

    A group of more than `short` pictures never is one: key frames far apart may show one picture and others between.
    """
    found: list[Suspect | None] = []
    for group, (glance, after) in zip(groups, pairwise(seen), strict=False):
        if glance is None or after is None or group.pictures > short:
            found.append(Suspect(group, after.histograms if after else ()))
            continue
        still, differs = _is_still(glance), _differ(glance, after)
        found.append(Suspect(group, after.histograms, differs, still) if still or differs else None)
    return [*found, Suspect(groups[-1], ())]


def _differ(one: Glance, other: Glance) -> bool:
    colours = unlikeness(one.histograms, other.histograms)
    bits = int(one.signals.dhash[0] ^ other.signals.dhash[0]).bit_count()
    return one.kind != other.kind or colours > GATE or (colours > ALIKE and bits >= OTHER_HASH)


def _is_still(glance: Glance) -> bool:
    changes = glance.signals.change[1:]
    return changes.size == 0 or bool(changes.min() < STILL and changes.max() < MOVES)


def _sparse(signals: Signals) -> Signals:
    """Return the signals marked as a glance at their group."""
    return replace(signals, dense=np.zeros(len(signals), np.bool_))


class _Tally:
    """Turns what many threads have done into progress that never goes back."""

    def __init__(self, control: Control, start: float, end: float, total: int) -> None:
        self._control = control.part(start, end)
        self._total = max(1, total)
        self._done = 0
        self._lock = threading.Lock()

    def add(self, count: int) -> None:
        """Tell that so much more is done."""
        with self._lock:
            self._done += count
            self._control.report(self._done / self._total)
