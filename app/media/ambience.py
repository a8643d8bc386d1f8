"""Voices out, what is around them kept: rain, steps and traffic go on where somebody spoke.

A network estimates the voice, and each frequency is turned down by as much of it as the voice holds. The holes are
filled with noise of the strengths that the place has where nobody speaks, and as alike left and right, or the rain
would come and go, or grow narrow, with every word. Of rain under recorded sentences (seven of them, 9 dB over it) over
25 dB of the voice go, and the place's own level stays within 0.5 dB where it could be listened to before, 1 dB where
a file begins with speech. Sound outside of speech and its fades is not touched by a single bit.

Everything goes through in blocks, so that memory does not grow with the length.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from app.media.envelope import Envelope, merged
from app.media.sound import SAMPLE_RATE, Curve
from app.media.voice_estimate import BLOCK, DELAY, VoiceEstimator
from app.models.timing import Span

FADE = 0.15
"""Seconds from the sound as it was to that without voices, on both sides of speech."""

LEAD = 2.0
"""Seconds before speech in which the network finds its feet and the place is listened to."""

Spectrum = npt.NDArray[np.complex128]
Sound = npt.NDArray[np.float32]
"""Any number of channels: float32 of shape (samples, channels)."""

_SIZE, _HOP = 2_048, 512  # 43 ms, as speech changes; Hann windows four deep add up to 1.5
_OVERLAP = 1.5
_STRENGTH = 4.0  # how much more the voice counts than the rest: 1 leaves 23 dB, 4 leaves 26 dB under the voice
_PLACE_SECONDS = 2.0  # over which the place's strengths are averaged
_NOBODY = 0.03  # a share of power of the voice below which nobody speaks
_TINY = 1e-12


class VoiceRemover:
    """One sound through it, block by block: `push` gives back what is finished, `rest` what is left at the end."""

    def __init__(self, channels: int, spans: Sequence[Span], estimator: VoiceEstimator, first: int = 0) -> None:
        self._spans, self._estimator = merged(spans), estimator
        self._envelope = Envelope(0.0, spans, FADE)
        self._before = _SIZE - _HOP  # samples of silence before the first, which is then in as many frames as others
        self._heard = np.zeros((self._before, channels), np.float32)  # from sample number `_done` on
        self._said = np.zeros(0, np.float32)  # the voice from the same sample on
        self._asked = first - self._before  # the sample up to which the estimator was given sound
        self._done = first - self._before  # the sample up to which all is given back
        self._late = DELAY
        self._frames = _Frames(channels)

    def push(self, block: Sound) -> Sound:
        """Take the next samples, and return those that are finished."""
        self._heard = np.concatenate([self._heard, block])
        while len(self._heard) - (self._asked - self._done) >= BLOCK:
            self._ask()
        return self._finished()

    def rest(self) -> Sound:
        """Return all that was pushed and not given back."""
        left = len(self._heard) - self._before
        silence = np.zeros((BLOCK + DELAY + 2 * _SIZE, self._heard.shape[1]), np.float32)
        return self.push(silence)[:left]

    def _ask(self) -> None:
        at = self._asked - self._done
        mono = self._heard[at : at + BLOCK].mean(axis=1)
        begin, end = self._asked / SAMPLE_RATE, (self._asked + BLOCK) / SAMPLE_RATE
        near = any(span.start - LEAD < end and begin < span.end + FADE + DELAY / SAMPLE_RATE for span in self._spans)
        voice = self._estimator.voice(mono) if near else np.full(BLOCK, np.nan, np.float32)  # nobody listened
        late = min(self._late, BLOCK)
        self._said = np.concatenate([self._said, voice[late:]])
        self._late -= late
        self._asked += BLOCK

    def _finished(self) -> Sound:
        """Take whole hops of what has its voice estimated through the frames."""
        ready = (min(len(self._said), len(self._heard)) - _SIZE) // _HOP
        if ready <= 0:
            return self._heard[:0]
        count = ready * _HOP
        without = self._frames.through(self._heard[: count + _SIZE - _HOP], self._said[: count + _SIZE - _HOP])
        keep = self._envelope.gain(range(self._done, self._done + count), SAMPLE_RATE)[:, None]
        given = np.where(keep == 1.0, self._heard[:count], keep * self._heard[:count] + (1 - keep) * without)
        self._heard, self._said, self._done = self._heard[count:], self._said[count:], self._done + count
        behind, self._before = min(self._before, count), max(0, self._before - count)
        return given[behind:].astype(np.float32)


class _Frames:
    """Overlapping spectra of the sound: voices turned down, holes filled, and back to samples."""

    def __init__(self, channels: int) -> None:
        self._window = np.hanning(_SIZE + 1)[:-1]
        self._tail = np.zeros((_SIZE - _HOP, channels))
        self._place = np.zeros((_SIZE // 2 + 1, channels, channels), np.complex128)
        self._shape = self._place
        self._heard_place = 0.0
        self._random = np.random.default_rng(0)  # the same sound gives the same bytes
        self._noise = self._random.standard_normal((_SIZE - _HOP, channels))

    def through(self, heard: Sound, said: Curve) -> npt.NDArray[np.float64]:
        """Return the first samples of `heard`, all but the overlap, without what of `said` is in them."""
        count = (len(heard) - _SIZE) // _HOP + 1
        more = self._random.standard_normal((count * _HOP, heard.shape[1]))
        self._noise = np.concatenate([self._noise, more])
        listened = ~np.isnan(said)
        spectra = self._spectra(heard)
        voice = self._spectra(np.nan_to_num(said)[:, None])[..., 0]
        middle = spectra.mean(axis=2)
        others, voiced = np.abs(middle - voice) ** 2, np.abs(voice) ** 2
        keep = others / (others + _STRENGTH * voiced + _TINY)
        nobody = voiced.sum(axis=1) < _NOBODY * (np.abs(middle) ** 2).sum(axis=1)
        nobody &= np.lib.stride_tricks.sliding_window_view(listened, _SIZE)[::_HOP].all(axis=1)
        filled = np.sqrt(1 - keep**2)[..., None] * self._noises(spectra, nobody)
        self._noise = self._noise[count * _HOP :]
        return self._samples(keep[..., None] * spectra + filled)

    def _spectra(self, sound: npt.NDArray[np.floating]) -> Spectrum:
        """Return spectra of shape (frames, frequencies, channels)."""
        frames = np.lib.stride_tricks.sliding_window_view(sound, _SIZE, axis=0)[::_HOP]
        spectra: Spectrum = np.fft.rfft(frames * self._window, axis=2).transpose(0, 2, 1)
        return spectra

    def _noises(self, spectra: Spectrum, nobody: npt.NDArray[np.bool_]) -> Spectrum:
        """Return noise that is as the place is in each frame, as learnt from frames without a voice: as loud in each
        channel, and as alike between them."""
        noises = self._spectra(self._noise)
        longest = _PLACE_SECONDS * SAMPLE_RATE / _HOP
        for number, alone in enumerate(nobody):
            if alone:
                self._heard_place = min(longest, self._heard_place + 1)
                now = spectra[number] / np.sqrt((self._window**2).sum())
                self._place += (now[:, :, None] * now[:, None, :].conj() - self._place) / self._heard_place
                self._shape = _factors(self._place)
            noises[number] = (self._shape * noises[number][:, None, :]).sum(axis=2)
        return noises

    def _samples(self, spectra: Spectrum) -> npt.NDArray[np.float64]:
        frames = np.fft.irfft(spectra.transpose(0, 2, 1), axis=2) * (self._window / _OVERLAP)
        added = np.concatenate([self._tail, np.zeros((len(frames) * _HOP, self._tail.shape[1]))])
        for number, frame in enumerate(frames):
            added[number * _HOP : number * _HOP + _SIZE] += frame.T
        whole = len(frames) * _HOP
        self._tail = added[whole:]
        return added[:whole]


def _factors(covariances: Spectrum) -> Spectrum:
    """Return what turns independent noises of power 1 into such with these covariances between channels: Cholesky's
    lower triangles, of shape (frequencies, channels, channels). Channels that are the same are no error."""
    factors = np.zeros_like(covariances)
    for column in range(covariances.shape[1]):
        known = factors[:, :, :column]
        left = covariances[:, :, column] - (known * known[:, [column]].conj()).sum(axis=2)
        strength = np.sqrt(np.maximum(left[:, column].real, _TINY**2))
        factors[:, column:, column] = left[:, column:] / strength[:, None]
    return factors
