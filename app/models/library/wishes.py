"""What clips are asked for in the library: of a project's footage, or of footage that comes with the request."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from app.models.base import Record
from app.models.library.options import ClipOptions
from app.models.library.script import ScriptText
from app.models.library.texts import Id

MOST_CLIPS = 20

Count = Annotated[int, Field(ge=1, le=MOST_CLIPS)]


class ClipsWish(Record):
    """What to make. `count` and `variant_count` are the same; without either it is as options and scripts say."""

    scripts: Annotated[tuple[ScriptText, ...], Field(max_length=MOST_CLIPS)] | None = Field(
        None,
        description="One for all clips, or one for each; none: clips without a voice.",
        examples=[["O cafea bună începe cu boabe proaspete."]],
    )
    script_ids: Annotated[tuple[Id, ...], Field(max_length=MOST_CLIPS)] | None = Field(
        None, description="The same, of the project's scripts."
    )
    count: Count | None = Field(None, description="How many different clips.", examples=[3])
    variant_count: Count | None = Field(None, description="The same, as the original interface calls it.")
    options: ClipOptions = Field(default=ClipOptions(), description="Where they differ from the project's.")
    render: bool = Field(True, description="False: clips are chosen and can be looked at, changed and rendered later.")

    @model_validator(mode="after")
    def _says_each_once(self) -> Self:
        if self.scripts and self.script_ids:
            raise ValueError("give either scripts or script_ids")
        if self.count and self.variant_count and self.count != self.variant_count:
            raise ValueError(f"count is {self.count}, and variant_count {self.variant_count}")
        return self

    @property
    def wanted(self) -> int | None:
        """How many clips it names."""
        return self.count or self.variant_count
