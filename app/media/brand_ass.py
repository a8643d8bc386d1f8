"""A brand's text as libass draws it: the call to action above the captions, and the lines of the end card.

Both are laid out as captions are, in the captions' own font, so that nothing leaves the safe area and every letter
that a bundled font has is there; their events go behind the captions' in the same file.
"""

import re
from collections.abc import Iterator, Sequence

from app.media.ass import ass_document, line_limit, safe_rectangle
from app.media.fonts import metrics, style_scale, text_measure
from app.models.edit import CallToAction, Canvas, Captions, Cue, CueWord, Edit, EndCard
from app.models.preset import CaptionStyle, Preset
from app.models.timing import FrameSpan

_CALL_SIZE, _CARD_SIZE = 58.0, 88.0
"""Em, in pixels of a canvas whose shorter side is 1080."""
_PADDING, _RADIUS = 22.0, 18.0  # of the call's box, in the same pixels
_GAP = 20.0  # between that box and captions of two lines, in the same pixels
_CARD_MIDDLE = (0.5, 0.66)  # of the safe area's height: without a logo above the lines, and with it
_STYLE, _EVENT = re.compile(r"^Style: (\w+)"), re.compile(r"^(Dialogue: \d+,[^,]*,[^,]*),(\w+),")


def with_brand(document: str, edit: Edit, style: CaptionStyle, preset: Preset) -> str:
    """Return an ASS file that also draws what the edit's brand says; `document` are its captions, "" for none."""
    drawn = [document] if document else [ass_document(_captions(()), style, edit.canvas, preset)]
    brand = edit.brand
    if brand and brand.call_to_action:
        drawn.append(_renamed(_call(brand.call_to_action, style, edit.canvas, preset), "Call"))
    if brand and brand.end_card and any(line.strip() for line in brand.end_card.lines):
        own = _card(brand.end_card, edit.end_card_span, style, edit.canvas, preset, logo=brand.logo is not None)
        drawn.append(_renamed(own, "Card"))
    return _merged(drawn)


def _call(call: CallToAction, style: CaptionStyle, canvas: Canvas, preset: Preset) -> str:
    own = _plain(style, call.colour, _CALL_SIZE).evolve(
        box_colour=call.box_colour, box_opacity=1.0, box_padding=_PADDING, box_radius=_RADIUS
    )
    lines = _wrapped(call.text.split(), own, canvas, preset)
    safe = safe_rectangle(preset, canvas)
    apart = _half(style, 2) + max(style.box_padding, style.mark_padding) + _GAP + _PADDING + _half(own, len(lines))
    share = apart * style_scale(canvas) / (safe.bottom - safe.top)
    own = own.evolve(position=max(0.0, style.position - share))
    return ass_document(_captions(_cues(lines, call.frames)), own, canvas, preset)


def _card(end: EndCard, frames: FrameSpan, style: CaptionStyle, canvas: Canvas, preset: Preset, *, logo: bool) -> str:
    middle = _CARD_MIDDLE[logo and end.logo]
    own = _plain(style, end.colour, _CARD_SIZE).evolve(position=middle)
    lines = [line.split() for line in end.lines if line.strip()]
    return ass_document(_captions(_cues(lines, frames)), own, canvas, preset)


def _half(style: CaptionStyle, lines: int) -> float:
    """Return half the height of so many lines, in pixels of a canvas whose shorter side is 1080, accents included."""
    font = metrics(style.font_file)
    return style.font_size * ((lines - 1) * style.line_height + font.cap + 2 * (font.ascent - font.cap)) / 2


def _plain(style: CaptionStyle, colour: str, size: float) -> CaptionStyle:
    """Return the style's letters in one colour and nothing around them, whatever is spoken."""
    return style.evolve(
        font_size=size,
        colour=colour,
        highlight=colour,
        outline=0.0,
        blur=0.0,
        shadow=0.0,
        box_opacity=0.0,
        mark=None,
        said=None,
        waiting_opacity=1.0,
        pop=1.0,
        uppercase=False,
    )


def _wrapped(words: Sequence[str], style: CaptionStyle, canvas: Canvas, preset: Preset) -> list[list[str]]:
    """Return the words in one line, or in the two that are most alike where one is too wide."""
    measure, limit = text_measure(style, canvas), line_limit(style, canvas, preset)
    if measure(" ".join(words)) <= limit or len(words) == 1:
        return [list(words)]
    splits = [(list(words[:n]), list(words[n:])) for n in range(1, len(words))]
    return list(min(splits, key=lambda two: max(measure(" ".join(line)) for line in two)))


def _cues(lines: Sequence[Sequence[str]], frames: FrameSpan) -> tuple[Cue, ...]:
    start = frames.start
    words = tuple(CueWord(text=word, start=start, end=start, spoken=False) for line in lines for word in line)
    if not words or not frames.count:
        return ()
    return (Cue(id="brand", start=start, end=frames.end, words=words, lines=tuple(len(line) for line in lines)),)


def _captions(cues: tuple[Cue, ...]) -> Captions:
    return Captions(style="brand", language="", cues=cues)


def _renamed(document: str, prefix: str) -> str:
    """Return an ASS file whose styles, and the events in them, have names of their own."""
    lines = (_STYLE.sub(rf"Style: {prefix}\1", line) for line in document.splitlines())
    return "\n".join(_EVENT.sub(rf"\1,{prefix}\2,", line) for line in lines)


def _merged(documents: Sequence[str]) -> str:
    """Return one ASS file with the head of the first and the styles and events of all."""
    head, *_ = documents
    styles = [line for document in documents[1:] for line in _begin_with(document, "Style:")]
    events = [line for document in documents[1:] for line in _begin_with(document, "Dialogue:")]
    before, events_head, behind = head.partition("\n\n[Events]")
    return "\n".join([before, *styles]) + events_head + "\n".join([behind.rstrip("\n"), *events, ""])


def _begin_with(document: str, word: str) -> Iterator[str]:
    return (line for line in document.splitlines() if line.startswith(word))
