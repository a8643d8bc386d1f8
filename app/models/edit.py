"""The edit document: the one description of a clip that preview, render, export and "what changed" read."""

import uuid
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from app.models.base import Record, canonical_json, content_key
from app.models.timing import Excerpt, FrameSpan, Span, seconds_of

EDIT_VERSION = 2
_NAMESPACE = uuid.UUID("6f7c1f0e-5a0d-5d0b-9d0a-ed17fac70001")

MOST_FRAMES = 54_000
"""Half an hour at 30 a second: far beyond a short clip, and far below what would fill a disk."""
MOST_SHOTS = 1_000
LARGEST_SIDE = 4_096

Frames = Annotated[int, Field(ge=0, le=MOST_FRAMES)]
FramingMode = Literal["crop", "blur", "fit"]
FramingChoice = Literal["auto", "crop", "blur", "fit"]
"""What may be asked for: "auto" decides shot by shot between the first two."""
QualityName = Literal["draft", "standard", "high"]
SourceKind = Literal["video", "photo", "logo", "music"]
TransitionKind = Literal["cut", "dissolve", "dip"]
SourceSoundMode = Literal["off", "on", "muted", "ambience"]
Corner = Literal["top-left", "top-right", "bottom-left", "bottom-right"]
Colour = Annotated[str, Field(pattern=r"^[0-9A-F]{6}$")]
Share = Annotated[float, Field(ge=0, le=1)]
Decibels = Annotated[float, Field(ge=-60, le=12)]
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
    """A file the edit takes from, by content; `name` only helps a person (and a search) to find it again.

    A photo and a logo have no length (`duration` 0). `speech` holds where somebody speaks in it, in source seconds,
    when the edit's source sound needs to know.
    """

    content_hash: Hash
    name: str
    duration: float
    has_audio: bool
    kind: SourceKind = "video"
    speech: tuple[Span, ...] = ()


class View(Record):
    """What of a picture is seen: a window of the canvas' shape with its middle at `x`, `y` (shares of the upright
    picture), `zoom` times smaller than the largest that fits. The renderer keeps the window inside the picture."""

    x: Share = 0.5
    y: Share = 0.5
    zoom: Annotated[float, Field(ge=1, le=4)] = 1.0


def eased(share: float) -> float:
    """Return how far a window is on its way after that share of a shot (0 to 1): it starts and stops without a jerk."""
    return share * share * (3 - 2 * share)


class Move(Record):
    """How the window goes from a shot's first frame to its last: not at all when both views are the same.

    Its edges are `eased` on their way.
    """

    start: View = View()
    end: View = View()

    @property
    def still(self) -> bool:
        """Whether the window stays where it is."""
        return self.start == self.end


USUAL_FRAMES = 10
"""Of a transition whose length nobody names."""


class Transition(Record):
    """How a shot begins: over `frames` frames around its cut, half of them before it; a hard cut has none.

    A dissolve needs footage beyond the cut on both sides; a dip goes through black and needs none.
    """

    kind: TransitionKind = "cut"
    frames: Annotated[int, Field(ge=0, le=60, multiple_of=2)] = 0

    @model_validator(mode="after")
    def _has_its_length(self) -> Self:
        if (self.kind == "cut") != (self.frames == 0):
            raise ValueError(f"a {self.kind} cannot take {self.frames} frames")
        return self


class EditShot(Record):
    """`frames` frames on the output, taken from `source` from `source_start` (seconds, microsecond steps).

    `move` says which part of the picture a crop shows, and how a photograph is travelled over. `enter` is how it
    begins.
    """

    id: str
    source: Hash
    source_start: Annotated[float, Field(ge=0)]
    frames: Annotated[int, Field(ge=1, le=MOST_FRAMES)]
    framing: FramingMode
    move: Move = Move()
    enter: Transition = Transition()
    score: float = 0.0
    reason: str = ""

    @property
    def excerpt(self) -> Excerpt:
        """What it shows of its source, but for the footage beyond its ends that dissolves show."""
        return Excerpt(start=self.source_start, frames=self.frames)


class VoiceTrack(Record):
    """The voice-over, by the content hash of its WAV; it begins at output frame 0."""

    audio_hash: Hash
    voice_id: str
    language: str
    duration: float
    speed: float


class SourceSound(Record):
    """The footage's own sound at `level_db` decibels: off, as it is, with voices muted to the share `keep` of their
    amplitude, or with voices taken out and what is around them kept (`ambience`).

    Under the voice-over it is turned down by `duck_db` decibels more.
    """

    mode: SourceSoundMode = "off"
    level_db: Decibels = 0.0
    keep: Share = 0.0
    duck_db: Annotated[float, Field(ge=0, le=40)] = 0.0


class MusicTrack(Record):
    """Music under the whole clip, from `start` seconds of `source` on, repeated when it is shorter.

    It plays at `level_db` decibels relative to the voice's loudness, and `duck_db` lower while the voice speaks.
    """

    source: Hash
    start: Annotated[float, Field(ge=0)] = 0.0
    level_db: Decibels = -14.0
    duck_db: Annotated[float, Field(ge=0, le=40)] = 8.0


class Logo(Record):
    """A picture in a corner of the safe area, as wide as the share `width` of the canvas, on every shot."""

    source: Hash
    corner: Corner = "top-left"
    width: Annotated[float, Field(ge=0.03, le=0.5)] = 0.16
    opacity: Share = 1.0


class CallToAction(Record):
    """A line of text above the captions from output frame `start` to `end` (exclusive)."""

    text: Annotated[str, Field(min_length=1, max_length=120)]
    start: Frames
    end: Frames
    colour: Colour = "FFFFFF"
    box_colour: Colour = "E11D48"

    @property
    def frames(self) -> FrameSpan:
        """The frames it is on screen in."""
        return FrameSpan(start=self.start, end=self.end)

    @model_validator(mode="after")
    def _is_seen(self) -> Self:
        if self.start >= self.end:
            raise ValueError(f"the call to action ends at frame {self.end}, and begins at frame {self.start}")
        return self


class EndCard(Record):
    """What is on screen behind the last shot for `frames` frames: lines of text, and the logo above them."""

    frames: Annotated[int, Field(ge=1, le=300)]
    lines: Annotated[tuple[Annotated[str, Field(max_length=120)], ...], Field(max_length=4)] = ()
    colour: Colour = "FFFFFF"
    background: Colour = "0B0F19"
    logo: bool = True


class Brand(Record):
    """What makes clips of one project look alike, besides their captions."""

    logo: Logo | None = None
    call_to_action: CallToAction | None = None
    end_card: EndCard | None = None


class CueWord(Record):
    """One display token in a cue with the output frames it is spoken in (`end` exclusive)."""

    text: str
    start: Frames
    end: Frames
    spoken: bool = True

    @property
    def frames(self) -> FrameSpan:
        """The frames it is spoken in."""
        return FrameSpan(start=self.start, end=self.end)


class Cue(Record):
    """A caption on screen from output frame `start` to `end` (exclusive); `lines` counts its words line by line."""

    id: str
    start: Frames
    end: Frames
    words: Annotated[tuple[CueWord, ...], Field(min_length=1)]
    lines: tuple[Annotated[int, Field(ge=1)], ...]

    @property
    def frames(self) -> FrameSpan:
        """The frames it is on screen in."""
        return FrameSpan(start=self.start, end=self.end)

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

    version: Literal[2] = 2
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
    music: MusicTrack | None = None
    captions: Captions | None = None
    brand: Brand | None = None
    poster_frame: Frames = 0
    seed: int = 0

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        total = sum(shot.frames for shot in self.shots) + self.end_card_frames
        if total != self.frames:
            raise ValueError(f"shots add up to {total} frames, but the edit says {self.frames}")
        self._check_sources()
        self._check_transitions()
        if self.captions and self.captions.cues and self.captions.cues[-1].end > self.frames:
            raise ValueError(f"a caption lies outside the clip's {self.frames} frames")
        call = self.brand.call_to_action if self.brand else None
        if call and call.end > self.frames:
            raise ValueError(f"the call to action lies outside the clip's {self.frames} frames")
        if self.poster_frame >= self.frames:
            raise ValueError(f"poster frame {self.poster_frame} is not one of the clip's {self.frames} frames")
        return self

    def _check_sources(self) -> None:
        sources = {source.content_hash: source for source in self.sources}
        for shot in self.shots:
            source = sources.get(shot.source)
            if source is None or source.kind not in {"video", "photo"}:
                raise ValueError(f"shot {shot.id} takes from a source that is not listed")
            end = shot.excerpt.span.end
            if source.kind == "video" and end > source.duration + _SHORT_BY:
                raise ValueError(f"shot {shot.id} ends at {end:.2f} s of a source {source.duration:.2f} s long")
        logo = self.brand.logo if self.brand else None
        named = {"music": self.music and self.music.source, "logo": logo and logo.source}
        for kind, content_hash in named.items():
            if content_hash and (content_hash not in sources or sources[content_hash].kind != kind):
                raise ValueError(f"the {kind} is not listed among the sources")

    def _check_transitions(self) -> None:
        if self.shots[0].enter.frames:
            raise ValueError("the first shot has nothing before it to come from: it begins with a cut")
        halves = [*(shot.enter.frames // 2 for shot in self.shots), 0]
        for shot, before, after in zip(self.shots, halves[:-1], halves[1:], strict=True):
            if before + after >= shot.frames:
                raise ValueError(f"shot {shot.id} is shorter than its transitions")
        lengths = {source.content_hash: source.duration for source in self.sources if source.kind == "video"}
        for left, right in pairwise(self.shots):
            beyond = seconds_of(right.enter.frames // 2) if right.enter.kind == "dissolve" else 0.0
            end = left.excerpt.span.end
            if right.source in lengths and right.source_start < beyond:
                raise ValueError(f"shot {right.id} has no footage before it to dissolve from")
            if beyond and left.source in lengths and end + beyond > lengths[left.source] + _SHORT_BY:
                raise ValueError(f"shot {left.id} has no footage behind it to dissolve into")

    @property
    def seconds(self) -> float:
        """The clip's length in seconds."""
        return seconds_of(self.frames)

    @property
    def end_card_frames(self) -> int:
        """How many of the clip's frames are its end card."""
        return self.brand.end_card.frames if self.brand and self.brand.end_card else 0

    @property
    def end_card_span(self) -> FrameSpan:
        """The frames of its end card, behind those of its shots."""
        return FrameSpan(start=self.frames - self.end_card_frames, end=self.frames)

    @property
    def identity(self) -> str:
        """SHA-256 of the canonical JSON: two edits with one identity are the same edit."""
        return content_key(self)
