"""SRT from cues, read back with another program's reader."""

import pysubs2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.editing.srt import write_srt
from app.models.edit import Cue, CueWord


def cue(start: int, end: int, *texts: str, lines: tuple[int, ...] | None = None) -> Cue:
    words = tuple(CueWord(text=text, start=start, end=end) for text in texts)
    return Cue(id=f"{start}", start=start, end=end, words=words, lines=lines or (len(words),))


def test_the_file_is_exactly_this() -> None:
    cues = [cue(0, 10, "Țesături", "și", "șireturi", lines=(2, 1)), cue(10, 31, "49,99", "lei!")]
    assert write_srt(cues) == (
        "1\n00:00:00,000 --> 00:00:00,333\nȚesături și\nșireturi\n\n2\n00:00:00,333 --> 00:00:01,033\n49,99 lei!\n"
    )


def test_no_cues_give_an_empty_file() -> None:
    assert write_srt([]) == ""


@pytest.mark.parametrize(
    ("frame", "shown"),
    [
        (1, "00:00:00,033"),
        (2, "00:00:00,067"),
        (1799, "00:00:59,967"),
        (1800, "00:01:00,000"),
        (53_001, "00:29:26,700"),
    ],
)
def test_times_are_those_of_the_frames_to_the_millisecond(frame: int, shown: str) -> None:
    assert write_srt([cue(frame, frame + 30, "a")]).splitlines()[1].startswith(f"{shown} --> ")


def test_other_frame_rates() -> None:
    assert "00:00:01,000 --> 00:00:01,040" in write_srt([cue(25, 26, "a")], fps=25)


def test_the_text_stays_as_written_with_emoji_and_without_capitals() -> None:
    assert write_srt([cue(0, 9, "Wow", "🔥", "你好")]).splitlines()[2] == "Wow 🔥 你好"


def test_white_space_inside_a_word_cannot_end_the_cue() -> None:
    text = write_srt([cue(0, 9, "unu\n\ndoi", "  ", "trei\r\n", lines=(1, 1, 1)), cue(9, 12, "b")])
    assert text.splitlines()[2:5] == ["unu doi", "trei", ""]
    assert "\r" not in text


WORDS = st.text(st.characters(categories=("L", "N"), include_characters="ăâîșțȘȚ.,!?-"), min_size=1, max_size=12)
# pysubs2 takes a last line of nothing but digits for the next cue's number.
WORDS = WORDS.filter(lambda word: any(not char.isdigit() for char in word))


@given(
    st.lists(st.tuples(st.integers(1, 200), st.integers(0, 90), st.lists(WORDS, min_size=1, max_size=5)), max_size=8)
)
def test_another_reader_finds_the_same_cues(rows: list[tuple[int, int, list[str]]]) -> None:
    cues: list[Cue] = []
    now = 0
    for length, gap, texts in rows:
        lines = (1, len(texts) - 1) if len(texts) > 1 else (1,)
        cues.append(cue(now + gap, now + gap + length, *texts, lines=lines))
        now += gap + length
    read = pysubs2.SSAFile.from_string(write_srt(cues), format_="srt") if cues else []
    assert len(read) == len(cues)
    for event, wanted in zip(read, cues, strict=True):
        assert abs(event.start - wanted.start * 1000 / 30) <= 0.5
        assert abs(event.end - wanted.end * 1000 / 30) <= 0.5
        first = wanted.words[0].text
        rest = " ".join(word.text for word in wanted.words[1:])
        assert event.plaintext == (f"{first}\n{rest}" if rest else first)
    assert all(a.end <= b.start for a, b in zip(read, list(read)[1:], strict=False))
