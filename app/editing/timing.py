"""How long a clip is and where its picture is cut: the voice decides both."""

import math
import random
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from app.errors import InputError, VoiceTooLong
from app.models.timing import OUTPUT_FPS, frame_at, frames_covering
from app.models.voice import TimedToken

TAIL_SECONDS = 0.4
"""Picture and silence after the last word, in seconds, so that a clip does not end on a breath."""

OVER_TARGET = 1.10
"""A clip may be this many times its target duration before anything is done about it."""

MAX_SPEED = 1.15
"""The fastest a voice is made to speak to fit; beyond it listeners notice."""

SHORTEST_SLOT = 36
LONGEST_SLOT = 120
"""Bounds of a picture slot in frames (1.2 and 4.0 s)."""

_SPEED_MARGIN = 1.01  # pauses do not shrink exactly with the speed asked for
_IDEAL = (51, 87)  # slots aim at a length drawn from this range of frames, 2.3 s on average
_MID_CLAUSE = 0.5  # cutting inside a clause costs as much as being 0.7 s off the ideal length
_SPOKEN_OF = 12.0  # cutting where footage is spoken of is worth slots of any length that is allowed
_NO_WORD = 25.0  # cutting where no word begins: only when the words leave no other way
_GRID = 3  # frames between the places where a cut without a word may fall

OverLength = Literal["error", "keep"]


def clip_frames(voice_seconds: float) -> int:
    """Return the length in frames of a clip with a voice-over of `voice_seconds`: the voice and its tail."""
    return frames_covering(voice_seconds + TAIL_SECONDS)


def speed_to_fit(clip_seconds: float, target: float, speed: float, words: int, policy: OverLength = "error") -> float:
    """Return the speed at which to speak so that the clip stays within its budget of `target` seconds.

    `clip_seconds` is the clip's length, tail included, with the voice spoken at `speed`; `words` counts its words.
    A clip inside the budget (`OVER_TARGET` times the target) keeps its speed, and so does, with `policy` "keep",
    one that `MAX_SPEED` could not bring inside. Ask again with the new length after speaking at a new speed.
    Raises `VoiceTooLong`, which says how many words to cut, when `MAX_SPEED` is not enough.
    """
    budget = target * OVER_TARGET
    if clip_seconds <= budget + 0.5 / OUTPUT_FPS:  # lengths are whole frames: half of one is rounding
        return speed
    voice_budget = budget - TAIL_SECONDS
    at_normal_speed = (clip_seconds - TAIL_SECONDS) * speed
    fastest = max(MAX_SPEED, speed)
    if voice_budget > 0 and at_normal_speed / voice_budget <= fastest and speed < fastest:
        # Rounded up: a speed has no use for more digits, and rounding down could miss the budget.
        return min(fastest, math.ceil(at_normal_speed / voice_budget * _SPEED_MARGIN * 1000) / 1000)
    if policy == "keep":
        return speed
    raise _too_long(clip_seconds, target, fastest, at_normal_speed / fastest, words)


def _too_long(clip_seconds: float, target: float, fastest: float, fastest_voice: float, words: int) -> VoiceTooLong:
    voice_budget = max(0.0, target * OVER_TARGET - TAIL_SECONDS)
    cut = min(words, max(1, math.ceil(words * (1 - voice_budget / fastest_voice) - 1e-9)))
    enough = math.ceil((fastest_voice + TAIL_SECONDS) / OVER_TARGET)
    instead = f"ask for at least {enough} s (--duration {enough}), or take it as it is (--over-length keep)."
    hint = f"Cut about {cut} of its {words} words, {instead}" if cut < words else instead[0].upper() + instead[1:]
    return VoiceTooLong(
        f"The voice-over makes a clip of {clip_seconds:.1f} s, but the target of {target:g} s allows"
        f" {target * OVER_TARGET:.1f} s; even at {fastest:g} times the normal speed it would be"
        f" {fastest_voice + TAIL_SECONDS:.1f} s.",
        hint=hint,
        subject="script",
    )


def voice_slots(
    tokens: Sequence[TimedToken],
    total_frames: int,
    seed: int,
    longest: int = LONGEST_SLOT,
    preferred: Mapping[int, float] | None = None,
) -> tuple[int, ...]:
    """Return the lengths in frames of the picture slots under a voice; they add up to `total_frames`.

    Every slot but the first begins on the frame in which a spoken word begins, by preference the first word of a
    sentence or clause, and before all one of the frames `preferred` (frame to weight, 0 to 1): those of words that
    speak of footage. Slots are `SHORTEST_SLOT` to `longest` frames long; where a pause leaves no word to cut at,
    a cut falls into the pause rather than a slot growing longer. A clip too short for two slots is one slot.
    """
    words = _word_costs(tokens, total_frames)
    words |= {frame: -_SPOKEN_OF * weight for frame, weight in (preferred or {}).items() if frame in words}
    slots = _best_split(words, total_frames, seed, longest)
    if slots is None:
        anywhere = dict.fromkeys(range(_GRID, total_frames, _GRID), _NO_WORD)
        slots = _best_split({**anywhere, **words}, total_frames, seed, longest)
    return slots or (total_frames,)


def even_slots(total_frames: int, seed: int, longest: int = LONGEST_SLOT) -> tuple[int, ...]:
    """Return the lengths in frames of the picture slots of a clip without a voice: varied, around 2.3 s each."""
    anywhere = dict.fromkeys(range(_GRID, total_frames, _GRID), 0.0)
    return _best_split(anywhere, total_frames, seed, longest) or (total_frames,)


def _word_costs(tokens: Sequence[TimedToken], total_frames: int) -> dict[int, float]:
    """Return the frames at which a word begins, each with what a cut there costs."""
    costs: dict[int, float] = {}
    clause_begins = True
    for token in tokens:
        if token.spoken:
            frame = frame_at(token.start)
            if 0 < frame < total_frames:
                costs[frame] = min(costs.get(frame, _MID_CLAUSE), 0.0 if clause_begins else _MID_CLAUSE)
            clause_begins = False
        clause_begins = clause_begins or token.breaks_after  # also after an emoji that is not spoken
    return costs


def _best_split(places: Mapping[int, float], total: int, seed: int, longest: int) -> tuple[int, ...] | None:
    """Return the cheapest slot lengths that cut only at `places` (frame to cost), or None when there are none.

    Dynamic programming over the places: the best way to each is the best way to an earlier one and one more slot.
    """
    if total < 1:
        raise InputError("The clip would have no frames.", hint="Ask for a duration above 0 s.", subject="duration")
    rng = random.Random(seed)  # noqa: S311 (variety, not secrecy)
    frames = [0, *sorted(places), total]
    ideal = [rng.randint(*_IDEAL) for _ in frames]
    best: list[tuple[float, int]] = [(0.0, -1)]
    for end in range(1, len(frames)):
        cut = places.get(frames[end], 0.0)
        ways = (
            (best[start][0] + cut + _off(frames[end] - frames[start], ideal[start]), start)
            for start in _starts(frames, end, longest)
        )
        best.append(min(ways, default=(math.inf, -1)))
    return None if math.isinf(best[-1][0]) else _lengths(frames, best)


def _starts(frames: Sequence[int], end: int, longest: int) -> Iterator[int]:
    """Yield the indices of the places from which a slot may reach the place `end`."""
    for start in range(end - 1, -1, -1):
        length = frames[end] - frames[start]
        if length > longest:
            return
        if length >= SHORTEST_SLOT:
            yield start


def _off(length: int, ideal: int) -> float:
    return ((length - ideal) / OUTPUT_FPS) ** 2


def _lengths(frames: Sequence[int], best: Sequence[tuple[float, int]]) -> tuple[int, ...]:
    lengths: list[int] = []
    end = len(frames) - 1
    while end > 0:
        start = best[end][1]
        lengths.append(frames[end] - frames[start])
        end = start
    return tuple(reversed(lengths))
