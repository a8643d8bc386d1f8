"""What is sent of a delivery: its body with links to what the job made, and the headers of Standard Webhooks.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import json
import secrets
from base64 import b64encode
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Row, Select, or_, select
from standardwebhooks import Webhook

from app.db.tables import clips, exports
from app.services.job_queries import descendants
from app.services.library.ownership import owned

LIBRARY = "/api/v1/library"

_SECRET_BYTES = 32
"""The scheme asks for 24 to 64."""


def new_secret() -> str:
    """Return a secret as the scheme writes them."""
    return f"whsec_{b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()}"


def body_of(payload: Mapping[str, Any]) -> bytes:
    """Return the bytes that are sent, and signed."""
    return json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()


def headers_of(message_id: str, moment: datetime, body: bytes, signed_by: str) -> dict[str, str]:
    """Return the headers; `signed_by` are secrets with spaces between, of which any verifies the message."""
    text = body.decode()
    signatures = [Webhook(secret).sign(message_id, moment, text) for secret in signed_by.split()]
    return {
        "Content-Type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def with_links(connection: Connection, payload: dict[str, Any], owner: str | None, public_url: str) -> dict[str, Any]:
    """Return the payload with addresses, which `public_url` begins, of the job and of what it and its parts made."""
    job_id = payload["data"].get("job_id")
    if job_id is None:
        return payload
    base, family = public_url.rstrip("/") + LIBRARY, [job_id, *descendants(connection, job_id)]
    made = {
        "links": {"job": f"{base}/jobs/{quote(job_id, safe='')}"},
        "clips": [_clip(base, row) for row in connection.execute(_clips(family, owner))],
        "exports": [_export(base, row) for row in connection.execute(_exports(family, owner))],
    }
    return {**payload, "data": {**payload["data"], **made}}


def _clips(family: Sequence[str], owner: str | None) -> Select[Any]:
    theirs = or_(clips.c.job_id.in_(family), clips.c.render_job_id.in_(family))
    query = select(clips.c.id, clips.c.name, clips.c.files).where(owned(clips, owner), theirs)
    return query.order_by(clips.c.created_at, clips.c.id)


def _clip(base: str, row: Row[Any]) -> dict[str, Any]:
    files = {kind: f"{base}/clips/{row.id}/files/{kind}" for kind in row.files}
    return {"clip_id": row.id, "name": row.name, "files": files}


def _exports(family: Sequence[str], owner: str | None) -> Select[Any]:
    finished = exports.c.path.is_not(None)
    query = select(exports).where(owned(exports, owner), exports.c.job_id.in_(family), finished)
    return query.order_by(exports.c.created_at, exports.c.id)


def _export(base: str, row: Row[Any]) -> dict[str, Any]:
    return {"export_id": row.id, "name": row.name, "kind": row.kind, "file": f"{base}/exports/{row.id}/file"}
