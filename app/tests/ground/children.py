"""Other processes for tests: small programs that use the same data folder and database, and can be killed."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from textwrap import dedent

PATIENCE = 60
"""Seconds after which a test no longer waits for what it waits for."""


@contextmanager
def child(program: str) -> Iterator[subprocess.Popen[str]]:
    """Run Python source in another process, which has this one's environment; kill it at the end if it still runs."""
    process = subprocess.Popen(
        [sys.executable, "-c", dedent(program)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def said(process: subprocess.Popen[str]) -> str:
    """Wait for the next line that the process prints, and return it."""
    assert process.stdout is not None
    line = process.stdout.readline().strip()
    if not line:
        raise AssertionError(process.communicate()[1])
    return line


def tell(process: subprocess.Popen[str], line: str = "go") -> None:
    """Send the process a line."""
    assert process.stdin is not None
    process.stdin.write(line + "\n")
    process.stdin.flush()


def finish(process: subprocess.Popen[str]) -> str:
    """Wait until the process has ended well, and return the rest of what it printed."""
    out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, err
    return out


def until(condition: Callable[[], bool]) -> None:
    """Wait until the condition holds."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.01)
