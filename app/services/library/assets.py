"""Music and logos that something of the library names: whether they are there."""

from typing import Any

from sqlalchemy import Connection

from app.db.tables import media
from app.services.library import rows


def require_assets(connection: Connection, owner: str | None, columns: dict[str, Any]) -> None:
    """Raise `InputError` (asset_unknown) for a logo or music that is not there.

    `columns` are those of a row: `options` and `brand` as plain JSON, either of which may be missing.
    """
    logo = (columns.get("brand") or {}).get("logo")
    music = (columns.get("options") or {}).get("music")
    if logo is not None:
        _require(connection, owner, logo["asset_id"], "logo")
    if music is not None:
        _require(connection, owner, music["music_id"], "music")


def _require(connection: Connection, owner: str | None, asset_id: str, kind: str) -> None:
    row = rows.find(connection, media, owner, asset_id)
    if row is None or row.kind != kind:
        raise rows.unknown("asset", asset_id)
