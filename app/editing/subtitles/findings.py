"""Everything that may be found in a file of captions: its code, how bad it is, and how it is told."""

from collections import Counter
from collections.abc import Mapping
from types import MappingProxyType

from app.models.subtitles import Finding, Level

MOST_TOLD = 100
"""Findings of one code that are told; the rest is counted. A file may have one in every line."""

CODES: Mapping[str, tuple[Level, str]] = MappingProxyType(
    {
        "too_large": ("error", "The file is larger than {most} MB, which no captions of a clip are."),
        "too_many": ("error", "There are more than {most} captions; those from here on are left out."),
        "not_text": ("error", "This is not a text file."),
        "empty": ("error", "There is no caption in it: no line such as 00:00:01,000 --> 00:00:02,500."),
        "bad_time": ("error", "The time {shown} cannot be read; the caption is left out."),
        "bad_end": ("error", "The end in {shown} cannot be read; the caption has no length."),
        "lost_text": ("error", "This text stands before the first time, and belongs to no caption."),
        "out_of_order": ("error", "The caption begins before the one above it."),
        "overlap": ("error", "The caption begins {by} ms before the end of one above it."),
        "zero_length": ("error", "The caption ends when it begins."),
        "negative_length": ("error", "The caption ends {by} ms before it begins."),
        "empty_caption": ("warning", "The caption has no text."),
        "too_fast": ("warning", "{rate} letters a second are more than most people can read ({most})."),
        "below_zero": ("warning", "A time below zero is taken for 0."),
        "stray_time": ("warning", "A line of the text that reads as a time is left out."),
        "beyond_clip": ("warning", "The caption begins after the clip's end ({seconds} s) and is left out."),
        "cut_short": ("warning", "The caption ends with the clip ({seconds} s)."),
        "guessed_encoding": ("warning", "The file is not in UTF-8; its letters are read as {encoding}."),
        "lost_letters": ("warning", "A letter is lost, and a sign (�) stands for it; there may be more of them."),
        "byte_order_mark": ("repair", "The file begins with a byte-order mark."),
        "encoding": ("repair", "The file is in {encoding}."),
        "twice_encoded": ("repair", "The letters were encoded twice (È™ for ș)."),
        "old_line_ends": ("repair", "Lines end with a carriage return alone."),
        "escaped_line_ends": ("repair", r"Line ends are written as \n."),
        "control_characters": ("repair", "Characters that cannot be shown are left out."),
        "webvtt": ("repair", "The file is WebVTT."),
        "time_format": ("repair", "The time {shown} is not written as 00:00:01,000 --> 00:00:02,500."),
        "settings": ("repair", "Places and settings beside the time are left out."),
        "text_beside_time": ("repair", "The text begins on the line of the time."),
        "number_missing": ("repair", "The caption has no number."),
        "number_wrong": ("repair", "The caption has the number {number}, where {wanted} comes next."),
        "blank_line_missing": ("repair", "There is no empty line before the caption."),
        "blank_line_inside": ("repair", "An empty line stands in the caption's text."),
        "tags": ("repair", "Tags and codes in the text are left out."),
    }
)


class Notes:
    """Collects findings: the first `MOST_TOLD` of each code, and the number of the others."""

    def __init__(self) -> None:
        self._told: list[Finding] = []
        self._counts: Counter[str] = Counter()

    def add(self, code: str, line: int, **details: object) -> None:
        """Note a finding in `line` (from 1); `details` fill in its message."""
        self._counts[code] += 1
        if self._counts[code] <= MOST_TOLD:
            level, message = CODES[code]
            self._told.append(Finding(level=level, code=code, line=line, message=message.format(**details)))

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What was found, by line."""
        return tuple(sorted(self._told, key=lambda finding: finding.line))

    @property
    def untold(self) -> int:
        """How many findings are only counted."""
        return self._counts.total() - len(self._told)
