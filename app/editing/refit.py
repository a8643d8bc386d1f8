"""A finished edit for another place of publication, or with another voice: its shots stay, as far as they can."""

from collections.abc import Mapping, Sequence
from math import inf

from app.editing.candidates import Footage, usable
from app.editing.document import canvas_for, changed_edit, reframed
from app.editing.timing import SHORTEST_SLOT
from app.editing.transitions import without_lost_handles
from app.errors import NotEnoughFootage
from app.models.edit import Brand, Canvas, Captions, Edit, EditShot, FramingChoice, Transition, VoiceTrack, derived_id
from app.models.preset import Preset, Quality
from app.models.timing import Span, frames_within, seconds_of, whole_microseconds


def fits_as_it_is(edit: Edit, canvas: Canvas) -> bool:
    """Whether the edit's shots are framed for a canvas of this shape: then no footage has to be looked at."""
    return abs(edit.canvas.width * canvas.height - edit.canvas.height * canvas.width) <= 2 * max(
        canvas.width, canvas.height
    )


def for_place(
    edit: Edit,
    preset: Preset,
    quality: Quality,
    captions: Captions | None,
    footage: Mapping[str, Footage],
    framing: FramingChoice | None = None,
) -> Edit:
    """Return the edit for another preset or quality; its shots are framed anew where the picture has another shape.

    `captions` are its own with their lines broken for the new canvas. `footage` (by content hash) is needed when
    `fits_as_it_is` says no; `framing` is what was asked for when the clip was made, where that is known.
    """
    canvas = canvas_for(preset, quality)
    shots = edit.shots
    if not fits_as_it_is(edit, canvas):
        shots = tuple(reframed(shot, footage[shot.source], edit.canvas, canvas, framing) for shot in shots)
    return changed_edit(edit, preset=preset.name, quality=quality.name, canvas=canvas, shots=shots, captions=captions)


def for_voice(
    edit: Edit,
    voice: VoiceTrack | None,
    captions: Captions | None,
    total: int,
    word_starts: frozenset[int],
    footage: Mapping[str, Footage],
    framing: FramingChoice | None = None,
) -> Edit:
    """Return the edit with another voice, whose shots together are `total` frames long.

    Each shot stays in its place of the footage and becomes longer or shorter with the whole; cuts fall on
    `word_starts` (output frames) where one is near. The last shots go when the clip becomes too short for them.
    Raises `NotEnoughFootage` when what the shots show does not go on for long enough.
    """
    zones = _zones(edit.shots, footage)
    lengths = _on_words(_lengths(edit.shots, zones, total), zones, word_starts)
    shots = tuple(_moved(shot, zone, frames) for shot, zone, frames in zip(edit.shots, zones, lengths, strict=False))
    shots = tuple(reframed(shot, footage[shot.source], edit.canvas, edit.canvas, framing) for shot in shots)
    shots = _with_possible_transitions(shots, zones)
    before = edit.frames - edit.end_card_frames
    return changed_edit(
        edit,
        voice=voice,
        captions=captions,
        shots=shots,
        frames=total + edit.end_card_frames,
        brand=_brand(edit.brand, before, total),
        poster_frame=min(edit.poster_frame, total - 1),
    )


def in_order(edit: Edit, footage: Sequence[Footage], framing: FramingChoice | None = None) -> Edit:
    """Return the edit with its shots in the order of the footage, file after file; its cuts stay where they are.

    Where a shot does not go on for as long as its new place is, its cut moves.
    """
    rank = {item.info.content_hash: number for number, item in enumerate(footage)}
    files = {item.info.content_hash: item for item in footage}
    ordered = sorted(edit.shots, key=lambda shot: (rank[shot.source], shot.source_start))
    if tuple(ordered) == edit.shots:
        return edit
    zones = _zones(ordered, files)
    most = [_most(zone) for zone in zones]
    lengths = [int(min(old.frames, room)) for old, room in zip(edit.shots, most, strict=True)]
    lengths = _made_up(lengths, [1] * len(lengths), most, edit.frames - edit.end_card_frames)
    shots = [_moved(shot, zone, frames) for shot, zone, frames in zip(ordered, zones, lengths, strict=True)]
    entered = [shot.evolve(enter=old.enter) for shot, old in zip(shots, edit.shots, strict=True)]
    framed = tuple(reframed(shot, files[shot.source], edit.canvas, edit.canvas, framing) for shot in entered)
    return changed_edit(edit, shots=_with_possible_transitions(framed, zones))


def _zones(shots: Sequence[EditShot], footage: Mapping[str, Footage]) -> list[Span | None]:
    """Return what each shot may show (source seconds; None: a photograph, for any time): none reaches into another's.

    A shot goes on until its run ends or another shot of the clip begins; only a run's first may begin earlier.
    """
    found = usable(footage.values(), 1)
    zones: list[Span | None] = []
    for shot in shots:
        if footage[shot.source].info.still:
            zones.append(None)
            continue
        own = shot.excerpt.span
        runs = [run.span for run in found.runs if found.footage[run.source].info.content_hash == shot.source]
        run = next((one for one in runs if one.start - 1e-3 <= own.start and own.end <= one.end + 1e-3), own)
        others = [one.excerpt.span for one in shots if one.source == shot.source and one is not shot]
        first = not any(run.start <= other.start < own.start for other in others)
        end = min([run.end, *(other.start for other in others if other.start >= own.end - 1e-6)])
        zones.append(Span(start=min(run.start, own.start) if first else own.start, end=max(end, own.end)))
    return zones


def _lengths(shots: Sequence[EditShot], zones: Sequence[Span | None], total: int) -> list[int]:
    count = len(shots)
    while count > 1 and sum(_least(shot) for shot in shots[:count]) > total:
        count -= 1
    most = [_most(zone) for zone in zones[:count]]
    if sum(most) < total:
        raise NotEnoughFootage(
            f"The clip would be {seconds_of(total):.1f} s long, and what its shots show goes on for"
            f" {seconds_of(int(sum(most))):.1f} s.",
            hint="Shorten the text, or make the clip anew.",
            subject="tts_text",
        )
    least = [min(_least(shot), total) for shot in shots[:count]]
    share = total / sum(shot.frames for shot in shots[:count])
    lengths = [
        int(min(max(low, round(shot.frames * share)), high))
        for shot, low, high in zip(shots[:count], least, most, strict=True)
    ]
    return _made_up(lengths, least, most, total)


def _made_up(lengths: list[int], least: Sequence[int], most: Sequence[float], total: int) -> list[int]:
    """Return the lengths with what they lack, or have too much, shared out frame by frame, the longest first."""
    while (lack := total - sum(lengths)) != 0:
        step = 1 if lack > 0 else -1
        free = [n for n, length in enumerate(lengths) if (length < most[n] if step > 0 else length > least[n])]
        if not free:  # one shot that is shorter than any should be
            free = [max(range(len(lengths)), key=lambda n: lengths[n])]
        for n in sorted(free, key=lambda n: -lengths[n])[: abs(lack)]:
            lengths[n] += step
    return lengths


def _least(shot: EditShot) -> int:
    return min(SHORTEST_SLOT, shot.frames)


def _most(zone: Span | None) -> float:
    return inf if zone is None else frames_within(zone.length)


def _on_words(lengths: list[int], zones: Sequence[Span | None], word_starts: frozenset[int]) -> list[int]:
    """Return the lengths with each cut moved to the nearest word that begins, where both shots allow it."""
    done = list(lengths)
    for n in range(len(done) - 1):
        cut = sum(done[: n + 1])
        for wanted in sorted(word_starts, key=lambda frame: abs(frame - cut)):
            left, right = done[n] + wanted - cut, done[n + 1] - (wanted - cut)
            shortest = min(SHORTEST_SLOT, done[n], done[n + 1])
            if min(left, right) >= shortest and left <= _most(zones[n]) and right <= _most(zones[n + 1]):
                done[n], done[n + 1] = left, right
                break
            if abs(wanted - cut) > SHORTEST_SLOT:
                break
    return done


def _moved(shot: EditShot, zone: Span | None, frames: int) -> EditShot:
    """Return the shot with another length; it begins earlier where its footage ends too soon."""
    start = shot.source_start
    if zone is not None and start > (latest := zone.end - seconds_of(frames)):
        start = whole_microseconds(max(zone.start, latest - 1e-6))
    return shot.evolve(id=derived_id("shot", shot.source, repr(start), frames), source_start=start, frames=frames)


def _with_possible_transitions(shots: tuple[EditShot, ...], zones: Sequence[Span | None]) -> tuple[EditShot, ...]:
    done = list(shots)
    for n in range(1, len(done)):
        if done[n].enter.frames >= min(done[n - 1].frames, done[n].frames) // 2:
            done[n] = done[n].evolve(enter=Transition())
    for slot in range(len(done)):
        done = list(without_lost_handles(done, slot, zones[slot]))
    return tuple(done)


def _brand(brand: Brand | None, before: int, total: int) -> Brand | None:
    """Return the brand of a clip whose shots were `before` frames long; what stood at their end stands there still."""
    call = brand.call_to_action if brand else None
    if brand is None or call is None:
        return brand
    length = min(call.end - call.start, total)
    end = total if call.end == before else min(call.end, total)
    start = max(0, min(call.start if call.end != before else end - length, end - 1))
    return brand.evolve(call_to_action=call.evolve(start=start, end=max(end, start + 1)))
