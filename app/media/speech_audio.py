"""Speech as WAV bytes: decoding what a service sends, finding where it sounds, cutting silence at its ends."""

import io
import wave
from dataclasses import dataclass

import av
import numpy as np
from numpy.typing import NDArray

from app.errors import MediaError
from app.models.timing import Span

QUIET_DB = -45.0
"""Below this, in dB under the loudest 10 ms, speech counts as silence; breath and room noise of Piper's English voice
and of espeak-ng lie under -60 dB, their weakest consonants above -40 dB."""

_WINDOW_SECONDS = 0.01


@dataclass(frozen=True)
class Sound:
    """Mono speech: `samples` is int16, shape (n,); `rate` in Hz."""

    samples: NDArray[np.int16]
    rate: int

    @property
    def duration(self) -> float:
        """Length in seconds."""
        return len(self.samples) / self.rate

    def cut(self, span: Span) -> "Sound":
        """Return what sounds in `span`."""
        return Sound(self.samples[round(span.start * self.rate) : round(span.end * self.rate)], self.rate)

    def wav(self) -> bytes:
        """Return the bytes of a WAV file, 16 bit."""
        out = io.BytesIO()
        with wave.open(out, "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(self.rate)
            file.writeframes(self.samples.tobytes())
        return out.getvalue()


def read_wav(data: bytes) -> Sound:
    """Return the sound in a mono 16-bit WAV file. Raises `MediaError` when it is anything else."""
    try:
        with wave.open(io.BytesIO(data), "rb") as file:
            if file.getnchannels() != 1 or file.getsampwidth() != 2:
                raise MediaError("The speech is not mono with 16 bits.", hint="Delete the cache and speak again.")
            return Sound(np.frombuffer(file.readframes(file.getnframes()), dtype=np.int16), file.getframerate())
    except (wave.Error, EOFError, ValueError) as error:
        raise MediaError(f"The speech is not a WAV file: {error}.", hint="Delete the cache and speak again.") from error


def decode_to_wav(data: bytes) -> bytes:
    """Return MP3 bytes as a mono 16-bit WAV file at the MP3's own rate. Raises `MediaError` when they are no MP3."""
    # a closed list of containers: what a server sends must not make the decoder open other files
    closed = {"format_whitelist": "mp3", "protocol_whitelist": "file,pipe"}
    try:
        with av.open(io.BytesIO(data), "r", format="mp3", options=closed) as file:
            rate = file.streams.audio[0].rate
            resampler = av.AudioResampler(format="s16", layout="mono", rate=rate)
            frames = [piece for frame in file.decode(audio=0) for piece in resampler.resample(frame)]
            frames += resampler.resample(None)
    except (av.FFmpegError, IndexError) as error:
        raise MediaError(
            f"The sound that was received is no MP3: {error}.", hint="Try again, or another voice."
        ) from error
    if not frames:
        raise MediaError("The sound that was received is empty.", hint="Try again, or another voice.")
    return Sound(np.concatenate([frame.to_ndarray().reshape(-1) for frame in frames]), rate).wav()


def sounding(sound: Sound) -> Span | None:
    """Return from when to when there is anything but silence; None when there is only silence."""
    loud = _loud(sound)
    if not len(loud):
        return None
    step = _window(sound) / sound.rate
    return Span(start=loud[0] * step, end=min(sound.duration, (loud[-1] + 1) * step))


def silences(sound: Sound) -> list[Span]:
    """Return from when to when there is silence between what sounds."""
    loud, step = _loud(sound), _window(sound) / sound.rate
    pairs = zip(loud[:-1].tolist(), loud[1:].tolist(), strict=True)
    return [Span(start=(a + 1) * step, end=b * step) for a, b in pairs if b > a + 1]


def _window(sound: Sound) -> int:
    return max(1, round(_WINDOW_SECONDS * sound.rate))


def _loud(sound: Sound) -> NDArray[np.int64]:
    """Return the numbers of the windows that are not silence."""
    window = _window(sound)
    count = -(-len(sound.samples) // window)
    padded = np.zeros(count * window)
    padded[: len(sound.samples)] = sound.samples
    power = (padded.reshape(count, window) ** 2).mean(axis=1) if count else np.zeros(0)
    if not len(power) or power.max() < 1.0:  # under one step of 16 bits
        return np.zeros(0, np.int64)
    return np.flatnonzero(power > power.max() * 10 ** (QUIET_DB / 10))
