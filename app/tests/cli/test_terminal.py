"""Whatever terminal, signal or moment: one plain end, and never a traceback."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from app.cli.output import cancellable

PROGRAM = [sys.executable, "-c", "from app.cli import main; main()"]


def run(*arguments: object, **environment: str) -> subprocess.CompletedProcess[bytes]:
    command = [*PROGRAM, *map(str, arguments)]
    return subprocess.run(command, env={**os.environ, **environment}, capture_output=True, check=False)


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_letters_a_terminal_lacks_end_nothing(clip: Path, tmp_path: Path, encoding: str) -> None:
    odd = tmp_path / "cu spații 🎉.mp4"
    odd.write_bytes(clip.read_bytes())
    plain = run("probe", odd, PYTHONIOENCODING=encoding)
    assert plain.returncode == 0, plain.stderr
    document = run("probe", odd, "--json", PYTHONIOENCODING=encoding)
    assert json.loads(document.stdout.decode(encoding))["file"] == str(odd)
    missing = run("probe", tmp_path / "nuéxistă.mp4", "--json", PYTHONIOENCODING=encoding)
    assert missing.returncode == 3
    assert "nuéxistă" in json.loads(missing.stdout.decode(encoding))["error"]["message"]


def test_a_name_that_is_no_text(clip: Path, tmp_path: Path) -> None:
    odd = tmp_path / os.fsdecode(b"bad\xffname.mp4")
    odd.write_bytes(clip.read_bytes())
    done = run("probe", odd, "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["ok"] is True


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no device that is always full")
@pytest.mark.parametrize("arguments", [("presets",), ("presets", "--json"), ("probe", "none.mp4", "--json")])
def test_a_full_output_is_no_traceback(arguments: tuple[str, ...]) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run([*PROGRAM, *arguments], stdout=full, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 7
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize("delay", [0.25, 0.45, 0.7])
def test_ctrl_c_while_loading_is_a_plain_end(delay: float) -> None:
    """Sent at several moments of loading; whether it still loads then or is done already, the end is plain."""
    with subprocess.Popen([*PROGRAM, "doctor"], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        time.sleep(delay)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
    if process.returncode == -signal.SIGINT:
        return  # not even the interpreter was up: the shell says so itself
    assert process.returncode in {0, 130}
    assert b"Traceback" not in errors


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_every_way_of_stopping_cancels_the_work(stop: signal.Signals) -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    try:
        with cancellable() as control:
            os.kill(os.getpid(), stop)
            assert control.cancelled
    finally:
        signal.signal(signal.SIGHUP, before)


def test_work_under_nohup_outlives_its_terminal() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with cancellable() as control:
            os.kill(os.getpid(), signal.SIGHUP)
            assert not control.cancelled
        assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)
