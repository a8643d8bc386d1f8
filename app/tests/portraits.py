"""Drawn people: no photograph of anybody, and yet a face finder finds their faces."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFilter

Picture = npt.NDArray[np.uint8]
Colour = tuple[int, int, int]

_FINE = 3  # drawn so many times larger, then shrunk: smooth edges
_HAIR, _SKIN, _SHADE, _LIPS, _DARK, _WHITE = (
    (50, 35, 25), (215, 170, 140), (185, 140, 112), (170, 80, 80), (50, 32, 30), (245, 245, 245),
)  # fmt: skip
_SHIRT = (40, 50, 90)


class Person(NamedTuple):
    """Somebody who looks into the camera: the middle of the face and half its width, in pixels."""

    x: float
    y: float
    half: float


def portrait(size: tuple[int, int], people: Sequence[Person], behind: Colour = (90, 100, 110)) -> Picture:
    """Return (height, width, 3) uint8 RGB of people from the chest up in front of an even wall."""
    image = Image.new("RGB", (size[0] * _FINE, size[1] * _FINE), behind)
    for person in people:
        _draw(ImageDraw.Draw(image), Person(*(value * _FINE for value in person)))
    return np.asarray(image.filter(ImageFilter.GaussianBlur(_FINE * 0.8)).resize(size, Image.Resampling.BOX))


def luma(picture: Picture) -> Picture:
    """Return the (height, width) uint8 luma of an RGB picture."""
    return np.asarray(Image.fromarray(picture).convert("L"))


def _draw(draw: ImageDraw.ImageDraw, person: Person) -> None:
    def around(x: float, y: float, wide: float, high: float) -> tuple[float, float, float, float]:
        left, top = person.x + (x - wide) * person.half, person.y + (y - high) * person.half
        return left, top, left + 2 * wide * person.half, top + 2 * high * person.half

    ellipse, box = draw.ellipse, draw.rectangle
    ellipse(around(0, 2.75, 1.6, 1.25), fill=_SHIRT)
    box(around(0, 1.3, 0.4, 0.5), fill=_SHADE)
    ellipse(around(0, -0.15, 1.05, 1.3), fill=_HAIR)
    ellipse(around(0, 0.1, 0.85, 1.15), fill=_SKIN)
    _draw_eyes(around, ellipse, box)
    box(around(0, 0.12, 0.06, 0.2), fill=_SHADE)
    ellipse(around(0, 0.33, 0.14, 0.05), fill=_SHADE)
    ellipse(around(0, 0.68, 0.32, 0.1), fill=_LIPS)
    box(around(0, 0.68, 0.3, 0.02), fill=_DARK)


def _draw_eyes(
    around: Callable[[float, float, float, float], tuple[float, float, float, float]],
    ellipse: Callable[..., None],
    box: Callable[..., None],
) -> None:
    for side in (-0.36, 0.36):
        ellipse(around(side, -0.1, 0.2, 0.11), fill=_WHITE)
        ellipse(around(side, -0.1, 0.1, 0.11), fill=_DARK)
        box(around(side, -0.35, 0.22, 0.05), fill=_DARK)
