"""What a browser is shown instead of footage that it may not be able to play, and to find one's way in it."""

from typing import Literal

from app.models.base import Record

PreviewKind = Literal["thumbnail", "picture", "strip", "peaks", "proxy"]
PreviewState = Literal["there", "missing", "failed"]
"""`failed`: it cannot be made of this content, and is not tried again when it is asked for."""


class PreviewFailure(Record):
    """That a preview cannot be made, by the error's code: as all who have the content are told, it names no file."""

    code: str


class StripLayout(Record):
    """How the pictures of a strip lie in it: row by row from the upper left, `count` of them, the rest is black.

    Sizes are pixels. Picture n was on screen in the middle of the `seconds_each` seconds from `n * seconds_each` on.
    """

    count: int
    columns: int
    rows: int
    tile_width: int
    tile_height: int
    seconds_each: float


class Peaks(Record):
    """The outline of a sound, from second 0 of its file on, as JSON of the program audiowaveform (version 2).

    `data` holds the lowest and the highest sample, -128 to 127, of every channel together, for each `samples_per_pixel`
    samples at `sample_rate` Hz: `length` pairs.
    """

    version: Literal[2] = 2
    channels: Literal[1] = 1
    sample_rate: int
    samples_per_pixel: int
    bits: Literal[8] = 8
    length: int
    data: tuple[int, ...]
