"""The line with a caption's times, as it should be written and as it is met. Times in milliseconds.

No pattern here can take long over any line: what repeats is bounded, or ends at a character of another kind.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

ARROWS = ("->", "→", "–>", "—>", "=>", "-- >")
"""A line without one of these is no line of times ("->" is also in "-->")."""

LATEST = 359_999_999
"""99:59:59,999: no later time can be written."""

_USUAL = re.compile(
    "([0-9]{1,2}):([0-5][0-9]):([0-5][0-9])[,.]([0-9]{3}) --> ([0-9]{1,2}):([0-5][0-9]):([0-5][0-9])[,.]([0-9]{3})"
)
_EXACT_LENGTH = len("00:00:01,000 --> 00:00:02,500")

# \d takes the figures of every script, and int() reads them; colons and commas may be full-width ones.
_TIME = (
    r"(?P<minus{n}>-?)(?:(?P<hours{n}>\d{{1,3}})[ \t]?[:：][ \t]?)?(?P<minutes{n}>\d{{1,3}})[ \t]?[:：][ \t]?"
    r"(?P<seconds{n}>\d{{1,2}})(?:[ \t]?[,.:;，．：][ \t]?(?P<fraction{n}>\d{{1,9}}))?"
)
_ARROW = r"[ \t]{0,20}(?P<arrow>[-–—=]{1,3}>|- ->|-- >|→)[ \t]{0,20}"
_ENDS = r"(?![\d:：]|[,.;，．]\d)"  # the whole of a time was read, not its beginning
_LOOSE = re.compile(
    rf"(?:(?P<number>\d{{1,9}})[ \t]{{1,20}})?{_TIME.format(n=1)}{_ARROW}{_TIME.format(n=2)}{_ENDS}(?P<rest>.*)"
)
_ONE = re.compile(_TIME.format(n=1))
_FIGURES = re.compile(r"[\d\s:.,;-]*")


class TimeLine(NamedTuple):
    """The times of a line; None where one cannot be read. `rest` is what stands behind them.

    `exact` says whether they are written as they should be, `below_zero` whether one was negative and is 0 now.
    """

    start: int | None
    end: int | None
    exact: bool = True
    below_zero: bool = False
    number: int | None = None
    rest: str = ""


def read_times(line: str) -> TimeLine | None:
    """Return the times of a line; None when it is none, and just text that may have an arrow in it."""
    usual = _USUAL.fullmatch(line)
    if usual:
        hours, minutes, seconds, millis, hours2, minutes2, seconds2, millis2 = map(int, usual.groups())
        return TimeLine(
            ((hours * 60 + minutes) * 60 + seconds) * 1000 + millis,
            ((hours2 * 60 + minutes2) * 60 + seconds2) * 1000 + millis2,
            exact=len(line) == _EXACT_LENGTH and "." not in line,
        )
    line = line.strip()
    loose = _LOOSE.match(line)
    if loose and (loose["arrow"] == "-->" or _surely(loose)):
        number = int(loose["number"]) if loose["number"] else None
        below = bool(loose["minus1"] or loose["minus2"])
        return TimeLine(_time(loose, 1), _time(loose, 2), False, below, number, loose["rest"].strip())
    return _half(line)


def _surely(loose: re.Match[str]) -> bool:
    """Return whether it is no opening hours ("10:30 -> 18:00"): all four parts of each time are there."""
    return all(loose[f"{part}{n}"] for part in ("hours", "fraction") for n in (1, 2))


def _time(found: re.Match[str], n: int) -> int | None:
    if found[f"minus{n}"]:
        return 0
    hours, minutes, seconds, fraction = found.group(f"hours{n}", f"minutes{n}", f"seconds{n}", f"fraction{n}")
    millis = int((fraction or "0")[:3].ljust(3, "0"))
    time = ((int(hours or 0) * 60 + int(minutes)) * 60 + int(seconds)) * 1000 + millis
    return time if time <= LATEST else None


def _half(line: str) -> TimeLine | None:
    """Return what can be read of a line that was meant to be one of times; None when it was not."""
    left, arrow, right = line.partition("-->")
    if not arrow:
        return None
    start, end = (_ONE.fullmatch(part.strip()) for part in (left, right))
    if start:
        return TimeLine(_time(start, 1), None, False, bool(start["minus1"]))
    meant = end or (":" in left and _FIGURES.fullmatch(left))
    return TimeLine(None, None, False) if meant else None


_SETTING = re.compile(r"(?:[XY][12]|align|line|position|size|vertical|region):\S*", re.IGNORECASE)


def are_settings(parts: Sequence[str]) -> bool:
    """Return whether the words behind the times say where and how to show it: SRT's coordinates, WebVTT's settings."""
    return all(_SETTING.fullmatch(part) for part in parts)
