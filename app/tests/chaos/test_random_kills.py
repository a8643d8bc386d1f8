"""A hundred jobs while workers and whoever submits are killed at random: each comes out once, and is paid once.

`EDIT_FACTORY_CHAOS_JOBS` asks for more of them.
"""

import os
import random
import signal
import time
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.config import Settings
from app.db.tables import costs
from app.models.job import TERMINAL
from app.tests.chaos.provider import charging_provider
from app.tests.chaos.trials import Trials
from app.tests.chaos.workers import Workers, context, environment, set_environment, workers_in
from app.workflows.jobs.attend import open_desk

pytestmark = [pytest.mark.slow, pytest.mark.chaos]

JOBS = 100
PATIENCE = 200.0
ALLOWED = {"worker_died", "paid_call_uncertain"}
"""Why a job may fail here: it was killed too often, or in the middle of a call of which nobody knows the end."""


def wanted_jobs() -> int:
    """Return how many jobs; read before the settings of the machine are taken out of the environment."""
    return int(os.environ.get("EDIT_FACTORY_CHAOS_JOBS") or JOBS)


COUNT = wanted_jobs()
KILLS = COUNT // 5


def submit(variables: dict[str, str], folder: str, address: str, count: int) -> None:
    """Be a process that submits all jobs, in order; what was submitted before is not submitted twice."""
    set_environment(variables)
    from app.config import load_settings  # noqa: PLC0415 - in the child only

    desk = open_desk(load_settings())
    for number in range(count):
        desk.submit("trial", {"folder": folder, "pay": address}, job_id=f"job {number}")


class Storm:
    """Two workers and a submitter, of which one is killed every now and then, and started again."""

    def __init__(self, trials: Trials, workers: Workers, address: str, seed: int) -> None:
        self._trials, self._workers, self._address = trials, workers, address
        self._chance = random.Random(seed)  # noqa: S311 - repeatable
        self._working = [workers.start(), workers.start()]
        self._submitting = self._submitter()
        self.kills = 0

    def _submitter(self) -> BaseProcess:
        arguments = (environment(), str(self._trials.folder), self._address, COUNT)
        process = context.Process(target=submit, args=arguments)
        process.start()
        self._workers.all.append(process)
        return process

    def blow(self) -> None:
        """Kill one of them, at random."""
        victim = self._chance.choice([*self._working, self._submitting])
        if victim.is_alive() and victim.pid is not None:
            os.kill(victim.pid, signal.SIGKILL)
            victim.join()
            self.kills += 1
        self.mend()

    def mend(self) -> None:
        """Start what is not there."""
        self._working = [one if one.is_alive() else self._workers.start() for one in self._working]
        if not self._submitting.is_alive() and self._submitting.exitcode != 0:
            self._submitting = self._submitter()

    def until_done(self) -> None:
        """Go on until every job has ended, the last of them without further kills."""
        began = time.monotonic()
        while not self._all_ended():
            assert time.monotonic() - began < PATIENCE, self._states()
            time.sleep(self._chance.uniform(0.2, 0.7))
            if self.kills < KILLS:
                self.blow()
            else:
                self.mend()

    def _states(self) -> list[str]:
        storage = self._trials.desk.storage
        found = [storage.get_job(f"job {number}") for number in range(COUNT)]
        return [str(job["status"]) if job else "absent" for job in found]

    def _all_ended(self) -> bool:
        return set(self._states()) <= TERMINAL


def test_no_job_is_lost_stuck_doubled_or_paid_twice(any_trials: Trials, any_settings: Settings, tmp_path: Path) -> None:
    with workers_in(tmp_path / "workers") as workers, charging_provider() as provider:
        storm = Storm(any_trials, workers, provider.address, seed=20)
        storm.until_done()
        jobs = [any_trials.get(f"job {number}") for number in range(COUNT)]
    assert storm.kills >= KILLS // 2
    failed = [job["error"]["code"] for job in jobs if job["status"] != "completed"]
    assert set(failed) <= ALLOWED
    # A kill of a worker can leave two calls open, as it does two jobs at once; most hit none.
    assert len(failed) <= storm.kills
    for job in jobs:
        done = job["status"] == "completed"
        assert any_trials.results(job["job_id"]) == done
        assert provider.charged[job["job_id"]] <= 1
        assert provider.charged[job["job_id"]] == 1 or not done
    with any_trials.desk.storage.database.read() as connection:
        rows = connection.execute(select(costs.c.job_id, func.count()).group_by(costs.c.job_id)).all()
    assert {count for _, count in rows} == {1}
    assert {job["job_id"] for job in jobs if job["status"] == "completed"} <= {job_id for job_id, _ in rows}
