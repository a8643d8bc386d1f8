"""What a worker process runs: `python -m app.workflows.jobs.worker_main standing|private`."""

import logging
import os
import sys

from app.config import load_settings
from app.errors import EditFactoryError

NICENESS = 10
"""Of standing workers: the web process, and whoever works at the machine, come first."""


def main(arguments: list[str]) -> int:
    """Work until asked to stop."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s worker %(levelname)s %(message)s", stream=sys.stderr)
    kind = arguments[0] if arguments else "standing"
    if kind == "standing":
        logging.getLogger("edit_factory").setLevel(logging.INFO)
        os.nice(NICENESS)
    from app.workflows.jobs.worker import run_worker  # noqa: PLC0415 - loading takes a second; signals and niceness first

    try:
        run_worker(load_settings(), "private" if kind == "private" else "standing")
    except EditFactoryError as error:
        sys.stderr.write(f"edit-factory: {error.message} {error.hint} [{error.instance_code}]\n")
        return error.exit_status
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
