"""Presets of one's own."""

from typing import Any

from sqlalchemy import Row, select

from app.db import Database
from app.db.tables import presets
from app.models.library.preset import OwnPreset, PresetChange, PresetFields
from app.services.library import rows
from app.services.library.assets import require_assets
from app.services.library.ownership import owned
from app.services.library.pages import Page, page_of, usual_orders

NOUN = "preset"

_ORDERS = usual_orders(presets)


class Presets:
    """The presets of one database. Those of others are as unknown as those that are not there (preset_unknown)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def page(
        self, owner: str | None, *, sort: str = "name", limit: int = 100, cursor: str | None = None
    ) -> Page[OwnPreset]:
        """Return one page of presets."""
        query = select(presets).where(owned(presets, owner))
        with self._database.read() as connection:
            return page_of(connection, query, _ORDERS, sort, _preset, limit=limit, cursor=cursor)

    def get(self, owner: str | None, preset_id: str) -> OwnPreset:
        """Return a preset."""
        with self._database.read() as connection:
            return _preset(rows.require(connection, presets, NOUN, owner, preset_id))

    def new(self, owner: str | None, fields: PresetFields, preset_id: str) -> OwnPreset:
        """Make a preset and return it. Raises `InputError` (asset_unknown) for music that is not there."""
        values = {**_columns(dict(fields)), "id": preset_id, "owner": owner}
        with self._database.write() as connection:
            require_assets(connection, owner, values)
            return _preset(rows.add(connection, presets, values))

    def change(self, owner: str | None, preset_id: str, change: PresetChange, expected: int | None = None) -> OwnPreset:
        """Change what is named of a preset, and return it. Raises `InputError` (version_conflict, asset_unknown)."""
        with self._database.write() as connection:
            values = _columns(change.said())
            require_assets(connection, owner, values)
            return _preset(rows.change(connection, presets, NOUN, owner, preset_id, values, expected))

    def remove(self, owner: str | None, preset_id: str, expected: int | None = None) -> None:
        """Remove a preset; what was made with it stays as it is. Raises `InputError` (version_conflict)."""
        with self._database.write() as connection:
            rows.remove(connection, presets, NOUN, owner, preset_id, expected)


def _columns(said: dict[str, Any]) -> dict[str, Any]:
    return {**said, "options": said["options"].for_storing()} if "options" in said else said


def _preset(row: Row[Any]) -> OwnPreset:
    return rows.record(OwnPreset, row)
