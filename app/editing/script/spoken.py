"""A script made ready for a voice: what captions show, what is said, and which word comes from which token."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from app.editing.script.context import Context
from app.editing.script.dates import is_roman
from app.editing.script.marks import NO_BREAK, Line, lines
from app.editing.script.reading import is_word, read, without_pictures
from app.editing.script.vocabulary import vocabulary
from app.errors import ScriptError
from app.models.voice import SpeechText, SpokenWord, TimedToken, Token, WordTime

_CLAUSE = ".!?…,;:"
_SENTENCE = ".!?…"
_CLOSING = frozenset(["etc.", "ș.a.", "incl."])
"""Abbreviations whose stop may also end a sentence; after "dl." or "Mr." a name follows."""

_KEPT_AT_EDGE = "€$£¢%&+=@#°-−–±_/~≈<>≤≥×"
"""Signs that belong to a token even at its edge, unlike quotes, brackets and punctuation."""


_DASHES = frozenset("-−–_/°")
"""Signs that say nothing alone."""


@dataclass
class _Piece:
    """A token on its way: `core` is what is read, `stop` the punctuation behind it, `ends_line` the last of a line.

    `begins` marks the first of a line that is a sentence of its own and not wrapped, `numbers_line` the "1." or "2)"
    that a line begins with.
    """

    shown: str
    core: str
    stop: str
    ends_line: bool
    abbreviated: bool = False
    begins: bool = False
    numbers_line: bool = False

    @property
    def breaks(self) -> bool:
        if self.numbers_line:
            return False  # the "1." of a list stays with its item
        return self.ends_line or bool(self.stop) or (not self.core and self.shown in {"-", "–", "—"})


def split_scripts(text: str) -> list[str]:
    """Return the scripts in `text`: a line that is only `---` stands between two. Empty ones are left out."""
    parts = re.split(r"^[ \t]*---[ \t]*\r?$", text, flags=re.MULTILINE)
    return [part.strip() for part in parts if part.strip()]


def prepare(script: str, language: str) -> SpeechText:
    """Return `script` ready to be spoken in `language` (ISO 639-1).

    Marks and stage directions are gone; every display token is as written, and a number with spaces between its
    thousands ("1 000") is one token, with no-break spaces; `words[i].text` is the i-th piece of
    `text` between spaces, with its punctuation. Raises `ScriptError` (`empty_script`) when nothing is left to say.
    """
    pieces = _pieces(lines(script, language), language)
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


def _pieces(rows: list[Line], language: str) -> list[_Piece]:
    pieces: list[_Piece] = []
    for line in rows:
        shown = line.text.split(" ")
        row = [_piece(token, at == len(shown) - 1, language) for at, token in enumerate(shown)]
        row[0].numbers_line = len(row) > 1 and bool(re.fullmatch(r"\d{1,2}[.)]", row[0].shown))
        row[0].begins = line.marked or row[0].numbers_line or not row[0].shown[:1].islower()
        pieces += row
    nothing = _Piece("", "", "", True)
    for before, piece, after in zip([nothing, *pieces], pieces, [*pieces[1:], nothing], strict=False):
        if piece.abbreviated:
            _settle(piece, before.core, after, language)
    return pieces


def _settle(piece: _Piece, before: str, after: _Piece, language: str) -> None:
    """Tell the stop of an abbreviation from that of a sentence, by what stands around it."""
    short, words = piece.core.lower(), vocabulary(language)
    counts = before[-1:].isdecimal()
    if short in words.need_figure and not (counts or after.core[:1].isdecimal() or is_roman(after.core)):
        piece.core, piece.abbreviated = piece.core[:-1], False
        return
    if piece.stop != ".":  # "etc.," "dec.!": what follows the abbreviation's own stop counts
        return
    may_end = short in _CLOSING or (counts and short.rstrip(".") in words.units)
    if not (may_end and (after.shown[:1].isupper() or not after.shown)):
        piece.stop = ""


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
        core, tail = f"{core}.", tail[1:] if _stop(tail[1:]) else tail
    if _is_drawing(core):
        core = ""
    core = core.replace(NO_BREAK, "")
    return _Piece(shown, core, _stop(tail if core else bare), ends_line, abbreviated)


def _is_drawing(core: str) -> bool:
    """Whether signs without a letter or figure are not to be said: a lone dash, an arrow ("->", "=>")."""
    return core in _DASHES or (not is_word(core) and len(core) > 1 and core not in {"<=", ">="})


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
    return next((mark for mark in reversed(tail) if mark in _CLAUSE), "")


def _context(pieces: list[_Piece], at: int, language: str) -> Context:
    """Look at the neighbours, up to where a clause ends."""
    if pieces[at].numbers_line:
        return Context(language)
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
        after = pieces[at + 1] if at + 1 < len(pieces) else None
        stop = piece.stop or ("," if not spoken and piece.breaks and not piece.ends_line else "")
        if piece.numbers_line:
            stop = ","
        if stop == "…":
            stop = "," if after and after.shown[:1].islower() else "."
        if not stop and piece.ends_line and (after is None or after.begins):
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
        silent = not said[at] and not pieces[at].core and not pieces[at].stop
        picture = silent and (pieces[at].ends_line or not breaks[at])
        if picture and breaks[at - 1] and not pieces[at - 1].ends_line:
            breaks[at - 1], breaks[at] = False, True  # an emoji stays with the sentence it closes
    return tuple(Token(index=at, text=piece.shown, breaks_after=breaks[at]) for at, piece in enumerate(pieces))
