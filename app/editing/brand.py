"""A brand file read: TOML in, what it asks for out, each mistake with the field it is in; and what came otherwise."""

import tomllib
from collections.abc import Iterable
from pathlib import Path

from pydantic import ValidationError

from app.errors import InputError
from app.models.brand import BrandWish, LogoWish
from app.models.edit import Edit
from app.models.timing import frame_nearest, seconds_of


def read_brand(text: str, folder: Path) -> BrandWish:
    """Return what the TOML `text` of a brand file in `folder` asks for. Raises `InputError` (bad_brand)."""
    try:
        data = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # a number of thousands of digits is one too
        raise _wrong("brand", f"it is not TOML: {error}") from error
    try:
        wish = BrandWish.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"]) or "brand"
        what = str(first["msg"]).removeprefix("Value error, ")
        raise _wrong(field, f"{field} cannot be {first.get('input')!r}: {what[:1].lower()}{what[1:]}") from error
    if wish.logo is None:
        return wish
    return wish.evolve(logo=LogoWish.model_validate({**dict(wish.logo), "file": folder / wish.logo.file}))


def _wrong(field: str, what: str) -> InputError:
    return InputError(
        f"The brand file is wrong: {what}.",
        hint="docs/brand.md shows what it may say.",
        subject=field,
        code="bad_brand",
    )


def brand_notes(wish: BrandWish | None, edits: Iterable[Edit]) -> list[str]:
    """Return what is otherwise than the brand file says, a line for each of the edits that were made with it."""
    asked = wish.call_to_action.start if wish and wish.call_to_action else None
    if asked is None:
        return []
    calls = [(edit, edit.brand.call_to_action) for edit in edits if edit.brand]
    return [
        f"{edit.name}: the call to action was to begin at {asked:g} s, where the shots are over or nearly so: it is at"
        f" their end, from {seconds_of(call.start):.1f} s on."
        for edit, call in calls
        if call and call.start < frame_nearest(asked)
    ]
