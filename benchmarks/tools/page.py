"""The page of results: what was measured last by each benchmark, when, and on what machine."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from app.media.atomic import write_text
from benchmarks.tools.figure import Figure, mark_of, value_of, verdict
from benchmarks.tools.versions import versions

RESULTS = Path(__file__).parents[1] / "results.json"
PAGE = Path(__file__).parents[2] / "docs" / "benchmarks.md"

_HEAD = """# Benchmarks

Each figure is measured against a limit or another program in the same run, by `python -m benchmarks NAME...`
(`--quick`: once, on 30 s of footage; `--json` for programs; `--write` writes this page). Lower is better unless the
bar says `>=`. A figure that misses its bar is shown so. The bars are for a quiet machine with two cores.

Footage is made of real clips where `EDIT_FACTORY_TEST_MEDIA` names a folder that has them and the tool that puts
them together, else of moving textures; it is kept in `EDIT_FACTORY_BENCH_DIR` (else in the user's cache). Other
programs are installed into an environment of their own on first use. CPU is that of a process and all it started,
without loading the program; three measurements are taken in turn with those they are held against, and the median
counts. `memory_hour` runs only by name.
"""


def keep(measured: Mapping[str, Sequence[Figure]], *, quick: bool, results: Path = RESULTS, page: Path = PAGE) -> None:
    """Put these benchmarks' figures in the place of their last ones, and write the page anew."""
    kept = read(results)
    for name, figures in measured.items():
        kept[name] = {
            "date": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
            "quick": quick,
            "machine": versions(),
            "figures": [figure.model_dump(mode="json") for figure in figures],
        }
    write_text(results, json.dumps(kept, indent=1, sort_keys=True, ensure_ascii=False) + "\n")
    write_text(page, "\n".join([_HEAD, *_sections(kept)]))


def read(results: Path) -> dict[str, Any]:
    """Return the last results by benchmark; none when there are none."""
    return json.loads(results.read_text(encoding="utf-8")) if results.exists() else {}


def _sections(kept: Mapping[str, Any]) -> Iterator[str]:
    misses = sum(not Figure.model_validate(one).holds for run in kept.values() for one in run["figures"])
    yield f"In the last runs {misses or 'no'} figure{'s' if misses > 1 else ''} missed the bar.\n"
    for name, run in sorted(kept.items()):
        yield f"## {name}\n\n{run['date']}{', quick' if run['quick'] else ''}; {run['machine']}\n"
        yield "| figure | value | against | bar | goal | |"
        yield "|---|---|---|---|---|---|"
        yield from (_row(Figure.model_validate(one)) for one in run["figures"])
        yield ""


def _row(figure: Figure) -> str:
    marks = [mark_of(figure, word).removeprefix(f"{word} ") for word in ("bar", "goal")]
    cells = [figure.name, value_of(figure), figure.against, *marks, verdict(figure)]
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"
