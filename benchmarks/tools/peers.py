"""The programs that figures are measured against, in an environment of their own: never part of the product.

Made on first use from `benchmarks/peers.lock`, beside the kept footage. Each peer is a script in `benchmarks/peers`
that takes one JSON argument and prints one JSON answer.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.tools.cache import kept, name_of

LOCK = Path(__file__).parents[1] / "peers.lock"
SCRIPTS = Path(__file__).parents[1] / "peers"


class NoPeers(Exception):
    """The environment cannot be made: no network, or no build of a package for this machine."""


def python() -> Path:
    """Return the Python that has the peers. Raises `NoPeers`."""
    folder = kept() / name_of("peers", "", LOCK, sys.version)
    program, ready = folder / "bin" / "python", folder / "ready"
    if not ready.exists():
        _say(f"making {folder} with the peers")
        install = [str(program), "-m", "pip", "install", "--quiet", "--require-hashes", "-r", str(LOCK)]
        for command in ([sys.executable, "-m", "venv", "--clear", str(folder)], install):
            done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - fixed words
            if done.returncode:
                last = done.stderr.strip().splitlines()[-1:] or [f"exit status {done.returncode}"]
                raise NoPeers(f"the peers cannot be installed: {last[0]}")
        ready.touch()
    return program


def ask(peer: str, told: Any) -> Any:
    """Run the script `peer` with `told` and return its answer. Raises `NoPeers` and `CalledProcessError`."""
    command = [str(python()), str(SCRIPTS / f"{peer}.py"), json.dumps(told)]
    with tempfile.TemporaryDirectory(prefix="ef-peer-") as folder:  # MoviePy leaves files where it is started
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)  # noqa: S603 - our own script
    return json.loads(done.stdout.splitlines()[-1])


def _say(what: str) -> None:
    sys.stderr.write(f"{what}\n")
