"""Voices as the library lists them, and who makes them."""

from typing import Literal

from pydantic import Field

from app.models.base import Record
from app.models.voice import VoiceInfo


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
