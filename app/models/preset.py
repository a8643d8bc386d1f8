"""Where a clip is published, and what that place asks of it."""

from app.models.base import Record


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
    its output depends on it."""

    name: str
    x264_preset: str
    crf: int
    scale: float
    threads: int


class CaptionStyle(Record):
    """How captions look. Sizes are in pixels of a canvas 1080 wide; colours are RRGGBB.

    `position` is the baseline block's vertical centre as a share of the safe area's height (0 top, 1 bottom).
    `uppercase` changes the picture only, never the SRT.
    """

    name: str
    title: str
    font_family: str
    font_file: str
    font_size: int
    bold: bool = False
    colour: str
    highlight: str
    outline_colour: str
    outline: float
    shadow: float
    box: bool = False
    uppercase: bool = False
    position: float
