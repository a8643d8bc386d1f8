"""What a worker process runs: `python -m app.workflows.jobs.worker_main standing|private`."""

import os
import sys

from app.config import load_settings
from app.errors import EditFactoryError
from app.services import logs
from app.workflows.jobs.lease import Kind

NICENESS = 10
"""Of standing workers: the web process, and whoever works at the machine, come first."""


def main(arguments: list[str]) -> int:
    """Work until asked to stop."""
    kind: Kind = "private" if arguments[:1] == ["private"] else "standing"
    if kind == "standing":
        os.nice(NICENESS)
    try:
        settings = load_settings()
        logs.set_up(settings, "worker", telling=kind == "standing")
        from app.workflows.jobs.worker import run_worker  # noqa: PLC0415 - loading takes a second; niceness first

        run_worker(settings, kind)
    except EditFactoryError as error:
        sys.stderr.write(f"edit-factory: {error.message} {error.hint} [{error.instance_code}]\n")
        return error.exit_status
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
