"""Photographs for tests: a textured scene with a coloured corner, saved as a phone or a camera would."""

from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from app.tests.footage import texture

ORIENTATION = 0x0112  # EXIF's tag


def scene(size: tuple[int, int] = (800, 600), seed: int = 3) -> Image.Image:
    """Return an RGB texture, red in its upper left corner."""
    picture = texture(seed, *size).copy()
    picture[: size[1] // 6, : size[0] // 6] = (220, 30, 30)
    return Image.fromarray(picture)


def photo(path: Path, size: tuple[int, int] = (800, 600), seed: int = 3, orientation: int = 1, **options: Any) -> Path:
    """Save a photograph that is shown upright at `size`, stored as its EXIF `orientation` asks; return `path`."""
    picture = scene(size, seed)
    stored = {1: None, 3: Image.Transpose.ROTATE_180, 6: Image.Transpose.ROTATE_90, 8: Image.Transpose.ROTATE_270}
    turn = stored[orientation]
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    (picture.transpose(turn) if turn is not None else picture).save(path, exif=exif, **options)
    return path


def is_red(pixel: Any) -> bool:
    """Whether an RGB pixel is the corner's."""
    red, green, blue = (int(value) for value in np.asarray(pixel)[:3])
    return red > 150 and max(green, blue) < 90
