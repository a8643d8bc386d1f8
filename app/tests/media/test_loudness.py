"""Every kind of sound comes to -14 LUFS and at most -1.5 dBTP before AAC; silence stays silence."""

import math
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest

from app.errors import RenderError
from app.media.ffmpeg import Limits, Workplace, find_ffmpeg
from app.media.loudness import (
    ALLOWED_LU,
    ALLOWED_PEAK,
    CLOSE_LU,
    CLOSE_PEAK,
    LOUD_PEAK,
    level,
    measure,
    read_meter,
    shortfall,
)
from app.media.meter import SILENT_LUFS
from app.media.sound import SAMPLE_RATE, Samples, decode, first_samples, write_wav
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


def clicks(noise_db: float | None = None) -> Samples:
    """Return a click every two seconds, in silence or in noise."""
    sound = np.zeros((480_000, 2), np.float32)
    if noise_db is not None:
        sound += (np.random.default_rng(3).standard_normal((480_000, 2)) * 10 ** (noise_db / 20)).astype(np.float32)
    sound[::96_000] = 0.9
    return sound


def drops(length: float = 8.0) -> Samples:
    """Return a tap on wood each second, which rings for some milliseconds, in a quiet room."""
    t = seconds(length)
    room = np.random.default_rng(4).standard_normal(len(t)) * 10 ** (-84 / 20)
    return stereo(0.7 * np.exp(-((t % 1.0) * 700)) * np.sin(2 * np.pi * 1800 * t) + room)


def test_clicks_beside_a_voice_end_with_a_reason(place: Workplace) -> None:
    with pytest.raises(RenderError, match="-14 LUFS") as told:
        level(clicks(), place)
    assert told.value.instance_code == "loudness"
    assert "silence" in told.value.hint


@pytest.mark.parametrize("kind", [clicks, drops])
def test_footage_of_clicks_comes_as_near_as_its_peaks_allow(place: Workplace, kind: Callable[[], Samples]) -> None:
    mixed = kind()
    aac, told = level(mixed, place, strict=False)
    assert told.integrated is not None
    assert told.true_peak is not None
    assert told.integrated < -14.5
    assert LOUD_PEAK <= told.true_peak <= ALLOWED_PEAK
    assert shortfall(told) == f"The sound came to {told.integrated:.1f} LUFS instead of -14: its peaks allow no more"
    heard = decode(aac, first_samples(len(mixed)), place)
    between = np.sqrt((heard[50_000:90_000] ** 2).mean() / max(1e-12, (mixed[50_000:90_000] ** 2).mean()))
    assert between < 10 ** (37 / 20), "what lies between them is raised no more than footage that is quiet throughout"


def test_what_footage_sounds_like_in_a_noisy_place_reaches_the_target(place: Workplace) -> None:
    _, told = level(clicks(-40), place, strict=False)
    assert told.integrated == pytest.approx(-14, abs=ALLOWED_LU)
    assert shortfall(told) is None


def test_what_is_told_of_a_sound_that_is_not_at_the_target() -> None:
    assert shortfall(Loudness()) is None
    assert shortfall(Loudness(integrated=-14.4, true_peak=-3.0)) is None
    assert shortfall(Loudness(integrated=-21.84, true_peak=-1.2)) == (
        "The sound came to -21.8 LUFS instead of -14: its peaks allow no more"
    )
    assert "hiss" in str(shortfall(Loudness(integrated=-61.0, true_peak=-40.0)))


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
