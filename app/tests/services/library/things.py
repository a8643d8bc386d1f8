"""Things of the library that tests put into the database."""

import uuid
from typing import Any

from app.db import Database
from app.models.library.media import MediaKind
from app.models.media import MediaInfo
from app.services.library.media import add_media
from app.services.sources import unquoted

ANA = "4c1d7f7e-52ba-4a6e-9d1e-0f5a5d9d5a01"
"""Somebody else than the person whose machine this is."""


def a_medium(
    database: Database,
    *,
    owner: str | None = None,
    kind: MediaKind = "video",
    name: str = "shop.mp4",
    content_hash: str = "a" * 64,
    duration: float = 12.0,
    **columns: Any,
) -> str:
    """Put a file of that kind into the library, and return its id."""
    still = kind in {"photo", "logo"}
    info = MediaInfo(
        content_hash=content_hash,
        size_bytes=1000,
        container="mov",
        duration=0.0 if still else duration,
        has_video=kind != "music",
        width=1080,
        height=1920,
        still=still,
    )
    media_id = str(uuid.uuid4())
    with database.write() as connection:
        add_media(
            connection,
            id=media_id,
            owner=owner,
            kind=kind,
            name=name,
            content_hash=content_hash,
            bytes=_size(columns.get("place")),
            media_type="video/mp4",
            info=info.model_dump(mode="json"),
            **columns,
        )
    return media_id


def _size(place: str | None) -> int:
    """Return the bytes of the file that stays at `place`, where there is one."""
    return unquoted(place).stat().st_size if place is not None and unquoted(place).is_file() else 1000
