"""The rules of the house that a program can check: floors, locks, who runs programs, what nobody imports."""

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
APP = ROOT / "app"
RUNS_PROGRAMS = {
    "app/media/ffmpeg.py",
    "app/media/voice_estimate.py",
    "app/services/speech/child.py",
    "app/workflows/jobs/supervisor.py",
}
"""The only places that start another program: ffmpeg, the voices' child processes, and workers."""

GPL = {"piper", "espeakng_loader", "imageio_ffmpeg"}
CHILDREN = "app/services/speech/children/"


def sources() -> Iterator[tuple[str, ast.Module]]:
    """Yield the path and the syntax tree of every module that is not a test."""
    for path in sorted(APP.rglob("*.py")):
        name = path.relative_to(ROOT).as_posix()
        if not name.startswith("app/tests/"):
            yield name, ast.parse(path.read_text(encoding="utf-8"))


def imported(tree: ast.Module) -> set[str]:
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
    return found


def test_a_floor_imports_only_from_floors_below_it() -> None:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-samples.lock"])
def test_locks_have_hashes_and_no_address(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert "://" not in text
    assert "--hash=sha256:" in text
    assert not re.search(r"^(-e|-r|--index|file:|/)", text, re.MULTILINE)


def test_the_page_s_lock_has_hashes_and_no_address() -> None:
    text = (ROOT / "frontend" / "package-lock.json").read_text(encoding="utf-8")
    packages = {name: told for name, told in json.loads(text)["packages"].items() if name}
    assert '"resolved"' not in text
    assert len(packages) > 100
    assert all(told["integrity"].startswith("sha512-") for told in packages.values())


def test_the_page_s_packages_are_named_exactly() -> None:
    named = json.loads((ROOT / "frontend" / "package.json").read_text(encoding="utf-8"))
    wanted = named["dependencies"] | named["devDependencies"]
    assert {name: version for name, version in wanted.items() if not re.fullmatch(r"\d+\.\d+\.\d+", version)} == {}


def test_the_lock_names_every_dependency() -> None:
    locked = set(re.findall(r"^([a-z0-9-]+)==", (ROOT / "requirements.lock").read_text(), re.MULTILINE))
    named = re.findall(r'^    "([a-z0-9-]+)[<>=]', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    assert len(named) > 20
    assert set(named) <= locked


def test_only_these_modules_start_other_programs() -> None:
    starters = {name for name, tree in sources() if imported(tree) & {"subprocess", "multiprocessing", "pty"}}
    assert starters == RUNS_PROGRAMS


def test_gpl_code_is_met_in_child_processes_only() -> None:
    for name, tree in sources():
        if name.startswith(CHILDREN):
            continue
        assert not imported(tree) & (GPL - {"imageio_ffmpeg"}), name
        assert "imageio_ffmpeg" not in imported(tree) or name == "app/media/ffmpeg.py"


def test_no_shell_is_ever_used() -> None:
    for name, tree in sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                assert not any(word.arg == "shell" for word in node.keywords), name


def test_scripts_can_be_run() -> None:
    for name in ("run", "test", ".ci/run"):
        assert (ROOT / name).stat().st_mode & 0o111, name
    assert "./test" in (ROOT / ".ci" / "run").read_text()
