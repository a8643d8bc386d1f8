"""What every test shares: a data folder of its own, settings, and clips that are made once a session."""

import hashlib
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from app.config import Settings, load_settings
from app.db import close_databases
from app.services.job_storage import forget_job_storages
from app.services.supabase_mirror import end_mirrors
from app.tests.footage import make_clip
from app.tests.ground.databases import any_database, any_settings, any_storage, made_postgres, made_sqlite, storage
from app.tests.ground.fixtures import postgres_server, postgres_url, session_postgres, supabase

__all__ = [
    "any_database",
    "any_settings",
    "any_storage",
    "made_postgres",
    "made_sqlite",
    "postgres_server",
    "postgres_url",
    "session_postgres",
    "storage",
    "supabase",
]

hypothesis.settings.register_profile("house", deadline=None)  # speed is measured in benchmarks, not in tests
hypothesis.settings.load_profile("house")

MEDIA_VARIABLE = "EDIT_FACTORY_TEST_MEDIA"
ORIGINAL = Path(__file__).with_name("test_job_storage.py")
"""The original interface's own tests, unchanged: each goes on with what the one before left."""


def pytest_configure(config: pytest.Config) -> None:
    """Let the old routes warn, as they are to: every other warning is an error."""
    for warning in (r"routes\.py is deprecated", r"[A-Z]+ /\S+ is deprecated"):
        config.addinivalue_line("filterwarnings", f"ignore:{warning}:DeprecationWarning")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what runs on both databases."""
    for item in items:
        if "any_settings" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.store)


@pytest.fixture(scope="session")
def original_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of the original interface's tests: EDIT_FACTORY_TEST_DATA_DIR, or one that they share."""
    return Path(os.environ.get("EDIT_FACTORY_TEST_DATA_DIR") or tmp_path_factory.mktemp("original"))


@pytest.fixture(autouse=True)
def data_dir(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Path]:
    """An empty data folder, and no setting of the machine's: no test may read or write a person's own data.

    Databases that the test opens in this process are closed after it.
    """
    is_original = request.path == ORIGINAL
    folder = request.getfixturevalue("original_folder") if is_original else tmp_path_factory.mktemp("data")
    kept = {MEDIA_VARIABLE, *_supabase_of_original()} if is_original else {MEDIA_VARIABLE}
    ours = ("EDIT_FACTORY_", "SUPABASE_", "DATABASE_URL")
    for name in [n for n in os.environ if n.startswith(ours) and n not in kept]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("EDIT_FACTORY_DATA_DIR", str(folder))
    yield folder
    forget_job_storages()
    end_mirrors()
    if "app.workflows.jobs.engine" in sys.modules:
        sys.modules["app.workflows.jobs.engine"].close_clients()
    close_databases()


def _supabase_of_original() -> set[str]:
    """The original interface's tests talk to a Supabase project only when they are told to."""
    return {"SUPABASE_URL", "SUPABASE_KEY"} if os.environ.get("EDIT_FACTORY_TEST_SUPABASE") == "1" else set()


@pytest.fixture
def settings(data_dir: Path) -> Settings:
    """The default settings with this test's own data folder."""
    return load_settings(data_dir=data_dir)


@pytest.fixture(scope="session")
def test_media() -> Path:
    """The folder of real clips that EDIT_FACTORY_TEST_MEDIA names; tests that need it are skipped without."""
    folder = os.environ.get(MEDIA_VARIABLE)
    if not folder or not Path(folder).is_dir():
        pytest.skip(f"{MEDIA_VARIABLE} is not set to a folder of real clips")
    return Path(folder)


ClipMaker = Callable[..., Path]


@pytest.fixture(scope="session")
def make(tmp_path_factory: pytest.TempPathFactory) -> ClipMaker:
    """`make(suffix=".mp4", **what make_clip takes)`: a clip, made once a session for the same arguments.

    Tests must not change it; copy it first.
    """
    folder = tmp_path_factory.mktemp("clips")

    def made(suffix: str = ".mp4", **arguments: Any) -> Path:
        name = hashlib.sha256(repr(sorted(arguments.items())).encode()).hexdigest()[:16]
        path = folder / f"{name}{suffix}"
        return path if path.exists() else make_clip(path, **arguments)

    return made


@pytest.fixture(scope="session")
def clip(make: ClipMaker) -> Path:
    """4 s of 640x360 at 30 frames a second with a tone and cuts at 1.5 and 2.8 s."""
    return make()
