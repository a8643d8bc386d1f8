"""A cheaper look at groups that end in a key frame off the grid, which encoders put where a shot begins.

First only the pictures that others are made from are decoded: about half of them where pictures are reordered, and
each as it is. Most often they tell that nothing changes within the group, and a cut at its end. Where they leave
something open, all pictures are decoded around there.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import groupby

import numpy as np

from app.media.doubts import Slow, doubts, is_told, neighbours, united
from app.media.glance import Open, Reading, opened
from app.media.groups import GLANCE, Group
from app.media.runs import MOVES, Suspect, Windows, frames_from, is_at_end
from app.media.shots import CUT_WINDOW, hard_cuts
from app.media.signals import Flags, Signals, rows_of
from app.models.timing import Span

_BEYOND = 10  # pictures after the last group, for the rules of a cut at its end


@dataclass(frozen=True)
class Sieved:
    """What was found: the signals of all runs of pictures, and times (s) of cuts at the ends of groups."""

    pieces: list[Signals] = field(default_factory=list)
    cuts: list[float] = field(default_factory=list)


@dataclass(frozen=True)
class _Seen:
    """What was measured; whether a slow change was noticed at each picture; each group's first, and what is beyond."""

    signals: Signals
    slow: Flags
    firsts: list[int]


def off_grid(groups: list[Group]) -> list[bool]:
    """Return for each group whether its length is not the one that most of them have, and it can be sieved."""
    if not any(group.packets > GLANCE for group in groups):  # no reordering: every picture is needed for the next
        return [False] * len(groups)
    lengths = [group.pictures for group in groups]
    usual = max(sorted(set(lengths)), key=lengths.count)
    return [lengths.count(usual) * 2 < len(lengths) or length != usual for length in lengths]


def sieve(reading: Reading, suspects: list[Suspect], done: Callable[[int], None]) -> Sieved:
    """Look at these groups, neighbours in the file; `done` is told of how many pictures are done. Raises `Unfit`."""
    with opened(reading) as source:
        seen = _looked_at(reading, source, suspects, done)
        signals, firsts = seen.signals, seen.firsts
        open_spans = united([*doubts(signals, seen.slow, firsts), *_standing(signals, suspects, firsts)])
        closely = _looked_closely(reading, source, suspects, open_spans)
    edge = CUT_WINDOW / 30
    inner = [(span.start + edge, span.end - edge) for span in open_spans]  # a close look tells more there
    sudden = set(hard_cuts(signals))
    ends = [float(signals.time[at]) for at in firsts[1:] if at in sudden and is_told(signals, at)]
    cuts = [time for time in ends if not any(begin <= time <= end for begin, end in inner)]
    return Sieved([*closely, *_outside(seen, open_spans)], cuts)


def _looked_at(reading: Reading, source: Open, suspects: list[Suspect], done: Callable[[int], None]) -> _Seen:
    meter, slow, noticed, firsts = reading.meter(), Slow(), [], [0]
    source.stream.codec_context.skip_frame = "NONREF"
    for frame in frames_from(source, suspects[0].group.begin):
        reading.control.check()
        at = len(firsts) - 1
        if at < len(suspects) and is_at_end(frame, suspects[at].group):
            firsts.append(len(meter))
            done(suspects[at].group.pictures)
        if len(firsts) > len(suspects) and len(meter) - firsts[-1] >= _BEYOND:
            break
        noticed.append(slow.add(meter.add(frame, source.zero), meter))
    return _Seen(meter.signals(), np.array(noticed, np.bool_), [*firsts, len(meter)][: len(suspects) + 1])


def _standing(signals: Signals, suspects: list[Suspect], firsts: list[int]) -> list[Span]:
    """Return the spans from the beginning of a group at which nothing moves until something does."""
    found = []
    for suspect, first, end in zip(suspects, firsts, firsts[1:], strict=False):
        if suspect.still:
            moving = np.flatnonzero(signals.change[first + 1 : end] >= MOVES)
            until = first + 1 + int(moving[0]) if moving.size else end - 1
            found.append(Span(start=float(signals.time[first]), end=float(signals.time[until]) + 1 / signals.fps))
    return found


def _looked_closely(reading: Reading, source: Open, suspects: list[Suspect], spans: list[Span]) -> list[Signals]:
    """Return the signals of every frame within each span. Spans that begin in one group are decoded in one go."""
    base = float(source.stream.time_base or 1)
    windows = [(round((s.start + source.zero) / base), round((s.end + source.zero) / base)) for s in spans]
    groups = [suspect.group for suspect in suspects]
    found: list[Signals] = []
    for begin, together in groupby(windows, key=lambda window: _key_before(groups, window[0])):
        found += _measured(reading, source, begin, list(together))
    return [signals for signals in found if len(signals)]


def _key_before(groups: list[Group], at: int) -> int:
    return max((group.begin for group in groups if group.begin <= at), default=groups[0].begin)


def _measured(reading: Reading, source: Open, begin: int, windows: Windows) -> list[Signals]:
    """Return the signals of the frames in each window; outside them, only what others are made from is decoded."""
    meters = [reading.meter() for _ in windows]
    for frame in frames_from(source, begin, windows):
        reading.control.check()
        at = frame.pts or 0
        if at > windows[-1][1]:
            break
        for meter, (first, last) in zip(meters, windows, strict=True):
            if first <= at <= last:
                meter.add(frame, source.zero)
    return [meter.signals() for meter in meters]


def _outside(seen: _Seen, spans: list[Span]) -> list[Signals]:
    """Return the signals of the groups' pictures before, between and after the spans."""
    time = seen.signals.time
    every = replace(seen.signals, linked=neighbours(seen.signals), dense=np.zeros(len(seen.signals), np.bool_))
    edges = [0]
    for span in spans:
        edges += [int(np.searchsorted(time, span.start)), int(np.searchsorted(time, span.end, side="right"))]
    bounds = [min(at, seen.firsts[-1]) for at in [*edges, seen.firsts[-1]]]
    pairs = zip(bounds[::2], bounds[1::2], strict=True)
    return [rows_of(every, first, end) for first, end in pairs if first < end]
