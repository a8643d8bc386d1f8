"""One file of captions, from its bytes or its text to its cues and all that is to be said about it."""

from app.editing.subtitles.checks import check
from app.editing.subtitles.decoding import LOST, decode, decoded_twice
from app.editing.subtitles.findings import Notes
from app.editing.subtitles.regular import is_tidy, regular_cues
from app.editing.subtitles.scanner import scan
from app.models.subtitles import Subtitles

MOST_MB = 2
"""A film's captions take 0.15 MB."""


def read_subtitles(content: str | bytes) -> Subtitles:
    """Return the captions of an SRT or WebVTT file and what was found in it. Nothing is too broken for an answer."""
    notes = Notes()
    if len(content) > MOST_MB << 20:
        notes.add("too_large", 1, most=MOST_MB)
        return Subtitles((), notes.findings)
    text, encoding = (content, "utf-8") if isinstance(content, str) else _decoded(content, notes)
    text = _straightened(text, notes)
    if LOST in text:
        notes.add("lost_letters", text.partition(LOST)[0].count("\n") + 1)
    webvtt = text.lstrip().startswith("WEBVTT")
    if webvtt:
        notes.add("webvtt", 1)
    tidy = is_tidy(text)
    cues = (regular_cues(text) if tidy else None) or scan(text, notes, webvtt=webvtt, tidy=tidy)
    if not cues and not any(finding.level == "error" for finding in notes.findings):
        notes.add("empty", 1)
    check(cues, notes)
    return Subtitles(tuple(cues), notes.findings, notes.untold, "webvtt" if webvtt else "srt", encoding)


def _decoded(data: bytes, notes: Notes) -> tuple[str, str]:
    found = decode(data)
    if found is None:
        notes.add("not_text", 1)
        return "", "binary"
    if found.marked:
        notes.add("byte_order_mark", 1)
    if found.guessed:
        notes.add("guessed_encoding", 1, encoding=found.encoding)
    elif found.encoding != "utf-8":
        notes.add("encoding", 1, encoding=found.encoding)
    return found.text, found.encoding


def _straightened(text: str, notes: Notes) -> str:
    """Return the text with line feeds at the ends of its lines, and letters that were encoded once."""
    if text.startswith("\ufeff"):
        notes.add("byte_order_mark", 1)
        text = text.lstrip("\ufeff")
    if "\r" in text:
        text = text.replace("\r\n", "\n")
        if "\r" in text:
            notes.add("old_line_ends", text.partition("\r")[0].count("\n") + 1)
            text = text.replace("\r", "\n")
    if "\\n" in text and "-->" in text and "\n" not in text.strip():  # a text that was put into JSON twice
        notes.add("escaped_line_ends", 1)
        text = text.replace("\\r", "").replace("\\n", "\n")
    once = decoded_twice(text)
    if once is not None:
        notes.add("twice_encoded", 1)
    return once if once is not None else text
