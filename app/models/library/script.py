"""Scripts of a project: what a voice says, in which voice."""

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, Field, computed_field

from app.models.base import Record
from app.models.library.changes import UNSAID, Change
from app.models.library.options import Language, Speed, VoiceId
from app.models.library.texts import Name, without_nul

LONGEST = 20_000
"""Letters of one script: more than the 2,000 words that one clip can speak."""


def _says_something(text: str) -> str:
    if not text.strip():
        raise ValueError("there is nothing to say in it")
    return text


ScriptText = Annotated[str, Field(max_length=LONGEST), AfterValidator(without_nul), AfterValidator(_says_something)]


class ScriptFields(Record):
    """A script as a person writes it. What is null is as the project or request says."""

    text: ScriptText = Field(description="What is said.", examples=["O cafea bună începe cu boabe proaspete."])
    name: Name | None = Field(default=None, description="What it is called; null: its first words.")
    language: Language | None = Field(default=None, description="Such as ro; null: detected.", examples=["ro"])
    voice: VoiceId | None = Field(default=None, description="The id of a voice.", examples=["edge:ro-RO-AlinaNeural"])
    speed: Speed | None = Field(default=None, description="Of the voice; 1 is its own.")


class ScriptChange(Change):
    """What to change of a script."""

    text: ScriptText = UNSAID
    name: Name = UNSAID
    language: Language | None = UNSAID
    voice: VoiceId | None = UNSAID
    speed: Speed | None = UNSAID


class Script(ScriptFields):
    """A script as it is kept."""

    id: str
    project_id: str
    name: Name
    version: int
    created_at: datetime
    updated_at: datetime

    @computed_field(description="Words of the text, as they are written.")  # type: ignore[prop-decorator]
    @property
    def words(self) -> int:
        """How many words are written in it; numbers are spoken with more."""
        return len(self.text.split())
