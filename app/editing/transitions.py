"""Where shots go over into each other: at every cut, or under a voice where a sentence ends."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import accumulate, pairwise

from app.editing.candidates import CUT_MARGIN, Footage, within_marks
from app.models.edit import EditShot, Transition
from app.models.timing import Excerpt, Span, frame_at, seconds_of
from app.models.voice import TimedToken

_SENTENCE_ENDS = frozenset(".!?…")


def sentence_starts(tokens: Sequence[TimedToken]) -> frozenset[int]:
    """Return the output frames at which a sentence begins, but for the first one."""
    starts, ended = set(), False
    for token in tokens:
        if token.spoken and ended:
            starts.add(frame_at(token.start))
        if token.spoken:
            ended = False
        ended = ended or (token.breaks_after and bool(_SENTENCE_ENDS & set(token.text[-2:])))
    return frozenset(starts)


def with_transitions(
    shots: Sequence[EditShot],
    spans: Sequence[Span | None],
    asked: Transition,
    at: frozenset[int] | None,
) -> tuple[EditShot, ...]:
    """Return the shots, each beginning as `asked` at those cuts whose frame is in `at` (None: at all).

    `spans` are the source seconds that each shot may show (None: any, as of a photograph). Where a dissolve would show
    what lies beyond them, or a shot is too short, the cut stays hard.
    """
    cuts = list(accumulate(shot.frames for shot in shots))[:-1]
    done = [shots[0]] if shots else []
    for (left, right), (before, behind), cut in zip(pairwise(shots), pairwise(spans), cuts, strict=True):
        wanted = asked.frames > 0 and (at is None or cut in at)
        if wanted and _has_room(left, right, asked) and _has_handles(left, before, right, behind, asked):
            right = right.evolve(enter=asked)  # noqa: PLW2901 - the same shot, entered otherwise
        done.append(right)
    return tuple(done)


def _has_room(left: EditShot, right: EditShot, asked: Transition) -> bool:
    return asked.frames < min(left.frames, right.frames)


def _has_handles(left: EditShot, before: Span | None, right: EditShot, behind: Span | None, asked: Transition) -> bool:
    """Whether the footage goes on for half a dissolve behind the left shot, and begins as much before the right."""
    return asked.kind != "dissolve" or (_goes_on(left, before, asked) and _begins_before(right, behind, asked))


def _goes_on(shot: EditShot, span: Span | None, asked: Transition) -> bool:
    longer = Excerpt(start=shot.source_start, frames=shot.frames + asked.frames // 2)
    return span is None or longer.span.end <= span.end - CUT_MARGIN


def _begins_before(shot: EditShot, span: Span | None, asked: Transition) -> bool:
    return span is None or shot.source_start - seconds_of(asked.frames // 2) >= span.start + CUT_MARGIN


def without_lost_handles(shots: Sequence[EditShot], slot: int, span: Span | None) -> tuple[EditShot, ...]:
    """Return the shots, of which that at `slot` is new and may show `span`, with hard cuts where it has no footage for
    the dissolves that were there."""
    done = list(shots)
    new = done[slot]
    if new.enter.kind == "dissolve" and not _begins_before(new, span, new.enter):
        done[slot] = new.evolve(enter=Transition())
    for behind in range(slot + 1, min(slot + 2, len(done))):
        enter = done[behind].enter
        if enter.kind == "dissolve" and not _goes_on(new, span, enter):
            done[behind] = done[behind].evolve(enter=Transition())
    return tuple(done)


def shot_spans(shots: Sequence[EditShot], picked: Sequence[int], files: Mapping[str, Footage]) -> list[Span | None]:
    """Return, for each shot, the span between the cuts of its footage, or what a person's marks forbid beside it.

    `picked` are the numbers of its shots there.
    """
    return [_span(files[shot.source], number, shot) for shot, number in zip(shots, picked, strict=True)]


def _span(item: Footage, number: int, own: EditShot) -> Span | None:
    if item.info.still:
        return None
    span = next((shot.span for shot in item.analysis.shots if shot.index == number), Span(start=0, end=0))
    return within_marks(item, span, own.source_start)


def transition_notes(
    clips: Sequence[tuple[EditShot, ...]], asked: Transition, wanted: Sequence[AbstractSet[int]]
) -> list[str]:
    """Return what to know of transitions that were asked for: how many cuts stayed hard, and why. `wanted` holds for
    each clip the frames of the cuts at which they were to be."""
    if not asked.frames:
        return []
    total = sum(map(len, wanted))
    if not total:
        return [
            f"--transition {asked.kind} was asked for, and there is no cut for it: under a voice it is where a sentence"
            " ends"
        ]
    hard = [cut for shots, cuts in zip(clips, wanted, strict=True) for cut in _hard_cuts(shots, cuts)]
    length = f"a {asked.kind} of {asked.frames} frames"
    short = sum(not _has_room(left, right, asked) for left, right in hard)
    ends = len(hard) - short
    beside = "it" if ends == 1 else "them"
    reasons = [f"at {ends} the footage does not go on long enough beside {beside} for {length}"] if ends else []
    if short:
        reasons.append(f"at {short} a shot is not longer than {'that' if ends else length}")
    return [f"{len(hard)} of {total} cuts stay hard: {', and '.join(reasons)}"] if hard else []


def _hard_cuts(shots: Sequence[EditShot], wanted: AbstractSet[int]) -> list[tuple[EditShot, EditShot]]:
    """Return the shots on both sides of those wanted cuts (frames) at which there is no transition."""
    cuts = accumulate(shot.frames for shot in shots)
    pairs = zip(pairwise(shots), cuts, strict=False)
    return [(left, right) for (left, right), cut in pairs if cut in wanted and not right.enter.frames]
