"""The quick way through a file that is written as it should be, which most are: programs wrote them."""

import re
from unicodedata import is_normalized

from app.editing.subtitles.markup import is_marked_up
from app.editing.subtitles.times import ARROWS
from app.models.subtitles import SubtitleCue

_BLOCK = re.compile(
    "([0-9]{1,9})\n([0-9]{2}):([0-5][0-9]):([0-5][0-9]),([0-9]{3}) --> "
    "([0-9]{2}):([0-5][0-9]):([0-5][0-9]),([0-9]{3})\n(.+)",
    re.DOTALL,
)


def is_tidy(text: str) -> bool:
    """Return whether every text in a file can be taken as it stands: nothing to leave out, letters composed."""
    if is_marked_up(text) or "&" in text or "  " in text:
        return False
    return text.replace("\n", "").isprintable() and is_normalized("NFC", text)  # odd spaces are not "printable"


def regular_cues(text: str) -> list[SubtitleCue] | None:
    """Return the captions of a tidy SRT without anything odd in it; None when the long way has to be taken."""
    if " \n" in text or "\n " in text or any(arrow in text for arrow in ARROWS[1:]):
        return None
    cues: list[SubtitleCue] = []
    line = 2
    for number, block in enumerate(text.rstrip("\n").split("\n\n"), start=1):
        found = _BLOCK.fullmatch(block)
        if found is None or int(found[1]) != number:
            return None
        _, hours, minutes, seconds, millis, hours2, minutes2, seconds2, millis2, words = found.groups()
        start = ((int(hours) * 60 + int(minutes)) * 60 + int(seconds)) * 1000 + int(millis)
        end = ((int(hours2) * 60 + int(minutes2)) * 60 + int(seconds2)) * 1000 + int(millis2)
        cues.append(SubtitleCue(start, end, words, line, number))
        line += block.count("\n") + 2
    return cues if text.count("->") == len(cues) else None
