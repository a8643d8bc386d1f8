"""The main job as a workflow: footage and a script in, finished clips out; its parts are jobs of their own."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from app.config import Settings
from app.data import presets, qualities
from app.editing.candidates import Footage
from app.editing.document import canvas_for
from app.editing.marking import by_content, check_marks
from app.editing.script.language import detect
from app.editing.script.spoken import prepare
from app.errors import MediaError
from app.media.containers import shown
from app.media.probe import probe
from app.models.control import Control
from app.models.edit import Edit
from app.models.job import JobDict
from app.models.make import ClipResult, MakeRequest, MakeResult, StepTime
from app.models.media import MediaInfo
from app.models.timing import frame_nearest
from app.models.voice import SpeechText, VoiceInfo
from app.services import speech
from app.services.analysis import analyze_once, is_analyzed
from app.services.choices import Choices, ChosenFrom
from app.services.edits import EditLibrary
from app.services.machine_speed import render_seconds
from app.services.sources import SourceIndex, quoted, unquoted
from app.workflows.clips.begun import clip_id_of, note_clips
from app.workflows.clips.decide import Spoken, decide, of_variant
from app.workflows.clips.logo import logo_ref, probe_logo
from app.workflows.clips.music import music_ref, probe_music
from app.workflows.clips.places import require_space
from app.workflows.clips.summary import describe, likenesses, sound_notes, voice_notes
from app.workflows.jobs.parts_of_job import PartOfJob, do_parts, error_of, require_all
from app.workflows.jobs.records import Json, Source, read_request, source_of
from app.workflows.jobs.run import JobRun, durable


@durable("generate", {"probe": 1.0, "rest": 99.0})
def generate_workflow(job: JobRun, request: Json) -> None:
    """Probe, analyze, speak, choose, render; the result is a `MakeResult`."""
    told, settings = read_request(request), job.settings
    found = job.step("probe", lambda control: probe_all(told, settings, control))
    asked = marked_request(told, found)
    sources = [source_of(record) for record in found["sources"]]
    music, logo = sources_beside(found)
    weights = _weights(asked, sources, settings)
    job.plan(weights)
    job.expects(sum(weights.values()))
    job.step("analyze", lambda control: _analyze(job, sources, control, thorough=asked.thorough))
    spoken = job.step("speak", lambda control: _speak(job, asked, control))
    decided = job.step("choose", lambda control: _choose(asked, sources, (music, logo), spoken, settings, control))
    job.transaction("clips", lambda connection: note_clips(connection, job, asked, decided))
    job.plan({"render": 1.0})
    job.expects(weights["render"])
    files = [*sources, *filter(None, [music, logo])]
    clips = job.step("render", lambda control: _render(job, asked, files, spoken, decided, control))
    job.finish(_result(job, asked, [found, decided], spoken, clips).model_dump(mode="json"))


def probe_all(request: MakeRequest, settings: Settings, control: Control) -> Json:
    """Return sources, music and logo, marks by content, and notes on files of a folder that are left out.

    Raises `MediaError`, and `InputError` for marks that the footage cannot have.
    """
    music = probe_music(request, settings, Control(event=control.event))
    logo = probe_logo(request, settings, Control(event=control.event))
    found: dict[str, Source] = {}
    named: list[tuple[str, MediaInfo]] = []
    refused: list[MediaError] = []
    index = SourceIndex(settings)
    for path, part in zip(request.files, _by_size(request.files, control), strict=True):
        control.check()
        try:
            info = probe(path, max_pixels=settings.max_pixels, need_picture=True, control=part)
        except MediaError as error:
            if path not in request.optional:
                raise
            refused.append(error)
            continue
        if logo is not None and info.content_hash == logo.info.content_hash and path in request.optional:
            continue
        index.remember(path, info)
        named.append((shown(Path(path.name)), info))
        found.setdefault(info.content_hash, Source(path, info))  # the same content twice is one source
    if not found:
        raise refused[0] if refused else _only_the_logo(request)
    check_marks(request.marks, named, request.count)
    return {
        "sources": [source.as_json() for source in found.values()],
        "music": music.as_json() if music else None,
        "logo": logo.as_json() if logo else None,
        "marks": by_content(request.marks, named).model_dump(mode="json"),
        "notes": [f"Left out: {error.message}" for error in refused],
    }


def _only_the_logo(request: MakeRequest) -> MediaError:
    folder = shown(request.files[0].parent)
    return MediaError(
        f"In {folder} there is only the brand's logo, and no footage.",
        hint="Put videos or photographs there, or name them.",
        subject=folder,
        code="folder_without_video",
    )


def marked_request(asked: MakeRequest, found: Json) -> MakeRequest:
    """Return the request with marks that name files by content, as a file may have been given under two names.

    `found` is what `probe_all` returned; that of an older version has none.
    """
    return asked.evolve(marks=found["marks"]) if "marks" in found else asked


def sources_beside(found: Json) -> tuple[Source | None, Source | None]:
    """Return the music and the logo that `probe_all` returned; those of an older version are none."""
    music, logo = found.get("music"), found.get("logo")
    return source_of(music) if music else None, source_of(logo) if logo else None


def _by_size(files: Sequence[Path], control: Control) -> Iterator[Control]:
    """Yield a control for each file: its share is that of the file's bytes."""
    sizes = [_bytes_of(path) for path in files]
    begun, total = 0, sum(sizes) or 1
    for size in sizes:
        yield control.part(begun / total, (begun + size) / total)
        begun += size


def _name_of(asked: MakeRequest, source: Source) -> str:
    """Return what a person calls a file: files of the library are named by their content."""
    return asked.names.get(source.info.content_hash) or shown(Path(source.path.name))


def _bytes_of(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:  # `probe` says what is wrong with it
        return 0


def _weights(request: MakeRequest, sources: Sequence[Source], settings: Settings) -> dict[str, float]:
    """Return the seconds each step is expected to take.

    Those to analyse a pixel were measured on two cores: 1.3e-9 for a phone's film, 3.8e-9 for an edited one, and every
    frame of either 4e-9.
    """
    pixels = sum(s.info.duration * s.info.fps * s.info.width * s.info.height for s in sources)
    weights = {
        "analyze": pixels * (4e-9 if request.thorough else 2e-9) + 0.1,
        "speak": 4.0 * len(request.scripts),
        "choose": 0.2,
    }
    canvas = canvas_for(presets()[request.preset], qualities()[request.quality])
    frames = frame_nearest(request.duration)
    if not request.render:
        return weights | {"render": 0.1}
    return weights | {"render": request.count * render_seconds(settings, request.quality, canvas, frames)}


def _analyze(job: JobRun, sources: Sequence[Source], control: Control, *, thorough: bool) -> None:
    parts = [
        PartOfJob(
            "analyze",
            source.info.content_hash,
            f"analyze {shown(Path(source.path.name))}",
            {**source.as_json(), "thorough": thorough},
            weight=max(0.1, source.info.duration),
        )
        for source in sources
        if not is_analyzed(source.info, job.settings, thorough=thorough)
    ]
    require_all(do_parts(job, parts, control))


def voice_of(request: MakeRequest, settings: Settings) -> tuple[str | None, VoiceInfo | None]:
    """Return the language of the scripts and the voice that speaks them; None for clips without a voice."""
    if not request.scripts:
        return request.language, None
    language = language_of(request)
    return language, speech.choose_voice(request.voice, language, settings)


def language_of(request: MakeRequest) -> str:
    """Return the language of the scripts: the one that was named, the one that was found before, or what is found."""
    return request.language or request.detected or detect("\n".join(request.scripts))


def prepare_scripts(request: MakeRequest, settings: Settings) -> None:
    """Raise `ScriptError`, or `UnknownName` of a voice or language, for scripts that cannot be spoken."""
    language, voice = voice_of(request, settings)
    if voice is not None and language is not None:
        for script in request.scripts:
            prepare(script, language)


def _speak(job: JobRun, asked: MakeRequest, control: Control) -> Json:
    """Have every script spoken; return language, voice and the speed each script came out with."""
    language, voice = voice_of(asked, job.settings)
    if voice is None:
        return {"language": language, "voice": None, "speeds": []}
    parts = [
        PartOfJob(
            "speak",
            str(number),
            f"speak script {number + 1}",
            {
                "text": script,
                "language": language,
                "voice": voice.model_dump(mode="json"),
                "speed": asked.speed,
                "target": asked.duration,
                "over_length": asked.over_length,
                "pauses": asked.pauses,
            },
            columns={"project_id": job.project_id},
        )
        for number, script in enumerate(asked.scripts)
    ]
    results = require_all(do_parts(job, parts, control))
    return {
        "language": language,
        "voice": voice.model_dump(mode="json"),
        "speeds": [result["speed"] for result in results],
    }


def _heard(asked: MakeRequest, spoken: Json, settings: Settings, control: Control) -> list[Spoken]:
    """Return the scripts with their voices: they were spoken before, and come from the store."""
    if spoken["voice"] is None:
        return []
    voice = VoiceInfo.model_validate(spoken["voice"])
    texts: list[SpeechText] = [prepare(script, spoken["language"]) for script in asked.scripts]
    return [
        Spoken(text, speech.speak(text, voice, speed, settings, control, longest_pause=asked.pauses))
        for text, speed in zip(texts, spoken["speeds"], strict=True)
    ]


def _choose(
    asked: MakeRequest,
    sources: Sequence[Source],
    beside: tuple[Source | None, Source | None],
    spoken: Json,
    settings: Settings,
    control: Control,
) -> Json:
    """Choose all variants together, keep their edit documents, return what they are; `beside` are music and logo."""
    music, logo = beside
    footage = [
        Footage(
            info=source.info,
            name=_name_of(asked, source),
            analysis=analyze_once(
                source.path, source.info, settings, Control(event=control.event), thorough=asked.thorough
            ),
        )
        for source in sources
    ]
    heard = _heard(asked, spoken, settings, Control(event=control.event))
    shown_files = frozenset(source.info.content_hash for source in sources)
    bed = music_ref(music, shown_files) if music else None
    choice, edits = decide(asked, footage, heard, bed, logo_ref(logo, shown_files) if logo else None)
    if asked.render:
        require_space(asked.out, edits)
    library, choices = EditLibrary(settings), Choices(settings)
    chosen_from = ChosenFrom(
        footage={item.info.content_hash: item.name for item in footage},
        marks=asked.marks,
        siblings=tuple(edit.identity for edit in edits),
        framing=asked.framing,
        thorough=asked.thorough,
    )
    for edit in edits:
        library.keep(edit)
        choices.keep(edit, chosen_from)
    notes = [
        *voice_notes([one.voice for one in heard], spoken["voice"]["language"] if spoken["voice"] else ""),
        *sound_notes(asked, [source.info for source in sources]),
        *choice.notes,
    ]
    return {
        "possible": choice.possible,
        "edits": [edit.identity for edit in edits],
        "variants": [variant.index for variant in choice.variants],
        "shared": [likeness.model_dump(mode="json") for likeness in likenesses(choice, edits)],
        "cost": sum(one.voice.cost_microdollars for one in heard),
        "notes": notes,
    }


def _render(
    job: JobRun, asked: MakeRequest, sources: Sequence[Source], spoken: Json, decided: Json, control: Control
) -> list[Json]:
    """Have every variant rendered, if that was asked for; return a `ClipResult` for each, with the error that ended it.

    When all failed, the first error is raised.
    """
    by_hash = {source.info.content_hash: source for source in sources}
    heard = _heard(asked, spoken, job.settings, Control(event=control.event))
    library = EditLibrary(job.settings)
    edits = [library.get(identity) for identity in decided["edits"]]
    parts = [_part(job, asked, edit, by_hash) for edit in edits] if asked.render else []
    ended = do_parts(job, parts, control) if parts else [None] * len(edits)
    described = [
        describe(
            edit,
            one.voice if (one := of_variant(heard, variant)) else None,
            {key: (Path(_name_of(asked, source)), source.info) for key, source in by_hash.items()},
        )
        for edit, variant in zip(edits, decided["variants"], strict=True)
    ]
    described = [clip.evolve(clip_id=clip_id_of(job.job_id, clip.edit_identity)) for clip in described]
    clips = [_clip(clip, part) if part else clip for clip, part in zip(described, ended, strict=True)]
    errors = [error for part in ended if part and (error := error_of(part)) is not None]
    if errors and len(errors) == len(clips):
        raise errors[0]
    return [clip.model_dump(mode="json") for clip in clips]


def _part(job: JobRun, asked: MakeRequest, edit: Edit, sources: dict[str, Source]) -> PartOfJob:
    return PartOfJob(
        "render",
        edit.identity,
        f"render {edit.name}",
        {
            "edit": edit.identity,
            "sources": {ref.content_hash: sources[ref.content_hash].as_json() for ref in edit.sources},
            "out": quoted(asked.out),
            "stem": None,
            "clip_id": clip_id_of(job.job_id, edit.identity),
        },
        weight=render_seconds(job.settings, edit.quality, edit.canvas, edit.frames),
        columns={"project_id": job.project_id},
    )


def _clip(clip: ClipResult, part: JobDict) -> ClipResult:
    error = error_of(part)
    if error is not None:
        return clip.evolve(ok=False, error=error.as_dict())
    result = part["result"]
    files = {kind: unquoted(path) for kind, path in result["files"].items()}
    notes = (*clip.notes, *result.get("notes", ()))
    return ClipResult.model_validate(
        {**clip.model_dump(), "name": result["name"], "files": files, "checks": result["checks"], "notes": notes}
    )


def _result(job: JobRun, asked: MakeRequest, told: list[Json], spoken: Json, clips: list[Json]) -> MakeResult:
    """Return what came of the job, from its steps' answers alone: what is installed may have changed since."""
    decided = told[-1]
    return MakeResult.model_validate(
        {
            "asked": asked.count,
            "possible": decided["possible"],
            "language": spoken["language"],
            "language_detected": bool(asked.scripts) and asked.language is None,
            "voice": spoken["voice"]["id"] if spoken["voice"] else None,
            "clips": clips,
            "shared": decided["shared"],
            "notes": [note for answer in told for note in answer["notes"]],
            "steps": [StepTime(step=name, seconds=round(seconds, 3)) for name, seconds in job.seconds.items()],
            "cost_microdollars": decided["cost"],
        }
    )
