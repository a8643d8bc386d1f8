"""Files of captions looked at before they are put into a clip."""

from fastapi import APIRouter
from fastapi.concurrency import run_in_threadpool
from pydantic import Field

from app.api.library.clip_content import SrtContent
from app.api.principal import Who
from app.api.problems import documented
from app.editing.subtitles.mending import mended
from app.editing.subtitles.reading import read_subtitles
from app.editing.subtitles.writing import write_subtitles
from app.models.base import Record
from app.models.subtitles import Finding, Kind

router = APIRouter(prefix="/captions", tags=["captions"])


class CaptionFile(Record):
    """A file of captions."""

    srt_content: SrtContent = Field(description="An SRT or WebVTT file, as it is.")


class CaptionsChecked(Record):
    """What was found in a file of captions, line by line."""

    ok: bool = Field(description="Whether nothing is wrong; what is odd and could be read is not wrong.")
    kind: Kind
    captions: int = Field(description="How many there are.")
    findings: tuple[Finding, ...]
    untold: int = Field(description="Findings beyond the first hundred of each code.")
    repaired: str = Field(description="The captions as an SRT without errors; empty when there are none.")


@router.post("/check", summary="Check a file of captions", responses=documented(422))
async def check_captions(who: Who, file: CaptionFile) -> CaptionsChecked:
    """Say what is wrong, doubtful or odd in an SRT or WebVTT file, and return it mended; nothing is kept."""
    return await run_in_threadpool(_checked, file.srt_content)


def _checked(content: str) -> CaptionsChecked:
    read = read_subtitles(content)
    return CaptionsChecked(
        ok=read.ok,
        kind=read.kind,
        captions=len(read.cues),
        findings=read.findings,
        untold=read.untold,
        repaired=write_subtitles(mended(read.cues)),
    )
