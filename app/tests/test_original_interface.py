"""The original interface's tests, unchanged, by their own command: on an empty folder, again, and with Supabase."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.config import Settings, load_settings
from app.services.job_storage import JobStorage
from app.tests.ground.supabase import Supabase

ROOT = Path(__file__).parents[2]
FILE = "app/tests/test_job_storage.py"
AS_WRITTEN = "8fa18c22549b1c9a4a08ab76c248f9ea812342bbad1c63827dbed00e413e6248"


def run(folder: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """Run the command with its data in `folder` (the test's own settings are not handed on)."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST_", "EDIT_FACTORY_"))}
    command = [sys.executable, "-m", "pytest", FILE, "-v", "-p", "no:cacheprovider"]
    return subprocess.run(
        command,
        cwd=ROOT,
        env={**kept, "EDIT_FACTORY_TEST_DATA_DIR": str(folder), **more},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_file_is_as_it_was_written() -> None:
    assert hashlib.sha256((ROOT / FILE).read_bytes()).hexdigest() == AS_WRITTEN


@pytest.mark.slow
def test_it_passes_on_an_empty_folder_and_again_on_the_same_one(tmp_path: Path) -> None:
    for _ in range(2):
        done = run(tmp_path)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "6 passed" in done.stdout
        assert (tmp_path / "edit-factory.db").is_file()


def settings_of(folder: Path, supabase: Supabase, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """This process' settings for what the command left in `folder`, with the project."""
    monkeypatch.setenv("SUPABASE_URL", supabase.url)
    monkeypatch.setenv("SUPABASE_KEY", supabase.service_key)
    return load_settings(data_dir=folder)


def require_same_there(folder: Path, supabase: Supabase, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever was not sent yet is sent, and the project has the jobs that are here, and no others."""
    storage = JobStorage(settings_of(folder, supabase, monkeypatch))
    assert storage._supabase is not None
    assert storage._supabase.flush(60), storage._supabase.why
    here = {job["job_id"]: job for job in storage.list_jobs()}
    assert {row["id"]: row["data"] for row in supabase.rows("jobs")} == here
    assert list(here) == ["mem_123"]


def connected(folder: Path, supabase: Supabase) -> subprocess.CompletedProcess[str]:
    told = {"SUPABASE_URL": supabase.url, "SUPABASE_KEY": supabase.service_key}
    return run(folder, EDIT_FACTORY_TEST_SUPABASE="1", **told)


@pytest.mark.slow
def test_it_passes_with_supabase_connected(tmp_path: Path, supabase: Supabase, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(2):
        done = connected(tmp_path, supabase)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "6 passed" in done.stdout
    assert {"POST /jobs 201", "DELETE /jobs 200"} <= set(supabase.gateway.requests)  # sent while it ran
    require_same_there(tmp_path, supabase, monkeypatch)


@pytest.mark.slow
def test_it_passes_with_supabase_cut_off(tmp_path: Path, supabase: Supabase, monkeypatch: pytest.MonkeyPatch) -> None:
    supabase.gateway.cut()
    done = connected(tmp_path, supabase)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "6 passed" in done.stdout
    assert supabase.rows("jobs") == []
    supabase.gateway.restore()
    require_same_there(tmp_path, supabase, monkeypatch)


@pytest.mark.slow
def test_it_passes_with_supabase_cut_off_in_mid_run(
    tmp_path: Path, supabase: Supabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first request is held until the run is over, as by a network that has died without saying so."""
    supabase.gateway.hold()
    done = connected(tmp_path, supabase)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "6 passed" in done.stdout
    supabase.gateway.cut()
    supabase.gateway.release()
    supabase.gateway.restore()
    require_same_there(tmp_path, supabase, monkeypatch)
