"""What a render of a clip of the library works from: its edit for the place that was asked for, and its footage."""

from collections.abc import Iterable

from app.config import Settings
from app.data import caption_styles, find, presets, qualities
from app.editing.candidates import Footage
from app.editing.captions import broken_anew
from app.editing.document import canvas_for
from app.editing.refit import fits_as_it_is, for_place
from app.media.ass import line_limit
from app.media.fonts import text_measure
from app.models.control import Control
from app.models.edit import Captions, Edit, SourceRef
from app.services.analysis import analyze_once
from app.services.choices import Choices
from app.services.edits import EditLibrary
from app.services.sources import SourceIndex
from app.workflows.clips.newer import keep_newer
from app.workflows.jobs.records import Json, Source
from app.workflows.jobs.run import JobRun


def prepared(job: JobRun, request: Json) -> Json:
    """Return a render's request with its `sources`: as it is, where it has them."""
    if request.get("sources") is not None:
        return request
    answer: Json = job.step("prepare", lambda control: _prepare(request, job.settings, control))
    return request | answer


def _prepare(request: Json, settings: Settings, control: Control) -> Json:
    edit = EditLibrary(settings).get(request["edit"])
    sources = located(edit.sources, settings, control.part(0.0, 0.5))
    preset, quality = request.get("preset") or edit.preset, request.get("quality") or edit.quality
    if (preset, quality) != (edit.preset, edit.quality):
        edit = fitted(edit, preset, quality, sources, settings, control.part(0.5, 1.0))
    return {"edit": edit.identity, "sources": {key: source.as_json() for key, source in sources.items()}}


def located(refs: Iterable[SourceRef], settings: Settings, control: Control) -> dict[str, Source]:
    """Return the files of an edit by content hash. Raises `MediaError` (source_missing)."""
    index, found = SourceIndex(settings), {}
    for ref in refs:
        control.check()
        found[ref.content_hash] = Source(*index.locate(ref))
    return found


def fitted(
    edit: Edit, preset: str, quality: str, sources: dict[str, Source], settings: Settings, control: Control
) -> Edit:
    """Return the edit for another preset or quality, and keep it as the newest document of its clip.

    Raises `UnknownName`, and what `analyze_once` raises where footage has to be looked at that nobody knows any more.
    """
    place, kind = find("preset", presets(), preset), find("quality", qualities(), quality)
    chosen_from = Choices(settings).of(edit)
    footage: dict[str, Footage] = {}
    if not fits_as_it_is(edit, canvas_for(place, kind)):
        refs = {ref.content_hash: ref for ref in edit.sources if ref.kind in {"video", "photo"}}
        footage = {
            key: footage_of(sources[key], ref.name, settings, control, thorough=chosen_from.thorough)
            for key, ref in refs.items()
        }
    new = for_place(edit, place, kind, captions_for(edit.captions, preset), footage, chosen_from.framing)
    keep_newer(edit, new, settings)
    return new


def footage_of(source: Source, name: str, settings: Settings, control: Control, *, thorough: bool) -> Footage:
    """Return a file with what was measured in it, measured now where it is not known any more."""
    analysis = analyze_once(source.path, source.info, settings, Control(event=control.event), thorough=thorough)
    return Footage(info=source.info, name=name, analysis=analysis)


def captions_for(captions: Captions | None, preset: str) -> Captions | None:
    """Return captions with their lines broken as their style and the preset's canvas want it."""
    if captions is None:
        return None
    style, place = find("caption style", caption_styles(), captions.style), find("preset", presets(), preset)
    canvas = canvas_for(place, qualities()["standard"])  # a draft breaks its lines where the full picture does
    measure = text_measure(style, canvas)
    return captions.evolve(cues=broken_anew(captions.cues, max_width=line_limit(style, canvas, place), measure=measure))
