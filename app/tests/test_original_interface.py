"""The original interface's tests, unchanged, by their own command: on an empty folder, and again on what that left."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

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
