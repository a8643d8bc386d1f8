"""What every test shares: a data folder of its own, settings, and clips that are made once a session."""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from app.config import Settings, load_settings
from app.tests.footage import make_clip

hypothesis.settings.register_profile("house", deadline=None)  # speed is measured in benchmarks, not in tests
hypothesis.settings.load_profile("house")

MEDIA_VARIABLE = "EDIT_FACTORY_TEST_MEDIA"


@pytest.fixture(autouse=True)
def data_dir(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty data folder, and no setting of the machine's: no test may read or write a person's own data."""
    ours = ("EDIT_FACTORY_", "SUPABASE_", "DATABASE_URL")
    for name in [n for n in os.environ if n.startswith(ours) and n != MEDIA_VARIABLE]:
        monkeypatch.delenv(name)
    folder = tmp_path_factory.mktemp("data")
    monkeypatch.setenv("EDIT_FACTORY_DATA_DIR", str(folder))
    return folder


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
