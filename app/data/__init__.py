"""Facts as data: presets, qualities, caption styles, prices, each in a TOML file with its date and source."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from pydantic import ValidationError

from app.errors import InputError, UnknownName
from app.models.base import Record
from app.models.cost import Price
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


@cache
def voice_samples() -> Mapping[str, str]:
    """Return what voices say when somebody listens to them, by language."""
    return MappingProxyType(dict(_table("voice_samples.toml")["samples"]))


Prices = Mapping[str, Mapping[str, Price]]
"""By service, then by model; each service has one for `default`."""


def prices(own: Path) -> Prices:
    """Return what providers charge; those in the file `own`, where there is one, come before the packaged ones.

    Raises `InputError` for a file of one's own that cannot be read.
    """
    try:
        changed = tomllib.loads(own.read_text(encoding="utf-8"))
        mine = {service: _priced(models) for service, models in changed.items()}
    except (FileNotFoundError, NotADirectoryError):
        mine = {}
    except (OSError, ValueError, AttributeError, ValidationError) as error:
        raise InputError(
            f"The prices in {own.name} cannot be read: {_first_line(error)}",
            hint="Give each as a table [service.model] with date, source and whole micro-dollars for a million units.",
            subject=own.name,
        ) from error
    packaged = {service: _priced(models) for service, models in _table("prices.toml").items()}
    return {service: {**packaged.get(service, {}), **mine.get(service, {})} for service in {**packaged, **mine}}


def _priced(models: Mapping[str, Any]) -> dict[str, Price]:
    return {name: Price.model_validate(price) for name, price in models.items()}


def _first_line(error: Exception) -> str:
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        return f"{'.'.join(map(str, first['loc'])) or 'a price'}: {first['msg'].lower()}."
    return f"{error}."


T = TypeVar("T", bound=Record)


def find(what: str, table: Mapping[str, T], name: str) -> T:
    """Return `table[name]`, or raise `UnknownName` with the names there are; `what` is "preset" and the like."""
    if name in table:
        return table[name]
    raise UnknownName(f"There is no {what} named {name!r}.", hint=f"Choose one of: {', '.join(table)}.", subject=what)
