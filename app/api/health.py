"""`/health`: whether the server's process answers, whatever becomes of its database.

Cheap enough to be asked every second: no program is run, nothing written.
"""

from typing import Literal

from fastapi import APIRouter
from fastapi.concurrency import run_in_threadpool
from pydantic import Field

from app import __version__
from app.api.context import Context, In
from app.errors import EditFactoryError
from app.media.ffmpeg import find_ffmpeg
from app.models.base import Record

router = APIRouter(tags=["server"])


class Health(Record):
    """That the server answers, and with what."""

    status: Literal["ok"] = Field(description="Always ok: the process answers. Of the database it says nothing.")
    version: str = Field(description="The version of Edit Factory.", examples=["0.1.0"])
    ffmpeg_available: bool | None = Field(
        description="Whether an ffmpeg was found that has all we use; null while it is looked for.", examples=[True]
    )


@router.get("/health", summary="Whether the server answers")
async def health(context: In) -> Health:
    """Say that the process answers; it asks neither the database nor a worker."""
    return Health(status="ok", version=__version__, ffmpeg_available=context.ffmpeg_available)


async def look_for_ffmpeg(context: Context) -> None:
    """Look for ffmpeg, once, and note whether there is one."""
    try:
        await run_in_threadpool(find_ffmpeg, context.settings.ffmpeg)
    except EditFactoryError:
        context.ffmpeg_available = False
    else:
        context.ffmpeg_available = True
