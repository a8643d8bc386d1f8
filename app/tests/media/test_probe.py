"""What probing says beyond the original interface: pixels, colour, variable rates, tracks, and broken files."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import Cancelled, MediaError
from app.media.analyze import analyze
from app.media.hashing import file_hash
from app.media.probe import normal_turn, probe, shown_size, varies
from app.models.control import Control
from app.tests.conftest import ClipMaker
from app.tests.footage import ffmpeg, make_clip

SHORT = {"seconds": 0.5, "cuts": (), "audio": None}


def test_everything_about_a_plain_clip(clip: Path) -> None:
    info = probe(clip)
    assert info.content_hash == file_hash(clip)
    assert info.size_bytes == clip.stat().st_size
    assert "mp4" in info.container
    assert info.has_video and not info.hdr and not info.variable_frame_rate
    assert (info.coded_width, info.coded_height, info.pixel_format) == (640, 360, "yuv420p")
    assert info.sample_aspect_ratio == (1, 1)
    assert info.audio is not None
    assert (info.audio.codec, info.audio.sample_rate, info.audio.channels) == ("aac", 48000, 1)
    assert info.audio.duration == pytest.approx(4.0, abs=0.05)


def test_the_same_file_gives_the_same_record(clip: Path) -> None:
    assert probe(clip) == probe(clip)


def test_stored_size_is_kept_beside_the_shown_one(make: ClipMaker) -> None:
    info = probe(make(rotation=270, size=(480, 360), options=("-vf", "setsar=4/3"), **SHORT))
    assert (info.coded_width, info.coded_height) == (480, 360)
    assert (info.width, info.height, info.rotation) == (360, 640, 270)
    assert info.sample_aspect_ratio == (4, 3)


@pytest.mark.parametrize(("transfer", "hdr"), [("smpte2084", True), ("arib-std-b67", True), ("bt709", False)])
def test_hdr_is_told_by_the_transfer(make: ClipMaker, transfer: str, hdr: bool) -> None:
    tags = ("-color_primaries", "bt2020", "-color_trc", transfer, "-colorspace", "bt2020nc")
    filters = ("-vf", f"setparams=color_primaries=bt2020:color_trc={transfer}:colorspace=bt2020nc")
    info = probe(make(codec="hevc10", options=(*filters, *tags), **SHORT))
    assert (info.hdr, info.color_transfer) == (hdr, transfer)
    assert info.pixel_format == "yuv420p10le"


def test_no_colour_tags(make: ClipMaker) -> None:
    info = probe(make(**SHORT))
    assert (info.color_transfer, info.hdr) == ("", False)


def test_variable_rate(make: ClipMaker, tmp_path: Path) -> None:
    path = tmp_path / "vfr.mp4"
    steps = "setpts='N/30/TB+floor(N/10)*0.05/TB+0.02*mod(N,3)/TB'"
    ffmpeg("-i", make(audio=None), "-vf", steps, "-fps_mode", "passthrough", "-preset", "ultrafast", path)
    info = probe(path)
    assert info.variable_frame_rate
    assert info.fps == pytest.approx(120 / info.duration, rel=0.02)


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".webm", ".avi", ".ts"])
def test_constant_rates_are_not_variable(tmp_path: Path, suffix: str) -> None:
    codec = {".webm": "vp9", ".avi": "mpeg4"}.get(suffix, "h264")
    path = make_clip(tmp_path / f"c{suffix}", codec=codec, fps=29.97, seconds=2, cuts=(), size=(320, 180), audio=None)
    assert not probe(path).variable_frame_rate


def test_reordered_frames_are_not_variable(tmp_path: Path) -> None:
    path = make_clip(tmp_path / "b.mp4", seconds=3, options=("-preset", "medium", "-bf", "3"), audio=None)
    assert not probe(path).variable_frame_rate


def test_a_dropped_frame_is_not_a_variable_rate() -> None:
    ticks = np.arange(0, 300 * 512, 512)
    assert not varies(np.delete(ticks, 100))
    assert varies(np.delete(ticks, np.arange(20, 280, 7)))


def test_rounding_to_milliseconds_is_not_a_variable_rate() -> None:
    assert not varies(np.round(np.arange(300) * 1000 / 30).astype(np.int64))


@pytest.mark.parametrize("count", [0, 1, 2])
def test_few_packets_have_no_rate_to_vary(count: int) -> None:
    assert not varies(np.arange(count))


def test_first_of_several_tracks(clip: Path, make: ClipMaker, tmp_path: Path) -> None:
    path = tmp_path / "tracks.mkv"
    other = make(size=(320, 180), seconds=1.0, cuts=(), audio=None)
    tones = ["-f", "lavfi", "-t", "1", "-i", "sine=220:sample_rate=8000"]
    maps = ["-map", "0:v", "-map", "1:v", "-map", "2:a", "-map", "0:a"]
    ffmpeg("-i", clip, "-i", other, *tones, *maps, "-c:v", "copy", "-c:a", "pcm_s16le", path)
    info = probe(path)
    assert (info.width, info.height) == (640, 360)
    assert info.audio is not None
    assert (info.audio.codec, info.audio.sample_rate) == ("pcm_s16le", 8000)


def test_sound_only(tmp_path: Path) -> None:
    path = tmp_path / "voice.wav"
    ffmpeg("-f", "lavfi", "-t", "1.5", "-i", "sine=440:sample_rate=8000", path)
    info = probe(path)
    assert not info.has_video
    assert (info.width, info.height, info.fps) == (0, 0, 0.0)
    assert info.duration == pytest.approx(1.5, abs=0.01)
    assert info.audio is not None
    assert (info.audio.sample_rate, info.audio.channels) == (8000, 1)
    with pytest.raises(MediaError) as caught:
        probe(path, need_picture=True)
    assert caught.value.instance_code == "media_no_picture"


def test_sound_only_without_a_stated_length(tmp_path: Path) -> None:
    path = tmp_path / "voice.mkv"
    ffmpeg("-f", "lavfi", "-t", "1.5", "-i", "sine=440", "-live", "1", path)
    assert probe(path).duration == pytest.approx(1.5, abs=0.1)


def test_subtitles_only(tmp_path: Path) -> None:
    srt, path = tmp_path / "a.srt", tmp_path / "a.mkv"
    srt.write_text("1\n00:00:00,000 --> 00:00:01,000\nhello\n\n")
    ffmpeg("-i", srt, path)
    with pytest.raises(MediaError) as caught:
        probe(path)
    assert caught.value.instance_code == "media_no_picture"


def test_one_frame(tmp_path: Path) -> None:
    path = make_clip(tmp_path / "one.mp4", seconds=1 / 30, cuts=(), audio=None)
    with pytest.raises(MediaError) as caught:
        probe(path)
    assert caught.value.instance_code == "media_too_short"


def test_two_frames_are_a_film(tmp_path: Path) -> None:
    path = make_clip(tmp_path / "two.mp4", seconds=2 / 30, cuts=(), audio=None)
    assert probe(path).duration == pytest.approx(2 / 30, abs=1e-6)


def test_a_file_cut_off_after_its_index_still_tells_what_it_was(make: ClipMaker, tmp_path: Path) -> None:
    whole = make(audio=None, options=("-movflags", "+faststart"))
    path = tmp_path / "cut.mp4"
    path.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    assert probe(path).width == 640


def test_a_file_of_which_nothing_decodes(make: ClipMaker, tmp_path: Path) -> None:
    data = bytearray(make(audio=None, options=("-movflags", "+faststart")).read_bytes())
    start = data.find(b"mdat") + 4
    data[start:] = bytes(len(data) - start)
    path = tmp_path / "zeros.mp4"
    path.write_bytes(data)
    with pytest.raises(MediaError) as caught:
        probe(path)
    assert caught.value.instance_code == "media_truncated"


@pytest.mark.parametrize("seed", range(40))
def test_damaged_files_give_an_answer_or_a_clear_error(make: ClipMaker, tmp_path: Path, seed: int) -> None:
    rng = np.random.default_rng(seed)
    suffix = (".mp4", ".mkv", ".avi", ".ts")[seed % 4]
    data = bytearray(make(suffix, seconds=0.5, cuts=(), codec="mpeg4").read_bytes())
    for _ in range(30):
        data[rng.integers(len(data) if seed % 2 else min(len(data), 2000))] = rng.integers(256)
    path = tmp_path / f"damaged{suffix}"
    path.write_bytes(data)
    try:
        info = probe(path)
    except MediaError as error:
        assert error.instance_code.startswith("media_")
    else:
        assert info.duration >= 0


@given(st.integers(-100_000, 100_000))
def test_turns_are_always_right_angles(degrees: int) -> None:
    turn = normal_turn(degrees)
    assert turn in {0, 90, 180, 270}
    assert min((degrees - turn) % 360, (turn - degrees) % 360) <= 45


@given(st.integers(1, 8192), st.integers(1, 8192), st.sampled_from([(1, 1), (4, 3), (8, 9), (64, 45)]))
def test_a_turn_by_90_swaps_the_shown_size(width: int, height: int, pixel: tuple[int, int]) -> None:
    upright = shown_size(width, height, pixel, 0)
    assert shown_size(width, height, pixel, 180) == upright
    assert shown_size(width, height, pixel, 90) == shown_size(width, height, pixel, 270) == upright[::-1]
    assert min(upright) >= 1


def test_a_matrix_of_zeros_turns_nothing(make: ClipMaker, tmp_path: Path) -> None:
    """Some programs write one; it has no angle, and players show the picture as it is stored."""
    data = bytearray(make(**SHORT).read_bytes())
    matrix = data.find(b"tkhd") + 4 + 40  # version 0: ISO 14496-12, 8.3.2
    assert data[matrix : matrix + 4] == b"\0\1\0\0"
    data[matrix : matrix + 36] = bytes(36)
    path = tmp_path / "zeros.mp4"
    path.write_bytes(data)
    info = probe(path)
    assert (info.rotation, info.width, info.height) == (0, 640, 360)


@pytest.mark.parametrize("seconds", [100_000, 10_000_000])
def test_broken_time_stamps_are_told(make: ClipMaker, tmp_path: Path, seconds: int) -> None:
    """Measured as they say, a jump of days would take all memory for moments in which there is nothing."""
    path = tmp_path / "jump.mkv"
    jump = f"setpts='if(gte(N,60),PTS+{seconds}/TB,PTS)'"
    ffmpeg("-i", make(audio=None), "-vf", jump, "-fps_mode", "passthrough", "-preset", "ultrafast", path)
    with pytest.raises(MediaError) as caught:
        probe(path)
    assert caught.value.instance_code == "media_bad_times"


def test_reading_a_file_for_its_hash_tells_how_far_it_is_and_can_be_stopped(clip: Path, tmp_path: Path) -> None:
    path = tmp_path / "long.mp4"
    path.write_bytes(clip.read_bytes() + bytes(3 << 20))
    told: list[float] = []
    control = Control(told.append)
    assert probe(path, control=control) == probe(path)
    assert told == sorted(told) and len(told) > 3 and told[-1] == 1.0
    control.cancel()
    with pytest.raises(Cancelled):
        probe(path, control=control)


def test_a_broadcast_in_which_another_stream_appears_midway(tmp_path: Path) -> None:
    """A recording goes from one programme into the next, which has sound; nothing at its ends says so."""
    picture = ("-f", "lavfi", "-i", "testsrc2=s=160x90:r=25:d=2")
    silent, sounding, path = (tmp_path / f"{name}.ts" for name in ("silent", "sounding", "broadcast"))
    ffmpeg(*picture, "-c:v", "mpeg2video", silent)
    ffmpeg(*picture, "-f", "lavfi", "-i", "sine=d=2", "-c:v", "mpeg2video", sounding)
    stuffing = (b"\x47\x1f\xff\x10" + b"\xff" * 184) * 40_000  # null packets: more than is looked into
    path.write_bytes(stuffing.join(part.read_bytes() for part in (silent, sounding, silent)))
    info = probe(path)
    assert (info.width, info.height, info.fps, info.audio) == (160, 90, 25.0, None)
    assert analyze(path, info, Control()).shots
