"""The command: measures what is named, or everything, and says whether the bars hold (exit 1 when one does not)."""

import argparse
import json
import sys
import traceback
from collections.abc import Sequence
from datetime import datetime
from importlib import import_module

from benchmarks.tools.figure import Figure, lines, names
from benchmarks.tools.page import keep
from benchmarks.tools.versions import versions


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; return the exit status."""
    options = _parser().parse_args(arguments)
    measured = {name: measure(name, options.quick) for name in options.names or by_default()}
    figures = [figure for found in measured.values() for figure in found]
    if options.write:
        keep(measured, quick=options.quick)
    if options.json:
        sys.stdout.write(json.dumps([figure.as_dict() for figure in figures], indent=2) + "\n")
    else:
        sys.stdout.write("\n".join([*lines(figures), "", versions()]) + "\n")
    return 0 if all(figure.holds for figure in figures) else 1


def by_default() -> list[str]:
    """Return the benchmarks that run when none is named: those without `BY_NAME_ONLY`, which take very long."""
    return [name for name in names() if not getattr(import_module(f"benchmarks.{name}"), "BY_NAME_ONLY", False)]


def measure(name: str, quick: bool) -> list[Figure]:
    """Return a benchmark's figures; one that fails is a figure that was not measured, and the others go on."""
    sys.stderr.write(f"{datetime.now():%H:%M:%S} {name}\n")  # noqa: DTZ005 - for who watches
    try:
        found: list[Figure] = import_module(f"benchmarks.{name}").run(quick)
    except Exception as error:
        traceback.print_exc()
        return [Figure(name=name, value=None, against=f"nothing: it failed with {type(error).__name__}: {error}")]
    return found


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure figures against their bars.")
    parser.add_argument("names", nargs="*", choices=[*names(), []], metavar="NAME", help=f"of: {', '.join(names())}")
    parser.add_argument("--quick", action="store_true", help="each figure once, on little data")
    parser.add_argument("--json", action="store_true", help="a list of {name, value, unit, against, bar, goal, holds}")
    parser.add_argument("--write", action="store_true", help="keep the results, and write docs/benchmarks.md anew")
    return parser


if __name__ == "__main__":
    sys.exit(main())
