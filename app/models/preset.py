"""Where a clip is published, and what that place asks of it."""

from typing import Annotated

from pydantic import Field

from app.models.base import Record

Colour = Annotated[str, Field(pattern=r"^[0-9A-F]{6}$")]
Share = Annotated[float, Field(ge=0, le=1)]
Length = Annotated[float, Field(ge=0)]


class SafeArea(Record):
    """Margins, in pixels of the preset's canvas, that the place covers with its own buttons and text."""

    left: int
    top: int
    right: int
    bottom: int


class Preset(Record):
    """Canvas and limits of one place of publication. `max_seconds` is what the place accepts (None: no limit)."""

    name: str
    title: str
    width: int
    height: int
    safe_area: SafeArea
    max_seconds: float | None = None


class Quality(Record):
    """How a clip is encoded. `scale` shrinks the canvas (0.5 for drafts); `threads` is x264's, fixed because
    its output depends on it. `seconds_per_megapixel` of output is what rendering takes on two cores: it only weighs
    the steps of a progress display."""

    name: str
    x264_preset: str
    crf: int
    scale: float
    threads: int
    seconds_per_megapixel: float


class CaptionStyle(Record):
    """How captions look. Lengths are in pixels of a canvas whose shorter side is 1080; colours are RRGGBB.

    `font_file` is "package/file" in an installed font package, `font_family` the name inside that file, by which
    libass finds it. `font_size` is the em, `line_height` the distance of baselines in em, `word_spacing` what a
    space is wider and `letter_spacing` what follows each letter, in em. Opacities are 0 to 1, and a `box_opacity` of
    0 means no box. `blur` softens the outline, never the letters. The spoken word's letters are `highlight`, it is
    enlarged by `pop`, and stands on a box of the colour `mark`, if there is one, `mark_padding` wider and higher than
    its capitals. Words that wait are as visible as `waiting_opacity` says; those that were said take the colour
    `said`, if there is one. `position` is the block's vertical centre as a share of the safe area's height (0 top, 1
    bottom). `uppercase` changes the picture only, never the SRT.
    """

    name: str
    title: str
    font_family: str
    font_file: Annotated[str, Field(pattern=r"^[a-z0-9_]+/[^/\\]+$")]
    font_size: Annotated[float, Field(gt=0)]
    line_height: Annotated[float, Field(ge=1)]
    word_spacing: Length = 0.0
    letter_spacing: Length = 0.0
    colour: Colour
    highlight: Colour
    outline_colour: Colour
    outline: Length = 0.0
    outline_opacity: Share = 1.0
    blur: Length = 0.0
    shadow: Length = 0.0
    shadow_opacity: Share = 1.0
    box_colour: Colour = "000000"
    box_opacity: Share = 0.0
    box_padding: Length = 0.0
    box_radius: Length = 0.0
    mark: Colour | None = None
    mark_padding: Length = 0.0
    mark_radius: Length = 0.0
    said: Colour | None = None
    waiting_opacity: Share = 1.0
    pop: Annotated[float, Field(ge=1, le=1.5)] = 1.0
    uppercase: bool = False
    position: Share
