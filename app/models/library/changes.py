"""Changes of things in the library: only what is named in them changes."""

from typing import Any

from pydantic import ConfigDict

from app.models.base import Record

UNSAID: Any = None
"""The default of a field of a `Change`: nobody sees it, as what was not named is not said."""


def _without_defaults(schema: dict[str, Any]) -> None:
    for field in schema.get("properties", {}).values():
        field.pop("default", None)


class Change(Record):
    """What is to be changed of something. A field that may be null can be set to it by naming it."""

    model_config = ConfigDict(json_schema_extra=_without_defaults)

    def said(self) -> dict[str, Any]:
        """Return what was named, by field; records stay records."""
        return {name: getattr(self, name) for name in self.__class__.model_fields if name in self.model_fields_set}
