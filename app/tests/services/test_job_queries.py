"""Which jobs fit, newest first, page after page beyond any limit."""

from datetime import datetime
from typing import Any

import pytest

from app.errors import InputError
from app.models.job import JobFilter
from app.services.job_storage import JobStorage
from app.tests.ground.children import child, said, tell


def ids(found: Any) -> list[str]:
    return [job["job_id"] for job in found]


def store(storage: JobStorage, job_id: str, status: str = "pending", job_type: str = "render", **columns: Any) -> None:
    with storage.database.write() as connection:
        storage.rows.create(connection, {"job_id": job_id, "status": status, "job_type": job_type}, **columns)


@pytest.mark.store
def test_newest_first_and_no_more_than_asked(any_storage: JobStorage) -> None:
    for i in range(120):
        any_storage.create_job({"job_id": str(i), "status": "pending" if i % 2 else "completed"})
    any_storage.update_job("0", {"touched": True})
    assert ids(any_storage.list_jobs()) == [str(i) for i in range(119, 19, -1)]
    assert ids(any_storage.list_jobs(status="pending", limit=3)) == ["119", "117", "115"]
    assert any_storage.list_jobs(limit=0) == []
    assert len(any_storage.list_jobs(limit=10**30)) == 120
    assert any_storage.count_jobs() == 120
    assert any_storage.count_jobs("completed") == 60
    assert any_storage.count_jobs("failed") == 0


@pytest.mark.store
def test_filters_go_together_and_parts_are_asked_for(any_storage: JobStorage) -> None:
    store(any_storage, "a", owner="ana", project_id="p")
    store(any_storage, "b", "completed", owner="ana")
    store(any_storage, "c", job_type="analyze", owner="dan", project_id="p")
    store(any_storage, "part", owner="ana", project_id="p", parent_id="a")
    assert ids(any_storage.list_jobs()) == ["c", "b", "a"]
    assert ids(any_storage.list_jobs(owner="ana")) == ["b", "a"]
    assert ids(any_storage.list_jobs("pending", owner="ana", project_id="p", job_type="render")) == ["a"]
    assert ids(any_storage.list_jobs(parent_id="a")) == ["part"]
    assert any_storage.count_jobs(parent_id="a", status="failed") == 0
    assert any_storage.list_jobs(owner="a\0na") == []
    assert ids(any_storage.page_jobs(JobFilter(project_id="p")).jobs) == ["c", "a"]


@pytest.mark.store
def test_pages_have_no_gaps_and_nothing_twice_while_jobs_are_added(any_storage: JobStorage) -> None:
    for i in range(40):
        any_storage.create_job({"job_id": f"old{i}"})
    program = """
        import sys
        from app.services.job_storage import get_job_storage
        storage = get_job_storage()
        print("ready", flush=True)
        for i, line in enumerate(sys.stdin):
            storage.create_job({"job_id": f"new{i}"})
            print("added", flush=True)
    """
    found: list[str] = []
    cursor = None
    with child(program) as process:
        said(process)
        while True:
            page = any_storage.page_jobs(limit=7, cursor=cursor)
            found += ids(page.jobs)
            cursor = page.next_cursor
            tell(process)
            assert said(process) == "added"
            if cursor is None:
                break
    assert found == [f"old{i}" for i in range(39, -1, -1)]
    assert page.total == 45
    assert any_storage.count_jobs() == 46


@pytest.mark.store
def test_pages_keep_jobs_of_one_moment_apart(any_storage: JobStorage) -> None:
    moment = any_storage.create_job({"job_id": "first"})["created_at"]
    with any_storage.database.write() as connection:
        for name in "abcde":
            any_storage.rows.create(connection, {"job_id": name}, created_at=datetime.fromisoformat(moment))
    found, cursor = [], None
    for _ in range(6):
        page = any_storage.page_jobs(limit=1, cursor=cursor)
        found += ids(page.jobs)
        cursor = page.next_cursor
    assert (found, cursor) == (["first", "e", "d", "c", "b", "a"], None)


@pytest.mark.store
def test_the_last_page_says_so(any_storage: JobStorage) -> None:
    assert any_storage.page_jobs().total == 0
    for name in "ab":
        any_storage.create_job({"job_id": name})
    assert any_storage.page_jobs(limit=2).next_cursor is None
    page = any_storage.page_jobs(limit=1)
    assert page.next_cursor is not None
    assert any_storage.page_jobs(limit=1, cursor=page.next_cursor).next_cursor is None


@pytest.mark.parametrize("cursor", ["", "x", "ș", "W10=", "WzEsMl0=", "e30=", "WyJ4IiwgImEiXQ=="])
def test_a_cursor_that_is_none_is_refused(storage: JobStorage, cursor: str) -> None:
    with pytest.raises(InputError, match="cursor") as caught:
        storage.page_jobs(cursor=cursor)
    assert caught.value.subject == "cursor"


@pytest.mark.parametrize(
    ("wanted", "name"),
    [({"status": "done"}, "status"), ({"owner": 7}, "owner"), ({"colour": "red"}, "colour")],
)
def test_a_filter_that_is_none_is_named(storage: JobStorage, wanted: dict[str, Any], name: str) -> None:
    for ask in (storage.list_jobs, storage.count_jobs):
        with pytest.raises(InputError, match=f"by {name}") as caught:
            ask(**wanted)
        assert caught.value.subject == name
        assert "job_type" in caught.value.hint


def test_a_negative_limit_is_refused(storage: JobStorage) -> None:
    for ask in (storage.list_jobs, storage.page_jobs):
        with pytest.raises(InputError, match="limit"):
            ask(limit=-1)
    with pytest.raises(InputError, match="limit"):
        storage.events("a", limit=-1)
