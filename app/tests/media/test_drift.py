"""Picture and sound keep together through ten minutes: a flash and a click every second, found again in the clip."""

import wave
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
import pytest

from app.media.sound import SAMPLE_RATE, SAMPLES_PER_FRAME
from app.models.edit import Canvas, EditShot, SourceSound
from app.tests.footage import ffmpeg
from app.tests.media.clips import Stage, pictures, shot

pytestmark = pytest.mark.slow

SECONDS = 600
TINY = Canvas(width=64, height=36)
RATES = {"29.97": Fraction(30000, 1001), "30": Fraction(30), "variable": Fraction(60)}
CLICK = SAMPLE_RATE // 4
"""A tone that begins hard and is long enough for the clip to be brought to its loudness."""
UNEVEN = "select='not(mod(n,60))+not(eq(mod(n,60),1))*lt(mod(n*7919,13),6)'"
"""Of 60 pictures a second about half, in no order, and always the flash and not the one after it."""


def flashes(rate: Fraction) -> list[Fraction]:
    """Return when the first picture of every second begins."""
    return [Fraction(-(-n * rate // 1)) / rate for n in range(SECONDS)]


def source(folder: Path, name: str) -> Path:
    """Write ten minutes of black with a white picture at the start of every second, and a click right with it."""
    rate = RATES[name]
    sound = np.zeros(SECONDS * SAMPLE_RATE, np.int16)
    for time in flashes(rate):
        at = round(time * SAMPLE_RATE)
        sound[at : at + CLICK] = 20_000 * np.sin(np.arange(len(sound[at : at + CLICK])) * 0.6)
    with wave.open(str(folder / "clicks.wav"), "wb") as file:
        file.setparams((1, 2, SAMPLE_RATE, 0, "NONE", ""))
        file.writeframes(sound.tobytes())
    lit = f"drawbox=t=fill:c=white:enable='lt(mod(t+0.000001,1),{float(1 / rate):.6f})'"
    film = f"color=black:s=64x36:r={rate}:d={SECONDS},{lit}" + (f",{UNEVEN}" if name == "variable" else "")
    coded = ("-c:v", "libx264", "-preset", "ultrafast", "-g", "60", "-bf", "2", "-fps_mode", "passthrough")
    out = folder / f"{name}.mp4"
    ffmpeg("-f", "lavfi", "-i", film, "-i", folder / "clicks.wav", *coded, "-c:a", "aac", "-b:a", "64k", out)
    (folder / "clicks.wav").unlink()
    return out


@pytest.fixture(scope="module", params=RATES)
def stage(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Stage:
    folder = tmp_path_factory.mktemp(request.param)
    made = Stage(folder, source(folder, request.param))
    assert made.infos[made.keys[0]].variable_frame_rate == (request.param == "variable")
    return made


def rendered(stage: Stage, shots: Sequence[EditShot]) -> Path:
    out = stage.folder / "out.mp4"
    stage.render(stage.edit(shots, TINY, source_sound=SourceSound(mode="on")), out)
    return out


def seen(clip: Path) -> list[int]:
    """Return the frames at which a flash begins."""
    lit = np.array([picture.mean() > 110 for picture in pictures(clip)])
    return list(np.flatnonzero(lit & ~np.concatenate([[False], lit[:-1]])))


def heard(clip: Path) -> list[int]:
    """Return the samples at which a click begins."""
    with av.open(str(clip)) as container:
        blocks = [(frame.pts or 0, np.abs(frame.to_ndarray()[0])) for frame in container.decode(audio=0)]
    sound = np.zeros(max(0, blocks[-1][0] + blocks[-1][1].size), np.float32)
    for at, block in blocks:
        if at >= 0:
            sound[at : at + block.size] = block
    return _onsets(sound)


def _onsets(sound: npt.NDArray[np.float32]) -> list[int]:
    loud = np.flatnonzero(sound > sound.max() / 3)
    return [int(at) for at in loud[np.concatenate([[True], np.diff(loud) > SAMPLE_RATE // 4])]]


def assert_together(clip: Path, expected: Sequence[float]) -> None:
    """Every flash and click of `expected` (seconds of the clip) is there, and both on the frame they belong to.

    A picture is shown at the frame whose middle it covers, so up to half a frame early or late; sound is exact to the
    encoder's smear, a millisecond or two.
    """
    frames, samples = np.array(seen(clip)), np.array(heard(clip))
    assert len(frames) == len(samples) == len(expected)
    off = frames - samples / SAMPLES_PER_FRAME
    assert np.abs(off).max() < 0.55, "frames between a flash and its click"
    assert np.abs(samples / SAMPLE_RATE - expected).max() < 0.002
    assert np.abs(frames - np.array(expected) * 30).max() < 0.52
    third = len(off) // 3
    assert abs(off[:third].mean() - off[-third:].mean()) < 0.35, "no drift from the beginning to the end"


def test_shots_from_all_through_a_long_source(stage: Stage) -> None:
    starts = [round(0.4 + 66.0117 * n, 6) for n in range(10)]  # no joint falls into a flash or a click
    lengths = [60, 61, 63, 65, 66, 68, 90, 93, 70, 30]
    clip = rendered(stage, [shot(stage.keys[0], start, n) for start, n in zip(starts, lengths, strict=True)])
    rate = RATES[stage.paths[stage.keys[0]].stem]
    expected, first = [], 0
    for start, length in zip(starts, lengths, strict=True):
        inside = [float(t) - start for t in flashes(rate) if 0 <= float(t) - start < length / 30]
        expected += [first / 30 + t for t in inside]
        first += length
    assert_together(clip, expected)


@pytest.mark.parametrize("stage", ["29.97"], indirect=True)
def test_one_shot_of_ten_minutes(stage: Stage) -> None:
    start, frames = 0.4, 17_970  # without an end in a flash, as above
    clip = rendered(stage, [shot(stage.keys[0], start, frames)])
    rate = RATES[stage.paths[stage.keys[0]].stem]
    expected = [float(t) - start for t in flashes(rate) if 0 <= float(t) - start < frames / 30]
    assert len(expected) == 599
    assert_together(clip, expected)
