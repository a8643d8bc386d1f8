"""From files to the captions of an edit: frames, lines, words and their times."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.editing.srt import write_srt
from app.editing.subtitles.captions import MOST_LETTERS, Fit, FromFile, captions_from_srt, text_of_srt
from app.editing.subtitles.markup import words_of
from app.editing.subtitles.mending import mended
from app.editing.subtitles.reading import read_subtitles
from app.editing.subtitles.word_times import is_spoken
from app.editing.vtt import write_vtt
from app.errors import InputError
from app.models.edit import Captions, Cue, CueWord
from app.tests.editing.full_edit import full_edit

SRT = "1\n00:00:00,000 --> 00:00:02,000\nOfertă nouă\nazi\n\n2\n00:00:02,500 --> 00:00:04,000\nDoar 49,99 lei 🔥\n"


def read(content: str | bytes, total: int = 300, fit: Fit | None = None, before: Captions | None = None) -> FromFile:
    return captions_from_srt(content, style="bold", language="ro", total_frames=total, fit=fit, before=before)


def shown(cue: Cue) -> str:
    return " ".join(word.text for word in cue.words)


def test_captions_stand_on_their_frames_with_their_lines() -> None:
    first, second = read(SRT).captions.cues
    assert (first.start, first.end, first.lines, shown(first)) == (0, 60, (2, 1), "Ofertă nouă azi")
    assert (second.start, second.end, second.lines) == (75, 120, (4,))
    assert first.id != second.id
    assert read(SRT).captions.cues[0].id == first.id


def test_words_without_times_share_the_caption_by_their_letters() -> None:
    first, second = read(SRT).captions.cues
    assert [(word.start, word.end) for word in first.words] == [(0, 27), (27, 46), (46, 60)]  # 6, 4 and 3 letters
    assert [word.spoken for word in second.words] == [True, True, True, False]
    assert second.words[-1].start == second.words[-1].end == 119


def test_what_the_program_writes_it_reads_as_the_same_captions() -> None:
    captions = full_edit().captions
    assert captions is not None
    again = read(write_srt(captions.cues), 315).captions
    assert [(c.start, c.end, c.lines) for c in again.cues] == [(c.start, c.end, c.lines) for c in captions.cues]


def test_webvtt_tells_when_words_are_said() -> None:
    words = tuple(
        CueWord(text=text, start=start, end=end)
        for text, start, end in (("unu", 3, 7), ("doi", 7, 20), ("trei", 20, 40))
    )
    cue = Cue(id="c", start=3, end=40, words=words, lines=(2, 1))
    (again,) = read(write_vtt([cue])).captions.cues
    assert again.words == cue.words
    assert again.lines == cue.lines


def test_stamps_that_go_back_or_lie_outside_say_nothing() -> None:
    text = "WEBVTT\n\n00:00.000 --> 00:03.000\n<00:09.000>unu <00:02.000>doi <00:01.000>trei patru\n"
    (cue,) = read(text).captions.cues
    assert [word.start for word in cue.words] == [0, 60, 67, 77]


VOICED = Captions(
    style="bold",
    language="ro",
    cues=(
        Cue(
            id="a",
            start=0,
            end=60,
            lines=(3,),
            words=(
                CueWord(text="Oferta", start=2, end=10),
                CueWord(text="noua", start=10, end=50),
                CueWord(text="azi!", start=50, end=58),
            ),
        ),
    ),
)


@pytest.mark.parametrize(
    ("text", "starts"),
    [
        ("Oferta noua\nazi!", [2, 10, 50]),
        ("Ofertă nouă azi", [2, 10, 50]),  # words put right keep their times
        ("Oferta foarte noua azi!", [2, 6, 10, 50]),  # one more shares with the one before
        ("Oferta azi!", [2, 50]),
        ("cu totul alte vorbe", [0, 7, 26, 41]),
    ],
)
def test_words_of_before_are_said_when_they_were(text: str, starts: list[int]) -> None:
    content = f"1\n00:00:00,000 --> 00:00:02,000\n{text}\n"
    (cue,) = read(content, before=VOICED).captions.cues
    assert [word.start for word in cue.words] == pytest.approx(starts, abs=1)


def test_a_caption_moved_elsewhere_takes_no_times_along() -> None:
    (cue,) = read("1\n00:00:04,000 --> 00:00:06,000\nOferta noua azi!\n", before=VOICED).captions.cues
    assert [word.start for word in cue.words] == [120, 145, 162]


def test_words_that_only_seem_the_same_take_no_minutes_to_compare() -> None:
    """A comparison of a thousand words that repeat in two orders would; each caption is compared with its own time."""
    words = tuple(CueWord(text="ab"[n % 2], start=n * 3, end=n * 3 + 3) for n in range(2_000))
    old = Captions(style="bold", language="ro", cues=(Cue(id="x", start=0, end=6_000, words=words, lines=(2_000,)),))
    content = f"1\n00:00:00,000 --> 00:03:20,000\n{'b a c ' * 160}\n"
    (cue,) = read(content, 6_000, before=old).captions.cues
    assert len(cue.words) == 480


def test_lines_too_wide_are_broken_anew_and_captions_too_long_become_several() -> None:
    text = "1\n00:00:01,000 --> 00:00:05,000\nunu doi trei patru cinci șase șapte opt\nnouă\n"
    cues = read(text, fit=Fit(max_width=11, measure=len)).captions.cues
    assert [shown(cue) for cue in cues] == ["unu doi trei patru", "cinci șase șapte", "opt nouă"] or len(cues) == 3
    assert " ".join(map(shown, cues)) == "unu doi trei patru cinci șase șapte opt nouă"
    assert (cues[0].start, cues[-1].end) == (30, 150)
    assert all(before.end == after.start for before, after in pairwise(cues))
    assert [cue.lines for cue in read(SRT, fit=Fit(20, len)).captions.cues] == [(2, 1), (4,)]


def test_cedillas_become_commas_in_romanian_only() -> None:
    text = "1\n00:00:00,000 --> 00:00:01,000\nşi ţară\n"
    assert shown(read(text).captions.cues[0]) == "și țară"
    turkish = captions_from_srt(text, style="bold", language="tr", total_frames=90)
    assert shown(turkish.captions.cues[0]) == "şi ţară"


def test_what_lies_behind_the_end_is_left_out_and_told() -> None:
    found = read(SRT, total=100)
    assert [(cue.start, cue.end) for cue in found.captions.cues] == [(0, 60), (75, 100)]
    assert [finding.code for finding in found.findings] == ["cut_short"]
    found = read(SRT, total=75)
    assert [(finding.code, finding.line) for finding in found.findings] == [("beyond_clip", 7)]


def test_captions_shorter_than_a_frame_follow_each_other() -> None:
    text = "".join(f"{n}\n00:00:00,{n * 10:03} --> 00:00:00,{n * 10 + 9:03}\nw{n}\n\n" for n in range(1, 20))
    cues = read(text).captions.cues
    assert all(before.end <= after.start for before, after in pairwise(cues))
    assert sum(len(cue.words) for cue in cues) == 19


@pytest.mark.parametrize(
    ("content", "code", "line"),
    [
        ("", "srt_empty", 1),
        ("just text", "srt_empty", 1),
        ("1\n00:00:00,000 --> 00:00:01,000\n\n", "srt_empty", 1),
        (b"\0\1\2\3", "srt_not_text", 1),
        ("x" * 3_000_000, "srt_too_large", 1),
        (SRT + "\n3\n00:00:0x,000 --> 00:00:06,000\nlost\n", "srt_bad_time", 11),
        ("1\n00:00:20,000 --> 00:00:21,000\nlate\n", "srt_beyond", 2),
        (f"1\n00:00:00,000 --> 00:00:01,000\n{'a ' * MOST_LETTERS}\n", "srt_too_long", 2),
        ("".join(f"{n}\n00:00:00,000 --> 00:00:01,000\n{n}\n\n" for n in range(1, 400)), "srt_too_long", 2),
    ],
)
def test_what_cannot_be_used_is_refused_by_line(content: str | bytes, code: str, line: int) -> None:
    with pytest.raises(InputError) as caught:
        read(content)
    assert caught.value.instance_code == code
    assert f"Line {line}:" in caught.value.message
    assert (caught.value.subject, caught.value.http_status) == ("srt", 422)
    assert caught.value.hint


def test_the_text_of_a_file_is_a_script() -> None:
    assert text_of_srt(SRT) == "Ofertă nouă azi\nDoar 49,99 lei 🔥"


WORDS = st.lists(st.sampled_from(["azi", "șireturi", "49,99", "🔥", "-", "o", "\u00a0"]), min_size=1, max_size=9)
ROWS = st.lists(st.tuples(st.integers(0, 12_000), st.integers(-50, 3_000), WORDS), min_size=1, max_size=8)


@settings(max_examples=80, deadline=None)
@given(ROWS, st.integers(1, 400), st.booleans())
def test_any_captions_that_are_taken_are_whole(
    rows: list[tuple[int, int, list[str]]], total: int, narrow: bool
) -> None:
    """They obey the document's own rules (pydantic checks them), and no word of a caption within the clip is lost."""
    text = "\n".join(
        f"{n}\n0:0:{start // 1000}.{start % 1000:03} --> 0:0:{max(0, start + length) / 1000:.3f}\n{' '.join(words)}\n"
        for n, (start, length, words) in enumerate(rows, 1)
    )
    fit = Fit(8, len) if narrow else None
    try:
        found = read(text, total, fit)
    except InputError as error:
        assert error.instance_code in {"srt_empty", "srt_beyond"}
        return
    there = [word.text for cue in found.captions.cues for word in cue.words]
    if not any(finding.code == "beyond_clip" for finding in found.findings):
        assert there == [word for cue in mended(read_subtitles(text).cues) for word in words_of(cue.text)]
    assert all(word.spoken == is_spoken(word.text) for cue in found.captions.cues for word in cue.words)
