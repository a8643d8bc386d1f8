"""Whatever is read once is read again as the same: written captions lose nothing, and mended ones stay mended."""

from collections.abc import Sequence

import pysubs2
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from app.editing.subtitles.findings import Notes
from app.editing.subtitles.markup import plain_text
from app.editing.subtitles.mending import mended
from app.editing.subtitles.reading import read_subtitles
from app.editing.subtitles.regular import is_tidy, regular_cues
from app.editing.subtitles.scanner import scan
from app.editing.subtitles.writing import write_subtitles
from app.models.subtitles import SubtitleCue, Subtitles

PIECES = st.sampled_from(
    [
        *(
            "1",
            "2",
            "42",
            "7.",
            "#3",
            "\n",
            "\n\n",
            "\r\n",
            "\r",
            " ",
            "\t",
            "\u00a0",
            "\u2028",
            "\ufeff",
            "\0",
            "\x1c",
        ),
        *("00:00:01,000 --> 00:00:02,500", "0:1:2.5 --> 0:1:3", "00:03,560 -> 00:04,720", "1:00 → 2:00", "-->", "->"),
        *(
            "00:00:05,000 --> 00:00:04,000",
            "-00:00:01,000 --> 00:00:01,000",
            "00:00:01,000 --> x",
            "x --> 00:00:01,000",
        ),
        *("999:59:59,999 --> 999:59:59,999", "00:00:09,000 --> 00:00:10,000 X1:40 X2:600", "WEBVTT", "NOTE", "STYLE"),
        *(
            "<",
            ">",
            "<b>",
            "</i>",
            "<b",
            "{",
            "}",
            "{\\an8}",
            "{y:i}",
            "\\N",
            "\\h",
            "\\",
            "\\n",
            "&lt;",
            "&gt;",
            "&amp;",
        ),
        *("<00:00:01.500>", "<v Ana>", "<font\n", "<br>", "N", "h", "b>", "șters", "s\u0326", "\u0338", "\ud800", "🔥"),
        *("--&gt;", "00:00:01.000 --&gt; 00:00:02.000", "a", "<c.x>", "/", "line:91%", "10:30 -> 18:00"),
    ]
)
JUNK = st.lists(PIECES, max_size=24).map("".join) | st.text(max_size=60)


def read_again(cues: Sequence[SubtitleCue]) -> Subtitles:
    """Write captions and read them, unless they are what a file that was encoded twice would look like."""
    again = read_subtitles(write_subtitles(cues))
    assume("twice_encoded" not in {finding.code for finding in again.repairs})
    return again


def bare(cue: SubtitleCue) -> tuple[int, int, str]:
    return cue.start, cue.end, cue.text


@settings(max_examples=150, deadline=None)
@example("00:00:05,000 --> 00:00:04,000-00:00:01,000 --> 00:00:01,000")
@given(JUNK)
def test_what_was_read_is_read_again(text: str) -> None:
    first = read_subtitles(text)
    again = read_again(first.cues)
    assert [bare(cue) for cue in again.cues] == [bare(cue) for cue in first.cues]
    assert write_subtitles(again.cues) == write_subtitles(first.cues)
    assert {finding.code for finding in again.repairs} == set()


@settings(max_examples=100, deadline=None)
@example("00:00:05,000 --> 00:00:04,000<font\n00:00:05,000 --> 00:00:04,000-->")
@example("00:00:05,000 --> 00:00:04,000<<00:00:01.500>b>")
@given(JUNK)
def test_what_was_mended_has_no_errors(text: str) -> None:
    cues = mended(read_subtitles(text).cues)
    assert mended(cues) == cues
    again = read_again(cues)
    assert again.ok or not cues
    assert [bare(cue) for cue in again.cues] == [bare(cue) for cue in cues]


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200) | JUNK.map(lambda text: text.encode("utf-16", "surrogatepass")))
def test_any_bytes_give_an_answer(data: bytes) -> None:
    read = read_subtitles(data)
    assert read.ok or read.errors


@settings(max_examples=100, deadline=None)
@example("-->\u033800:00:05,000 --> 00:00:04,000")
@example("<font\n00:00:01,000 → 00:00:02,000 <\n>")
@given(JUNK)
def test_a_plain_text_is_plain(text: str) -> None:
    plain = plain_text(text, entities=False).text
    assert plain_text(plain, entities=False).text == plain
    assert "" not in plain.split("\n") or not plain


WORDS = st.text(st.characters(categories=("L", "N", "P"), exclude_characters="\\<>{}&"), min_size=1, max_size=12)
TIMES = st.integers(0, 359_999_999)


@settings(deadline=None)
@given(st.lists(st.tuples(TIMES, TIMES, st.lists(WORDS, min_size=1, max_size=3).map("\n".join)), max_size=6))
def test_the_quick_way_reads_what_the_long_way_reads(rows: list[tuple[int, int, str]]) -> None:
    text = write_subtitles([SubtitleCue(*row) for row in rows])
    quick = regular_cues(text) if is_tidy(text) else None
    notes = Notes()
    slow = scan(text, notes, webvtt=False, tidy=is_tidy(text))
    assert quick is None or (quick == slow and not notes.findings)


@settings(deadline=None)
@given(st.lists(st.tuples(TIMES, TIMES, st.text("abcăâșțĂÎȚ ,.!?", min_size=1, max_size=30)), min_size=1, max_size=6))
def test_another_reader_finds_the_same(rows: list[tuple[int, int, str]]) -> None:
    cues = read_again([SubtitleCue(*row) for row in rows]).cues
    found = pysubs2.SSAFile.from_string(write_subtitles(cues), format_="srt")
    assert [(event.start, event.end, event.plaintext.strip()) for event in found] == [bare(cue) for cue in cues]
