"""Figures with what they measure, as they are said: prices, units, shares, ranges, sizes, telephone numbers."""

import re

from app.editing.script.context import Context, Rule
from app.editing.script.numbers import NUMBER, Figure, cardinal, digits, knows, number, ordinal, parse, takes_de, year

_SIGN = r"[+\-−–±]?"
_PER = r"(?:/([^\W\d_]+²?))?"
_PRICE_FIRST = re.compile(rf"({_SIGN})([€$£])({NUMBER})([kKMB]|bn|mln)?{_PER}")
_MEASURE = re.compile(rf"({_SIGN})({NUMBER})([^\d\s.,:/-][^\d\s/]{{0,4}}(?:/h)?)?{_PER}")
_RANGE = re.compile(rf"([€$£]?)({NUMBER})[-–—]([€$£]?)({NUMBER})([^\d\s.,:/-][^\d\s/]{{0,4}})?{_PER}")
_MULTIPLE = re.compile(rf"({NUMBER})([kKMB]|bn|mln|mld)(\+?)")
_RESOLUTIONS = frozenset(["2K", "4K", "8K"])
_NO_UNITS = frozenset(["B", "G", "K", "M", "S"])
"""Capitals that are not the unit their small letter is: "5G" is a network, "38 M" a size."""

_NOT_COUNTED = frozenset("pe în la și sau cu din de pentru fără până peste".split())
"""Romanian words after a figure that are not what it counts."""

_MONTHLIKE = frozenset(["in", "since", "from", "by", "of", "until", "for", "year", "summer", "winter", "spring"])


def _fraction(core: str, around: Context) -> list[str] | None:
    """Say "1/2", "24/7" and "4,9/5"."""
    match = re.fullmatch(rf"({NUMBER})/({NUMBER})", core)
    figures = [parse(text, around.language) for text in match.groups()] if match else []
    top, bottom = figures if len(figures) == 2 else (None, None)
    if top is None or bottom is None or not knows(around.language):
        return None
    halves = {"ro": ["o", "jumătate"], "en": ["one", "half"]}
    if core == "1/2" and around.language in halves:
        return halves[around.language]
    between = {"ro": "din", "en": "" if core == "24/7" else "out of"}.get(around.language, around.words.slash)
    return [*number(top, around.language), *between.split(), *number(bottom, around.language)]


def _range(core: str, around: Context) -> list[str] | None:
    """Say "10-15", "20-30%", "24-48h" and "$10-$20"."""
    match = _RANGE.fullmatch(core)
    if not match or around.words.to == "-" or (match[1] and match[3] not in {"", match[1]}):
        return None
    low, high = parse(match[2], around.language), parse(match[4], around.language)
    unit = match[1] or match[3] or _unit(match[5] or "", around)
    if low is None or high is None or (match[5] and not unit):
        return None
    named = _named(unit, around)
    noun = named[1].split()[0] if named else "" if unit or around.month else _counted(around)
    said = [*number(low, around.language, _gender_only(noun)), *around.words.to.split()]
    return [*said, *_measured(high, unit, around), *_per(match[6], around)]


def _telephone(core: str, around: Context) -> list[str] | None:
    """Say "0722.123.456" group by group, and "555-123-4567" figure by figure, as each language does."""
    if around.language == "en" and re.fullmatch(r"(?:1[-.])?(?:\d{3}[-.])?\d{3}[-.]\d{4}", core):
        return [word for group in re.findall(r"\d+", core) for word in digits(group, "en")]
    if re.fullmatch(r"0\d{2,3}(?:[.\-]\d{2,4}){2,}", core) and knows(around.language):
        return [word for group in re.findall(r"\d+", core) for word in cardinal(group, around.language)]
    return None


def _ordinal(core: str, around: Context) -> list[str] | None:
    """Say "21st", "a 2-a" and "al 3-lea"."""
    if around.language == "en" and (match := re.fullmatch(r"(\d{1,9})(?:st|nd|rd|th)", core, re.IGNORECASE)):
        return ordinal(int(match[1]), "en")
    if around.language == "ro" and (match := re.fullmatch(r"(\d{1,9})-?(a|lea)", core, re.IGNORECASE)):
        return ordinal(int(match[1]), "ro", feminine=match[2].lower() == "a")
    return None


def _sum(core: str, around: Context) -> list[str] | None:
    """Say "2+1" and "5.000+"."""
    if not re.fullmatch(rf"{NUMBER}(?:\+{NUMBER})*\+?", core) or "+" not in core:
        return None
    said: list[str] = []
    for part in re.split(r"(\+)", core):
        figure = parse(part, around.language)
        if part and part != "+" and figure is None:
            return None
        said += [around.words.plus] if part == "+" else number(figure, around.language) if figure else []
    return said


def _size(core: str, around: Context) -> list[str] | None:
    """Say "10x15cm", "4x4", "2x", and an "x" of its own between figures."""
    if core in {"x", "×"} and around.between_figures and around.words.by:
        return [around.words.by]
    match = re.fullmatch(rf"({NUMBER}(?:[x×]{NUMBER})*)(x?)([^\d\s.,:/-][^\d\s/]{{0,4}})?", core)
    figures = [parse(part, around.language) for part in re.split("[x×]", match[1])] if match else []
    if not match or not around.words.by or not (match[2] or len(figures) > 1) or None in figures:
        return None
    if match[2]:  # "2x": two times
        count = Figure(match[1])
        if match[3] or len(figures) > 1 or not match[1].isdecimal():
            return None
        return (
            ["de", *number(count, "ro", "ori"), "ori"] if around.language == "ro" else [*_plain(count, around), "times"]
        )
    unit = _unit(match[3] or "", around)
    if match[3] and not unit:
        return None
    *first, last = [figure for figure in figures if figure]
    said = [word for figure in first for word in (*_plain(figure, around), around.words.by)]
    return said + _measured(last, unit, around)


def _multiple(core: str, around: Context) -> list[str] | None:
    """Say "10k", "1,5M" and "$2bn" without its currency."""
    match = _MULTIPLE.fullmatch(core)
    named = around.words.multiples.get(match[2].lower()) if match else None
    figure = parse(match[1], around.language) if match else None
    if not match or not named or figure is None or core in _RESOLUTIONS:
        return None
    noun = named[0 if figure.one else 1]
    said = [*number(figure, around.language, noun), *(["de"] if _de_before(figure, around) else []), noun]
    said += [around.words.plus] if match[3] else []
    counts = around.language == "ro" and around.noun and around.noun not in _NOT_COUNTED
    return [*said, "de"] if counts and around.after[:1] != ("de",) and not match[3] else said


def _price_first(core: str, around: Context) -> list[str] | None:
    """Say "$49.99", "€20/month" and "$1.5M"."""
    match = _PRICE_FIRST.fullmatch(core)
    figure = parse(match[3], around.language) if match else None
    if not match or figure is None or match[2] not in around.words.currencies:
        return None
    sign, per = _sign(match[1], around), _per(match[5], around)
    if match[4]:
        many = _multiple(match[3] + match[4], Context(around.language))
        joint = ["de"] if around.language == "ro" else []
        return [*sign, *many, *joint, around.words.currencies[match[2]][1], *per] if many else None
    if around.noun in around.words.scales:  # "$2 million": the currency is said after the scale
        return sign + number(figure, around.language)
    minor = around.words.minor.get(match[2])
    if minor and len(figure.fraction) == 2 and int(figure.fraction):
        cents = str(int(figure.fraction))
        units = _measured(Figure(figure.whole), match[2], around)
        return [*sign, *units, "and", *cardinal(cents, around.language), minor[0 if cents == "1" else 1], *per]
    return [*sign, *_measured(figure, match[2], around), *per]


def _said_measure(core: str, around: Context) -> list[str] | None:
    """Say a figure alone or with its unit right behind it: "49,99", "-20%", "20cm", "49lei", "5€/zi"."""
    match = _MEASURE.fullmatch(core)
    figure = parse(match[2], around.language) if match else None
    if not match or figure is None or not knows(around.language):
        return None
    unit = _unit(match[3] or "", around)
    if (match[3] and not unit) or (match[4] and not unit):
        return None
    if not unit and not match[1] and _is_year(match[2], around):
        return year(int(match[2]), around.language)
    return [*_sign(match[1], around), *_measured(figure, unit, around), *_per(match[4], around)]


def _said_unit(core: str, around: Context) -> list[str] | None:
    """Say a unit or currency in a token of its own, after a figure: "20 cm", "49 RON", "10 €", "99 lei/lună"."""
    figure = parse(_last_figure(around.before), around.language)
    unit, _, per = core.partition("/")
    if figure is None:
        after_scale = around.before in around.words.scales and core in around.words.currencies
        return [around.words.currencies[core][1]] if after_scale else None
    if core == "%":
        return around.words.percent.split()
    named = _named(_unit(core, around), around)
    if named is None and per:
        named = _named(_unit(unit, around), around) if _per(per, around) else None
        return [*named[0 if figure.one else 1].split(), *_per(per, around)] if named else None
    return named[0 if figure.one else 1].split() if named else None


def _last_figure(before: str) -> str:
    """Return the figure that a unit in the next token belongs to: the last one of "10-15", "10x15" or "~5"."""
    match = re.fullmatch(rf"[+\-−–€$£~≈<>≤≥]*(?:{NUMBER}[-–—x×])*({NUMBER})", before)
    return match[1] if match else ""


def _scale(core: str, around: Context) -> list[str] | None:
    """Say the scale of a price and then its currency: "million" in "$2 million"."""
    if core.lower() in around.words.scales and around.before[:1] in around.words.currencies:
        return [core, around.words.currencies[around.before[:1]][1]]
    return None


def _long_figures(core: str, around: Context) -> list[str] | None:
    """Say versions and telephone numbers: "1.2.3", "+40-722-123-456", "#1"."""
    if not re.fullmatch(r"[+#]?\d+(?:[.\-]\d+)*", core) or not knows(around.language):
        return None
    said = [around.words.plus] if core[0] == "+" else []
    for part in re.findall(r"\d+|\.", core):
        said += [around.words.dot] if part == "." else cardinal(part, around.language)
    return said


def _unit(written: str, around: Context) -> str:
    """Return the key of a unit, currency or "%"; nothing when it is none."""
    key = written.lower().rstrip(".")
    known = key == "%" or key in around.words.currencies or key in around.words.units
    return key if known and written not in _NO_UNITS else ""


def _named(unit: str, around: Context) -> tuple[str, str] | None:
    return around.words.currencies.get(unit) or around.words.units.get(unit)


def _plain(figure: Figure, around: Context) -> list[str]:
    return number(figure, around.language)


def _per(unit: str | None, around: Context) -> list[str]:
    """Say what a price is for: "per month" of "$5/mo"."""
    if not unit or not around.words.per:
        return []
    named = _named(unit.lower(), around)
    return [around.words.per, *(named[0] if named else unit).split()]


def _measured(figure: Figure, unit: str, around: Context) -> list[str]:
    words = around.words
    if unit == "%":
        return [*number(figure, around.language), *words.percent.split()]
    named = _named(unit, around)
    if named is None:
        counted = _counted(around)
        return number(_round_price(figure, _following(around), around), around.language, counted)
    figure = _round_price(figure, unit, around)
    noun = named[0 if figure.one else 1]
    return [*number(figure, around.language, noun.split()[0]), *noun.split()]


def _round_price(figure: Figure, unit: str, around: Context) -> Figure:
    """Leave the "00" out of a price: "49,00 lei" is said "49 lei"."""
    whole_price = unit in around.words.currencies and figure.fraction and not int(figure.fraction)
    return Figure(figure.whole) if whole_price else figure


def _following(around: Context) -> str:
    """The unit or currency in the next token, without what it is per."""
    after = around.after[0] if around.after else ""
    return _unit(after, around) or _unit(after.partition("/")[0], around)


def _counted(around: Context) -> str:
    """The noun after a figure; a currency or unit sign in the next token stands for its word."""
    if around.after[:1] == ("de",):
        return _gender_only(around.noun)
    named = _named(_following(around), around)
    return named[1].split()[0] if named else "" if around.noun in _NOT_COUNTED else around.noun


def _gender_only(noun: str) -> str:
    # the text has its "de" already: the noun then only decides between "doi" and "două"
    return f"{noun} " if noun else ""


def _de_before(figure: Figure, around: Context) -> bool:
    return around.language == "ro" and takes_de(figure)


def _sign(sign: str, around: Context) -> list[str]:
    if not sign:
        return []
    return [around.words.plus] if sign == "+" else ["plus", "minus"] if sign == "±" else [around.words.minus]


def _is_year(text: str, around: Context) -> bool:
    told = around.before in _MONTHLIKE or around.before in around.words.months
    return around.language == "en" and told and bool(re.fullmatch(r"(?:19|20)\d\d", text))


RULES: tuple[Rule, ...] = (
    _telephone,
    _fraction,
    _range,
    _ordinal,
    _sum,
    _size,
    _multiple,
    _price_first,
    _said_unit,
    _said_measure,
    _long_figures,
    _scale,
)
"""Asked in this order: a telephone number looks like a range, a size like a figure with a unit."""
