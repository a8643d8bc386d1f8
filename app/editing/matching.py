"""Which words of a script speak of which footage: keywords and descriptions found in what is said."""

from collections.abc import Iterator, Sequence

from app.editing.candidates import Footage
from app.editing.stems import same_word, words_of
from app.models.base import Record
from app.models.timing import Span, frame_at
from app.models.voice import TimedToken

_SEGMENT_KEYWORD, _FILE_KEYWORD, _DESCRIPTION = 1.0, 0.9, 0.45
"""How much a match says: a person's keyword for this stretch, for this file, a word out of a sentence about it."""

_SHORTEST_DESCRIBING = 4
"""Letters: shorter words of a description ("cu", "the", "din") say nothing about the picture."""

_COMMON = frozenset(
    "acest aceasta aceste acesti care când cand cele cinci dacă daca decat deci dintr după dupa este fara fără foarte"
    " fost intr intre lângă langa mult multe multi noastra nostru pana pentru peste poate prin prin printre sale sunt"
    " toate toti unde unei unor unui about also been being from have here into just like more most much only over some"
    " such than that their them then there these they this those through very what when where which while will with"
    " your".split()
)


class Label(Record):
    """Words for a stretch of a file (`source`, a content hash), or for all of it where `span` is None."""

    source: str
    span: Span | None
    words: tuple[str, ...]
    text: str
    weight: float


class Match(Record):
    """Something said that speaks of footage: `frame` is the output frame in which its first word begins.

    `said` is what the script says, `keyword` what the person wrote; `weight` is 0 to 1.
    """

    frame: int
    said: str
    keyword: str
    source: str
    span: Span | None
    weight: float


class _Word(Record):
    """One word of the script, folded; `clause` counts the clauses before it."""

    text: str
    shown: str
    frame: int
    clause: int


def labels_of(footage: Sequence[Footage]) -> list[Label]:
    """Return all words by which the marks of `footage` can be spoken of; of never-use segments there are none."""
    return [label for item in footage for label in _labels(item)]


def _labels(item: Footage) -> Iterator[Label]:
    if item.marks is None:
        return
    source = item.info.content_hash
    yield from _written(source, None, item.marks.keywords, item.marks.description, _FILE_KEYWORD)
    for segment in item.marks.segments:
        if not segment.never_use:
            span = segment.span
            yield from _written(source, span, segment.keywords, segment.description, _SEGMENT_KEYWORD)


def _written(
    source: str, span: Span | None, keywords: Sequence[str], description: str, weight: float
) -> Iterator[Label]:
    for keyword in keywords:
        if words := words_of(keyword):
            yield Label(source=source, span=span, words=tuple(words), text=keyword, weight=weight)
    for word in dict.fromkeys(words_of(description)):
        if len(word) >= _SHORTEST_DESCRIBING and word not in _COMMON and word.isalpha():
            yield Label(source=source, span=span, words=(word,), text=word, weight=_DESCRIPTION)


def spoken_matches(tokens: Sequence[TimedToken], labels: Sequence[Label], language: str) -> tuple[Match, ...]:
    """Return every place in a voice-over where words of a label are said, in order of time.

    A phrase is said when its words follow each other within one clause, each in any of its forms.
    """
    said = _words(tokens)
    matches = (_match_at(said[at:], label, language) for at in range(len(said)) for label in labels)
    # The same footage may be spoken of twice by one word: the clearest counts.
    best: dict[tuple[int, str, Span | None], Match] = {}
    for match in matches:
        if match is not None:
            key = (match.frame, match.source, match.span)
            if key not in best or best[key].weight < match.weight:
                best[key] = match
    return tuple(sorted(best.values(), key=lambda m: (m.frame, -m.weight, m.source, m.span.start if m.span else -1.0)))


def _words(tokens: Sequence[TimedToken]) -> list[_Word]:
    words: list[_Word] = []
    clause = 0
    for token in tokens:
        shown = token.text.strip(".,;:!?…\"'„”()")
        words += [
            _Word(text=text, shown=shown, frame=frame_at(token.start), clause=clause)
            for text in (words_of(token.text) if token.spoken else ())
        ]
        clause += token.breaks_after
    return words


def _match_at(said: Sequence[_Word], label: Label, language: str) -> Match | None:
    """Return the match of `label` with the words that `said` begins with, if they are its words."""
    heard = said[: len(label.words)]
    if len(heard) < len(label.words) or heard[0].clause != heard[-1].clause:
        return None
    if not all(same_word(word.text, wanted, language) for word, wanted in zip(heard, label.words, strict=True)):
        return None
    return Match(
        frame=heard[0].frame,
        said=" ".join(dict.fromkeys(word.shown for word in heard)),
        keyword=label.text,
        source=label.source,
        span=label.span,
        weight=label.weight,
    )
