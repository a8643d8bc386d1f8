"""What doctor finds."""

from app.models.base import Record


class Finding(Record):
    """One thing that was looked at. `mend` says what to do when it is not well, or what would be better."""

    name: str
    ok: bool
    detail: str
    mend: str = ""
