"""The words a voice says for signs, currencies, units and abbreviations, by language."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType


def listed(text: str) -> tuple[str, ...]:
    """Return the words of `text`: tables of words read better as a line of text than as a list of literals."""
    return tuple(text.split())


@dataclass(frozen=True)
class Vocabulary:
    """How one language says what is not written as words.

    `per` stands in "5 lei/kg", `by` in "10x15", `compared` has the signs before a figure ("~5"), `numbered` the words
    that Roman numerals follow, `multiples` what is written right behind a figure ("10k").
    `currencies` and `units` give (singular, plural) by their written form in lower case; `minor` the hundredth of a
    currency sign. `decimal` stands between whole and fraction; a full stop before three figures is a thousands mark
    when `comma_decimal`. An abbreviation in `need_figure` is one only beside a figure: else it is a word ("no.").
    """

    dot: str = "."
    slash: str = "/"
    at: str = "@"
    dash: str = "-"
    underscore: str = "_"
    ampersand: str = "&"
    percent: str = "%"
    plus: str = "+"
    minus: str = "-"
    equals: str = "="
    degrees: str = "°"
    hashtag: str = "hashtag"
    to: str = "-"
    per: str = ""
    by: str = ""
    decimal: str = ""
    comma_decimal: bool = True
    currencies: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    minor: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    units: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    abbreviations: Mapping[str, str] = field(default_factory=dict)
    months: tuple[str, ...] = ()
    scales: frozenset[str] = frozenset()
    multiples: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    compared: Mapping[str, str] = field(default_factory=dict)
    numbered: frozenset[str] = frozenset()
    need_figure: frozenset[str] = frozenset()


_RO = Vocabulary(
    dot="punct",
    slash="slash",
    at="arond",
    dash="cratimă",
    underscore="liniuță jos",
    ampersand="și",
    percent="la sută",
    plus="plus",
    minus="minus",
    equals="egal",
    degrees="grade",
    to="până la",
    per="pe",
    by="pe",
    decimal="virgulă",
    currencies={
        "lei": ("leu", "lei"),
        "leu": ("leu", "lei"),
        "ron": ("leu", "lei"),
        "€": ("euro", "euro"),
        "eur": ("euro", "euro"),
        "euro": ("euro", "euro"),
        "$": ("dolar", "dolari"),
        "usd": ("dolar", "dolari"),
        "£": ("liră", "lire"),
        "gbp": ("liră", "lire"),
    },
    units={
        "mm": ("milimetru", "milimetri"),
        "cm": ("centimetru", "centimetri"),
        "m": ("metru", "metri"),
        "km": ("kilometru", "kilometri"),
        "m²": ("metru pătrat", "metri pătrați"),
        "mp": ("metru pătrat", "metri pătrați"),
        "km/h": ("kilometru pe oră", "kilometri pe oră"),
        "mg": ("miligram", "miligrame"),
        "g": ("gram", "grame"),
        "gr": ("gram", "grame"),
        "kg": ("kilogram", "kilograme"),
        "ml": ("mililitru", "mililitri"),
        "l": ("litru", "litri"),
        "w": ("watt", "wați"),
        "kw": ("kilowatt", "kilowați"),
        "kwh": ("kilowatt oră", "kilowați oră"),
        "v": ("volt", "volți"),
        "mah": ("miliamper oră", "miliamperi oră"),
        "gb": ("gigabait", "gigabaiți"),
        "mb": ("megabait", "megabaiți"),
        "tb": ("terabait", "terabaiți"),
        "s": ("secundă", "secunde"),
        "sec": ("secundă", "secunde"),
        "min": ("minut", "minute"),
        "h": ("oră", "ore"),
        "buc": ("bucată", "bucăți"),
        "°c": ("grad Celsius", "grade Celsius"),
        "°f": ("grad Fahrenheit", "grade Fahrenheit"),
        "°": ("grad", "grade"),
    },
    abbreviations={
        "nr.": "numărul",
        "bl.": "blocul",
        "sc.": "scara",
        "et.": "etajul",
        "ap.": "apartamentul",
        "sec.": "secolul",
        "cap.": "capitolul",
        "alin.": "alineatul",
        "lit.": "litera",
        "pct.": "punctul",
        "vol.": "volumul",
        "prof.": "profesor",
        "ing.": "inginer",
        "av.": "avocat",
        "l-v": "luni până vineri",
        "l-s": "luni până sâmbătă",
        "l-d": "luni până duminică",
        "ian.": "ianuarie",
        "feb.": "februarie",
        "mart.": "martie",
        "apr.": "aprilie",
        "iun.": "iunie",
        "iul.": "iulie",
        "aug.": "august",
        "sept.": "septembrie",
        "oct.": "octombrie",
        "nov.": "noiembrie",
        "dec.": "decembrie",
        "str.": "strada",
        "bd.": "bulevardul",
        "dl.": "domnul",
        "d-l": "domnul",
        "dna.": "doamna",
        "d-na": "doamna",
        "dr.": "doctor",
        "etc.": "etcetera",
        "ex.": "exemplu",
        "tel.": "telefon",
        "aprox.": "aproximativ",
        "max.": "maxim",
        "min.": "minim",
        "buc.": "bucăți",
        "art.": "articolul",
        "pag.": "pagina",
        "jud.": "județul",
        "cca.": "circa",
        "incl.": "inclusiv",
        "ș.a.": "și altele",
    },
    months=listed("ianuarie februarie martie aprilie mai iunie iulie august septembrie octombrie noiembrie decembrie"),
    multiples={"k": ("mie", "mii"), "m": ("milion", "milioane"), "mld": ("miliard", "miliarde")},
    compared={
        "~": "aproximativ",
        "≈": "aproximativ",
        "<": "sub",
        ">": "peste",
        "≤": "cel mult",
        "≥": "cel puțin",
        "Ø": "diametru",
    },
    numbered=frozenset(listed("secolul secolele sec. capitolul cap. volumul vol. partea etapa tipul")),
    need_figure=frozenset(
        listed("sec. cap. lit. bl. sc. et. ap. vol. ian. feb. mart. apr. iun. iul. aug. sept. oct. nov. dec.")
    ),
)

_EN = Vocabulary(
    dot="dot",
    slash="slash",
    at="at",
    dash="dash",
    underscore="underscore",
    ampersand="and",
    percent="percent",
    plus="plus",
    minus="minus",
    equals="equals",
    degrees="degrees",
    to="to",
    per="per",
    by="by",
    decimal="point",
    comma_decimal=False,
    currencies={
        "lei": ("leu", "lei"),
        "leu": ("leu", "lei"),
        "ron": ("leu", "lei"),
        "€": ("euro", "euros"),
        "eur": ("euro", "euros"),
        "$": ("dollar", "dollars"),
        "usd": ("dollar", "dollars"),
        "£": ("pound", "pounds"),
        "gbp": ("pound", "pounds"),
    },
    minor={"€": ("cent", "cents"), "$": ("cent", "cents"), "£": ("penny", "pence")},
    units={
        "mm": ("millimetre", "millimetres"),
        "cm": ("centimetre", "centimetres"),
        "m": ("metre", "metres"),
        "km": ("kilometre", "kilometres"),
        "m²": ("square metre", "square metres"),
        "km/h": ("kilometre per hour", "kilometres per hour"),
        "mph": ("mile per hour", "miles per hour"),
        "mg": ("milligram", "milligrams"),
        "g": ("gram", "grams"),
        "kg": ("kilogram", "kilograms"),
        "lb": ("pound", "pounds"),
        "lbs": ("pound", "pounds"),
        "oz": ("ounce", "ounces"),
        "ft": ("foot", "feet"),
        "ml": ("millilitre", "millilitres"),
        "l": ("litre", "litres"),
        "w": ("watt", "watts"),
        "kw": ("kilowatt", "kilowatts"),
        "kwh": ("kilowatt hour", "kilowatt hours"),
        "v": ("volt", "volts"),
        "mah": ("milliamp hour", "milliamp hours"),
        "gb": ("gigabyte", "gigabytes"),
        "mb": ("megabyte", "megabytes"),
        "tb": ("terabyte", "terabytes"),
        "s": ("second", "seconds"),
        "sec": ("second", "seconds"),
        "min": ("minute", "minutes"),
        "h": ("hour", "hours"),
        "hr": ("hour", "hours"),
        "hrs": ("hour", "hours"),
        "pcs": ("piece", "pieces"),
        "mo": ("month", "months"),
        "yr": ("year", "years"),
        "¢": ("cent", "cents"),
        "°c": ("degree Celsius", "degrees Celsius"),
        "°f": ("degree Fahrenheit", "degrees Fahrenheit"),
        "°": ("degree", "degrees"),
    },
    abbreviations={
        "mr.": "mister",
        "mrs.": "missus",
        "ms.": "miz",
        "dr.": "doctor",
        "st.": "saint",
        "vs.": "versus",
        "vs": "versus",
        "etc.": "etcetera",
        "e.g.": "for example",
        "i.e.": "that is",
        "approx.": "approximately",
        "max.": "maximum",
        "min.": "minimum",
        "incl.": "including",
        "w/": "with",
        "no.": "number",
        "inc.": "incorporated",
        "jr.": "junior",
        "mon-fri": "monday to friday",
        "mon-sat": "monday to saturday",
        "mon-sun": "monday to sunday",
        "jan.": "january",
        "feb.": "february",
        "mar.": "march",
        "apr.": "april",
        "jun.": "june",
        "jul.": "july",
        "aug.": "august",
        "sep.": "september",
        "sept.": "september",
        "oct.": "october",
        "nov.": "november",
        "dec.": "december",
    },
    months=listed("january february march april may june july august september october november december"),
    scales=frozenset({"million", "billion", "trillion", "thousand", "hundred"}),
    multiples={
        "k": ("thousand", "thousand"),
        "m": ("million", "million"),
        "mln": ("million", "million"),
        "b": ("billion", "billion"),
        "bn": ("billion", "billion"),
    },
    compared={
        "~": "about",
        "≈": "about",
        "<": "under",
        ">": "over",
        "≤": "at most",
        "≥": "at least",
        "Ø": "diameter",
    },
    numbered=frozenset(listed("chapter part volume act phase type level")),
    need_figure=frozenset(listed("no. jan. feb. mar. apr. jun. jul. aug. sep. sept. oct. nov. dec.")),
)


def _signs(**signs: str) -> Vocabulary:
    return Vocabulary(**dict(signs), plus="plus")  # type: ignore[arg-type]


VOCABULARIES: Mapping[str, Vocabulary] = MappingProxyType(
    {
        "ro": _RO,
        "en": _EN,
        "de": _signs(
            dot="Punkt",
            slash="Schrägstrich",
            at="at",
            ampersand="und",
            percent="Prozent",
            dash="Bindestrich",
            underscore="Unterstrich",
            decimal="Komma",
        ),
        "fr": _signs(
            dot="point",
            slash="slash",
            at="arobase",
            ampersand="et",
            percent="pour cent",
            dash="tiret",
            underscore="tiret bas",
            decimal="virgule",
        ),
        "es": _signs(
            dot="punto",
            slash="barra",
            at="arroba",
            ampersand="y",
            percent="por ciento",
            dash="guion",
            underscore="guion bajo",
            decimal="coma",
        ),
        "it": _signs(
            dot="punto",
            slash="barra",
            at="chiocciola",
            ampersand="e",
            percent="per cento",
            dash="trattino",
            underscore="trattino basso",
            decimal="virgola",
        ),
        "hu": _signs(
            dot="pont",
            slash="perjel",
            at="kukac",
            ampersand="és",
            percent="százalék",
            dash="kötőjel",
            underscore="alávonás",
            decimal="egész",
        ),
        "pt": _signs(
            dot="ponto",
            slash="barra",
            at="arroba",
            ampersand="e",
            percent="por cento",
            dash="hífen",
            underscore="sublinhado",
            decimal="vírgula",
        ),
        "pl": _signs(
            dot="kropka",
            slash="ukośnik",
            at="małpa",
            ampersand="i",
            percent="procent",
            dash="myślnik",
            underscore="podkreślnik",
            decimal="przecinek",
        ),
        "nl": _signs(
            dot="punt",
            slash="slash",
            at="apenstaartje",
            ampersand="en",
            percent="procent",
            dash="streepje",
            underscore="laag streepje",
            decimal="komma",
        ),
    }
)
"""The languages with words of their own. Romanian and English are complete, the others know the signs of addresses."""

UNKNOWN = Vocabulary()
"""A language without a table: signs are left to the synthesiser."""


def vocabulary(language: str) -> Vocabulary:
    """Return the words for signs in `language` (ISO 639-1)."""
    return VOCABULARIES.get(language, UNKNOWN)
