"""Which language a script is written in, told from its letters and its commonest words."""

import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any

from py3langid import langid

from app.editing.script.marks import plain_text
from app.editing.script.vocabulary import listed

FALLBACK = "en"
"""What a text without any evidence gets: no letters at all, or nothing that any language claims."""

LANGUAGES = listed("bg cs da de el en es fi fr hr hu it nl no pl pt ro ru sk sr sv tr uk")
"""The languages that are told apart. Few enough that a line of three words is not taken for Esperanto."""

WORD_WEIGHT = 6.0
"""What one commonest word adds to a language's log-probability; set so that the short lines in the tests are right."""

_COMMON: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "ro": frozenset(
            listed(
                "salut bună buna ziua azi acum oferta vezi hai și si nu este sunt pentru cu din la pe mai doar cel "
                "cea ce te îți iti să ai pret preț lei ofertă nou nouă noua fără fara toată toata cumpără "
                "cumpara un o în"
            )
        ),
        "en": frozenset(
            listed(
                "hello hi the and you your is are this that for with now today free new it to of in how buy get just "
                "sale ok link bio shop off what my we our not have only best"
            )
        ),
        "de": frozenset(listed("der die das und ist nicht jetzt heute mit für ein eine im auf nur kein sie ich hallo")),
        "fr": frozenset(listed("le la les est et vous un une des pour avec pas maintenant bonjour votre nous")),
        "es": frozenset(listed("el la los las es y un una para con ahora hola hoy tu su todo solo más por en de")),
        "it": frozenset(listed("il lo la gli è e un una per con adesso oggi ciao tutto solo più della di nel")),
        "hu": frozenset(listed("a az és egy most ma nem van hogy minden csak ez szia itt")),
    }
)


_SCRIPTS: Mapping[str, str] = MappingProxyType(
    {
        "HIRAGANA": "ja",
        "KATAKANA": "ja",
        "HANGUL": "ko",
        "CJK": "zh",
        "ARABIC": "ar",
        "HEBREW": "he",
        "DEVANAGARI": "hi",
        "THAI": "th",
        "ARMENIAN": "hy",
        "GEORGIAN": "ka",
    }
)
"""Writing systems (first word of a letter's Unicode name) that tell the language by themselves; kana before Han."""


@cache
def _identifier() -> Any:
    identifier = langid.LanguageIdentifier.from_model_file(langid.MODEL_FILE)
    identifier.set_languages(LANGUAGES)
    return identifier


def detect(text: str) -> str:
    """Return the ISO 639-1 code of the language `text` is written in; the same text always gives the same.

    Addresses, marks and figures say nothing about the language and are left aside. Romanian is told with and
    without its diacritics.
    A text too short to tell gets the nearest guess; one without any evidence gets `FALLBACK`.
    """
    words = re.findall(r"[^\W\d_]+", _prose(text))
    if not words:
        return FALLBACK
    if script := _by_script("".join(words)):
        return script
    scores = {str(language): float(score) for language, score in _identifier().rank(" ".join(words))}
    if len(set(scores.values())) == 1:  # the model met none of its features
        scores = dict.fromkeys(scores, 0.0)
    for language, common in _COMMON.items():
        scores[language] += WORD_WEIGHT * sum(word.lower() in common for word in words)
    best = max(scores.values())
    winners = sorted(language for language, score in scores.items() if score == best)
    return winners[0] if len(winners) == 1 else FALLBACK


def forget() -> None:
    """Let go of what `detect` keeps in memory, 75 MB; the next text takes a second longer."""
    _identifier.cache_clear()


def _by_script(letters: str) -> str:
    names = [unicodedata.name(letter, "").split(" ")[0].split("-")[0] for letter in letters]
    counts = {script: names.count(script) for script in _SCRIPTS}
    if sum(counts.values()) * 2 <= len(letters):
        return ""
    return next(language for script, language in _SCRIPTS.items() if counts[script])


def _prose(text: str) -> str:
    return re.sub(
        r"\S+@\S+|https?://\S+|www\.\S+|\S+\.\w{2,4}/\S*|\b\w+\.(?:ro|com|eu|net|org)\b", " ", plain_text(text)
    )
