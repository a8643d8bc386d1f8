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
    """A logo's film of `size` pixels and where it may stand: `safe` are left, top, right and bottom of the safe area as
    shares of the canvas."""

    film: Path
    size: tuple[int, int]
    logo: Logo
    safe: tuple[float, float, float, float]
    on_card: bool


@dataclass(frozen=True)
class Stamps:
    """A logo as it is on shots and on the end card, None when it is not there."""

    shots: Stamp
    card: Stamp | None


def stamped(base: str, number: int, stamp: Stamp, canvas: Canvas) -> str:
    """Return a graph that draws the logo, which is input `number`, over what the graph `base` gives."""
    x, y = _on_card(stamp, canvas) if stamp.on_card else _corner(stamp, canvas)
    opacity = "" if stamp.on_card else f"colorchannelmixer=aa={stamp.logo.opacity:.3f},"
    sized = f"scale={stamp.size[0]}:{stamp.size[1]}"  # as the film is: a part's name has to tell its logo's size
    converted = f"{sized}:flags=accurate_rnd:out_color_matrix=bt709:out_range=tv,format=yuva420p"
    logo = f"[{number}:0]format=bgra,{opacity}{converted}[logo]"
    return f"{base}[base];{logo};[base][logo]overlay=x={x}:y={y}:format=yuv420"


def card(end: EndCard, canvas: Canvas) -> str:
    """Return a graph of one colour for as long as the end card is on screen: made once and repeated."""
    colour = f"color=c=0x{end.background}:s={canvas.width}x{canvas.height}:r={OUTPUT_FPS}:d=1"
    once = "trim=end_frame=1,format=gbrp,scale=flags=accurate_rnd:out_color_matrix=bt709:out_range=tv"
    return f"{colour},{once},format=yuv420p,{TAGS},setsar=1,tpad=stop={end.frames - 1}:stop_mode=clone"


def logo_size(logo: Logo, pixels: tuple[int, int], canvas: Canvas, *, on_card: bool) -> tuple[int, int]:
    """Return how large a logo of so many pixels is drawn: even numbers of the canvas' pixels."""
    wide = canvas.width * (min(_WIDEST, _ON_CARD * logo.width) if on_card else logo.width)
    high = wide * pixels[1] / pixels[0]
    fit = min(1.0, _HIGHEST * canvas.height / high)
    wide, high = (max(2, 2 * round(side * fit / 2)) for side in (wide, high))
    return int(wide), int(high)


def _corner(stamp: Stamp, canvas: Canvas) -> Iterator[int]:
    (wide, high), (left, top, right, bottom) = stamp.size, stamp.safe
    x = left * canvas.width if stamp.logo.corner.endswith("left") else right * canvas.width - wide
    y = top * canvas.height if stamp.logo.corner.startswith("top") else bottom * canvas.height - high
    return (_even(value) for value in (x, y))


def _on_card(stamp: Stamp, canvas: Canvas) -> Iterator[int]:
    (wide, high), (left, _, right, _) = stamp.size, stamp.safe  # lines below it are in the middle of the safe area
    return (_even(value) for value in ((left + right) / 2 * canvas.width - wide / 2, _FOOT * canvas.height - high))


def _even(pixels: float) -> int:
    """Chroma is stored for every second pixel."""
    return 2 * int(max(0.0, pixels) / 2)
