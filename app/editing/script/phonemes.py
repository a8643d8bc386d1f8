"""Which phonemes of a sentence belong to which of its words. Pure.

A synthesiser says "of the" as one ("ʌvðə") and may say one word as two. The phonemes of each word by itself tell
where the words end in the sentence: both rows are aligned with the least difference.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

_MOST_JOINED = 4
"""So many words are said as one at most."""

_JOIN_COST = 0.5
"""What joining costs against one word per group: less than one wrong phoneme, so that only sounds decide."""

_PAUSES = frozenset(" .,!?;:…-—\"'()[]¿¡«»“”^$_")
_MARKS = frozenset("ˈˌːˑ")


@dataclass(frozen=True)
class Timed:
    """A phoneme and the samples it sounds in."""

    phoneme: str
    samples: range


def word_samples(phonemes: Sequence[tuple[str, int]], alone: Sequence[str]) -> dict[int, range]:
    """Return the samples of each word, by its place in `alone`, in a sentence that begins at sample 0.

    `phonemes` are those of the whole sentence in order, spaces included, with their lengths in samples; `alone` are
    the phonemes of each word by itself. A word that has no sound of its own is left out.
    """
    groups = _groups(phonemes)
    known: dict[int, range] = {}
    for words, said in _aligned(alone, groups):
        sounds = [timed for group in said for timed in group]
        known.update(_divided([(word, alone[word]) for word in words], sounds))
    return known


def _groups(phonemes: Sequence[tuple[str, int]]) -> list[list[Timed]]:
    """Cut the row of phonemes at its spaces; punctuation and the pauses in it belong to no word."""
    groups: list[list[Timed]] = [[]]
    at = 0
    for phoneme, samples in phonemes:
        if phoneme == " ":
            groups.append([])
        elif phoneme not in _PAUSES:
            groups[-1].append(Timed(phoneme, range(at, at + samples)))
        at += samples
    return [group for group in groups if group]


def _aligned(alone: Sequence[str], groups: list[list[Timed]]) -> list[tuple[list[int], list[list[Timed]]]]:
    """Pair words with groups, in order: one with one, several with one, one with several, one with none."""
    words = [_sounds(word) for word in alone]
    said = [_sounds("".join(timed.phoneme for timed in group)) for group in groups]
    steps = [(1, 1), (1, 0), (0, 1)]
    steps += [step for count in range(2, _MOST_JOINED + 1) for step in ((count, 1), (1, count))]
    best: dict[tuple[int, int], tuple[float, tuple[int, int]]] = {(0, 0): (0.0, (0, 0))}
    for i in range(len(words) + 1):
        for j in range(len(said) + 1):
            for di, dj in steps if (i or j) else ():
                before = best.get((i - di, j - dj))
                if before is None:
                    continue
                word, group = "".join(words[i - di : i]), "".join(said[j - dj : j])
                cost = before[0] + _difference(word, group)
                cost += _JOIN_COST * (di + dj - 2) if di and dj else bool(word or group)
                if (i, j) not in best or cost < best[i, j][0]:
                    best[i, j] = (cost, (di, dj))
    return _walked(best, len(words), len(said), groups)


def _walked(
    best: dict[tuple[int, int], tuple[float, tuple[int, int]]], i: int, j: int, groups: list[list[Timed]]
) -> list[tuple[list[int], list[list[Timed]]]]:
    pairs: list[tuple[list[int], list[list[Timed]]]] = []
    while i or j:
        di, dj = best[i, j][1]
        if di and dj:
            pairs.append((list(range(i - di, i)), groups[j - dj : j]))
        i, j = i - di, j - dj
    return pairs[::-1]


def _sounds(phonemes: str) -> str:
    """Leave only what tells words apart: no stress, length, marks or spaces."""
    return "".join(c for c in phonemes if c not in _MARKS and c not in _PAUSES and unicodedata.category(c)[0] in "LN")


def _difference(one: str, other: str) -> float:
    """Return the edit distance."""
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        last, row[0] = row[0], i
        for j, b in enumerate(other, 1):
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (a != b))
    return float(row[-1])


def _divided(words: list[tuple[int, str]], sounds: list[Timed]) -> dict[int, range]:
    """Share the sounds of a group out to the words in it, by how many sounds each has by itself."""
    sizes = [max(1, len(_sounds(alone))) for _, alone in words]
    known: dict[int, range] = {}
    first = 0
    for at, (word, _) in enumerate(words):
        last = len(sounds) if at == len(words) - 1 else round(len(sounds) * sum(sizes[: at + 1]) / sum(sizes))
        if last > first:
            known[word] = range(sounds[first].samples.start, sounds[last - 1].samples.stop)
        first = last
    return known
