"""Formatting that a script may carry: Markdown marks and stage directions, taken away; the words stay as written."""

import re
import unicodedata
from dataclasses import dataclass

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

NO_BREAK = "\u00a0"
"""Stands in what is shown only between the thousands of one number ("1 299 lei")."""

_AFTER_PRICE = r"(?: ?(?:lei|leu|ron|euro?|usd|gbp|dolari|dollars|euros|€|\$|£)(?!\w)| de lei\b)"
_GROUPED = re.compile(
    r"(?<![\w.,+(/-])(?<!\d )(?<!\d\) )[€$£]?[1-9]\d{0,2}"
    rf"(?:(?: \d{{3}})+(?:,\d\d?)?(?={_AFTER_PRICE})|(?: \d{{3}})* 000(?![\w-]| \d))",
    re.IGNORECASE,
)
"""Figures in groups of three that can only be one number: a currency follows, or the last group is 000."""

_JOINED = re.compile(r"(?<![\w.,+(/-])(?<!\d[\u00a0\u202f])[1-9]\d{0,2}(?:[\u00a0\u202f]\d{3})+(?![\w-])")
"""The same with no-break spaces, which their writer put there to join them."""

_CEDILLAS = str.maketrans("şţŞŢ", "șțȘȚ")


@dataclass(frozen=True)
class Line:
    """A line as captions show it; `marked` when it had a mark of its own: a bullet, a heading, a quotation."""

    text: str
    marked: bool


def lines(script: str, language: str = "") -> list[Line]:
    """Return the lines of `script` as captions show them, without marks, directions and empty lines.

    Words are parted by single spaces, and `NO_BREAK` joins the thousands of a number ("1 299 lei").
    The text is in Unicode's composed form (NFC), without control characters and lone surrogates. In Romanian (`ro`)
    cedilla letters become the right ones with a comma below.
    """
    text = unicodedata.normalize("NFC", script.replace("\ufeff", ""))
    if language == "ro":
        text = comma_letters(text)
    return [line for written in text.splitlines() if (line := _line(_writable(written).strip())).text]


def comma_letters(text: str) -> str:
    """Return a Romanian text with commas below its letters, where an old keyboard or code page had cedillas."""
    return text.translate(_CEDILLAS)


def plain_text(script: str) -> str:
    """Return `script` without its formatting, one line below the other."""
    return "\n".join(line.text for line in lines(script))


def _writable(text: str) -> str:
    """Leave out control characters and halves of surrogate pairs: bytes of a command line that are no UTF-8."""
    return "".join(c for c in text if c.isspace() or unicodedata.category(c) not in {"Cc", "Cs"})


def _line(written: str) -> Line:
    if _DROPPED_LINE.fullmatch(written):
        return Line("", False)
    start = _LINE_START.match(written)
    shown = written[start.end() :] if start else written
    marked = shown != written
    for pattern, put in _INLINE:
        shown = pattern.sub(put, shown)
    groups = _JOINED.sub(lambda number: re.sub(r"\s", "\0", number[0]), shown)
    plain = " ".join(groups.split())
    return Line(_GROUPED.sub(lambda number: number[0].replace(" ", NO_BREAK), plain).replace("\0", NO_BREAK), marked)
