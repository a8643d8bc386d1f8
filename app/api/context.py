"""What a request works with: one for each app."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from app.config import Settings
from app.services.job_storage import JobStorage
from app.services.job_watch import JobWatch
from app.workflows.jobs.submit import Desk


@dataclass
class Context:
    """The app's settings, its jobs, and where work is put in.

    `leaving` says that the server stops: streams end then. `ffmpeg_available` is None until it was looked for.
    """

    settings: Settings
    storage: JobStorage
    desk: Desk
    watch: JobWatch
    leaving: bool = False
    ffmpeg_available: bool | None = None


def _context(request: Request) -> Context:
    context = request.app.state.context
    assert isinstance(context, Context)  # noqa: S101 - create_app puts it there
    return context


In = Annotated[Context, Depends(_context)]
"""The parameter of a route that needs the context."""
