"""Two times that belong together go from module to module as one value, and frames are rounded in one place."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.tests.test_house import sources

FLOORS = ("app/media/", "app/editing/")
ROUNDS = "app/models/timing.py"

BEGINS = {"start", "begin", "first", "offset", "source_start", "since"}
ENDS = {"end", "stop", "last", "until", "frames", "length", "count", "samples", "seconds", "duration"}
BARE = {"float", "int", "float | None", "int | None"}

ALLOWED = {
    ("app/media/shots.py", "Stretch"),  # the analysis' own type: numbers of a file's pictures
    ("app/media/groups.py", "Group"),  # the same, in ticks of the file
    ("app/media/doubts.py", "may_be_cuts"),
    ("app/media/sound.py", "Stored"),  # samples, as a file holds them
    ("app/editing/subtitles/times.py", "TimeLine"),  # milliseconds as a file writes them, any of which may be missing
    ("app/editing/choice.py", "Pick"),  # stored as JSON; it has `excerpt`
}


def public(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.ClassDef]:
    """Yield the functions, classes and methods that other modules may use."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            yield node
            if isinstance(node, ast.ClassDef):
                own = (each for each in node.body if isinstance(each, ast.FunctionDef))
                yield from (each for each in own if each.name == "__init__" or not each.name.startswith("_"))


def bare_times(node: ast.FunctionDef | ast.ClassDef) -> set[str]:
    """Return the names of its parameters, or of its fields, that are bare numbers."""
    if isinstance(node, ast.FunctionDef):
        named = [(each.arg, each.annotation) for each in (*node.args.args, *node.args.kwonlyargs)]
    else:
        fields = (each for each in node.body if isinstance(each, ast.AnnAssign))
        named = [(ast.unparse(each.target), each.annotation) for each in fields]
    return {name for name, annotation in named if annotation and ast.unparse(annotation) in BARE}


def pairs(name: str, tree: ast.Module) -> list[str]:
    """Return the public functions and records of a module that take a beginning and an end as two numbers."""
    return [
        f"{name}:{node.lineno} {node.name}({', '.join(sorted(times & (BEGINS | ENDS)))})"
        for node in public(tree)
        if (times := bare_times(node)) & BEGINS and times & ENDS and (name, node.name) not in ALLOWED
    ]


def rounded_frames(tree: ast.Module) -> list[int]:
    """Return the lines in which something reckoned with the frame rate is made whole."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {"round", "int", "math.floor", "math.ceil"}:
            named = {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
            found += [node.lineno] if "OUTPUT_FPS" in named else []
    return found


def test_no_beginning_and_end_are_two_numbers() -> None:
    found = [pair for name, tree in sources() if name.startswith(FLOORS) for pair in pairs(name, tree)]
    assert not found, "use Span, FrameSpan or Excerpt of app/models/timing.py (docs/decisions/0014)"


def test_frames_are_rounded_in_one_place() -> None:
    found = [f"{name}:{line}" for name, tree in sources() if name != ROUNDS for line in rounded_frames(tree)]
    assert not found, f"{ROUNDS} has the functions that turn seconds into frames"


@pytest.mark.parametrize(
    "code",
    [
        "def cut(path: Path, start: float, end: float) -> None: ...",
        "def take(*, source_start: float, frames: int) -> None: ...",
        "def read(begin: float, length: float | None = None) -> None: ...",
        "class Take:\n    first: int\n    frames: int",
        "class Reader:\n    def read(self, start: float, samples: int) -> None: ...",
    ],
)
def test_pairs_are_seen(code: str) -> None:
    assert pairs("x.py", ast.parse(code))


@pytest.mark.parametrize(
    "code",
    [
        "def cut(path: Path, span: Span) -> None: ...",
        "def clock(frame: int, fps: int) -> None: ...",
        "def _inside(start: float, end: float) -> None: ...",
        "def weigh(start: Floats, end: Floats) -> None: ...",
    ],
)
def test_others_are_not(code: str) -> None:
    assert not pairs("x.py", ast.parse(code))


def test_roundings_are_seen() -> None:
    assert rounded_frames(ast.parse("a = 1\nb = round(seconds * OUTPUT_FPS)")) == [2]
    assert not rounded_frames(ast.parse("a = frame_nearest(seconds) / OUTPUT_FPS"))


def test_what_is_allowed_is_there() -> None:
    root = Path(__file__).parents[2]
    there = {(name, node.name) for name, tree in sources() for node in public(tree)}
    assert {(path, name) for path, name in ALLOWED if (root / path).exists()} <= there
