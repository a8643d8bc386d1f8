"""The command line as a fixture."""

import pytest

from app.tests.cli.runner import CommandLine


@pytest.fixture
def edit_factory(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    """`edit_factory("make", ...)` runs the command and returns its status and output."""
    return CommandLine(monkeypatch, capsys)
