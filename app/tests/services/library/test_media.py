"""Media of the library: by owner, with versions, each content stored once."""

import hashlib
import threading
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, insert, select

from app.config import Settings
from app.db import Database
from app.db.tables import media_files, project_videos, projects, segments
from app.db.types import now
from app.errors import InputError, MediaError
from app.models.library.media import ASSETS, FOOTAGE, KINDS, MediaFilter, MediaKind
from app.models.media import MediaInfo
from app.services.library.contents import Contents
from app.services.library.media import Media, add_media, same_content
from app.services.library.uploads import incoming
from app.services.sources import quoted

CONTENT = b"bytes of a file"
HASH = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def library(any_database: Database, any_settings: Settings) -> Media:
    return Media(any_database, any_settings)


def add(database: Database, media_id: str, *, owner: str | None = None, kind: MediaKind = "video", **more: Any) -> None:
    info = MediaInfo(content_hash=HASH, size_bytes=3, container="avi", duration=2, has_video=True)
    columns = {
        **{"id": media_id, "owner": owner, "kind": kind, "name": f"{media_id}.avi", "content_hash": HASH, "bytes": 3},
        **{"media_type": "video/x-msvideo", "info": info.model_dump(mode="json")},
    }
    with database.write() as connection:
        add_media(connection, **columns | more)


def keep(database: Database, settings: Settings, name: str, content: bytes = CONTENT) -> Path:
    made = incoming(settings) / name
    made.parent.mkdir(parents=True, exist_ok=True)
    made.write_bytes(content)
    with database.write() as connection:
        content_hash = hashlib.sha256(content).hexdigest()
        return Contents(settings).keep(connection, made, content_hash, ".avi", len(content))


def code(caught: pytest.ExceptionInfo[InputError]) -> str:
    return caught.value.instance_code


def test_a_row_of_somebody_else_is_as_unknown_as_none(any_database: Database, library: Media) -> None:
    add(any_database, "mine")
    add(any_database, "theirs", owner="maria")
    assert library.require(None, "mine").name == "mine.avi"
    assert library.require("maria", "theirs").owner == "maria"
    for owner, media_id in ((None, "theirs"), ("maria", "mine"), (None, "none"), (None, "nul\0"), ("ion", "mine")):
        with pytest.raises(InputError) as caught:
            library.require(owner, media_id)
        assert code(caught) == "video_unknown"
        with pytest.raises(InputError):
            library.rename(owner, media_id, "taken.avi")
        with pytest.raises(InputError):
            library.remove(owner, media_id)
    assert [row.id for row in library.page(None, MediaFilter()).items] == ["mine"]
    assert library.page("ion", MediaFilter()).total == 0


def test_a_row_of_another_kind_is_unknown_under_the_name_of_what_was_looked_for(
    any_database: Database, library: Media
) -> None:
    add(any_database, "song", kind="music")
    assert library.require(None, "song", KINDS).kind == "music"
    for kinds, told in ((FOOTAGE, "video_unknown"), (("speech",), "audio_unknown"), (("logo",), "asset_unknown")):
        with pytest.raises(InputError) as caught:
            library.require(None, "song", kinds)
        assert code(caught) == told
    assert [row.id for row in library.all_of(None, ["song", "song"], ASSETS)] == ["song", "song"]
    with pytest.raises(InputError):
        library.all_of(None, ["song", "none"], ASSETS)


def test_names_change_only_in_the_version_that_was_seen(any_database: Database, library: Media) -> None:
    add(any_database, "mine")
    assert library.rename(None, "mine", "vară.avi", 1).version == 2
    with pytest.raises(InputError) as caught:
        library.rename(None, "mine", "iarnă.avi", 1)
    assert code(caught) == "version_conflict"
    with pytest.raises(InputError):
        library.remove(None, "mine", 1)
    assert library.rename(None, "mine", "toamnă.avi").version == 3
    library.note("mine", prepare_job_id="job")
    row = library.require(None, "mine")
    assert (row.name, row.version, row.prepare_job_id) == ("toamnă.avi", 3, "job")
    assert library.remove(None, "mine", 3).name == "toamnă.avi"


def test_pages_are_filtered_searched_and_sorted(any_database: Database, library: Media) -> None:
    for media_id, kind in (("b", "video"), ("a", "photo"), ("c", "music"), ("d", "logo")):
        add(any_database, media_id, kind=kind, name=f"{media_id} Brașov.x")  # type: ignore[arg-type]
    assert [row.id for row in library.page(None, MediaFilter(), sort="name").items] == ["a", "b"]
    assert [row.id for row in library.page(None, MediaFilter(kinds=ASSETS), sort="oldest").items] == ["c", "d"]
    assert library.page(None, MediaFilter(search="a BRASOV")).total == 1
    assert library.page(None, MediaFilter(search="%")).total == 0
    first = library.page(None, MediaFilter(kinds=KINDS), limit=3)
    assert first.total == 4 and len(first.items) == 3
    rest = library.page(None, MediaFilter(kinds=KINDS), limit=3, cursor=first.next_cursor)
    assert len(rest.items) == 1 and rest.next_cursor is None


def project_with(database: Database, media_id: str) -> None:
    with database.write() as connection:
        moment = now()
        connection.execute(
            insert(projects).values(id="p", name="p", version=1, created_at=moment, updated_at=moment, options={})
        )
        connection.execute(
            insert(project_videos).values(
                project_id="p", video_id=media_id, role="main", keywords=[], description="", added_at=moment
            )
        )


def test_a_projects_footage_is_found_and_what_hangs_on_it_goes_with_it(any_database: Database, library: Media) -> None:
    add(any_database, "in")
    add(any_database, "out")
    project_with(any_database, "in")
    assert [row.id for row in library.page(None, MediaFilter(project_id="p")).items] == ["in"]
    with pytest.raises(InputError) as caught:
        library.page("maria", MediaFilter(project_id="p"))
    assert code(caught) == "project_unknown"
    library.remove(None, "in")
    with any_database.read() as connection:
        assert connection.execute(select(func.count()).select_from(project_videos)).scalar_one() == 0
        assert connection.execute(select(func.count()).select_from(segments)).scalar_one() == 0


def test_a_content_is_stored_once_and_found_by_whoever_has_it(
    any_database: Database, any_settings: Settings, library: Media
) -> None:
    add(any_database, "one")
    add(any_database, "two", owner="maria")
    place = keep(any_database, any_settings, "first")
    assert place == any_settings.data_dir / "media" / HASH[:2] / f"{HASH}.avi"
    assert keep(any_database, any_settings, "second") == place
    assert not list(incoming(any_settings).iterdir())
    assert library.path_of(library.require(None, "one")) == place
    assert library.path_of(library.require("maria", "two")).read_bytes() == CONTENT
    with any_database.read() as connection:
        assert same_content(connection, None, HASH, "video") == "one"
        assert same_content(connection, None, HASH, "photo") is None
        assert same_content(connection, "ion", HASH, "video") is None


def test_a_content_that_was_cut_short_on_the_disk_is_brought_anew(
    any_database: Database, any_settings: Settings
) -> None:
    place = keep(any_database, any_settings, "first")
    place.write_bytes(b"")
    assert keep(any_database, any_settings, "second").read_bytes() == CONTENT


def test_a_move_that_is_done_again_after_a_crash_is_done(any_database: Database, any_settings: Settings) -> None:
    made = incoming(any_settings) / "one"
    place = keep(any_database, any_settings, "one")
    with any_database.write() as connection:
        assert Contents(any_settings).keep(connection, made, HASH, ".avi", len(CONTENT)) == place


def test_a_content_that_somebody_has_is_not_dropped(any_database: Database, any_settings: Settings) -> None:
    add(any_database, "one")
    place = keep(any_database, any_settings, "one")
    contents = Contents(any_settings)
    with any_database.write() as connection:
        assert not contents.drop(connection, HASH) and not contents.drop(connection, "0" * 64)
    Media(any_database, any_settings).remove(None, "one")
    with any_database.write() as connection:
        assert contents.drop(connection, HASH)
        assert contents.find(connection, HASH) is None
    assert not place.exists()


def test_who_brings_and_who_drops_a_content_take_turns(any_database: Database, any_settings: Settings) -> None:
    keep(any_database, any_settings, "one")
    begun, contents = threading.Event(), Contents(any_settings)

    def drop() -> None:
        begun.wait()
        with any_database.write() as connection:
            contents.drop(connection, HASH)

    dropping = threading.Thread(target=drop)
    dropping.start()
    made = incoming(any_settings) / "again"
    made.write_bytes(CONTENT)
    with any_database.write() as connection:
        place = contents.keep(connection, made, HASH, ".avi", len(CONTENT))
        begun.set()
        add_media(
            connection, id="new", owner=None, kind="video", name="new", content_hash=HASH, bytes=1,
            media_type="video/avi",
            info=MediaInfo(content_hash=HASH, size_bytes=3, container="avi", duration=2, has_video=True).model_dump(),
        )  # fmt: skip
    dropping.join()
    assert place.read_bytes() == CONTENT
    with any_database.read() as connection:
        assert connection.execute(select(func.count()).select_from(media_files)).scalar_one() == 1


def test_a_file_that_stays_with_its_person_is_found_there_or_told_to_be_gone(
    any_database: Database, library: Media, tmp_path: Path
) -> None:
    file = tmp_path / "a b.avi"
    file.write_bytes(CONTENT)
    add(any_database, "theirs", place=quoted(file), bytes=len(CONTENT))
    add(any_database, "another", place=quoted(file), bytes=len(CONTENT) + 1)
    add(any_database, "nowhere")
    assert library.path_of(library.require(None, "theirs")) == file
    with pytest.raises(MediaError):
        library.path_of(library.require(None, "another"))
    file.unlink()
    for media_id in ("theirs", "another", "nowhere"):
        with pytest.raises(MediaError) as caught:
            library.path_of(library.require(None, media_id))
        assert caught.value.instance_code == "media_gone"
        assert str(tmp_path) not in caught.value.message
