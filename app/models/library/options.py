"""How clips are made: one record for a project, a preset and a request, each of which says as much as it wants."""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, field_validator

from app.data import caption_styles, find, presets
from app.errors import UnknownName
from app.models.base import Record
from app.models.edit import USUAL_FRAMES, Decibels, FramingChoice, QualityName, SourceSound, Transition
from app.models.library.texts import Id
from app.models.make import OverLength

CAPTIONS_OFF = "off"

Language = Annotated[str, Field(min_length=2, max_length=35, pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]+)*$")]
VoiceId = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]
BuiltIn = Annotated[str, Field(max_length=100)]
"""What is asked for by name; GET /export-presets has all there are."""

Speed = Annotated[float, Field(ge=0.5, le=2.0)]

LARGEST_SEED = 2**53 - 1
"""The largest whole number that JSON's readers take exactly."""


def _with_frames(value: object) -> object:
    if isinstance(value, dict) and value.get("kind", "cut") != "cut" and "frames" not in value:
        return {**value, "frames": USUAL_FRAMES}
    return value


class MusicOption(Record):
    """Music under the clips."""

    music_id: Id = Field(description="The music, among the assets.", examples=["0b4c9f0e-8a53-4b0e-9a41-5c2f0d8c7c11"])
    start: Annotated[float, Field(ge=0, le=86_400)] = Field(default=0.0, description="The second of it to begin at.")
    level_db: Decibels = Field(default=-14.0, description="Decibels beside the voice.")


class ClipOptions(Record):
    """How clips are made. What is null or left out is not decided here: a project, then the settings decide it."""

    duration: Annotated[float, Field(ge=1.0, le=600.0)] | None = Field(
        default=None, description="Seconds: the length without a script, the budget with one.", examples=[20.0]
    )
    count: Annotated[int, Field(ge=1, le=20)] | None = Field(default=None, description="How many different clips.")
    language: Language | None = Field(
        default=None, description="The script's, such as ro; detected when null.", examples=["ro"]
    )
    voice: VoiceId | None = Field(
        default=None,
        description="The id of a voice; chosen by language when null.",
        examples=["edge:ro-RO-AlinaNeural"],
    )
    speed: Speed | None = Field(default=None, description="Of the voice; 1 is its own.")
    preset: BuiltIn | None = Field(default=None, description="Where it is published.", examples=["tiktok"])
    quality: QualityName | None = None
    captions: BuiltIn | None = Field(default=None, description='A caption style, or "off".', examples=["bold"])
    words_per_cue: Annotated[int, Field(ge=1, le=5)] | None = Field(
        default=None, description="Words on screen at a time."
    )
    framing: FramingChoice | None = None
    source_sound: SourceSound | None = Field(default=None, description="The footage's own sound.")
    music: MusicOption | None = None
    transition: Annotated[Transition | None, BeforeValidator(_with_frames)] = Field(
        default=None, description="How shots begin; one that is no cut has 10 frames where none are said."
    )
    pauses: Annotated[float, Field(ge=0.1, le=5.0)] | None = Field(
        default=None, description="Seconds: longer pauses of the voice are shortened."
    )
    over_length: OverLength | None = Field(
        default=None, description="What becomes of a voice that is too long even sped up."
    )
    strict: bool | None = Field(default=None, description="Fail when fewer differing clips are possible.")
    thorough: bool | None = Field(default=None, description="Read every frame of the footage, which takes longer.")
    allow_alike: bool | None = Field(
        default=None, description="Take clips that look alike, when they share little footage."
    )
    seed: Annotated[int, Field(ge=-LARGEST_SEED, le=LARGEST_SEED)] | None = Field(
        default=None, description="Another number, another choice; the same number, the same clips."
    )

    @field_validator("preset")
    @classmethod
    def _known_preset(cls, name: str | None) -> str | None:
        return name if name is None else known_name(name, "preset")

    @field_validator("captions")
    @classmethod
    def _known_style(cls, name: str | None) -> str | None:
        return name if name in {None, CAPTIONS_OFF} else known_name(str(name), "caption style")

    def over(self, base: "ClipOptions") -> "ClipOptions":
        """Return these options, and those of `base` where nothing is said here."""
        return ClipOptions.model_construct(**{**dict(base), **self.said()})

    def said(self) -> dict[str, Any]:
        """Return the options that are not None, by name; their values as records."""
        return {name: value for name, value in dict(self).items() if value is not None}

    def for_storing(self) -> dict[str, Any]:
        """Return what is said as plain JSON: what a later version adds is then not decided either."""
        return {name: value for name, value in self.model_dump(mode="json").items() if value is not None}


def known_name(name: str, what: str) -> str:
    """Return the name of a preset or caption style that there is. Raises `ValueError` with those there are."""
    try:
        if what == "preset":
            find(what, presets(), name)
        else:
            find(what, caption_styles(), name)
    except UnknownName as error:
        raise ValueError(f"{error.message} {error.hint}".rstrip(".")) from error
    return name
