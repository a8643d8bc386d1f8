"""Words with times become cues: what is on screen together, on how many lines, from which frame to which."""

from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate, combinations, pairwise
from typing import Protocol

from app.models.edit import Cue, CueWord, derived_id
from app.models.timing import FrameSpan, frame_at, frames_covering
from app.models.voice import TimedToken

MAX_PAUSE = 0.6
"""Seconds of silence after which the next word begins a new cue."""

BRIDGE_FRAMES = 15
"""A cue stays until the next one when that comes within half a second: shorter holes look like a fault."""

HOLD_FRAMES = 9
"""Frames a cue stays after its last word when no other follows soon (0.3 s)."""

SHORTEST_CUE = 3
"""Frames (0.1 s) below which a cue would only flash: words so close together share one."""

_MANY_TOKENS = 24
"""Tokens in one cue (a row of emoji) beyond which not every place for a line's end is tried: its time is squared."""

Measure = Callable[[str], float]


class _Shown(Protocol):
    @property
    def text(self) -> str: ...


_Atom = tuple[TimedToken, ...]  # words that are never parted: one spoken, and what is shown along with it


def make_cues(
    tokens: Sequence[TimedToken],
    *,
    words_per_cue: int,
    max_width: float,
    measure: Measure,
    total_frames: int,
    max_lines: int = 2,
) -> tuple[Cue, ...]:
    """Return the cues for `tokens`, in order, never overlapping, within output frames 0 to `total_frames`.

    A cue has at most `words_per_cue` (1 to 5) spoken words and ends at punctuation, at a pause of `MAX_PAUSE`, and
    where its words would not fit `max_lines` lines of `max_width` (in `measure`'s unit); the words between two such
    ends are shared evenly. Each spoken word starts at `frame_at` its time and lasts to the next. Tokens that are not
    spoken stay with the word before them; leading ones, and those that begin a clause ("✅ livrare"), with the next.
    Words that start within `SHORTEST_CUE` frames share a cue even if that is one word more. A word too wide for a line
    stands on it alone. Tokens that start after the last frame are left out.
    """
    inside = [token for token in _in_order(tokens) if frame_at(token.start) < total_frames]
    atoms = _atoms(inside)
    fits = _fitting(max_width, measure, max_lines)
    groups = [
        tuple(token for atom in group for token in atom)
        for phrase in _phrases(atoms)
        for group in _shared(phrase, words_per_cue, fits)
    ]
    starts = [_first_frame(group) for group in groups]
    ends = [_end(group, after, total_frames) for group, after in zip(groups, [*starts[1:], None], strict=False)]
    return tuple(
        _cue(group, start, end, _lines(group, max_width, measure, max_lines))
        for group, start, end in zip(groups, starts, ends, strict=True)
    )


def broken_anew(cues: Sequence[Cue], *, max_width: float, measure: Measure, max_lines: int = 2) -> tuple[Cue, ...]:
    """Return the cues with their lines broken for another width or style; words and times stay."""
    return tuple(cue.evolve(lines=_lines(cue.words, max_width, measure, max_lines)) for cue in cues)


def _in_order(tokens: Sequence[TimedToken]) -> list[TimedToken]:
    """Return the tokens with starts that never go back, as a provider's rounding may make them."""
    starts = accumulate((token.start for token in tokens), max)
    return [token.evolve(start=start, end=max(start, token.end)) for token, start in zip(tokens, starts, strict=True)]


def _atoms(tokens: Sequence[TimedToken]) -> list[_Atom]:
    atoms: list[list[TimedToken]] = []
    for token in tokens:
        if token.spoken and len(atoms) > 1 and not _any_spoken(atoms[-1]) and _too_close(atoms[-2], token):
            atoms[-2:] = [[*atoms[-2], *atoms[-1], token]]
        elif atoms and _belongs(atoms[-1], token):
            atoms[-1].append(token)
        else:
            atoms.append([token])
    if len(atoms) > 1 and not _any_spoken(atoms[-1]):
        last = atoms.pop()  # nothing more is said that it could be shown with
        atoms[-1] += last
    return [tuple(atom) for atom in atoms]


def _belongs(atom: Sequence[TimedToken], token: TimedToken) -> bool:
    if not _any_spoken(atom):
        return True
    return _too_close(atom, token) if token.spoken else not _breaks_after(atom)


def _any_spoken(tokens: Sequence[TimedToken]) -> bool:
    return any(token.spoken for token in tokens)


def _too_close(atom: Sequence[TimedToken], token: TimedToken) -> bool:
    return frame_at(token.start) - _first_frame(atom) < SHORTEST_CUE


def _first_frame(tokens: Sequence[TimedToken]) -> int:
    """Return the frame of the first spoken word, or of the first token when none is spoken."""
    return frame_at(next((token.start for token in tokens if token.spoken), tokens[0].start))


def _last_end(tokens: Sequence[TimedToken]) -> float:
    return max(token.end for token in tokens)


def _phrases(atoms: Sequence[_Atom]) -> Iterator[list[_Atom]]:
    """Yield the atoms between two places where a cue must end: punctuation or a pause."""
    phrase: list[_Atom] = []
    for atom, after in zip(atoms, [*atoms[1:], None], strict=False):
        phrase.append(atom)
        if after is None or _breaks_after(atom) or after[0].start - _last_end(atom) > MAX_PAUSE:
            yield phrase
            phrase = []


def _breaks_after(atom: Sequence[TimedToken]) -> bool:
    last = max((i for i, token in enumerate(atom) if token.spoken), default=0)
    return any(token.breaks_after for token in atom[last:])


def _shared(phrase: Sequence[_Atom], words_per_cue: int, fits: Callable[[Sequence[_Atom]], bool]) -> list[list[_Atom]]:
    """Return the phrase cut into the fewest cues, as even as can be: least sum of squares of what each lacks."""
    best: list[tuple[int, int, int]] = [(0, 0, 0)]  # number of cues, unevenness, where the last one begins
    for end in range(1, len(phrase) + 1):
        begins = [end - 1]
        while begins[-1] > 0 and _allowed(phrase[begins[-1] - 1 : end], words_per_cue, fits):
            begins.append(begins[-1] - 1)
        best.append(
            min(
                (best[begin][0] + 1, best[begin][1] + (words_per_cue - _count(phrase[begin:end])) ** 2, begin)
                for begin in begins
            )
        )
    groups: list[list[_Atom]] = []
    end = len(phrase)
    while end > 0:
        begin = best[end][2]
        groups.insert(0, list(phrase[begin:end]))
        end = begin
    return groups


def _allowed(atoms: Sequence[_Atom], words_per_cue: int, fits: Callable[[Sequence[_Atom]], bool]) -> bool:
    return _count(atoms) <= words_per_cue and fits(atoms)


def _count(atoms: Sequence[_Atom]) -> int:
    return sum(token.spoken for atom in atoms for token in atom)


def _fitting(max_width: float, measure: Measure, max_lines: int) -> Callable[[Sequence[_Atom]], bool]:
    def fits(atoms: Sequence[_Atom]) -> bool:
        tokens = [token for atom in atoms for token in atom]
        lines = _lines(tokens, max_width, measure, max_lines)
        return _widest(tokens, lines, measure) <= max_width

    return fits


def _lines(tokens: Sequence[_Shown], max_width: float, measure: Measure, max_lines: int) -> tuple[int, ...]:
    """Return how many tokens stand on each line: the fewest lines that fit, and of those the most even ones."""
    for count in range(1, max_lines + 1):
        best = _most_even(tokens, min(count, len(tokens)), measure)
        if _widest(tokens, best, measure) <= max_width:
            break
    return best


def _most_even(tokens: Sequence[_Shown], count: int, measure: Measure) -> tuple[int, ...]:
    places = range(1, len(tokens))
    if len(tokens) > _MANY_TOKENS:
        places = places[:: len(tokens) // _MANY_TOKENS]
    cuts = combinations(places, count - 1)
    splits = (tuple(b - a for a, b in pairwise((0, *cut, len(tokens)))) for cut in cuts)
    return min(splits, key=lambda lines: _widest(tokens, lines, measure))


def _widest(tokens: Sequence[_Shown], lines: tuple[int, ...], measure: Measure) -> float:
    ends = list(accumulate(lines))
    texts = (" ".join(t.text for t in tokens[end - size : end]) for size, end in zip(lines, ends, strict=True))
    return max(map(measure, texts))


def _end(tokens: Sequence[TimedToken], after: int | None, total_frames: int) -> int:
    """Return the frame at which the cue goes, when the next one begins at `after`."""
    said = max(frames_covering(_last_end(tokens)), _first_frame(tokens) + SHORTEST_CUE)
    if after is None:
        return min(said + HOLD_FRAMES, total_frames)
    return after if after - said <= BRIDGE_FRAMES else said + HOLD_FRAMES


def _cue(tokens: Sequence[TimedToken], start: int, end: int, lines: tuple[int, ...]) -> Cue:
    words = tuple(words_on_frames(tokens, FrameSpan(start=start, end=end)))
    return Cue(id=derived_id("cue", start, *(t.text for t in tokens)), start=start, end=end, words=words, lines=lines)


def words_on_frames(tokens: Sequence[TimedToken], shown: FrameSpan) -> Iterator[CueWord]:
    """Yield the words of a cue that is on screen in these frames: each spoken one lasts to the next."""
    frames = [min(max(frame_at(token.start), shown.start), shown.end - 1) for token in tokens]
    for i, (token, frame) in enumerate(zip(tokens, frames, strict=True)):
        if not token.spoken:
            yield CueWord(text=token.text, start=frame, end=frame, spoken=False)
            continue
        following = (f for f, t in zip(frames[i + 1 :], tokens[i + 1 :], strict=True) if t.spoken)
        spoken_to = next(following, frames_covering(token.end))
        yield CueWord(text=token.text, start=frame, end=min(max(spoken_to, frame + 1), shown.end))
