"""Every kind of sound comes to -14 LUFS and at most -1.5 dBTP before AAC; silence stays silence."""

import math
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest

from app.errors import RenderError
from app.media.ffmpeg import Limits, Workplace, find_ffmpeg
from app.media.loudness import ALLOWED_PEAK, CLOSE_LU, CLOSE_PEAK, level, measure, read_meter
from app.media.meter import SILENT_LUFS
from app.media.sound import SAMPLE_RATE, Samples, write_wav
from app.models.control import Control
from app.models.report import Loudness


@pytest.fixture
def place(tmp_path: Path) -> Workplace:
    return Workplace(find_ffmpeg(), tmp_path, Limits(), Control())


def seconds(length: float) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.arange(round(length * SAMPLE_RATE)) / SAMPLE_RATE


def stereo(mono: np.ndarray[tuple[int], np.dtype[np.float64]]) -> Samples:
    return np.repeat(mono[:, None], 2, axis=1).astype(np.float32)


def speech(level_db: float, length: float = 8.0) -> Samples:
    """Bursts of harmonics with pauses, as a voice has."""
    t = seconds(length)
    tone = sum(np.sin(2 * np.pi * 140 * k * t) / k for k in range(1, 12))
    syllables = np.clip(np.sin(2 * np.pi * 3.1 * t), 0, 1) ** 2 * (np.sin(2 * np.pi * 0.4 * t) > -0.5)
    return stereo(tone * syllables * 10 ** (level_db / 20) / 2)


def music(length: float = 8.0) -> Samples:
    """Loud noise in both channels with drum beats: what a mastered song is to a meter."""
    rng = np.random.default_rng(1)
    t = seconds(length)
    beats = np.exp(-((t % 0.5) * 18))
    return np.clip(rng.standard_normal((len(t), 2)) * 0.4 + beats[:, None], -1, 1).astype(np.float32)


KINDS: dict[str, Callable[[], Samples]] = {
    "quiet speech": lambda: speech(-34),
    "speech": lambda: speech(-18),
    "loud music": music,
    "sine": lambda: stereo(0.5 * np.sin(2 * np.pi * 997 * seconds(5))),
    "high sine": lambda: stereo(0.9 * np.sin(2 * np.pi * 11_999 * seconds(5) + 0.7)),
    "beyond full scale": lambda: music() * 4,
    "one word in silence": lambda: np.concatenate([np.zeros((240_000, 2), np.float32), speech(-20, 0.8)]),
    "half a second": lambda: speech(-20, 0.5),
    "0.3 s": lambda: stereo(0.05 * np.sin(2 * np.pi * 300 * seconds(0.3))),
    "one frame": lambda: stereo(0.3 * np.sin(2 * np.pi * 900 * seconds(1 / 30))),
    "one channel": lambda: music() * np.array([1, 0], np.float32),
}


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS.keys())
def test_reaches_the_target(place: Workplace, kind: Callable[[], Samples]) -> None:
    mixed = kind()
    aac, told = level(mixed, place)
    found = measure(aac, len(mixed) / SAMPLE_RATE, place)
    assert found.integrated == pytest.approx(-14, abs=CLOSE_LU + 0.05), "ffmpeg's meter tells tenths"
    assert told.integrated == pytest.approx(found.integrated, abs=0.06)
    assert found.true_peak is not None
    assert told.true_peak == pytest.approx(found.true_peak, abs=0.3)
    assert found.true_peak <= ALLOWED_PEAK
    assert _length(aac) == pytest.approx(len(mixed), abs=48)  # this file counts milliseconds, the joined one frames


@pytest.mark.parametrize("kind", ["quiet speech", "speech", "sine", "one word in silence"])
def test_voices_keep_to_the_peak_that_was_aimed_at(place: Workplace, kind: str) -> None:
    _, told = level(KINDS[kind](), place)
    assert told.true_peak is not None
    assert told.true_peak <= CLOSE_PEAK


def _length(aac: Path) -> int:
    """Return how many samples the file says a player hears."""
    with av.open(str(aac)) as container:
        stream = container.streams.audio[0]
        return round((stream.duration or 0) * (stream.time_base or 0) * SAMPLE_RATE)


def test_silence_stays_silence(place: Workplace) -> None:
    aac, told = level(np.zeros((96_000, 2), np.float32), place)
    assert told == Loudness()
    assert _length(aac) == 96_000


def test_hiss_is_left_alone(place: Workplace) -> None:
    hiss = (np.random.default_rng(2).standard_normal((96_000, 2)) * 0.0005).astype(np.float32)
    _, told = level(hiss, place)
    assert told.integrated is not None
    assert told.integrated < -60


def test_a_faint_voice_is_raised(place: Workplace) -> None:
    _, told = level(speech(-45), place, quietest=SILENT_LUFS)
    assert told.integrated == pytest.approx(-14, abs=0.5)


def test_the_same_mix_gives_the_same_bytes(place: Workplace, tmp_path: Path) -> None:
    first = level(music(2), place)[0].read_bytes()
    (tmp_path / "again").mkdir()
    again = Workplace(place.ffmpeg, tmp_path / "again", place.limits, place.control)
    assert level(music(2), again)[0].read_bytes() == first


def test_clicks_in_silence_end_with_a_reason(place: Workplace) -> None:
    clicks = np.zeros((480_000, 2), np.float32)
    clicks[::96_000] = 0.9
    try:
        _, told = level(clicks, place)
    except RenderError as error:
        assert error.instance_code == "loudness"
        assert "silence" in error.hint
    else:
        assert told.integrated is None or told.integrated < -50 or told.integrated == pytest.approx(-14, abs=0.5)


def test_meter_agrees_with_the_standard(place: Workplace) -> None:
    """A 997 Hz sine of -18 dBFS in both channels is -18 LUFS (EBU Tech 3341, case 1 is the same at -23)."""
    tone = place.folder / "tone.wav"
    write_wav(tone, stereo(10 ** (-18 / 20) * np.sin(2 * np.pi * 997 * seconds(5))))
    found = measure(tone, 5, place)
    assert found.integrated == pytest.approx(-18, abs=0.11)
    assert found.true_peak == pytest.approx(-18, abs=0.11)


def test_meter_sees_peaks_between_samples(place: Workplace) -> None:
    """A quarter of the sample rate at 45 degrees: samples reach -3 dB, the wave 0 dBTP (EBU Tech 3341, case 15)."""
    tone = place.folder / "tone.wav"
    t = np.arange(SAMPLE_RATE * 2)
    write_wav(tone, stereo(np.hanning(len(t)) * np.sin(np.pi / 2 * t + np.pi / 4)))
    found = measure(tone, 2, place)
    assert found.true_peak == pytest.approx(0, abs=0.4)


LOG = """
[Parsed_ebur128_0 @ 0x1] [info] Summary:

  Integrated loudness:
    I:         {} LUFS
    Threshold: -24.1 LUFS

  True peak:
    Peak:       {} dBFS
"""


@pytest.mark.parametrize(
    ("integrated", "peak", "expected"),
    [
        ("-14.0", "-1.5", Loudness(integrated=-14.0, true_peak=-1.5)),
        ("-70.0", "-inf", Loudness()),
        ("-70.0", "-66.2", Loudness(true_peak=-66.2)),
        ("-8.3", "2.1", Loudness(integrated=-8.3, true_peak=2.1)),
    ],
)
def test_log_is_read(integrated: str, peak: str, expected: Loudness) -> None:
    assert read_meter(LOG.format(integrated, peak)) == expected


def test_a_log_without_summary_is_silence() -> None:
    assert read_meter("nothing here") == Loudness()
    assert math.isclose(ALLOWED_PEAK, -1.0)
