"""The files whose checking is measured are what their figures say of them."""

from app.editing.subtitles.reading import read_subtitles
from app.editing.subtitles.regular import is_tidy, regular_cues
from benchmarks.srt_validation import CAPTIONS, odd_file, regular_file


def test_the_regular_file_is_read_the_quick_way() -> None:
    text = regular_file()
    assert is_tidy(text)
    assert len(regular_cues(text) or []) == CAPTIONS
    assert read_subtitles(text).findings == ()


def test_in_the_odd_file_every_caption_is_odd_and_is_read_all_the_same() -> None:
    read = read_subtitles(odd_file())
    assert [cue[:3] for cue in read.cues] == [
        (*cue[:2], cue.text.replace(",", ".")) for cue in read_subtitles(regular_file()).cues
    ]
    assert read.ok
    assert len(read.repairs) + read.untold == 3 * CAPTIONS - 1, "only the first has no caption above it"
