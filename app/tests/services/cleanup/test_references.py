"""What somebody refers to: clips, jobs that have not ended, edit documents, paid calls."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert

from app.config import Settings
from app.db.tables import clips, paid_calls
from app.db.types import now
from app.models.edit import Edit
from app.services.cleanup.references import References, references
from app.services.edits import EditLibrary
from app.services.job_storage import JobStorage
from app.services.sources import quoted
from app.tests.models.test_edit import document

HASH = "0123456789abcdef" * 4
OTHER = "f" * 64


def found(storage: JobStorage, settings: Settings) -> References:
    return references(storage.database, settings)


def add_clip(storage: JobStorage, **files: Path) -> None:
    """Note a clip with these files in the library."""
    with storage.database.write() as connection:
        values: dict[str, Any] = {"id": "c", "job_id": "j", "name": "clip", "edit_identity": OTHER, "created_at": now()}
        connection.execute(insert(clips).values(**values, files={k: quoted(p) for k, p in files.items()}))


def test_nothing_is_referred_to_in_an_empty_folder(any_storage: JobStorage, any_settings: Settings) -> None:
    assert found(any_storage, any_settings) == References(frozenset(), frozenset(), None)


@pytest.mark.parametrize(("status", "expected"), [("pending", True), ("processing", True), ("failed", False)])
def test_hashes_and_paths_of_jobs_that_have_not_ended(
    any_storage: JobStorage, any_settings: Settings, tmp_path: Path, status: str, expected: bool
) -> None:
    footage = tmp_path / "film ș%20.mp4"
    request = {"files": [quoted(footage)], "info": {"hash": HASH}, "text": f"/not\na path {OTHER[:63]}"}
    any_storage.create_job({"job_id": "a", "status": status, "request": request})
    known = found(any_storage, any_settings)
    assert known.has(footage) is expected
    assert known.has(tmp_path) is expected  # what it lies in
    assert known.has(Path("anywhere") / f"{HASH}.wav") is expected
    assert not known.has(Path("anywhere") / f"{OTHER}.wav")


def test_only_the_very_path_and_never_one_that_begins_like_it(
    any_storage: JobStorage, any_settings: Settings, tmp_path: Path
) -> None:
    add_clip(any_storage, mp4=tmp_path / "abc_keep.mp4")
    known = found(any_storage, any_settings)
    assert known.has(tmp_path / "abc_keep.mp4")
    assert not known.has(tmp_path / "abc")
    assert not known.has(tmp_path / "abc_keep.mp4.tmp")


def test_a_link_is_the_file_it_leads_to(storage: JobStorage, settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    add_clip(storage, mp4=tmp_path / "link" / "a.mp4")
    assert found(storage, settings).has(tmp_path / "real" / "a.mp4")


def test_the_voice_of_an_edit_document_in_the_library(storage: JobStorage, settings: Settings) -> None:
    track = {"audio_hash": HASH, "voice_id": "espeak:ro", "language": "ro", "duration": 3.0, "speed": 1.0}
    EditLibrary(settings).keep(Edit.model_validate(document(voice=track)))
    assert found(storage, settings).has(settings.data_dir / "library" / "voices" / "01" / f"{HASH}.wav")


def test_a_damaged_document_says_nothing_and_breaks_nothing(storage: JobStorage, settings: Settings) -> None:
    place = settings.data_dir / "library" / "edits" / "a.json"
    place.parent.mkdir(parents=True)
    place.write_bytes(b"\xff\x00" + HASH.encode() + b"\xff")
    assert found(storage, settings).hashes == {HASH}


def test_what_was_paid_for(any_storage: JobStorage, any_settings: Settings) -> None:
    with any_storage.database.write() as connection:
        values = {"service": "s", "operation": "o", "state": "done", "created_at": now(), **_more_columns()}
        connection.execute(insert(paid_calls).values(key="k", result={"audio": HASH}, **values))
    assert found(any_storage, any_settings).hashes == {HASH}


def _more_columns() -> dict[str, Any]:
    """Return a value for every other column that must have one."""
    known = {"key", "result", "service", "operation", "state", "created_at"}
    needed = [c for c in paid_calls.columns if not c.nullable and c.name not in known and c.default is None]
    return {column.name: 1 if column.type.python_type is int else "x" for column in needed}


def test_since_when_the_oldest_job_works(any_storage: JobStorage, any_settings: Settings) -> None:
    def job(job_id: str, kind: str, status: str, workflow: str | None) -> None:
        with any_storage.database.write() as connection:
            row = {"job_id": job_id, "job_type": kind, "status": status}
            any_storage.rows.create(connection, row, workflow_id=workflow)

    job("of somebody else", "generate", "pending", None)  # it may wait for ever
    job("ended", "generate", "failed", "w1")
    job("this", "cleanup", "processing", "w2")
    assert found(any_storage, any_settings).working_since is None
    before = now()
    job("first", "generate", "processing", "w3")
    between = now()
    job("second", "render", "pending", "w4")
    since = found(any_storage, any_settings).working_since
    assert since is not None and before <= since <= between
