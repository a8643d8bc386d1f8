"""Facts as data: presets, qualities, caption styles, each in a TOML file with its date and source."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, TypeVar

from app.errors import UnknownName
from app.models.base import Record
from app.models.preset import CaptionStyle, Preset, Quality


def _table(name: str) -> dict[str, dict[str, Any]]:
    return tomllib.loads(files(__name__).joinpath(name).read_text(encoding="utf-8"))


@cache
def presets() -> Mapping[str, Preset]:
    """Return the places of publication by name."""
    return MappingProxyType({k: Preset.model_validate({"name": k, **v}) for k, v in _table("presets.toml").items()})


@cache
def qualities() -> Mapping[str, Quality]:
    """Return the encoding qualities by name."""
    return MappingProxyType({k: Quality.model_validate({"name": k, **v}) for k, v in _table("qualities.toml").items()})


@cache
def caption_styles() -> Mapping[str, CaptionStyle]:
    """Return the caption styles by name."""
    table = _table("caption_styles.toml")
    return MappingProxyType({k: CaptionStyle.model_validate({"name": k, **v}) for k, v in table.items()})


T = TypeVar("T", bound=Record)


def find(what: str, table: Mapping[str, T], name: str) -> T:
    """Return `table[name]`, or raise `UnknownName` with the names there are; `what` is "preset" and the like."""
    if name in table:
        return table[name]
    raise UnknownName(f"There is no {what} named {name!r}.", hint=f"Choose one of: {', '.join(table)}.", subject=what)
