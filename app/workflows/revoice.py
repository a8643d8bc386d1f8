"""Another text in a clip: spoken anew, its shots made as long as the voice, its captions those of the words."""

from sqlalchemy import Connection

from app.config import Settings
from app.data import caption_styles, find, presets, qualities
from app.editing.captions import make_cues
from app.editing.document import canvas_for, voice_track
from app.editing.refit import for_voice
from app.editing.script.spoken import prepare
from app.editing.timing import clip_frames
from app.errors import InputError
from app.media.ass import line_limit
from app.media.fonts import text_measure
from app.models.control import Control
from app.models.edit import Captions, Edit
from app.models.job import JobDict
from app.models.library.clip import Clip
from app.models.timing import frame_at
from app.models.voice import Voice, VoiceInfo
from app.services import speech
from app.services.choices import Choices
from app.services.edits import EditLibrary
from app.services.library.clips import Clips, note_changed, rendered_clip
from app.workflows.clips.content import styled
from app.workflows.clips.from_srt import with_srt
from app.workflows.clips.newer import keep_newer
from app.workflows.clips.prepare import footage_of, located
from app.workflows.jobs.parts_of_job import PartOfJob, do_parts, require_all
from app.workflows.jobs.records import Json
from app.workflows.jobs.run import JobRun, durable
from app.workflows.jobs.submit import Desk

_USUAL_WORDS = 3
"""Words on screen at a time, where a clip has no captions that say it."""


def ask_for_voice(
    desk: Desk,
    settings: Settings,
    clip: Clip,
    owner: str | None,
    job_id: str,
    *,
    text: str,
    voice: str | None = None,
    language: str | None = None,
    speed: float | None = None,
    style: str | None = None,
    srt: str | None = None,
) -> JobDict:
    """Take in another text for a clip, spoken by its own voice where none is named.

    `style` is a caption style or "off", `srt` a file with the captions. Raises `ScriptError` and `UnknownName`.
    """
    edit = EditLibrary(settings).get(clip.edit_identity)
    spoken = language or (edit.voice.language if edit.voice else "")
    if not spoken:
        raise InputError(
            "The clip has no voice yet, whose language would be known.",
            hint="Name the language, such as ro.",
            subject="language",
            code="language_missing",
        )
    info = speech.choose_voice(voice or (edit.voice.voice_id if edit.voice else None), spoken, settings)
    prepare(text, spoken)
    request = {
        "clip_id": clip.id,
        "edit": clip.edit_identity,
        "text": text,
        "language": spoken,
        "voice": info.model_dump(mode="json"),
        "speed": speed or (edit.voice.speed if edit.voice else 1.0),
        "style": style,
        "srt": srt,
    }
    return desk.submit(
        "revoice",
        request,
        job_id=job_id,
        title=f"another text for {clip.name}",
        owner=owner,
        project_id=clip.project_id,
        clip_id=clip.id,
    )


@durable("revoice", {"speak": 0.6, "choose": 0.4})
def revoice_workflow(job: JobRun, request: Json) -> None:
    """Speak the text and give the clip a newer document; the result has its identity. Nothing is rendered."""
    spoken = job.step("speak", lambda control: _speak(job, request, control))
    identity = job.step("choose", lambda control: _changed(job, request, spoken, control))
    result = {"clip_id": request["clip_id"], "edit": identity}
    job.finish(result, also=lambda connection: _give(connection, request, identity))


def _speak(job: JobRun, request: Json, control: Control) -> Json:
    told = {key: request[key] for key in ("text", "language", "voice", "speed")}
    edit = EditLibrary(job.settings).get(request["edit"])
    told |= {"target": edit.seconds, "over_length": "keep", "pauses": None}
    part = PartOfJob("speak", "text", "speak the text", told, columns={"project_id": job.project_id})
    answer: Json = require_all(do_parts(job, [part], control))[0]
    return answer


def _changed(job: JobRun, request: Json, spoken: Json, control: Control) -> str:
    settings = job.settings
    if Clips(job.worker.storage.database).get(job.owner, request["clip_id"]).edit_identity != request["edit"]:
        raise InputError(
            "The clip was changed while its new text was spoken.",
            hint="Give the text again.",
            subject="clip_id",
            code="version_conflict",
        )
    edit = EditLibrary(settings).get(request["edit"])
    text = prepare(request["text"], request["language"])
    info = VoiceInfo.model_validate(request["voice"])
    voice = speech.speak(text, info, spoken["speed"], settings, Control(event=control.event))
    newer = _with_voice(edit, voice, settings, control)
    if request["style"] is not None:
        newer = styled(newer, request["style"])
    if request["srt"] is not None:
        newer = with_srt(newer, request["srt"]).edit
    keep_newer(edit, newer, settings)
    return newer.identity


def _with_voice(edit: Edit, voice: Voice, settings: Settings, control: Control) -> Edit:
    chosen_from, shown = Choices(settings).of(edit), {shot.source for shot in edit.shots}
    refs = {ref.content_hash: ref for ref in edit.sources if ref.content_hash in shown}
    sources = located(refs.values(), settings, control)
    footage = {
        key: footage_of(source, refs[key].name, settings, control, thorough=chosen_from.thorough)
        for key, source in sources.items()
    }
    starts = frozenset(frame_at(token.start) for token in voice.tokens if token.spoken)
    total = clip_frames(voice.duration)
    captions = _captions(edit, voice, total)
    return for_voice(edit, voice_track(voice), captions, total, starts, footage, chosen_from.framing)


def _captions(edit: Edit, voice: Voice, total: int) -> Captions:
    """Return captions of the words, in the style and with as many words at a time as the clip had."""
    old = edit.captions
    style = find("caption style", caption_styles(), old.style if old else "bold")
    preset = find("preset", presets(), edit.preset)
    canvas = canvas_for(preset, qualities()["standard"])
    most = max((sum(word.spoken for word in cue.words) for cue in old.cues), default=_USUAL_WORDS) if old else 0
    cues = make_cues(
        voice.tokens,
        words_per_cue=min(5, most or _USUAL_WORDS),
        max_width=line_limit(style, canvas, preset),
        measure=text_measure(style, canvas),
        total_frames=total,
    )
    return Captions(style=style.name, language=voice.language, burnt=old is None or old.burnt, cues=cues)


def _give(connection: Connection, request: Json, identity: str) -> None:
    """Give the clip the document, unless it was removed, or has another one by now: then that is left alone."""
    clip = rendered_clip(connection, request["clip_id"])
    if clip is not None and clip.edit_identity == request["edit"]:
        note_changed(connection, clip, edit_identity=identity)
