"""Times of day, dates, decades and Roman numerals, as they are said."""

import re

from app.editing.script.context import Context, Rule
from app.editing.script.numbers import cardinal, ordinal, year

_TIME = r"(?:[01]?\d|2[0-4]):[0-5]\d"
_DASH = "[-–—]"
_ROMAN = r"(?=[IVXLC])C{0,3}(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})"
_ROMAN_VALUES = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100}
_HOUR_WORDS = frozenset(["ora", "orele", "orei"])
"""After these a full stop in a figure parts hours from minutes: "ora 18.30"."""


def _time(core: str, around: Context) -> list[str] | None:
    """Say "18:30", "10:30pm", "8am", and "18.30" after the word for hour."""
    if not around.words.decimal:
        return None
    if around.language == "ro" and around.before in _HOUR_WORDS and re.fullmatch(r"(?:[01]?\d|2[0-4])\.[0-5]\d", core):
        core = core.replace(".", ":")
    match = re.fullmatch(rf"({_TIME})([ap]\.?m\.?)?|(\d{{1,2}})([ap]\.?m\.?)", core, re.IGNORECASE)
    half = (match[2] or match[4] or "") if match else ""
    if not match or (half and around.language != "en"):
        return None
    hour, _, minute = (match[1] or f"{match[3]}:00").partition(":")
    return [*_hours(str(int(hour)), minute, bool(half), around), *_half_of_day(half)]


def _times(core: str, around: Context) -> list[str] | None:
    """Say "08:00–18:00" and "8am-6pm"."""
    ends = re.split(_DASH, core)
    if len(ends) != 2 or around.words.to == "-":
        return None
    said = [_time(end, Context(around.language)) for end in ends]
    if said[0] is None or said[1] is None:
        return None
    return [*_without_clock(said[0]), *around.words.to.split(), *_without_clock(said[1])]


def _half(core: str, around: Context) -> list[str] | None:
    """Say "a.m." and "pm" after a figure: read as words they would be other ones."""
    halves = re.fullmatch(r"[ap]\.?m\.?", core, re.IGNORECASE)
    after_figure = around.before[-1:].isdecimal()
    return _half_of_day(core) if around.language == "en" and halves and after_figure else None


def _without_clock(said: list[str]) -> list[str]:
    return [word for word in said if word != "o'clock"]


def _half_of_day(half: str) -> list[str]:
    return [f"{half[0].upper()}M"] if half else []


def _hours(hour: str, minute: str, half: bool, around: Context) -> list[str]:
    language = around.language
    if language == "ro":
        said = ["unu"] if hour == "1" else cardinal(hour, "ro", "ore")
        tail = [] if minute == "00" else ["și", *cardinal(str(int(minute)), "ro", "minute")]
        return [("una" if word == "una" else word) for word in said] + tail
    if language != "en":
        return cardinal(hour, language) + ([] if minute == "00" else cardinal(str(int(minute)), language))
    if minute == "00":
        told = half or around.noun in {"am", "pm", "a.m", "p.m", "a.m.", "p.m."}
        return [*cardinal(hour, "en"), *([] if told else ["o'clock"])]
    return [*cardinal(hour, "en"), *(["oh"] if minute[0] == "0" else []), *cardinal(str(int(minute)), "en")]


def _date(core: str, around: Context) -> list[str] | None:
    """Say "12.03.2025", "03/12/2025" and "2025-03-12"."""
    months = around.words.months
    iso = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)", core)
    match = re.fullmatch(r"(\d{1,2})([./])(\d{1,2})\2(\d{4})", core)
    if not months or not (iso or match):
        return None
    if iso:
        day, month, when = int(iso[3]), int(iso[2]), int(iso[1])
    elif match:
        day, month, when = int(match[1]), int(match[3]), int(match[4])
        if around.language == "en" and match[2] == "/" and day <= 12:
            day, month = month, day  # American order, the commoner one in English with strokes
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return None
    if around.language == "en":
        return [months[month - 1], *ordinal(day, "en"), *year(when, "en")]
    first = ["întâi"] if day == 1 else cardinal(str(day), "ro")
    return [*first, months[month - 1], *cardinal(str(when), "ro")]


def _day(core: str, around: Context) -> list[str] | None:
    """Say the day before a month's name: "1 mai" is "întâi mai", "2 iunie" is "doi iunie"."""
    if around.language != "ro" or not around.month or not re.fullmatch(r"[1-9]|[12]\d|3[01]", core):
        return None
    return ["întâi"] if core == "1" else cardinal(core, "ro")


def _decade(core: str, around: Context) -> list[str] | None:
    """Say "1990s", and "90s" after "the"."""
    match = re.fullmatch(r"((?:19|20)?)([2-9]0)s", core)
    if around.language != "en" or not match or not (match[1] or around.before in {"the", "early", "late", "mid"}):
        return None
    tens = re.sub("y$", "ies", cardinal(match[2], "en")[0])
    return [*(cardinal(match[1], "en") if match[1] else []), tens]


def _roman(core: str, around: Context) -> list[str] | None:
    """Say "XX-lea" and "V-a", and a bare Roman numeral after a word that is counted so ("secolul XXI", "part II")."""
    match = re.fullmatch(rf"({_ROMAN})(-?lea|-a)?", core)
    if not match:
        return None
    value = _roman_value(match[1])
    if match[2]:
        return ordinal(value, "ro", feminine=match[2] == "-a") if around.language == "ro" else None
    return cardinal(str(value), around.language) if around.before in around.words.numbered else None


def is_roman(text: str) -> bool:
    """Whether `text` is a Roman numeral up to 399 in capitals."""
    return bool(re.fullmatch(_ROMAN, text))


def _roman_value(text: str) -> int:
    values = [_ROMAN_VALUES[c] for c in text]
    return sum(-v if v < max(values[at:]) else v for at, v in enumerate(values))


RULES: tuple[Rule, ...] = (_time, _times, _half, _date, _day, _decade, _roman)
"""Asked in this order."""
