"""What a clean-up takes away: found first, looked at again right before, counted after."""

from pathlib import Path

from app.models.base import Record

SWEEPS = (
    *("leftovers", "jobs", "folders", "runs", "files", "uploads", "media", "previews"),
    *("clips", "cache_entries", "logs", "engine_rows", "messages", "access", "leases"),
)
"""What is taken away, in this order. `leftovers`: what ended jobs left where they show their files; `jobs`: ended
long ago, with their parts and events; `folders`: of jobs that need them no more; `runs`: what runs left that died;
`files`: half-written ones; `uploads`: that nobody goes on with; `media`: contents that nothing needs any more;
`previews`: of contents that nobody has any more; `clips`: films of no clip or export; `engine_rows`: of jobs that are
gone; `messages`: what was told of jobs long ago; `access`: sessions that ended, names of requests a day old."""


class Find(Record):
    """One thing to take away: a file or folder with its size in bytes, or a row by its id."""

    name: str
    path: Path | None = None
    bytes: int = 0


class CleanUpPlan(Record):
    """What a clean-up would take away now, by sweep."""

    found: dict[str, tuple[Find, ...]]

    def report(self) -> "CleanUpReport":
        """Return the plan in numbers."""
        counts = {name: len(self.found[name]) for name in SWEEPS}
        return CleanUpReport(**counts, bytes=sum(find.bytes for finds in self.found.values() for find in finds))


class CleanUpReport(Record):
    """How many of each were taken away, and how many bytes on disk that were."""

    leftovers: int = 0
    jobs: int = 0
    folders: int = 0
    runs: int = 0
    files: int = 0
    uploads: int = 0
    media: int = 0
    previews: int = 0
    clips: int = 0
    cache_entries: int = 0
    logs: int = 0
    engine_rows: int = 0
    messages: int = 0
    access: int = 0
    leases: int = 0
    bytes: int = 0
