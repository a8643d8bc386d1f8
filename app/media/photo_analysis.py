"""A photograph measured as footage is: one shot that stands still, as sharp and as well lit as it is."""

from pathlib import Path

import numpy as np
from PIL import Image

from app.media.containers import MAX_PIXELS
from app.media.faces import FaceFinder
from app.media.focus import focus_of
from app.media.judge import is_blurred, score_of
from app.media.photo import read_photo
from app.media.shots import BLACK_CONTRAST, BLACK_LUMA
from app.media.signals import difference_hash, sharpness_of, thumb_of
from app.models.media import Analysis, MediaInfo, Moment, RejectReason, Shot
from app.models.timing import Span

PHOTO_SECONDS = 4.5
"""How long a photograph may be on screen: a slot of 4 s and half a dissolve on either side of it."""

_STEP = 0.25
_SEEN = 1280  # pixels along the longer side at which a photograph is measured, as footage of 720 lines
_FACES_SEEN = 320


def analyze_photo(path: Path, info: MediaInfo, version: int, max_pixels: int = MAX_PIXELS) -> Analysis:
    """Return the photograph as one shot of `PHOTO_SECONDS` that stands still. Raises `MediaError` as `photo_info`."""
    picture = read_photo(path, max_pixels=max_pixels)
    picture.thumbnail((_SEEN, _SEEN))
    moments = _moments(picture)
    first = moments[0]
    reject, detail = _rejection(first)
    score, reasons = score_of(sharpness=first.sharpness, luma=first.luma, contrast=first.contrast, motion=0.3)
    shot = Shot(
        index=0,
        span=Span(start=0.0, end=PHOTO_SECONDS),
        motion=0.0,
        sharpness=first.sharpness,
        luma=first.luma,
        contrast=first.contrast,
        dhash=first.dhash,
        score=0.0 if reject else score,
        reasons={} if reject else reasons,
        reject=reject,
        reject_detail=detail,
        moments=moments,
    )
    return Analysis(
        content_hash=info.content_hash, version=version, duration=PHOTO_SECONDS, step=_STEP, shots=(shot,), speech=()
    )


def _moments(picture: Image.Image) -> tuple[Moment, ...]:
    y, u, v = (np.asarray(plane) for plane in picture.convert("YCbCr").split())
    thumb = thumb_of(y, u[::2, ::2], v[::2, ::2])
    small = picture.copy()
    small.thumbnail((_FACES_SEEN, _FACES_SEEN))
    focus = focus_of(thumb.y).evolve(faces=FaceFinder().find(np.asarray(small)))
    measured = Moment(
        time=_STEP / 2,
        motion=0.3,  # the camera will move
        sharpness=round(sharpness_of(y), 3),
        luma=round(float(thumb.y.mean()), 2),
        contrast=round(float(thumb.y.std()), 2),
        dhash=f"{difference_hash(thumb.y):016x}",
        focus=focus,
    )
    times = (round(_STEP * (n + 0.5), 6) for n in range(int(PHOTO_SECONDS / _STEP)))
    return tuple(measured.evolve(time=time) for time in times)


def _rejection(moment: Moment) -> tuple[RejectReason | None, str]:
    if moment.luma < BLACK_LUMA and moment.contrast < BLACK_CONTRAST:
        return "black", f"mean luma {moment.luma:.1f} and contrast {moment.contrast:.1f}"
    if is_blurred(moment.sharpness, moment.contrast):
        return "blurred", f"sharpness {moment.sharpness:.1f} at contrast {moment.contrast:.0f}"
    return None, ""
