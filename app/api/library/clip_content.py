"""What is said and shown in a clip: captions, their style, another text for its voice, no sound."""

from collections.abc import Callable
from typing import Annotated, Any, Self

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import Field, model_validator

from app.api.context import Context, In
from app.api.library.clip_models import ClipView, view
from app.api.library.clips import told
from app.api.library.job_models import Job
from app.api.made import made_id
from app.api.principal import Who
from app.api.problems import documented
from app.api.versions import VERSIONED, Expected, tell_version
from app.api.work import accepted
from app.editing.subtitles.writing import write_subtitles
from app.models.base import Record
from app.models.edit import Edit
from app.models.job import JobDict
from app.models.library.clip import Clip
from app.models.library.options import CAPTIONS_OFF, Language, Speed, VoiceId
from app.models.library.script import ScriptText
from app.models.subtitles import Finding, SubtitleCue
from app.services.edits import EditLibrary
from app.services.library.clips import Clips
from app.services.library.options import check_voice
from app.workflows.alternatives import give_document
from app.workflows.clips.content import silenced, styled, with_captions_of
from app.workflows.clips.from_srt import with_srt
from app.workflows.revoice import ask_for_voice

router = APIRouter(prefix="/clips/{clip_id}", tags=["clips"])

_CHANGED = {200: {"headers": VERSIONED}, **documented(404, 410, 412, 422)}
_MOST_LETTERS = 900_000
"""Of a file of captions: an hour of speech has a tenth of it."""

SrtContent = Annotated[str, Field(max_length=_MOST_LETTERS)]
Style = Annotated[str, Field(max_length=100, description='A caption style, or "off".', examples=["karaoke"])]


class CueText(Record):
    """One caption, in seconds of the clip."""

    start: Annotated[float, Field(ge=0, le=36_000)]
    end: Annotated[float, Field(ge=0, le=36_000)]
    text: Annotated[str, Field(min_length=1, max_length=1_000)]

    @model_validator(mode="after")
    def _is_seen(self) -> Self:
        if self.end <= self.start or not self.text.strip():
            raise ValueError("it has no length, or nothing to read in it")
        return self

    def as_subtitle(self) -> SubtitleCue:
        """Return it as files of captions have it: nothing in its text begins another caption."""
        text = " ".join(self.text.split()).replace("-->", "—")
        return SubtitleCue(round(self.start * 1000), round(self.end * 1000), text)


class SubtitleSettings(Record):
    """The original interface's name for how captions look."""

    style: Style | None = None
    burnt: bool | None = Field(None, description="False: they are in the SRT and not in the picture.")


class ContentWish(Record):
    """What to change; what is left out stays."""

    srt_content: SrtContent | None = Field(
        None, description="An SRT or WebVTT file; what is odd in it is mended and told of."
    )
    cues: Annotated[tuple[CueText, ...], Field(min_length=1, max_length=2_000)] | None = Field(
        None, description="The captions, one by one, instead of a file."
    )
    style: Style | None = None
    subtitle_settings: SubtitleSettings | None = None
    tts_text: ScriptText | None = Field(None, description="Another text for the voice; the clip becomes as long as it.")
    voice: VoiceId | None = Field(None, description="Who speaks it; null: who does now.")
    language: Language | None = Field(None, description="Of text and captions; null: as it is.")
    speed: Speed | None = None

    @model_validator(mode="after")
    def _says_each_once(self) -> Self:
        if self.srt_content is not None and self.cues is not None:
            raise ValueError("give either srt_content or cues")
        if self.tts_text is None and (self.voice is not None or self.speed is not None):
            raise ValueError("voice and speed go with tts_text")
        named = [self.style, self.subtitle_settings and self.subtitle_settings.style]
        if None not in named and named[0] != named[1]:
            raise ValueError("style and subtitle_settings.style differ")
        return self

    @property
    def look(self) -> str | None:
        """The caption style that is wanted, "off" for none in the picture."""
        if self.subtitle_settings and self.subtitle_settings.burnt is False:
            return CAPTIONS_OFF
        return self.style or (self.subtitle_settings.style if self.subtitle_settings else None)

    @property
    def srt(self) -> str | None:
        """The captions as a file."""
        if self.cues is None:
            return self.srt_content
        return write_subtitles([cue.as_subtitle() for cue in sorted(self.cues, key=lambda cue: cue.start)])


class ContentChanged(Record):
    """The clip with its new content, and what was found in the captions."""

    clip: ClipView
    findings: tuple[Finding, ...] = ()


_ANSWER: dict[int | str, dict[str, Any]] = {
    200: {"model": ContentChanged, "headers": VERSIONED},
    202: {"model": Job, "description": "The text is spoken: the job; when it has ended, the clip is changed."},
    **documented(404, 410, 412, 422),
}


@router.put("/content", summary="Change what is said and shown", response_model=None, responses=_ANSWER)
async def change_content(
    context: In,
    who: Who,
    clip_id: str,
    request: Request,
    response: Response,
    wish: ContentWish,
    expected: Expected,
) -> ContentChanged | Job:
    """Change captions, their style, or the text that is spoken; render the clip to see it.

    Captions and style are changed at once; a text is spoken by a job first.
    """
    if wish.tts_text is not None:
        response.status_code = 202
        job = await run_in_threadpool(_speak, context, who.owner, clip_id, made_id(request), wish, expected)
        return await accepted(context, response, job)
    changed = await run_in_threadpool(_change, context, who.owner, clip_id, wish, expected)
    tell_version(response, changed.clip.version)
    return changed


@router.post("/content/copy-from/{source_clip_id}", summary="Take another clip's captions", responses=_CHANGED)
async def copy_content(
    context: In, who: Who, clip_id: str, source_clip_id: str, response: Response, expected: Expected
) -> ClipView:
    """Give the clip the captions of another one, with their style, as far as they fit into its length."""

    def copy() -> Clip:
        other = _edit_of(context, _store(context).get(who.owner, source_clip_id))
        return _with(context, who.owner, clip_id, lambda edit: with_captions_of(edit, other), expected)

    return told(response, await run_in_threadpool(copy))


@router.post("/remove-audio", summary="Make a clip silent", responses=_CHANGED)
async def remove_audio(context: In, who: Who, clip_id: str, response: Response, expected: Expected) -> ClipView:
    """Take out the voice, the music and the footage's own sound; captions stay."""
    return told(response, await run_in_threadpool(_with, context, who.owner, clip_id, silenced, expected))


def _change(
    context: Context, owner: str | None, clip_id: str, wish: ContentWish, expected: int | None
) -> ContentChanged:
    findings: list[Finding] = []

    def changed(edit: Edit) -> Edit:
        if wish.srt is not None:
            read = with_srt(edit, wish.srt, language=wish.language)
            findings.extend(read.findings)
            edit = read.edit
        return styled(edit, wish.look) if wish.look is not None else edit

    clip = _with(context, owner, clip_id, changed, expected)
    return ContentChanged(clip=view(clip), findings=tuple(findings))


def _with(
    context: Context, owner: str | None, clip_id: str, change: Callable[[Edit], Edit], expected: int | None
) -> Clip:
    """Give the clip the document that `change` makes of its newest one; the same document changes nothing."""
    clip = _store(context).get(owner, clip_id)
    edit = _edit_of(context, clip)
    new = change(edit)
    if new.identity == edit.identity and expected in {None, clip.version}:
        return clip
    EditLibrary(context.settings).keep(new)
    return give_document(_store(context), context.settings, owner, clip, new.identity, expected)


def _speak(
    context: Context, owner: str | None, clip_id: str, job_id: str, wish: ContentWish, expected: int | None
) -> JobDict:
    clip = _store(context).get(owner, clip_id, expected)
    check_voice(wish.voice, context.settings)
    assert wish.tts_text is not None  # noqa: S101 - whoever calls has looked
    return ask_for_voice(
        context.desk,
        context.settings,
        clip,
        owner,
        job_id,
        text=wish.tts_text,
        voice=wish.voice,
        language=wish.language,
        speed=wish.speed,
        style=wish.look,
        srt=wish.srt,
    )


def _edit_of(context: Context, clip: Clip) -> Edit:
    return EditLibrary(context.settings).get(clip.edit_identity)


def _store(context: Context) -> Clips:
    return Clips(context.storage.database)
