"""Runs a synthesiser in a process of its own: one JSON request in, one JSON answer out.

The synthesisers are not safe to use from several threads, may crash, and are under another licence than this program:
they are loaded by standalone scripts only. A child has its own session and is killed with all it started when it takes
too long, when somebody cancels, and when this process dies.
"""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from functools import cache
from pathlib import Path
from typing import Any

from app.errors import VoiceError
from app.models.control import Control

CHILDREN = Path(__file__).parent / "children"
_POLL_SECONDS = 0.05


@cache
def _tie() -> list[str]:
    """Return what makes the kernel kill a child when its parent dies, where there is such a thing (Linux)."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "KILL", "--"] if setpriv and sys.platform == "linux" else []


def ask(script: Path, request: dict[str, Any], control: Control, seconds: float, speaker: str) -> dict[str, Any]:
    """Run `script`, give it `request` and return its answer.

    `speaker` names the synthesiser in messages. Raises `VoiceError` when the child fails, answers nonsense or takes
    longer than `seconds`; `Cancelled` when `control` is cancelled.
    """
    control.check()
    with tempfile.TemporaryFile() as asked:  # not a pipe: what does not fit one would have to be written while waiting
        asked.write(json.dumps(request).encode())
        asked.seek(0)
        try:
            child = subprocess.Popen(  # noqa: S603 - our own interpreter and script; no user text among the arguments
                [*_tie(), sys.executable, "-P", str(script)],
                stdin=asked,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
            )
        except OSError as error:
            raise _failed(speaker, f"its process cannot be started ({error.strerror})") from error
    try:
        out, err = _talk(child, control, time.monotonic() + seconds)
    except TimeoutError as error:
        raise _failed(speaker, f"it did not finish within {seconds:.0f} s") from error
    finally:
        _end(child)
    return _answer(speaker, child.returncode, out, err)


def _talk(child: "subprocess.Popen[bytes]", control: Control, until: float) -> tuple[bytes, bytes]:
    while True:
        try:
            return child.communicate(timeout=_POLL_SECONDS)
        except subprocess.TimeoutExpired:
            control.check()
            if time.monotonic() > until:
                raise TimeoutError from None


def _end(child: "subprocess.Popen[bytes]") -> None:
    """Kill whatever is left of the child's group and take away its pipes."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()
    for pipe in (child.stdout, child.stderr):
        if pipe is not None:
            with contextlib.suppress(OSError):
                pipe.close()


def _answer(speaker: str, status: int, out: bytes, err: bytes) -> dict[str, Any]:
    if status < 0:
        raise _failed(speaker, f"its process crashed ({signal.Signals(-status).name})")
    lines = err.decode(errors="replace").strip().splitlines()
    if status > 0:
        raise _failed(speaker, lines[-1] if lines else f"its process ended with status {status}")
    try:
        answer = json.loads(out)
    except ValueError as error:
        raise _failed(speaker, "its answer cannot be read") from error
    if not isinstance(answer, dict):
        raise _failed(speaker, "its answer cannot be read")
    if "error" in answer:
        raise _failed(speaker, str(answer["error"]))
    return answer


def _failed(speaker: str, why: str) -> VoiceError:
    return VoiceError(
        f"{speaker} could not speak: {why.rstrip('.')}.",
        hint="Run it again, or choose another voice with --voice (the command `voices` lists them).",
        subject="voice",
    )
