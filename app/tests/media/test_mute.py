"""Muting a voice, measured in dB in the finished file; the picture must be the very same packets."""

import hashlib
import math
import tracemalloc
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
import pytest

from app.errors import Cancelled, InputError, MediaError, StorageError
from app.media import vad
from app.media.envelope import FADE_SECONDS
from app.media.mute import mute_voice, muted_suffix
from app.media.probe import probe
from app.models.control import Control
from app.models.report import MuteReport
from app.models.timing import Span
from app.tests.conftest import ClipMaker
from app.tests.footage import ffmpeg
from app.tests.media.clips import numbers

RATE = 48_000
Sound = npt.NDArray[np.float64]

NOISE = "anoisesrc=color=pink:amplitude=0.4:seed=3:sample_rate=48000"
TONE = "sine=frequency=440:sample_rate=48000"


def filmed(path: Path, seconds: float, sound: str = NOISE, *options: str) -> Path:
    """Write a moving test picture with `sound` (a source filter of ffmpeg) to `path`."""
    picture = f"testsrc=size=160x120:rate=30:duration={seconds}"
    codecs = options or ("-c:v", "libx264", "-preset", "ultrafast", "-bf", "2", "-c:a", "aac", "-b:a", "256k")
    ffmpeg(*("-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", sound), "-t", str(seconds), *codecs, path)
    return path


def muted(path: Path, keep: float, spans: Sequence[Span], out: Path | None = None) -> tuple[Path, MuteReport]:
    info = probe(path)
    out = out or path.with_name(f"muted-{path.stem}{muted_suffix(path, info)}")
    return out, mute_voice(path, info, out, keep, spans, control=Control())


def heard(path: Path) -> Sound:
    """Return the first sound stream as float64 of shape (samples, channels) from the file's second 0 on."""
    pieces: list[tuple[int, Sound]] = []
    end = 0
    with av.open(str(path)) as container:
        begin = (container.start_time or 0) / 1_000_000
        for frame in container.decode(audio=0):
            at = end if frame.time is None else round((frame.time - begin) * frame.sample_rate)
            at = end if abs(at - end) < frame.sample_rate / 50 else at  # Matroska rounds to milliseconds
            resampled = av.AudioResampler(format="fltp", layout=frame.layout, rate=frame.sample_rate).resample(frame)
            samples = np.concatenate([one.to_ndarray() for one in resampled], axis=1).T.astype(np.float64)
            pieces.append((at, samples))
            end = at + len(samples)
    total = np.zeros((end, pieces[0][1].shape[1]))
    for at, piece in pieces:
        total[max(0, at) : max(0, at + len(piece))] = piece[max(0, -at) :]
    return total


def level(sound: Sound, start: float, end: float, rate: int = RATE) -> float:
    """Return the level in dB of full scale between two times."""
    power = float((sound[round(start * rate) : round(end * rate)] ** 2).mean())
    return 10 * math.log10(power + 1e-15)


def picture_packets(path: Path) -> list[tuple[str, bool]]:
    """Return the hash of each packet of picture, and whether it is a key frame."""
    with av.open(str(path)) as container:
        packets = (packet for packet in container.demux(video=0) if packet.size)
        return [(hashlib.sha256(bytes(packet)).hexdigest(), packet.is_keyframe) for packet in packets]


def picture_times(path: Path) -> list[float]:
    with av.open(str(path)) as container:
        begin = (container.start_time or 0) / 1_000_000
        return sorted(float(p.pts * p.time_base) - begin for p in container.demux(video=0) if p.pts is not None)


def every_second(count: int) -> list[Span]:
    return [Span(start=i + 0.3, end=i + 0.7) for i in range(count)]


def assert_untouched_outside(before: Sound, after: Sound, spans: Sequence[Span], seconds: float) -> None:
    """Each stretch between two spans and their fades is as loud as it was, to 0.1 dB."""
    edges = [0.0, *(t for span in spans for t in (span.start - FADE_SECONDS, span.end + FADE_SECONDS)), seconds]
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        assert level(after, start, end) == pytest.approx(level(before, start, end), abs=0.1)


@pytest.mark.parametrize("count", [0, 1, pytest.param(60, marks=pytest.mark.slow)])
def test_speech_is_silent_and_the_rest_as_loud_as_before(tmp_path: Path, count: int) -> None:
    seconds = max(4, count)
    source = filmed(tmp_path / "film.mp4", seconds)
    spans = every_second(count)
    out, report = muted(source, 0.0, spans)
    before, after = heard(source), heard(out)
    for span in spans:
        assert level(after, span.start, span.end) <= level(before, span.start, span.end) - 40
    assert_untouched_outside(before, after, spans, seconds - 0.1)
    assert picture_packets(out) == picture_packets(source)
    assert report == MuteReport(spans=count, keep=0.0, seconds=round(0.4 * count, 3), duration=report.duration)


@pytest.mark.parametrize("keep", [0.5, 0.1, 1.0])
def test_the_share_that_is_kept_is_one_of_amplitude(tmp_path: Path, keep: float) -> None:
    source = filmed(tmp_path / "film.mp4", 4, TONE)
    spans = [Span(start=1.0, end=2.0)]
    out, _ = muted(source, keep, spans)
    before, after = heard(source), heard(out)
    fallen = level(after, 1.0, 2.0) - level(before, 1.0, 2.0)
    assert fallen == pytest.approx(20 * math.log10(keep), abs=0.1)
    assert_untouched_outside(before, after, spans, 3.9)


def test_edges_do_not_click(tmp_path: Path) -> None:
    source = filmed(tmp_path / "film.mp4", 3, TONE)
    out, _ = muted(source, 0.0, [Span(start=1.0003, end=2.0007)])
    steepest = [float(np.abs(np.diff(heard(path)[4800:-4800, 0])).max()) for path in (source, out)]
    assert steepest[1] <= steepest[0] * 1.05


@pytest.mark.parametrize(
    ("span", "silent", "loud"),
    [
        (Span(start=0.0, end=0.5), (0.0, 0.5), (0.6, 2.9)),
        (Span(start=2.5, end=9.0), (2.5, 2.95), (0.1, 2.4)),
        (Span(start=0.0, end=3.0), (0.0, 2.95), None),
    ],
)
def test_spans_at_the_ends_and_past_them(
    tmp_path: Path, span: Span, silent: tuple[float, float], loud: tuple[float, float] | None
) -> None:
    source = filmed(tmp_path / "film.mp4", 3)
    out, _ = muted(source, 0.0, [span])
    before, after = heard(source), heard(out)
    assert level(after, *silent) < -60
    if loud:
        assert level(after, *loud) == pytest.approx(level(before, *loud), abs=0.1)


def test_channels_and_rate_stay(tmp_path: Path) -> None:
    sound = "aevalsrc='0.3*sin(2*PI*300*t)|0.1*sin(2*PI*900*t)':s=22050"
    source = filmed(tmp_path / "film.mp4", 3, sound)
    out, _ = muted(source, 0.0, [Span(start=1.0, end=2.0)])
    audio = probe(out).audio
    assert audio is not None
    assert (audio.sample_rate, audio.channels) == (22050, 2)
    before, after = heard(source), heard(out)
    for channel in range(2):
        one, other = before[:, channel : channel + 1], after[:, channel : channel + 1]
        assert level(other, 0.1, 0.9, 22050) == pytest.approx(level(one, 0.1, 0.9, 22050), abs=0.1)


def test_surround_sound_stays_surround(tmp_path: Path) -> None:
    channels = "|".join(f"0.1*sin(2*PI*{pitch}*t)" for pitch in (200, 300, 400, 60, 500, 600))
    sound = f"aevalsrc='{channels}':s=48000:c=5.1(side)"
    codecs = ("-c:v", "libx264", "-preset", "ultrafast", "-c:a", "ac3", "-b:a", "448k")
    source = filmed(tmp_path / "film.mkv", 2, sound, *codecs)
    out, _ = muted(source, 0.0, [Span(start=1.0, end=1.5)])
    before, after = heard(source), heard(out)
    assert after.shape[1] == 6
    assert level(after, 0.1, 0.9) == pytest.approx(level(before, 0.1, 0.9), abs=0.1)
    assert level(after, 1.0, 1.5) < -60


X264 = ("-c:v", "libx264", "-preset", "ultrafast", "-bf", "2")


@pytest.mark.parametrize(
    ("name", "codecs", "suffix"),
    [
        ("film.mov", (*X264, "-c:a", "pcm_s16le"), ".mov"),
        ("film.mkv", (*X264, "-c:a", "flac"), ".mkv"),
        ("film.webm", ("-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-c:a", "libopus"), ".mkv"),
        ("film.avi", ("-c:v", "mpeg4", "-bf", "2", "-c:a", "mp3"), ".mp4"),
        ("film.flv", (*X264, "-c:a", "aac"), ".mp4"),
        ("film.ts", (*X264, "-c:a", "mp2"), ".mp4"),
        ("film.mpg", ("-c:v", "mpeg2video", "-c:a", "mp2"), ".mkv"),
        ("film.wmv", ("-c:v", "msmpeg4", "-c:a", "wmav2"), ".mkv"),
    ],
)
def test_any_container_goes_into_one_that_holds_its_picture(
    tmp_path: Path, name: str, codecs: tuple[str, ...], suffix: str
) -> None:
    source = filmed(tmp_path / name, 3, TONE, *codecs)
    out, _ = muted(source, 0.0, [Span(start=1.0, end=2.0)])
    assert out.suffix == suffix
    before, after = heard(source), heard(out)
    assert level(after, 1.05, 1.95) < -60
    assert level(after, 0.2, 0.9) == pytest.approx(level(before, 0.2, 0.9), abs=0.1)
    with av.open(str(source)) as one, av.open(str(out)) as other:
        shown = [np.asarray(frame.to_ndarray()) for frame in one.decode(video=0)]
        assert all(
            np.array_equal(frame.to_ndarray(), picture)
            for frame, picture in zip(other.decode(video=0), shown, strict=True)
        )


def test_an_ending_that_is_not_its_own_does_not_count(tmp_path: Path) -> None:
    film = filmed(tmp_path / "film.mkv", 1)
    (tmp_path / "film.mp4").write_bytes(film.read_bytes())
    assert muted_suffix(tmp_path / "film.mp4", probe(film)) == ".mp4"  # H.264 may go there
    vp9 = filmed(tmp_path / "vp9.webm", 1, TONE, "-c:v", "libvpx-vp9", "-deadline", "realtime", "-c:a", "libopus")
    (tmp_path / "vp9.mp4").write_bytes(vp9.read_bytes())
    assert muted_suffix(tmp_path / "vp9.mp4", probe(vp9)) == ".mkv"


def test_a_picture_that_the_asked_container_cannot_hold_is_told(tmp_path: Path) -> None:
    film = filmed(tmp_path / "film.wmv", 1, TONE, "-c:v", "wmv2", "-c:a", "wmav2")
    with pytest.raises(MediaError) as caught:
        muted(film, 0.0, (), tmp_path / "out.mp4")
    assert caught.value.instance_code == "media_container"
    assert not list(tmp_path.glob("*out*"))


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".mov"])
def test_the_turn_of_a_phones_picture_stays(tmp_path: Path, suffix: str) -> None:
    upright = filmed(tmp_path / "film.mp4", 1)
    turned = tmp_path / f"turned{suffix}"
    ffmpeg("-display_rotation", "-90", "-i", upright, "-c", "copy", turned)
    assert probe(turned).rotation == 90
    out, _ = muted(turned, 0.0, [Span(start=0.2, end=0.5)])
    assert (probe(out).rotation, probe(out).rotation_by_tag) == (90, False)
    assert picture_packets(out) == picture_packets(turned)


def test_the_old_tag_of_a_turn_stays(tmp_path: Path) -> None:
    upright = filmed(tmp_path / "film.mp4", 1)
    tagged = tmp_path / "tagged.mkv"
    ffmpeg("-i", upright, "-c", "copy", "-metadata:s:v:0", "rotate=90", tagged)
    assert probe(tagged).rotation_by_tag
    out, _ = muted(tagged, 0.0, ())
    assert (probe(out).rotation, probe(out).rotation_by_tag) == (90, True)


def test_apples_players_still_show_hevc(tmp_path: Path) -> None:
    quiet = ("-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=error", "-tag:v", "hvc1")
    source = filmed(tmp_path / "film.mov", 1, TONE, *quiet, "-c:a", "aac")
    out, _ = muted(source, 0.0, ())
    with av.open(str(out)) as container:
        assert container.streams.video[0].codec_context.codec_tag == "hvc1"
    assert picture_packets(out) == picture_packets(source)


def beep_and_flash(path: Path, late: float = 0.0, *options: str) -> Path:
    """Write 4 s with a white picture and a tone from second 2 on; the sound stream begins `late` seconds in."""
    picture = "color=black:size=160x120:rate=30:duration=4,drawbox=color=white:t=fill:enable='gte(t,2)'"
    sound = f"aevalsrc='0.5*sin(2*PI*1000*t)*gte(t,{2 - late})':s=48000:d={4 - late}"
    inputs = ("-f", "lavfi", "-i", picture, "-itsoffset", str(late), "-f", "lavfi", "-i", sound)
    ffmpeg(*inputs, *X264, "-c:a", "aac", *options, path)
    return path


def flash_and_beep(path: Path) -> tuple[float, float]:
    """Return when the picture turns white and when the tone begins, in seconds."""
    with av.open(str(path)) as container:
        begin = (container.start_time or 0) / 1_000_000
        flash = next(f.time for f in container.decode(video=0) if f.to_ndarray()[10, 10] > 128)
    sound = np.abs(heard(path)[:, 0])
    return float(flash or 0.0) - begin, float(np.flatnonzero(sound > 0.1)[0]) / RATE


@pytest.mark.parametrize(
    ("name", "late", "options"),
    [
        ("a.mp4", 0.0, ()),
        ("b.mp4", 0.7, ()),
        ("c.mkv", 0.7, ()),
        ("d.mkv", 0.0, ("-output_ts_offset", "5")),
        ("e.ts", 0.4, ()),
        ("f.mov", 1.3, ("-output_ts_offset", "2")),
    ],
)
def test_picture_and_sound_stay_together(tmp_path: Path, name: str, late: float, options: tuple[str, ...]) -> None:
    source = beep_and_flash(tmp_path / name, late, *options)
    out, _ = muted(source, 0.0, [Span(start=2.5, end=3.0)])
    flash, beep = flash_and_beep(out)
    was_flash, was_beep = flash_and_beep(source)
    assert beep - flash == pytest.approx(was_beep - was_flash, abs=0.003)
    assert beep == pytest.approx(was_beep, abs=0.003)  # spans count from second 0, and so does what is muted
    assert level(heard(out), 2.52, 2.98) < -60
    assert level(heard(out), 3.05, 3.9) > -20


def test_a_variable_rate_stays_what_it_was(tmp_path: Path) -> None:
    from app.tests.media.clips import numbered_clip  # noqa: PLC0415 - names a film of its own

    times = [Fraction(n, 30) + (Fraction(1, 50) if n % 7 == 3 else 0) for n in range(60)]
    silent = numbered_clip(tmp_path / "silent.mp4", times)
    source = tmp_path / "film.mp4"
    ffmpeg("-i", silent, "-f", "lavfi", "-i", f"{TONE}:duration=2", "-c:v", "copy", "-c:a", "aac", source)
    out, _ = muted(source, 0.0, [Span(start=0.5, end=1.0)])
    assert numbers(out) == list(range(60))
    assert picture_times(out) == pytest.approx(picture_times(source), abs=1e-4)


def test_a_gap_in_the_sound_stays_a_gap(tmp_path: Path) -> None:
    sound = "aevalsrc='0.5*sin(2*PI*1000*t)':s=48000:d=4,aselect='not(between(t,1,2))'"
    source = filmed(tmp_path / "film.mkv", 4, sound, *X264, "-c:a", "pcm_s16le")
    out, _ = muted(source, 0.0, [Span(start=3.0, end=3.5)])
    after = heard(out)
    assert level(after, 1.1, 1.9) < -60
    assert level(after, 2.1, 2.9) == pytest.approx(level(heard(source), 2.1, 2.9), abs=0.1)
    assert level(after, 3.0, 3.5) < -60


@pytest.mark.parametrize(
    ("name", "codec"), [("a.mov", "pcm_s16le"), ("b.mkv", "flac"), ("c.mov", "alac"), ("d.mkv", "pcm_s24le")]
)
def test_lossless_sound_stays_so_to_the_last_sample(tmp_path: Path, name: str, codec: str) -> None:
    source = filmed(tmp_path / name, 3, NOISE, *X264, "-c:a", codec)
    out, _ = muted(source, 0.0, [Span(start=1.0, end=2.0)])
    assert probe(out).audio == probe(source).audio
    before, after = heard(source), heard(out)
    fade = round(FADE_SECONDS * RATE)
    assert np.array_equal(after[: RATE - fade], before[: RATE - fade])
    assert np.array_equal(after[2 * RATE + fade :], before[2 * RATE + fade :])
    assert not after[RATE : 2 * RATE].any()


def test_only_the_sound_that_is_heard_is_kept(tmp_path: Path) -> None:
    one = filmed(tmp_path / "one.mp4", 2)
    both = tmp_path / "both.mkv"
    ffmpeg("-i", one, "-i", one, "-map", "0:v", "-map", "0:a", "-map", "1:a", "-c", "copy", both)
    out, _ = muted(both, 0.0, [Span(start=0.5, end=1.0)])
    with av.open(str(out)) as container:
        assert [stream.type for stream in container.streams] == ["video", "audio"]


def test_what_a_file_says_about_itself_stays(tmp_path: Path) -> None:
    plain = filmed(tmp_path / "plain.mp4", 1)
    source = tmp_path / "film.mp4"
    ffmpeg("-i", plain, "-c", "copy", "-metadata", "title=Ceașcă", source)
    out, _ = muted(source, 0.0, ())
    with av.open(str(out)) as container:
        assert container.metadata["title"] == "Ceașcă"


def test_the_same_file_comes_out_each_time(tmp_path: Path) -> None:
    source = filmed(tmp_path / "film.mp4", 2)
    first, _ = muted(source, 0.2, [Span(start=0.5, end=1.0)], tmp_path / "1.mp4")
    again, _ = muted(source, 0.2, [Span(start=0.5, end=1.0)], tmp_path / "2.mp4")
    assert first.read_bytes() == again.read_bytes()


def test_a_damaged_file_is_muted_as_far_as_it_goes(tmp_path: Path) -> None:
    whole = filmed(tmp_path / "whole.mkv", 4)
    data = bytearray(whole.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 2000] = bytes(2000)
    source = tmp_path / "film.mkv"
    source.write_bytes(data[: len(data) * 9 // 10])
    out, _ = muted(source, 0.0, [Span(start=0.5, end=1.0)])
    assert level(heard(out), 0.5, 1.0) < -60
    assert picture_packets(out) == picture_packets(source)


@pytest.mark.parametrize("keep", [-0.1, 1.01, math.nan, math.inf])
def test_a_share_outside_0_to_1_names_the_field(tmp_path: Path, keep: float) -> None:
    source = filmed(tmp_path / "film.mp4", 1)
    with pytest.raises(InputError) as caught:
        muted(source, keep, ())
    assert caught.value.subject == "keep_percentage"


def test_a_film_without_sound_is_told(make: ClipMaker, tmp_path: Path) -> None:
    source = make(audio=None)
    with pytest.raises(MediaError) as caught:
        mute_voice(source, probe(source), tmp_path / "out.mp4", 0.0, (), control=Control())
    assert caught.value.instance_code == "media_no_sound"
    assert not list(tmp_path.iterdir())


def test_sound_without_a_picture_is_told(tmp_path: Path) -> None:
    source = tmp_path / "sound.wav"
    ffmpeg("-f", "lavfi", "-i", f"{TONE}:duration=1", source)
    with pytest.raises(MediaError) as caught:
        mute_voice(source, probe(source), tmp_path / "out.mp4", 0.0, (), control=Control())
    assert caught.value.instance_code == "media_no_picture"


def test_a_cancel_in_the_middle_leaves_nothing(tmp_path: Path) -> None:
    source = filmed(tmp_path / "film.mp4", 4)
    control = Control(lambda share: control.cancel() if share > 0.5 else None)
    out = tmp_path / "out" / "muted.mp4"
    with pytest.raises(Cancelled):
        mute_voice(source, probe(source), out, 0.0, (), control=control)
    assert not list(out.parent.iterdir())


def test_progress_goes_up_to_the_end(tmp_path: Path) -> None:
    source = filmed(tmp_path / "film.mp4", 4)
    told: list[float] = []
    mute_voice(source, probe(source), tmp_path / "out.mp4", 0.0, (), control=Control(told.append))
    assert told == sorted(told)
    assert told[-1] == 1.0
    assert len(told) > 50


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    source = filmed(tmp_path / "film.mp4", 1)
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError):
        mute_voice(source, probe(source), tmp_path / "file" / "out.mp4", 0.0, (), control=Control())


@pytest.mark.slow
def test_a_long_film_takes_no_more_memory_than_a_short_one(tmp_path: Path) -> None:
    peaks = []
    for seconds in (20, 240):
        source = filmed(tmp_path / f"{seconds}.mp4", seconds)
        tracemalloc.start()
        muted(source, 0.0, every_second(seconds))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + 2_000_000


def test_real_speech_is_gone_where_the_detector_hears_it(test_media: Path, tmp_path: Path) -> None:
    voices = sorted((test_media / "speech").glob("*.wav"))
    noise = "anoisesrc=color=pink:amplitude=0.01:seed=1:sample_rate=48000"
    source = tmp_path / "film.mp4"
    ffmpeg(
        *("-f", "lavfi", "-i", "testsrc=size=160x120:rate=30", "-i", voices[0], "-f", "lavfi", "-i", noise),
        *("-filter_complex", "[1:a]adelay=3s:all=1,aresample=48000,apad=pad_dur=3[v];[v][2:a]amix=duration=first[a]"),
        *("-map", "0:v", "-map", "[a]", "-shortest", *X264, "-c:a", "aac", source),
    )
    spans = vad.speech(source, Control())
    out, _ = muted(source, 0.0, spans)
    assert spans
    before, after = heard(source), heard(out)
    for span in spans:
        assert level(after, span.start, span.end) <= level(before, span.start, span.end) - 40
    assert_untouched_outside(before, after, spans, probe(source).duration - 0.1)
    assert not vad.speech(out, Control())
    assert picture_packets(out) == picture_packets(source)
