"""Where previews are, which a file has, and that they are part of the cache."""

from pathlib import Path

import pytest

from app.config import Settings
from app.db import Database
from app.errors import MediaError, RenderError
from app.models.media import AudioInfo, MediaInfo
from app.models.previews import Peaks, PreviewKind, StripLayout
from app.services import cache_index
from app.services.cache_index import CacheIndex
from app.services.previews import MEDIA_TYPES, Previews, wanted

HASH = "ab" * 32
SOUND = AudioInfo(codec="aac", sample_rate=48_000, channels=2)
VIDEO = MediaInfo(content_hash=HASH, size_bytes=1, container="mov", duration=4.0, has_video=True, audio=SOUND)
LAYOUT = StripLayout(count=4, columns=4, rows=1, tile_width=160, tile_height=90, seconds_each=1.0)
PEAKS = Peaks(sample_rate=48_000, samples_per_pixel=1920, length=1, data=(-3, 5))


def put(place: Path, content: str = "made") -> Path:
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(content)
    return place


def test_which_previews_a_file_has() -> None:
    assert wanted(VIDEO) == ("thumbnail", "peaks", "proxy", "strip")
    assert wanted(VIDEO.evolve(audio=None)) == ("thumbnail", "proxy", "strip")
    assert wanted(VIDEO.evolve(has_video=False)) == ("peaks",)
    assert wanted(VIDEO.evolve(still=True, audio=None)) == ("thumbnail", "picture")


@pytest.mark.parametrize("kind", list(MEDIA_TYPES))
def test_one_that_is_not_there_is_not_found(any_database: Database, any_settings: Settings, kind: PreviewKind) -> None:
    previews = Previews(any_settings)
    assert previews.find(HASH, kind) is None
    put(previews.layout_place(HASH))
    place = put(previews.place(HASH, kind))
    assert previews.find(HASH, kind) == place
    assert place.is_relative_to(any_settings.data_dir / "cache" / "previews" / HASH)


def test_a_strip_without_its_layout_is_none(settings: Settings) -> None:
    previews = Previews(settings)
    put(previews.place(HASH, "strip"))
    assert previews.find(HASH, "strip") is None
    assert previews.layout(HASH) is None
    assert "strip" in previews.missing(VIDEO)


def test_what_is_missing_is_told_in_order(settings: Settings) -> None:
    previews = Previews(settings)
    assert previews.missing(VIDEO) == wanted(VIDEO)
    put(previews.place(HASH, "peaks"))
    assert previews.missing(VIDEO) == ("thumbnail", "proxy", "strip")


def test_layout_and_peaks_are_read_as_records(settings: Settings) -> None:
    previews = Previews(settings)
    assert (previews.layout(HASH), previews.peaks(HASH)) == (None, None)
    put(previews.layout_place(HASH), LAYOUT.model_dump_json())
    put(previews.place(HASH, "peaks"), PEAKS.model_dump_json())
    assert (previews.layout(HASH), previews.peaks(HASH)) == (LAYOUT, PEAKS)
    put(previews.place(HASH, "peaks"), '{"version": 2, "da')
    assert previews.peaks(HASH) is None


@pytest.mark.parametrize("kind", ["thumbnail", "strip", "peaks"])
def test_what_cannot_be_made_of_the_content_is_not_missing_until_it_is_there(
    settings: Settings, kind: PreviewKind
) -> None:
    previews = Previews(settings)
    assert previews.failure(HASH, kind) is None
    previews.note_failure(HASH, kind, MediaError("/home/ana/a.mp4 is broken", code="media_truncated"))
    assert kind not in previews.missing(VIDEO) and previews.states(VIDEO)[kind] == "failed"
    failure = previews.failure(HASH, kind)
    assert failure is not None and failure.instance_code == "media_truncated"
    assert "ana" not in failure.message + failure.subject, "whoever has the same content is told"
    put(previews.layout_place(HASH))
    put(previews.place(HASH, kind))
    assert previews.states(VIDEO)[kind] == "there" and previews.failure(HASH, kind) is None
    previews.forget_failure(HASH, kind)
    previews.place(HASH, kind).unlink()
    assert previews.states(VIDEO)[kind] == "missing"


@pytest.mark.parametrize("code", ["media_missing", "media_changed", "media_unreadable", "render_memory", "disk_full"])
def test_what_may_pass_is_tried_again(settings: Settings, code: str) -> None:
    previews = Previews(settings)
    previews.note_failure(HASH, "proxy", RenderError("It went wrong.", code=code))
    assert previews.missing(VIDEO) == wanted(VIDEO)


@pytest.mark.parametrize("name", ["..", "../../secret", HASH.upper(), HASH[:-1], "", HASH + "\n", "a/" + HASH])
def test_only_a_content_hash_names_a_place(settings: Settings, name: str) -> None:
    with pytest.raises(ValueError, match="content hash"):
        Previews(settings).place(name, "proxy")


def test_they_are_part_of_the_cache_and_go_one_by_one(any_database: Database, any_settings: Settings) -> None:
    """What was found counts as used: what nobody looked at goes first."""
    previews = Previews(any_settings)
    for kind in ("proxy", "thumbnail"):
        put(previews.place(HASH, kind), "x" * 100)
    cache_index._told.clear()
    index = CacheIndex(any_settings)
    assert {entry.kind for entry in index.entries()} == {"previews"}
    assert previews.find(HASH, "proxy") is not None
    gone = index.over_limit(150, lambda entry: False)
    assert [Path(entry.name).name for entry in gone] == ["thumbnail-1.jpg"]
