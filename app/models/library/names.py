"""Names of files as people give them: shown to people again, and never part of a path."""

import unicodedata
from pathlib import PurePosixPath

LONGEST = 200
"""Letters of a name; file systems take 255 bytes, and some letters are two or three."""

_SUFFIX = 12


def plain_name(given: str, otherwise: str = "unnamed") -> str:
    """Return the last part of a name or path as one printable line, composed (NFC), of at most `LONGEST` letters.

    What decides the direction of text, and other letters that nobody sees, are left out: they can make a name look
    like another one. `otherwise` when nothing is left.
    """
    last = given.replace("\\", "/").rstrip("/").rpartition("/")[2]
    text = "".join(" " if letter.isspace() else letter for letter in unicodedata.normalize("NFC", last))
    text = " ".join("".join(letter for letter in text if letter.isprintable()).split())
    if not text.strip(". "):
        return otherwise
    if len(text) <= LONGEST:
        return text
    suffix = PurePosixPath(text).suffix
    suffix = suffix if len(suffix) <= _SUFFIX else ""
    return text[: LONGEST - len(suffix)].rstrip() + suffix
