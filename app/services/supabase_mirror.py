"""The copy of jobs and costs in Supabase."""

from app.config import Settings


class Mirror:
    """Replays the outbox into Supabase."""

    def nudge(self) -> None:
        """Say that there is something to replay."""


def mirror_for(settings: Settings) -> Mirror | None:
    """Return the mirror."""
    return None
