"""What tests of workflows share: a desk, and trial jobs with real workers."""

from pathlib import Path

import pytest

from app.config import Settings
from app.tests.chaos.trials import Trials
from app.workflows.jobs.attend import open_desk
from app.workflows.jobs.submit import Desk


@pytest.fixture
def desk(settings: Settings) -> Desk:
    """A desk on SQLite."""
    return open_desk(settings)


@pytest.fixture
def any_desk(any_settings: Settings) -> Desk:
    """A desk on either database."""
    return open_desk(any_settings)


@pytest.fixture
def trials(desk: Desk, tmp_path: Path) -> Trials:
    """Trial jobs on SQLite."""
    return Trials(desk, tmp_path / "trials")


@pytest.fixture
def any_trials(any_desk: Desk, tmp_path: Path) -> Trials:
    """Trial jobs on either database."""
    return Trials(any_desk, tmp_path / "trials")
