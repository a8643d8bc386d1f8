"""Everybody sees their own jobs, and nobody else's."""

import pytest

from app.config import Settings
from app.errors import InputError
from app.media.probe import probe
from app.models.job import JobFilter
from app.services.job_storage import JobStorage
from app.services.library.own_jobs import OwnJobs
from app.services.sources import quoted
from app.tests.conftest import ClipMaker
from app.workflows.jobs.submit import Desk

OWNERS = (None, "ana", "ion")


@pytest.fixture
def storage(any_settings: Settings) -> JobStorage:
    return JobStorage(any_settings)


@pytest.fixture
def desk(any_settings: Settings, storage: JobStorage) -> Desk:
    return Desk(storage, any_settings)


def asked(desk: Desk, footage: ClipMaker, owner: str | None, job_id: str, **more: object) -> None:
    request = {"path": quoted(footage()), "info": probe(footage(), need_picture=True).model_dump(mode="json")}
    desk.submit("analyze", request, job_id=job_id, owner=owner, **more)  # type: ignore[arg-type]


def test_each_owner_has_jobs_of_their_own(storage: JobStorage, desk: Desk, make: ClipMaker) -> None:
    for owner in OWNERS:
        for number in range(3):
            asked(desk, make, owner, f"{owner} {number}")
    for owner in OWNERS:
        own = OwnJobs(storage, owner)
        first = own.page(JobFilter(), limit=2)
        rest = own.page(JobFilter(), limit=2, cursor=first.next_cursor)
        found = [job["job_id"] for job in (*first.jobs, *rest.jobs)]
        assert (found, first.total, rest.next_cursor) == ([f"{owner} {number}" for number in (2, 1, 0)], 3, None)
        assert own.require(f"{owner} 0")["job_id"] == f"{owner} 0"
        for other in set(OWNERS) - {owner}:
            with pytest.raises(InputError) as caught:
                own.require(f"{other} 0")
            assert caught.value.instance_code == "job_unknown"


def test_parts_belong_to_whoever_the_whole_belongs_to(storage: JobStorage, desk: Desk, make: ClipMaker) -> None:
    asked(desk, make, "ana", "whole")
    part = desk.submit("speak", {}, job_id="part", part_of=("whole", 1))
    assert part["job_id"] == "part"
    parts = JobFilter(parent_id="whole")
    assert OwnJobs(storage, "ana").page(parts, limit=9).total == 1
    assert OwnJobs(storage, None).page(parts, limit=9).total == 0
