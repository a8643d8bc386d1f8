"""The text of a file cut into its captions, whatever its writer left out, put in or mixed up.

A caption is found by the line of its times. What stands above that line may be its number or the text of the caption
before, and where a file is odd only its habits tell: see `_Scanner._header`.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from app.editing.subtitles.decoding import LOST
from app.editing.subtitles.findings import Notes
from app.editing.subtitles.markup import plain_text
from app.editing.subtitles.times import ARROWS, TimeLine, are_settings, read_times
from app.models.subtitles import SubtitleCue

MOST_CUES = 20_000
"""Ten times what a film has."""

_ODD_NUMBER = re.compile(r"[#(\[]?(\d{1,9})[.):\]]{0,2}")
_HABIT = 10
"""How far a number may be ahead of the one before when it follows a text without an empty line."""

_BLOCKS = ("WEBVTT", "NOTE", "STYLE", "REGION")
"""What WebVTT may have besides cues, up to an empty line: its header, comments, styles."""


class _Found(NamedTuple):
    """A line of times by its place in the file (from 0), and where what belongs to its caption begins."""

    at: int
    times: TimeLine
    head: int
    number: int | None


def scan(text: str, notes: Notes, *, webvtt: bool, tidy: bool) -> list[SubtitleCue]:
    """Return the captions of a text whose lines end with line feeds, in the order of the file.

    `tidy` when nothing has to be left out of their texts.
    """
    lines = text.split("\n")
    if webvtt:
        _clear_blocks(lines)
    rare = [arrow for arrow in ARROWS[1:] if arrow in text]
    return _Scanner(lines, notes, webvtt=webvtt, tidy=tidy, arrows=(ARROWS[0], *rare)).cues()


def _clear_blocks(lines: list[str]) -> None:
    """Empty the lines of what WebVTT has besides cues."""
    inside = False
    before = ""
    for at, line in enumerate(lines):
        if not line.strip() or "-->" in line:
            inside = False
        elif not before.strip() and line.split(maxsplit=1)[0] in _BLOCKS:
            inside = True
        before = line
        if inside:
            lines[at] = ""


class _Scanner:
    def __init__(self, lines: list[str], notes: Notes, *, webvtt: bool, tidy: bool, arrows: tuple[str, ...]) -> None:
        self._lines = lines
        self._notes = notes
        self._webvtt = webvtt
        self._tidy = tidy
        self._arrows = arrows

    def cues(self) -> list[SubtitleCue]:
        """Return the captions, and note what is odd about them."""
        found = self._found()
        if len(found) > MOST_CUES:
            self._notes.add("too_many", found[MOST_CUES].at + 1, most=MOST_CUES)
        above = found[0].head if found else 0
        lost = next((at for at in range(above) if self._lines[at].strip()), None)
        if lost is not None:
            self._notes.add("lost_text", lost + 1)
        ends = [one.head for one in found[1:]]
        ends.append(len(self._lines))
        return [cue for one, end in zip(found[:MOST_CUES], ends, strict=False) if (cue := self._cue(one, end))]

    def _found(self) -> list[_Found]:
        """Return the lines of times, each with the number above it."""
        found: list[_Found] = []
        floor, number = 0, None
        for at in self._with_arrows():
            times = read_times(self._lines[at]) or self._meant(at, floor)
            if times is None:
                continue
            head, own = self._header(floor, at, number, first=not found)
            self._note_number(at, head, own if own is not None else times.number, number, first=not found)
            number = own if own is not None else times.number
            found.append(_Found(at, times, head, number))
            floor = at + 1
        return found

    def _with_arrows(self) -> list[int]:
        if len(self._arrows) == 1:
            return [at for at, line in enumerate(self._lines) if "->" in line]
        return [at for at, line in enumerate(self._lines) if any(arrow in line for arrow in self._arrows)]

    def _meant(self, at: int, floor: int) -> TimeLine | None:
        """Return times that cannot be read, where a number that stands alone says that they were meant."""
        stands_alone = at > floor and _number(self._lines[at - 1]) is not None and self._empty_above(at - 1, floor)
        return TimeLine(None, None, False) if stands_alone and "-->" in self._lines[at] else None

    def _empty_above(self, at: int, floor: int) -> bool:
        return at == 0 or (at > floor and not self._lines[at - 1].strip())

    def _header(self, floor: int, at: int, before: int | None, *, first: bool) -> tuple[int, int | None]:
        """Return where the caption begins whose times stand in line `at`, and its number.

        `floor` is the line behind the times before, `before` the number there. A number that follows a text without an
        empty line is taken for a number only when it goes on from the one before; one with an empty line above and
        below only when it is the very next.
        """
        line = self._lines[at - 1].strip() if at > floor else ""
        if not line:
            return self._number_higher_up(floor, at, before, first=first)
        alone = self._empty_above(at - 1, floor)
        number = _number(line)
        if number is not None:
            goes_on = first or (before is not None and before <= number <= before + _HABIT)
            return (at - 1, number) if alone or goes_on else (at, None)
        odd = _ODD_NUMBER.fullmatch(line)
        if (alone or first) and (odd or self._webvtt):
            return at - 1, int(odd[1]) if odd else None
        return at, None

    def _number_higher_up(self, floor: int, at: int, before: int | None, *, first: bool) -> tuple[int, int | None]:
        higher = next((up for up in range(at - 1, floor - 1, -1) if self._lines[up].strip()), None)
        number = _number(self._lines[higher]) if higher is not None else None
        if higher is None or number is None or not (higher == floor or self._empty_above(higher, floor)):
            return at, None
        next_one = first or (before is not None and number == before + 1)
        return (higher, number) if next_one else (at, None)

    def _note_number(self, at: int, head: int, number: int | None, before: int | None, *, first: bool) -> None:
        if not self._webvtt:
            wanted = 1 if first else before + 1 if before is not None else None
            if number is None:
                self._notes.add("number_missing", at + 1)
            elif wanted is not None and number != wanted:
                self._notes.add("number_wrong", head + 1, number=number, wanted=wanted)
        if not first and self._lines[head - 1].strip():
            self._notes.add("blank_line_missing", head + 1)

    def _cue(self, found: _Found, end: int) -> SubtitleCue | None:
        """Return the caption of the lines up to `end`; None when nobody can say when it begins."""
        line, times = found.at + 1, found.times
        if not times.exact:
            self._note_times(found)
        if times.start is None:
            return None
        text, stamps = self._text(self._body(found, end), line, tidy=self._tidy and not times.rest)
        stop = times.end if times.end is not None else times.start
        return SubtitleCue(times.start, stop, text, line, found.number, stamps)

    def _note_times(self, found: _Found) -> None:
        times, line = found.times, self._lines[found.at].strip()[:60]
        shown = "".join(letter if letter.isprintable() else LOST for letter in line)
        unread = "bad_time" if times.start is None else "bad_end" if times.end is None else ""
        if unread or not self._webvtt:
            self._notes.add(unread or "time_format", found.at + 1, shown=shown)
        if times.below_zero:
            self._notes.add("below_zero", found.at + 1)

    def _body(self, found: _Found, end: int) -> Sequence[str]:
        """Return the caption's lines of text, without empty ones."""
        first = found.at + 1
        while end > first and not self._lines[end - 1].strip():
            end -= 1
        while first < end and not self._lines[first].strip():
            first += 1
        lines = self._lines[first:end]
        kept = [line for line in lines if line and not line.isspace()]
        if len(kept) < len(lines):
            gap = next(at for at, line in enumerate(lines) if not line.strip())
            self._notes.add("blank_line_inside", first + gap + 1)
        return [*self._beside(found), *kept] if found.times.rest else kept

    def _beside(self, found: _Found) -> list[str]:
        if are_settings(found.times.rest.split()):
            if not self._webvtt:
                self._notes.add("settings", found.at + 1)
            return []
        self._notes.add("text_beside_time", found.at + 1)
        return [found.times.rest]

    def _text(self, lines: Sequence[str], at: int, *, tidy: bool) -> tuple[str, tuple[tuple[int, int], ...]]:
        if tidy:
            return "\n".join([line.strip() for line in lines]), ()
        plain = plain_text("\n".join(lines), entities=self._webvtt)
        if plain.tags and not self._webvtt:
            self._notes.add("tags", at)
        if plain.hidden:
            self._notes.add("control_characters", at)
        if plain.stray:
            self._notes.add("stray_time", at)
        return plain.text, plain.stamps


def _number(line: str) -> int | None:
    """Return the number that is all of a line."""
    figures = line.strip()
    return int(figures) if figures.isdecimal() and len(figures) <= 9 else None
