"""The command: measures what is named, or everything, and says whether the bars hold (exit 1 when one does not)."""

import argparse
import json
import sys
from collections.abc import Sequence
from importlib import import_module

from benchmarks.tools.figure import Figure, lines, names
from benchmarks.tools.versions import versions


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; return the exit status."""
    options = _parser().parse_args(arguments)
    figures: list[Figure] = []
    for name in options.names or names():
        figures += import_module(f"benchmarks.{name}").run(options.quick)
    if options.json:
        sys.stdout.write(json.dumps([figure.as_dict() for figure in figures], indent=2) + "\n")
    else:
        sys.stdout.write("\n".join([*lines(figures), "", versions()]) + "\n")
    return 0 if all(figure.holds for figure in figures) else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure figures against their bars.")
    parser.add_argument("names", nargs="*", choices=[*names(), []], metavar="NAME", help=f"of: {', '.join(names())}")
    parser.add_argument("--quick", action="store_true", help="each figure once, on little data")
    parser.add_argument("--json", action="store_true", help="a list of {name, value, unit, against, bar, goal, holds}")
    return parser


if __name__ == "__main__":
    sys.exit(main())
