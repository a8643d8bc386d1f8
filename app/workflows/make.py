"""The main job: footage and a script in, finished clips out."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from app.config import Settings
from app.data import caption_styles, find, presets, qualities
from app.editing.candidates import Footage, Usable, longest_slot, usable
from app.editing.captions import make_cues
from app.editing.choice import Choice
from app.editing.document import build_edit, canvas_for
from app.editing.script.language import detect
from app.editing.script.spoken import prepare
from app.editing.timing import clip_frames, even_slots, voice_slots
from app.editing.variants import choose
from app.errors import Cancelled, EditFactoryError, MediaError, ScriptError
from app.media.ass import line_limit
from app.media.containers import shown
from app.media.ffmpeg import find_ffmpeg
from app.media.fonts import text_measure
from app.media.probe import probe
from app.models.control import Control
from app.models.edit import Canvas, Captions, Edit
from app.models.make import ClipResult, MakeRequest, MakeResult
from app.models.media import MediaInfo
from app.models.timing import OUTPUT_FPS
from app.models.voice import SpeechText, Voice, VoiceInfo
from app.services import speech
from app.services.analysis import analyze_once
from app.services.sources import SourceIndex
from app.workflows.places import require_space, reserved_stem
from app.workflows.publish import publish
from app.workflows.speak import speak_to_fit
from app.workflows.steps import Listener, Steps
from app.workflows.summary import describe, shared_seconds, sound_notes, voice_notes

DEFAULT_STYLE = "bold"
"""The style whose widths break the lines of captions that go into the SRT only."""


@dataclass(frozen=True)
class Spoken:
    """One script with its voice."""

    text: SpeechText
    voice: Voice


@dataclass(frozen=True)
class Source:
    """One file of footage and what it is."""

    path: Path
    info: MediaInfo


def make(request: MakeRequest, settings: Settings, listener: Listener, control: Control) -> MakeResult:
    """Do the whole job and return what came of it, clip by clip.

    A wrong request, footage that does not do and a voice that fails raise their error before anything is rendered.
    A clip that cannot be made is in the result with its error, and the others are finished; when none can, the first
    error is raised.
    """
    steps = Steps(listener, control)
    _check_names(request)
    find_ffmpeg(settings.ffmpeg)  # what is missing is said before hours of analysis, not after
    require_space(request.out, [])
    spoken_texts, voice_info = _prepare_scripts(request, settings)
    sources, left_out = _probe(request, settings, steps)
    footage = _analyze(sources, request, settings, steps)
    spoken = _speak(spoken_texts, voice_info, request, settings, steps)
    with steps.step("choose") as step:
        choice, edits = _decide(request, footage, spoken)
        step.report(1.0)
    require_space(request.out, edits)
    steps.plan({_render_step(edit.name): _render_seconds(request, edit.canvas, edit.frames) for edit in edits})
    by_hash = {source.info.content_hash: (source.path, source.info) for source in sources}
    clips, errors = [], []
    for edit, variant in zip(edits, choice.variants, strict=True):
        clip, error = _render(edit, _of(spoken, variant.index), by_hash, request, settings, steps)
        clips.append(clip)
        errors += [error] if error else []
    if len(errors) == len(clips):
        raise errors[0]
    return MakeResult(
        asked=request.count,
        possible=choice.possible,
        language=spoken_texts[0].language if spoken_texts else request.language,
        language_detected=bool(spoken_texts) and request.language is None,
        voice=voice_info.id if voice_info else None,
        clips=tuple(clips),
        shared=shared_seconds(choice, edits),
        notes=(
            *left_out,
            *voice_notes([one.voice for one in spoken], voice_info.language if voice_info else ""),
            *sound_notes(request, [source.info for source in sources]),
            *choice.notes,
        ),
        steps=steps.times,
        cost_microdollars=sum(one.voice.cost_microdollars for one in spoken),
    )


def _check_names(request: MakeRequest) -> None:
    find("preset", presets(), request.preset)
    find("quality", qualities(), request.quality)
    if request.captions != "off":
        find("caption style", caption_styles(), request.captions)
    if len(request.scripts) > 1 and len(request.scripts) != request.count:
        raise ScriptError(
            f"There are {len(request.scripts)} scripts for {request.count} clips.",
            hint=f"Ask for -n {len(request.scripts)}, or give one script for all.",
            subject="script",
            code="script_count",
        )


def _prepare_scripts(request: MakeRequest, settings: Settings) -> tuple[list[SpeechText], VoiceInfo | None]:
    if not request.scripts:
        return [], None
    language = request.language or detect("\n".join(request.scripts))
    voice = speech.choose_voice(request.voice, language, settings)
    return [prepare(script, language) for script in request.scripts], voice


def _probe(request: MakeRequest, settings: Settings, steps: Steps) -> tuple[list[Source], list[str]]:
    """Return the sources, and notes on files of a folder that are left out."""
    steps.plan({"probe": 1.0, "rest": 99.0})
    found: dict[str, Source] = {}
    refused: list[MediaError] = []
    index = SourceIndex(settings)
    with steps.step("probe") as step:
        for number, path in enumerate(request.files):
            step.check()
            try:
                info = probe(path, max_pixels=settings.max_pixels, need_picture=True)
            except MediaError as error:
                if path not in request.optional:
                    raise
                refused.append(error)
                continue
            index.remember(path, info)
            found.setdefault(info.content_hash, Source(path, info))  # the same content twice is one source
            step.report((number + 1) / len(request.files))
    if not found:
        raise refused[0]
    sources = list(found.values())
    steps.plan(_weights(request, sources))
    return sources, [f"Left out: {error.message}" for error in refused]


def _weights(request: MakeRequest, sources: Sequence[Source]) -> dict[str, float]:
    """Return the seconds each step is expected to take; those to analyse a pixel were measured on two cores."""
    pixels = sum(s.info.duration * s.info.fps * s.info.width * s.info.height for s in sources)
    weights = {"analyze": pixels * 4e-9 + 0.1, "speak": 4.0 * len(request.scripts), "choose": 0.2}
    canvas = canvas_for(presets()[request.preset], qualities()[request.quality])
    frames = round(request.duration * OUTPUT_FPS)
    return weights | {"render": request.count * _render_seconds(request, canvas, frames)}


def _render_seconds(request: MakeRequest, canvas: Canvas, frames: int) -> float:
    return canvas.width * canvas.height * frames * qualities()[request.quality].seconds_per_megapixel / 1e6


def _render_step(name: str) -> str:
    return f"render {name}"


def _analyze(sources: Sequence[Source], request: MakeRequest, settings: Settings, steps: Steps) -> list[Footage]:
    total = sum(source.info.duration for source in sources) or 1.0
    footage, done = [], 0.0
    with steps.step("analyze") as step:
        for source in sources:
            part = step.part(done / total, (done + source.info.duration) / total)
            analysis = analyze_once(source.path, source.info, settings, part)
            footage.append(Footage(info=source.info, name=shown(Path(source.path.name)), analysis=analysis))
            done += source.info.duration
    return footage


def _speak(
    texts: Sequence[SpeechText], voice: VoiceInfo | None, request: MakeRequest, settings: Settings, steps: Steps
) -> list[Spoken]:
    if voice is None:
        return []
    spoken = []
    with steps.step("speak") as step:
        for number, text in enumerate(texts):
            part = step.part(number / len(texts), (number + 1) / len(texts))
            made = speak_to_fit(
                text,
                voice,
                speed=request.speed,
                target=request.duration,
                over_length=request.over_length,
                settings=settings,
                control=part,
            )
            spoken.append(Spoken(text, made))
    return spoken


def _of(spoken: Sequence[Spoken], number: int) -> Spoken | None:
    """Return the script of variant `number`: its own, or the one that all share."""
    return spoken[number if len(spoken) > 1 else 0] if spoken else None


def _decide(request: MakeRequest, footage: Sequence[Footage], spoken: Sequence[Spoken]) -> tuple[Choice, list[Edit]]:
    found = usable(footage)
    slots = [_slots(request, _of(spoken, number), number, found) for number in range(request.count)]
    choice = choose(footage, slots, request.seed, strict=request.strict)
    edits = []
    for place, variant in enumerate(choice.variants):
        one = _of(spoken, variant.index)
        # With a script for each clip its number is the script's; else those that are possible are counted.
        number = variant.index if len(spoken) > 1 else place
        edits.append(
            build_edit(
                name=f"clip-{number + 1:02d}",
                picks=variant.picks,
                footage=footage,
                preset=presets()[request.preset],
                quality=qualities()[request.quality],
                framing=request.framing,
                voice=one.voice if one else None,
                captions=_captions(request, one),
                source_sound=request.source_sound,
                seed=request.seed,
            )
        )
    return choice, edits


def _slots(request: MakeRequest, one: Spoken | None, number: int, found: Usable) -> tuple[int, ...]:
    seed = request.seed * 1000 + number  # each variant is cut in its own rhythm
    total = clip_frames(one.voice.duration) if one else round(request.duration * OUTPUT_FPS)
    longest = longest_slot(found, total)
    return voice_slots(one.voice.tokens, total, seed, longest) if one else even_slots(total, seed, longest)


def _captions(request: MakeRequest, one: Spoken | None) -> Captions | None:
    if one is None:
        return None
    burnt = request.captions != "off"
    style = caption_styles()[request.captions if burnt else DEFAULT_STYLE]
    preset = presets()[request.preset]
    canvas = canvas_for(preset, qualities()["standard"])  # a draft breaks its lines where the full picture does
    cues = make_cues(
        one.voice.tokens,
        words_per_cue=request.words_per_cue,
        max_width=line_limit(style, canvas, preset),
        measure=text_measure(style, canvas),
        total_frames=clip_frames(one.voice.duration),
    )
    return Captions(style=style.name, language=one.voice.language, burnt=burnt, cues=cues)


def _render(
    edit: Edit,
    one: Spoken | None,
    sources: dict[str, tuple[Path, MediaInfo]],
    request: MakeRequest,
    settings: Settings,
    steps: Steps,
) -> tuple[ClipResult, EditFactoryError | None]:
    voice = speech.audio_path(settings, edit.voice.audio_hash) if edit.voice else None
    result = describe(edit, one.voice if one else None, sources)
    with steps.step(_render_step(edit.name)) as step:
        try:
            with reserved_stem(request.out, edit) as stem:
                done = publish(edit, sources=sources, voice=voice, stem=stem, settings=settings, control=step)
        except Cancelled:
            raise
        except EditFactoryError as error:  # one clip that cannot be made leaves the others their chance
            return result.evolve(ok=False, error=error.as_dict()), error
    return result.evolve(name=stem.name, files=done.files, checks=done.checks), None
