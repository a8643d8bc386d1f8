"""The clean-up takes away exactly what its plan says, and nothing that somebody needs."""

import os
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import update

from app.config import Settings, load_settings
from app.db.engine import FILE_NAME
from app.db.tables import jobs
from app.db.types import now
from app.errors import Cancelled
from app.models.cleanup import SWEEPS, CleanUpPlan, CleanUpReport, Find
from app.models.control import Control
from app.services.cache_index import CacheIndex
from app.services.files import claim
from app.services.sources import quoted
from app.tests.chaos.workers import workers_in
from app.tests.ground.children import until
from app.tests.workflows.house_to_clean import House, State
from app.workflows.cleanup import clean_up, plan, sweeps_of
from app.workflows.clips.holds import beside_prefix, hold_first, show
from app.workflows.clips.places import job_folder
from app.workflows.sweeps import Sweep


def cleaned(house: House, days: float | None = None) -> CleanUpReport:
    return clean_up(house.storage, house.settings, days, Control())


def planned(house: House, days: float | None = None) -> CleanUpPlan:
    return plan(house.storage, house.settings, days)


def require_exactly(found: CleanUpPlan, before: State, after: State, house: House) -> None:
    """What went is what the plan named, and what must stay is there."""
    named = {name: {find.name for find in finds} for name, finds in found.found.items()}
    data_dir = house.settings.data_dir
    paths = [str(find.path.relative_to(data_dir)) for finds in found.found.values() for find in finds if find.path]
    gone = before.files - after.files
    assert {name for name in gone if not any(name == p or name.startswith(f"{p}/") for p in paths)} == set()
    assert {p for p in paths if any(name == p or name.startswith(f"{p}/") for name in after.files)} == set()
    assert after.files <= before.files
    assert (before.jobs - after.jobs) & house.top_jobs == named["jobs"]
    assert before.workflows - after.workflows == named["engine_rows"]
    assert len(before.leases - after.leases) == len(found.found["leases"])
    assert house.must_stay <= after.files
    assert house.jobs_that_stay <= after.jobs


@pytest.fixture
def house(any_settings: Settings) -> House:
    return House(any_settings.model_copy(update={"cache_mb": 0}))


def full(house: House) -> None:
    """Put something of everything into the house."""
    house.job("old", "completed", 8, parts=["completed", "failed"])
    house.job("old and failed", "failed", 8)
    house.job("new", "completed", 1, parts=["completed"])
    house.job("new and failed", "failed", 1)
    house.must_stay.add(f"{_folder(house, 'new and failed')}/part-0001.mp4")
    house.job("its part runs", "cancelled", 8, parts=["processing"])
    house.jobs_that_stay.add("its part runs")
    house.job("old.2", "completed", 1)  # not the second try of "old"
    house.lost_workflow("lost")
    house.lost_workflow("lost.3")
    house.voice("a", 40, "edit")
    house.voice("b", 40, "job")
    house.voice("c", 40, "old job")
    house.voice("d", 40, "nobody")
    house.file("cache/analysis/ab/abc.json", 30)
    house.file("cache/analysis/ab/new.json", 0, stays=True)
    house.file("cache/analysis/ab/.abc.12345678.tmp.json", 2)
    house.file("work/jobs/0123456789abcdef/part-0001.mp4", 0)
    house.file("logs/error-20260101-000000.txt", 31)
    house.file("logs/worker.log", 90, stays=True)
    house.file("voices/mine.onnx", 90, stays=True)
    house.file("config.toml", 90, stays=True)
    house.clip("cache/clips/abc_keep.mp4", 90)
    house.lease("dead long ago", "dead", 2)
    house.lease("dead", "dead", 0.5)
    house.lease("alive", "alive", 0)


def _folder(house: House, job_id: str) -> Path:
    return job_folder(house.settings.data_dir, job_id).relative_to(house.settings.data_dir)


@pytest.mark.slow
def test_the_plan_is_what_happens_and_what_is_needed_stays(house: House) -> None:
    full(house)
    before = house.state()
    found = planned(house)
    assert house.state() == before
    report = cleaned(house)
    after = house.state()
    require_exactly(found, before, after, house)
    assert report == found.report()
    counts = {"jobs": 2, "logs": 1, "files": 1, "leases": 1, "engine_rows": 6}
    assert {name: getattr(report, name) for name in counts} == counts
    assert {find.name for find in found.found["jobs"]} == {"old", "old and failed"}
    assert {find.name for find in found.found["engine_rows"]} == {
        "old", "old/0", "old/1", "old and failed", "lost", "lost.3",
    }  # fmt: skip
    assert planned(house).report() == cleaned(house) == CleanUpReport()


@pytest.mark.slow
def test_while_a_job_works_nothing_goes_that_it_may_have_used(house: House) -> None:
    house.file("cache/analysis/ab/before.json", 30)
    house.file("cache/analysis/ab/since.json", 10, stays=True)
    house.job("long", "processing", 20)
    assert [find.name for find in planned(house).found["cache_entries"]] == ["cache/analysis/ab/before.json"]
    cleaned(house)
    assert house.must_stay <= house.state().files


def test_days_may_be_given(house: House) -> None:
    for days in (0.5, 2, 5):
        house.job(f"{days} days", "completed", days, folder=False)
    assert [find.name for find in planned(house, 3).found["jobs"]] == ["5 days"]
    assert cleaned(house, 1).jobs == 2
    assert cleaned(house).jobs == 0
    assert cleaned(house, 0).jobs == 1


def test_deleting_abc_leaves_abc_keep(house: House) -> None:
    house.job("abc", "completed", 9)
    house.job("abc_keep", "failed", 1)
    house.file("library/abc_keep.mp4", 90, stays=True)
    house.file("library/abc.mp4", 90, stays=True)
    house.must_stay.add(f"{_folder(house, 'abc_keep')}/part-0001.mp4")
    assert cleaned(house).jobs == 1
    assert house.must_stay <= house.state().files
    assert house.state().jobs == {"abc_keep"}


WITHOUT_SHRINKING = (Phase.explicit, Phase.reuse, Phase.generate)
"""Each example has a database of its own: making a failing one smaller would take minutes."""

STATUSES = st.sampled_from(["pending", "processing", "completed", "failed", "cancelled"])
AGES = st.sampled_from([0.0, 0.9, 1.1, 6.9, 7.1, 29.0, 31.0, 400.0])
JOBS = st.tuples(STATUSES, AGES, st.lists(STATUSES, max_size=2), st.booleans())
VOICES = st.tuples(AGES, st.sampled_from(["edit", "job", "old job", "nobody"]))
CACHED = st.tuples(st.sampled_from(["analysis", "speech", "new"]), AGES, st.integers(0, 700_000))
NAMES = st.sampled_from(
    ["library/.a.12345678.tmp.mp4", "cache/a.tmp", "logs/error-20260101-000000.txt", "logs/a.tmp", "work/0a/x.mp4",
     "work/0b.lock", "work/jobs/00/x", "library/a.tmp.mp4", "cache/.a.tmp", "backups/schema-1.db", "voices/v.onnx"]
)  # fmt: skip


@pytest.mark.slow
@given(
    job_list=st.lists(JOBS, max_size=4),
    voices=st.lists(VOICES, max_size=3),
    cached=st.lists(CACHED, max_size=5),
    files=st.dictionaries(NAMES, AGES, max_size=6),
    clip_names=st.lists(NAMES, max_size=2, unique=True),
    limit=st.sampled_from([0, 1, 20_000]),
)
@hypothesis_settings(suppress_health_check=list(HealthCheck), phases=WITHOUT_SHRINKING, max_examples=20)
def test_whatever_there_is_the_plan_is_what_happens(
    made_sqlite: Path,
    tmp_path_factory: pytest.TempPathFactory,
    job_list: list[tuple[str, float, list[str], bool]],
    voices: list[tuple[float, str]],
    cached: list[tuple[str, float, int]],
    files: dict[str, float],
    clip_names: list[str],
    limit: int,
) -> None:
    folder = tmp_path_factory.mktemp("house")
    shutil.copy(made_sqlite, folder / FILE_NAME)
    house = House(load_settings(data_dir=folder, cache_mb=limit))
    for number, (status, days, parts, has_folder) in enumerate(job_list):
        job_id = house.job(f"job-{number}", status, days, parts=parts, folder=has_folder)
        if any(part in {"pending", "processing"} for part in parts):
            house.jobs_that_stay |= {job_id, *(f"{job_id}/{part}" for part in range(len(parts)))}
        elif job_id not in house.jobs_that_stay:
            house.jobs_that_stay -= {f"{job_id}/{part}" for part in range(len(parts))}
        elif parts:
            house.jobs_that_stay |= {f"{job_id}/{part}" for part in range(len(parts))}
    for letter, (days, used_by) in zip("abc", voices, strict=False):
        house.voice(letter, days, used_by)
    for number, (kind, days, size) in enumerate(cached):
        house.file(f"cache/{kind}/{number}.json", days, size)
    for name, days in files.items():
        house.file(name, days, stays=days < 0.95)
    for name in clip_names:
        house.clip(name, 400)
    house.must_stay -= {"work/jobs/00/x"} - set(clip_names)
    before = house.state()
    found = planned(house)
    assert house.state() == before
    report = cleaned(house)
    require_exactly(found, before, house.state(), house)
    assert report == found.report()
    assert cleaned(house) == CleanUpReport()


class Found:
    """The sweeps of a house with what they found, before something changes."""

    def __init__(self, house: House) -> None:
        self._sweeps: dict[str, Sweep] = {s.name: s for s in sweeps_of(house.storage, house.settings, None)}
        self.finds: dict[str, Sequence[Find]] = {name: sweep.find() for name, sweep in self._sweeps.items()}

    def take(self, name: str) -> list[str]:
        return [find.name for find in self._sweeps[name].take(self.finds[name], Control())]


def _retry(house: House) -> None:
    house.desk.retry("old")


def _use(house: House) -> None:
    CacheIndex(house.settings).touch(house.settings.data_dir / "cache/analysis/ab/abc.json")


def _refer(house: House) -> None:
    house.storage.create_job({"job_id": "speaks", "status": "processing", "audio": "d" * 64})


CHANGES: list[tuple[str, Callable[[House], Any], str]] = [
    ("jobs", _retry, "old"),
    ("folders", _retry, "old"),
    ("engine_rows", lambda house: house.storage.create_job({"job_id": "lost"}), "lost"),
    ("cache_entries", _use, "cache/analysis/ab/abc.json"),
    ("cache_entries", _refer, f"library/voices/dd/{'d' * 64}.wav"),
    ("files", lambda house: house.file("cache/a.tmp", 0), "cache/a.tmp"),
    ("logs", lambda house: house.file("logs/error-20260101-000000.txt", 1), "logs/error-20260101-000000.txt"),
    ("runs", lambda house: house.file("work/0a/new.mp4", 0), "work/0a"),
]


@pytest.mark.parametrize(("sweep", "change", "name"), CHANGES, ids=[f"{s}-{n[:12]}" for s, _, n in CHANGES])
def test_what_is_needed_since_it_was_found_stays(
    house: House, sweep: str, change: Callable[[House], Any], name: str
) -> None:
    house.job("old", "cancelled", 8)
    house.lost_workflow("lost")
    house.voice("d", 40, "nobody")
    house.file("cache/analysis/ab/abc.json", 40)
    house.file("cache/a.tmp", 2)
    house.file("logs/error-20260101-000000.txt", 40)
    _age_folder(house.file("work/0a/x.mp4", 2).parent)
    found = Found(house)
    name = str(_folder(house, name)) if sweep == "folders" else name
    assert name in {find.name for find in found.finds[sweep]}
    change(house)
    assert name not in found.take(sweep)
    if "/" in name:
        assert (house.settings.data_dir / name).exists()


def _showing(house: House, out: Path, status: str, days: float = 1) -> str:
    """Make a job that died when its clip was shown, and before it let go; it ended, or will go on."""
    job_id, clip = f"{status} {days}", out / f"{status}.mp4"
    house.desk.submit("render", {"edit": "e", "out": quoted(out), "stem": None, "sources": {}}, job_id=job_id)
    assert hold_first([clip], Path.exists, out, job_id, job_folder(house.settings.data_dir, job_id)) == clip
    half = out / f"{beside_prefix(job_id)}0a"
    half.mkdir()
    (half / "mp4").write_bytes(b"clip")
    (half / "srt").write_bytes(b"half")
    show(clip, {half / "mp4": clip}, job_id, Control(), is_taken=clip.exists)
    moment = now() - timedelta(days=days)
    with house.storage.database.write() as connection:
        values = {"status": status, "updated_at": moment, "finished_at": moment, "created_at": moment}
        connection.execute(update(jobs).where(jobs.c.id == job_id).values(**values))
    return job_id


@pytest.mark.parametrize("days", [1, 9])
@pytest.mark.parametrize(
    ("status", "stays"),
    [("cancelled", set()), ("failed", set()), ("completed", {"completed.mp4"}), ("processing", None)],
)
def test_what_an_ended_job_left_beside_its_clip_goes(
    house: House, tmp_path: Path, status: str, stays: set[str] | None, days: int
) -> None:
    out = tmp_path / "out"
    job_id = _showing(house, out, status, days)
    (out / "mine.mp4").write_text("mine")
    before = {place.name for place in out.iterdir()}
    assert len(before) == 4
    found = planned(house)
    assert {place.name for place in out.iterdir()} == before
    assert [find.name for find in found.found["leftovers"]] == ([] if stays is None else [job_id])
    assert cleaned(house) == found.report()
    assert {place.name for place in out.iterdir()} == (before if stays is None else {*stays, "mine.mp4"})
    assert job_folder(house.settings.data_dir, job_id).exists() == (stays is None or (status, days) == ("failed", 1))
    assert cleaned(house) == CleanUpReport()


def test_what_a_job_left_stays_when_it_is_to_run_again(house: House, tmp_path: Path) -> None:
    out = tmp_path / "out"
    job_id = _showing(house, out, "failed")
    found = Found(house)
    house.desk.retry(job_id)
    assert found.take("leftovers") == []
    assert (out / "failed.mp4").exists() and (out / ".failed.mp4.held").exists()


def test_a_folder_that_is_away_is_passed_over(house: House, tmp_path: Path) -> None:
    out = tmp_path / "out"
    _showing(house, out, "cancelled")
    out.rename(tmp_path / "away")
    assert planned(house).found["leftovers"] == ()
    (tmp_path / "away").rename(out)
    assert cleaned(house).leftovers == 1


def _age_folder(folder: Path) -> None:
    os.utime(folder, (time.time() - 2 * 86_400,) * 2)


def test_a_run_that_began_to_hold_its_folder_stays(house: House) -> None:
    folder = house.file("work/0a/x.mp4", 2).parent
    _age_folder(folder)
    found = Found(house)
    with claim(folder.with_name("0a.lock")):
        assert found.take("runs") == []
    assert found.take("runs") == ["work/0a"]
    assert not folder.exists() and not folder.with_name("0a.lock").exists()


def test_it_stops_when_asked(house: House) -> None:
    house.file("cache/a.tmp", 2)
    control = Control()
    control.cancel()
    with pytest.raises(Cancelled):
        clean_up(house.storage, house.settings, None, control)
    assert (house.settings.data_dir / "cache" / "a.tmp").exists()


def test_sweeps_and_report_have_the_same_names(house: House) -> None:
    names = tuple(sweep.name for sweep in sweeps_of(house.storage, house.settings, None))
    assert names == SWEEPS == tuple(name for name in CleanUpReport.model_fields if name != "bytes")


@pytest.fixture
def worker(any_settings: Settings, tmp_path: Path) -> Iterator[None]:
    with workers_in(tmp_path / "workers") as workers:
        workers.start()
        yield


@pytest.mark.slow
@pytest.mark.usefixtures("worker")
def test_a_worker_cleans_up_by_the_same_code(any_settings: Settings) -> None:
    house = House(any_settings)
    for number in range(3):
        house.file(f"cache/{number}.tmp", 2)
    job = house.desk.submit("cleanup", {})

    def ended() -> bool:
        now = house.storage.get_job(job["job_id"])
        return now is not None and now["status"] == "completed"

    until(ended)
    done = house.storage.get_job(job["job_id"])
    assert done is not None
    left = list((any_settings.data_dir / "cache").iterdir())
    assert left == []
    assert set(done["result"]) == {*SWEEPS, "bytes"}
