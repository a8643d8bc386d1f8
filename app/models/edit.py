"""The edit document: the one description of a clip that preview, render, export and "what changed" read."""

import uuid
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from app.models.base import Record, canonical_json, content_key

EDIT_VERSION = 1
_NAMESPACE = uuid.UUID("6f7c1f0e-5a0d-5d0b-9d0a-ed17fac70001")

MOST_FRAMES = 54_000
"""Half an hour at 30 a second: far beyond a short clip, and far below what would fill a disk."""
MOST_SHOTS = 1_000
LARGEST_SIDE = 4_096

Frames = Annotated[int, Field(ge=0, le=MOST_FRAMES)]
FramingMode = Literal["crop", "blur", "fit"]
QualityName = Literal["draft", "standard", "high"]
Hash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


_SHORT_BY = 0.1  # s a source may end early: the renderer repeats up to two frames


def derived_id(*parts: object) -> str:
    """Return a UUIDv5 made from content, so that the same content has the same id everywhere."""
    return str(uuid.uuid5(_NAMESPACE, canonical_json([str(p) for p in parts])))


class Canvas(Record):
    """The picture's size in pixels and its whole frames a second. `scale` shrinks it for drafts."""

    width: Annotated[int, Field(ge=16, le=LARGEST_SIDE, multiple_of=2)]
    height: Annotated[int, Field(ge=16, le=LARGEST_SIDE, multiple_of=2)]
    fps: Literal[30] = 30


class SourceRef(Record):
    """A file the edit takes from, by content; `name` only helps a person (and a search) to find it again."""

    content_hash: Hash
    name: str
    duration: float
    has_audio: bool


class EditShot(Record):
    """`frames` frames on the output, taken from `source` from `source_start` (seconds, microsecond steps)."""

    id: str
    source: Hash
    source_start: Annotated[float, Field(ge=0)]
    frames: Annotated[int, Field(ge=1, le=MOST_FRAMES)]
    framing: FramingMode
    score: float = 0.0
    reason: str = ""


class VoiceTrack(Record):
    """The voice-over, by the content hash of its WAV; it begins at output frame 0."""

    audio_hash: Hash
    voice_id: str
    language: str
    duration: float
    speed: float


class SourceSound(Record):
    """The footage's own sound: off, or mixed at `level_db` decibels."""

    mode: Literal["off", "on"] = "off"
    level_db: Annotated[float, Field(ge=-60, le=12)] = 0.0


class CueWord(Record):
    """One display token in a cue with the output frames it is spoken in (`end` exclusive)."""

    text: str
    start: Frames
    end: Frames
    spoken: bool = True


class Cue(Record):
    """A caption on screen from output frame `start` to `end` (exclusive); `lines` counts its words line by line."""

    id: str
    start: Frames
    end: Frames
    words: Annotated[tuple[CueWord, ...], Field(min_length=1)]
    lines: tuple[Annotated[int, Field(ge=1)], ...]

    @model_validator(mode="after")
    def _holds_its_words(self) -> Self:
        if self.start >= self.end:
            raise ValueError(f"a caption ends at frame {self.end}, before it is seen from frame {self.start} on")
        if any(not self.start <= word.start <= word.end <= self.end for word in self.words):
            raise ValueError(f"a word lies outside its caption's frames {self.start} to {self.end}")
        if sum(self.lines) != len(self.words):
            raise ValueError(f"the lines count {sum(self.lines)} words, and the caption has {len(self.words)}")
        return self


class Captions(Record):
    """Word-timed captions in one of the built-in styles, in the canvas' safe area.

    With `burnt` False they are in the SRT only and the picture stays clean.
    """

    style: str
    language: str
    burnt: bool = True
    cues: tuple[Cue, ...]

    @model_validator(mode="after")
    def _follow_each_other(self) -> Self:
        for before, after in pairwise(self.cues):
            if after.start < before.end:
                raise ValueError(f"the caption at frame {after.start} begins before the one before it has ended")
        return self


class Edit(Record):
    """A clip, completely: with the same sources and ffmpeg build it always gives the same frames."""

    version: Literal[1] = 1
    id: str
    name: Annotated[str, Field(pattern=r"^[^/\\.\x00-\x1f][^/\\\x00-\x1f]{0,119}$")]
    preset: str
    quality: QualityName
    canvas: Canvas
    frames: Annotated[int, Field(ge=1, le=MOST_FRAMES)]
    sources: tuple[SourceRef, ...]
    shots: Annotated[tuple[EditShot, ...], Field(min_length=1, max_length=MOST_SHOTS)]
    voice: VoiceTrack | None = None
    source_sound: SourceSound = SourceSound()
    captions: Captions | None = None
    poster_frame: Frames = 0
    seed: int = 0

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        total = sum(shot.frames for shot in self.shots)
        if total != self.frames:
            raise ValueError(f"shots add up to {total} frames, but the edit says {self.frames}")
        lengths = {source.content_hash: source.duration for source in self.sources}
        for shot in self.shots:
            if shot.source not in lengths:
                raise ValueError(f"shot {shot.id} takes from a source that is not listed")
            end = shot.source_start + shot.frames / self.canvas.fps
            if end > lengths[shot.source] + _SHORT_BY:
                raise ValueError(f"shot {shot.id} ends at {end:.2f} s of a source {lengths[shot.source]:.2f} s long")
        if self.captions and self.captions.cues and self.captions.cues[-1].end > self.frames:
            raise ValueError(f"a caption lies outside the clip's {self.frames} frames")
        if self.poster_frame >= self.frames:
            raise ValueError(f"poster frame {self.poster_frame} is not one of the clip's {self.frames} frames")
        return self

    @property
    def identity(self) -> str:
        """SHA-256 of the canonical JSON: two edits with one identity are the same edit."""
        return content_key(self)
