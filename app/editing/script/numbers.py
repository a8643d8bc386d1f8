"""Figures as words: whole numbers, decimals, ordinals, years; with Romanian gender and its "de"."""

import re
from dataclasses import dataclass
from functools import cache

from num2words import CONVERTER_CLASSES, num2words

from app.editing.script.vocabulary import listed, vocabulary

MOST_DIGITS = 12
"""Longer figures are numbers of something (a telephone, an order) and are said digit by digit."""

NUMBER = r"\d+(?:[.,]\d+)*"

_RO_FEMININE_I = frozenset(
    listed(
        "luni săptămâni căni cești culori mărimi bucăți cutii pungi perechi porții zile nopți dimineți seri familii "
        "mii ori persoane părți feluri trepte etaje comenzi livrări reduceri funcții opțiuni variante lumânări genți "
        "rochii"
    )
)
"""Feminine and neuter plurals of a shop's vocabulary whose ending does not show it: "două cutii", but "doi pași"."""

_RO_COUNTED = frozenset(
    listed(
        "bani minute ore zile ani luni săptămâni secunde produse persoane oameni clienți puncte pagini modele culori "
        "mărimi variante pachete rețete pași articole magazine recenzii comenzi urmăritori locuri ori"
    )
) | {
    plural.split()[0] for named in (vocabulary("ro").currencies, vocabulary("ro").units) for _, plural in named.values()
}
"""Nouns that are often written right after the figure although they are said with "de": "20 lei", "49 produse"."""


_RO_FEMININE_ORDINALS = {
    "primul": "întâi",
    "unulea": "una",
    "doilea": "doua",
    "treilea": "treia",
    "patrulea": "patra",
    "cincilea": "cincea",
    "șaselea": "șasea",
    "șaptelea": "șaptea",
    "optlea": "opta",
    "nouălea": "noua",
    "sutălea": "suta",
    "mielea": "mia",
}


@dataclass(frozen=True)
class Figure:
    """A number as written: the digits before and after its decimal mark."""

    whole: str
    fraction: str = ""

    @property
    def one(self) -> bool:
        """Whether it is exactly one, which takes the singular."""
        return self.whole == "1" and not self.fraction


def parse(text: str, language: str) -> Figure | None:
    """Read "1.299,50", "49,99" or "2,000"; None when the marks make no number (a version, a date)."""
    if not re.fullmatch(NUMBER, text):
        return None
    marks = re.findall(r"[.,]", text)
    groups = re.split(r"[.,]", text)
    if not marks:
        return Figure(text)
    grouped = len(groups[0]) <= 3 and not groups[0].startswith("0") and all(len(g) == 3 for g in groups[1:-1])
    if len(set(marks)) == 1:
        thousands = "." if vocabulary(language).comma_decimal else ","
        if grouped and len(groups[-1]) == 3 and (len(marks) > 1 or marks[0] == thousands):
            return Figure("".join(groups))
        return Figure(groups[0], groups[1]) if len(marks) == 1 else None
    if grouped and len(set(marks[:-1])) == 1:
        return Figure("".join(groups[:-1]), groups[-1])
    return None


@cache
def knows(language: str) -> bool:
    """Whether figures can be put into words in `language`."""
    return language in CONVERTER_CLASSES


def _words(value: int, language: str, to: str = "cardinal") -> str:
    """Ask num2words; an empty text when its table for the language has a hole."""
    try:
        said = num2words(value, lang=language, to=to)
    except (NotImplementedError, ArithmeticError, LookupError, ValueError, TypeError, AttributeError):
        return ""
    return " ".join(re.sub(r"[,.-]" if language == "en" else r"[,.]", " ", said).split())


def digits(text: str, language: str) -> list[str]:
    """Say figures one by one: "07" is "zero șapte"; as they are when the language has no words for them."""
    said = [word for figure in text for word in (_words(int(figure), language) or figure).split()]
    return said or [text]


def cardinal(text: str, language: str, noun: str = "") -> list[str]:
    """Say a whole number. In Romanian it agrees with `noun`, the word after it ("o oră", "doi lei", "două minute")."""
    if len(text) > MOST_DIGITS or (len(text) > 1 and text.startswith("0")):
        return digits(text, language)
    said = (_words(int(text), language) or text).split()
    return _agreed(said, noun) if language == "ro" else said


def number(figure: Figure, language: str, noun: str = "") -> list[str]:
    """Say a number with its decimals, which are said as a number in Romanian when they are two, else digit by digit."""
    decimal = vocabulary(language).decimal
    if figure.fraction and not decimal:
        return [f"{figure.whole},{figure.fraction}"]  # a synthesiser knows how its own language says it
    said = cardinal(figure.whole, language, "" if figure.fraction else noun)
    if figure.fraction:
        together = language == "ro" and len(figure.fraction) <= 2
        said += [decimal, *(_padded(figure.fraction) if together else digits(figure.fraction, language))]
    if language == "ro" and noun.lower() in _RO_COUNTED and takes_de(figure):
        said.append("de")
    return said


def _padded(fraction: str) -> list[str]:
    if len(fraction) == 2 and fraction.startswith("0"):
        return digits(fraction, "ro")
    return cardinal(fraction, "ro")


def takes_de(figure: Figure) -> bool:
    """Whether Romanian says "de" between this number and its noun: from 20 on, unless it ends in 01 to 19."""
    last = figure.fraction if figure.fraction and len(figure.fraction) == 2 else figure.whole
    if figure.fraction and len(figure.fraction) != 2:
        return False
    return int(last) >= 20 and (int(last) % 100 == 0 or int(last) % 100 >= 20)


def _agreed(said: list[str], noun: str) -> list[str]:
    if not noun:
        return said
    noun = noun.strip().lower()
    feminine = _not_masculine(noun)
    last = said[-1]
    if last == "unu":
        if len(said) == 1:
            return ["o" if noun.endswith(("ă", "e", "a", "zi")) else "un"]
        return [*said[:-1], "una"] if feminine else said
    if feminine and last in {"doi", "doisprezece"}:
        return [*said[:-1], "două" if last == "doi" else "douăsprezece"]
    return said


def _not_masculine(noun: str) -> bool:
    return noun.endswith(("e", "uri", "ă")) or noun in _RO_FEMININE_I


def ordinal(value: int, language: str, feminine: bool = False) -> list[str]:
    """Say "al doilea" without its "al", which the text has; in English "second"."""
    said = _words(value, language, "ordinal").split() or [str(value)]
    if language != "ro":
        return said
    said = said[1:] if said[0] == "al" else said
    if feminine:
        return [*said[:-1], _feminine_ordinal(said[-1])]
    return [*said[:-1], "optulea" if said[-1] == "optlea" else said[-1]]


def _feminine_ordinal(said: str) -> str:
    if said in _RO_FEMININE_ORDINALS:
        return _RO_FEMININE_ORDINALS[said]
    return re.sub(r"zec[ei]lea$", "zecea", said)


def year(value: int, language: str) -> list[str]:
    """Say a year: "nineteen ninety-nine"; in other languages it is a plain number."""
    said = _words(value, language, "year") if language == "en" else ""
    return said.split() or cardinal(str(value), language)
