"""Projects: footage and scripts that belong together, and how clips are made of them."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from app.models.base import Record
from app.models.library.brand import ProjectBrand
from app.models.library.changes import UNSAID, Change
from app.models.library.media import MediaKind
from app.models.library.options import ClipOptions
from app.models.library.segment import Keywords, Note
from app.models.library.texts import Name, Prose
from app.models.marks import Role

Duration = Annotated[float, Field(ge=1.0, le=600.0)]


class ProjectFields(Record):
    """A project as a person describes it."""

    name: Name = Field(description="What it is called.", examples=["Espresso, autumn"])
    description: Prose = Field(default="", description="For people only.")
    target_duration: Duration | None = Field(
        default=None,
        description="Seconds of one clip, where `options` do not say; null: as the settings have it.",
        examples=[20],
    )
    context: Prose = Field(default="", description="What whoever writes or looks at footage should know of it.")
    options: ClipOptions = Field(default=ClipOptions(), description="How its clips are made.")
    brand: ProjectBrand | None = Field(default=None, description="What its clips have in common.")


class ProjectChange(Change):
    """What to change of a project; `options` and `brand` are replaced as a whole."""

    name: Name = UNSAID
    description: Prose = UNSAID
    target_duration: Duration = UNSAID
    context: Prose = UNSAID
    options: ClipOptions = UNSAID
    brand: ProjectBrand | None = UNSAID


class ProjectCounts(Record):
    """How much a project holds."""

    videos: int = Field(default=0, description="Videos and photographs.")
    scripts: int = 0
    clips: int = 0


class Project(ProjectFields):
    """A project as it is kept."""

    id: str
    target_duration: Duration
    archived_at: datetime | None = Field(description="Since when it is put away; null: it is not.")
    counts: ProjectCounts = ProjectCounts()
    version: int
    created_at: datetime
    updated_at: datetime

    def for_clips(self) -> ClipOptions:
        """Return its options, with its own duration where they name none."""
        return self.options.over(ClipOptions(duration=self.target_duration))


class ProjectFilter(Record):
    """Which projects: every field that is set must fit. `search` looks at names and descriptions."""

    search: str | None = None
    archived: bool | None = None


class ProjectVideoFields(Record):
    """What a video is for in a project."""

    role: Role = Field(default="main", description="secondary: shown where the script says its keywords.")
    keywords: Keywords = Field(
        default=(), description="Where the script says one, this file is shown.", examples=[["cafea"]]
    )
    description: Note = Field(default="", description="What is seen; its words count like keywords, less clearly.")


class ProjectVideo(ProjectVideoFields):
    """A video or photograph of a project."""

    video_id: str
    name: str
    kind: MediaKind
    duration: float = Field(description="Seconds; of a photograph 0.")
    width: int = Field(description="Pixels, as it is shown.")
    height: int
    added_at: datetime
