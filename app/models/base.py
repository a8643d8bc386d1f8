"""What every record shares: frozen, no unknown fields, one canonical JSON form."""

import hashlib
import json
from typing import Any, Self

from pydantic import BaseModel, ConfigDict


class Record(BaseModel):
    """A frozen value. Change it with `evolve`, which validates again."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    def evolve(self, **changes: Any) -> Self:
        """Return a copy with `changes` applied and validated."""
        return type(self).model_validate({**dict(self), **changes})


def canonical_json(value: Any) -> str:
    """Return JSON that is the same text for the same data: sorted keys, no spaces, UTF-8 letters as they are."""
    plain = value.model_dump(mode="json") if isinstance(value, BaseModel) else value
    return json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def content_key(*parts: Any) -> str:
    """Return the SHA-256 (64 hex digits) of the canonical JSON of `parts`: the name of whatever they decide."""
    return hashlib.sha256(canonical_json([_plain(p) for p in parts]).encode()).hexdigest()


def _plain(value: Any) -> Any:
    return value.model_dump(mode="json") if isinstance(value, BaseModel) else value
