"""WebVTT from cues, read back with other programs' readers."""

import re
import subprocess
from pathlib import Path

import imageio_ffmpeg
import pysubs2

from app.editing.vtt import write_vtt
from app.models.edit import Captions, Cue, CueWord
from app.tests.editing.full_edit import full_edit


def captions() -> Captions:
    found = full_edit().captions
    assert found is not None
    return found


def test_the_file_is_exactly_this() -> None:
    assert write_vtt(captions().cues) == (
        "WEBVTT\n\n"
        "00:00:00.000 --> 00:00:01.333\nȚesături &amp;\n<00:00:00.400>&lt;b&gt;șireturi&lt;/b&gt;\n\n"
        "00:00:01.333 --> 00:00:02.367\ngata\n"
    )


def test_no_cues_give_an_empty_file_that_is_still_one() -> None:
    assert write_vtt([]).strip() == "WEBVTT"


def test_another_reader_finds_every_cue() -> None:
    read = pysubs2.SSAFile.from_string(write_vtt(captions().cues), format_="vtt")
    assert [(event.start, event.end) for event in read] == [(0, 1333), (1333, 2367)]
    assert read[1].plaintext == "gata"


def test_ffmpeg_reads_the_texts(tmp_path: Path) -> None:
    (tmp_path / "c.vtt").write_text(write_vtt(captions().cues), encoding="utf-8")
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", "c.vtt", "-f", "srt", "-"]
    out = subprocess.run(command, cwd=tmp_path, capture_output=True, check=True).stdout.decode()
    assert "Țesături &\n" in out
    assert "<b>șireturi</b>" in out
    assert "00:00:01,333 --> 00:00:02,367\ngata" in out


def test_times_within_a_cue_rise_and_lie_inside_it() -> None:
    """Words that share a frame share one time; one that is not spoken has none."""
    words = tuple(
        CueWord(text=text, start=start, end=9, spoken=spoken)
        for text, start, spoken in (("a", 0, True), ("b", 3, True), ("c", 3, True), ("d", 5, False), ("e", 6, True))
    )
    text = write_vtt([Cue(id="c", start=0, end=9, words=words, lines=(5,))])
    assert text.splitlines()[3] == "a <00:00:00.100>b c d <00:00:00.200>e"


def test_an_arrow_or_an_empty_line_in_a_word_cannot_break_the_file() -> None:
    word = CueWord(text="a\n\n00:00:00.000 --> 00:00:09.000\nb", start=0, end=9)
    text = write_vtt([Cue(id="c", start=0, end=9, words=(word,), lines=(1,))])
    assert len(re.findall("-->", text)) == 1
    assert len(text.strip().split("\n\n")) == 2
