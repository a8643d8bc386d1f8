"""The outline of a sound: the lowest and the highest sample of each 25th of a second, in 8 bits.

Samples are taken as they are, at the file's own rate, so that a click is as high as it was recorded.
"""

from array import array
from pathlib import Path

import numpy as np
import numpy.typing as npt
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream

from app.errors import MediaError
from app.media.containers import MAX_PIXELS, open_media, shown, sound_stream
from app.media.decoding import decoded
from app.media.previews.proxy import OVER
from app.media.probe import start_seconds
from app.models.control import Control
from app.models.media import MediaInfo
from app.models.previews import Peaks

PER_SECOND = 25
"""Pairs a second: every usual rate of samples is a multiple of it. An hour is 90,000 pairs, about 600 KB of JSON."""

_USUAL_RATE = 48_000
_JITTER = 0.1  # s: less between two packets is rounding
_FULL = 128

Samples = npt.NDArray[np.float32]


def outline(path: Path, info: MediaInfo, control: Control, max_pixels: int = MAX_PIXELS) -> Peaks:
    """Return the outline of the file's first sound, silence where it has none. What does not decode is passed over.

    Raises `MediaError` (media_no_sound, those of `open_media`) and `Cancelled`.
    """
    with open_media(path, max_pixels) as container:
        stream = sound_stream(container)
        if stream is None:
            hint = "Only a file with sound has an outline of it."
            raise MediaError(f"{shown(path)} has no sound.", hint=hint, subject=shown(path), code="media_no_sound")
        reader = _Reader(_rate(stream))
        begin = start_seconds(container)
        for frame in decoded(container, stream):
            control.check()
            time = frame.time - begin if frame.time is not None else reader.seconds
            if time <= info.length + OVER:
                reader.take(frame, time)
            control.report(time / info.length if info.length else 0.0)
    return reader.peaks()


def _rate(stream: AudioStream) -> int:
    own = stream.codec_context.sample_rate
    return own if own and own % PER_SECOND == 0 else _USUAL_RATE


class _Reader:
    """Takes the frames of a sound in order; keeps two bytes for each 25th of a second."""

    def __init__(self, rate: int) -> None:
        self._rate, self._each = rate, rate // PER_SECOND
        self._pairs = array("b")
        self._low, self._high = np.zeros(0, np.float32), np.zeros(0, np.float32)  # of samples that fill no pair yet
        self._form: tuple[str, str, int] | None = None
        self._resampler: AudioResampler | None = None

    @property
    def seconds(self) -> float:
        """How much was taken."""
        return (len(self._pairs) // 2 * self._each + self._low.size) / self._rate

    def take(self, frame: AudioFrame, time: float) -> None:
        """Take the frame that sounds at that time, and the silence before it."""
        if time - self.seconds > _JITTER:
            self._be_silent(round((time - self.seconds) * self._rate))
        resampler = self._resampler_for(frame)
        frame.pts = None  # the resampler would complain about the gaps that were just filled
        for piece in resampler.resample(frame):
            samples = piece.to_ndarray()
            self._add(samples.min(axis=0), samples.max(axis=0))

    def peaks(self) -> Peaks:
        """Return all that was taken; a rest of less than a pair is filled up with silence."""
        if self._low.size:
            self._be_silent(self._each - self._low.size)
        return Peaks(
            sample_rate=self._rate,
            samples_per_pixel=self._each,
            length=len(self._pairs) // 2,
            data=tuple(self._pairs),
        )

    def _be_silent(self, count: int) -> None:
        fill = min(count, -self._low.size % self._each)
        self._add(*(np.zeros(fill, np.float32),) * 2)
        whole, rest = divmod(count - fill, self._each)
        self._pairs.extend(bytes(2 * whole))
        self._add(*(np.zeros(rest, np.float32),) * 2)

    def _add(self, low: Samples, high: Samples) -> None:
        low, high = np.concatenate([self._low, low]), np.concatenate([self._high, high])
        whole = low.size // self._each * self._each
        lowest = low[:whole].reshape(-1, self._each).min(axis=1)
        highest = high[:whole].reshape(-1, self._each).max(axis=1)
        self._pairs.frombytes(_in_bytes(np.stack([lowest, highest], axis=1)))
        self._low, self._high = low[whole:], high[whole:]

    def _resampler_for(self, frame: AudioFrame) -> AudioResampler:
        """Return what brings frames of this form to floats at our rate; a recording may change it midway."""
        form = (frame.format.name, frame.layout.name, frame.sample_rate)
        if self._resampler is None or form != self._form:
            self._resampler = AudioResampler(format="fltp", layout=frame.layout, rate=self._rate)
            self._form = form
        return self._resampler


def _in_bytes(samples: Samples) -> bytes:
    return np.clip(np.rint(samples * _FULL), -_FULL, _FULL - 1).astype(np.int8).tobytes()
