"""The plain face of the caption reader, for callers outside: text or bytes in, lists and dictionaries out."""

from typing import TypedDict

from app.editing.subtitles.mending import mended
from app.editing.subtitles.reading import read_subtitles
from app.editing.subtitles.writing import write_subtitles
from app.models.subtitles import Finding, Kind, Level


class SrtCue(TypedDict):
    """A caption: its place in the file from 1, seconds, its lines of text without tags, the line of its time."""

    index: int
    start: float
    end: float
    text: str
    line: int


class SrtFinding(TypedDict):
    """Something found in line `line` (from 1); programs may rely on `level` and `code`."""

    level: Level
    code: str
    line: int
    message: str


class SrtReport(TypedDict):
    """All that `validate_content` found. `untold` counts findings beyond the first hundred of each code."""

    ok: bool
    kind: Kind
    encoding: str
    cues: int
    errors: list[SrtFinding]
    warnings: list[SrtFinding]
    repairs: list[SrtFinding]
    untold: int


def validate_srt(text: str | bytes) -> tuple[bool, list[str]]:
    """Return whether nothing is wrong with the captions of a file, and what is: "line 7: ... [overlap]" each."""
    read = read_subtitles(text)
    return read.ok, [f"line {found.line}: {found.message} [{found.code}]" for found in read.errors]


def validate_content(content: str | bytes) -> SrtReport:
    """Return everything that was found in a file: what is wrong, what is doubtful, what is odd and was understood."""
    read = read_subtitles(content)
    return {
        "ok": read.ok,
        "kind": read.kind,
        "encoding": read.encoding,
        "cues": len(read.cues),
        "errors": [_finding(found) for found in read.errors],
        "warnings": [_finding(found) for found in read.warnings],
        "repairs": [_finding(found) for found in read.repairs],
        "untold": read.untold,
    }


def parse(text: str | bytes) -> list[SrtCue]:
    """Return the captions that can be read in a file, in its order and with its times, be they wrong or right."""
    return [
        {"index": index, "start": cue.start / 1000, "end": cue.end / 1000, "text": cue.text, "line": cue.line}
        for index, cue in enumerate(read_subtitles(text).cues, start=1)
    ]


def repair(text: str | bytes) -> str:
    """Return the captions of a file as an SRT without errors: in order, none overlapping, each with text and length.

    Without any caption that can be read it is empty.
    """
    return write_subtitles(mended(read_subtitles(text).cues))


class SRTValidator:
    """The same four, for callers that hold a validator."""

    validate_srt = staticmethod(validate_srt)
    validate_content = staticmethod(validate_content)
    parse = staticmethod(parse)
    repair = staticmethod(repair)


def _finding(found: Finding) -> SrtFinding:
    return {"level": found.level, "code": found.code, "line": found.line, "message": found.message}
