"""Keys and sessions: how the server knows who asks."""

from datetime import datetime

from pydantic import Field

from app.models.base import Record
from app.models.principal import Scope


class ApiKey(Record):
    """A key for programs, as it is shown after it was made: without its secret."""

    id: str = Field(examples=["4b0e9a41-5c2f-4d8c-8c11-0b4c9f0e8a53"])
    name: str = Field(description="What it is for.", examples=["n8n"])
    prefix: str = Field(description="Its first letters, to tell it by.", examples=["ef_4kQz9w"])
    scopes: tuple[Scope, ...] = Field(description="What it may do.", examples=[["read", "write"]])
    created_at: datetime
    expires_at: datetime | None = Field(description="From then on it is refused; null: never.")
    last_used_at: datetime | None = Field(description="To within a minute; null: not yet.")
    revoked_at: datetime | None = Field(description="When it was taken back; null: it was not.")


class NewApiKey(ApiKey):
    """A key that was just made: the only time that its secret is shown."""

    key: str = Field(description="Send it as `Authorization: Bearer KEY`.", examples=["ef_4kQz9w..."])


class Session(Record):
    """Somebody who signed in with a password, in one browser."""

    id: str
    account_id: str
    name: str
    csrf_hash: str
    expires_at: datetime


class NewSession(Record):
    """What a browser gets that has just signed in: both texts are secrets of its own."""

    token: str
    csrf: str
    expires_at: datetime
