"""Footage that was never filmed: analyses with known shots, looks and hashes."""

import hashlib
import random
from collections.abc import Callable, Sequence

from app.editing.candidates import Footage
from app.models.media import Analysis, MediaInfo, Moment, RejectReason, Shot
from app.models.timing import Span

STEP = 0.25


def content_hash(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


def unrelated_hash(*seed: object) -> str:
    """Return a hash that differs from any other in about 32 of its 64 bits."""
    return hashlib.sha256(repr(seed).encode()).hexdigest()[:16]


def moment(time: float, **looks: float | str) -> Moment:
    values: dict[str, float | str] = {"motion": 2.0, "sharpness": 300.0, "luma": 120.0, "contrast": 45.0}
    return Moment.model_validate({"time": time, "dhash": "0" * 16, **values, **looks})


def shot(
    index: int,
    start: float,
    end: float,
    look: Callable[[float], Moment] | None = None,
    score: float = 0.6,
    reject: RejectReason | None = None,
) -> Shot:
    """Return a shot with a moment every `STEP` seconds; by default they vary a little and all hashes are unrelated."""
    count = max(1, int((end - start) / STEP))
    times = [start + STEP * (n + 0.5) for n in range(count)]
    rng = random.Random(f"{index}/{start}/{end}")  # noqa: S311
    moments = tuple(
        look(t) if look else moment(t, sharpness=rng.uniform(150, 500), dhash=unrelated_hash(index, t)) for t in times
    )
    return Shot(
        index=index,
        span=Span(start=start, end=end),
        motion=2.0,
        sharpness=300.0,
        luma=120.0,
        contrast=45.0,
        dhash=moments[len(moments) // 2].dhash,
        score=score,
        reject=reject,
        reject_detail="measured" if reject else "",
        moments=moments,
    )


def footage(name: str, shots: Sequence[Shot], duration: float | None = None) -> Footage:
    length = duration if duration is not None else shots[-1].span.end
    info = MediaInfo(
        content_hash=content_hash(name),
        size_bytes=1,
        container="mov,mp4",
        duration=length,
        has_video=True,
        fps=30.0,
        width=1080,
        height=1920,
    )
    analysis = Analysis(content_hash=info.content_hash, version=1, duration=length, step=STEP, shots=tuple(shots))
    return Footage(info=info, name=name, analysis=analysis)


def cut_footage(name: str, lengths: Sequence[float]) -> Footage:
    """Return a file of shots of `lengths` seconds, each moment unlike every other."""
    shots, start = [], 0.0
    for index, length in enumerate(lengths):
        salt = f"{name}/{index}"

        def look(time: float, salt: str = salt) -> Moment:
            rng = random.Random(f"{salt}/{time}")  # noqa: S311
            return moment(time, sharpness=rng.uniform(150, 500), dhash=unrelated_hash(salt, time))

        shots.append(shot(index, start, start + length, look))
        start += length
    return footage(name, shots)


def take(name: str, seconds: float) -> Footage:
    """Return one uncut take in which the picture changes from second to second."""
    return cut_footage(name, [seconds])
