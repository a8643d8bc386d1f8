"""A timeline, read back with the library that editing programs read it with."""

from typing import Any

import numpy as np
import opentimelineio as otio
import pytest

from app.editing.otio import NAMESPACE, timeline, write_otio
from app.errors import MediaError
from app.media.music import repeated
from app.models.edit import Edit
from app.tests.editing.full_edit import FILM, PHOTO, SONG, VOICE, full_edit

KINDS = otio.schema.TrackKind


def read_back(edit: Edit, places: dict[str, str] | None = None) -> Any:
    return otio.adapters.read_from_string(write_otio(edit, places or {}), "otio_json")


def clips(track: Any) -> list[Any]:
    return list(track.find_clips())


def frames(time: Any) -> float:
    return float(time.rescaled_to(30).value)


def test_every_shot_is_found_with_its_exact_range_and_place() -> None:
    edit = full_edit()
    picture = read_back(edit).tracks[0]
    first = 0
    for shot, clip in zip(edit.shots, clips(picture), strict=False):
        assert round(clip.source_range.start_time.to_seconds(), 6) == shot.source_start
        assert clip.source_range.duration == otio.opentime.RationalTime(shot.frames, 30)
        assert clip.range_in_parent() == otio.opentime.TimeRange(
            otio.opentime.RationalTime(first, 30), otio.opentime.RationalTime(shot.frames, 30)
        )
        first += shot.frames
    assert frames(picture.duration()) == edit.frames


def test_what_is_shown_lies_within_what_there_is() -> None:
    for clip in read_back(full_edit()).find_clips():
        there, shown = clip.media_reference.available_range, clip.source_range
        if there is not None:
            assert there.start_time <= shown.start_time
            assert shown.end_time_exclusive() <= there.end_time_exclusive()


def test_transitions_stand_where_they_are_with_half_on_each_side() -> None:
    track = read_back(full_edit()).tracks[0]
    found = [item for item in track if isinstance(item, otio.schema.Transition)]
    assert [(t.name, t.transition_type, frames(t.in_offset), frames(t.out_offset)) for t in found] == [
        ("dissolve", "SMPTE_Dissolve", 6, 6),
        ("dip", "EditFactory_Dip", 4, 4),
    ]
    assert [frames(track.range_of_child(t).start_time) for t in found] == [84, 186]
    assert read_back(full_edit()).duration().value == 315, "a transition takes no time of its own"


def test_sound_has_a_track_for_each_kind_all_as_long_as_the_picture() -> None:
    read = read_back(full_edit())
    tracks = {track.name: track for track in read.tracks}
    assert list(tracks) == ["Picture", "Voice", "Footage", "Music"]
    assert [track.kind for track in read.tracks] == [KINDS.Video, *[KINDS.Audio] * 3]
    assert {frames(track.duration()) for track in read.tracks} == {315}
    assert [frames(clip.source_range.duration) for clip in clips(tracks["Voice"])] == [255]
    heard = [(type(item).__name__, frames(item.duration())) for item in tracks["Footage"]]
    assert heard == [("Clip", 90), ("Gap", 100), ("Gap", 80), ("Gap", 45)]
    assert tracks["Footage"].metadata[NAMESPACE]["level_db"] == -12


def song(seconds: float, start: float = 0.0) -> Edit:
    """Return the whole edit with music that is so long."""
    edit = full_edit()
    sources = tuple(s.evolve(duration=seconds) if s.content_hash == SONG else s for s in edit.sources)
    return edit.evolve(sources=sources, music=edit.music.evolve(start=start) if edit.music else None)


def test_music_is_repeated_where_the_clip_has_it() -> None:
    track = read_back(full_edit()).tracks[3]
    repeats = [(frames(c.source_range.start_time), frames(c.source_range.duration)) for c in clips(track)]
    assert repeats == [(30, 90), (30, 90), (30, 90), (30, 45)], "4 s, of which the last is heard with the next first"
    fades = [item for item in track if isinstance(item, otio.schema.Transition)]
    assert [(frames(f.in_offset), frames(f.out_offset)) for f in fades] == [(0, 30)] * 3
    assert [frames(track.range_of_child(clip).start_time) for clip in clips(track)] == [0, 90, 180, 270]


@pytest.mark.parametrize("seconds", [10.5, 60.0])
def test_music_as_long_as_the_clip_is_not_repeated(seconds: float) -> None:
    read = read_back(song(seconds))
    assert [frames(item.duration()) for item in read.tracks[3]] == [315]


def test_the_rendered_music_begins_again_where_the_timeline_says() -> None:
    rate = 48_000
    piece = np.zeros((round(3.2 * rate), 2), np.float32)
    piece[rate] = 1.0  # a click a second after each beginning
    clicks = np.flatnonzero(repeated(piece, round(10.5 * rate))[:, 0]) / rate
    track = read_back(song(3.2)).tracks[3]
    starts = [track.range_of_child(clip).start_time.to_seconds() for clip in clips(track)]
    assert [start + 1 for start in starts if start < 9.5] == pytest.approx(list(clicks), abs=0.001)


@pytest.mark.parametrize("start", [4.001, 4.999, 5.0, 9.0])
def test_music_that_begins_at_its_end_is_refused_as_it_is_when_rendered(start: float) -> None:
    with pytest.raises(MediaError) as caught:
        write_otio(song(5.0, start), {})
    assert caught.value.instance_code == "music_short"


def test_a_silent_clip_without_anything_is_a_picture_track() -> None:
    bare = full_edit(
        voice=None,
        music=None,
        brand=None,
        captions=None,
        frames=270,
        source_sound={"mode": "off"},
        sources=[source.model_dump() for source in full_edit().sources if source.kind in {"video", "photo"}],
    )
    read = read_back(bare)
    assert [track.name for track in read.tracks] == ["Picture"]
    assert list(read.tracks.markers) == []
    assert frames(read.duration()) == 270


def test_a_voice_longer_than_the_clip_ends_with_it() -> None:
    voice = {"audio_hash": VOICE, "voice_id": "v", "language": "ro", "duration": 30.0, "speed": 1.0}
    read = read_back(full_edit(voice=voice))
    assert [(read.tracks[1].name, frames(item.duration())) for item in read.tracks[1]] == [("Voice", 315)]


def test_captions_and_the_call_to_action_are_markers() -> None:
    markers = read_back(full_edit()).tracks.markers
    told = [(m.name, frames(m.marked_range.start_time), frames(m.marked_range.duration)) for m in markers]
    assert told == [("Țesături & <b>șireturi</b>", 0, 40), ("gata", 40, 31), ("Comandă azi", 200, 70)]
    assert [word["start"] for word in markers[0].metadata[NAMESPACE]["words"]] == [0, 12, 12]


def test_files_are_named_by_where_they_are_else_by_their_names() -> None:
    places = {FILM: "file:///films/film%20%C8%99%201.mp4", VOICE: "file:///voices/v.wav"}
    read = read_back(full_edit(), places)
    urls = {clip.name: clip.media_reference.target_url for clip in read.find_clips() if clip.name != "End card"}
    assert urls == {
        "film ș 1.mp4": "file:///films/film%20%C8%99%201.mp4",
        "silent.mov": "silent.mov",
        "photo.jpg": "photo.jpg",
        "Voice": "file:///voices/v.wav",
        "Music": "song.mp3",
    }
    assert "film%20%C8%99%201.mp4" in write_otio(full_edit(), {})
    assert VOICE + ".wav" in write_otio(full_edit(), {})


def test_a_photograph_has_no_range_of_its_own_and_the_end_card_is_drawn() -> None:
    *_, photo, card = clips(read_back(full_edit()).tracks[0])
    assert photo.metadata[NAMESPACE]["source"] == PHOTO
    assert photo.media_reference.available_range is None
    assert card.media_reference.generator_kind == "EditFactoryEndCard"
    assert list(card.metadata[NAMESPACE]["lines"]) == ["edit.ro"]


def test_the_whole_document_comes_back_out_of_the_metadata() -> None:
    edit = full_edit()
    read = read_back(edit)  # what is in it lives as long as it does
    assert read.metadata[NAMESPACE]["identity"] == edit.identity
    assert Edit.model_validate_json(otio.core.serialize_json_to_string(read.metadata[NAMESPACE]["edit"])) == edit


def test_the_same_edit_gives_the_same_text() -> None:
    assert write_otio(full_edit(), {}) == write_otio(full_edit(), {})
    assert timeline(full_edit(), {}).global_start_time == otio.opentime.RationalTime(0, 30)


@pytest.mark.parametrize("start", [0.0, 0.033367, 1.234567, 4.999999])
def test_any_microsecond_comes_back(start: float) -> None:
    shots = [{"id": "1", "source": FILM, "source_start": start, "frames": 90, "framing": "crop"}]
    edit = full_edit(shots=shots, frames=135, captions=None, brand={"end_card": {"frames": 45}})
    assert round(clips(read_back(edit).tracks[0])[0].source_range.start_time.to_seconds(), 6) == start
