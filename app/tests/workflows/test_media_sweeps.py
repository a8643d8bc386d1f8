"""What people brought in goes when nothing needs it any more, and not before."""

import hashlib
import os
import time
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, select, update

from app.config import Settings
from app.db import Database
from app.db.tables import media_files, uploads
from app.db.types import now
from app.models.cleanup import Find
from app.models.control import Control
from app.models.edit import Edit
from app.models.library.media import Arrival
from app.models.media import MediaInfo
from app.services.cleanup.references import references
from app.services.edits import EditLibrary
from app.services.job_storage import JobStorage
from app.services.library.contents import Contents
from app.services.library.media import Media, add_media
from app.services.library.uploads import Uploads
from app.services.previews import Previews
from app.services.sources import SourceIndex, quoted
from app.tests.models.test_edit import document
from app.workflows.jobs.attend import open_desk
from app.workflows.jobs.submit import Desk
from app.workflows.media_sweeps import LeftContents, LeftPreviews, LeftUploads
from app.workflows.receive import receive

DAY = 86_400


@pytest.fixture
def desk(any_settings: Settings) -> Desk:
    return open_desk(any_settings)


@pytest.fixture
def database(desk: Desk) -> Database:
    return desk.storage.database


def about(content_hash: str) -> MediaInfo:
    return MediaInfo(content_hash=content_hash, size_bytes=3, container="wav", duration=1, has_video=False)


def brought(database: Database, settings: Settings, media_id: str, content: bytes = b"abc") -> Path:
    """Put a file with its row into the library, as a finished upload does."""
    made = Uploads(database, settings).place(media_id)
    made.parent.mkdir(parents=True, exist_ok=True)
    made.write_bytes(content)
    content_hash = hashlib.sha256(content).hexdigest()
    with database.write() as connection:
        add_media(
            connection, id=media_id, owner=None, kind="music", name=f"{media_id}.wav", content_hash=content_hash,
            bytes=len(content), media_type="audio/wav", info=about(content_hash).model_dump(mode="json"),
        )  # fmt: skip
        return Contents(settings).keep(connection, made, content_hash, ".wav", len(content))


def swept(desk: Desk, settings: Settings) -> list[str]:
    sweep = LeftContents(desk.storage, settings)
    return [find.name for find in sweep.take(sweep.find(), Control())]


def aged(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    os.utime(path, (time.time() - 2 * DAY,) * 2)
    return path


def test_a_content_stays_as_long_as_anybody_has_it(desk: Desk, database: Database, any_settings: Settings) -> None:
    place = brought(database, any_settings, "one")
    assert brought(database, any_settings, "two") == place
    library = Media(database, any_settings)
    assert swept(desk, any_settings) == []
    library.remove(None, "one")
    assert swept(desk, any_settings) == [] and place.is_file()
    assert library.path_of(library.require(None, "two")) == place
    library.remove(None, "two")
    assert swept(desk, any_settings) == [place.relative_to(any_settings.data_dir).as_posix()]
    assert not place.exists()
    with database.read() as connection:
        assert connection.execute(select(media_files)).all() == []
    assert brought(database, any_settings, "three").read_bytes() == b"abc"


def test_a_content_stays_as_long_as_a_job_or_an_edit_document_needs_it(
    desk: Desk, database: Database, any_settings: Settings
) -> None:
    place = brought(database, any_settings, "one")
    SourceIndex(any_settings).remember(place, about(place.stem))
    Media(database, any_settings).remove(None, "one")
    job = desk.submit("analyze", {"path": quoted(place)})
    assert swept(desk, any_settings) == []
    desk.cancel(job["job_id"])
    EditLibrary(any_settings).keep(Edit.model_validate(document(voice=_voice(place.stem))))
    assert swept(desk, any_settings) == [] and place.is_file()


def _voice(content_hash: str) -> dict[str, object]:
    return {"audio_hash": content_hash, "voice_id": "v", "language": "ro", "duration": 3.0, "speed": 1.0}


def test_that_a_content_was_seen_somewhere_keeps_nothing(
    desk: Desk, database: Database, any_settings: Settings
) -> None:
    place = brought(database, any_settings, "one")
    SourceIndex(any_settings).remember(place, about(place.stem))
    Media(database, any_settings).remove(None, "one")
    assert len(swept(desk, any_settings)) == 1


def test_what_comes_again_between_finding_and_taking_stays(
    desk: Desk, database: Database, any_settings: Settings
) -> None:
    place = brought(database, any_settings, "one")
    Media(database, any_settings).remove(None, "one")
    sweep = LeftContents(desk.storage, any_settings)
    finds = sweep.find()
    brought(database, any_settings, "two")
    assert finds and list(sweep.take(finds, Control())) == []
    assert place.is_file()


def test_a_file_that_a_dead_process_left_without_a_row_goes_after_a_day(desk: Desk, any_settings: Settings) -> None:
    folder = any_settings.data_dir / "media"
    lost = aged(folder / "ab" / f"{'ab' * 32}.mp4")
    fresh = folder / "cd" / f"{'cd' * 32}.mp4"
    fresh.parent.mkdir()
    fresh.touch()
    theirs = aged(folder / "ab" / "holiday.mp4")
    assert swept(desk, any_settings) == [f"media/ab/{lost.name}"]
    assert not lost.exists() and fresh.exists() and theirs.exists()


def left(desk: Desk, settings: Settings) -> list[Find]:
    sweep = LeftUploads(desk.storage, settings)
    return list(sweep.take(sweep.find(), Control()))


def late(database: Database, upload_id: str) -> None:
    with database.write() as connection:
        gone = now() - timedelta(hours=1)
        connection.execute(update(uploads).where(uploads.c.id == upload_id).values(expires_at=gone))


def test_an_upload_that_nobody_goes_on_with_goes(desk: Desk, database: Database, any_settings: Settings) -> None:
    waiting = Uploads(database, any_settings)
    fresh = waiting.begin(None, None, "fresh.mp4", 10, {})
    old = waiting.begin("somebody", "video", "old.mp4", 10, {})
    waiting.place(old.id).write_bytes(b"12345")
    late(database, old.id)
    found = left(desk, any_settings)
    assert [(find.name, find.bytes) for find in found] == [(old.id, 5)]
    assert not waiting.place(old.id).exists()
    assert not waiting.knows(old.id) and waiting.knows(fresh.id)


def test_an_upload_that_waits_for_a_worker_stays(desk: Desk, database: Database, any_settings: Settings) -> None:
    waiting = Uploads(database, any_settings)
    upload = waiting.begin(None, None, "old.mp4", 3, {})
    waiting.place(upload.id).write_bytes(b"123")
    job = receive(desk, Arrival(name="old.mp4", upload_id=upload.id), None)
    late(database, upload.id)
    assert left(desk, any_settings) == []
    desk.cancel(job["job_id"])
    assert [find.name for find in left(desk, any_settings)] == [upload.id]


def test_an_upload_that_other_work_waits_for_stays(desk: Desk, database: Database, any_settings: Settings) -> None:
    upload = Uploads(database, any_settings).begin(None, None, "old.mp4", 3, {})
    job = desk.submit("make", {"arrivals": [Arrival(name="old.mp4", upload_id=upload.id).model_dump(mode="json")]})
    late(database, upload.id)
    assert left(desk, any_settings) == []
    desk.cancel(job["job_id"])
    assert [find.name for find in left(desk, any_settings)] == [upload.id]


def test_bytes_that_are_nobodys_go_after_a_day(desk: Desk, database: Database, any_settings: Settings) -> None:
    waiting = Uploads(database, any_settings)
    aged(waiting.place("lost"))
    waiting.place("fresh").touch()
    copied = receive(desk, Arrival(name="a.mp4", place="/a.mp4", copied=True), None)
    aged(waiting.place(copied["job_id"]))
    assert [find.name for find in left(desk, any_settings)] == ["lost"]
    assert waiting.place("fresh").exists() and waiting.place(copied["job_id"]).exists()


def test_files_that_stay_with_their_person_and_contents_of_media_are_referred_to(
    storage: JobStorage, settings: Settings, tmp_path: Path
) -> None:
    theirs = tmp_path / "my clip.mp4"
    theirs.touch()
    content_hash = "f" * 64
    with storage.database.write() as connection:
        connection.execute(
            insert(media_files).values(content_hash="e" * 64, path="media/ee/x", bytes=1, created_at=now())
        )
        add_media(
            connection, id="a", owner="somebody", kind="video", name="my clip.mp4", content_hash=content_hash, bytes=3,
            media_type="video/mp4", info=about(content_hash).model_dump(mode="json"), place=quoted(theirs),
        )  # fmt: skip
    known = references(storage.database, settings)
    assert known.has(theirs) and known.has(Path(f"{content_hash}.json"))
    assert not known.has(Path("e" * 64))


def previewed(settings: Settings, content_hash: str) -> Path:
    """Put previews of a content there and return their folder."""
    previews = Previews(settings)
    for place in (previews.place(content_hash, "proxy"), previews.layout_place(content_hash)):
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text("made")
    return place.parent


def test_previews_go_when_nobody_has_what_they_show(desk: Desk, database: Database, any_settings: Settings) -> None:
    kept, lost = (brought(database, any_settings, name, name.encode()) for name in ("kept", "lost"))
    previews = [previewed(any_settings, place.stem) for place in (kept, lost)]
    sweep = LeftPreviews(desk.storage, any_settings)
    assert sweep.find() == []
    Media(database, any_settings).remove(None, "lost")
    (found,) = sweep.find()
    assert (found.path, found.bytes) == (previews[1], 8)
    assert list(sweep.take([found], Control())) == [found]
    assert [folder.exists() for folder in previews] == [True, False]


def test_previews_stay_as_long_as_somebody_works_with_the_footage(
    desk: Desk, database: Database, any_settings: Settings
) -> None:
    place = brought(database, any_settings, "one")
    previewed(any_settings, place.stem)
    desk.submit("analyze", {"path": quoted(place), "info": about(place.stem).model_dump(mode="json")})
    sweep = LeftPreviews(desk.storage, any_settings)
    found = Find(name="one", path=previewed(any_settings, "ab" * 32))
    Media(database, any_settings).remove(None, "one")
    assert [find.path for find in sweep.find()] == [found.path]
    with database.write() as connection:
        add_media(
            connection, id="again", owner="other", kind="music", name="a.wav", content_hash="ab" * 32, bytes=3,
            media_type="audio/wav", info=about("ab" * 32).model_dump(mode="json"),
        )  # fmt: skip
    assert list(sweep.take([found], Control())) == [], "somebody has it by now"
