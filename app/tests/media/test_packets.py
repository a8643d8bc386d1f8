"""What our own MP4s tell when none of their pictures is decoded: the same, but for what only pictures tell."""

from pathlib import Path

import av
import pytest

from app.media.packets import open_packets, picture_times
from app.tests.footage import make_clip


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return make_clip(tmp_path / "clip.mp4", seconds=1.0, size=(320, 240), cuts=(0.5,))


def test_the_packets_are_those_that_an_opened_decoder_sees(clip: Path) -> None:
    with av.open(str(clip)) as whole, open_packets(clip) as bare:
        wanted = [(packet.pts, packet.dts, packet.is_keyframe, bytes(packet)) for packet in whole.demux(video=0)]
        assert [(packet.pts, packet.dts, packet.is_keyframe, bytes(packet)) for packet in bare.demux(video=0)] == wanted


def test_what_the_index_says_is_known_and_no_codec_was_opened(clip: Path) -> None:
    with av.open(str(clip)) as whole, open_packets(clip) as bare:
        known, found = whole.streams.video[0].codec_context, bare.streams.video[0].codec_context
        assert (found.extradata, found.width, found.height) == (known.extradata, known.width, known.height)
        assert (found.colorspace, found.color_primaries, found.color_trc) == (
            known.colorspace,
            known.color_primaries,
            known.color_trc,
        )
        assert known.pix_fmt == "yuv420p"
        assert found.pix_fmt is None


def test_times_are_in_decoding_order(clip: Path) -> None:
    with av.open(str(clip)) as container:
        wanted = [packet.pts for packet in container.demux(video=0) if packet.size]
    assert picture_times(clip) == wanted
    assert len(wanted) == 30


@pytest.mark.parametrize("content", [b"", b"no film", b"\0\0\0\x08free"])
def test_what_cannot_be_read_has_none(tmp_path: Path, content: bytes) -> None:
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(content)
    assert picture_times(broken) == []


def test_a_file_of_sound_has_none(tmp_path: Path) -> None:
    sound = tmp_path / "sound.m4a"
    with av.open(str(sound), "w", format="mp4") as target:
        stream = target.add_stream("aac", rate=48000)
        frame = av.AudioFrame(format="fltp", layout="stereo", samples=1024)
        frame.sample_rate = 48000
        for plane in frame.planes:
            plane.update(bytes(plane.buffer_size))
        for packet in [*stream.encode(frame), *stream.encode(None)]:
            target.mux(packet)
    assert picture_times(sound) == []
