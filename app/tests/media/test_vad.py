from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import Cancelled, MediaError
from app.media.vad import PADDING, RATE, SHORTEST_PAUSE, heard, sound, spans_of, speech, speech_share
from app.models.control import Control
from app.models.timing import Span
from app.tests.conftest import ClipMaker
from app.tests.footage import ffmpeg, say

STEP = 0.032


@pytest.fixture(scope="module")
def voice(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """About 4 s of a synthetic voice, between a second of near silence and two."""
    folder = tmp_path_factory.mktemp("voice")
    path = folder / "padded.wav"
    ffmpeg("-i", say(folder / "voice.wav"), "-af", "adelay=1000,apad=pad_dur=2", "-ar", "48000", path)
    return path


def windows(*stretches: tuple[float, float]) -> list[float]:
    """Return probabilities from (seconds, probability) pairs."""
    return [p for seconds, p in stretches for _ in range(round(seconds / STEP))]


def test_a_voice_is_found_where_it_is(voice: Path) -> None:
    spans = speech(voice, Control())
    assert spans[0].start == pytest.approx(1.0, abs=0.15)
    assert spans[-1].end == pytest.approx(5.1, abs=0.25)
    assert sum(s.length for s in spans) > 3.0


def test_how_sure_it_is_is_told_with_each_stretch(voice: Path) -> None:
    usual = heard(voice, Control(), likely=0.5, shortest=0.25)
    assert tuple(span for span, _ in usual) == speech(voice, Control())
    assert all(0.5 < confidence <= 1 for _, confidence in usual)
    assert heard(voice, Control(), likely=0.5, shortest=10.0) == ()


def test_what_is_asked_for_decides_what_counts() -> None:
    found = windows((1.0, 0.1), (0.4, 0.6), (1.0, 0.1), (2.0, 0.9))
    assert len(spans_of(found, STEP)) == 2
    assert len(spans_of(found, STEP, likely=0.8)) == 1
    assert len(spans_of(found, STEP, shortest=1.0)) == 1


@pytest.mark.parametrize("audio", ["tone", "silence", None])
def test_no_voice_no_speech(make: ClipMaker, audio: str | None) -> None:
    assert speech(make(audio=audio, cuts=(), seconds=2.0), Control()) == ()


@pytest.mark.parametrize(
    "options",
    [
        ("-ar", "8000", "-ac", "1", "-c:a", "pcm_s16le"),
        ("-ar", "44100", "-ac", "2", "-c:a", "aac"),
        ("-ac", "6", "-c:a", "aac"),
        ("-c:a", "libmp3lame"),
        ("-c:a", "libopus"),
        ("-c:a", "pcm_f32le"),
        ("-c:a", "flac"),
    ],
)
def test_every_sound_is_heard(voice: Path, tmp_path: Path, options: tuple[str, ...]) -> None:
    path = tmp_path / "voice.mkv"
    ffmpeg("-i", voice, *options, path)
    spans = speech(path, Control())
    assert spans[0].start == pytest.approx(1.0, abs=0.2)
    assert spans[-1].end == pytest.approx(5.1, abs=0.3)


def test_a_track_that_begins_late_keeps_its_place(voice: Path, clip: Path, tmp_path: Path) -> None:
    path = tmp_path / "late.mkv"
    ffmpeg("-i", clip, "-itsoffset", "2", "-i", voice, "-map", "0:v", "-map", "1:a", "-c:v", "copy", path)
    assert speech(path, Control())[0].start == pytest.approx(3.0, abs=0.2)


def test_a_transport_stream_counts_from_its_start(voice: Path, clip: Path, tmp_path: Path) -> None:
    path = tmp_path / "late.ts"
    ffmpeg("-i", clip, "-i", voice, "-map", "0:v", "-map", "1:a", "-c:v", "copy", "-output_ts_offset", "900", path)
    assert speech(path, Control())[0].start == pytest.approx(1.0, abs=0.25)


def test_sound_is_mono_at_16_khz(voice: Path) -> None:
    blocks = list(sound(voice))
    assert all(b.dtype == np.float32 and b.ndim == 1 for b in blocks)
    assert sum(b.size for b in blocks) == pytest.approx(7.1 * RATE, rel=0.02)
    assert max(float(np.abs(b).max()) for b in blocks if b.size) <= 1.0


def test_spans_of_nothing() -> None:
    assert spans_of([], STEP) == ()
    assert spans_of([0.4] * 100, STEP) == ()


def test_one_stretch_of_speech() -> None:
    (span,) = spans_of(windows((1, 0.1), (2, 0.9), (1, 0.1)), STEP)
    assert span.start == pytest.approx(1 - PADDING, abs=STEP)
    assert span.end == pytest.approx(3 + PADDING, abs=STEP)


def test_speech_to_the_very_end() -> None:
    (span,) = spans_of(windows((1, 0.9)), STEP)
    assert span.start == 0.0
    assert span.end == pytest.approx(31 * STEP, abs=1e-3)


def test_a_breath_does_not_divide() -> None:
    assert len(spans_of(windows((1, 0.9), (0.2, 0.1), (1, 0.9)), STEP)) == 1
    assert len(spans_of(windows((1, 0.9), (0.5, 0.1), (1, 0.9)), STEP)) == 2


def test_a_click_is_no_speech() -> None:
    assert spans_of(windows((1, 0.1), (0.1, 0.99), (1, 0.1)), STEP) == ()


def test_speech_goes_on_until_it_is_clearly_over() -> None:
    (span,) = spans_of(windows((1, 0.9), (1, 0.4), (1, 0.1)), STEP)
    assert span.end == pytest.approx(2 + PADDING, abs=2 * STEP)
    assert spans_of(windows((2, 0.4)), STEP) == ()


@given(st.lists(st.floats(0, 1), max_size=400))
def test_spans_are_apart_and_inside(probabilities: list[float]) -> None:
    spans = spans_of(probabilities, STEP)
    assert all(0 <= s.start < s.end <= len(probabilities) * STEP + 1e-3 for s in spans)
    assert all(b.start - a.end >= SHORTEST_PAUSE - 2 * PADDING - 2e-3 for a, b in pairwise(spans))


def test_share_of_a_shot() -> None:
    spoken = (Span(start=0, end=1), Span(start=2, end=5))
    assert speech_share(Span(start=0.5, end=2.5), spoken) == 0.5
    assert speech_share(Span(start=3, end=4), spoken) == 1.0
    assert speech_share(Span(start=10, end=12), spoken) == 0.0
    assert speech_share(Span(start=1, end=1), spoken) == 0.0


def test_progress_and_cancelling(voice: Path) -> None:
    shares: list[float] = []
    speech(voice, Control(shares.append), duration=7.1)
    assert shares == sorted(shares) and 0.7 < shares[-1] <= 1.0
    control = Control()
    control.cancel()
    with pytest.raises(Cancelled):
        speech(voice, control)


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(MediaError):
        speech(tmp_path / "none.wav", Control())


@pytest.mark.parametrize("number", ["0870", "0880", "0890", "0920", "0930"])
def test_recorded_sentences(test_media: Path, number: str) -> None:
    path = test_media / "speech" / f"sense_and_sensibility_01_austen_64kb-{number}.wav"
    spans = speech(path, Control())
    seconds = sum(b.size for b in sound(path)) / RATE
    assert sum(s.length for s in spans) > 0.8 * seconds
