"""The part of a picture that a shot shows, and how it travels over it: filters for any move of the window.

ffmpeg's crop moves by whole pixels, and two of them where chroma is stored for every second one: a slow pan would
step. So what the window passes over is cut out once, and `perspective` takes the window from it at 1/256 of a pixel
(cubic). It works at the source's size where that is smaller than the canvas: 17 ms a frame of 1080p, measured; a
window that stays where it is costs what a plain crop does.
"""

from app.media.colours import Colours, scale_options, to_bt709
from app.models.edit import Canvas, Move, View
from app.models.media import Box
from app.models.timing import FrameSpan


def window_of(view: View, picture: tuple[int, int], canvas: Canvas) -> Box:
    """Return the window in shares of the upright picture of that size (in square pixels), kept inside it."""
    shape = canvas.width / canvas.height * picture[1] / picture[0]  # the canvas' shape in shares
    width, height = min(1.0, shape) / view.zoom, min(1.0, 1 / shape) / view.zoom
    left = min(max(view.x - width / 2, 0.0), 1 - width)
    top = min(max(view.y - height / 2, 0.0), 1 - height)
    return Box(left=left, top=top, right=left + width, bottom=top + height)


def still_window(view: View, picture: tuple[int, int], canvas: Canvas) -> str:
    """Return the filter that cuts the window out of a picture of that shape; pixels go two by two."""
    return _cut(window_of(view, picture, canvas))


def moving_window(
    move: Move, picture: tuple[int, int], canvas: Canvas, colours: Colours, travel: FrameSpan, hold: str = ""
) -> str:
    """Return filters from pictures of that shape to the canvas, with the window on its way.

    `travel` are the frames of the move, counted from the first one that is shown (it may have begun before); ahead of
    them and behind them the window stands still.
    `hold` stands where the picture is ready and the window not yet taken: a photograph is repeated there.
    """
    begin, end = window_of(move.start, picture, canvas), window_of(move.end, picture, canvas)
    passed = _around(begin, end)
    # The larger window comes out as large as the canvas, unless the source has fewer pixels.
    wide = (passed.right - passed.left) / max(begin.right - begin.left, end.right - end.left) * canvas.width
    high = (passed.bottom - passed.top) / max(begin.bottom - begin.top, end.bottom - end.top) * canvas.height
    sized = f"scale=w='min(2*ceil(iw/2),{_up(wide)})':h='min(2*ceil(ih/2),{_up(high)})':{scale_options(colours)}"
    taken = _perspective(_within(begin, passed), _within(end, passed), travel)
    full = f"scale={canvas.width}:{canvas.height}:flags=bicubic,setsar=1"
    return ",".join(filter(None, [_cut(passed), sized, to_bt709(colours), "setsar=1", hold, taken, full]))


def _perspective(begin: Box, end: Box, travel: FrameSpan) -> str:
    """Return the filter that takes a window on its way; `on` is 1 at the first frame it gives."""
    done = f"clip((on-1+{-travel.start})/{max(1, travel.count - 1)},0,1)"
    eased = f"st(0,{done});st(1,ld(0)*ld(0)*(3-2*ld(0)))"  # no jerk where it starts and where it stops

    def at(name: str, first: float, last: float) -> str:
        return f"'{eased};{name}*({first:.6f}+{last - first:.6f}*ld(1))'"

    left, right = at("W", begin.left, end.left), at("W", begin.right, end.right)
    top, bottom = at("H", begin.top, end.top), at("H", begin.bottom, end.bottom)
    corners = f"x0={left}:y0={top}:x1={right}:y1={top}:x2={left}:y2={bottom}:x3={right}:y3={bottom}"
    return f"perspective={corners}:sense=source:eval=frame:interpolation=cubic"


def _around(one: Box, other: Box) -> Box:
    return Box(
        left=min(one.left, other.left),
        top=min(one.top, other.top),
        right=max(one.right, other.right),
        bottom=max(one.bottom, other.bottom),
    )


def _within(inner: Box, outer: Box) -> Box:
    """Return `inner` in shares of `outer`."""
    width, height = outer.right - outer.left, outer.bottom - outer.top
    return Box(
        left=(inner.left - outer.left) / width,
        top=(inner.top - outer.top) / height,
        right=(inner.right - outer.left) / width,
        bottom=(inner.bottom - outer.top) / height,
    )


def _cut(box: Box) -> str:
    """Return the filter that cuts a box out. Of an odd side, which chroma may not have, the last pixel is left out."""
    wide = f"min({_even('iw', box.right - box.left)},2*floor(iw/2))"
    high = f"min({_even('ih', box.bottom - box.top)},2*floor(ih/2))"
    return f"crop=w='{wide}':h='{high}':x='min({_even('iw', box.left)},iw-ow)':y='min({_even('ih', box.top)},ih-oh)'"


def _even(side: str, share: float) -> str:
    return f"2*round({side}*{share:.6f}/2)"


def _up(pixels: float) -> int:
    return 2 * -int(-pixels // 2)
