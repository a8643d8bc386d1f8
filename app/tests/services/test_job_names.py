"""Jobs by the first letters of their ids."""

import pytest

from app.errors import InputError
from app.services.job_names import find_job
from app.services.job_storage import JobStorage


@pytest.fixture
def storage_with_jobs(any_storage: JobStorage) -> JobStorage:
    for job_id in ("abcdef-1", "abcdef-2", "abcd", "ABCDxyz", "a%_cde", "țară-1"):
        any_storage.create_job({"job_id": job_id})
    any_storage.create_job({"job_id": "x"})
    with any_storage.database.write() as connection:
        any_storage.rows.create(connection, {"job_id": "part of it"}, parent_id="abcd")
    return any_storage


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("abcdef-1", "abcdef-1"),
        ("abcd", "abcd"),  # an id, whatever else begins so
        ("ABCD", "ABCDxyz"),  # capitals are other letters
        ("x", "x"),
        ("a%_c", "a%_cde"),  # no wildcards
        ("țară", "țară-1"),
        ("part", "part of it"),
    ],
)
def test_found(storage_with_jobs: JobStorage, name: str, expected: str) -> None:
    assert find_job(storage_with_jobs, name)["job_id"] == expected


@pytest.mark.parametrize("name", ["", "ABC", "nobody", "abcdef-12", "%%%%", "____", "abcd\0", "a" * 600, "\udcff" * 5])
def test_not_found(storage_with_jobs: JobStorage, name: str) -> None:
    with pytest.raises(InputError) as caught:
        find_job(storage_with_jobs, name)
    assert caught.value.instance_code == "job_unknown"


def test_several(storage_with_jobs: JobStorage) -> None:
    with pytest.raises(InputError, match=r"abcdef-1, abcdef-2\.") as caught:
        find_job(storage_with_jobs, "abcde")
    assert caught.value.instance_code == "job_ambiguous"


def test_very_many_are_not_all_told(storage: JobStorage) -> None:
    for number in range(9):
        storage.create_job({"job_id": f"many {number}"})
    with pytest.raises(InputError, match=r"many 4, \.\.\.\.$"):
        find_job(storage, "many")
