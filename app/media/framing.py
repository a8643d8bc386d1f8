"""How a picture of any shape fills the canvas, as filter text made of numbers only.

    crop  a window of the picture, its middle or where the edit says, fills the canvas
    blur  the whole picture, over a blurred copy of itself that fills the canvas
    fit   the whole picture, with black beside it

ffmpeg turns the picture by its display matrix before the first filter; `TURNS` is for files that only have the old
tag, which it does not apply. Sizes are expressions
over what really arrives (`iw`, `ih`, and `sar`, the shape of a pixel), so a stream that changes size keeps working.
"""

from collections.abc import Mapping
from types import MappingProxyType

from app.media.colours import Colours, scale_options, to_bt709
from app.media.windows import moving_window, still_window
from app.models.edit import Canvas, FramingMode, Move
from app.models.media import Rotation
from app.models.timing import FrameSpan

TURNS: Mapping[Rotation, tuple[str, ...]] = MappingProxyType(
    {0: (), 90: ("transpose=clock",), 180: ("hflip", "vflip"), 270: ("transpose=cclock",)}
)
"""Filters for a clockwise turn in degrees."""

_BLUR_SHRINK = 8  # the background is blurred at an eighth of the size: 64 times fewer pixels, the same look
_BLUR_SIGMA = 0.04  # of the small background's width; measured by eye: shapes stay, edges and faces do not
_BLUR_LUMA = 0.72  # the background is darkened so that the picture stands out


def framing_filters(mode: FramingMode, canvas: Canvas, colours: Colours) -> str:
    """Return filters from any picture to the canvas: square pixels, BT.709 limited range, yuv420p."""
    if mode == "crop":
        return _filled(_cut_to_shape(canvas), canvas, colours)
    fitted = f"{_fit(canvas, colours)},{to_bt709(colours)},setsar=1"
    if mode == "fit":
        return f"{fitted},pad={canvas.width}:{canvas.height}:(ow-iw)/2:(oh-ih)/2:black"
    return f"{fitted},{_over_blurred_self(canvas)}"


def window_filters(move: Move, picture: tuple[int, int], canvas: Canvas, colours: Colours, travel: FrameSpan) -> str:
    """Return the same for a crop whose window is not the middle, or moves; `picture` is the source's upright size.

    `travel` is told in `moving_window`.
    """
    if move == Move():
        return framing_filters("crop", canvas, colours)
    if move.still:
        return _filled(still_window(move.start, picture, canvas), canvas, colours)
    return moving_window(move, picture, canvas, colours, travel)


def _filled(cut: str, canvas: Canvas, colours: Colours) -> str:
    return f"{cut},{_cover(canvas.width, canvas.height, colours)},{to_bt709(colours)},setsar=1"


def _cut_to_shape(canvas: Canvas) -> str:
    """Cut away, before scaling, what cannot show: scaling it would cost three times the pixels.

    Pixels go four by four, two on each side, as chroma is stored for every second one: a cut at an odd place would
    be moved, and a small picture with it by many pixels of the canvas. `_cover` cuts the rest.
    """
    shape = f"{canvas.width}/{canvas.height}"
    wide = f"iw-4*floor(max(0,iw-ih*{shape}/sar)/4)"
    high = f"ih-4*floor(max(0,ih-iw*sar/({shape}))/4)"
    return f"crop=w='{wide}':h='{high}'"


def _cover(width: int, height: int, colours: Colours) -> str:
    """Scale to the smallest size, in square pixels, that covers width x height, and cut to it."""
    wide, high = f"2*ceil(max({width},{height}*dar)/2-0.01)", f"2*ceil(max({height},{width}/dar)/2-0.01)"
    return f"scale=w='{wide}':h='{high}':{scale_options(colours)},crop={width}:{height}"


def _fit(canvas: Canvas, colours: Colours) -> str:
    """Scale to the largest even size, in square pixels, inside the canvas."""
    wide = f"max(2,2*round(min({canvas.width},{canvas.height}*dar)/2))"
    high = f"max(2,2*round(min({canvas.height},{canvas.width}/dar)/2))"
    return f"scale=w='{wide}':h='{high}':{scale_options(colours)}"


def _over_blurred_self(canvas: Canvas) -> str:
    small_width, small_height = (max(2, side // _BLUR_SHRINK // 2 * 2) for side in (canvas.width, canvas.height))
    sigma = max(1.0, small_width * _BLUR_SIGMA)
    background = (
        f"{_cut_to_shape(canvas)},{_cover(small_width, small_height, Colours())},gblur=sigma={sigma:.2f},"
        f"lutyuv=y='16+(val-16)*{_BLUR_LUMA}',scale={canvas.width}:{canvas.height}:flags=bicubic,setsar=1"
    )
    # even offsets: chroma is stored for every second pixel
    place = "overlay=x='2*trunc((W-w)/4)':y='2*trunc((H-h)/4)':format=yuv420"
    return f"split[front][back];[back]{background}[behind];[behind][front]{place}"
