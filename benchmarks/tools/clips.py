"""One clip to render: eight shots of the footage with a voice and captions, put together without any choosing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from app.config import Settings, load_settings
from app.data import caption_styles, presets, qualities
from app.editing.captions import make_cues
from app.editing.document import canvas_for
from app.editing.script.spoken import prepare
from app.editing.timing import clip_frames
from app.media.ass import line_limit
from app.media.fonts import text_measure
from app.media.probe import probe
from app.models.control import Control
from app.models.edit import Captions, Edit, EditShot, SourceRef, VoiceTrack, derived_id
from app.models.media import MediaInfo
from app.models.timing import OUTPUT_FPS
from app.models.voice import Voice
from app.services import speech
from app.workflows.clips.publish import Rendering, join, picture, sound
from benchmarks.tools.cache import kept

SHOTS = 8

SCRIPT = (
    "This little espresso machine heats up in twenty seconds and fits on any kitchen shelf. Fill the tank, press one "
    "button, and a rich, creamy coffee runs into your favourite cup. No capsules, no waste, no noise in the morning. "
    "We ship it tomorrow, with free returns for thirty days. Order yours today, and the first bag of beans is on us."
)
"""Sixty words: about twenty seconds."""

SHORT = " ".join(SCRIPT.split()[:24])
"""What is spoken in a quick run: about eight seconds."""


@dataclass(frozen=True)
class Project:
    """A clip and what it is made of: `sources` by content hash, the voice's file, and where data is kept."""

    edit: Edit
    sources: Mapping[str, tuple[Path, MediaInfo]]
    voice: Path | None
    settings: Settings


def settings_in(data_dir: Path) -> Settings:
    """Return settings with everything kept in `data_dir`, and in no database but its own."""
    return load_settings(data_dir=data_dir, database_url=None, supabase_url=None, supabase_key=None)


def script(quick: bool) -> str:
    """Return what the clip's voice says."""
    return SHORT if quick else SCRIPT


def spoken(text: str) -> tuple[Voice, Path]:
    """Return `text` in the offline English voice, and its WAV: spoken once, and kept with the footage."""
    settings = settings_in(kept() / "speech")
    voice = speech.speak(prepare(text, "en"), speech.choose_voice(None, "en", settings), 1.0, settings, Control())
    place = speech.audio_path(settings, voice.audio_hash)
    if place is None:
        raise FileNotFoundError(voice.audio_hash)
    return voice, place


def project(footage: Path, text: str, data_dir: Path, *, style: str = "bold") -> Project:
    """Return a clip of eight shots spread evenly over `footage`, with `text` as voice and captions."""
    voice, audio = spoken(text)
    info = probe(footage)
    edit = _edit(footage, info, voice, style)
    return Project(edit, {info.content_hash: (footage, info)}, audio, settings_in(data_dir))


def _edit(footage: Path, info: MediaInfo, voice: Voice, style: str) -> Edit:
    frames = clip_frames(voice.duration)
    preset, quality = presets()["tiktok"], qualities()["standard"]
    source = SourceRef(
        content_hash=info.content_hash, name=footage.name, duration=info.duration, has_audio=info.audio is not None
    )
    content = {
        "name": "clip-01",
        "preset": preset.name,
        "quality": quality.name,
        "canvas": canvas_for(preset, quality),
        "frames": frames,
        "sources": (source,),
        "shots": tuple(_shots(info, _shares(frames, SHOTS))),
        "voice": _track(voice),
        "captions": _captions(voice, frames, style),
    }
    return Edit.model_validate({"id": derived_id("benchmark", voice.audio_hash), **content})


def _track(voice: Voice) -> VoiceTrack:
    names = ("audio_hash", "voice_id", "language", "duration", "speed")
    return VoiceTrack.model_validate({name: getattr(voice, name) for name in names})


def _shares(frames: int, count: int) -> list[int]:
    edges = [round(frames * number / count) for number in range(count + 1)]
    return [end - start for start, end in pairwise(edges)]


def _shots(info: MediaInfo, lengths: Sequence[int]) -> list[EditShot]:
    """Return shots that begin at even distances, from 0.37 s on: hardly ever at a key frame, as in real edits."""
    last = info.duration - max(lengths) / OUTPUT_FPS - 0.5
    at = [round(0.37 + (last - 0.37) * number / (len(lengths) - 1), 3) for number in range(len(lengths))]
    return [
        EditShot(id=f"shot-{number}", source=info.content_hash, source_start=start, frames=frames, framing="crop")
        for number, (start, frames) in enumerate(zip(at, lengths, strict=True))
    ]


def _captions(voice: Voice, frames: int, style_name: str) -> Captions:
    style, preset = caption_styles()[style_name], presets()["tiktok"]
    canvas = canvas_for(preset, qualities()["standard"])
    cues = make_cues(
        voice.tokens,
        words_per_cue=3,
        max_width=line_limit(style, canvas, preset),
        measure=text_measure(style, canvas),
        total_frames=frames,
    )
    return Captions(style=style.name, language=voice.language, cues=cues)


def render(made: Project, folder: Path) -> int:
    """Render a clip into an empty or unfinished folder, without the check; return how many parts were encoded."""
    folder.mkdir(parents=True, exist_ok=True)
    rendering = Rendering(made.edit, made.sources, made.voice, folder, made.settings)
    control = Control()
    sound(rendering, control)
    report = picture(rendering, control)
    join(rendering, control)
    return report.encoded
