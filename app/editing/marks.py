"""Formatting that a script may carry: Markdown marks and stage directions, taken away; the words stay as written."""

import re
import unicodedata

_DROPPED_LINE = re.compile(r"(?:[-*_=]\s*){3,}|`{3,}.*|~{3,}.*|\([^()]*\)|（[^（）]*）")
"""A whole line that is a rule, a code fence, or a stage direction in parentheses."""

_LINE_START = re.compile(r"(?:>\s*)*(?:#{1,6}\s+|[-*+•]\s+(?:\[[ xX]\]\s+)?)?")
"""Quote marks, heading marks and list bullets."""

_INLINE: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"<!--.*?-->"), ""),
    (re.compile(r"!\[[^\]\n]*\]\([^)\n]*\)"), ""),  # a picture has no words of its own
    (re.compile(r"\[([^\]\n]+)\]\([^)\s]+(?:\s+\"[^\"\n]*\")?\)"), r"\1"),
    (re.compile(r"[ \t]*\[[^\]\n]*\](?=[.,!?;:…])"), ""),  # a direction before a full stop leaves the stop on its word
    (re.compile(r"\[[^\]\n]*\]"), " "),
    (re.compile(r"`+"), ""),
    (re.compile(r"\*\*\*|\*\*|~~|(?<![\w/])__(?=\S)|(?<=\S)__(?![\w/])"), ""),
    (re.compile(r"(?<![\w*])\*(?=[^\s*])([^*\n]*[^\s*])\*(?![\w*])"), r"\1"),
    (re.compile(r"(?<![\w/])_(?=[^\s_])([^_\n]*[^\s_])_(?![\w/])"), r"\1"),
    (re.compile(r"^#{1,6}\s*$"), ""),
)

_CEDILLAS = str.maketrans("şţŞŢ", "șțȘȚ")


def shown_lines(script: str, language: str = "") -> list[str]:
    """Return the lines of `script` as captions show them, without marks, directions and empty lines.

    The text is in Unicode's composed form (NFC). In Romanian (`ro`) cedilla letters become the
    right ones with a comma below.
    """
    text = unicodedata.normalize("NFC", script.replace("\ufeff", ""))
    if language == "ro":
        text = text.translate(_CEDILLAS)
    return [shown for line in text.splitlines() if (shown := _shown(line.strip()))]


def plain_text(script: str) -> str:
    """Return `script` without its formatting, one line below the other."""
    return "\n".join(shown_lines(script))


def _shown(line: str) -> str:
    if _DROPPED_LINE.fullmatch(line):
        return ""
    start = _LINE_START.match(line)
    shown = line[start.end() :] if start else line
    for pattern, put in _INLINE:
        shown = pattern.sub(put, shown)
    return " ".join(shown.split())
