"""Figures, each measured by one command against a limit or a peer in the same run: python -m benchmarks NAME...

To add one, write `benchmarks/NAME.py` with a function `run(quick: bool) -> list[Figure]`; that is all. What several
share is in `benchmarks/tools`.
"""

from benchmarks.tools.figure import Figure

__all__ = ["Figure"]
