"""Captions as an ASS file for libass: every word its own event, so that the spoken one can be marked on its frame.

Words stand where `app.media.caption_layout` puts them and never move while the spoken one is enlarged. An event's times
are its frames' times rounded down to centiseconds; libass draws an event at frame k when start <= k < end then
holds in milliseconds, so neighbouring events meet without a gap and without a double frame.
"""

from collections.abc import Iterator

from app.media.caption_layout import POP_ROOM, Area, Placed, lay_out, line_limit, mark_of, safe_rectangle
from app.media.fonts import font_runs, metrics, style_scale
from app.models.edit import Canvas, Captions, Cue, CueWord
from app.models.preset import CaptionStyle, Preset
from app.models.timing import FrameSpan

__all__ = ["ass_document", "line_limit", "safe_rectangle"]

_WORD_JOINER = "\u2060"  # after a backslash: libass then sees no \N, \n, \h, \{ and draws nothing for it
_CURVE = 0.5523  # control points of a quarter circle drawn as one Bezier curve: 4/3 (sqrt 2 - 1)


def ass_document(captions: Captions, style: CaptionStyle, canvas: Canvas, preset: Preset) -> str:
    """Return the ASS file that draws `captions` in `style` on `canvas`, inside `preset`'s safe area.

    Each cue is centred in the safe area; one with a line wider than `line_limit` is drawn smaller. Times are those
    of the clip, from its frame 0. Empty cues and letters that no bundled font has draw nothing.
    """
    events = [event for cue in captions.cues for event in _cue_events(cue, captions.language, style, canvas, preset)]
    return "\n".join([*_header(style, canvas), *events, ""])


def _header(style: CaptionStyle, canvas: Canvas) -> Iterator[str]:
    yield from ("[Script Info]", "ScriptType: v4.00+", f"PlayResX: {canvas.width}", f"PlayResY: {canvas.height}")
    yield from ("WrapStyle: 2", "ScaledBorderAndShadow: yes", "YCbCr Matrix: None", "Kerning: no", "")
    yield from (
        "[V4+ Styles]",
        "Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, "
        "Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, "
        "MarginR, MarginV, Encoding",
    )
    scale = style_scale(canvas)
    yield _style_line("Word", style, style.colour, scale)
    # on a box of its own a word needs nothing around its letters
    plain = style.evolve(outline_opacity=0, shadow_opacity=0) if style.mark else style
    yield _style_line("Spoken", plain, style.highlight, scale)
    yield _style_line("Waiting", style, style.colour, scale, style.waiting_opacity)
    yield _style_line("Said", style, style.said or style.colour, scale)
    yield _box_line("Box", style, _colour(style.box_colour, style.box_opacity))
    yield _box_line("Mark", style, _colour(style.mark or style.highlight, 1.0))
    yield from ("", "[Events]", "Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text")


def _style_line(name: str, style: CaptionStyle, colour: str, scale: float, opacity: float = 1.0) -> str:
    size = style.font_size * scale * metrics(style.font_file).line
    fill = _colour(colour, opacity)
    outline = _colour(style.outline_colour, style.outline_opacity * opacity)
    shadow = _colour(style.outline_colour, style.shadow_opacity * opacity)
    spacing = style.letter_spacing * style.font_size * scale
    return (
        f"Style: {name},{style.font_family},{size:.2f},{fill},{fill},{outline},{shadow},0,0,0,0,100,100,{spacing:.2f},"
        f"0,1,{style.outline * scale:.2f},{style.shadow * scale:.2f},2,0,0,0,1"
    )


def _box_line(name: str, style: CaptionStyle, fill: str) -> str:
    return f"Style: {name},{style.font_family},10,{fill},{fill},{fill},{fill},0,0,0,0,100,100,0,0,1,0,0,7,0,0,0,1"


def _colour(rgb: str, opacity: float) -> str:
    """Return &HAABBGGRR, where AA is how transparent it is."""
    return f"&H{round(255 * (1 - opacity)):02X}{rgb[4:6]}{rgb[2:4]}{rgb[0:2]}"


def _cue_events(cue: Cue, language: str, style: CaptionStyle, canvas: Canvas, preset: Preset) -> Iterator[str]:
    block = lay_out(cue, language, style, canvas, preset)
    if not block.words:
        return
    if style.box_opacity > 0:
        drawing = _rounded(block.box, style.box_radius * style_scale(canvas))
        yield f"Dialogue: 0,{_times(cue.frames, canvas)},Box,,0,0,0,,{drawing}"
    for placed in block.words:
        for frames, look in _states(cue, placed.word, style):
            times = _times(frames, canvas)
            if style.mark and look == "Spoken":
                size = style_scale(canvas) * block.shrink
                drawing = _rounded(mark_of(placed, style, style.font_size * size), style.mark_radius * size)
                yield f"Dialogue: 1,{times},Mark,,0,0,0,,{drawing}"
            text = _word_text(placed, look == "Spoken", block.shrink, style, canvas)
            yield f"Dialogue: {3 if look == 'Spoken' else 2},{times},{look},,0,0,0,,{text}"


def _states(cue: Cue, word: CueWord, style: CaptionStyle) -> Iterator[tuple[FrameSpan, str]]:
    """Yield frames with the name of their style: waiting, being spoken, said; empty ones are left out.

    A word that is never spoken is said from its frame on. Where words that wait look like those said, both are "Word".
    """
    waiting, said = ("Waiting", "Said") if style.said or style.waiting_opacity < 1 else ("Word", "Word")
    spoken = word.frames.within(cue.frames)
    before = FrameSpan(start=cue.start, end=spoken.start)
    states = [(before, waiting), (spoken, "Spoken"), (FrameSpan(start=spoken.end, end=cue.end), said)]
    if not word.spoken or not spoken.count:
        states = [(before, waiting), (FrameSpan(start=spoken.start, end=cue.end), said)]
        if waiting == said:
            states = [(cue.frames, said)]
    yield from ((frames, look) for frames, look in states if frames.count)


def _times(frames: FrameSpan, canvas: Canvas) -> str:
    return f"{_time(frames.start, canvas.fps)},{_time(frames.end, canvas.fps)}"


def _time(frame: int, fps: int) -> str:
    """Return the frame's time as h:mm:ss.cc, rounded down (rounded up it would show one frame late)."""
    seconds, centis = divmod(frame * 100 // fps, 100)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}.{centis:02}"


def _word_text(placed: Placed, spoken: bool, shrink: float, style: CaptionStyle, canvas: Canvas) -> str:
    """Return the word with its place: it grows around the middle of its capitals, so its neighbours stay put."""
    size = style_scale(canvas) * shrink
    em = style.font_size * size
    pop = min(style.pop, 1 + 2 * POP_ROOM * em / max(placed.width, 1.0)) if spoken else 1.0
    runs = list(font_runs(style, placed.text))
    below = max(metrics(face.file).below for face, _ in runs)
    bottom = placed.baseline + em * (below * pop + metrics(style.font_file).cap * (pop - 1) / 2)
    look = f"\\pos({placed.middle:.2f},{bottom:.2f})"
    if pop > 1:
        look += f"\\fscx{pop * 100:.2f}\\fscy{pop * 100:.2f}"
    if shrink < 1:
        look += f"\\bord{style.outline * size:.2f}\\shad{style.shadow * size:.2f}"
    if shrink < 1 and style.letter_spacing:
        look += f"\\fsp{style.letter_spacing * em:.2f}"
    if style.blur:
        look += f"\\blur{style.blur * size:.2f}"
    words = "".join(f"{{\\fn{f.family}\\fs{em * metrics(f.file).line:.2f}}}{_neutral(part)}" for f, part in runs)
    return f"{{{look}}}{words}"


def _neutral(text: str) -> str:
    """Return `text` so that libass draws its braces and backslashes instead of obeying them."""
    return text.replace("\\", "\\" + _WORD_JOINER).replace("{", "\\{").replace("}", "\\}")


def _rounded(box: Area, radius: float) -> str:
    """Return the drawing commands of a rounded rectangle."""
    width, height = box.right - box.left, box.bottom - box.top
    r = min(radius, width / 2, height / 2)
    k = r * (1 - _CURVE)
    corners = (
        f"m {r:.2f} 0 l {width - r:.2f} 0 b {width - k:.2f} 0 {width:.2f} {k:.2f} {width:.2f} {r:.2f}",
        f"l {width:.2f} {height - r:.2f}",
        f"b {width:.2f} {height - k:.2f} {width - k:.2f} {height:.2f} {width - r:.2f} {height:.2f}",
        f"l {r:.2f} {height:.2f} b {k:.2f} {height:.2f} 0 {height - k:.2f} 0 {height - r:.2f}",
        f"l 0 {r:.2f} b 0 {k:.2f} {k:.2f} 0 {r:.2f} 0",
    )
    return f"{{\\pos({box.left:.2f},{box.top:.2f})\\p1}}{' '.join(corners)}{{\\p0}}"
