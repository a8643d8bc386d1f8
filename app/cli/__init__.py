"""The command line: `edit-factory make`, `render`, `export`, `swap`, `mute`, `jobs`, `serve`, `worker`, and what tells
what there is: `probe`, `presets`, `styles`, `voices`, `doctor`.

Exit statuses are those of `app/errors.py` and stable: 0 done, 1 a fault of ours, 2 a wrong option, script or edit,
3 a bad media file, 4 footage that does not do, 5 a voice that failed, 6 a clip that failed to render or to pass its
check, 7 a disk or folder that cannot be written, 8 something is not installed, 130 stopped.
"""

import os
import sys


def main() -> None:
    """Run the command line and leave with its exit status; every error is one line, or one JSON document."""
    try:
        # Not at the top: loading takes half a second, in which Ctrl-C must end as plainly as later.
        from app.cli.program import run  # noqa: PLC0415

        status = run(sys.argv[1:])
        sys.stdout.flush()
    except KeyboardInterrupt:
        sys.stderr.write("edit-factory: Stopped as asked. [cancelled]\n")
        status = 130
    except OSError:  # standard output is full, or nobody reads it any more: there is nobody to tell
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115, PTH123 - else the interpreter tries, and fails, once more
        status = 7
    sys.exit(status)
