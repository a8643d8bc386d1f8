"""The voice in a sound, estimated by DeepFilterNet 3 in a process of its own, block by block in lock-step."""

import contextlib
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import IO, Self

import numpy as np

from app.errors import RenderError
from app.media.sound import Curve
from app.models.control import Control

BLOCK = 4_800
"""Samples that are asked for at a time: a tenth of a second at 48 kHz, ten of the network's frames."""

DELAY = 1_440
"""Samples that the estimate comes late; with any other number nothing is taken away (measured)."""

_SCRIPT = Path(__file__).parent / "children" / "estimate_voice.py"
_POLL_SECONDS = 0.05
_PATIENCE = 120.0  # s for one block, which takes 0.02: then it hangs


class VoiceEstimator:
    """The process, started with the first block; use it in a `with` block, which ends it."""

    def __init__(self, control: Control) -> None:
        self._control = control
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is None:
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        for pipe in _pipes(self._process):
            with contextlib.suppress(OSError):
                pipe.close()

    def voice(self, block: Curve) -> Curve:
        """Return the voice in `BLOCK` samples of mono, delayed. Raises `RenderError` (ambience) or `Cancelled`."""
        self._control.check()
        self._process = self._process or _started()
        given, answers = _pipes(self._process)
        try:
            given.write(np.ascontiguousarray(block, np.float32).tobytes())
            given.flush()
            answer = b"".join(self._read(answers, 4 * BLOCK))
        except OSError as error:
            raise _failed() from error
        return np.frombuffer(answer, np.float32)

    def _read(self, answers: IO[bytes], count: int) -> Iterator[bytes]:
        until = time.monotonic() + _PATIENCE
        while count:
            if not select.select([answers], [], [], _POLL_SECONDS)[0]:
                self._control.check()
                if time.monotonic() > until:
                    raise _failed()
                continue
            data = os.read(answers.fileno(), count)
            if not data:
                raise _failed()
            count -= len(data)
            yield data


def _started() -> "subprocess.Popen[bytes]":
    try:
        return subprocess.Popen(  # noqa: S603 - our own interpreter and script
            [sys.executable, "-P", str(_SCRIPT), str(4 * BLOCK)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            env={**os.environ, "RAYON_NUM_THREADS": "1"},
        )
    except OSError as error:
        raise _failed() from error


def _pipes(process: "subprocess.Popen[bytes]") -> tuple[IO[bytes], IO[bytes]]:
    assert process.stdin is not None and process.stdout is not None  # noqa: S101 - PIPE was asked for
    return process.stdin, process.stdout


def _failed() -> RenderError:
    return RenderError(
        "The program that tells voices from what is around them ended or did not answer.",
        hint="Try again; if it stays so, turn the sound down under voices instead of taking them out.",
        subject="sound",
        code="ambience",
    )
