"""Where captions stand: every word's place in the safe area, measured before anything is drawn."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from app.media.fonts import font_runs, metrics, shown_text, style_scale, text_measure
from app.models.edit import Canvas, Cue, CueWord
from app.models.preset import CaptionStyle, Preset

POP_ROOM = 0.06
"""Em a spoken word may grow to each side: a long one grows less, or it would touch its neighbours."""

_BLUR_REACH = 2.0  # an outline blurred by b is no longer seen 2 b further out (measured on all styles)
_ROUNDING = 4.0  # style pixels: libass rounds where letters go, by up to 2 pixels over a long line (measured)
_TAILS = 0.12  # em a box reaches below the last baseline, besides its padding: the tails of letters


@dataclass(frozen=True)
class Area:
    """A rectangle in pixels of the canvas."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True)
class Placed:
    """A word with its drawn text, its width, the middle of its slot and its baseline, in pixels of the canvas."""

    word: CueWord
    text: str
    width: float
    middle: float
    baseline: float


@dataclass(frozen=True)
class Block:
    """A cue laid out: its words, the rectangle of its box, and how much smaller than the style it is drawn."""

    words: tuple[Placed, ...]
    box: Area
    shrink: float


def safe_rectangle(preset: Preset, canvas: Canvas) -> Area:
    """Return the preset's safe area in pixels of `canvas`, which may be a smaller draft of the preset's canvas."""
    across, down = canvas.width / preset.width, canvas.height / preset.height
    margin = preset.safe_area
    return Area(
        margin.left * across,
        margin.top * down,
        canvas.width - margin.right * across,
        canvas.height - margin.bottom * down,
    )


def line_limit(style: CaptionStyle, canvas: Canvas, preset: Preset) -> float:
    """Return the widest a line of text may be, in pixels as `text_measure` measures, to stay in the safe area.

    What surrounds the letters (outline, shadow, box) and a spoken word's enlargement is already taken off.
    """
    safe = safe_rectangle(preset, canvas)
    growth = POP_ROOM * style.font_size if style.pop > 1 else 0.0
    return safe.right - safe.left - 2 * (_reach(style) + growth) * style_scale(canvas)


def lay_out(cue: Cue, language: str, style: CaptionStyle, canvas: Canvas, preset: Preset) -> Block:
    """Return where the cue's words and box stand on `canvas`; nothing that cannot be drawn takes any room.

    The block is centred in `preset`'s safe area, at the style's height in it, and shrunk when a line is too wide.
    """
    scale, measure = style_scale(canvas), text_measure(style, canvas)
    lines = [line for line in _shown_lines(cue, language, style) if line]
    widths = [_line_width([text for _, text in line], measure) for line in lines]
    shrink = min(1.0, line_limit(style, canvas, preset) / max([1.0, *widths]))
    em = style.font_size * scale * shrink
    safe = safe_rectangle(preset, canvas)
    reach = _reach(style) * scale
    baselines = _baselines(len(lines), em, style, safe, reach)
    centre = (safe.left + safe.right) / 2
    words = [
        placed
        for line, width, baseline in zip(lines, widths, baselines, strict=True)
        for placed in _placed(line, centre - width * shrink / 2, baseline, shrink, measure)
    ]
    half = max(widths, default=0.0) * shrink / 2 + style.box_padding * scale
    cap, low = metrics(style.font_file).cap * em, em * _TAILS
    top, bottom = (baselines[0] - cap, baselines[-1] + low) if baselines else (0.0, 0.0)
    pad = style.box_padding * scale
    return Block(tuple(words), Area(centre - half, top - pad, centre + half, bottom + pad), shrink)


def mark_of(placed: Placed, style: CaptionStyle, em: float) -> Area:
    """Return the box that stands behind a word while it is spoken, at a size of `em` pixels: its capitals and padding.

    What a style's padding must hold besides are accents above the capitals and tails below them.
    """
    pad = style.mark_padding * em / style.font_size
    left = placed.middle - placed.width / 2
    right = left + placed.width - style.letter_spacing * em
    top = placed.baseline - metrics(style.font_file).cap * em
    return Area(left - pad, top - pad, right + pad, placed.baseline + pad)


def _shown_lines(cue: Cue, language: str, style: CaptionStyle) -> Iterator[list[tuple[CueWord, str]]]:
    ends = list(accumulate(cue.lines))
    for start, end in zip([0, *ends], ends, strict=False):
        shown = ((word, shown_text(style, word.text, language)) for word in cue.words[start:end])
        drawn = ((word, "".join(part for _, part in font_runs(style, text)).strip()) for word, text in shown)
        yield [(word, text) for word, text in drawn if text]


def _line_width(texts: Sequence[str], measure: Callable[[str], float]) -> float:
    return sum(map(measure, texts)) + _space(measure) * (len(texts) - 1)


def _space(measure: Callable[[str], float]) -> float:
    return measure("n n") - measure("nn")


def _placed(
    line: Sequence[tuple[CueWord, str]], left: float, baseline: float, shrink: float, measure: Callable[[str], float]
) -> Iterator[Placed]:
    for word, text in line:
        width = measure(text) * shrink
        yield Placed(word, text, width, left + width / 2, baseline)
        left += width + _space(measure) * shrink


def _baselines(count: int, em: float, style: CaptionStyle, safe: Area, reach: float) -> list[float]:
    """Return the lines' baselines: the block's capitals centred at the style's position, all of it in the safe area."""
    font, pitch = metrics(style.font_file), style.line_height * em
    height = font.cap * em + (count - 1) * pitch
    wanted = safe.top + style.position * (safe.bottom - safe.top) - height / 2
    highest = safe.top + reach + (font.ascent - font.cap) * em * style.pop
    lowest = safe.bottom - reach - height - font.descent * em * style.pop
    top = max(min(wanted, lowest), highest)
    return [top + font.cap * em + line * pitch for line in range(count)]


def _reach(style: CaptionStyle) -> float:
    """How far, in pixels at the style's own size, drawing goes beyond the letters."""
    around = style.outline + _BLUR_REACH * style.blur + style.shadow
    boxes = max(style.box_padding if style.box_opacity else 0.0, style.mark_padding if style.mark else 0.0)
    return max(around, boxes) + _ROUNDING
