"""The outline of a sound is as high as its samples, and where they sound, whatever the file's rate and form."""

import json
import wave
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from app.errors import Cancelled, MediaError
from app.media.previews.peaks import PER_SECOND, outline
from app.media.probe import probe
from app.models.control import Control
from app.models.previews import Peaks
from app.tests.conftest import ClipMaker
from app.tests.footage import SOUNDS, ffmpeg

Pairs = npt.NDArray[np.int64]


def wav(path: Path, samples: npt.NDArray[np.float64], rate: int = 48_000) -> Path:
    """Write samples from -1 to 1, of shape (n,) or (n, channels), as a WAV of 16 bits."""
    shaped = samples if samples.ndim == 2 else samples[:, None]
    with wave.open(str(path), "wb") as file:
        file.setnchannels(shaped.shape[1])
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(np.clip(np.rint(shaped * 32768), -32768, 32767).astype("<i2").tobytes())
    return path


def outlined(path: Path, control: Control | None = None) -> tuple[Peaks, Pairs]:
    """Return the outline of a file, and its pairs as an array of shape (length, 2)."""
    peaks = outline(path, probe(path), control or Control())
    pairs = np.array(peaks.data).reshape(-1, 2)
    assert len(pairs) == peaks.length
    assert peaks.samples_per_pixel * PER_SECOND == peaks.sample_rate
    assert (pairs[:, 0] <= pairs[:, 1]).all() and pairs.min(initial=0) >= -128 and pairs.max(initial=0) <= 127
    return peaks, pairs


def test_a_single_sample_is_as_high_as_it_was_recorded(tmp_path: Path) -> None:
    samples = np.zeros(48_000)
    samples[[24_000, 30_000]] = 1.0, -0.5
    _, pairs = outlined(wav(tmp_path / "click.wav", samples))
    assert len(pairs) == 25
    assert pairs[12].tolist() == [0, 127] and pairs[15].tolist() == [-64, 0]
    assert not np.delete(pairs, [12, 15], axis=0).any()


def test_channels_that_would_cancel_out_are_both_seen(tmp_path: Path) -> None:
    wave_form = 0.5 * np.sin(np.arange(48_000) / 10)
    _, pairs = outlined(wav(tmp_path / "wide.wav", np.stack([wave_form, -wave_form], axis=1)))
    assert (np.abs(pairs) >= 62).all()


@pytest.mark.parametrize("rate", [8000, 11_025, 16_000, 22_050, 32_000, 44_100, 48_000, 96_000, 192_000])
def test_every_usual_rate_as_it_is(tmp_path: Path, rate: int) -> None:
    samples = np.concatenate([np.zeros(rate), np.full(rate // 2, 0.5), np.zeros(rate // 2)])
    peaks, pairs = outlined(wav(tmp_path / "a.wav", samples, rate))
    assert (peaks.sample_rate, peaks.length) == (rate, 50)
    assert (pairs[:25] == 0).all() and (pairs[25:37] == 64).all() and pairs[37].tolist() == [0, 64]


def test_an_odd_rate_is_brought_to_a_usual_one(tmp_path: Path) -> None:
    samples = np.concatenate([np.zeros(12_345), np.full(12_345, 0.5)])
    peaks, pairs = outlined(wav(tmp_path / "a.wav", samples, 12_345))
    assert peaks.sample_rate == 48_000 and peaks.length == pytest.approx(50, abs=1)
    assert np.abs(pairs[:23]).max() <= 2 and np.abs(pairs[30:45] - 64).max() <= 2


def test_the_rest_of_a_pair_is_filled_up(tmp_path: Path) -> None:
    _, pairs = outlined(wav(tmp_path / "a.wav", np.full(48_000 // 25 + 10, 0.25)))
    assert pairs.tolist() == [[32, 32], [0, 32]]


FORMS = {
    "AAC": (".m4a", ("-c:a", "aac")),
    "MP3": (".mp3", ("-c:a", "libmp3lame")),
    "FLAC in 24 bits": (".flac", ("-c:a", "flac", "-sample_fmt", "s32")),
    "8 bits": (".wav", ("-c:a", "pcm_u8")),
    "floats": (".wav", ("-c:a", "pcm_f32le")),
    "5.1": (".m4a", ("-af", "aformat=channel_layouts=5.1", "-c:a", "aac")),
    "Opus": (".webm", ("-c:a", "libopus")),
}


@pytest.mark.parametrize(("suffix", "options"), FORMS.values(), ids=FORMS.keys())
def test_every_form(tmp_path: Path, suffix: str, options: tuple[str, ...]) -> None:
    sound = tmp_path / f"a{suffix}"
    loud = "aevalsrc=exprs=0.5*sin(2*PI*440*t)*between(t\\,1\\,2):s=48000:d=3"
    ffmpeg("-f", "lavfi", "-i", loud, *options, sound)
    _, pairs = outlined(sound)
    assert len(pairs) == pytest.approx(75, abs=3)
    assert np.abs(pairs[:24]).max() <= 3 and np.abs(pairs[52:]).max() <= 3
    assert np.abs(pairs[27:48]).min() >= 35


def test_in_a_video_it_counts_from_the_files_second_0(make: ClipMaker, tmp_path: Path) -> None:
    plain, clip = make(seconds=3, cuts=(), size=(320, 180), seed=73), tmp_path / "late.mkv"
    ffmpeg("-i", plain, "-itsoffset", "1.5", "-i", plain, "-map", "0:v", "-map", "1:a", "-c", "copy", clip)
    _, pairs = outlined(clip)
    assert not pairs[:36].any()
    assert (np.abs(pairs[39:70]) > 10).all()


def test_a_gap_is_silence(tmp_path: Path) -> None:
    first, second, clip = tmp_path / "1.mkv", tmp_path / "2.mkv", tmp_path / "gap.mka"
    ffmpeg("-f", "lavfi", "-i", f"{SOUNDS['tone']}:d=6", "-c:a", "pcm_s16le", first)
    cut = "aselect=not(between(t\\,2\\,4))"
    ffmpeg("-i", first, "-af", cut, "-c:a", "pcm_s16le", second)
    ffmpeg("-i", second, "-c", "copy", clip)
    _, pairs = outlined(clip)
    assert len(pairs) == pytest.approx(150, abs=1)  # Matroska counts milliseconds
    assert (np.abs(pairs[:47]) > 10).all() and not pairs[53:97].any() and (np.abs(pairs[103:148]) > 10).all()


def test_times_that_are_broken_do_not_make_it_any_longer(make: ClipMaker, tmp_path: Path) -> None:
    plain, clip = make(seconds=2, cuts=(), size=(320, 180), seed=78), tmp_path / "jump.mkv"
    jump = "setts=pts=PTS+gt(PTS*TB\\,1)*36000/TB:dts=DTS+gt(PTS*TB\\,1)*36000/TB"
    ffmpeg("-i", plain, "-c", "copy", "-bsf:a", jump, "-max_interleave_delta", "0", clip)
    _, pairs = outlined(clip)
    assert len(pairs) <= 3 * PER_SECOND


def test_sound_that_changes_its_form_midway(tmp_path: Path) -> None:
    parts = []
    for number, (channels, rate) in enumerate([(1, 48_000), (2, 44_100)]):
        part = tmp_path / f"{number}.ts"
        ffmpeg("-f", "lavfi", "-i", f"{SOUNDS['tone']}:d=1", "-ac", str(channels), "-ar", str(rate), part)
        parts.append(part.read_bytes())
    clip = tmp_path / "both.ts"
    clip.write_bytes(b"".join(parts))
    peaks, pairs = outlined(clip)
    assert peaks.sample_rate == 48_000
    assert len(pairs) >= 24 and (np.abs(pairs[2:24]) > 8).all()


def test_broken_packets_are_passed_over(tmp_path: Path) -> None:
    sound = tmp_path / "a.mp3"
    ffmpeg("-f", "lavfi", "-i", f"{SOUNDS['tone']}:d=4", sound)
    data = bytearray(sound.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 2000] = bytes(2000)
    sound.write_bytes(data)
    _, pairs = outlined(sound)
    assert len(pairs) == pytest.approx(100, abs=8)
    assert (np.abs(pairs[5:40]) > 10).all()


def test_as_json_it_is_what_programs_for_waveforms_read(tmp_path: Path) -> None:
    peaks, _ = outlined(wav(tmp_path / "a.wav", np.zeros(4800)))
    record: dict[str, Any] = json.loads(peaks.model_dump_json())
    assert record == {
        "version": 2,
        "channels": 1,
        "sample_rate": 48_000,
        "samples_per_pixel": 1920,
        "bits": 8,
        "length": 3,
        "data": [0] * 6,
    }


def test_a_file_without_sound_is_an_error(make: ClipMaker) -> None:
    with pytest.raises(MediaError) as caught:
        outlined(make(seconds=1, cuts=(), size=(320, 180), audio=None))
    assert caught.value.instance_code == "media_no_sound"


def test_cancelled_and_reported(tmp_path: Path) -> None:
    sound, stopped = wav(tmp_path / "a.wav", np.zeros(480_000)), Control()
    shares: list[float] = []
    outlined(sound, Control(shares.append))
    assert shares == sorted(shares) and shares[-1] > 0.9
    stopped.cancel()
    with pytest.raises(Cancelled):
        outlined(sound, stopped)
