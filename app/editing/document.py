"""The edit document: made from picks, written as text that is the same for the same edit, and read back."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from app.editing.candidates import Footage
from app.editing.choice import Pick
from app.editing.framing import Framed, frame_shot
from app.editing.photo_moves import travel_over
from app.editing.transitions import shot_spans, with_transitions, without_lost_handles
from app.errors import EditError
from app.models.brand import BrandWish
from app.models.edit import (
    EDIT_VERSION,
    Canvas,
    Captions,
    Edit,
    EditShot,
    FramingChoice,
    MusicTrack,
    SourceRef,
    SourceSound,
    Transition,
    VoiceTrack,
    derived_id,
)
from app.models.media import Moment, Shot
from app.models.preset import Preset, Quality
from app.models.timing import Span
from app.models.voice import Voice

_POSTER_NOT_BEFORE = 15
"""Frames (0.5 s) in which a clip may still be settling; its poster is taken later if it is long enough."""


def canvas_for(preset: Preset, quality: Quality) -> Canvas:
    """Return the preset's canvas at the quality's scale, in even pixels as 4:2:0 video needs."""
    return Canvas(width=_even(preset.width * quality.scale), height=_even(preset.height * quality.scale))


def _even(pixels: float) -> int:
    return 2 * round(pixels / 2)


def build_edit(
    *,
    name: str,
    picks: Sequence[Pick],
    footage: Sequence[Footage],
    preset: Preset,
    quality: Quality,
    framing: FramingChoice,
    voice: Voice | None = None,
    captions: Captions | None = None,
    source_sound: SourceSound | None = None,
    music: MusicTrack | None = None,
    brand: BrandWish | None = None,
    beside: Sequence[SourceRef] = (),
    transition: Transition | None = None,
    transitions_at: frozenset[int] | None = None,
    seed: int = 0,
) -> Edit:
    """Return the edit document of one variant.

    Its ids are made from its content, and its sources are those of `footage` that the picks use, with where somebody
    speaks in them when its sound needs to know, and those `beside` it (music, logo), by content hash, so that equal
    input gives an equal document whatever the order of the files. Shots begin with `transition` at the cuts whose
    frames are in `transitions_at` (None: all), where their footage allows it.
    """
    canvas = canvas_for(preset, quality)
    files = {item.info.content_hash: item for item in footage}
    shots = tuple(_shot(pick, files[pick.source], canvas, framing) for pick in picks)
    if transition is not None:
        spans = shot_spans(shots, [pick.shot for pick in picks], files)
        shots = with_transitions(shots, spans, transition, transitions_at)
    used = {shot.source for shot in shots}
    taken = [item for item in footage if item.info.content_hash in used]
    sources = {item.info.content_hash: _source(item, source_sound) for item in taken}
    sources |= {source.content_hash: source for source in beside}
    frames = sum(shot.frames for shot in shots)
    logo = next((source.content_hash for source in beside if source.kind == "logo"), None)
    branded = brand.for_clip(frames, logo) if brand else None
    content: dict[str, Any] = {
        "version": EDIT_VERSION,
        "name": name,
        "preset": preset.name,
        "quality": quality.name,
        "canvas": canvas,
        "frames": frames + (branded.end_card.frames if branded and branded.end_card else 0),
        "sources": tuple(sources[content_hash] for content_hash in sorted(sources)),
        "shots": shots,
        "voice": voice_track(voice) if voice else None,
        "source_sound": source_sound or SourceSound(),
        "music": music,
        "captions": captions,
        "brand": branded,
        "poster_frame": poster_frame(picks),
        "seed": seed,
    }
    unnamed = Edit.model_validate({"id": "", **content})
    return unnamed.evolve(id=derived_id("edit", unnamed.identity))


def _shot(pick: Pick, item: Footage, canvas: Canvas, choice: FramingChoice) -> EditShot:
    moments = next((shot.moments for shot in item.analysis.shots if shot.index == pick.shot), ())
    framed = _framed(moments, pick.excerpt.span, item, canvas, choice)
    return EditShot(
        id=derived_id("shot", pick.source, repr(pick.start), pick.frames),
        source=pick.source,
        source_start=pick.start,
        frames=pick.frames,
        framing=framed.mode,
        move=framed.move,
        score=pick.score,
        reason="; ".join(filter(None, [pick.reason, framed.reason])),
    )


def _framed(moments: Sequence[Moment], span: Span, item: Footage, canvas: Canvas, choice: FramingChoice) -> Framed:
    size = (item.info.width, item.info.height)
    framed = frame_shot(moments, span, size, canvas, choice)
    if not item.info.still:
        return framed
    focus = next((moment.focus for moment in moments), None)
    return travel_over(framed, focus, size, canvas, span.length, item.info.content_hash)


def reframed(shot: EditShot, item: Footage, before: Canvas, canvas: Canvas, choice: FramingChoice | None) -> EditShot:
    """Return a shot, which was framed for the canvas `before`, framed for `canvas`; `item` is the footage it shows.

    It is framed as `choice` says, or else as it is now; its reason tells of the new framing instead of the old.
    """
    wanted = choice or shot.framing
    moments = next((one.moments for one in item.analysis.shots if _begins_in(shot, one)), ())
    old = _framed(moments, shot.excerpt.span, item, before, wanted)
    new = _framed(moments, shot.excerpt.span, item, canvas, wanted)
    reason = shot.reason.removesuffix(old.reason).removesuffix("; ") if old.reason else shot.reason
    told = "; ".join(filter(None, [reason, new.reason]))
    return shot.evolve(framing=new.mode, move=new.move, reason=told)


def _begins_in(shot: EditShot, found: Shot) -> bool:
    return found.span.start - 1e-6 <= shot.source_start < found.span.end


def changed_edit(edit: Edit, **changes: Any) -> Edit:
    """Return the document with changes and an id of its own, made from its content."""
    unnamed = edit.evolve(id="", **changes)
    return unnamed.evolve(id=derived_id("edit", unnamed.identity))


def with_pick(
    edit: Edit, slot: int, pick: Pick, item: Footage, name: str, framing: FramingChoice | None = None
) -> Edit:
    """Return `edit` under `name` with `pick`, which is of the footage `item`, in place of its shot at `slot`.

    It is framed as `framing` says, or else as the shot there was.
    """
    old = edit.shots[slot]
    new = _shot(pick, item, edit.canvas, framing or old.framing).evolve(enter=old.enter)
    span = shot_spans([new], [pick.shot], {pick.source: item})[0]
    shots = without_lost_handles((*edit.shots[:slot], new, *edit.shots[slot + 1 :]), slot, span)
    used = {shot.source for shot in shots}
    kept = {source.content_hash: source for source in edit.sources if source.kind in {"logo", "music"}}
    kept |= {source.content_hash: source for source in edit.sources if source.content_hash in used}
    kept.setdefault(pick.source, _source(item, edit.source_sound))
    sources = tuple(kept[content_hash] for content_hash in sorted(kept))
    return changed_edit(edit, name=name, shots=shots, sources=sources)


def _source(item: Footage, sound: SourceSound | None) -> SourceRef:
    info = item.info
    return SourceRef(
        content_hash=info.content_hash,
        name=item.name,
        duration=info.duration,
        has_audio=info.audio is not None,
        kind="photo" if info.still else "video",
        speech=item.analysis.speech if sound is not None and sound.mode in {"muted", "ambience"} else (),
    )


def voice_track(voice: Voice) -> VoiceTrack:
    """Return a voice as a document names it."""
    return VoiceTrack(
        audio_hash=voice.audio_hash,
        voice_id=voice.voice_id,
        language=voice.language,
        duration=voice.duration,
        speed=voice.speed,
    )


def poster_frame(picks: Sequence[Pick]) -> int:
    """Return the output frame that stands for the clip: the middle of its best pick, not right at the beginning."""
    starts = [sum(pick.frames for pick in picks[:n]) for n in range(len(picks))]
    middles = [(pick.score, start + pick.frames // 2) for pick, start in zip(picks, starts, strict=True)]
    late = [middle for middle in middles if middle[1] >= _POSTER_NOT_BEFORE]
    # Of equal scores the earlier one, as a viewer meets it first.
    return max(late or middles, key=lambda middle: (middle[0], -middle[1]))[1]


def edit_json(edit: Edit) -> str:
    """Return the document as JSON text for a file: keys sorted, one a line, letters as they are, newline at the end."""
    return json.dumps(edit.model_dump(mode="json"), sort_keys=True, indent=1, ensure_ascii=False) + "\n"


def read_edit(text: str) -> Edit:
    """Return the edit written in `text`; raise `EditError`, which names the field, when it cannot be one."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        where = f" (line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
        raise EditError(
            f"The edit document is not valid JSON{where}.",
            hint="Give an edit.json as Edit Factory wrote it, or check the file with a JSON editor.",
            subject="edit",
        ) from error
    _check_kind(data)
    try:
        return Edit.model_validate(data)
    except ValidationError as error:
        raise _field_error(error) from error


def _check_kind(data: object) -> None:
    version = data.get("version", EDIT_VERSION) if isinstance(data, Mapping) else None
    if version is None:
        raise EditError(
            "The file is JSON, but not an edit document.", hint="Give an edit.json as Edit Factory wrote it."
        )
    if version != EDIT_VERSION:
        raise EditError(
            f"The edit document has version {version!r}; this Edit Factory reads version {EDIT_VERSION}.",
            hint="Use the Edit Factory that wrote it, or make the clip again.",
            subject="version",
        )


def _field_error(error: ValidationError) -> EditError:
    first, *more = error.errors()
    subject = ".".join(str(part) for part in first["loc"]) or "edit"
    others = f" ({len(more)} more fields are wrong too)" if more else ""
    what = str(first["msg"]).removeprefix("Value error, ")
    return EditError(
        f"The edit document is wrong at {subject}: {what[:1].lower()}{what[1:]}{others}.",
        hint="Correct that field, or make the edit again.",
        subject=subject,
    )
