"""A project's brand: what a brand file says, with the logo among the assets."""

from pathlib import Path
from typing import Annotated

from pydantic import Field

from app.models.base import Record
from app.models.brand import BrandWish, CallWish, CardWish, LogoWish
from app.models.edit import Corner, Share
from app.models.library.texts import Id


class ProjectLogo(Record):
    """A logo in a corner of every shot."""

    asset_id: Id = Field(description="The logo, among the assets.", examples=["0b4c9f0e-8a53-4b0e-9a41-5c2f0d8c7c11"])
    corner: Corner = "top-left"
    width: Annotated[float, Field(ge=0.03, le=0.5)] = Field(
        default=0.16, description="Its share of the picture's width."
    )
    opacity: Share = 1.0


class ProjectBrand(Record):
    """What all clips of a project have in common besides their captions."""

    logo: ProjectLogo | None = None
    call_to_action: CallWish | None = None
    end_card: CardWish | None = None

    def as_wish(self, logo: Path | None) -> BrandWish:
        """Return it as the main job takes it; `logo` is the file of its logo, None leaves it out."""
        wish = None
        if self.logo is not None and logo is not None:
            wish = LogoWish(file=logo, **self.logo.model_dump(exclude={"asset_id"}))
        return BrandWish(logo=wish, call_to_action=self.call_to_action, end_card=self.end_card)
