"""Render an edit document and publish what comes of it: all four files, or none."""

from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from app.config import Settings
from app.data import caption_styles, find, presets
from app.editing.document import edit_json
from app.editing.srt import write_srt
from app.media.ass import ass_document
from app.media.atomic import new_file
from app.media.check import check_clip
from app.media.ffmpeg import Limits, find_ffmpeg
from app.media.fonts import copy_fonts
from app.media.parts import parts_of
from app.media.poster import poster
from app.media.render import Subtitles, decodable, render
from app.models.base import Record
from app.models.control import Control
from app.models.edit import Edit
from app.models.media import MediaInfo
from app.models.report import CheckReport, RenderReport
from app.workflows.places import files_of, require_space, work_folder


class Published(Record):
    """The files of a clip by kind (mp4, srt, jpg, edit) and what rendering and checking it told."""

    files: dict[str, Path]
    report: RenderReport
    checks: CheckReport


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
    ffmpeg = find_ffmpeg(settings.ffmpeg)
    limits = Limits(memory_mb=settings.ffmpeg_memory_mb, max_pixels=settings.max_pixels)
    places, subtitles = files_of(stem), subtitles_of(edit)
    with ExitStack() as stack, work_folder(settings.data_dir) as work:
        new = {kind: stack.enter_context(new_file(place)) for kind, place in places.items()}
        paths = {key: path for key, (path, _) in sources.items()}
        infos = {key: info for key, (_, info) in sources.items()}
        report = render(
            edit,
            paths,
            infos,
            voice,
            subtitles,
            new["mp4"],
            work,
            ffmpeg=ffmpeg,
            max_parallel=settings.max_parallel,
            limits=limits,
            control=control.part(0.0, 0.9),
        )
        checks = check_clip(
            new["mp4"],
            edit,
            parts_of(edit, decodable(edit, paths, infos)),
            ffmpeg=ffmpeg,
            control=control.part(0.9, 1.0),
            work=work,
            subtitles=subtitles,
            limits=limits,
        )
        checks.require()
        poster(new["mp4"], edit.poster_frame, new["jpg"], ffmpeg=ffmpeg, control=control, limits=limits)
        new["srt"].write_text(write_srt(edit.captions.cues if edit.captions else ()), encoding="utf-8")
        new["edit"].write_text(edit_json(edit), encoding="utf-8")
    return Published(files=places, report=report, checks=checks)


def subtitles_of(edit: Edit) -> Subtitles | None:
    """Return the captions as the renderer draws them, or None for a clip without."""
    if edit.captions is None or not edit.captions.burnt or not edit.captions.cues:
        return None
    style = find("caption style", caption_styles(), edit.captions.style)
    preset = find("preset", presets(), edit.preset)
    text = ass_document(edit.captions, style, edit.canvas, preset)
    return Subtitles(text, lambda folder: copy_fonts(style, folder))
