import io

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from app.errors import MediaError
from app.media.speech_audio import Sound, decode_to_wav, read_wav, sounding
from app.models.timing import Span

RATE = 24000


def tone(seconds: float, level: int = 8000) -> NDArray[np.int16]:
    return (level * np.sin(np.arange(round(seconds * RATE)) * 2 * np.pi * 300 / RATE)).astype(np.int16)


def silence(seconds: float) -> NDArray[np.int16]:
    return np.zeros(round(seconds * RATE), dtype=np.int16)


def mp3_of(samples: NDArray[np.int16]) -> bytes:
    out = io.BytesIO()
    with av.open(out, "w", format="mp3") as file:
        stream = file.add_stream("libmp3lame", rate=RATE, layout="mono")
        frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate = RATE
        for packet in [*stream.encode(frame), *stream.encode(None)]:
            file.mux(packet)
    return out.getvalue()


def test_a_wav_is_read_as_it_was_written() -> None:
    sound = Sound(tone(0.5), RATE)
    again = read_wav(sound.wav())
    assert again.rate == RATE
    assert again.duration == 0.5
    assert np.array_equal(again.samples, sound.samples)


def test_a_cut_is_exact() -> None:
    assert Sound(tone(1.0), RATE).cut(Span(start=0.25, end=0.5)).duration == 0.25


def test_where_it_sounds() -> None:
    heard = sounding(Sound(np.concatenate([silence(0.3), tone(0.5), silence(0.7)]), RATE))
    assert heard is not None
    assert (heard.start, heard.end) == pytest.approx((0.3, 0.8), abs=0.011)


@pytest.mark.parametrize("samples", [silence(1.0), silence(0.0)])
def test_silence_does_not_sound(samples: NDArray[np.int16]) -> None:
    assert sounding(Sound(samples, RATE)) is None


def test_an_mp3_becomes_a_wav_of_the_same_length() -> None:
    sound = read_wav(decode_to_wav(mp3_of(np.concatenate([silence(0.5), tone(0.5), silence(0.5)]))))
    assert sound.rate == RATE
    assert sound.duration == pytest.approx(1.5, abs=0.1)
    heard = sounding(sound)
    assert heard is not None
    assert (heard.start, heard.end) == pytest.approx((0.5, 1.0), abs=0.08)


@pytest.mark.parametrize(
    "data", [b"", b"nonsense" * 100, b"#EXTM3U\nhttp://127.0.0.1/x.mp3\n", Sound(tone(0.2), RATE).wav()]
)
def test_what_is_no_mp3_is_refused(data: bytes) -> None:
    with pytest.raises(MediaError):
        decode_to_wav(data)


@pytest.mark.parametrize("data", [b"", b"RIFF", b"nonsense" * 10])
def test_what_is_no_wav_is_refused(data: bytes) -> None:
    with pytest.raises(MediaError):
        read_wav(data)
