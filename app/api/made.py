"""Names for what a request makes: the same when it is sent again with its Idempotency-Key, so that it is made once."""

import uuid

from fastapi import Request

_NAMESPACE = uuid.UUID("6f7c1f0e-5a0d-5d0b-9d0a-ed17fac70003")


def made_id(request: Request, *names: object) -> str:
    """Return the id of what the request makes, a UUID; `names` tell several things of one request apart.

    A server may die after it has made something and before it has answered. Sent again, the request then gets the
    same id: whoever makes a row of it takes one that is there for his own (`Desk.submit(job_id=...)` does).
    """
    key: str | None = request.scope.get("state", {}).get("idempotency")
    return str(uuid.uuid5(_NAMESPACE, "/".join([key, *map(str, names)])) if key else uuid.uuid4())
