"""What was measured in several runs of frames, put together: one row a frame, and changes of shot counted in those."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from app.media.shots import Change, Stretch, transitions
from app.media.signals import NUMBERS, Flags, Signals


def joined(pieces: Sequence[Signals]) -> tuple[Signals, list[Change]]:
    """Return the signals of all pieces, which are in order of time, and the changes in those.

    Pieces may overlap by some frames; then the earlier one's count. A glance has no changes.
    """
    if len(pieces) == 1:
        return pieces[0], transitions(pieces[0])
    kept = _first_seen(pieces)

    def column(values: Iterable[npt.NDArray[Any]]) -> npt.NDArray[Any]:
        return np.concatenate(list(values))[kept]

    signals = Signals(
        fps=pieces[0].fps,
        time=column(piece.time for piece in pieces),
        dhash=column(piece.dhash for piece in pieces),
        linked=column(piece.is_linked for piece in pieces),
        dense=column(piece.is_dense for piece in pieces),
        focus=tuple(sorted((seen for piece in pieces for seen in piece.focus), key=lambda seen: seen[0])),
        **{name: column(getattr(piece, name) for piece in pieces) for name in NUMBERS},
    )
    return signals, _changes(pieces, signals.time)


def _first_seen(pieces: Sequence[Signals]) -> Flags:
    """Return which rows are of frames that no piece before had."""
    last, kept = -np.inf, []
    for piece in pieces:
        kept.append(piece.time > last)
        last = max(last, float(piece.time[-1]))
    return np.concatenate(kept)


def _changes(pieces: Sequence[Signals], time: npt.NDArray[np.float64]) -> list[Change]:
    """Return the changes in all dense pieces, each once, in rows of the joined signals."""
    found = [_moved(change, piece, time) for piece in pieces if piece.is_dense[0] for change in transitions(piece)]
    slow = _united([change for change in found if change.kind != "cut"])
    cuts = sorted({change.frames.first for change in found if change.kind == "cut"})
    cuts = [at for at in cuts if not any(s.frames.first <= at <= s.frames.end for s in slow)]
    changes = [*slow, *(Change("cut", Stretch(at, at)) for at in cuts if at > 0)]
    return sorted(changes, key=lambda change: (change.frames.first, change.frames.end))


def _moved(change: Change, piece: Signals, time: npt.NDArray[np.float64]) -> Change:
    first, end = (
        int(np.searchsorted(time, piece.time[at] - 1e-9)) if at < len(piece) else _after(piece, time)
        for at in (change.frames.first, change.frames.end)
    )
    return Change(change.kind, Stretch(first, end))


def _after(piece: Signals, time: npt.NDArray[np.float64]) -> int:
    return int(np.searchsorted(time, piece.time[-1] + 1e-9))


def _united(changes: list[Change]) -> list[Change]:
    """Return the changes with those that overlap made one: two runs saw different ends of it."""
    found: list[Change] = []
    for change in sorted(changes, key=lambda c: (c.frames.first, c.frames.end)):
        if found and change.frames.first < found[-1].frames.end:
            kind = "fade" if "fade" in {change.kind, found[-1].kind} else change.kind
            end = max(change.frames.end, found[-1].frames.end)
            found[-1] = Change(kind, Stretch(found[-1].frames.first, end))
        else:
            found.append(change)
    return found
