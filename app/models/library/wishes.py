"""What clips are asked for in the library: of a project's footage, or of footage that comes with the request."""

from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from app.models.base import Record
from app.models.library.options import ClipOptions, known_name
from app.models.library.script import ScriptText
from app.models.library.segment import Keywords
from app.models.library.texts import Id, Name
from app.models.marks import Role

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


class SegmentsWish(ClipsWish):
    """What to make of the marked segments of a project, and of nothing else in it."""

    selection_mode: Literal["random", "sequential", "weighted"] = Field(
        "random",
        description="random: another choice each time; sequential: shots follow each other as in the footage; "
        "weighted: the best first, favourites before all.",
    )
    target_duration: Annotated[float, Field(ge=1.0, le=600.0)] | None = Field(
        None, description="Seconds, as options.duration."
    )


class Footage(Record):
    """A file to make clips of: one that is fetched, or one of the library."""

    url: Annotated[str, Field(max_length=2_048)] | None = Field(
        None, description="http or https; it is fetched.", examples=["https://example.com/plaja.mp4"]
    )
    video_id: Id | None = Field(None, description="A video or photograph of the library.")
    role: Role = Field("main", description="secondary: shown where the script says its keywords.")
    keywords: Keywords = ()

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if (self.url is None) == (self.video_id is None):
            raise ValueError("give either url or video_id")
        return self


class MakeWish(ClipsWish):
    """Everything at once: footage, script, what to make of it. It becomes a project, or part of one."""

    files: Annotated[tuple[Footage, ...], Field(max_length=100)] = ()
    script: ScriptText | None = Field(None, description="One script for all clips, instead of scripts.")
    preset: str | None = Field(None, max_length=100, description="As options.preset.", examples=["tiktok"])
    project_id: Id | None = Field(None, description="The project to add to; null: a new one.")
    name: Name | None = Field(None, description="What a new project is called.")

    @field_validator("preset")
    @classmethod
    def _is_there(cls, name: str | None) -> str | None:
        return name if name is None else known_name(name, "preset")

    @model_validator(mode="after")
    def _says_it_once(self) -> Self:
        if self.script and (self.scripts or self.script_ids):
            raise ValueError("give either script or scripts")
        if self.preset and self.options.preset not in {None, self.preset}:
            raise ValueError("preset and options.preset differ")
        if self.project_id and self.name:
            raise ValueError("a project that is there has its name")
        return self

    def for_clips(self) -> ClipsWish:
        """Return what is asked of the clips themselves."""
        told = {name: getattr(self, name) for name in ClipsWish.model_fields}
        told["scripts"] = (self.script,) if self.script else self.scripts
        if self.preset:
            told["options"] = self.options.over(ClipOptions(preset=self.preset))
        return ClipsWish(**told)
