"""A cheaper look at groups that end in a key frame off the grid, which encoders put where a shot begins.

Only the pictures that others are made from are decoded: about half of them where pictures are reordered, and each as
it is. Where nothing else changes within the group, and the last picture before the key frame is the one just before it,
the cut can be told from these. Otherwise the group is decoded whole.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from app.media.glance import Reading, opened
from app.media.groups import GLANCE, Group
from app.media.runs import Suspect, frames_from, is_at_end
from app.media.shots import CUT_DIFF, hard_cuts
from app.media.signals import Histograms, Signals, rows_of, unlikeness

INSIDE = 0.2
"""The histogram distance between pictures `SPAN` seconds apart from which on something changes within a group."""

SPAN = 0.6
"""Seconds: longer than a dissolve, so that its ends are compared."""

_BEYOND = 10  # pictures after the last group, for the rules of a cut at its end
_NEXT = 1.6  # frames: what is no further apart is a picture and the next one


@dataclass(frozen=True)
class Sieved:
    """What was found: the signals of clear groups, times (s) of cuts at their ends, and what has to be decoded."""

    pieces: list[Signals] = field(default_factory=list)
    cuts: list[float] = field(default_factory=list)
    unclear: list[Suspect] = field(default_factory=list)


def off_grid(groups: list[Group]) -> list[bool]:
    """Return for each group whether its length is not the one that most of them have, and it can be sieved."""
    if not any(group.packets > GLANCE for group in groups):  # no reordering: every picture is needed for the next
        return [False] * len(groups)
    lengths = [group.pictures for group in groups]
    usual = max(sorted(set(lengths)), key=lengths.count)
    return [lengths.count(usual) * 2 < len(lengths) or length != usual for length in lengths]


def sieve(reading: Reading, suspects: list[Suspect], done: Callable[[int], None]) -> Sieved:
    """Look at these groups, neighbours in the file; `done` is told of how many pictures are done. Raises `Unfit`."""
    signals, histograms, firsts = _looked_at(reading, suspects, done)
    found = Sieved()
    near = np.append([False], np.diff(signals.time) < _NEXT / signals.fps)
    sudden = set(hard_cuts(signals))
    for suspect, first, end in zip(suspects, firsts, firsts[1:], strict=False):
        joins = end >= len(signals) or bool(near[end]) or unlikeness(histograms[end - 1], histograms[end]) < INSIDE
        undecided = end < len(signals) and signals.diff[end] >= CUT_DIFF and end not in sudden
        if not joins or undecided or not is_calm(signals.time[first:end], histograms[first:end]):
            found.unclear.append(suspect)
            continue
        marked = replace(signals, linked=near, dense=np.zeros(len(signals), np.bool_))
        found.pieces.append(rows_of(marked, first, end))
        if end in sudden and near[end]:
            found.cuts.append(float(signals.time[end]))
    return found


def _looked_at(
    reading: Reading, suspects: list[Suspect], done: Callable[[int], None]
) -> tuple[Signals, list[Histograms], list[int]]:
    """Return what was measured, each picture's histograms, and where groups begin; the last: what is beyond them."""
    meter = reading.meter()
    histograms: list[Histograms] = []
    firsts = [0]
    with opened(reading) as source:
        source.stream.codec_context.skip_frame = "NONREF"
        for frame in frames_from(source, suspects[0].group.begin):
            reading.control.check()
            at = len(firsts) - 1
            if at < len(suspects) and is_at_end(frame, suspects[at].group):
                firsts.append(len(meter))
                done(suspects[at].group.pictures)
            if len(firsts) > len(suspects) and len(meter) - firsts[-1] >= _BEYOND:
                break
            meter.add(frame, source.zero)
            histograms.append(meter.histograms)
    return meter.signals(), histograms, [*firsts, len(meter)]


def is_calm(time: npt.NDArray[np.float64], histograms: list[Histograms]) -> bool:
    """Return whether no two pictures `SPAN` seconds apart (and none nearer to the first) differ."""
    earlier = np.maximum(0, np.searchsorted(time, time - SPAN, side="right") - 1)
    return all(unlikeness(histograms[a], now) < INSIDE for a, now in zip(earlier, histograms, strict=True))
