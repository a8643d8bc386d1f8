"""How one display token is read aloud: a price, a time, an address, a sign, a plain word."""

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from app.editing.numbers import NUMBER, Figure, cardinal, knows, number, ordinal, parse, year
from app.editing.vocabulary import Vocabulary, vocabulary


@dataclass(frozen=True)
class Context:
    """What stands around a token in its clause: the cores of the tokens before and after it, in lower case."""

    language: str
    before: str = ""
    after: tuple[str, ...] = ()

    @property
    def words(self) -> Vocabulary:
        """The words of the language for signs."""
        return vocabulary(self.language)

    @property
    def noun(self) -> str:
        """The word a figure counts: the next one, or the one after a Romanian "de"."""
        after = self.after[1:] if self.language == "ro" and self.after[:1] == ("de",) else self.after
        return after[0] if after and after[0][:1].isalpha() else ""


Rule = Callable[[str, Context], list[str] | None]

_TLD = "ro|com|net|org|eu|io|md|uk|de|fr|it|es|hu|info|biz|shop|store|app|dev|tv|me|co|ai|pl|at|ch|be|nl|us|gov|edu"
_HOST = rf"(?:[\w-]+\.)+(?:{_TLD})"
_URL = re.compile(rf"(?:https?://|www\.)\S+|{_HOST}(?::\d+)?(?:/\S*)?")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_SIGN = r"[+\-−–±]?"
_PRICE_FIRST = re.compile(rf"({_SIGN})([€$£])({NUMBER})")
_MEASURE = re.compile(rf"({_SIGN})({NUMBER})([^\d\s.,:/-][^\d\s]{{0,4}})?")
_ENGLISH_MONTHLIKE = frozenset(
    ["in", "since", "from", "by", "of", "until", "for", "year", "summer", "winter", "spring"]
)


def read(core: str, around: Context) -> list[str]:
    """Return the words that are said for `core`, a token without the punctuation around it; empty for an emoji.

    Every word has a letter or figure and no white space.
    """
    plain = without_pictures(core)
    for rule in _RULES:
        said = rule(plain, around)
        if said is not None:
            return _clean(said)
    return _clean(_plain_word(plain, around))


def without_pictures(text: str) -> str:
    """Return `text` without emoji, also those made from figures and letters ("1️⃣", "ℹ️")."""
    text = re.sub(r".\ufe0f\u20e3?|[0-9#*]\u20e3", "", text)
    return "".join(
        c for c in text if c in "°€$£&%+=@#" or unicodedata.category(c) not in {"So", "Sk", "Cf", "Cn", "Co"}
    )


def is_word(text: str) -> bool:
    """Whether there is a letter or figure to say."""
    return any(unicodedata.category(c)[0] in "LN" for c in text)


def _clean(said: Iterable[str]) -> list[str]:
    kept = ("".join(c if _sayable(c) else " " for c in word) for word in said)
    pieces = (piece.strip("'’-.,/") for word in kept for piece in word.split())
    return [piece for piece in pieces if is_word(piece)]


def _sayable(character: str) -> bool:
    # marks and signs have been put into words by now; what is left would be read as its Unicode name
    return unicodedata.category(character)[0] in "LNM" or character in "'’-.,/°%$€£"


def _email(core: str, around: Context) -> list[str] | None:
    if not _EMAIL.fullmatch(core):
        return None
    name, _, host = core.partition("@")
    return [*_spelled(name, around), around.words.at, *_spelled(host, around)]


def _url(core: str, around: Context) -> list[str] | None:
    if not _URL.fullmatch(core):
        return None
    address = re.sub(r"^(?:https?://)?(?:www\.)?", "", core)
    return _spelled(re.split(r"[?#]", address)[0].rstrip("/"), around)


def _spelled(address: str, around: Context) -> list[str]:
    """Say the parts of an address and the signs between them."""
    words = around.words
    signs = {".": words.dot, "/": words.slash, "-": words.dash, "_": words.underscore, "+": words.plus, ":": ""}
    said: list[str] = []
    for part in re.findall(r"\d+|[^\W\d_]+|\S", address):
        said += (
            cardinal(part, around.language) if part.isdecimal() and part.isascii() else signs.get(part, part).split()
        )
    return said


def _tag(core: str, around: Context) -> list[str] | None:
    match = re.fullmatch(r"([#@])([\w.]*\w)", core)
    if not match or (match[1] == "#" and match[2].isdecimal()):
        return None
    name = re.sub(r"(?<=[a-zăâîșț])(?=[A-ZĂÂÎȘȚ])|(?<=[^\W\d])(?=\d)|_", " ", match[2])
    said = name.replace(".", f" {around.words.dot} ").split()
    return [around.words.hashtag if match[1] == "#" else around.words.at, *said]


def _time(core: str, around: Context) -> list[str] | None:
    match = re.fullmatch(r"([01]?\d|2[0-4]):([0-5]\d)", core)
    if not match or not around.words.decimal:
        return None
    hour, minute = str(int(match[1])), match[2]
    language = around.language
    if language == "ro":
        said = ["unu"] if hour == "1" else cardinal(hour, "ro", "ore")
        tail = [] if minute == "00" else ["și", *cardinal(str(int(minute)), "ro", "minute")]
        return [("una" if word == "una" else word) for word in said] + tail
    if language != "en":
        return cardinal(hour, language) + ([] if minute == "00" else cardinal(str(int(minute)), language))
    if minute == "00":
        return [*cardinal(hour, "en"), *([] if around.noun in {"am", "pm", "a", "p"} else ["o'clock"])]
    return [*cardinal(hour, "en"), *(["oh"] if minute[0] == "0" else []), *cardinal(str(int(minute)), "en")]


def _date(core: str, around: Context) -> list[str] | None:
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


def _fraction(core: str, around: Context) -> list[str] | None:
    match = re.fullmatch(r"(\d{1,4})/(\d{1,4})", core)
    if not match or not knows(around.language):
        return None
    top, bottom = (cardinal(text, around.language) for text in match.groups())
    if core == "1/2":
        return {"ro": ["o", "jumătate"], "en": ["one", "half"]}.get(
            around.language, [*top, around.words.slash, *bottom]
        )
    if core == "24/7":
        return [*top, *(["din"] if around.language == "ro" else []), *bottom]
    between = {"ro": "din", "en": "out of"}.get(around.language, around.words.slash)
    return [*top, *between.split(), *bottom]


def _range(core: str, around: Context) -> list[str] | None:
    match = re.fullmatch(rf"({NUMBER})[-–—]({NUMBER})([%€])?", core)
    if not match or around.words.to == "-":
        return None
    low, high = (parse(text, around.language) for text in match.groups()[:2])
    if low is None or high is None:
        return None
    sign = match[3] or ""
    noun = around.words.currencies[sign][1] if sign == "€" else "" if sign else around.noun
    said = [*number(low, around.language, _gender_only(noun)), *around.words.to.split()]
    return said + _measured(high, sign, around)


def _ordinal(core: str, around: Context) -> list[str] | None:
    if around.language == "en" and (match := re.fullmatch(r"(\d{1,9})(?:st|nd|rd|th)", core, re.IGNORECASE)):
        return ordinal(int(match[1]), "en")
    if around.language == "ro" and (match := re.fullmatch(r"(\d{1,9})-?(a|lea)", core, re.IGNORECASE)):
        return ordinal(int(match[1]), "ro", feminine=match[2].lower() == "a")
    return None


def _price_first(core: str, around: Context) -> list[str] | None:
    match = _PRICE_FIRST.fullmatch(core)
    figure = parse(match[3], around.language) if match else None
    if not match or figure is None or match[2] not in around.words.currencies:
        return None
    minor = around.words.minor.get(match[2])
    sign = _sign(match[1], around)
    if around.noun in around.words.scales:  # "$2 million": the currency is said after the scale
        return sign + number(figure, around.language)
    if minor and len(figure.fraction) == 2:
        units = _measured(Figure(figure.whole), match[2], around)
        if not int(figure.fraction):
            return sign + units
        cents = str(int(figure.fraction))
        return [*sign, *units, "and", *cardinal(cents, around.language), minor[0 if cents == "1" else 1]]
    return sign + _measured(figure, match[2], around)


def _measure(core: str, around: Context) -> list[str] | None:
    """A figure alone or with its unit right behind it: "49,99", "-20%", "20cm", "49lei"."""
    match = _MEASURE.fullmatch(core)
    figure = parse(match[2], around.language) if match else None
    if not match or figure is None or not knows(around.language):
        return None
    unit = (match[3] or "").lower()
    if unit and unit != "%" and unit not in around.words.currencies and unit not in around.words.units:
        return None
    if not unit and not match[1] and _is_year(match[2], around):
        return year(int(match[2]), around.language)
    return _sign(match[1], around) + _measured(figure, unit, around)


def _measured(figure: Figure, unit: str, around: Context) -> list[str]:
    words = around.words
    if unit == "%":
        return [*number(figure, around.language), *words.percent.split()]
    named = words.currencies.get(unit) or words.units.get(unit)
    if named is None:
        return number(figure, around.language, _counted(around))
    noun = named[0 if figure.one else 1]
    said = number(figure, around.language, noun.split()[0])
    return [*said, *noun.split()]


def _counted(around: Context) -> str:
    """The noun after a figure; a currency or unit sign in the next token stands for its word."""
    if around.after[:1] == ("de",):
        return _gender_only(around.noun)
    after = around.after[0].rstrip(".") if around.after else ""
    named = around.words.currencies.get(after) or around.words.units.get(after)
    return named[1].split()[0] if named else around.noun


def _gender_only(noun: str) -> str:
    # the text has its "de" already: the noun then only decides between "doi" and "două"
    return f"{noun} " if noun else ""


def _sign(sign: str, around: Context) -> list[str]:
    if not sign:
        return []
    return [around.words.plus] if sign == "+" else ["plus", "minus"] if sign == "±" else [around.words.minus]


def _is_year(text: str, around: Context) -> bool:
    told = around.before in _ENGLISH_MONTHLIKE or around.before in around.words.months
    return around.language == "en" and told and bool(re.fullmatch(r"(?:19|20)\d\d", text))


def _unit_after(core: str, around: Context) -> list[str] | None:
    """A unit or currency in a token of its own, after a figure: "20 cm", "49 RON", "10 €"."""
    figure = parse(around.before.lstrip("+-−–€$£"), around.language)
    if figure is None:
        if around.before in around.words.scales and core in around.words.currencies:
            return [around.words.currencies[core][1]]
        return None
    low = core.lower()
    if low == "%":
        return around.words.percent.split()
    named = around.words.currencies.get(low) or around.words.units.get(low.rstrip("."))
    return named[0 if figure.one else 1].split() if named else None


def _scale(core: str, around: Context) -> list[str] | None:
    if core.lower() in around.words.scales and around.before[:1] in around.words.currencies:
        return [core, around.words.currencies[around.before[:1]][1]]
    return None


def _abbreviation(core: str, around: Context) -> list[str] | None:
    said = around.words.abbreviations.get(core.lower())
    return said.split() if said else None


def _sign_alone(core: str, around: Context) -> list[str] | None:
    words = around.words
    if core in words.currencies and not core.isalpha():
        return [words.currencies[core][1]]
    alone = {"&": words.ampersand, "%": words.percent, "+": words.plus, "=": words.equals, "@": words.at}
    return alone[core].split() if core in alone else None


def _long_figures(core: str, around: Context) -> list[str] | None:
    """Versions and telephone numbers: "1.2.3", "+40-722-123-456", "#1"."""
    if not re.fullmatch(r"[+#]?\d+(?:[.\-]\d+)*", core) or not knows(around.language):
        return None
    said = [around.words.plus] if core[0] == "+" else []
    for part in re.findall(r"\d+|\.", core):
        said += [around.words.dot] if part == "." else cardinal(part, around.language)
    return said


def _plain_word(core: str, around: Context) -> list[str]:
    if re.fullmatch(r"(?:[^\W\d_]\.)+[^\W\d_]?", core):
        return [core.replace(".", "")]  # "U.S.": its stops would end the sentence
    said: list[str] = []
    for part in re.split(r"([/&+=%]|\.(?=\w{2,})|[—–…])", core):
        spoken = {
            "&": around.words.ampersand,
            "+": around.words.plus,
            "=": around.words.equals,
            "%": around.words.percent,
        }
        said += spoken[part].split() if part in spoken else [part]
    return said


_RULES: tuple[Rule, ...] = (
    _email,
    _url,
    _tag,
    _time,
    _date,
    _fraction,
    _range,
    _ordinal,
    _price_first,
    _unit_after,
    _measure,
    _long_figures,
    _scale,
    _abbreviation,
    _sign_alone,
)
