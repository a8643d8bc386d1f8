"""Checking a file of 1,000 captions: one as programs write it, and one in which every caption is odd."""

from functools import partial

from pysubs2 import SSAFile

from app.editing.srt import clock
from app.services.srt_validator import validate_srt
from benchmarks.tools.figure import Figure
from benchmarks.tools.timing import p95

CAPTIONS = 1_000
BAR, GOAL = 10.0, 3.0
"""Milliseconds."""


def run(quick: bool) -> list[Figure]:
    """Measure both files against pysubs2, which reads them and checks nothing."""
    times, rounds = (30, 1) if quick else (200, 3)
    regular = regular_file()
    peer = partial(SSAFile.from_string, regular, format_="srt")
    against = f"pysubs2, which only reads the regular one, p95: {p95(peer, times // 10 + 1, rounds):.1f} ms"
    files = {"regular": regular, "every one odd": odd_file()}
    return [
        Figure(
            name=f"SRT validation, {CAPTIONS:,} captions, {kind}, p95",
            value=p95(partial(validate_srt, text), times, rounds),
            unit="ms",
            against=against,
            bar=BAR,
            goal=GOAL,
        )
        for kind, text in files.items()
    ]


def regular_file() -> str:
    """Return captions of two lines each, in Romanian, as a program writes them."""
    return "\n".join(
        f"{number}\n{clock(number * 2_500, 1000)} --> {clock(number * 2_500 + 2_400, 1000)}\n"
        f"Țesături și șireturi, numărul {number}\nacum cu 49,99 lei\n"
        for number in range(1, CAPTIONS + 1)
    )


def odd_file() -> str:
    """Return the same with dots in the times, tags in the texts, and without empty lines between them."""
    return regular_file().replace(",", ".").replace("Ț", "<i>Ț").replace("acum", "acum</i>").replace("\n\n", "\n")
