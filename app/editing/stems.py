"""Whether two written words are forms of one word: letters folded, endings compared. Never a part inside a word."""

import re
from collections.abc import Iterator
from functools import cache

import snowballstemmer

from app.models.letters import fold

_WORD = re.compile(r"[^\W_]+")


def words_of(text: str) -> list[str]:
    """Return the words of `text`, folded, in order: "într-o ceașcă" is "intr", "o", "ceasca"."""
    return _WORD.findall(fold(text))


def same_word(one: str, other: str, language: str) -> bool:
    """Whether two folded words are forms of one word in `language` (ISO 639-1).

    Romanian and English know their endings; in other languages a common word start with short ends will do.
    """
    if one == other:
        return True
    if min(len(one), len(other)) < 2 or one[0] != other[0] or not (one + other).isalpha():
        return False
    if language == "ro":
        return _same_in_romanian(one, other)
    return _same_in_english(one, other) if language == "en" else _same_start(one, other, 4, 2)


def _same_start(one: str, other: str, least: int, longest_end: int) -> bool:
    """Whether both begin with the same `least` letters or more, and end in at most `longest_end` others."""
    common = _common_start(one, other)
    return common >= least and max(len(one), len(other)) - common <= longest_end


def _common_start(one: str, other: str) -> int:
    return next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


# Romanian inflects by endings, and its roots change with them. A word is taken for `root + ending` of each paradigm in
# which that is possible; two words are one when they have a root of the same paradigm in common. Endings are folded.
# The first group of each holds the base forms, whose roots may look otherwise in the forms of the second.
_PARADIGMS: tuple[tuple[frozenset[str], frozenset[str]], ...] = tuple(
    (frozenset(base.split(",")), frozenset(oblique.split(",")))
    for base, oblique in (
        ("a", "ei,e,ele,elor,i,ii,ile,ilor,uri,urile,urilor"),  # casă, țară, treabă
        ("e,ea", "ei,i,ii,ile,ilor,uri,urile,urilor"),  # carte, floare, sare
        ("ea", "eaua,elei,ele,elele,elelor"),  # cafea, stea
        ("ie,ia", "iei,ii,iile,iilor,i,ile,ilor"),  # familie, cheie
        (",ul,ului,ule", "a,ei,e,ele,elor,i,ii,ile,ilor,uri,urile,urilor"),  # pahar, loc; frumos
        ("e,ele,elui", "i,ii,ilor"),  # câine, munte
        ("u,ul,ului", "a,ei,e,ele,elor,i,ii,ilor,uri,urile,urilor"),  # lucru, teatru; negru
        ("iu,iul,iului", "ie,ia,ii,iile,iilor"),  # serviciu, cenușiu
    )
)
_CONSONANT = 4  # the paradigm without an ending: the only one where three letters may be a whole word
_RISKY = frozenset("a,e,ei,ele,elor,ile".split(","))  # măr is not mare, păr is not pară
_SHORT_ADJECTIVES = frozenset(["alb", "bun", "mic", "nou", "rau"])
_IRREGULAR = tuple(
    frozenset(words.split())
    for words in (
        "ou oul oului oua ouale oualor",
        "om omul omului oameni oamenii oamenilor",
        "zi ziua zilei zile zilele zilelor",
        "mar marul marului mere merele merelor",
        "mana mainii maini mainile mainilor",
        "copil copilul copilului copii copiii copiilor",
        "cal calul calului cai caii cailor",
        "vale valea vaii vai vaile vailor",
        "cap capul capului capete capetele capetelor",
        "sora sorei surori surorile surorilor",
        "stea steaua stelei stele stelele stelelor",
        "rosu rosul rosie rosia rosii rosiile",
    )
)
_SHORTEST_ROOT = 3
_CHANGES = (("ea", "e"), ("oa", "o"), ("ia", "ie"), ("an", "in"))  # ceașcă, cești; poartă, porți; cuvânt, cuvinte
_WIDENED = (("o", "oa"), ("e", "ea"))  # telefon, telefoane; negru, neagră
_ENDS = (("sc", "st"), ("d", "z"))  # muscă, muște; verde, verzi


_VERB_ENDS = frozenset(
    ",a,ai,am,ati,au,at,ata,ate,and,ez,ezi,eaza,eze,e,em,eti,esc,esti,este,easca,i,im,iti,it,ita,ite,ind,ut,uta,uti,ute".split(
        ","
    )
)
_SHORTEST_VERB_ROOT = 5


def _same_in_romanian(one: str, other: str) -> bool:
    if any(one in words and other in words for words in _IRREGULAR):
        return True
    return bool(_romanian_roots(one) & _romanian_roots(other)) or _same_verb(one, other)


def _same_verb(one: str, other: str) -> bool:
    """Whether both are one long root with endings of verbs: comandă, comandăm; not comandant, whose end makes another
    word. The shortest roots count only where the stemmer says the same."""
    stem = _stem(one, "romanian")
    sure = len(stem) >= _SHORTEST_VERB_ROOT and stem == _stem(other, "romanian")
    roots = range(_SHORTEST_VERB_ROOT if sure else _SHORTEST_VERB_ROOT + 1, _common_start(one, other) + 1)
    return any({one[root:], other[root:]} <= _VERB_ENDS for root in roots)


@cache
def _romanian_roots(word: str) -> frozenset[tuple[int, str]]:
    """Return the word's possible roots, each with its paradigm's number."""
    roots: set[tuple[int, str]] = set()
    for number, (base, oblique) in enumerate(_PARADIGMS):
        for ending in base | oblique:
            root = word.removesuffix(ending)
            if not word.endswith(ending) or len(root) < _SHORTEST_ROOT or not _fits(number, root, ending):
                continue
            roots.add((number, root))
            if ending in base:
                roots |= {(number, changed) for changed in _changed(root, number)}
    return frozenset(roots)


def _fits(number: int, root: str, ending: str) -> bool:
    short = number == _CONSONANT and len(root) == _SHORTEST_ROOT
    return not short or ending not in _RISKY or root in _SHORT_ADJECTIVES


def _changed(root: str, number: int) -> Iterator[str]:
    """Yield what a base form's root may become in other forms."""
    changes = [*_CHANGES, *(_WIDENED if number >= _CONSONANT else (("a", "e"),))]
    if number >= _CONSONANT and len(root) >= 5:
        changes.append(("a", "e"))  # proaspăt, proaspeți
    vowels = {root, *(_last_replaced(root, old, new) for old, new in changes)}
    if number < _CONSONANT:
        vowels |= {_last_replaced(each, "a", "e") for each in vowels}
    for each in vowels:
        yield each
        for old, new in _ENDS:
            if each.endswith(old):
                yield each.removesuffix(old) + new


def _last_replaced(text: str, old: str, new: str) -> str:
    head, found, tail = text.rpartition(old)
    return head + new + tail if found else text


_ENGLISH_IRREGULAR = tuple(
    frozenset(words.split())
    for words in (
        "child children",
        "man men",
        "woman women",
        "person people",
        "foot feet",
        "tooth teeth",
        "goose geese",
        "mouse mice",
        "leaf leaves",
        "loaf loaves",
        "half halves",
        "shelf shelves",
        "wolf wolves",
        "scarf scarves",
        "knife knives",
        "life lives",
        "wife wives",
    )
)
_HISSING = ("s", "x", "z", "ch", "sh")
_ENGLISH_ENDS = frozenset(["", "s", "es", "e", "ed", "d", "ing", "y", "ies", "ied", "er", "ers", "i"])


def _same_in_english(one: str, other: str) -> bool:
    """Whether two words have one stem and differ by inflection only: "roast", "roasting"; not "organ", "organic"."""
    if any(one in words and other in words for words in _ENGLISH_IRREGULAR):
        return True
    shorter, longer = sorted((one, other), key=len)
    if shorter.endswith(_HISSING) and longer == f"{shorter}es":  # the stemmer does not know buses
        return True
    common = _common_start(one, other)
    doubled = {end[1:] for end in (one[common:], other[common:]) if common and end[:1] == one[common - 1]}
    ends = {one[common:], other[common:]} - {letter + end for end in doubled for letter in one[common - 1]} | doubled
    return common >= 3 and ends <= _ENGLISH_ENDS and _stem(one, "english") == _stem(other, "english")


@cache
def _stem(word: str, language: str) -> str:
    stem: str = snowballstemmer.stemmer(language).stemWord(word)
    return stem
