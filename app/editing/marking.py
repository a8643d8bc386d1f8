"""Marks as a person writes them: read from text, checked against the footage, and put to their files."""

import json
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from app.editing.candidates import Footage
from app.errors import InputError
from app.models.marks import FileMarks, FootageMarks, MarkedSegment
from app.models.media import MediaInfo


def read_marks(text: str, name: str) -> FootageMarks:
    """Return the marks in `text`: JSON, or TOML with a table [[files]] for each file. `name` is what to call it.

    Raises `InputError` (bad_marks), which names the field.
    """
    try:
        data = json.loads(text) if text.lstrip().startswith("{") else tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise _bad(f"{name} is neither TOML nor JSON: {str(error).splitlines()[0]}.", name) from error
    try:
        return FootageMarks.model_validate(data)
    except ValidationError as error:
        first, *more = error.errors()
        field = _field(first["loc"])
        what = str(first["msg"]).removeprefix("Value error, ")
        others = f" ({len(more)} more fields are wrong too)" if more else ""
        raise _bad(f"The marks in {name} are wrong at {field}: {what[:1].lower()}{what[1:]}{others}.", field) from error


def _field(place: tuple[int | str, ...]) -> str:
    """Return, for example, "files[2].segments[1].start", counted from 1 as a person does."""
    parts = "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in place)
    return parts.removeprefix(".") or "files"


def _bad(message: str, subject: str) -> InputError:
    return InputError(message, hint="docs/marks.md shows what can be marked.", subject=subject, code="bad_marks")


def with_keywords(marks: FootageMarks, given: Iterable[str]) -> FootageMarks:
    """Return `marks` with the keywords of lines such as "name.mp4=cafea, boabe de cafea" added to those files.

    Raises `InputError` (bad_marks) for a line of another form, and for words beyond what marks hold.
    """
    files = list(marks.files)
    for line in given:
        name, equals, text = line.rpartition("=")
        words = tuple(word for part in text.split(",") if (word := part.strip()))
        if not (equals and name.strip() and words):
            raise _bad(f'--keywords cannot be "{line}": it is a file\'s name, =, and words with commas.', "keywords")
        at = next((n for n, file in enumerate(files) if _same(file.file, name)), None)
        try:
            old = FileMarks(file=name.strip()) if at is None else files.pop(at)
            new: dict[str, Any] = {**old.model_dump(), "keywords": tuple(dict.fromkeys([*old.keywords, *words]))}
            files.append(FileMarks.model_validate(new))
        except ValidationError as error:
            what, begin = str(error.errors()[0]["msg"]), line if len(line) <= 60 else f"{line[:60]}..."
            raise _bad(f'--keywords cannot be "{begin}": {what[:1].lower()}{what[1:]}.', "keywords") from error
    return FootageMarks(files=tuple(files))


def only_marked(marks: FootageMarks, durations: Mapping[str, float]) -> FootageMarks:
    """Return marks by which nothing is shown but segments that a person marked, and did not mark as never to be used.

    `durations` are the seconds of all footage by content hash (of a photograph 0: it is shown if anything is marked in
    it). Raises `InputError` (no_segments) when there is none.
    """
    known = {file.file: file for file in marks.files}
    files = [_only(known.get(key, FileMarks(file=key)), seconds) for key, seconds in durations.items()]
    if not any(_wanted(file) for file in files):
        raise InputError(
            "No segment of the project's footage is marked.",
            hint="Mark some: POST /api/v1/library/videos/{video_id}/segments.",
            subject="project_id",
            code="no_segments",
        )
    return FootageMarks(files=tuple(files))


def _wanted(file: FileMarks) -> list[MarkedSegment]:
    return [segment for segment in file.segments if not segment.never_use]


def _only(file: FileMarks, seconds: float) -> FileMarks:
    """Return the marks of a file with all that lies between its segments never to be used."""
    spans = sorted([*((one.start, one.end) for one in _wanted(file)), *((pin.start, pin.end) for pin in file.pins)])
    if seconds == 0:
        spans, seconds = ([(0.0, 1.0)], 1.0) if spans else ([], 1.0)
    rest, place = [], 0.0
    for start, end in [*spans, (seconds, seconds)]:
        if start > place:
            rest.append(MarkedSegment(start=place, end=start, never_use=True))
        place = max(place, end)
    return file.evolve(segments=(*file.segments, *rest))


def check_marks(marks: FootageMarks, named: Sequence[tuple[str, MediaInfo]], count: int) -> None:
    """Raise `InputError` (bad_marks) for marks that `named` footage (names and files) and `count` clips cannot have.

    That is a file that is not there or not the only one of its name, a stretch beyond its end, a pin in a clip that is
    not asked for, and two things said of one content.
    """
    hashes = [_content(file, named) for file in marks.files]
    twice = next((file.file for n, file in enumerate(marks.files) if hashes[n] in hashes[:n]), None)
    if twice is not None:
        raise _bad(f"Two tables of the marks are about the content of {twice}: make them one.", "files")
    infos = {info.content_hash: info for _, info in named}
    for file, content_hash in zip(marks.files, hashes, strict=True):
        _check_within(file, infos[content_hash])
        for number, pin in enumerate(file.pins, 1):
            if pin.clip is not None and pin.clip > count:
                raise _bad(
                    f"Pin {number} of {file.file} is for clip {pin.clip}, and {count} are made.", f"pins[{number}].clip"
                )
    _check_single_use(marks, count)


def by_content(marks: FootageMarks, named: Sequence[tuple[str, MediaInfo]]) -> FootageMarks:
    """Return `marks` with each file named by its content hash. Raises `InputError` as `check_marks` does."""
    return FootageMarks(files=tuple(file.evolve(file=_content(file, named)) for file in marks.files))


def _check_within(file: FileMarks, info: MediaInfo) -> None:
    if info.still:
        return
    for kind, stretches in (("segments", file.segments), ("pins", file.pins)):
        for number, stretch in enumerate(stretches, 1):
            if stretch.start >= info.duration or (kind == "pins" and stretch.end > info.duration + 0.05):
                raise _bad(
                    f"The {kind[:-1]} {stretch.start:g} to {stretch.end:g} s lies outside {file.file}, which is"
                    f" {info.duration:.2f} s long.",
                    f"{kind}[{number}]",
                )


def _check_single_use(marks: FootageMarks, count: int) -> None:
    """Raise for what is pinned in several clips and marked for one at most."""
    for file in marks.files:
        for segment in file.segments:
            over = [pin for pin in file.pins if pin.start < segment.end and segment.start < pin.end]
            clips = {clip for pin in over for clip in ([pin.clip] if pin.clip else range(1, count + 1))}
            if segment.single_use and len(clips) > 1:
                raise _bad(
                    f"{segment.start:g} to {segment.end:g} s of {file.file} is marked single_use, and pinned in"
                    f" {len(clips)} clips: give the pin the number of one clip.",
                    "pins",
                )


def _content(file: FileMarks, named: Sequence[tuple[str, MediaInfo]]) -> str:
    """Return the content hash of the file that the marks are about."""
    found = {info.content_hash for name, info in named if is_about(file, name, info)}
    if len(found) == 1:
        return found.pop()
    if found:
        raise _bad(f"{len(found)} different files are called {file.file}: give its content hash instead.", "file")
    names = ", ".join(sorted({name for name, _ in named})[:5])
    raise _bad(f"The marks are about {file.file}, which is not among the footage ({names}).", "file")


def is_about(marks: FileMarks, name: str, info: MediaInfo) -> bool:
    """Whether marks are about the file that is called `name`, by its name or its content hash."""
    return _same(name, marks.file) or info.content_hash == marks.file


def _same(name: str, other: str) -> bool:
    """Whether two names are one; a Mac writes letters and their marks apart."""
    return unicodedata.normalize("NFC", name.strip()) == unicodedata.normalize("NFC", other.strip())


def marked(footage: Iterable[Footage], marks: FootageMarks) -> list[Footage]:
    """Return `footage`, each file with its marks."""
    found = list(footage)
    named = [(item.name, item.info) for item in found]
    by_hash = {_content(file, named): file for file in marks.files}
    return [item.evolve(marks=by_hash.get(item.info.content_hash)) for item in found]
