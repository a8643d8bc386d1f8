"""Voices as the library lists them, and who makes them."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from app.models.base import Record
from app.models.library.options import Language, Speed, VoiceId
from app.models.library.script import ScriptText
from app.models.voice import VoiceInfo

MOST_LETTERS = 10_000
"""Of the scripts of one estimate: reading them takes the server some tenths of a second."""


class VoiceShown(VoiceInfo):
    """A voice that can be asked for."""

    microdollars_per_1000_characters: int | None = Field(
        description="What it costs; 0: nothing; null: its maker does not say.", examples=[0]
    )


class ProviderShown(Record):
    """Something that does work for clips."""

    name: str = Field(examples=["edge"])
    kind: Literal["voice", "analysis"]
    works: bool = Field(description="Whether it is there and can be asked.")
    offline: bool = Field(description="Whether it works without a network.")
    charges: bool = Field(description="Whether it costs money.")
    voices: int = Field(description="How many voices of it are listed.")
    calls: int = Field(description="How often it was asked so far.")
    cost_microdollars: int = Field(description="What that has cost.")
    note: str = Field(description="What a person should know of it.")


class SpeechWish(Record):
    """Scripts of which to know what speaking them takes, before it is done."""

    scripts: Annotated[tuple[ScriptText, ...], Field(min_length=1, max_length=20)]
    voice: VoiceId | None = Field(default=None, description="As the settings have it, or by language, when null.")
    language: Language | None = Field(default=None, description="The voice's when null.", examples=["ro"])
    speed: Speed = 1.0

    @model_validator(mode="after")
    def _is_short_enough(self) -> Self:
        if sum(map(len, self.scripts)) > MOST_LETTERS:
            raise ValueError(f"the scripts have more than {MOST_LETTERS} letters together")
        return self


class SpeechEstimate(Record):
    """What speaking one script takes."""

    words: int = Field(description="As they are spoken: 49,99 is more than one.")
    characters: int = Field(description="As they are spoken, which is what services charge for.")
    seconds: float = Field(description="About: voices differ by a quarter.")
    cost_microdollars: int | None = Field(description="At most: what was spoken before costs nothing; null: unknown.")


class SpeechEstimates(Record):
    """What speaking some scripts takes, in the voice that would speak them."""

    voice: str
    language: str
    scripts: tuple[SpeechEstimate, ...]
    seconds: float
    cost_microdollars: int | None
