"""A brand as a person writes it down: what all clips of one project have in common besides their captions."""

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from app.models.base import Record
from app.models.edit import Brand, CallToAction, Colour, Corner, EndCard, Logo, Share
from app.models.timing import frame_nearest


def _rrggbb(value: object) -> object:
    return value.removeprefix("#").upper() if isinstance(value, str) else value


def _not_blank(text: str) -> str:
    if not text.strip():
        raise ValueError("there is nothing to read in it")
    return " ".join(text.split())


Hex = Annotated[Colour, BeforeValidator(_rrggbb)]
"""RRGGBB, with or without # before it."""

SHORTEST_CALL = 0.5
"""Seconds in which a line of text can just be read."""

Text = Annotated[str, Field(max_length=120), AfterValidator(_not_blank)]


class LogoWish(Record):
    """A picture file, seen from the brand file's folder; `width` and `opacity` are shares."""

    file: Path
    corner: Corner = "top-left"
    width: Annotated[float, Field(ge=0.03, le=0.5)] = 0.16
    opacity: Share = 1.0


class CallWish(Record):
    """A line of text for `seconds`, from second `start` of the clip on; without it, at the end of the shots.

    It is there too when fewer than `SHORTEST_CALL` seconds of the shots are left at `start`.
    """

    text: Text
    seconds: Annotated[float, Field(ge=SHORTEST_CALL, le=60)] = 3.0
    start: Annotated[float, Field(ge=0)] | None = None
    colour: Hex = "FFFFFF"
    box_colour: Hex = "E11D48"


class CardWish(Record):
    """What is on screen for `seconds` behind the last shot."""

    seconds: Annotated[float, Field(ge=0.5, le=10)] = 2.0
    lines: Annotated[tuple[Text, ...], Field(max_length=4)] = ()
    colour: Hex = "FFFFFF"
    background: Hex = "0B0F19"
    logo: bool = True


class BrandWish(Record):
    """What a brand file says."""

    logo: LogoWish | None = None
    call_to_action: CallWish | None = None
    end_card: CardWish | None = None

    def for_clip(self, frames: int, logo_hash: str | None) -> Brand:
        """Return the brand of a clip whose shots have `frames` frames; `logo_hash` names the logo's content."""
        logo = None
        if self.logo is not None and logo_hash is not None:
            wish = self.logo
            logo = Logo(source=logo_hash, corner=wish.corner, width=wish.width, opacity=wish.opacity)
        return Brand(logo=logo, call_to_action=self._call(frames), end_card=self._card())

    def _call(self, frames: int) -> CallToAction | None:
        wish = self.call_to_action
        if wish is None:
            return None
        length = min(frames, frame_nearest(wish.seconds))
        start = frames - length if wish.start is None else frame_nearest(wish.start)
        if start > frames - min(length, frame_nearest(SHORTEST_CALL)):  # the clip is over by then, or all but over
            start = frames - length
        end = min(frames, start + length)
        return CallToAction(text=wish.text, start=start, end=end, colour=wish.colour, box_colour=wish.box_colour)

    def _card(self) -> EndCard | None:
        wish = self.end_card
        if wish is None:
            return None
        frames = frame_nearest(wish.seconds)
        return EndCard(frames=frames, lines=wish.lines, colour=wish.colour, background=wish.background, logo=wish.logo)
