"""A caption's text without tags, codes and whatever cannot be shown: what is read again is the same text."""

import html
import re
import unicodedata
from typing import NamedTuple

from app.editing.subtitles.times import ARROWS, read_times

_TAG = re.compile(
    r"</?(?:b|i|u|s|em|strong|strike|font|span|p|div|c|v|lang|ruby|rt|br)(?:[\s./][^<>]*)?/?>", re.IGNORECASE
)
_BREAK = re.compile(r"</?br[\s/]*>", re.IGNORECASE)
_STAMP = re.compile(r"<(?:(\d{1,3}):)?(\d{1,2}):(\d{2})[.,](\d{3})>")
_CODE = re.compile(r"\{\s*\\[^{}]*\}|\{[a-zA-Z]:[^{}]*\}")  # {\an8} of ASS, {y:i} of MicroDVD
_USUAL = re.compile(r"</?(?:[bius]|font(?: [^<>]{1,200})?)>|\{\\an?[0-9]{1,2}\}", re.IGNORECASE)
"""What nearly all marked up files have and nothing else: taken out in one go."""

_EDGES = re.compile(r"([<>{}])")
_LONGEST = 300
"""Characters of the longest tag or code: nobody writes longer ones, and a search is bounded by it."""

_STAMPED = re.compile("\ue000(\\d+)\ue001")
"""How a time inside the text stands in it while it is read; the file's own such letters are left out before."""

_LIKE_MARKS = str.maketrans("<{\\", "‹(/")
_SPACES = re.compile(r"[^\S\n\u00a0\u202f]+")  # no-break spaces hold numbers together
_HIDDEN = frozenset({"Cc", "Cs", "Co"})


class Plain(NamedTuple):
    """A text, the times in it as (number of the word, milliseconds), and what was left out of it."""

    text: str
    stamps: tuple[tuple[int, int], ...] = ()
    tags: bool = False
    hidden: bool = False
    stray: bool = False


def words_of(text: str) -> list[str]:
    """Return the words of a plain text; a no-break space is part of one."""
    return [word for word in text.replace("\n", " ").split(" ") if word.strip()]


def plain_text(written: str, *, entities: bool) -> Plain:
    """Return what is to be shown of a text; `entities` when "&lt;" means "<", as in WebVTT."""
    text = html.unescape(written) if entities and "&" in written else written
    clean = text.replace("\n", "").isprintable()  # which no space but the common one is
    shown = text if clean else _shown(text)
    bare = _without_tags(shown) if is_marked_up(shown) else shown
    even = bare if clean and "  " not in bare else _SPACES.sub(" ", bare)
    lines = [line.strip() for line in even.split("\n")]
    times: tuple[tuple[int, int], ...] = ()
    if "\ue000" in bare:
        lines, times = _stamped(lines)
    texts = [unicodedata.normalize("NFC", line) for line in lines if line]
    kept = [text for text in texts if not _is_time(text)] if ">" in bare or "→" in bare else texts
    stray = len(kept) < len(texts)
    if stray:  # what stood around it must not become a tag
        kept = [text.translate(_LIKE_MARKS) for text in kept]
    return Plain("\n".join(kept), () if stray else times, bare != shown, shown != text, stray)


def is_marked_up(text: str) -> bool:
    """Return whether there may be tags or codes in a text."""
    return "<" in text or "{" in text or "\\" in text


def _shown(text: str) -> str:
    """Return the text without control characters, halves of surrogate pairs and the like."""
    return "".join(c for c in text if c.isspace() or (c != "\ufeff" and unicodedata.category(c) not in _HIDDEN))


def _without_tags(text: str) -> str:
    r"""Return the text without tags and codes, and with the times in it as `_STAMPED` has them.

    One pass: where a tag ends, what came since its beginning is taken back, so that what is left of "<<b>b>" is no tag
    either. "\N" and "\h" are ASS' line break and space.
    """
    quick = _USUAL.sub("", text)
    if not is_marked_up(quick):
        return quick
    kept: list[str] = []
    for piece in filter(None, _EDGES.split(text.replace("\\N", "\n").replace("\\h", " "))):
        kept.append(piece)
        since = _opened(kept, piece)
        if since is None:
            continue
        tag = "".join(kept[since:])
        put = _instead(tag)
        if put is None:
            continue
        del kept[since:]
        if kept:
            kept[-1] = kept[-1].rstrip("\\")  # or it would make a new code of what follows
        if put and (put == "\n" or not _inside_another(kept)):
            kept.append(put)
    return "".join(kept)


def _opened(kept: list[str], piece: str) -> int | None:
    """Return where the tag or code begins that `piece`, the last of `kept`, may end."""
    if piece not in {">", "}"}:
        return None
    opening = "<" if piece == ">" else "{"
    length = 0
    for at in range(len(kept) - 2, -1, -1):
        if kept[at] == opening:
            return at
        length += len(kept[at])
        if kept[at] == piece or length > _LONGEST:
            return None
    return None


def _inside_another(kept: list[str]) -> bool:
    """Return whether a tag or code was begun and may still end: a time in it would keep it from being one."""
    length = 0
    for piece in reversed(kept):
        length += len(piece)
        if piece in {"<", ">", "{", "}"} or length > _LONGEST:
            return piece in {"<", "{"}
    return False


def _instead(tag: str) -> str | None:
    """Return what a tag or code leaves behind; None when it is none."""
    stamp = _STAMP.fullmatch(tag)
    if stamp:
        hours, minutes, seconds, millis = (int(part or 0) for part in stamp.groups())
        return f"\ue000{((hours * 60 + minutes) * 60 + seconds) * 1000 + millis}\ue001"
    if _BREAK.fullmatch(tag):
        return "\n"
    return "" if (_TAG if tag[0] == "<" else _CODE).fullmatch(tag) else None


def _is_time(line: str) -> bool:
    return any(arrow in line for arrow in ARROWS) and read_times(line) is not None


def _stamped(lines: list[str]) -> tuple[list[str], tuple[tuple[int, int], ...]]:
    """Return the lines without the times in them, and the times at which some words begin, by their numbers."""
    bare: list[str] = []
    stamps: list[tuple[int, int]] = []
    count = 0
    said: re.Match[str] | None = None
    for line in lines:
        words: list[str] = []
        for part in line.split(" "):
            said = _STAMPED.match(part) or said
            word = _STAMPED.sub("", part)
            if word.strip():
                if said:
                    stamps.append((count, int(said[1])))
                words.append(word)
                count += 1
                said = None
        bare.append(" ".join(words).strip())
    return bare, tuple(stamps)
