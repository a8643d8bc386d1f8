"""Files made to hang, to crash or to fill memory: each has an answer, and the answer is no larger than the file.

What would take long takes minutes if a pattern goes back over what it read: the suite's time limit ends that.
"""

import random
from collections.abc import Callable

import pytest

from app.editing.subtitles.findings import CODES, MOST_TOLD
from app.editing.subtitles.mending import mended
from app.editing.subtitles.reading import MOST_MB, read_subtitles
from app.editing.subtitles.scanner import MOST_CUES
from app.editing.subtitles.writing import write_subtitles
from app.services.srt_validator import repair, validate_content, validate_srt

TIME = "00:00:01,000 --> 00:00:02,000"
MANY = 200_000


def dice_of(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311 - the same ones every time


def junk(seed: int) -> bytes:
    return dice_of(seed).randbytes(5_000)


HOSTILE: dict[str, str | bytes] = {
    "figures": "1" * MANY,
    "figures and colons": "1:" * MANY,
    "spaces": " " * MANY + TIME,
    "spaces before an arrow": "00:00:01" + " " * MANY + "-->",
    "spaces behind an arrow": TIME + " " * MANY + "x",
    "arrows": "-->" * MANY,
    "arrows in lines": "-->\n" * MANY,
    "dashes": "-" * MANY + ">",
    "half times": "1:1 -->\n" * (MANY // 8),
    "numbers": "1\n" * MANY,
    "empty lines": "\n" * MANY,
    "numbers and empty lines": "1\n\n" * MANY,
    "a number and empty lines before each time": ("\n" * 100 + "1\n" + "\n" * 100 + TIME + "\n") * 2_000,
    "carriage returns": "\r" * MANY,
    "tags opened": f"1\n{TIME}\n" + "<" * MANY,
    "tags opened and closed": f"1\n{TIME}\n" + "<" * (MANY // 2) + ">" * (MANY // 2),
    "tags in tags": f"1\n{TIME}\n" + "<b" * (MANY // 4) + ">" * (MANY // 4),
    "a tag without an end": f"1\n{TIME}\n<b " + "x" * MANY,
    "many tags": f"1\n{TIME}\n" + "<b>" * (MANY // 2),
    "braces opened": f"1\n{TIME}\n" + "{\\" * MANY,
    "braces in braces": f"1\n{TIME}\n" + "{\\a" * (MANY // 8) + "}" * (MANY // 8),
    "backslashes": f"1\n{TIME}\n" + "\\" * MANY,
    "times inside": "WEBVTT\n\n" + f"{TIME}\n" + "<00:00:01.500>" * (MANY // 8),
    "ampersands": f"WEBVTT\n\n{TIME}\n" + "&" * MANY,
    "entities": f"WEBVTT\n\n{TIME}\n" + "&#x10ffff;&#0;&lt;" * (MANY // 20),
    "notes": "WEBVTT\n\n" + "NOTE\n\n" * (MANY // 4),
    "combining marks": f"1\n{TIME}\na" + "\u0301" * MANY,
    "one long line": f"1\n{TIME}\n" + "a" * MANY,
    "one long text": f"1\n{TIME}\n" + "a b\n" * (MANY // 4),
    "marks of byte order": "\ufeff" * MANY,
    "private letters": f"1\n{TIME}\n<00:00:01.500>" + "\ue0001234\ue001" * (MANY // 8),
    "all at once": f"1\n{TIME}\nx\n\n" * (MANY // 8),
    "nothing but zeros": b"\0" * MANY,
    "utf-16 of nothing": b"\xff\xfe" + b"\0" * (MANY + 1),
    "utf-16 cut in half": "1\n".encode("utf-16") + b"\0",
    "utf-32 that is none": b"\xff\xfe\0\0" + b"\xff" * 99,
    "utf-8 cut in half": f"1\n{TIME}\nș".encode()[:-1],
    "every byte": bytes(range(256)) * 400,
    "a picture": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + junk(1),
    "a program": b"\x7fELF\2\1\1" + b"\0" * 9 + junk(2),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_it_has_an_answer(name: str) -> None:
    content = HOSTILE[name]
    read = read_subtitles(content)
    assert read.ok or read.errors
    assert len(read.findings) <= MOST_TOLD * len(CODES)
    again = read_subtitles(write_subtitles(mended(read.cues)))
    assert again.ok or not mended(read.cues)


def test_a_file_far_too_large_is_not_even_read() -> None:
    """Fifty megabytes: only its length is looked at, as everything else would take seconds and hundreds of MB."""
    for content in (f"1\n{TIME}\nx\n\n" * 1_500_000, b"1\n" * 25_000_000):
        assert len(content) >= 50_000_000
        ok, errors = validate_srt(content)
        assert (ok, errors) == (False, [f"line 1: {CODES['too_large'][1].format(most=MOST_MB)} [too_large]"])
        assert repair(content) == ""


def test_more_captions_than_any_file_has_are_left_out_and_told() -> None:
    report = validate_content(f"1\n{TIME}\nx\n" * (MOST_CUES + 5))
    assert report["cues"] == MOST_CUES
    assert [found["line"] for found in report["errors"] if found["code"] == "too_many"] == [3 * MOST_CUES + 2]


Mutation = Callable[[random.Random, bytes], bytes]


def flipped(dice: random.Random, data: bytes) -> bytes:
    changed = bytearray(data)
    for _ in range(dice.randint(1, 20)):
        changed[dice.randrange(len(changed))] = dice.randrange(256)
    return bytes(changed)


def cut(dice: random.Random, data: bytes) -> bytes:
    start, end = sorted(dice.randrange(len(data)) for _ in range(2))
    return data[:start] + data[end:]


def doubled(dice: random.Random, data: bytes) -> bytes:
    start, end = sorted(dice.randrange(len(data)) for _ in range(2))
    return data[:end] + data[start:]


def shuffled(dice: random.Random, data: bytes) -> bytes:
    lines = data.split(b"\n")
    dice.shuffle(lines)
    return b"\n".join(lines)


MUTATIONS: tuple[Mutation, ...] = (flipped, cut, doubled, shuffled)
SAMPLE = (
    "1\n00:00:00,000 --> 00:00:01,500\n<i>Țesături și</i>\nșireturi 🔥\n\n2\n00:00:01,500 --> 00:00:03,000\n"
    "{\\an8}la 49,99 lei\n\n3\n00:00:04,000 --> 00:00:06,000 X1:1 X2:2\n1989\n\n4\n0:0:6.1 --> 0:0:7\nșapte\n"
)


@pytest.mark.parametrize("seed", range(200))
def test_a_broken_file_is_read_as_far_as_it_goes(seed: int) -> None:
    """What is left of it can be written, read and mended; nothing in it is taken for a fault of the program."""
    dice = dice_of(seed)
    data = SAMPLE.encode(dice.choice(["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-32"]))
    for _ in range(dice.randint(1, 3)):
        data = dice.choice(MUTATIONS)(dice, data) or b"\n"
    read = read_subtitles(data)
    mended_cues = mended(read.cues)
    again = read_subtitles(write_subtitles(mended_cues))
    assert again.ok or not mended_cues
    if "twice_encoded" not in {finding.code for finding in again.repairs}:  # which shows in what is left of it only
        assert [cue.text for cue in again.cues] == [cue.text for cue in mended_cues]
