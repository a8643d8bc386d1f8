"""Voices out of rain-like noise: how much of them goes, how much of the place stays, and that all else is untouched."""

import wave
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from app.errors import Cancelled, RenderError
from app.media import voice_estimate
from app.media.ambience import FADE, VoiceRemover, _factors
from app.media.voice_estimate import BLOCK, DELAY, VoiceEstimator
from app.models.control import Control
from app.models.timing import Span
from app.tests.footage import say

RATE = 48_000
Sound = npt.NDArray[np.float32]


def spoken(path: Path) -> Sound:
    """Return a synthetic sentence at 48 kHz, its RMS 0.07."""
    with wave.open(str(say(path))) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), np.int16).astype(np.float64)
        rate = file.getframerate()
    slow = np.interp(np.arange(0, len(samples) / rate, 1 / RATE), np.arange(len(samples)) / rate, samples)
    level: Sound = (slow * 0.07 / np.sqrt(np.mean(slow**2))).astype(np.float32)
    return level


def rain(count: int, seed: int = 5) -> Sound:
    """Return noise that falls off above 4 kHz, its RMS 0.02."""
    spectrum = np.fft.rfft(np.random.default_rng(seed).standard_normal(count))
    noise = np.fft.irfft(spectrum / (1 + (np.fft.rfftfreq(count, 1 / RATE) / 4000) ** 2), count)
    level: Sound = (noise * 0.02 / noise.std()).astype(np.float32)
    return level


def removed(sound: Sound, spans: list[Span], block: int = 20_011) -> Sound:
    with VoiceEstimator(Control()) as estimator:
        remover = VoiceRemover(sound.shape[1], spans, estimator)
        pieces = [remover.push(sound[at : at + block]) for at in range(0, len(sound), block)]
        return np.concatenate([*pieces, remover.rest()])


def alike(stereo: Sound) -> float:
    """Return the correlation of left and right."""
    matrix = np.asarray(np.corrcoef(stereo.T))
    return float(matrix[0, 1])


def decibels(a: Sound, b: Sound) -> float:
    return float(10 * np.log10(np.mean(a.astype(float) ** 2) / np.mean(b.astype(float) ** 2)))


@pytest.mark.slow
def test_the_voice_goes_and_the_rain_stays(tmp_path: Path) -> None:
    voice = spoken(tmp_path / "v.wav")
    begin, end = 2 * RATE, 2 * RATE + len(voice)
    said = np.zeros(end + RATE, np.float32)
    said[begin:end] = voice
    place = rain(len(said))
    sound = np.stack([said + place] * 2, axis=1)
    span = Span(start=begin / RATE, end=end / RATE)
    without = removed(sound, [span])
    assert without.shape == sound.shape
    assert without.dtype == np.float32
    fade = round(FADE * RATE) + 2
    assert np.array_equal(without[: begin - fade], sound[: begin - fade]), "not a bit outside"
    assert np.array_equal(without[end + fade :], sound[end + fade :])
    left = without[begin:end, 0].astype(float)
    share = left @ voice.astype(float) / (voice.astype(float) @ voice)
    assert 20 * np.log10(abs(share)) < -25
    assert abs(decibels(without[begin:end, 0], place[begin:end])) < 0.5
    steps = np.abs(np.diff(without[:, 0]))
    assert steps[begin - fade : end + fade].max() < 2 * steps[: begin - fade].max(), "no click at the fades"
    assert np.array_equal(removed(sound, [span], 7_777), without), "whatever the blocks are"


@pytest.mark.slow
@pytest.mark.parametrize("wide", [0.0, 0.5, 1.0])
def test_a_place_is_as_wide_as_it_was(tmp_path: Path, wide: float) -> None:
    """Rain that is the same left and right, partly so, and not at all; and as loud on each side as before."""
    voice = spoken(tmp_path / "v.wav")
    begin, end = 2 * RATE, 2 * RATE + len(voice)
    left, other = rain(end + RATE), rain(end + RATE, 9)
    right = 0.5 * (np.sqrt(1 - wide**2) * left + wide * other)
    place = np.stack([left, right], axis=1).astype(np.float32)
    sound = place.copy()
    sound[begin:end] += voice[:, None]
    without = removed(sound, [Span(start=begin / RATE, end=end / RATE)])[begin:end]
    assert alike(without) == pytest.approx(alike(place[begin:end]), abs=0.1)
    for channel in range(2):
        assert abs(decibels(without[:, channel], place[begin:end, channel])) < 0.5


def test_noise_has_the_covariances_also_of_channels_that_are_the_same_or_silent() -> None:
    random = np.random.default_rng(1)
    channels = random.standard_normal((3, 40, 6)) + 1j * random.standard_normal((3, 40, 6))
    channels[:, :, 3], channels[:, :, 5] = channels[:, :, 0], 0
    channels[2] = 0
    covariances = np.einsum("fni,fnj->fij", channels, channels.conj()) / 40
    factors = _factors(covariances)
    assert np.einsum("fij,fkj->fik", factors, factors.conj()) == pytest.approx(covariances, abs=1e-6)


def test_without_speech_nothing_changes_and_no_process_starts() -> None:
    sound = rain(RATE).reshape(-1, 1)
    estimator = VoiceEstimator(Control())
    remover = VoiceRemover(1, [Span(start=100, end=101)], estimator)
    out = np.concatenate([remover.push(sound), remover.rest()])
    assert np.array_equal(out, sound)
    assert estimator._process is None


def test_speech_from_the_first_sample_to_the_last(tmp_path: Path) -> None:
    voice = spoken(tmp_path / "v.wav")[:RATE]
    sound = (voice + rain(len(voice)))[:, None].repeat(2, axis=1)
    without = removed(sound, [Span(start=0, end=1)])
    assert without.shape == sound.shape
    assert np.isfinite(without).all()
    assert decibels(without, sound) < -6


def test_the_estimate_is_a_voice_and_comes_late(tmp_path: Path) -> None:
    voice = spoken(tmp_path / "v.wav")[: BLOCK * 10]
    with VoiceEstimator(Control()) as estimator:
        heard = np.concatenate([estimator.voice(voice[at : at + BLOCK]) for at in range(0, len(voice), BLOCK)])
    aligned = heard[DELAY:] @ voice[:-DELAY] / (voice[:-DELAY] @ voice[:-DELAY])
    assert aligned == pytest.approx(1, abs=0.15)


def test_a_cancel_ends_the_process() -> None:
    control = Control()
    with pytest.raises(Cancelled), VoiceEstimator(control) as estimator:
        estimator.voice(np.zeros(BLOCK, np.float32))
        process = estimator._process
        control.event.set()
        estimator.voice(np.zeros(BLOCK, np.float32))
    assert process is not None
    assert process.returncode is not None


def test_a_process_that_dies_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = tmp_path / "dies.py"
    script.write_text("import os; os.abort()")
    monkeypatch.setattr(voice_estimate, "_SCRIPT", script)
    with pytest.raises(RenderError, match="voices") as caught, VoiceEstimator(Control()) as estimator:
        estimator.voice(np.zeros(BLOCK, np.float32))
    assert caught.value.instance_code == "ambience"
    assert caught.value.hint is not None and "--" not in caught.value.hint, "commands have options of their own"
