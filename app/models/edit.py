"""The edit document: the one description of a clip that preview, render, export and "what changed" read."""

import uuid
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from app.models.base import Record, canonical_json, content_key

EDIT_VERSION = 1
_NAMESPACE = uuid.UUID("6f7c1f0e-5a0d-5d0b-9d0a-ed17fac70001")

Frames = Annotated[int, Field(ge=0)]
FramingMode = Literal["crop", "blur", "fit"]
QualityName = Literal["draft", "standard", "high"]
Hash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


def derived_id(*parts: object) -> str:
    """Return a UUIDv5 made from content, so that the same content has the same id everywhere."""
    return str(uuid.uuid5(_NAMESPACE, canonical_json([str(p) for p in parts])))


class Canvas(Record):
    """The picture's size in pixels and its whole frames a second. `scale` shrinks it for drafts."""

    width: Annotated[int, Field(ge=16, le=8192, multiple_of=2)]
    height: Annotated[int, Field(ge=16, le=8192, multiple_of=2)]
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
    frames: Annotated[int, Field(ge=1)]
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
    words: tuple[CueWord, ...]
    lines: tuple[int, ...]


class Captions(Record):
    """Word-timed captions in one of the built-in styles, in the canvas' safe area.

    With `burnt` False they are in the SRT only and the picture stays clean.
    """

    style: str
    language: str
    burnt: bool = True
    cues: tuple[Cue, ...]


class Edit(Record):
    """A clip, completely: with the same sources and ffmpeg build it always gives the same frames."""

    version: Literal[1] = 1
    id: str
    name: Annotated[str, Field(pattern=r"^[^/\\\x00-\x1f]{1,120}$")]
    preset: str
    quality: QualityName
    canvas: Canvas
    frames: Annotated[int, Field(ge=1)]
    sources: tuple[SourceRef, ...]
    shots: Annotated[tuple[EditShot, ...], Field(min_length=1)]
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
        known = {source.content_hash for source in self.sources}
        unknown = [shot.id for shot in self.shots if shot.source not in known]
        if unknown:
            raise ValueError(f"shot {unknown[0]} takes from a source that is not listed")
        cues = self.captions.cues if self.captions else ()
        if any(cue.end > self.frames or cue.start >= cue.end for cue in cues):
            raise ValueError(f"a caption lies outside the clip's {self.frames} frames")
        if self.poster_frame >= self.frames:
            raise ValueError(f"poster frame {self.poster_frame} is not one of the clip's {self.frames} frames")
        return self

    @property
    def identity(self) -> str:
        """SHA-256 of the canonical JSON: two edits with one identity are the same edit."""
        return content_key(self)
