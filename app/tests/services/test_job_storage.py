"""What the original interface says of jobs, on both databases."""

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update

from app.config import Settings, load_settings
from app.db.tables import jobs, outbox
from app.errors import InputError, StorageError
from app.models.job import STATUSES
from app.services.job_storage import JobStorage, get_job_storage


def engine_job(storage: JobStorage, job_id: str, status: str = "processing", **columns: Any) -> None:
    """Store a job on which the engine works."""
    with storage.database.write() as connection:
        job = {"job_id": job_id, "status": status, "made_by": "engine"}
        storage.rows.create(connection, job, workflow_id=job_id, **columns)


@pytest.mark.store
def test_a_job_comes_back_as_it_was_given(any_storage: JobStorage) -> None:
    job = {"job_id": "a", "job_type": "render", "status": "processing", "progress": "50 %", "files": ["ș.mp4"], "n": 1}
    created = any_storage.create_job(job)
    assert job.items() <= created.items()
    assert created["version"] == 1
    assert created["created_at"] == created["updated_at"]
    assert any_storage.get_job("a") == created


@pytest.mark.store
def test_only_the_id_is_needed(any_storage: JobStorage) -> None:
    created = any_storage.create_job({"job_id": "mem_123"})
    assert (created["status"], created["job_type"], created["progress"]) == ("pending", "video_processing", None)
    assert any_storage.create_job({"job_id": "b", "job_type": None})["job_type"] == "video_processing"


@pytest.mark.store
@pytest.mark.parametrize("job_id", ["a b/ș'\"%;--\n", "x" * 512, "../..", " ", "🎬"])
def test_any_text_is_an_id(any_storage: JobStorage, job_id: str) -> None:
    any_storage.create_job({"job_id": job_id})
    any_storage.update_job(job_id, {"x": 1})
    assert (any_storage.get_job(job_id) or {})["x"] == 1
    assert [event.number for event in any_storage.events(job_id)] == [1, 2]
    assert any_storage.delete_job(job_id)
    assert any_storage.events(job_id) == []


@pytest.mark.store
def test_ids_that_we_make_are_uuids_and_may_be_given_as_such(any_storage: JobStorage) -> None:
    job_id = UUID("00000000-0000-4000-8000-000000000001")
    assert any_storage.create_job({"job_id": job_id})["job_id"] == str(job_id)
    assert any_storage.update_job(str(job_id), {"job_id": job_id, "x": 1}) is not None


@pytest.mark.parametrize("job", [{}, {"job_id": ""}, {"job_id": None}, {"job_id": 7}, {"job_id": "x" * 513}])
def test_a_job_without_a_usable_id_is_refused(settings: Settings, job: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="job_id") as caught:
        JobStorage(settings).create_job(job)
    assert caught.value.subject == "job_id"


@pytest.mark.store
@pytest.mark.parametrize("job_id", ["nobody", "", "a\0b", "\ud800", "x" * 600])
def test_an_unknown_id_is_none_or_false(any_storage: JobStorage, job_id: str) -> None:
    assert any_storage.get_job(job_id) is None
    assert any_storage.update_job(job_id, {"status": "processing"}) is None
    assert any_storage.delete_job(job_id) is False
    assert any_storage.events(job_id) == []
    assert list(any_storage.subscribe(job_id)) == []


@pytest.mark.store
def test_an_update_merges_the_keys_at_the_top(any_storage: JobStorage) -> None:
    first = any_storage.create_job({"job_id": "a", "progress": "Queued", "data": {"old": 1}, "kept": [1]})
    stored = any_storage.update_job("a", {"status": "processing", "data": {"new": 2}, "percentage": 12.5})
    assert stored == any_storage.get_job("a")
    assert stored is not None
    assert (stored["status"], stored["progress"], stored["percentage"]) == ("processing", "Queued", 12.5)
    assert (stored["data"], stored["kept"], stored["version"]) == ({"new": 2}, [1], 2)
    assert stored["created_at"] == first["created_at"] < stored["updated_at"]


@pytest.mark.store
def test_what_the_database_decides_cannot_be_given(any_storage: JobStorage) -> None:
    any_storage.create_job({"job_id": "a", "version": 99, "created_at": "never", "updated_at": None})
    stored = any_storage.update_job("a", {"version": 1, "created_at": "now"})
    assert stored is not None
    assert stored["version"] == 2
    assert stored["created_at"] > "2020"


@pytest.mark.store
def test_an_id_that_exists_is_replaced_with_a_higher_version(any_storage: JobStorage) -> None:
    first = any_storage.create_job({"job_id": "a", "status": "failed", "old": 1})
    again = any_storage.create_job({"job_id": "a", "new": 2})
    assert again["version"] == 2
    assert again["created_at"] == first["created_at"]
    assert "old" not in again
    assert again["status"] == "pending"
    with any_storage.database.read() as connection:
        row = any_storage.rows.get(connection, "a")
    assert row is not None
    assert row.finished_at is None


@pytest.mark.store
def test_a_job_of_the_engine_is_returned_as_stored(any_storage: JobStorage) -> None:
    engine_job(any_storage, "a")
    before = any_storage.get_job("a")
    assert any_storage.create_job({"job_id": "a", "status": "failed"}) == before
    assert any_storage.get_job("a") == before


@pytest.mark.store
def test_the_engine_takes_over_a_job_that_nobody_worked_on(any_storage: JobStorage) -> None:
    any_storage.create_job({"job_id": "a", "status": "completed"})
    engine_job(any_storage, "a", "pending")
    with any_storage.database.read() as connection:
        row = any_storage.rows.get(connection, "a")
    assert row is not None
    assert (row.workflow_id, row.version, row.finished_at) == ("a", 2, None)


@pytest.mark.store
@pytest.mark.parametrize("status", ["done", "", None, 1, ["pending"], "Pending"])
def test_a_status_that_does_not_exist_is_refused(any_storage: JobStorage, status: Any) -> None:
    before = any_storage.create_job({"job_id": "a"})
    with pytest.raises(InputError, match="status") as caught:
        any_storage.create_job({"job_id": "b", "status": status})
    assert caught.value.instance_code == "bad_status"
    with pytest.raises(InputError, match="status"):
        any_storage.update_job("a", {"status": status})
    assert any_storage.list_jobs() == [before]


@pytest.mark.store
def test_every_status_can_be_stored(any_storage: JobStorage) -> None:
    any_storage.create_job({"job_id": "a"})
    for status in STATUSES:
        assert (any_storage.update_job("a", {"status": status}) or {})["status"] == status


@pytest.mark.store
def test_an_id_cannot_be_changed(any_storage: JobStorage) -> None:
    any_storage.create_job({"job_id": "a"})
    with pytest.raises(InputError, match="id cannot be changed"):
        any_storage.update_job("a", {"job_id": "b"})


@pytest.mark.store
def test_the_engine_alone_sets_the_status_of_its_jobs(any_storage: JobStorage) -> None:
    engine_job(any_storage, "a")
    with pytest.raises(InputError) as caught:
        any_storage.update_job("a", {"status": "completed"})
    assert caught.value.instance_code == "status_of_engine"
    assert (any_storage.update_job("a", {"status": "processing", "note": "x"}) or {})["note"] == "x"


@pytest.mark.store
def test_how_a_job_ended_is_decided_once(any_storage: JobStorage) -> None:
    engine_job(any_storage, "a")
    with any_storage.database.write() as connection:
        change = any_storage.rows.change
        assert change(connection, "a", {"x": 1}, attempt=2) is None
        assert change(connection, "a", {"status": "cancelled"}, only_open=True, attempt=1, kind="cancelled")
        assert change(connection, "a", {"status": "completed"}, only_open=True, attempt=1) is None
        row = any_storage.rows.get(connection, "a")
    assert row is not None
    assert row.finished_at is not None
    assert [event.kind for event in any_storage.events("a")] == ["submitted", "cancelled"]


@pytest.mark.store
def test_delete_takes_events_and_parts_along(any_storage: JobStorage) -> None:
    engine_job(any_storage, "parent", "completed")
    engine_job(any_storage, "part", "completed", parent_id="parent")
    engine_job(any_storage, "part of part", "failed", parent_id="part")
    engine_job(any_storage, "parent2", "completed")
    assert any_storage.delete_job("parent") is True
    assert any_storage.delete_job("parent") is False
    for gone in ("parent", "part", "part of part"):
        assert any_storage.get_job(gone) is None
        assert any_storage.events(gone) == []
    assert any_storage.get_job("parent2") is not None


@pytest.mark.store
def test_what_runs_cannot_be_deleted(any_storage: JobStorage) -> None:
    engine_job(any_storage, "parent", "failed")
    engine_job(any_storage, "part", "processing", parent_id="parent")
    for job_id in ("parent", "part"):
        with pytest.raises(InputError, match="running") as caught:
            any_storage.delete_job(job_id)
        assert caught.value.instance_code == "job_running"
        assert any_storage.get_job(job_id) is not None
    any_storage.create_job({"job_id": "bare", "status": "processing"})
    assert any_storage.delete_job("bare")


@pytest.mark.store
def test_supabase_away_changes_nothing(any_settings: Settings) -> None:
    storage = JobStorage(any_settings)
    storage._supabase = None
    assert storage.create_job({"job_id": "a"})["job_id"] == "a"
    assert storage.update_job("a", {"x": 1})
    assert JobStorage(any_settings).get_job("a") == storage.get_job("a")
    assert storage.delete_job("a")


@pytest.mark.store
def test_what_supabase_is_to_be_told_is_noted_in_order(any_settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUPABASE_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("SUPABASE_KEY", "key")
    storage = JobStorage(load_settings())
    storage._supabase = None
    storage.create_job({"job_id": "a"})
    storage.update_job("a", {"x": 1})
    with storage.database.write() as connection:
        storage.rows.change(connection, "a", {"percentage": 1}, kind="progress")
    storage.update_job("a", {"y": 2})
    storage.delete_job("a")
    with storage.database.read() as connection:
        rows = connection.execute(outbox.select().order_by(outbox.c.id)).all()
    assert [(row.operation, row.payload["version"]) for row in rows] == [
        ("upsert_job", 1),
        ("upsert_job", 2),
        ("upsert_job", 4),
        ("delete_job", 5),
    ]
    assert {row.stream for row in rows} == {"job:a"}
    assert rows[2].payload["data"]["percentage"] == 1


def test_one_storage_for_one_database(data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    storage = get_job_storage()
    assert get_job_storage() is storage
    assert (data_dir / "edit-factory.db").is_file()
    monkeypatch.setenv("EDIT_FACTORY_DATA_DIR", str(tmp_path))
    assert get_job_storage() is not storage


def test_a_data_folder_that_cannot_be_made_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("EDIT_FACTORY_DATA_DIR", str(tmp_path / "file" / "data"))
    with pytest.raises(StorageError, match="data folder"):
        get_job_storage()


@pytest.mark.store
def test_a_change_that_fails_leaves_nothing(any_storage: JobStorage) -> None:
    before = any_storage.create_job({"job_id": "a"})
    with pytest.raises(RuntimeError), any_storage.database.write() as connection:
        any_storage.rows.change(connection, "a", {"x": 1})
        connection.execute(update(jobs).values(progress="lost"))
        raise RuntimeError
    assert any_storage.get_job("a") == before
    assert len(any_storage.events("a")) == 1
