"""What is sent of a delivery: its body with links to what the job made, and the headers of Standard Webhooks.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import json
import secrets
from base64 import b64encode
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, or_, select
from standardwebhooks import Webhook

from app.db.tables import clips
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
    """Return the payload with addresses of the job and of the files of its clips, which `public_url` begins."""
    job_id = payload["data"].get("job_id")
    if job_id is None:
        return payload
    base = public_url.rstrip("/") + LIBRARY
    theirs = or_(clips.c.job_id == job_id, clips.c.render_job_id == job_id)
    query = select(clips.c.id, clips.c.name, clips.c.files).where(owned(clips, owner), theirs)
    made = [
        {"clip_id": row.id, "name": row.name, "files": _files(base, row.id, row.files)}
        for row in connection.execute(query.order_by(clips.c.created_at, clips.c.id))
    ]
    links = {"job": f"{base}/jobs/{quote(job_id, safe='')}"}
    return {**payload, "data": {**payload["data"], "links": links, "clips": made}}


def _files(base: str, clip_id: str, files: Mapping[str, str]) -> dict[str, str]:
    return {kind: f"{base}/clips/{clip_id}/files/{kind}" for kind in files}
