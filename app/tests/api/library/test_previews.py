"""Previews over HTTP: made when they are asked for, once; of those that cannot be made it is told, without a try."""

from pathlib import Path

import pytest

from app.api.context import Context
from app.config import Settings
from app.errors import MediaError
from app.media.probe import probe
from app.models.media import MediaInfo
from app.models.previews import PreviewKind
from app.services.library.media import add_media
from app.services.previews import MEDIA_TYPES, Previews
from app.services.sources import quoted
from app.tests.api.conftest import Ask
from app.tests.conftest import ClipMaker

VIDEO = "/api/v1/library/videos/video"


@pytest.fixture
def info(context: Context, make: ClipMaker) -> MediaInfo:
    """A video in the library, that stays where it is."""
    path = make(seconds=1, cuts=(), size=(320, 180), seed=64)
    found = probe(path)
    with context.storage.database.write() as connection:
        add_media(
            connection,
            id="video",
            owner=None,
            kind="video",
            name="plajă.mp4",
            content_hash=found.content_hash,
            bytes=found.size_bytes,
            media_type="video/mp4",
            info=found.model_dump(mode="json"),
            place=quoted(path),
        )
    return found


def put(place: Path, content: bytes = b"0123456789") -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(content)


def jobs_of(context: Context) -> list[str]:
    return [job["job_id"] for job in context.storage.list_jobs(job_type="prepare")]


def test_asking_for_one_that_is_not_there_has_all_made_once(ask: Ask, context: Context, info: MediaInfo) -> None:
    asked = [ask("GET", f"{VIDEO}/{what}") for what in ("thumbnail", "peaks", "proxy", "strip", "strip/layout")]
    assert [answer.status_code for answer in asked] == [202] * 5
    assert jobs_of(context) == [asked[0].json()["job_id"]]
    assert {answer.headers["retry-after"] for answer in asked} == {"2"}
    assert ask("GET", VIDEO).json()["prepare_job_id"] == jobs_of(context)[0]


@pytest.mark.parametrize("kind", ["thumbnail", "peaks", "proxy", "strip"])
def test_one_that_is_there_is_sent_whole_or_in_part(
    ask: Ask, settings: Settings, context: Context, info: MediaInfo, kind: PreviewKind
) -> None:
    previews = Previews(settings)
    put(previews.place(info.content_hash, kind))
    put(previews.layout_place(info.content_hash))
    answer = ask("GET", f"{VIDEO}/{kind}")
    assert (answer.status_code, answer.content) == (200, b"0123456789")
    assert answer.headers["content-type"] == MEDIA_TYPES[kind]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "plaj" in answer.headers["content-disposition"]
    part = ask("GET", f"{VIDEO}/{kind}", headers={"Range": "bytes=2-4"})
    assert (part.status_code, part.content) == (206, b"234")
    assert jobs_of(context) == []
    assert ask("GET", VIDEO).json()["previews"] == [kind]


def test_one_that_cannot_be_made_is_told_of_and_not_tried_at_every_look(
    ask: Ask, settings: Settings, context: Context, info: MediaInfo
) -> None:
    previews = Previews(settings)
    for kind in ("proxy", "strip"):
        previews.note_failure(info.content_hash, kind, MediaError("/home/ana/a.mp4 is broken", code="media_truncated"))
    for what in ("proxy", "strip", "strip/layout"):
        answer = ask("GET", f"{VIDEO}/{what}")
        assert (answer.status_code, answer.json()["code"]) == (422, "media_truncated")
        assert "ana" not in answer.text
    assert jobs_of(context) == []
    video = ask("GET", VIDEO).json()
    assert (video["previews"], video["previews_to_come"]) == ([], ["thumbnail", "peaks"])


def test_a_layout_that_a_fault_of_the_disk_destroyed_is_made_again(
    ask: Ask, settings: Settings, context: Context, info: MediaInfo
) -> None:
    previews = Previews(settings)
    for place in (previews.place(info.content_hash, "strip"), previews.layout_place(info.content_hash)):
        put(place)
    assert ask("GET", f"{VIDEO}/strip/layout").status_code == 202
    assert len(jobs_of(context)) == 1


def test_of_a_video_there_is_no_picture(ask: Ask, info: MediaInfo) -> None:
    answer = ask("GET", f"{VIDEO}/picture")
    assert (answer.status_code, answer.json()["code"]) == (404, "preview_unknown")
