"""Measuring frames: exact on pictures whose numbers are known, and the same for every pixel format and turn."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from av.video.frame import VideoFrame

from app.errors import Cancelled, MediaError
from app.media.probe import probe
from app.media.shots import hard_cuts
from app.media.signals import NUMBERS, Meter, Signals, difference_hash, lag_frames, measure, sharpness_of, thumb_of
from app.models.control import Control
from app.tests.conftest import ClipMaker
from app.tests.footage import ffmpeg, make_clip, texture


def frame_of(picture: np.ndarray, index: int, pixels: str = "yuv420p") -> VideoFrame:
    """Return an RGB picture as a decoded frame at 30 a second."""
    frame = VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24").reformat(format=pixels)
    frame.pts, frame.time_base = index, Fraction(1, 30)
    return frame


def signals_of(pictures: list[np.ndarray], pixels: str = "yuv420p") -> Signals:
    meter = Meter(30.0)
    for i, picture in enumerate(pictures):
        meter.add(frame_of(picture, i, pixels))
    return meter.signals()


def flat(value: int, size: tuple[int, int] = (320, 180)) -> np.ndarray:
    return np.full((size[1], size[0], 3), value, np.uint8)


def hamming(a: int, b: int) -> int:
    return (int(a) ^ int(b)).bit_count()


def test_one_row_a_frame(clip: Path) -> None:
    signals = measure(clip, probe(clip), Control())
    assert len(signals) == 120
    assert signals.time == pytest.approx(np.arange(120) / 30, abs=1e-3)
    for name in NUMBERS:
        values = getattr(signals, name)
        assert values.shape == (120,) and values.dtype == np.float32
        assert np.isfinite(values).all()
    assert signals.dhash.dtype == np.uint64


def test_cuts_stand_out(clip: Path) -> None:
    signals = measure(clip, probe(clip), Control())
    assert sorted(np.argsort(signals.diff)[-2:].tolist()) == [45, 84]
    assert sorted(np.argsort(signals.histogram)[-2:].tolist()) == [45, 84]


def test_equal_pictures_do_not_differ() -> None:
    signals = signals_of([texture(1, 320, 180)] * 20)
    for name in ("diff", "histogram", "motion", "change", "lag4", "lag14"):
        assert not getattr(signals, name).any()
    assert len(set(signals.dhash.tolist())) == 1


def test_a_step_in_grey_is_measured_in_luma_levels() -> None:
    signals = signals_of([flat(50), flat(150)])
    assert signals.change[1] == pytest.approx(100 * 219 / 255, abs=1)
    assert signals.histogram[1] == pytest.approx(1.0)
    assert signals.diff[1] == pytest.approx(signals.change[1], abs=0.5)  # grey has no chroma


def test_a_step_in_colour_alone_counts() -> None:
    red, green = flat(0), flat(0)
    red[..., 0], green[..., 1] = 200, 102  # of about equal luma
    signals = signals_of([red, green])
    assert signals.change[1] < 10
    assert signals.diff[1] > 40


@pytest.mark.parametrize("value", [0, 60, 128, 255])
def test_luma_is_in_full_range(value: int) -> None:
    for pixels in ("yuv420p", "yuvj420p", "yuv444p"):
        assert signals_of([flat(value)], pixels).luma[0] == pytest.approx(value, abs=2)


@pytest.mark.parametrize(
    "pixels",
    ["yuv420p", "yuv422p", "yuv444p", "yuv420p10le", "yuv422p10le", "yuv444p12le", "nv12", "p010le", "gray", "rgb24"],
)
def test_every_pixel_format_gives_the_same_numbers(pixels: str) -> None:
    pictures = [texture(s, 320, 180) for s in (1, 2, 3)]
    plain, other = signals_of(pictures), signals_of(pictures, pixels)
    assert other.luma == pytest.approx(plain.luma, abs=2)
    assert other.contrast == pytest.approx(plain.contrast, rel=0.03)
    assert other.sharpness == pytest.approx(plain.sharpness, rel=0.05)
    assert other.change == pytest.approx(plain.change, rel=0.05)
    assert all(hamming(a, b) <= 4 for a, b in zip(plain.dhash, other.dhash, strict=True))


@pytest.mark.parametrize("size", [(2, 2), (16, 16), (17, 9), (641, 361), (1280, 320), (160, 1200), (3, 400)])
def test_any_size_can_be_measured(size: tuple[int, int]) -> None:
    rng = np.random.default_rng(5)
    pictures = [rng.integers(0, 255, (size[1], size[0], 3), dtype=np.uint8) for _ in range(18)]
    signals = signals_of(pictures, "yuv444p")
    assert np.isfinite(signals.sharpness).all()
    assert (signals.change[1:] > 0).all()


def test_thumbnails_have_about_160_samples_along_the_longer_side() -> None:
    for width, height in ((1920, 1080), (1080, 1920), (3840, 2160), (640, 360), (161, 90)):
        y = np.zeros((height, width), np.uint8)
        thumb = thumb_of(y, y[::2, ::2], y[::2, ::2])
        assert 120 <= max(thumb.y.shape) <= 240
        assert thumb.y.shape[0] / thumb.y.shape[1] == pytest.approx(height / width, rel=0.03)


def test_blur_lowers_sharpness() -> None:
    sharp, soft = texture(3, 640, 360), texture(3, 640, 360, True)
    values = [float(signals_of([p]).sharpness[0]) for p in (sharp, soft, flat(90, (640, 360)))]
    assert values[0] > 20 * values[1] and values[2] == 0


def test_sharpness_does_not_grow_with_the_number_of_pixels() -> None:
    small = texture(3, 640, 360)[..., 1]
    large = np.kron(small, np.ones((3, 3), np.uint8))
    assert sharpness_of(large) == pytest.approx(sharpness_of(small), rel=0.2)


def test_hash_tells_pictures_apart_and_survives_light_and_grain() -> None:
    rng = np.random.default_rng(1)
    picture = texture(4, 640, 360)[..., 1]
    grainy = np.clip(picture.astype(int) * 0.8 + 20 + rng.integers(-6, 7, picture.shape), 0, 255).astype(np.uint8)
    other = texture(9, 640, 360)[..., 1]
    assert hamming(difference_hash(picture), difference_hash(grainy)) <= 8
    assert hamming(difference_hash(picture), difference_hash(other)) >= 16


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_hash_is_of_the_upright_picture(turn: int) -> None:
    upright = texture(4, 640, 360)[..., 1]
    stored = np.rot90(upright, k=turn // 90)  # what a phone held that way stores
    assert difference_hash(stored, turn) == difference_hash(upright)  # type: ignore[arg-type]


def test_hash_of_a_turned_file_is_of_what_is_shown(make: ClipMaker, tmp_path: Path) -> None:
    turned = make(rotation=90, audio=None)
    upright = tmp_path / "upright.mp4"
    ffmpeg("-i", turned, "-preset", "ultrafast", "-crf", "10", upright)  # ffmpeg turns the picture itself
    assert (probe(upright).rotation, probe(upright).width) == (0, 360)
    a, b = (measure(p, probe(p), Control()).dhash for p in (turned, upright))
    assert np.mean([hamming(x, y) for x, y in zip(a, b, strict=True)]) < 5  # encoded twice; strangers differ by 32


def test_a_dissolve_blends_and_a_pan_does_not() -> None:
    a, b = texture(1, 320, 180).astype(float), texture(2, 320, 180).astype(float)
    dissolve = [(a + (b - a) * min(1, max(0, (i - 10) / 14))).astype(np.uint8) for i in range(40)]
    blended = signals_of(dissolve)
    assert blended.blend[24] < 0.05 and blended.lag14[24] > 15 and blended.alike[24] < 0.6
    wide = texture(1, 640, 180)
    panned = signals_of([wide[:, i * 6 : i * 6 + 320] for i in range(40)])
    assert panned.blend[20:].min() > 0.2


def test_other_light_is_the_same_picture() -> None:
    a = texture(1, 320, 180).astype(float)
    signals = signals_of([(a * (0.5 + i / 40)).astype(np.uint8) for i in range(20)])
    assert signals.alike[-1] > 0.95


def test_lags_last_as_long_at_any_rate() -> None:
    assert [lag_frames(14, fps) for fps in (10, 30, 60)] == [5, 14, 28]
    assert lag_frames(4, 5) == 2


def test_a_picture_that_changes_size_is_measured_on() -> None:
    meter = Meter(30.0)
    for i, size in enumerate([(320, 180)] * 25 + [(640, 480)] * 25):
        meter.add(frame_of(texture(1, *size), i))
    assert len(meter.signals()) == 50
    assert hard_cuts(meter.signals()) == [25]


@pytest.mark.parametrize("pixels", ["yuv422p", "yuv420p10le", "gray"])
def test_a_change_of_pixel_format_is_a_cut(pixels: str) -> None:
    meter = Meter(30.0)
    for i in range(50):
        frame = frame_of(texture(1, 320, 180), i)
        meter.add(frame if i < 25 else _again(frame, pixels))
    assert hard_cuts(meter.signals()) == [25]


def _again(frame: VideoFrame, pixels: str) -> VideoFrame:
    other = frame.reformat(format=pixels)
    other.pts, other.time_base = frame.pts, frame.time_base
    return other


def test_absurd_rates_keep_few_pictures() -> None:
    assert Meter(90_000.0)._recent.maxlen == Meter(1000.0)._recent.maxlen


def test_times_never_run_backwards() -> None:
    meter = Meter(25.0)
    frame = frame_of(flat(1), 10)
    assert meter.add(frame) == pytest.approx(1 / 3)
    assert meter.add(frame_of(flat(1), 5)) == pytest.approx(1 / 3)
    lost = frame_of(flat(1), 0)
    lost.pts = None
    assert meter.add(lost) == pytest.approx(1 / 3 + 1 / 25)


def test_progress_is_reported_in_order(clip: Path) -> None:
    shares: list[float] = []
    measure(clip, probe(clip), Control(shares.append))
    assert shares == sorted(shares) and len(shares) == 120
    assert 0 <= shares[0] < 0.05 and shares[-1] > 0.95


def test_cancelling_stops_at_once(clip: Path) -> None:
    shares: list[float] = []
    control = Control(shares.append)

    def cancel_soon(share: float) -> None:
        shares.append(share)
        if len(shares) == 10:
            control.cancel()

    control._report = cancel_soon
    with pytest.raises(Cancelled):
        measure(clip, probe(clip), control)
    assert len(shares) == 10


def test_sound_only_has_no_signals(tmp_path: Path) -> None:
    path = tmp_path / "voice.wav"
    ffmpeg("-f", "lavfi", "-t", "1", "-i", "sine=440", path)
    with pytest.raises(MediaError) as caught:
        measure(path, probe(path), Control())
    assert caught.value.instance_code == "media_no_picture"


def test_a_cut_off_file_is_measured_as_far_as_it_goes(make: ClipMaker, tmp_path: Path) -> None:
    whole = make(audio=None, options=("-movflags", "+faststart"))
    path = tmp_path / "cut.mp4"
    path.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    assert 10 < len(measure(path, probe(path), Control())) < 120


def test_times_count_from_the_files_start(make: ClipMaker, tmp_path: Path) -> None:
    path = tmp_path / "late.ts"
    ffmpeg("-i", make(audio=None), "-c", "copy", "-output_ts_offset", "3600", path)
    assert measure(path, probe(path), Control()).time[0] == pytest.approx(0.0, abs=0.1)


def test_frames_keep_their_places_in_avi_with_reordering(tmp_path: Path) -> None:
    path = make_clip(tmp_path / "b.avi", codec="mpeg4", audio=None, options=("-bf", "2"))
    times = measure(path, probe(path), Control()).time
    assert times.size == pytest.approx(120, abs=2)
    assert np.diff(times) == pytest.approx(np.full(times.size - 1, 1 / 30), abs=0.02)


def test_memory_is_some_bytes_a_frame() -> None:
    meter = Meter(30.0)
    frame = frame_of(flat(90), 0)
    for _ in range(200):
        meter.add(frame)
    kept = meter._rows.itemsize * len(meter._rows) + meter._hashes.itemsize * len(meter._hashes)
    assert kept / 200 <= 130


def test_decoder_errors_in_the_middle_are_passed_over(make: ClipMaker, tmp_path: Path) -> None:
    data = bytearray(make(".ts", audio=None).read_bytes())
    rng = np.random.default_rng(0)
    for at in rng.integers(len(data) // 3, len(data) // 2, 400):
        data[at] = rng.integers(256)
    path = tmp_path / "noisy.ts"
    path.write_bytes(data)
    assert len(measure(path, probe(path), Control())) > 60
