"""Run the command line in this process, as a shell would."""

import json
import sys
from dataclasses import dataclass
from typing import Any

import pytest

from app.cli import main


@dataclass(frozen=True)
class Outcome:
    """Exit status and what was printed."""

    status: int
    out: str
    err: str

    @property
    def document(self) -> dict[str, Any]:
        """The JSON document on standard output."""
        loaded = json.loads(self.out)
        assert isinstance(loaded, dict)
        return loaded

    @property
    def code(self) -> str:
        """The stable code of the error that was printed."""
        return str(self.document["error"]["code"])


class CommandLine:
    """Calls `edit-factory` with arguments."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch = monkeypatch
        self._capsys = capsys

    def __call__(self, *arguments: object) -> Outcome:
        """Run and return what came of it."""
        self._monkeypatch.setattr(sys, "argv", ["edit-factory", *map(str, arguments)])
        with pytest.raises(SystemExit) as caught:
            main()
        out, err = self._capsys.readouterr()
        return Outcome(int(caught.value.code or 0), out, err)
