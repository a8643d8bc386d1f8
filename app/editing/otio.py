"""An edit document as an OpenTimelineIO timeline, which editing programs read (Resolve, Premiere, Kdenlive, Blender).

What a timeline has a word for is said in it: clips with their ranges, transitions, sound tracks, markers. Times count
output frames, also those within a source: a shot's begin there need not be whole, and is exact to the microsecond.
All the rest, and the document itself, is under `edit_factory` in the metadata of what it belongs to.
"""

from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import quote

import opentimelineio as otio
from opentimelineio.opentime import RationalTime, TimeRange
from opentimelineio.schema import Clip, ExternalReference, Gap, GeneratorReference, Marker, Timeline, Track, Transition

from app.media.music import SHORTEST, across_samples, no_music
from app.media.sound import SAMPLE_RATE
from app.models.base import Record
from app.models.edit import Edit, EditShot, MusicTrack, SourceRef, VoiceTrack
from app.models.edit import Transition as Enter

NAMESPACE = "edit_factory"
"""The key of our own in every object's metadata."""


def write_otio(edit: Edit, places: Mapping[str, str]) -> str:
    """Return the edit as OTIO JSON. `places` holds the address (URL) of each file that is known, by content hash.

    A file without one is named by its name alone, as one beside the timeline. Raises `MediaError` (music_short).
    """
    text: str = timeline(edit, places).to_json_string(indent=1)
    return text + "\n"


def timeline(edit: Edit, places: Mapping[str, str]) -> Timeline:
    """Return the edit as a timeline of one picture track and the sound tracks it has; see `write_otio`."""
    files = {source.content_hash: _File(source, places) for source in edit.sources}
    made = Timeline(
        name=edit.name,
        global_start_time=_time(0, edit),
        metadata={NAMESPACE: {"identity": edit.identity, "edit": edit.model_dump(mode="json")}},
    )
    made.tracks.extend([_picture(edit, files), *_sounds(edit, files, places)])
    made.tracks.markers.extend(_markers(edit))
    return made


class _File:
    """A source as a timeline refers to it."""

    def __init__(self, source: SourceRef, places: Mapping[str, str]) -> None:
        self.source = source
        self._url = places.get(source.content_hash) or quote(source.name)

    def reference(self, edit: Edit) -> ExternalReference:
        length = self.source.duration * edit.canvas.fps
        whole = TimeRange(_time(0, edit), _time(length, edit)) if length else None  # a photograph has no length
        return ExternalReference(target_url=self._url, available_range=whole, metadata=_ours(self.source))


def _time(frames: float, edit: Edit) -> RationalTime:
    return RationalTime(frames, edit.canvas.fps)


def _range(start: float, frames: float, edit: Edit) -> TimeRange:
    return TimeRange(_time(start, edit), _time(frames, edit))


def _ours(record: Record) -> dict[str, object]:
    return {NAMESPACE: record.model_dump(mode="json")}


def _picture(edit: Edit, files: Mapping[str, _File]) -> Track:
    track = Track(name="Picture", kind=otio.schema.TrackKind.Video)
    for shot in edit.shots:
        if shot.enter.frames:
            track.append(_transition(shot.enter, edit))
        track.append(_shot_clip(shot, files[shot.source], edit))
    card = edit.brand.end_card if edit.brand else None
    if card:
        drawn = GeneratorReference(name="End card", generator_kind="EditFactoryEndCard", parameters={})
        track.append(
            Clip("End card", media_reference=drawn, source_range=_range(0, card.frames, edit), metadata=_ours(card))
        )
    return track


def _transition(enter: Enter, edit: Edit) -> Transition:
    half = _time(enter.frames / 2, edit)
    kind = otio.schema.TransitionTypes.SMPTE_Dissolve if enter.kind == "dissolve" else "EditFactory_Dip"
    return Transition(enter.kind, transition_type=kind, in_offset=half, out_offset=half, metadata=_ours(enter))


def _shot_clip(shot: EditShot, file: _File, edit: Edit) -> Clip:
    return Clip(
        file.source.name,
        media_reference=file.reference(edit),
        source_range=_range(shot.source_start * edit.canvas.fps, shot.frames, edit),
        metadata=_ours(shot),
    )


def _sounds(edit: Edit, files: Mapping[str, _File], places: Mapping[str, str]) -> Iterator[Track]:
    if edit.voice is not None:
        yield _voice(edit, edit.voice, places)
    if edit.source_sound.mode != "off":
        yield _footage_sound(edit, files)
    if edit.music is not None:
        yield _music(edit, edit.music, files)


def _track(name: str, record: Record, clips: Sequence[Clip | Gap | Transition]) -> Track:
    return Track(name=name, kind=otio.schema.TrackKind.Audio, children=list(clips), metadata=_ours(record))


def _voice(edit: Edit, voice: VoiceTrack, places: Mapping[str, str]) -> Track:
    heard = min(voice.duration * edit.canvas.fps, edit.frames)
    url = places.get(voice.audio_hash) or f"{voice.audio_hash}.wav"
    whole = _range(0, voice.duration * edit.canvas.fps, edit)
    reference = ExternalReference(target_url=url, available_range=whole)
    clips: list[Clip | Gap] = [Clip("Voice", media_reference=reference, source_range=_range(0, heard, edit))]
    if heard < edit.frames:
        clips.append(Gap(source_range=_range(0, edit.frames - heard, edit)))
    return _track("Voice", voice, clips)


def _footage_sound(edit: Edit, files: Mapping[str, _File]) -> Track:
    clips: list[Clip | Gap] = [
        _shot_clip(shot, files[shot.source], edit)
        if files[shot.source].source.has_audio
        else Gap(source_range=_range(0, shot.frames, edit))
        for shot in edit.shots
    ]
    if edit.end_card_frames:
        clips.append(Gap(source_range=_range(0, edit.end_card_frames, edit)))
    return _track("Footage", edit.source_sound, clips)


def _music(edit: Edit, music: MusicTrack, files: Mapping[str, _File]) -> Track:
    """Return the music, once more from where it began for each time that it ends within the clip.

    Each time fades into the next as it does when it is rendered: from a cut on, beyond which both are heard. Raises
    `MediaError` (music_short) where rendering would.
    """
    file, fps = files[music.source], edit.canvas.fps
    seconds = file.source.duration - music.start
    if seconds < min(edit.seconds, SHORTEST):
        raise no_music(file.source.name, music.start)
    repeats = seconds < edit.seconds
    across = across_samples(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE * fps if repeats else 0.0
    step, at = seconds * fps - across, 0.0
    items: list[Clip | Gap | Transition] = []
    while at < edit.frames:
        heard = min(step, edit.frames - at)
        if items:
            items.append(_fade(min(across, heard), edit))
        place = _range(music.start * fps, heard, edit)
        items.append(Clip("Music", media_reference=file.reference(edit), source_range=place))
        at += step
    return _track("Music", music, items)


def _fade(frames: float, edit: Edit) -> Transition:
    """Return a dissolve that begins at its cut."""
    kind = otio.schema.TransitionTypes.SMPTE_Dissolve
    return Transition("repeat", transition_type=kind, in_offset=_time(0, edit), out_offset=_time(frames, edit))


def _markers(edit: Edit) -> Iterator[Marker]:
    """Yield where captions stand, and the call to action."""
    colours = otio.schema.MarkerColor
    for cue in edit.captions.cues if edit.captions else ():
        text = " ".join(word.text for word in cue.words)
        place = _range(cue.start, cue.frames.count, edit)
        yield Marker(text, marked_range=place, color=colours.YELLOW, metadata=_ours(cue))
    call = edit.brand.call_to_action if edit.brand else None
    if call:
        place = _range(call.start, call.frames.count, edit)
        yield Marker(call.text, marked_range=place, color=colours.RED, metadata=_ours(call))
