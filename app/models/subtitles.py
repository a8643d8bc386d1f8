"""What is read of a file of captions: its cues in milliseconds, and what was found wrong with it, line by line."""

from dataclasses import dataclass
from typing import Literal, NamedTuple

from app.models.base import Record

Level = Literal["error", "warning", "repair"]
"""Wrong, doubtful, or odd and read all the same."""
Kind = Literal["srt", "webvtt"]


class SubtitleCue(NamedTuple):
    """Text on screen from `start` to `end`, milliseconds: plain lines, single spaces, no empty line, no tags.

    `line` is where its time stands in the file, from 1; `number` what it was numbered, if it was. `stamps` are times
    inside it: (number of the word from 0, milliseconds). A tuple and no `Record`, as a thousand are made in 3 ms.
    """

    start: int
    end: int
    text: str
    line: int = 1
    number: int | None = None
    stamps: tuple[tuple[int, int], ...] = ()


class Finding(Record):
    """Something that was found in line `line` of the file (from 1). Programs may rely on `code`."""

    level: Level
    code: str
    line: int
    message: str


@dataclass(frozen=True)
class Subtitles:
    """A file as it was read: cues in the order of the file, findings by line, and how many more findings there are.

    A dataclass and no `Record`, which would look at every cue once more.
    """

    cues: tuple[SubtitleCue, ...]
    findings: tuple[Finding, ...]
    untold: int = 0
    kind: Kind = "srt"
    encoding: str = "utf-8"

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong with it; what is odd and could be read is not wrong."""
        return not self.errors

    @property
    def errors(self) -> tuple[Finding, ...]:
        """What is wrong with it."""
        return self._of("error")

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """What a person should look at."""
        return self._of("warning")

    @property
    def repairs(self) -> tuple[Finding, ...]:
        """What is not as it should be written, and was understood."""
        return self._of("repair")

    def _of(self, level: Level) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.level == level)
