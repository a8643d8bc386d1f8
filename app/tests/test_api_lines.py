"""The main job in eight lines, as the page of the API shows it, run as a person would."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from app.media.probe import probe
from app.tests.api.serving import serving
from app.tests.conftest import ClipMaker
from app.tests.ground.children import PATIENCE

PAGE = Path(__file__).parents[2] / "docs" / "api.md"
SHOWN = "http://127.0.0.1:8000"


def lines() -> list[str]:
    """Return the lines of the page's example."""
    part = re.search(r"^## The main job in eight lines\n+((?:    .*\n|\n)+)", PAGE.read_text(encoding="utf-8"), re.M)
    assert part is not None
    return [line.strip() for line in part[1].splitlines() if line.strip()]


def test_there_are_eight_of_them() -> None:
    assert sum("curl " in line for line in lines()) == 8
    assert SHOWN in lines()[0]


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("curl") is None or shutil.which("bash") is None, reason="there is no curl")
def test_they_make_a_clip(make: ClipMaker, tmp_path: Path) -> None:
    shutil.copy(make(seconds=14, cuts=(3, 6, 9, 12), size=(640, 360), seed=71), tmp_path / "plaja.mp4")
    with serving(tmp_path / "server") as server:
        script = "\n".join(["set -euo pipefail", *lines()]).replace(SHOWN, server.address)
        command = ["bash", "-c", script]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=PATIENCE * 20, check=False)
    assert done.returncode == 0, done.stderr
    assert '"kind":"completed"' in done.stdout and '"selected":true' in done.stdout
    clip = probe(tmp_path / "clip.mp4")
    assert clip.duration > 2 and clip.audio is not None
