"""Pauses are cut to their length, nothing else is, no joint clicks, and every word is where the map says."""

from pathlib import Path

import numpy as np
import pytest

from app.media.pauses import cut, shortening
from app.media.speech_audio import Sound, read_wav, silences
from app.models.time_map import TimeMap
from app.tests.footage import say

RATE = 22_050


def words(*gaps: float, rate: int = RATE) -> Sound:
    """Return tones of 0.4 s, each of another pitch, with silences of `gaps` seconds before, between and after."""
    pieces = []
    for number, gap in enumerate(gaps):
        pieces.append(np.random.default_rng(number).normal(0, 3, round(gap * rate)))
        if number < len(gaps) - 1:
            t = np.arange(round(0.4 * rate)) / rate
            pieces.append(9000 * np.sin(2 * np.pi * 200 * (number + 2) * t) * np.hanning(len(t)) ** 0.2)
    return Sound(np.concatenate(pieces).astype(np.int16), rate)


def test_only_long_pauses_between_words_are_cut() -> None:
    sound = words(1.5, 0.2, 1.0, 0.5, 2.0, 1.5)
    by = shortening(sound, 0.4)
    shorter = cut(sound, by)
    assert len(shorter.samples) == by.length
    found = [pause.length for pause in silences(shorter)]
    assert found == pytest.approx([0.2, 0.4, 0.4, 0.4], abs=0.03)
    assert sound.duration - shorter.duration == pytest.approx(0.6 + 0.1 + 1.6, abs=0.1)


def test_a_voice_without_long_pauses_stays_as_it_is() -> None:
    sound = words(0.1, 0.3, 0.2, 0.1)
    by = shortening(sound, 0.35)
    assert by == TimeMap(rate=RATE, kept=((0, len(sound.samples)),))
    assert np.array_equal(cut(sound, by).samples, sound.samples)


def test_silence_alone_stays_as_it_is() -> None:
    silent = Sound(np.zeros(RATE, np.int16), RATE)
    assert shortening(silent, 0.2).length == RATE


def test_joints_do_not_click_in_a_noisy_room() -> None:
    """A steady tone cut anywhere: without a fade its steps would be ten times as high."""
    t = np.arange(RATE * 3) / RATE
    sound = Sound((8000 * np.sin(2 * np.pi * 110 * t)).astype(np.int16), RATE)
    by = TimeMap(rate=RATE, kept=((0, 20_011), (30_127, 45_000), (51_003, len(t))))
    steps = np.abs(np.diff(cut(sound, by).samples.astype(int)))
    assert steps.max() < 2.5 * np.abs(np.diff(sound.samples.astype(int))).max()


@pytest.mark.parametrize("rate", [16_000, 22_050, 24_000, 48_000])
def test_every_word_is_where_the_map_says(rate: int) -> None:
    gaps = (0.3, 1.1, 0.6, 0.2, 0.9, 0.3)
    sound = words(*gaps, rate=rate)
    by = shortening(sound, 0.25)
    shorter = cut(sound, by).samples.astype(float)
    at = 0.0
    for gap in gaps[:-1]:
        begin = at + gap
        at = begin + 0.4
        word = sound.samples[round(begin * rate) : round(at * rate)].astype(float)
        size = 1 << (len(shorter) + len(word)).bit_length()
        likeness = np.fft.irfft(np.fft.rfft(shorter, size) * np.conj(np.fft.rfft(word, size)), size)
        found = int(np.argmax(likeness[: len(shorter)])) / rate
        assert found == pytest.approx(by.at(begin), abs=2 / rate), "exact to a sample, and a rounded one"


def test_a_spoken_sentence_keeps_its_words(tmp_path: Path) -> None:
    sound = read_wav(say(tmp_path / "v.wav", "The shop opens at nine. It closes late, every day.").read_bytes())
    by = shortening(sound, 0.15)
    assert by.length < len(sound.samples)
    shorter = cut(sound, by)
    assert max(pause.length for pause in silences(shorter)) < 0.2
    loud = int((np.abs(sound.samples) > 500).sum())
    assert int((np.abs(shorter.samples) > 500).sum()) == pytest.approx(loud, rel=0.01)
