"""The mix: where every sound stands, how loud, and that joints do not click."""

from pathlib import Path

import numpy as np
import pytest

from app.media.ffmpeg import Input, Limits, Workplace, find_ffmpeg
from app.media.mixing import mix
from app.media.sound import SAMPLES_PER_FRAME, write_wav
from app.media.takes import Take, takes_of
from app.models.control import Control
from app.models.edit import SourceSound
from app.tests.footage import ffmpeg, make_clip
from app.tests.media.clips import Stage, shot

ON = SourceSound(mode="on")


@pytest.fixture
def place(tmp_path: Path) -> Workplace:
    return Workplace(find_ffmpeg(), tmp_path, Limits(), Control())


def _stage(tmp_path: Path, audio: str | None = "tone") -> Stage:
    return Stage(tmp_path, make_clip(tmp_path / "s.mp4", size=(160, 90), audio=audio))  # type: ignore[arg-type]


def _tone(path: Path, rate: int, length: float, frequency: int = 1000) -> Path:
    ffmpeg("-f", "lavfi", "-i", f"sine=frequency={frequency}:sample_rate={rate}:d={length}", "-ac", "1", path)
    return path


def _loud(samples: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> float:
    return float(np.sqrt(np.mean(samples.astype(float) ** 2)))


def _pitch(samples: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> float:
    spectrum = np.abs(np.fft.rfft(samples[:, 0] * np.hanning(len(samples))))
    return float(np.argmax(spectrum)) * 48_000 / len(samples)


@pytest.mark.parametrize("rate", [8000, 16_000, 22_050, 44_100, 48_000])
def test_voice_of_any_rate_starts_at_zero_and_is_padded(tmp_path: Path, place: Workplace, rate: int) -> None:
    stage = _stage(tmp_path)
    edit = stage.edit([shot(stage.keys[0], 0, 60)])
    mixed = mix(edit, (), _tone(tmp_path / "v.wav", rate, 1.0), place)
    assert mixed.shape == (60 * SAMPLES_PER_FRAME, 2)
    assert mixed.dtype == np.float32
    assert _pitch(mixed[:40_000]) == pytest.approx(1000, abs=3)
    assert _loud(mixed[200:2000]) > 0.05
    assert _loud(mixed[48_200:]) < 1e-4
    assert np.array_equal(mixed[:, 0], mixed[:, 1])


def test_voice_longer_than_the_clip_is_cut(tmp_path: Path, place: Workplace) -> None:
    stage = _stage(tmp_path)
    mixed = mix(stage.edit([shot(stage.keys[0], 0, 7)]), (), _tone(tmp_path / "v.wav", 22_050, 3.0), place)
    assert len(mixed) == 7 * SAMPLES_PER_FRAME


def test_without_any_sound_it_is_silent(tmp_path: Path, place: Workplace) -> None:
    stage = _stage(tmp_path)
    edit = stage.edit([shot(stage.keys[0], 0, 10)])
    assert not mix(edit, takes_of(edit, stage.paths), None, place).any(), "source sound is off"


def test_source_sound_follows_the_shots(tmp_path: Path, place: Workplace) -> None:
    """Two pitches in one file: each shot brings the one of its place, and a silent file brings silence."""
    low, high = _tone(tmp_path / "l.wav", 48_000, 2.0, 300), _tone(tmp_path / "h.wav", 48_000, 2.0, 2000)
    both = tmp_path / "both.wav"
    ffmpeg("-i", low, "-i", high, "-filter_complex", "[0][1]concat=n=2:v=0:a=1", both)
    stage = Stage(
        tmp_path,
        make_clip(tmp_path / "s.mkv", size=(160, 90), audio=both, options=("-c:a", "pcm_s16le")),
        make_clip(tmp_path / "mute.mp4", size=(160, 90), audio=None, seed=3),
    )
    sounding, mute = stage.keys
    shots = [shot(sounding, 2.5, 30), shot(mute, 0, 20), shot(sounding, 0.5, 30), shot(sounding, 1.5, 30)]
    edit = stage.edit(shots, source_sound=ON)
    mixed = mix(edit, takes_of(edit, {sounding: stage.paths[sounding]}), None, place)
    n = SAMPLES_PER_FRAME
    assert _pitch(mixed[: 30 * n]) == pytest.approx(2000, abs=5)
    assert not mixed[30 * n : 50 * n].any()
    assert _pitch(mixed[50 * n : 80 * n]) == pytest.approx(300, abs=5)
    change = mixed[80 * n : 110 * n]  # the pitch changes exactly in its middle
    assert _pitch(change[1000 : 15 * n - 100]) == pytest.approx(300, abs=5)
    assert _pitch(change[15 * n + 100 : -1000]) == pytest.approx(2000, abs=5)


def test_joints_fade_over_ten_milliseconds(tmp_path: Path, place: Workplace) -> None:
    stage = _stage(tmp_path)
    key = stage.keys[0]
    edit = stage.edit([shot(key, 0.3, 15), shot(key, 1.71, 15)], source_sound=ON)
    mixed = mix(edit, takes_of(edit, stage.paths), None, place)
    joint = 15 * SAMPLES_PER_FRAME
    assert np.abs(mixed[joint - 3 : joint + 3]).max() < 0.01
    steps = np.abs(np.diff(mixed[:, 0]))
    assert steps[joint - 500 : joint + 500].max() <= steps.max() * 1.05
    inside = _loud(mixed[joint - 4000 : joint - 1000])
    assert _loud(mixed[joint + 500 : joint + 3500]) == pytest.approx(inside, rel=0.05)


def test_level_is_in_decibels_and_voice_is_added(tmp_path: Path, place: Workplace) -> None:
    stage = _stage(tmp_path)
    shots = [shot(stage.keys[0], 0.5, 30)]
    loud, soft = (
        mix(edit, takes_of(edit, stage.paths), None, place)
        for edit in (stage.edit(shots, source_sound=SourceSound(mode="on", level_db=db)) for db in (0.0, -12.0))
    )
    assert _loud(soft) / _loud(loud) == pytest.approx(10 ** (-12 / 20), rel=1e-3)
    voice = _tone(tmp_path / "v.wav", 48_000, 1.0)
    edit = stage.edit(shots, source_sound=ON)
    both, alone = mix(edit, takes_of(edit, stage.paths), voice, place), mix(stage.edit(shots), (), voice, place)
    assert np.allclose(both, loud + alone, atol=1e-6)


def test_sound_that_begins_late_or_ends_early_keeps_its_place(tmp_path: Path, place: Workplace) -> None:
    tone = _tone(tmp_path / "t.wav", 48_000, 1.0)
    plain = make_clip(tmp_path / "p.mp4", size=(160, 90), audio=None)
    late = tmp_path / "late.mkv"
    ffmpeg("-i", plain, "-itsoffset", "1.5", "-i", tone, "-c:v", "copy", "-c:a", "pcm_s16le", late)
    stage = Stage(tmp_path, late)
    edit = stage.edit([shot(stage.keys[0], 1.0, 60)], source_sound=ON)
    heard = np.flatnonzero(np.abs(mix(edit, takes_of(edit, stage.paths), None, place)[:, 0]) > 0.01) / 48_000
    assert heard[0] == pytest.approx(0.5, abs=0.005)
    assert heard[-1] == pytest.approx(1.5, abs=0.005)


def test_wav_is_read_by_ffmpeg_as_it_was_written(place: Workplace) -> None:
    samples = np.random.default_rng(0).uniform(-3, 3, (1234, 2)).astype(np.float32)
    write_wav(place.folder / "a.wav", samples)
    place.run("reading", (Input(place.folder / "a.wav"),), ("-f", "f32le", "-c:a", "pcm_f32le", "a.raw"))
    assert np.array_equal(np.fromfile(place.folder / "a.raw", np.float32).reshape(-1, 2), samples)


def test_takes_name_only_sources_that_sound(tmp_path: Path) -> None:
    stage = _stage(tmp_path)
    key = stage.keys[0]
    edit = stage.edit([shot(key, 0.25, 4), shot(key, 1.0, 5)])
    path = stage.paths[key]
    assert takes_of(edit, {key: path}) == tuple(Take(path, shot.excerpt) for shot in edit.shots)
    assert takes_of(edit, {}) == tuple(Take(None, shot.excerpt) for shot in edit.shots)
