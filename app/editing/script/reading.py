"""How one display token is read aloud: a price, a time, an address, a sign, a plain word."""

import re
import unicodedata
from collections.abc import Iterable

from app.editing.script import amounts, dates
from app.editing.script.context import Context, Rule
from app.editing.script.numbers import cardinal

_TLD = "ro|com|net|org|eu|io|md|uk|de|fr|it|es|hu|info|biz|shop|store|app|dev|tv|me|co|ai|pl|at|ch|be|nl|us|gov|edu"
_HOST = rf"(?:[\w-]+\.)+(?:{_TLD})"
_URL = re.compile(rf"(?:https?://|www\.)\S+|{_HOST}(?::\d+)?(?:/\S*)?")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_AS_ONE = {"<=": "≤", ">=": "≥", "~=": "≈", "≈=": "≈", "≤=": "≤", "≥=": "≥", "ø": "Ø"}
_COMPARED = re.compile(r"([~≈<>≤≥]=?|[Øø])(.*)")


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


def _compared(core: str, around: Context) -> list[str] | None:
    """Say "~5", "<100", "≥18"; without a figure the sign is a drawing ("->", "~") and not said."""
    match = _COMPARED.fullmatch(core)
    if not match or not around.words.compared:
        return None
    figure = match[2] or (around.after[0] if around.after else "")
    if core == "<3" or (not is_word(core) and not figure[:1].isdecimal()):
        return []  # a heart, an arrow
    if not figure[:1].isdecimal():
        return None
    said = around.words.compared[_AS_ONE.get(match[1], match[1])].split()
    return said + (read(match[2], around) if match[2] else [])


def _abbreviation(core: str, around: Context) -> list[str] | None:
    known = around.words.abbreviations
    written = re.sub("[–—]", "-", core.lower())
    if written in known:
        return known[written].split()
    short, stop, rest = core.partition(".")
    if stop and rest and (said := known.get(f"{short.lower()}.")):  # "nr.1", "dl.Popescu"
        return [*said.split(), *read(rest, Context(around.language, short.lower(), around.after))]
    return None


def _sign_alone(core: str, around: Context) -> list[str] | None:
    words = around.words
    if core in words.currencies and not core.isalpha():
        return [words.currencies[core][1]]
    alone = {"&": words.ampersand, "%": words.percent, "+": words.plus, "=": words.equals, "@": words.at}
    return alone[core].split() if core in alone else None


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


_RULES: tuple[Rule, ...] = (_email, _url, _tag, _compared, *dates.RULES, *amounts.RULES, _abbreviation, _sign_alone)
