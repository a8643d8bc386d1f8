"""From a file of captions to the captions of an edit: on whole frames, within the clip, each word at its time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.editing.captions import Measure, make_cues, words_on_frames
from app.editing.script.marks import comma_letters
from app.editing.subtitles.findings import Notes
from app.editing.subtitles.markup import words_of
from app.editing.subtitles.mending import mended
from app.editing.subtitles.reading import read_subtitles
from app.editing.subtitles.word_times import Heard, is_spoken, spread, stamped
from app.errors import InputError
from app.models.edit import Captions, Cue, derived_id
from app.models.subtitles import Finding, SubtitleCue, Subtitles
from app.models.timing import FrameSpan, Span, frame_nearest, seconds_of
from app.models.voice import TimedToken

MOST_LETTERS = 1_000
"""Letters of one caption: a minute of speech, and far more than anybody reads at once."""

_MOST_LINES = 3
_LOST = frozenset({"too_large", "too_many", "not_text", "empty", "bad_time"})
"""Errors after which captions would be missing; all others are mended."""


@dataclass(frozen=True)
class Fit:
    """How wide a line may be, in the unit of `measure`."""

    max_width: float
    measure: Measure


@dataclass(frozen=True)
class FromFile:
    """Captions for an edit, and everything that was found in the file they come from."""

    captions: Captions
    findings: tuple[Finding, ...]


def captions_from_srt(
    content: str | bytes,
    *,
    style: str,
    language: str,
    total_frames: int,
    burnt: bool = True,
    fit: Fit | None = None,
    before: Captions | None = None,
) -> FromFile:
    """Return the captions of an SRT or WebVTT file for a clip of `total_frames` frames.

    What is wrong with them is mended (`mended`), and what lies behind the clip's end left out; the findings tell.
    Lines stay as they are, unless they do not `fit`: then the caption is broken anew, into several when it must be.
    Words are said when the file tells (WebVTT), else when they were in `before`, else spread evenly by their letters.
    Raises `InputError` when a caption cannot be read, none is there, or none lies within the clip.
    """
    read = read_subtitles(content)
    placed, late = _on_frames(_usable(read), total_frames)
    romanian = language.partition("-")[0] == "ro"
    texts = [comma_letters(cue.text) if romanian else cue.text for cue, _ in placed]
    said_before = Heard(before)
    cues: list[Cue] = []
    for text, (cue, frames) in zip(texts, placed, strict=True):
        cues += _cues(text, _tokens(words_of(text), frames, cue, said_before), frames, fit)
    return FromFile(
        Captions(style=style, language=language, burnt=burnt, cues=tuple(cues)), (*read.findings, *late.findings)
    )


def text_of_srt(content: str | bytes) -> str:
    """Return what the captions of a file say, a line each, as a script. Raises `InputError` as `captions_from_srt`."""
    return "\n".join(cue.text.replace("\n", " ") for cue in _usable(read_subtitles(content)))


def _usable(read: Subtitles) -> tuple[SubtitleCue, ...]:
    """Return the captions of a file, mended. Raises `InputError` where some would be lost."""
    lost = next((found for found in read.findings if found.code in _LOST), None)
    if lost is not None:
        raise _wrong(lost.line, lost.message, lost.code)
    cues = mended(read.cues)
    long = next((cue for cue in cues if len(cue.text) > MOST_LETTERS), None)
    if long is not None:
        raise _wrong(long.line, f"The caption has {len(long.text)} letters; {MOST_LETTERS} are allowed.", "too_long")
    if not cues:
        raise _wrong(1, "No caption has any text.", "empty")
    return cues


def _wrong(line: int, message: str, code: str) -> InputError:
    return InputError(
        f"The captions cannot be used. Line {line}: {message}",
        hint="Correct that line; a check of the file (captions check) tells all that is wrong with it.",
        subject="srt",
        code=f"srt_{code}",
    )


def _on_frames(cues: Sequence[SubtitleCue], total: int) -> tuple[list[tuple[SubtitleCue, FrameSpan]], Notes]:
    """Return the captions that begin within `total` frames, each with its own frames; and which do not."""
    notes = Notes()
    placed: list[tuple[SubtitleCue, FrameSpan]] = []
    free = 0
    for cue in cues:
        start = max(frame_nearest(cue.start / 1000), free)
        if start >= total:
            notes.add("beyond_clip", cue.line, seconds=f"{seconds_of(total):.2f}")
            continue
        end = max(frame_nearest(cue.end / 1000), start + 1)
        if end > total:
            notes.add("cut_short", cue.line, seconds=f"{seconds_of(total):.2f}")
        free = min(end, total)
        placed.append((cue, FrameSpan(start=start, end=free)))
    if not placed:
        raise _wrong(cues[0].line, f"All captions begin after the clip's end ({seconds_of(total):.2f} s).", "beyond")
    return placed, notes


def _tokens(words: Sequence[str], frames: FrameSpan, cue: SubtitleCue, before: Heard) -> list[TimedToken]:
    """Return the words of a caption with their times in seconds; one that is not said stands behind one that is."""
    span = frames.seconds
    if cue.stamps:
        every = stamped(words, span, [(index, _frame_time(at)) for index, at in cue.stamps])
        times = iter([every[index] for index, word in enumerate(words) if is_spoken(word)])
    else:
        said = [word for word in words if is_spoken(word)]
        times = iter(spread(said, span, before.times(said, frames)))
    tokens: list[TimedToken] = []
    last = seconds_of(frames.end - 1)
    now = span.start
    for index, word in enumerate(words):
        spoken = is_spoken(word)
        at = next(times) if spoken else Span.lasting(min(now, last), 0.0)
        tokens.append(TimedToken(index=index, text=word, start=at.start, end=at.end, spoken=spoken))
        now = at.end
    return tokens


def _frame_time(millis: int) -> float:
    return seconds_of(frame_nearest(millis / 1000))


def _cues(text: str, tokens: Sequence[TimedToken], frames: FrameSpan, fit: Fit | None) -> Iterator[Cue]:
    lines = text.split("\n")
    if fit is None or (len(lines) <= _MOST_LINES and all(fit.measure(line) <= fit.max_width for line in lines)):
        words = tuple(words_on_frames(tokens, frames))
        counts = tuple(len(words_of(line)) for line in lines)
        name = derived_id("cue", frames.start, *(token.text for token in tokens))
        yield Cue(id=name, start=frames.start, end=frames.end, words=words, lines=counts)
        return
    yield from make_cues(
        tokens, words_per_cue=len(tokens), max_width=fit.max_width, measure=fit.measure, total_frames=frames.end
    )
