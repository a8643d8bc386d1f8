"""Render an edit document and publish what comes of it: all four files, or none.

Each function is a step of a durable job: what it finished is in the job's folder, and it may be killed at any time
and run again. `publish` does them all in one go.
"""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.config import Settings
from app.data import caption_styles, find, presets
from app.editing.document import edit_json
from app.editing.srt import write_srt
from app.media.ass import ass_document
from app.media.atomic import settle, storage_errors
from app.media.brand_ass import with_brand
from app.media.check import check_clip
from app.media.decodable import decodable, stamps_of
from app.media.ffmpeg import Limits, Workplace, find_ffmpeg
from app.media.fonts import copy_fonts
from app.media.graph import parts_of
from app.media.held import own_folder
from app.media.poster import poster
from app.media.render import CLIP_NAME, TRIES_NAME, Material, render_join, render_parts, render_sound
from app.media.subtitles import Subtitles
from app.models.base import Record
from app.models.control import Control
from app.models.edit import Edit
from app.models.media import MediaInfo
from app.models.report import CheckReport, PartsReport, RenderReport, SoundReport
from app.services.parts_cache import parts_pool
from app.workflows.clips.decide import DEFAULT_STYLE
from app.workflows.clips.holds import beside_prefix, bring, let_go, show, take_back
from app.workflows.clips.places import files_of, is_taken, require_space, work_folder
from app.workflows.clips.stems import take_stem

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
    """Encode what no clip needed before, as many parts at once as the settings say. Raises what `render_parts` raises.

    After `RenderError` with the code render_memory, one part at a time may still do: ask again with `max_parallel` 1.
    """
    parallel, pool = max_parallel or rendering.settings.max_parallel, parts_pool(rendering.settings)
    return render_parts(rendering.material, rendering.place(control), parallel, pool)


def join(rendering: Rendering, control: Control) -> None:
    """Put sound and picture together. Raises what `render_join` raises."""
    render_join(rendering.material, rendering.place(control))


def check_and_poster(rendering: Rendering, control: Control) -> CheckReport:
    """Check the clip and make the still that stands for it. Raises `CheckFailed`, `StorageError` or `Cancelled`."""
    place, material = rendering.place(control), rendering.material
    clip, limits = rendering.folder / CLIP_NAME, place.limits
    files = (rendering.edit, material.sources, material.infos, rendering.folder)
    parts = parts_of(rendering.edit, decodable(*files), stamps_of(*files))
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


def reveal(rendering: Rendering, stem: Path, job_id: str, control: Control) -> dict[str, Path]:
    """Show the checked clip as `stem`.mp4, .srt, .jpg and .edit.json; the job keeps its hold on the name.

    All four are written to their disk first and renamed together; run again after a crash it completes the same
    four. Raises `Cancelled` before they are renamed, and `StorageError`: out_taken when files of another clip have come
    to stand there, out_lost when the job holds the name no longer.
    """
    edit, places = rendering.edit, files_of(stem)
    with storage_errors(stem), own_folder(stem.parent, prefix=beside_prefix(job_id)) as own:
        new = {kind: own / kind for kind in places}
        bring(rendering.folder / CLIP_NAME, new["mp4"], control)
        bring(rendering.folder / _POSTER_NAME, new["jpg"], control)
        new["srt"].write_text(write_srt(edit.captions.cues if edit.captions else ()), encoding="utf-8")
        new["edit"].write_text(edit_json(edit), encoding="utf-8")
        control.check()
        order = ("edit", "mp4", "srt", "jpg")  # with its edit there, what stands under the name is this clip's own
        files = {new[kind]: places[kind] for kind in order}
        show(stem, files, job_id, control, is_taken=lambda: is_taken(stem, edit))
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
    fails, nothing is left behind. Raises `InputError` (out_taken) when another clip has the name.
    """
    require_space(stem.parent, [edit])
    with work_folder(settings.data_dir) as work, _taken(stem, edit, work):
        rendering = Rendering(edit, sources, voice, work, settings)
        heard = sound(rendering, control.part(0.0, _SOUND))
        seen = picture(rendering, control.part(_SOUND, _PICTURE))
        began = time.monotonic()
        join(rendering, control.part(_PICTURE, _JOIN))
        joined = round(time.monotonic() - began, 3)
        size = (work / CLIP_NAME).stat().st_size
        checks = check_and_poster(rendering, control.part(_JOIN, 1.0))
        files = reveal(rendering, stem, work.name, control)
    report = RenderReport(
        frames=seen.frames,
        parts=seen.parts,
        encoded_bytes=size,
        seconds={"sound": heard.seconds, "picture": seen.seconds, "join": joined},
        loudness=heard.loudness,
        notes=heard.notes,
    )
    return Published(files=files, report=report, checks=checks)


@contextmanager
def _taken(stem: Path, edit: Edit, work: Path) -> Iterator[None]:
    """Hold the name until the block ends; when it ends badly, nothing stands there."""
    take_stem(stem, edit, work.name, work)
    try:
        yield
    except BaseException:
        take_back(stem.parent, work.name)
        raise
    let_go(stem.parent, work.name)


def subtitles_of(edit: Edit) -> Subtitles | None:
    """Return the captions and the brand's text as the renderer draws them, or None for a clip without."""
    brand, burnt = edit.brand, edit.captions is not None and edit.captions.burnt and edit.captions.cues
    if not burnt and not (brand and (brand.call_to_action or brand.end_card)):
        return None
    style = find("caption style", caption_styles(), edit.captions.style if edit.captions else DEFAULT_STYLE)
    preset = find("preset", presets(), edit.preset)
    text = ass_document(edit.captions, style, edit.canvas, preset) if edit.captions and burnt else ""
    if brand:
        text = with_brand(text, edit, style, preset)
    return Subtitles(text, lambda folder: copy_fonts(style, folder))
