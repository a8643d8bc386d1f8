"""What a brand puts into the picture besides text: the logo on every shot, and the end card behind the last one."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from app.media.colours import TAGS
from app.models.edit import Canvas, EndCard, Logo
from app.models.timing import OUTPUT_FPS

_HIGHEST = 0.2  # of the canvas' height: a logo that stands upright gets less wide instead
_ON_CARD = 2.4  # times as wide as on shots
_WIDEST = 0.6  # of the canvas
_FOOT = 0.44  # of the canvas' height: the logo of an end card stands on this line, the text is below it


@dataclass(frozen=True)
class Stamp:
    """A logo's film and where it may stand: `safe` are left, top, right and bottom of the safe area as shares of the
    canvas, `size` the logo's own pixels."""

    path: Path
    stream: int
    size: tuple[int, int]
    logo: Logo
    safe: tuple[float, float, float, float]


def stamped(base: str, number: int, stamp: Stamp, canvas: Canvas, *, on_card: bool) -> str:
    """Return a graph that draws the logo, which is input `number`, over what the graph `base` gives."""
    share = min(_WIDEST, _ON_CARD * stamp.logo.width) if on_card else stamp.logo.width
    wide, high = _size(share, stamp, canvas)
    x, y = _on_card(wide, high, stamp, canvas) if on_card else _corner(wide, high, stamp, canvas)
    opacity = "" if on_card else f"colorchannelmixer=aa={stamp.logo.opacity:.3f},"
    scaled = f"format=bgra,{opacity}scale={wide}:{high}:flags=lanczos:out_color_matrix=bt709:out_range=tv"
    logo = f"[{number}:{stamp.stream}]{scaled},format=yuva420p[logo]"
    return f"{base}[base];{logo};[base][logo]overlay=x={x}:y={y}:format=yuv420"


def card(end: EndCard, canvas: Canvas) -> str:
    """Return a graph of one colour for as long as the end card is on screen: made once and repeated."""
    colour = f"color=c=0x{end.background}:s={canvas.width}x{canvas.height}:r={OUTPUT_FPS}:d=1"
    once = "trim=end_frame=1,format=gbrp,scale=flags=accurate_rnd:out_color_matrix=bt709:out_range=tv"
    return f"{colour},{once},format=yuv420p,{TAGS},setsar=1,tpad=stop={end.frames - 1}:stop_mode=clone"


def _size(share: float, stamp: Stamp, canvas: Canvas) -> tuple[int, int]:
    wide = share * canvas.width
    high = wide * stamp.size[1] / stamp.size[0]
    fit = min(1.0, _HIGHEST * canvas.height / high)
    wide, high = (max(2, 2 * round(side * fit / 2)) for side in (wide, high))
    return int(wide), int(high)


def _corner(wide: int, high: int, stamp: Stamp, canvas: Canvas) -> Iterator[int]:
    left, top, right, bottom = stamp.safe
    x = left * canvas.width if stamp.logo.corner.endswith("left") else right * canvas.width - wide
    y = top * canvas.height if stamp.logo.corner.startswith("top") else bottom * canvas.height - high
    return (_even(value) for value in (x, y))


def _on_card(wide: int, high: int, stamp: Stamp, canvas: Canvas) -> Iterator[int]:
    left, _, right, _ = stamp.safe  # the lines below it are in the middle of the safe area
    return (_even(value) for value in ((left + right) / 2 * canvas.width - wide / 2, _FOOT * canvas.height - high))


def _even(pixels: float) -> int:
    """Chroma is stored for every second pixel."""
    return 2 * int(max(0.0, pixels) / 2)
