"""Render an edit document and publish what comes of it: all four files, or none.

Each function is a step of a durable job: what it finished is in the job's folder, and it may be killed at any time
and run again. `publish` does them all in one go.
"""

import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from app.config import Settings
from app.data import caption_styles, find, presets
from app.editing.document import edit_json
from app.editing.srt import write_srt
from app.errors import StorageError
from app.media.ass import ass_document
from app.media.atomic import settle, storage_errors
from app.media.check import check_clip
from app.media.ffmpeg import Limits, Workplace, find_ffmpeg
from app.media.fonts import copy_fonts
from app.media.held import own_folder
from app.media.parts import parts_of
from app.media.poster import poster
from app.media.render import CLIP_NAME, TRIES_NAME, Material, decodable, render_join, render_parts, render_sound
from app.media.subtitles import Subtitles
from app.models.base import Record
from app.models.control import Control
from app.models.edit import Edit
from app.models.media import MediaInfo
from app.models.report import CheckReport, PartsReport, RenderReport, SoundReport
from app.workflows.places import files_of, is_taken, require_space, work_folder
from app.workflows.stems import beside_prefix, let_go

_POSTER_NAME = "poster.jpg"
_SOUND, _PICTURE, _JOIN = 0.03, 0.88, 0.9
"""Shares of the whole at which sound, picture and joining are done (measured on 20 s clips); the rest is the check."""


class Published(Record):
    """The files of a clip by kind (mp4, srt, jpg, edit) and what rendering and checking it told."""

    files: dict[str, Path]
    report: RenderReport
    checks: CheckReport


@dataclass(frozen=True)
class Rendering:
    """One clip while it is made: its edit, the file of each content hash, its voice, and the job's folder."""

    edit: Edit
    sources: Mapping[str, tuple[Path, MediaInfo]]
    voice: Path | None
    folder: Path
    settings: Settings

    @property
    def material(self) -> Material:
        """What the renderer makes the clip of."""
        paths = {key: path for key, (path, _) in self.sources.items()}
        infos = {key: info for key, (_, info) in self.sources.items()}
        return Material(self.edit, paths, infos, self.voice, subtitles_of(self.edit))

    def place(self, control: Control) -> Workplace:
        """Return where it is made, with which ffmpeg and limits. Raises `EnvironmentProblem`."""
        limits = Limits(memory_mb=self.settings.ffmpeg_memory_mb, max_pixels=self.settings.max_pixels)
        return Workplace(find_ffmpeg(self.settings.ffmpeg), self.folder, limits, control)


def sound(rendering: Rendering, control: Control) -> SoundReport:
    """Make the clip's sound. Raises what `render_sound` raises."""
    return render_sound(rendering.material, rendering.place(control))


def picture(rendering: Rendering, control: Control, *, max_parallel: int | None = None) -> PartsReport:
    """Encode what is not encoded yet, as many parts at once as the settings say. Raises what `render_parts` raises.

    After `RenderError` with the code render_memory, one part at a time may still do: ask again with `max_parallel` 1.
    """
    return render_parts(rendering.material, rendering.place(control), max_parallel or rendering.settings.max_parallel)


def join(rendering: Rendering, control: Control) -> None:
    """Put sound and picture together. Raises what `render_join` raises."""
    render_join(rendering.material, rendering.place(control))


def check_and_poster(rendering: Rendering, control: Control) -> CheckReport:
    """Check the clip and make the still that stands for it. Raises `CheckFailed`, `StorageError` or `Cancelled`."""
    place, material = rendering.place(control), rendering.material
    clip, limits = rendering.folder / CLIP_NAME, place.limits
    parts = parts_of(rendering.edit, decodable(rendering.edit, material.sources, material.infos))
    with own_folder(rendering.folder / TRIES_NAME) as own, storage_errors(own):
        checks = check_clip(
            clip,
            rendering.edit,
            parts,
            ffmpeg=place.ffmpeg,
            control=control,
            work=own,
            subtitles=material.subtitles,
            limits=limits,
        ).require()
        still = own / _POSTER_NAME
        poster(clip, rendering.edit.poster_frame, still, ffmpeg=place.ffmpeg, control=control, limits=limits)
        settle(still, rendering.folder / _POSTER_NAME)
    return checks


def reveal(rendering: Rendering, stem: Path, job_id: str) -> dict[str, Path]:
    """Show the checked clip as `stem`.mp4, .srt, .jpg and .edit.json, and let go of the job's hold on the name.

    All four are written to their disk first and renamed together; run again after a crash it completes the same
    four. Raises `StorageError` (out_taken) when files of another clip have come to stand there.
    """
    edit, places = rendering.edit, files_of(stem)
    if is_taken(stem, edit):
        raise StorageError(
            f"{stem}.mp4, or a file beside it, belongs to another clip.",
            hint="Take those files away, or choose another --out, and try again.",
            subject="out",
            code="out_taken",
        )
    with storage_errors(stem), own_folder(stem.parent, prefix=beside_prefix(job_id)) as own:
        new = {kind: own / kind for kind in places}
        shutil.copyfile(rendering.folder / CLIP_NAME, new["mp4"])
        shutil.copyfile(rendering.folder / _POSTER_NAME, new["jpg"])
        new["srt"].write_text(write_srt(edit.captions.cues if edit.captions else ()), encoding="utf-8")
        new["edit"].write_text(edit_json(edit), encoding="utf-8")
        for kind in ("edit", "mp4", "srt", "jpg"):  # with its edit there, what stands under the name is this clip's own
            settle(new[kind], places[kind])
    let_go(stem.parent, edit, job_id)
    return places


def publish(
    edit: Edit,
    *,
    sources: Mapping[str, tuple[Path, MediaInfo]],
    voice: Path | None,
    stem: Path,
    settings: Settings,
    control: Control,
) -> Published:
    """Render `edit`, check it, and only then show `stem`.mp4, .srt, .jpg and .edit.json.

    `sources` holds the file of each content hash. A clip that fails its check raises `CheckFailed`; whatever
    fails, nothing is left behind.
    """
    require_space(stem.parent, [edit])
    with work_folder(settings.data_dir) as work:
        rendering = Rendering(edit, sources, voice, work, settings)
        heard = sound(rendering, control.part(0.0, _SOUND))
        seen = picture(rendering, control.part(_SOUND, _PICTURE))
        began = time.monotonic()
        join(rendering, control.part(_PICTURE, _JOIN))
        joined = round(time.monotonic() - began, 3)
        size = (work / CLIP_NAME).stat().st_size
        checks = check_and_poster(rendering, control.part(_JOIN, 1.0))
        files = reveal(rendering, stem, work.name)
    report = RenderReport(
        frames=seen.frames,
        parts=seen.parts,
        encoded_bytes=size,
        seconds={"sound": heard.seconds, "picture": seen.seconds, "join": joined},
        loudness=heard.loudness,
    )
    return Published(files=files, report=report, checks=checks)


def subtitles_of(edit: Edit) -> Subtitles | None:
    """Return the captions as the renderer draws them, or None for a clip without."""
    if edit.captions is None or not edit.captions.burnt or not edit.captions.cues:
        return None
    style = find("caption style", caption_styles(), edit.captions.style)
    preset = find("preset", presets(), edit.preset)
    text = ass_document(edit.captions, style, edit.canvas, preset)
    return Subtitles(text, lambda folder: copy_fonts(style, folder))
