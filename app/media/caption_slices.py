"""Of a clip's captions, what is drawn in one part of it: a file of the part's own, at times of its own.

Times are moved by whole tenths of a second, which are three frames: centiseconds, in which ASS counts, then round as
they do in the whole, and the part shows what the whole clip's file would show. Two parts with the same picture and the
same captions, wherever they stand in which clip, get the same file to the byte; so only those styles are in it that its
events are drawn in.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from app.models.timing import OUTPUT_FPS, FrameSpan

_FRAMES, _CENTISECONDS = 3, 10
"""The shortest time that is whole in both."""

_EVENT = "Dialogue:"
_STYLE = re.compile(r"Style: *([^,]*),")
_TIME = re.compile(r"(\d+):(\d\d):(\d\d)\.(\d\d)")
_CHANGES = re.compile(r"\\(?:fade?\(|t\(|move\(|[kK])")
"""Tags that look at how long an event has been shown; one without them looks the same at each of its frames."""


@dataclass(frozen=True)
class Slice:
    """The ASS file of one part, and the frame, in that file's time, at which the part begins."""

    text: str
    first: int


@dataclass(frozen=True)
class _Event:
    """A line of the file: what stands before and behind its times (centiseconds, `end` exclusive)."""

    before: str
    start: int
    end: int
    behind: str

    @property
    def changes(self) -> bool:
        return bool(_CHANGES.search(self.behind))

    @property
    def style(self) -> str:
        return self.behind.partition(",")[0]

    def line(self, base: int) -> str:
        return f"{self.before},{_text(self.start - base)},{_text(self.end - base)},{self.behind}"


def slices_of(document: str, spans: Sequence[FrameSpan]) -> list[Slice | None]:
    """Return what `document` draws on each of these spans of the clip's frames; None for nothing.

    Events keep their order. One that changes while it is shown keeps its beginning, also before the part's; of all
    others only what lies in the part counts, so that a change of theirs outside it changes nothing here.
    """
    head, events = _read(document)
    return [_slice(head, [event for event in events if _touches(event, frames)], frames) for frames in spans]


def _slice(head: Sequence[str], touching: Sequence[_Event], frames: FrameSpan) -> Slice | None:
    if not touching:
        return None
    begin = frames.start // _FRAMES
    begins = [begin, *(event.start // _CENTISECONDS for event in touching if event.changes)]
    base, end = min(begins), -(-frames.end // _FRAMES)
    own = [_within(event, begin * _CENTISECONDS, end * _CENTISECONDS) for event in touching]
    lines = [event.line(base * _CENTISECONDS) for event in own]
    return Slice("\n".join([*_head_for(touching, head), *lines, ""]), frames.start - base * _FRAMES)


def _head_for(events: Sequence[_Event], head: Sequence[str]) -> list[str]:
    """Return the head without the styles that none of these events is drawn in."""
    used = {event.style for event in events}
    return [line for line in head if not (style := _STYLE.match(line)) or style[1] in used]


def _read(document: str) -> tuple[list[str], list[_Event]]:
    head: list[str] = []
    events: list[_Event] = []
    for line in document.splitlines():
        if line.startswith(_EVENT):
            before, start, end, behind = line.split(",", 3)
            events.append(_Event(before, _centiseconds(start), _centiseconds(end), behind))
        elif line or head[-1:] != [""]:
            head.append(line)
    return head, events


def _touches(event: _Event, frames: FrameSpan) -> bool:
    """Whether libass, which looks at whole milliseconds, draws it on any of these frames."""
    return event.start * 10 <= _milliseconds(frames.end - 1) and event.end * 10 > _milliseconds(frames.start)


def _within(event: _Event, begin: int, end: int) -> _Event:
    if event.changes:
        return event
    return _Event(event.before, max(event.start, begin), min(event.end, end), event.behind)


def _milliseconds(frame: int) -> int:
    return frame * 1000 // OUTPUT_FPS


def _centiseconds(text: str) -> int:
    found = _TIME.fullmatch(text)
    assert found is not None, text  # noqa: S101 - our own file
    hours, minutes, seconds, rest = map(int, found.groups())
    return ((hours * 60 + minutes) * 60 + seconds) * 100 + rest


def _text(centiseconds: int) -> str:
    seconds, rest = divmod(centiseconds, 100)
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}.{rest:02}"
