"""The limiter holds every peak, is slow enough not to be heard, and leaves alone what needs nothing."""

import numpy as np
import pytest

from app.media.limiter import TICK, at_samples, limiting
from app.media.meter import peaks, true_peak
from app.media.sound import SAMPLE_RATE, Samples

CEILING = 0.5


def limited(sound: Samples) -> tuple[Samples, np.ndarray[tuple[int], np.dtype[np.float32]]]:
    gain = at_samples(limiting(peaks(sound, TICK), CEILING), range(len(sound)))
    return sound * gain[:, None], gain


def beats(seed: int = 0) -> Samples:
    rng = np.random.default_rng(seed)
    t = np.arange(2 * SAMPLE_RATE)[:, None] / SAMPLE_RATE
    return (rng.standard_normal((len(t), 2)) * (0.1 + np.exp(-((t % 0.4) * 25)))).astype(np.float32)


@pytest.mark.parametrize("seed", range(4))
def test_no_peak_is_over_the_ceiling(seed: int) -> None:
    highest = true_peak(limited(beats(seed))[0])
    assert highest is not None
    assert highest <= 20 * np.log10(CEILING) + 0.1


def test_a_peak_in_the_last_and_the_first_sample() -> None:
    sound = np.full((4_801, 2), 0.1, np.float32)
    sound[[0, 2_400, -1]] = 3.0
    out = limited(sound)[0]
    assert np.abs(out).max() <= CEILING * 1.01


def test_it_looks_ahead_and_comes_back() -> None:
    sound = np.full((SAMPLE_RATE, 2), 0.1, np.float32)
    sound[24_000] = 2.0
    gain = limited(sound)[1]
    assert gain.max() == 1.0
    assert np.all(gain[: 24_000 - 13 * TICK] == 1.0), "13 ms before it nothing has changed"
    assert gain[24_000] <= CEILING / 2
    assert gain[24_000 + 200 * TICK] > 0.99, "12 dB take 100 ms"
    assert np.abs(np.diff(gain)).max() < 0.01, "no step"


def test_what_is_quiet_is_not_touched() -> None:
    sound = np.full((10_000, 2), 0.4, np.float32)
    assert np.array_equal(limited(sound)[0][100:-100], sound[100:-100])


def test_a_gain_goes_on_from_block_to_block() -> None:
    ticks = limiting(peaks(beats(), TICK), CEILING)
    whole = at_samples(ticks, range(96_000))
    pieces = [at_samples(ticks, range(start, start + 1_000)) for start in range(0, 96_000, 1_000)]
    assert np.array_equal(np.concatenate(pieces), whole)
