import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from app.errors import Cancelled, VoiceError
from app.models.control import Control
from app.services.speech.child import CHILDREN, ask


def script(folder: Path, body: str) -> Path:
    path = folder / "child.py"
    path.write_text(
        f"import json, os, sys, time, subprocess\nrequest = json.load(sys.stdin)\n{body}\n", encoding="utf-8"
    )
    return path


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{pid}/stat")
    return not state.exists() or state.read_text().rpartition(")")[2].split()[0] != "Z"


def gone_soon(pid: int) -> bool:
    until = time.monotonic() + 5
    while time.monotonic() < until:
        if not alive(pid):
            return True
        time.sleep(0.02)
    return False


def test_a_child_answers_what_it_was_asked(tmp_path: Path) -> None:
    echo = script(tmp_path, "print(json.dumps({'said': request['text']}))")
    assert ask(echo, {"text": "Bună; $(rm -rf /) `x`"}, Control(), 10, "Echo") == {"said": "Bună; $(rm -rf /) `x`"}


def test_a_long_request_and_a_long_answer_do_not_block(tmp_path: Path) -> None:
    echo = script(tmp_path, "time.sleep(0.3); print(json.dumps({'said': request['text']}))")
    text = "x" * 2_000_000
    assert ask(echo, {"text": text}, Control(), 30, "Echo")["said"] == text


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("os.kill(os.getpid(), 11)", "crashed (SIGSEGV)"),
        ("sys.exit('the model is broken')", "the model is broken"),
        ("sys.exit(3)", "status 3"),
        ("print('hello')", "cannot be read"),
        ("print('[1, 2]')", "cannot be read"),
        ("pass", "cannot be read"),
        ("print(json.dumps({'error': 'no such voice'}))", "no such voice"),
        ("time.sleep(60)", "did not finish within 1 s"),
    ],
)
def test_a_child_that_fails_is_named_with_its_reason(tmp_path: Path, body: str, why: str) -> None:
    with pytest.raises(VoiceError) as caught:
        ask(script(tmp_path, body), {}, Control(), 1, "The voice Ana")
    assert caught.value.message.startswith("The voice Ana could not speak")
    assert why in caught.value.message
    assert "--voice" in caught.value.hint


def test_cancelling_kills_the_child_and_what_it_started(tmp_path: Path) -> None:
    body = (
        "other = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "open(request['pids'] + '.new', 'w').write(f'{os.getpid()} {other.pid}')\n"
        "os.rename(request['pids'] + '.new', request['pids'])\ntime.sleep(60)"
    )
    pids = tmp_path / "pids"
    control = Control()

    def cancel_when_started() -> None:
        while not pids.exists():
            time.sleep(0.01)
        control.cancel()

    threading.Thread(target=cancel_when_started).start()
    started = time.monotonic()
    with pytest.raises(Cancelled):
        ask(script(tmp_path, body), {"pids": str(pids)}, control, 60, "The voice")
    assert time.monotonic() - started < 10
    assert all(gone_soon(int(pid)) for pid in pids.read_text().split())


def test_a_cancelled_control_starts_nothing(tmp_path: Path) -> None:
    control = Control()
    control.cancel()
    with pytest.raises(Cancelled):
        ask(script(tmp_path, f"open({str(tmp_path / 'ran')!r}, 'w')"), {}, control, 10, "The voice")
    assert not (tmp_path / "ran").exists()


def test_a_script_that_is_not_there_is_a_voice_error(tmp_path: Path) -> None:
    with pytest.raises(VoiceError):
        ask(tmp_path / "none.py", {}, Control(), 10, "The voice")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ties a child to its parent")
def test_a_child_dies_with_its_parent(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    child = script(tmp_path, f"open({str(pids)!r}, 'w').write(str(os.getpid())); time.sleep(60)")
    code = (
        "from pathlib import Path; from app.models.control import Control; from app.services.speech.child import ask\n"
        f"ask(Path({str(child)!r}), {{}}, Control(), 60, 'x')"
    )
    root = Path(__file__).parents[4]
    parent = subprocess.Popen([sys.executable, "-c", code], cwd=root)
    until = time.monotonic() + 20
    while not (pids.exists() and pids.read_text()) and time.monotonic() < until:
        time.sleep(0.02)
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    assert gone_soon(int(pids.read_text()))


def test_only_the_scripts_load_the_synthesisers() -> None:
    code = (
        "import sys\nfrom app.config import load_settings\nfrom app.services import speech\n"
        "speech.voices(load_settings())\n"
        "print([m for m in ('piper', 'espeakng_loader', 'onnx', 'onnxruntime') if m in sys.modules])"
    )
    root = Path(__file__).parents[4]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
    assert {path.name for path in CHILDREN.glob("*_child.py")} == {"espeak_child.py", "piper_child.py"}
