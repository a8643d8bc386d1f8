"""Groups of pictures in which a shot may change, decoded from their key frame on until nothing changes any more."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from av.video.frame import VideoFrame

from app.media.containers import bad_times
from app.media.glance import Open, Reading, Unfit, opened
from app.media.groups import Group
from app.media.probe import LONGEST
from app.media.shots import CUT_WINDOW, DISSOLVE_ALIKE, DISSOLVE_BLEND, DISSOLVE_CHANGE
from app.media.signals import BLEND, Histograms, Meter, Signals, lag_frames, unlikeness

SETTLED = 0.15
"""A group needs not be decoded any further when its picture's histogram is this near to the next key frame's, which
is half of what makes a group suspicious, and nothing changed lately."""

SHORT = 2.0
"""Seconds: a longer group is decoded to its end. In those of edited files several shots fit, and one of them may look
like the next key frame (seen: a dissolve and a cut lost behind such a one)."""

STEADY = 0.12
"""A histogram distance from one frame to the next that is no change of shot: motion gives up to about so much."""


MOVES = 0.2
"""The luma change (with grain) from which on a picture is not the one before it again; see `judge.FROZEN_CHANGE`."""


@dataclass(frozen=True)
class Suspect:
    """A group that is decoded: when it `differs` from `after`, the next key frame, until it looks like that.

    When nothing moves at its start (`still`), at least until something does. A group without `after` is the last.
    """

    group: Group
    after: Histograms
    differs: bool = True
    still: bool = False


def decode_runs(reading: Reading, suspects: list[Suspect], done: Callable[[int], None]) -> list[Signals]:
    """Return the signals of each run of frames in these groups, neighbours in the file.

    Where a group has settled before its end, the run ends, and another one begins at the next group. Beyond the end of
    the last group the run goes on until a change at its end can be judged. `done` is told of how many more pictures
    are done. Raises `Unfit`, `MediaError` (media_bad_times) and `Cancelled`.
    """
    found: list[Signals] = []
    with opened(reading) as source:
        at = 0
        while at < len(suspects):
            signals, at = _run(reading, source, suspects, at, done)
            found.append(signals)
    return found


def _run(
    reading: Reading, source: Open, suspects: list[Suspect], at: int, done: Callable[[int], None]
) -> tuple[Signals, int]:
    """Decode from suspect `at` on; return what was measured, and the suspect at which the next run begins."""
    meter, suspect, past, count = reading.meter(), suspects[at], 0, 0
    for frame in frames_from(source, suspect.group.begin):
        reading.control.check()
        if not past and is_at_end(frame, suspect.group):
            at, count = at + 1, 0
            past = int(at == len(suspects))
            suspect = suspects[min(at, len(suspects) - 1)]
        if past and (past > lag_frames(BLEND, meter.fps) + 2 or _is_settled(meter, suspect.after)):
            return meter.signals(), at
        if meter.add(frame, source.zero) > LONGEST:
            raise bad_times(reading.path)
        if past:
            past += 1
            continue
        count += 1
        done(1)
        if _is_enough(meter, suspect, count):
            done(suspect.group.pictures - count)
            return meter.signals(), at + 1
    return meter.signals(), len(suspects)


def _is_enough(meter: Meter, suspect: Suspect, count: int) -> bool:
    """Return whether the rest of the group needs not be decoded; the newest `count` pictures are of it."""
    if suspect.still and max(meter.recent("change", count - 1), default=0.0) < MOVES:
        return False
    if not suspect.differs:
        return count > lag_frames(BLEND, meter.fps) + 2
    return suspect.group.pictures <= SHORT * meter.fps and _is_settled(meter, suspect.after)


def is_at_end(frame: VideoFrame, group: Group) -> bool:
    """Return whether the frame belongs to what follows the group."""
    return group.end is not None and frame.pts is not None and frame.pts >= group.end


def frames_from(source: Open, begin: int) -> Iterator[VideoFrame]:
    """Yield the frames from the key frame at `begin` on to the end; those before it are not whole and left out."""
    source.forget()
    first = True
    for frame in _decoded(source, begin):
        if frame.pts is None or frame.pts < begin:
            continue
        if first and frame.pts != begin:
            raise Unfit
        first = False
        yield frame
    if first:
        raise Unfit


def _decoded(source: Open, begin: int) -> Iterator[VideoFrame]:
    for packet in source.packets(begin):
        yield from source.decode(packet)
    yield from source.decode(None)


def _is_settled(meter: Meter, after: Histograms) -> bool:
    """Return whether the newest picture looks like `after`, and no shot changed within the last frames."""
    if not after or unlikeness(meter.histograms, after) >= SETTLED:
        return False
    window = lag_frames(CUT_WINDOW, meter.fps) + 1
    steps = meter.recent("histogram", window)
    if len(steps) < window or max(steps[1:] if len(meter) == window else steps) >= STEADY:
        return False
    lately = lag_frames(BLEND, meter.fps) // 2
    changes, blends, alike = (np.array(meter.recent(name, lately)) for name in ("lag14", "blend", "alike"))
    blending = (changes >= DISSOLVE_CHANGE) & (blends < 2 * DISSOLVE_BLEND) & (alike < DISSOLVE_ALIKE)
    return not bool(blending.any())
