"""What a media file is, and what was measured in it."""

from typing import Literal

from pydantic import Field

from app.models.base import Record
from app.models.timing import Span

Rotation = Literal[0, 90, 180, 270]


class AudioInfo(Record):
    """The first sound stream of a file."""

    codec: str
    sample_rate: int
    channels: int
    duration: float | None = None


class MediaInfo(Record):
    """What a file is. Sizes are as shown: after rotation and with square pixels.

    `rotation` is the clockwise turn, in degrees, that a player applies to the stored picture. With `rotation_by_tag`
    it comes from the old `rotate` tag, which ffmpeg, unlike a display matrix, does not apply by itself.
    `bitrate` is in bits a second (0 when the file does not say), `duration` in seconds,
    `content_hash` the SHA-256 of the file's bytes. Files without a picture (sound only) have `has_video` False; a
    photograph is `still`, and has no duration.
    """

    content_hash: str
    size_bytes: int
    container: str
    duration: float
    has_video: bool
    fps: float = 0.0
    width: int = 0
    height: int = 0
    coded_width: int = 0
    coded_height: int = 0
    rotation: Rotation = 0
    rotation_by_tag: bool = False
    codec: str = ""
    bitrate: int = 0
    pixel_format: str = ""
    sample_aspect_ratio: tuple[int, int] = (1, 1)
    variable_frame_rate: bool = False
    hdr: bool = False
    still: bool = False
    color_transfer: str = ""
    audio: AudioInfo | None = None

    @property
    def length(self) -> float:
        """Seconds until the picture has ended, and the sound, where the file says how long that is."""
        return max(self.duration, (self.audio and self.audio.duration) or 0.0)


RejectReason = Literal["black", "frozen", "blurred", "too_short"]


class Box(Record):
    """A rectangle in an upright picture, its edges as shares (0 to 1) of width and height."""

    left: float
    top: float
    right: float
    bottom: float


class Focus(Record):
    """Where a picture is looked at: the middle of what moves and has detail, as shares of the upright picture.

    `spread` is the half width, as a share of the picture's, around `x` that holds most of it. `faces` are those that
    were found.
    """

    x: float = 0.5
    y: float = 0.5
    spread: float = 0.5
    faces: tuple[Box, ...] = ()


class Moment(Record):
    """What was measured around one instant of the picture, every `Analysis.step` seconds.

    `motion` is the mean absolute luma change in 1/30 s (0 to 255, grain averaged out), `sharpness` the variance of
    the Laplacian of the luma 640 pixels wide, `luma` the mean luma (0 to 255), `contrast` its standard deviation,
    `dhash` a 64-bit difference hash of the upright picture as 16 hex digits. `flaw` says why this part of a shot
    should not be shown, even when the shot as a whole is good. `focus` is None where nobody looked for it.
    """

    time: float
    motion: float
    sharpness: float
    luma: float
    contrast: float
    dhash: str
    flaw: RejectReason | None = None
    focus: Focus | None = None


class Shot(Record):
    """Picture between two cuts of a source, in source seconds. Measures are medians; see `Moment` for their units.

    `speech_share` is the part (0 to 1) of its length in which somebody speaks. `score` is 0 to 1; `reasons`
    are the shares it is the sum of. A shot with `reject` is not used, and `reject_detail` says what was measured.
    """

    index: int
    span: Span
    motion: float
    sharpness: float
    luma: float
    contrast: float
    dhash: str
    speech_share: float = 0.0
    score: float = 0.0
    reasons: dict[str, float] = Field(default_factory=dict)
    reject: RejectReason | None = None
    reject_detail: str = ""
    moments: tuple[Moment, ...] = ()


class ShotChange(Record):
    """Where one shot becomes the next, in source seconds; a cut's span is empty, at the first frame of the new shot."""

    kind: Literal["cut", "dissolve", "fade"]
    span: Span


class Analysis(Record):
    """All that was measured in one file, stored under its content hash and `version`.

    `transitions` are in order; the pictures of a dissolve or a fade belong to no shot. With `thorough` every frame was
    looked at because somebody wanted that.
    """

    content_hash: str
    version: int
    duration: float
    step: float
    shots: tuple[Shot, ...]
    speech: tuple[Span, ...] = ()
    transitions: tuple[ShotChange, ...] = ()
    thorough: bool = False
