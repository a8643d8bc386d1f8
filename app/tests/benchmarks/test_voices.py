"""Sound of known make, and how much of each of its parts is left."""

import numpy as np
import pytest

from app.media.sound import SAMPLE_RATE
from app.models.timing import Span
from benchmarks.tools.voices import Mixture, Mono, between, cut, decibels, left_of, mixture


@pytest.fixture(scope="module")
def made() -> Mixture:
    with pytest.MonkeyPatch.context() as environment:
        environment.delenv("EDIT_FACTORY_TEST_MEDIA", raising=False)
        return mixture(12.0, 41)


def spoken(made: Mixture, one: Mono) -> Mono:
    return np.concatenate([cut(one, span) for span in made.spans])


def test_sentences_are_where_the_mixture_says(made: Mixture) -> None:
    assert made.spans
    assert len(made.heard) == 12 * SAMPLE_RATE
    pauses = between(made.spans, 12.0, shortest=0.0)
    assert max(float(np.abs(cut(made.speech, pause, 0.001)).max()) for pause in pauses) == 0
    assert decibels(spoken(made, made.speech), spoken(made, made.noise)) > 10


@pytest.mark.parametrize(("voice", "rain"), [(1.0, 1.0), (0.1, 0.9), (0.05, 0.95), (0.0, 0.9)])
def test_what_is_left_of_each_is_told(made: Mixture, voice: float, rain: float) -> None:
    speech, noise = spoken(made, made.speech), spoken(made, made.noise)
    heard = np.float32(voice) * speech + np.float32(rain) * noise
    one, other = left_of(heard, speech, noise)
    assert one == pytest.approx(20 * np.log10(voice), abs=0.1) if voice else one < -60
    assert other == pytest.approx(20 * np.log10(rain), abs=0.1)


def test_a_gain_that_changes_all_the_time_is_seen_as_what_it_lets_through(made: Mixture) -> None:
    speech, noise = spoken(made, made.speech), spoken(made, made.noise)
    gain = np.where(np.arange(len(speech)) // SAMPLE_RATE % 2, 0.1, 0.0).astype(np.float32)
    one, other = left_of(gain * speech + noise, speech, noise)
    assert one == pytest.approx(decibels(gain * speech, speech), abs=0.5)
    assert other == pytest.approx(0.0, abs=0.2)


def test_pauses_lie_between_spans() -> None:
    spans = [Span(start=1, end=2), Span(start=2.2, end=3)]
    assert between(spans, 3.7) == [Span(start=0, end=1), Span(start=3, end=3.7)]


def test_silence_is_very_quiet() -> None:
    assert decibels(np.zeros(10, np.float32), np.ones(10, np.float32)) == -120.0
