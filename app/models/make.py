"""The main job: what is asked for, and what came of it."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from app.models.base import Record
from app.models.brand import BrandWish
from app.models.edit import Decibels, FramingChoice, QualityName, SourceSound, Transition
from app.models.marks import FootageMarks
from app.models.report import CheckReport

OverLength = Literal["error", "keep"]


class MusicWish(Record):
    """Music that is asked for: a file, from which second on, and its decibels beside the voice."""

    path: Path
    start: Annotated[float, Field(ge=0)] = 0.0
    level_db: Decibels = -14.0


class MakeRequest(Record):
    """Footage and a script in, `count` clips out. `duration` is in seconds; `captions` is a style or "off".

    Of `files`, those in `optional` (found in a folder, not named) are left out when they are no footage.
    `scripts` holds one script for all variants, one for each, or none (a clip without a voice). `detected` is the
    language they were found to be in, where nobody named one and somebody has looked already. Of the library are
    `script_ids`, and `names` of files by content hash. With `in_order` shots follow each other as in the footage.
    Without `render` the clips are only chosen, and kept as edit documents.
    """

    files: tuple[Path, ...]
    optional: frozenset[Path] = frozenset()
    scripts: tuple[str, ...] = ()
    count: Annotated[int, Field(ge=1, le=20)] = 1
    duration: Annotated[float, Field(ge=1.0, le=600.0)] = 20.0
    language: str | None = None
    detected: str | None = None
    voice: str | None = None
    speed: Annotated[float, Field(ge=0.5, le=2.0)] = 1.0
    preset: str = "tiktok"
    quality: QualityName = "standard"
    captions: str = "bold"
    words_per_cue: Annotated[int, Field(ge=1, le=5)] = 3
    framing: FramingChoice = "auto"
    source_sound: SourceSound = SourceSound()
    music: MusicWish | None = None
    transition: Transition = Transition()
    brand: BrandWish | None = None
    marks: FootageMarks = FootageMarks()
    over_length: OverLength = "error"
    pauses: Annotated[float, Field(ge=0.1, le=5.0)] | None = None
    strict: bool = False
    thorough: bool = False
    allow_alike: bool = False
    seed: int = 0
    script_ids: tuple[str, ...] = ()
    names: dict[str, str] = Field(default_factory=dict)
    in_order: bool = False
    render: bool = True
    out: Path


class ChosenShot(Record):
    """One shot of a clip and why it was chosen; times in source seconds."""

    source: str
    start: float
    seconds: float
    score: float
    reason: str


class ClipResult(Record):
    """One variant: its files when it is done, or the error that ended it; `clip_id` is its name in the library."""

    clip_id: str = ""
    name: str
    ok: bool
    seconds: float
    frames: int
    files: dict[str, Path] = Field(default_factory=dict)
    edit_identity: str = ""
    shots: tuple[ChosenShot, ...] = ()
    checks: CheckReport | None = None
    cost_microdollars: int = 0
    notes: tuple[str, ...] = ()
    error: dict[str, str] | None = None


class StepTime(Record):
    """Wall seconds that a step of the job took."""

    step: str
    seconds: float


class Likeness(Record):
    """How alike two clips are, measured.

    `seconds` of footage that both show; `alike`, the part (0 to 1) of one of them that looks like something in the
    other; `opening_bits`, in how many of 64 bits the pictures they open with differ (unrelated ones in about 32).
    """

    first: str
    second: str
    seconds: float
    alike: float = 0.0
    opening_bits: int = 0


class MakeResult(Record):
    """What came of a request. `possible` is how many differing variants the footage allows of those `asked`."""

    asked: int
    possible: int
    language: str | None
    language_detected: bool
    voice: str | None
    clips: tuple[ClipResult, ...]
    shared: tuple[Likeness, ...] = ()
    notes: tuple[str, ...] = ()
    steps: tuple[StepTime, ...] = ()
    cost_microdollars: int = 0
