"""A proxy of whatever cameras and programs write: H.264 that any browser plays, upright, in time, small."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from app.errors import Cancelled, RenderError
from app.media.decodable import decodable_file
from app.media.previews.proxy import make_proxy, proxy_form
from app.media.probe import probe
from app.models.control import Control
from app.models.media import MediaInfo
from app.tests.conftest import ClipMaker
from app.tests.footage import SOUNDS, ffmpeg
from app.tests.media.clips import number_in, numbered_clip, pictures, times_at
from app.tests.media.previews.stage import boxes, facts, loudness_at, proxied, rgb, workplace
from app.tests.media.test_colours import BT601, patch_clip
from app.tests.media.test_hdr import TRANSFERS, hdr_clip, nits_of
from app.tests.media.test_rates import phone

FRAME = 1 / 30


def info(width: int, height: int, fps: float = 30.0, *, variable: bool = False) -> MediaInfo:
    return MediaInfo(
        content_hash="0" * 64,
        size_bytes=1,
        container="mov",
        duration=1.0,
        has_video=True,
        width=width,
        height=height,
        fps=fps,
        variable_frame_rate=variable,
    )


@pytest.mark.parametrize(
    ("size", "wanted"),
    [
        ((3840, 2160), (1280, 720)),
        ((1080, 1920), (720, 1280)),
        ((640, 360), (640, 360)),
        ((641, 361), (640, 360)),
        ((1440, 1080), (960, 720)),
        ((7680, 2160), (1920, 540)),
        ((4000, 16), (1920, 8)),
        ((17, 3000), (10, 1920)),
        ((3, 3), (4, 4)),
        ((4000, 2), (1920, 2)),
    ],
)
def test_sizes_are_even_and_never_larger_than_is_needed(size: tuple[int, int], wanted: tuple[int, int]) -> None:
    form = proxy_form(info(*size))
    assert (form.width, form.height) == wanted


@pytest.mark.parametrize(
    ("fps", "variable", "wanted", "keys"),
    [
        (30.0, False, Fraction(30), 30),
        (29.97002997, False, Fraction(30000, 1001), 30),
        (23.976023976, False, Fraction(24000, 1001), 24),
        (25.0, False, Fraction(25), 25),
        (25.0, True, Fraction(30), 30),
        (60.0, False, Fraction(30), 30),
        (240.0, False, Fraction(30), 30),
        (0.0, False, Fraction(5), 5),
        (0.2, True, Fraction(5), 5),
        (2.0, False, Fraction(2), 2),
        (2.0, True, Fraction(30), 30),
        (30.003, False, Fraction(30), 30),
        (7.5, False, Fraction(15, 2), 8),
    ],
)
def test_the_rate_is_the_videos_own_up_to_30(fps: float, variable: bool, wanted: Fraction, keys: int) -> None:
    form = proxy_form(info(640, 360, fps, variable=variable))
    assert float(form.rate) == pytest.approx(float(wanted), abs=0.004)
    assert form.key_frames == keys


def assert_plays(path: Path, size: tuple[int, int], seconds: float, rate: float = 30.0) -> None:
    """What every browser needs: H.264 High at most, 4:2:0 in 8 bits, AAC, the index in front, key frames to seek to."""
    found = facts(path)
    assert (found.codec, found.pixel_format, found.size) == ("h264", "yuv420p", size)
    assert found.profile in {"High", "Constrained Baseline", "Main"}
    assert found.times[0] == pytest.approx(0.0, abs=1e-6)
    assert np.diff(found.times) == pytest.approx(1 / rate, abs=0.001)
    assert found.times[-1] + 1 / rate == pytest.approx(seconds, abs=1.5 / rate)
    assert found.keys[0] == found.times[0]
    assert found.longest_group <= 1.0 + 1 / rate
    names = boxes(path)
    assert names.index("moov") < names.index("mdat")
    if found.sound is not None:
        assert found.sound[0] == 2
        assert found.sound[1] == pytest.approx(0.0, abs=0.03)


SOURCES = {
    "HEVC in 10 bits": (".mp4", {"codec": "hevc10"}, (640, 360)),
    "VP9 in WebM": (".webm", {"codec": "vp9"}, (640, 360)),
    "ProRes": (".mov", {"codec": "prores"}, (640, 360)),
    "MPEG-4 in AVI": (".avi", {"codec": "mpeg4"}, (640, 360)),
    "a transport stream": (".ts", {}, (640, 360)),
    "odd sizes in 4:4:4": (".mp4", {"size": (321, 181)}, (320, 180)),
    "larger than a proxy": (".mp4", {"size": (1296, 810), "seconds": 1.1}, (1152, 720)),
    "lying on its side": (".mp4", {"rotation": 90}, (360, 640)),
    "upside down": (".mp4", {"rotation": 180}, (640, 360)),
    "no sound": (".mp4", {"audio": None}, (640, 360)),
}


@pytest.mark.slow
@pytest.mark.parametrize(("suffix", "made", "size"), SOURCES.values(), ids=SOURCES.keys())
def test_every_kind_of_video(
    make: ClipMaker, tmp_path: Path, suffix: str, made: dict[str, object], size: tuple[int, int]
) -> None:
    clip = make(suffix, **{"seconds": 1.4, "cuts": (), "seed": 71, **made})
    proxy = proxied(clip, tmp_path)
    assert_plays(proxy, size, 1.1 if "seconds" in made else 1.4)
    assert (facts(proxy).sound is None) == (made.get("audio", "tone") is None)


@pytest.mark.parametrize("transfer", TRANSFERS)
def test_hdr_is_tone_mapped(tmp_path: Path, transfer: str) -> None:
    """As in a clip: the same filters do it (`app/tests/media/test_hdr.py`)."""
    proxy = proxied(hdr_clip(tmp_path / "h.mp4", nits_of((128,) * 3), transfer), tmp_path)
    assert_plays(proxy, (640, 360), 0.2)
    assert rgb(proxy).mean(axis=(0, 1)) == pytest.approx((128,) * 3, abs=6)


def test_hdr_from_a_phone_held_upright(tmp_path: Path) -> None:
    proxy = proxied(hdr_clip(tmp_path / "h.mp4", nits_of((128,) * 3), "arib-std-b67", rotation=90), tmp_path)
    assert_plays(proxy, (360, 640), 0.2)
    shown = rgb(proxy)
    assert shown[:280].mean() < 12 and shown[360:].mean() == pytest.approx(128, abs=8)


def test_colours_of_an_old_camera_stay(tmp_path: Path) -> None:
    proxy = proxied(patch_clip(tmp_path / "c.mp4", (200, 48, 32), (640, 480), BT601), tmp_path)
    assert rgb(proxy).mean(axis=(0, 1)) == pytest.approx((200, 48, 32), abs=6)


def test_turned_by_the_old_tag_alone(make: ClipMaker, tmp_path: Path) -> None:
    plain, clip = make(seconds=0.5, cuts=(), size=(320, 180), audio=None, seed=72), tmp_path / "tag.mkv"
    ffmpeg("-i", plain, "-c", "copy", "-metadata:s:v", "rotate=90", clip)
    assert probe(clip).rotation_by_tag
    proxy = proxied(clip, tmp_path)
    assert facts(proxy).size == (180, 320)
    turned = np.rot90(pictures(plain, "rgb24")[3], k=-1).astype(int)
    assert np.abs(rgb(proxy, 3).astype(int) - turned).mean() < 12


def test_pixels_that_are_not_square_are_made_so(make: ClipMaker, tmp_path: Path) -> None:
    clip = make(seconds=0.5, cuts=(), size=(360, 288), audio=None, options=("-aspect", "16:9"))
    proxy = proxied(clip, tmp_path)
    with av.open(str(proxy)) as container:
        stream = container.streams.video[0]
        assert (stream.width, stream.height) == (512, 288)
        assert stream.sample_aspect_ratio in {None, 1}


def test_a_variable_rate_becomes_a_steady_one_in_time(tmp_path: Path) -> None:
    times = phone(150)
    proxy = proxied(numbered_clip(tmp_path / "vfr.mp4", times), tmp_path)
    assert_plays(proxy, (320, 180), float(times[-1]) + FRAME)
    _assert_in_time(proxy, times)


def test_a_screen_recording_that_stands_still_can_be_sought_in(tmp_path: Path) -> None:
    times = [Fraction(n, 10) for n in (0, 1, 2, 30, 31, 32, 60, 61)]
    proxy = proxied(numbered_clip(tmp_path / "screen.mp4", times), tmp_path)
    found = facts(proxy)
    assert found.longest_group <= 1.0 + FRAME
    _assert_in_time(proxy, times)


def test_sixty_frames_become_thirty_in_time(tmp_path: Path) -> None:
    times = times_at(Fraction(60), 120)
    proxy = proxied(numbered_clip(tmp_path / "60.mp4", times, Fraction(60)), tmp_path)
    assert_plays(proxy, (320, 180), 2.0)
    _assert_in_time(proxy, times)


def _assert_in_time(proxy: Path, times: list[Fraction]) -> None:
    """Every frame shows a picture that is on screen within half a frame of its time."""
    for time, picture in zip(facts(proxy).times, pictures(proxy), strict=True):
        number = number_in(picture)
        assert float(times[number]) <= time + FRAME / 2 + 0.002
        assert number + 1 >= len(times) or float(times[number + 1]) >= time - FRAME / 2 - 0.002


def test_one_that_stands_for_a_minute(tmp_path: Path) -> None:
    times = [Fraction(0), Fraction(60), Fraction(61)]
    found = facts(proxied(numbered_clip(tmp_path / "slides.mp4", times), tmp_path))
    assert len(found.times) >= 61 * 5 and found.longest_group <= 1.0 + 1 / 5


def test_times_that_are_broken_do_not_make_it_any_longer(make: ClipMaker, tmp_path: Path) -> None:
    """A jump of ten hours in the sound's times, which nothing says beforehand."""
    plain, clip = make(seconds=2, cuts=(), size=(320, 180), seed=78), tmp_path / "jump.mkv"
    jump = "setts=pts=PTS+gt(PTS*TB\\,1)*36000/TB:dts=DTS+gt(PTS*TB\\,1)*36000/TB"
    ffmpeg("-i", plain, "-c", "copy", "-bsf:a", jump, "-max_interleave_delta", "0", clip)
    found = facts(proxied(clip, tmp_path))
    assert found.times[-1] < 3.5
    assert found.sound is not None and found.sound[2] < 3.5


def test_two_frames(tmp_path: Path) -> None:
    proxy = proxied(numbered_clip(tmp_path / "two.mp4", times_at(Fraction(30), 2)), tmp_path)
    assert_plays(proxy, (320, 180), 2 * FRAME)
    assert len(facts(proxy).times) == 2


def sounding_clip(path: Path, *sound: str, filters: tuple[str, ...] = ()) -> Path:
    ffmpeg(
        *("-f", "lavfi", "-i", "testsrc2=s=320x180:r=30:d=2", "-f", "lavfi", *sound, "-map", "0:v", "-map", "1:a"),
        *(*filters, "-t", "2", "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"),
        path,
    )
    return path


@pytest.mark.parametrize("layout", ["mono", "5.1", "7.1", "2.1"])
def test_sound_of_any_layout_is_stereo(tmp_path: Path, layout: str) -> None:
    form = ("-af", f"aformat=channel_layouts={layout}", "-c:a", "pcm_s16le")
    clip = sounding_clip(tmp_path / "s.mov", "-i", SOUNDS["tone"], filters=form)
    proxy = proxied(clip, tmp_path)
    assert_plays(proxy, (320, 180), 2.0)
    assert loudness_at(proxy, 1.0) > 0.01


def test_sound_without_a_layout_is_heard(tmp_path: Path) -> None:
    """Recorders for many microphones do not say where each stands."""
    raw = tmp_path / "five.wav"
    ffmpeg("-f", "lavfi", "-i", "aevalsrc=exprs=0.3*sin(2*PI*440*t)|0|0|0|0:c=5.0:d=2", "-c:a", "pcm_s16le", raw)
    data = bytearray(raw.read_bytes())
    mask = data.index(b"fmt ") + 28  # WAVEFORMATEXTENSIBLE's dwChannelMask
    data[mask : mask + 4] = bytes(4)
    raw.write_bytes(data)
    clip = tmp_path / "five.mkv"
    ffmpeg("-f", "lavfi", "-i", "testsrc2=s=320x180:r=30:d=2", "-i", raw, "-c:a", "copy", "-c:v", "mpeg4", clip)
    proxy = proxied(clip, tmp_path)
    assert_plays(proxy, (320, 180), 2.0)
    assert loudness_at(proxy, 1.0) > 0.01


def test_sound_that_begins_later_stays_where_it_is(make: ClipMaker, tmp_path: Path) -> None:
    plain, clip = make(seconds=3, cuts=(), size=(320, 180), seed=73), tmp_path / "late.mkv"
    ffmpeg("-i", plain, "-itsoffset", "1.5", "-i", plain, "-map", "0:v", "-map", "1:a", "-c", "copy", clip)
    proxy = proxied(clip, tmp_path)
    assert_plays(proxy, (320, 180), 3.0)
    assert loudness_at(proxy, 1.0) < 0.001
    assert loudness_at(proxy, 2.0) > 0.03


def test_picture_that_begins_later_than_its_sound_is_there_from_the_start(tmp_path: Path) -> None:
    times = times_at(Fraction(30), 45)
    plain, clip = numbered_clip(tmp_path / "plain.mp4", times), tmp_path / "late.mkv"
    tone = ("-f", "lavfi", "-i", f"{SOUNDS['tone']}:d=2.5")
    ffmpeg(*tone, "-itsoffset", "1", "-i", plain, "-map", "1:v", "-map", "0:a", "-c:v", "copy", clip)
    proxy = proxied(clip, tmp_path)
    assert_plays(proxy, (320, 180), 2.5)
    shown = [number_in(picture) for picture in pictures(proxy)]
    assert shown[:30] == [0] * 30 and shown[40] == pytest.approx(10, abs=1)


def test_a_picture_that_changes_its_size_midway(make: ClipMaker, tmp_path: Path) -> None:
    parts = [make(".ts", seconds=1, cuts=(), size=size, seed=74) for size in ((320, 180), (640, 360))]
    clip = tmp_path / "both.ts"
    clip.write_bytes(b"".join(part.read_bytes() for part in parts))
    found = facts(proxied(clip, tmp_path))
    assert found.size == (320, 180)
    assert found.times[-1] > 0.9


def test_a_file_that_was_cut_off_is_shown_as_far_as_it_goes(make: ClipMaker, tmp_path: Path) -> None:
    whole = make(".ts", seconds=3, cuts=(), size=(320, 180), seed=75).read_bytes()
    clip = tmp_path / "cut.ts"
    clip.write_bytes(whole[: len(whole) // 2])
    found = facts(proxied(clip, tmp_path))
    assert 0.5 < found.times[-1] < 2.9


def test_what_a_camera_wrote_beside_the_picture_does_not_go_along(make: ClipMaker, tmp_path: Path) -> None:
    clip = tmp_path / "where.mov"
    where = ("-metadata", "com.apple.quicktime.location.ISO6709=+44.4268+026.1025/", "-metadata", "artist=Ana")
    plain = make(seconds=1, cuts=(), size=(320, 180), seed=76)
    ffmpeg("-i", plain, "-c", "copy", "-movflags", "use_metadata_tags", *where, clip)
    assert b"+44.4268" in clip.read_bytes()
    data = proxied(clip, tmp_path).read_bytes()
    assert b"44.4268" not in data and b"Ana" not in data


def test_progress_rises_to_one(make: ClipMaker, tmp_path: Path) -> None:
    shares: list[float] = []
    proxied(make(seconds=3, cuts=(), seed=77), tmp_path, Control(shares.append))
    assert shares == sorted(shares) and shares[-1] == 1.0


def test_a_cancelled_one_leaves_nothing(make: ClipMaker, tmp_path: Path) -> None:
    clip, control = make(seconds=30, cuts=(), seed=77), Control()  # long enough for ffmpeg to tell how far it is
    folder = tmp_path / "out"
    folder.mkdir()
    control._report = lambda share: control.cancel()
    with pytest.raises(Cancelled):
        proxied(clip, folder, control)
    assert list(folder.iterdir()) == []


def test_one_of_which_nothing_decodes_is_an_error_and_leaves_nothing(tmp_path: Path) -> None:
    """What the picture said of itself when it was added is no longer in the file."""
    clip, folder = numbered_clip(tmp_path / "a.mkv", times_at(Fraction(30), 60)), tmp_path / "out"
    folder.mkdir()
    found = probe(clip)
    source = decodable_file(clip, clip.name, found, folder)
    clip.write_bytes(b"nothing of a film")
    with pytest.raises(RenderError):
        make_proxy(source, found, None, folder / "proxy.mp4", workplace(folder))
    assert list(folder.iterdir()) == []
