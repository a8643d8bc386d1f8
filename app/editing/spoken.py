"""A script made ready for a voice: what captions show, what is said, and which word comes from which token."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from app.editing.marks import shown_lines
from app.editing.reading import Context, read, without_pictures
from app.editing.vocabulary import vocabulary
from app.errors import ScriptError
from app.models.voice import SpeechText, SpokenWord, TimedToken, Token, WordTime

_CLAUSE = ".!?…,;:"
_SENTENCE = ".!?…"
_CLOSING = frozenset(["etc.", "ș.a.", "incl."])
"""Abbreviations whose stop may also end a sentence; after "dl." or "Mr." a name follows."""

_KEPT_AT_EDGE = "€$£%&+=@#°-−–±_/"
"""Signs that belong to a token even at its edge, unlike quotes, brackets and punctuation."""


@dataclass
class _Piece:
    """A token on its way: `core` is what is read, `stop` the punctuation behind it, `ends_line` the last of a line."""

    shown: str
    core: str
    stop: str
    ends_line: bool
    abbreviated: bool = False

    @property
    def breaks(self) -> bool:
        return self.ends_line or bool(self.stop) or (not self.core and self.shown in {"-", "–", "—"})


def split_scripts(text: str) -> list[str]:
    """Return the scripts in `text`: a line that is only `---` stands between two. Empty ones are left out."""
    parts = re.split(r"^[ \t]*---[ \t]*\r?$", text, flags=re.MULTILINE)
    return [part.strip() for part in parts if part.strip()]


def prepare(script: str, language: str) -> SpeechText:
    """Return `script` ready to be spoken in `language` (ISO 639-1).

    Marks and stage directions are gone; every display token is as written; `words[i].text` is the i-th piece of
    `text` between spaces, with its punctuation. Raises `ScriptError` (`empty_script`) when nothing is left to say.
    """
    pieces = _pieces(shown_lines(script, language), language)
    said = [read(piece.core, _context(pieces, at, language)) if piece.core else [] for at, piece in enumerate(pieces)]
    if not any(said):
        raise ScriptError(
            "There is nothing to say in the script: it is empty, or only marks, emoji and stage directions.",
            hint="Write at least one word outside square brackets.",
            subject="script",
            code="empty_script",
        )
    words = _punctuated(pieces, said)
    return SpeechText(
        language=language,
        tokens=_tokens(pieces, said),
        words=tuple(words),
        text=" ".join(word.text for word in words),
    )


def time_tokens(text: SpeechText, words: Sequence[WordTime]) -> tuple[TimedToken, ...]:
    """Return the display tokens with their times in seconds: each from its first to its last spoken word.

    A token that is not spoken has no length and stands where the one before it ends (0.0 for the first).
    """
    spans: dict[int, tuple[float, float]] = {}
    for time in words:
        owner = text.words[time.word].token
        start, end = spans.get(owner, (time.start, time.end))
        spans[owner] = (min(start, time.start), max(end, time.end))
    timed: list[TimedToken] = []
    for token in text.tokens:
        rest = timed[-1].end if timed else 0.0
        start, end = spans.get(token.index, (rest, rest))
        timed.append(TimedToken(**dict(token), start=start, end=end, spoken=token.index in spans))
    return tuple(timed)


def _pieces(lines: list[str], language: str) -> list[_Piece]:
    pieces = []
    for line in lines:
        shown = line.split()
        pieces += [_piece(token, at == len(shown) - 1, language) for at, token in enumerate(shown)]
    for piece, after in pairwise(pieces):
        ends_sentence = piece.core.lower() in _CLOSING and after.shown[:1].isupper()
        if piece.abbreviated and not ends_sentence:
            piece.stop = ""
    return pieces


def _piece(shown: str, ends_line: bool, language: str) -> _Piece:
    bare = without_pictures(shown)
    start, end = 0, len(bare)
    while start < end and _edge(bare[start]):
        start += 1
    while end > start and _edge(bare[end - 1]):
        end -= 1
    core, tail = bare[start:end], bare[end:]
    abbreviated = tail.startswith(".") and _is_abbreviation(core, language)
    if abbreviated:
        core += "."
    if re.fullmatch(r"[-−–_/°]+", core):
        core = ""  # a lone dash is punctuation
    return _Piece(shown, core, _stop(tail if core else bare), ends_line, abbreviated)


def _is_abbreviation(core: str, language: str) -> bool:
    return f"{core}.".lower() in vocabulary(language).abbreviations or bool(
        re.fullmatch(r"(?:[^\W\d_]\.)+[^\W\d_]", core)
    )


def _edge(character: str) -> bool:
    return character not in _KEPT_AT_EDGE and unicodedata.category(character)[0] not in "LNM"


def _stop(tail: str) -> str:
    for mark in "?!":
        if mark in tail:
            return mark
    if "…" in tail or ".." in tail:
        return "…"
    return next((mark for mark in tail if mark in _CLAUSE), "")


def _context(pieces: list[_Piece], at: int, language: str) -> Context:
    """Look at the neighbours, up to where a clause ends."""
    before = pieces[at - 1].core if at and not pieces[at - 1].breaks else ""
    after: list[str] = []
    for here, there in zip(pieces[at : at + 2], pieces[at + 1 : at + 3], strict=False):
        if here.breaks:
            break
        after.append(there.core.lower())
    return Context(language, before.lower(), tuple(after))


def _punctuated(pieces: list[_Piece], said: list[list[str]]) -> list[SpokenWord]:
    """Put the words in one row, each with the punctuation that follows it."""
    words: list[SpokenWord] = []
    for at, (piece, spoken) in enumerate(zip(pieces, said, strict=True)):
        words += [SpokenWord(text=word, token=at) for word in spoken]
        after = pieces[at + 1].shown if at + 1 < len(pieces) else ""
        stop = piece.stop or ("," if not spoken and piece.breaks and not piece.ends_line else "")
        if stop == "…":
            stop = "," if after[:1].islower() else "."
        if not stop and piece.ends_line and not after[:1].islower():
            stop = "."  # a line of its own is a sentence of its own; one that goes on in lower case was only wrapped
        if words and stop:
            words[-1] = _stopped(words[-1], stop)
    return words


def _stopped(word: SpokenWord, stop: str) -> SpokenWord:
    bare = word.text.rstrip(_CLAUSE)
    had = word.text[len(bare) :]
    return word.evolve(text=bare + (had if had and had in _SENTENCE and stop not in "!?" else stop))


def _tokens(pieces: list[_Piece], said: list[list[str]]) -> tuple[Token, ...]:
    breaks = [piece.breaks for piece in pieces]
    for at in range(1, len(pieces)):
        picture = not said[at] and not pieces[at].core and not pieces[at].stop and not breaks[at]
        if picture and breaks[at - 1] and not pieces[at - 1].ends_line:
            breaks[at - 1], breaks[at] = False, True  # an emoji stays with the sentence it closes
    return tuple(Token(index=at, text=piece.shown, breaks_after=breaks[at]) for at, piece in enumerate(pieces))
