"""Stretches that a person pinned: the slots that hold them, and the spans that show them whole."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.editing.pool import Place, Pool
from app.errors import FootageError
from app.models.marks import Pin
from app.models.timing import Excerpt, Span, frames_covering, seconds_of, whole_microseconds

PIN_SLACK = 0.2
"""Seconds that a pin may reach beyond what can be shown: a person marks a shot from cut to cut, and 0.1 s beside a cut
is never shown; the measures, from which flaws are told, are a quarter of a second apart."""


@dataclass(frozen=True)
class PinnedSpan:
    """A pin on the axis, its run, and how a person knows it."""

    span: Span
    run: int
    shot: int | None
    text: str

    @property
    def frames(self) -> int:
        """Output frames it takes to show it whole."""
        return frames_covering(round(self.span.length, 6))


@dataclass(frozen=True)
class _Window:
    """Slots `first` to `last` (inclusive) as one, `frames` long."""

    first: int
    last: int
    frames: int


def pinned_spans(pool: Pool, variant: int) -> list[PinnedSpan]:
    """Return what must be in variant number `variant` (from 0), those with a place of their own first.

    Raises `FootageError` (pin_not_possible) for a pin in footage that cannot be shown.
    """
    found = [
        _span(pool, source, pin)
        for source, item in enumerate(pool.usable.footage)
        for pin in (item.marks.pins if item.marks else ())
        if pin.clip in {None, variant + 1}
    ]
    return sorted(found, key=lambda one: (one.shot is None, one.shot or 0, one.span.start))


def _span(pool: Pool, source: int, pin: Pin) -> PinnedSpan:
    item = pool.usable.footage[source]
    text = f"{pin.start:g} to {pin.end:g} s of {item.name}"
    for number, run in enumerate(pool.usable.runs):
        if run.source != source:
            continue
        start, end = max(pin.start, run.span.start), min(pin.end, run.span.end)
        if start - pin.start <= PIN_SLACK and pin.end - end <= PIN_SLACK and end > start:
            offset = float(pool.run_start[number]) - run.span.start
            begin = whole_microseconds(start + offset)
            return PinnedSpan(Span(start=begin, end=max(begin, end + offset)), number, pin.shot, text)
    raise _impossible(text, _reason(pool, source, pin), "Move the pin into one shot, off its cuts and its flaws.")


def _reason(pool: Pool, source: int, pin: Pin) -> str:
    """Return why a pin lies in no run."""
    item = pool.usable.footage[source]
    if pin.end > item.info.duration and not item.info.still:
        return f"the file ends at {item.info.duration:.1f} s"
    shots = [
        s for s in item.analysis.shots if s.span.start < pin.end - PIN_SLACK and pin.start + PIN_SLACK < s.span.end
    ]
    cuts = [shot.span.start for shot in shots[1:]]
    if cuts:
        return f"there is a cut in it at {cuts[0]:.2f} s"
    flaws = {shot.reject for shot in shots if shot.reject} | {
        moment.flaw for shot in shots for moment in shot.moments if moment.flaw and pin.start <= moment.time < pin.end
    }
    return f"it is {' and '.join(sorted(f.replace('_', ' ') for f in flaws))}" if flaws else "too little is left there"


def place_pins(
    pool: Pool, slots: Sequence[int], pins: Sequence[PinnedSpan]
) -> tuple[tuple[int, ...], dict[int, Place]]:
    """Return the slots, of which some became one where a pin is longer, and the picks of those that hold pins.

    Raises `FootageError` (pin_not_possible) when a pin finds no place.
    """
    lengths = list(slots)
    fixed: dict[int, Place] = {}
    for pin in pins:
        others = (_as_place(pool, other) for other in pins if other is not pin)
        # What surrounds a pin in its slot is not worth what only one clip may show.
        spared = (one for parts in pool.single_use if not any(_overlap(p, pin.span) for p in parts) for one in parts)
        taken: list[Place | Span] = [*fixed.values(), *others, *spared]
        window, place = _best_window(pool, lengths, fixed, pin, taken)
        merged = window.last - window.first
        lengths[window.first : window.last + 1] = [window.frames]
        fixed = {slot - merged * (slot > window.last): there for slot, there in fixed.items()}
        fixed[window.first] = place
    return tuple(lengths), fixed


def _as_place(pool: Pool, pin: PinnedSpan) -> Place:
    return pool.at(pin.run, Excerpt(start=pin.span.start, frames=pin.frames))


def _best_window(
    pool: Pool, lengths: Sequence[int], fixed: dict[int, Place], pin: PinnedSpan, taken: Sequence[Place | Span]
) -> tuple[_Window, Place]:
    """Return the window with least to spare in which the pin can be shown, and the span that shows it."""
    windows = sorted(_windows(lengths, fixed, pin), key=lambda window: (window.frames, window.first))
    for window in windows:
        place = _span_in(pool, window.frames, pin, taken)
        if place:
            return window, place
    where = f"as shot {pin.shot}" if pin.shot else "anywhere"
    raise _impossible(
        pin.text,
        f"it takes {seconds_of(pin.frames):.1f} s, and a clip of {seconds_of(sum(lengths)):.1f} s with {len(fixed)}"
        f" other pins has no room for it {where}",
        "Shorten the pin, take another place for it, or make the clip longer.",
    )


def _windows(lengths: Sequence[int], fixed: dict[int, Place], pin: PinnedSpan) -> Iterator[_Window]:
    """Yield the runs of free slots, each as short as the pin allows; none that would move a pin with a place."""
    numbered = max(fixed, default=-1)
    firsts = range(len(lengths)) if pin.shot is None else [min(pin.shot - 1, len(lengths))]
    for first in firsts:
        frames = 0
        for last in range(first, len(lengths)):
            if last in fixed:
                break
            frames += lengths[last]
            if frames >= pin.frames:
                if last == first or first > numbered:
                    yield _Window(first, last, frames)
                break


def _span_in(pool: Pool, frames: int, pin: PinnedSpan, taken: Sequence[Place | Span]) -> Place | None:
    """Return a span of `frames` that holds the pin, lies in its run and shows nothing that is `taken`."""
    begin, length = float(pool.run_start[pin.run]), pool.usable.runs[pin.run].frames
    earliest = max(begin, pin.span.end - seconds_of(frames))
    latest = min(pin.span.start, begin + seconds_of(length - frames))
    if pool.is_still(pin.run):
        earliest = latest = begin
    for share in (0.5, 0.25, 0.75, 0.0, 1.0):
        start = math.ceil((earliest + share * (latest - earliest)) * 1e6 - 1e-3) / 1e6
        place = pool.at(pin.run, Excerpt(start=start, frames=frames))
        if latest >= earliest and frames <= length and not any(_overlap(place, other) for other in taken):
            return place
    return None


def _overlap(one: Place | Span, other: Place | Span) -> bool:
    return one.start < other.end - 1e-6 and other.start < one.end - 1e-6


def _impossible(text: str, reason: str, hint: str) -> FootageError:
    return FootageError(
        f"The pinned footage, {text}, cannot be shown: {reason}.", hint=hint, subject="pins", code="pin_not_possible"
    )


def has_own_pins(pool: Pool, variant: int) -> bool:
    """Whether something is pinned in variant number `variant` (from 0) alone."""
    return any(pin.clip == variant + 1 for item in pool.usable.footage if item.marks for pin in item.marks.pins)
