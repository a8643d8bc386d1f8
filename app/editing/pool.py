"""Every place in the footage where a span could begin, as arrays, so that all of them are weighed at once.

All shots lie on one axis of seconds, each far enough from the next that no rule about one shot reaches another.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from app.editing.candidates import Footage, Run, Usable, quality, typical_sharpness
from app.editing.timing import SHORTEST_SLOT
from app.models.marks import MarkedSegment
from app.models.media import Moment, Shot
from app.models.timing import Excerpt, Span, seconds_of

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.uint64]
Flags = npt.NDArray[np.bool_]

LOOKALIKE_BITS = 10
"""Two 64-bit difference hashes with at most this many differing bits show much the same picture."""

APART = 30.0  # seconds between two shots on the axis: more than any span and gap
_MOST_STARTS = 6000  # more places to begin add nothing to the choice and cost time
_SHOT_SHARE = 0.4  # of a span's score; the rest is the quality of its own moments


@dataclass(frozen=True)
class Place:
    """A span in use: where it lies on the axis, its run, shot (numbered over all files) and looks."""

    excerpt: Excerpt
    run: int
    shot: int
    source: int
    score: float
    hashes: tuple[int, int, int]

    @property
    def frames(self) -> int:
        """Length in output frames."""
        return self.excerpt.frames

    @property
    def seconds(self) -> float:
        """Length in seconds."""
        return seconds_of(self.frames)

    @property
    def start(self) -> float:
        """Where it begins on the axis, in seconds."""
        return self.excerpt.start

    @property
    def end(self) -> float:
        """Where it ends on the axis, in seconds."""
        return self.start + self.seconds


@dataclass(frozen=True)
class Spans:
    """All spans of one length: per place whether it fits its run, its score, and its first, middle and last hash."""

    fits: Flags
    score: Floats
    hashes: tuple[Hashes, Hashes, Hashes]


@dataclass(frozen=True)
class Pool:
    """The places and what surrounds them.

    `start` (axis), `room` (seconds to the run's end), `run`, `shot`, `source` and `aside` (of a secondary file) have
    one row a place; `run_shot` and `run_start` (axis) one a run; `when` (axis), `hashes` and `total` (qualities summed
    up to each, one row more) one a moment; `shot_score`, `offset` (axis less source seconds), `shot_source` and
    `shot_span` (source seconds) one a shot. `favourites` and `single_use` are what a person marked, on the
    axis, the latter with one part for each shot of a segment; `typical` is the footage's sharpness.
    """

    usable: Usable
    start: Floats
    room: Floats
    run: Ints
    shot: Ints
    source: Ints
    run_shot: Ints
    run_start: Floats
    when: Floats
    total: Floats
    hashes: Hashes
    shot_score: Floats
    offset: Floats
    aside: Flags
    shot_source: Ints
    shot_span: tuple[Span, ...]
    favourites: tuple[Span, ...]
    single_use: tuple[tuple[Span, ...], ...]
    typical: float
    _spans: dict[int, Spans] = field(default_factory=dict)

    def spans(self, frames: int) -> Spans:
        """Return what a span of `frames` would be at every place."""
        if frames not in self._spans:
            self._spans[frames] = self._measure(self.start, self.room, self.shot, seconds_of(frames))
        return self._spans[frames]

    def place(self, index: int, frames: int) -> Place:
        """Return the span of `frames` at place `index`."""
        return self.at(int(self.run[index]), Excerpt(start=float(self.start[index]), frames=frames))

    def at(self, run: int, excerpt: Excerpt) -> Place:
        """Return a stretch of the axis that lies in `run`, and need not begin at one of the places."""
        shot = int(self.run_shot[run])
        one = np.array([excerpt.start])
        found = self._measure(one, np.array([np.inf]), np.array([shot]), seconds_of(excerpt.frames))
        first, middle, last = (int(h[0]) for h in found.hashes)
        score = float(found.score[0])
        source = self.usable.runs[run].source
        return Place(excerpt, run, shot, source, score, (first, middle, last))

    def source_start(self, place: Place) -> float:
        """Return where a place begins in its file, in seconds."""
        return place.start - float(self.offset[place.shot])

    def is_still(self, run: int) -> bool:
        """Whether a run is a photograph."""
        return self.usable.footage[self.usable.runs[run].source].info.still

    def is_aside(self, place: Place) -> bool:
        """Whether a place is of a secondary file."""
        return is_secondary(self.usable.footage[place.source])

    def stretches(self, source: int, span: Span | None) -> tuple[Floats, Floats]:
        """Return for each shot where its part of a span of a file (or of all of it) begins and ends on the axis.

        Shots outside it have no part: they end before they begin.
        """
        begin = np.array([max(shot.start, span.start if span else -np.inf) for shot in self.shot_span]) + self.offset
        end = np.array([min(shot.end, span.end if span else np.inf) for shot in self.shot_span]) + self.offset
        return begin, np.where(self.shot_source == source, end, -np.inf)

    def hashes_in(self, places: Sequence[Place]) -> Hashes:
        """Return the hashes of all moments that `places` show, one for each step of time."""
        edges = np.array([[place.start, place.end] for place in places])
        first, last = self._moment(edges[:, 0]), self._moment(edges[:, 1])
        return np.concatenate([self.hashes[a : b + 1] for a, b in zip(first, last, strict=True)])

    def _measure(self, start: Floats, room: Floats, shot: Ints, seconds: float) -> Spans:
        first, middle, last = (self._moment(start + share * seconds) for share in (0.0, 0.5, 1.0))
        mean = (self.total[last + 1] - self.total[first]) / (last + 1 - first)
        score = (1 - _SHOT_SHARE) * mean + _SHOT_SHARE * self.shot_score[shot]
        return Spans(room >= seconds - 1e-9, score, (self.hashes[first], self.hashes[middle], self.hashes[last]))

    def _moment(self, times: Floats) -> Ints:
        """Return the index of the moment nearest to each time on the axis."""
        right = np.clip(np.searchsorted(self.when, times), 1, max(1, len(self.when) - 1))
        left = right - 1
        right = np.minimum(right, len(self.when) - 1)
        return np.where(times - self.when[left] <= self.when[right] - times, left, right).astype(np.int64)


def differing_bits(hashes: Hashes, other: int) -> Ints:
    """Return the Hamming distances, 0 to 64, between `hashes` and one hash."""
    distances: Ints = np.bitwise_count(hashes ^ np.uint64(other)).astype(np.int64)
    return distances


def look_alike(before: Place, after: Place) -> bool:
    """Whether two neighbours show much the same picture: in their middles, or on both sides of the cut."""
    pairs = ((before.hashes[1], after.hashes[1]), (before.hashes[2], after.hashes[0]))
    return any((a ^ b).bit_count() <= LOOKALIKE_BITS for a, b in pairs)


def build_pool(found: Usable, shortest: int = SHORTEST_SLOT) -> Pool:
    """Return the places of `found`, which has at least one run, where a span of at least `shortest` frames fits."""
    shots = _shots(found)
    typical = typical_sharpness(found.footage)
    offsets = _offsets(list(shots.values()))
    moments = [
        (moment.time + offset, quality(moment, typical), int(moment.dhash, 16))
        for shot, offset in zip(shots.values(), offsets, strict=True)
        for moment in _moments(shot)
    ]
    number = {key: n for n, key in enumerate(shots)}
    marked = list(_marked(found, shots, offsets))
    run_shot = np.array([number[run.source, run.shot] for run in found.runs], dtype=np.int64)
    start, room, run = _places(found, shortest, np.array(offsets)[run_shot])
    return Pool(
        usable=found,
        start=start,
        room=room,
        run=run,
        shot=run_shot[run],
        source=np.array([r.source for r in found.runs], dtype=np.int64)[run],
        run_shot=run_shot,
        run_start=np.array([r.span.start for r in found.runs]) + np.array(offsets)[run_shot],
        offset=np.array(offsets),
        shot_score=np.array([shot.score for shot in shots.values()]),
        when=np.array([time for time, _, _ in moments]),
        total=np.concatenate([[0.0], np.cumsum([good for _, good, _ in moments])]),
        hashes=np.array([bits for _, _, bits in moments], dtype=np.uint64),
        aside=np.array([is_secondary(found.footage[r.source]) for r in found.runs], dtype=np.bool_)[run],
        shot_source=np.array([source for source, _ in shots], dtype=np.int64),
        shot_span=tuple(shot.span for shot in shots.values()),
        favourites=tuple(stretch for _, mark, stretch in marked if mark.favourite),
        single_use=_single_use(marked),
        typical=typical,
    )


def _single_use(marked: Sequence[tuple[int, MarkedSegment, Span]]) -> tuple[tuple[Span, ...], ...]:
    """Return the parts, one a shot, of each single-use segment."""
    parts: dict[tuple[int, MarkedSegment], list[Span]] = {}
    for source, mark, stretch in marked:
        if mark.single_use:
            parts.setdefault((source, mark), []).append(stretch)
    return tuple(tuple(each) for each in parts.values())


def is_secondary(item: Footage) -> bool:
    """Whether a file is shown only where the script speaks of it."""
    return item.marks is not None and item.marks.role == "secondary"


def _marked(
    found: Usable, shots: dict[tuple[int, int], Shot], offsets: list[float]
) -> Iterator[tuple[int, MarkedSegment, Span]]:
    """Yield what each marked segment of a file (by its number) covers of each shot."""
    for ((source, _), shot), offset in zip(shots.items(), offsets, strict=True):
        marks = found.footage[source].marks
        for mark in marks.segments if marks else ():
            start, end = max(mark.start, shot.span.start), min(mark.end, shot.span.end)
            if end > start:
                yield source, mark, Span(start=start, end=end).later(offset)


def _shots(found: Usable) -> dict[tuple[int, int], Shot]:
    """Return the shots that have runs, by file and index, in order."""
    wanted = {(run.source, run.shot) for run in found.runs}
    return {
        (source, shot.index): shot
        for source, item in enumerate(found.footage)
        for shot in item.analysis.shots
        if (source, shot.index) in wanted
    }


def _offsets(shots: list[Shot]) -> list[float]:
    """Return what to add to each shot's source seconds to lie on the axis."""
    offsets: list[float] = []
    edge = 0.0
    for shot in shots:
        offsets.append(round(edge - shot.span.start, 6))  # starts stay whole microseconds on either axis
        edge += shot.span.length + APART
    return offsets


def _moments(shot: Shot) -> tuple[Moment, ...]:
    """Return the shot's moments; a shot measured only as a whole is one moment in its middle."""
    middle = Moment(
        time=(shot.span.start + shot.span.end) / 2,
        motion=shot.motion,
        sharpness=shot.sharpness,
        luma=shot.luma,
        contrast=shot.contrast,
        dhash=shot.dhash,
    )
    return shot.moments or (middle,)


def _places(found: Usable, shortest: int, run_offset: Floats) -> tuple[Floats, Floats, Ints]:
    """Return where spans may begin (axis), the seconds from there to the run's end, and the run.

    That is every step of the analysis and where a marked segment begins; of a photograph its beginning only, so that
    two spans of one always overlap and no clip has both.
    """
    least = seconds_of(shortest)
    starts: list[Floats] = []
    for run in found.runs:
        item = found.footage[run.source]
        count = 1 if item.info.still else int((run.span.length - least) / item.analysis.step + 1e-9) + 1
        starts.append(run.span.start + item.analysis.step * np.arange(count, dtype=np.float64))
    stride = -(-sum(map(len, starts)) // _MOST_STARTS)
    starts = [
        _with_marked(each[::stride], run, found.footage[run.source], least) + offset
        for each, run, offset in zip(starts, found.runs, run_offset, strict=True)
    ]
    index = np.repeat(np.arange(len(starts)), [len(each) for each in starts])
    ends = np.array([run.span.end for run in found.runs]) + run_offset
    start: Floats = np.round(np.concatenate(starts), 6).astype(np.float64)  # an edit document keeps microseconds
    return start, ends[index] - start, index.astype(np.int64)


def _with_marked(starts: Floats, run: Run, item: Footage, least: float) -> Floats:
    """Return `starts` and where marked segments begin in the run, where at least `least` seconds follow."""
    if item.marks is None or item.info.still:
        return starts
    last = run.span.end - least
    marked = [mark.start for mark in item.marks.segments if run.span.start < mark.start <= last]
    both: Floats = np.unique(np.concatenate([starts, np.array(marked, dtype=np.float64)]))
    return both
