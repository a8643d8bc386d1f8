"""Letters as people mean them when they search: big and small alike, with and without their marks."""

import unicodedata

LONE = {"đ": "d", "ð": "d", "ł": "l", "ø": "o", "æ": "ae", "œ": "oe", "ı": "i"}
"""Letters from which Unicode takes no mark off, small."""

_TABLE = str.maketrans(LONE)


def fold(text: str) -> str:
    """Return `text` in small letters without marks: ș, ş and s are one letter, and so are ă, â and a."""
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", text).casefold()  # signs of letters, as ℌ, are big ones only when apart
    plain = unicodedata.normalize("NFKD", apart)
    return "".join(c for c in plain if not unicodedata.combining(c)).translate(_TABLE)
