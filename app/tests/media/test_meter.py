"""The meter in memory agrees with the standard and with ffmpeg's own."""

import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from app.media import meter
from app.media.ffmpeg import Limits, Workplace, find_ffmpeg
from app.media.loudness import measure
from app.media.meter import HOP, gated, hearing_power, loudness, peaks, true_peak
from app.media.sound import SAMPLE_RATE, Samples, silence, write_wav
from app.models.control import Control


def tone(level_db: float, seconds: float = 2.0, frequency: float = 997.0) -> Samples:
    t = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    return np.repeat((10 ** (level_db / 20) * np.sin(2 * np.pi * frequency * t))[:, None], 2, axis=1).astype(np.float32)


def noise(seconds: float, seed: int = 1) -> Samples:
    """Return noise that is louder in one channel, and comes and goes."""
    rng = np.random.default_rng(seed)
    t = np.arange(round(seconds * SAMPLE_RATE))[:, None] / SAMPLE_RATE
    swell = 0.3 * np.abs(np.sin(t * 1.7)) ** 3
    return (rng.standard_normal((len(t), 2)) * swell * [1.0, 0.4]).astype(np.float32)


def test_a_tone_of_the_standard() -> None:
    """EBU Tech 3341, case 1: -23 dBFS in both channels is -23 LUFS."""
    assert loudness(tone(-23.0, 20)) == pytest.approx(-23.0, abs=0.05)


def test_quiet_parts_do_not_count() -> None:
    """EBU Tech 3341, case 3: -36 for 10 s, -23 for 60 s and -36 for 10 s (each shorter here) is -23 LUFS."""
    parts = [tone(-36, 2), tone(-23, 16), tone(-36, 2)]
    assert loudness(np.concatenate(parts)) == pytest.approx(-23.0, abs=0.1)


def test_silence_has_neither_loudness_nor_peak() -> None:
    assert loudness(silence(48_000)) is None
    assert true_peak(silence(48_000)) is None
    assert loudness(silence(0)) is None
    assert true_peak(silence(0)) is None


def test_less_than_a_block_is_repeated() -> None:
    assert loudness(tone(-20, 0.1, 1000)) == pytest.approx(-20, abs=0.3)


@pytest.mark.parametrize("seed", [1, 2])
def test_agrees_with_ffmpeg(tmp_path: Path, seed: int) -> None:
    place = Workplace(find_ffmpeg(), tmp_path, Limits(), Control())
    sound = noise(7.3, seed)
    write_wav(place.folder / "a.wav", sound)
    theirs = measure(place.folder / "a.wav", 7.3, place)
    assert loudness(sound) == pytest.approx(theirs.integrated, abs=0.06), "it tells tenths"
    assert true_peak(sound) == pytest.approx(theirs.true_peak, abs=0.15)


def test_peaks_between_samples_are_seen() -> None:
    """EBU Tech 3341, case 15: a quarter of the rate at 45 degrees peaks 3 dB above its samples."""
    at = np.arange(SAMPLE_RATE)
    wave = (np.hanning(len(at)) * np.sin(np.pi / 2 * at + np.pi / 4)).astype(np.float32)
    assert true_peak(wave[:, None].repeat(2, axis=1)) == pytest.approx(0.0, abs=0.1)
    assert np.abs(wave).max() == pytest.approx(0.7071, abs=1e-3)


@pytest.mark.parametrize("each", [1, 48, HOP])
def test_blocks_leave_no_seam(monkeypatch: pytest.MonkeyPatch, each: int) -> None:
    sound = noise(3.01)
    whole = hearing_power(sound, each), peaks(sound, each)
    monkeypatch.setattr(meter, "_TRANSFORM", 1 << 15)
    monkeypatch.setattr(meter, "_BLOCK", 30_000)
    assert np.allclose(hearing_power(sound, each), whole[0], rtol=1e-4, atol=1e-7)
    assert np.allclose(peaks(sound, each), whole[1], atol=1e-6)


def test_powers_and_peaks_are_those_of_their_samples() -> None:
    sound = noise(1.003)
    powers, highest = hearing_power(sound, 1), peaks(sound, 1)
    assert len(powers) == len(highest) == len(sound)
    assert np.allclose(hearing_power(sound, 48)[:1_000], powers[:48_000].reshape(-1, 48).mean(axis=1), rtol=1e-4)
    assert np.array_equal(peaks(sound, 48)[:1_000], highest[:48_000].reshape(-1, 48).max(axis=1))
    assert len(hearing_power(sound, 48)) == len(peaks(sound, 48)) == 1_003


def test_memory_does_not_grow_with_the_length() -> None:
    def peak(seconds: int) -> int:
        sound = np.zeros((seconds * SAMPLE_RATE, 2), np.float32)
        sound[::997] = 0.3
        tracemalloc.start()
        try:
            loudness(sound)
            true_peak(sound)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(1)  # what is kept for the next time
    assert peak(40) <= 1.05 * peak(20)


def test_what_is_loud_does_not_hide_what_is_quiet() -> None:
    """32-bit transforms lose what is 130 dB below: far from the gate's 70."""
    sound = np.concatenate([tone(-1.0, 1.0), tone(-75.0, 1.0)])
    quiet = hearing_power(sound, HOP)[12:20].mean()
    assert 10 * np.log10(quiet) == pytest.approx(-75.0 + 0.69, abs=0.1)


@pytest.mark.parametrize("samples", [1, 7, 31, 32, 33, 100])
def test_a_few_samples_have_a_peak(samples: int) -> None:
    found = true_peak(np.full((samples, 2), 0.5, np.float32))
    assert found == pytest.approx(-6.02, abs=1.5)


def test_gating_needs_a_whole_block() -> None:
    assert gated(hearing_power(tone(-10, 0.35), HOP)[:3]) is None
