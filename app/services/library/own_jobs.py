"""Jobs of one owner: those of others are as unknown as those that are not there."""

from app.db.tables import jobs
from app.errors import InputError
from app.models.job import JobDict, JobFilter, JobPage
from app.services.job_rows import as_dict
from app.services.job_storage import JobStorage
from app.services.library.ownership import owned


class OwnJobs:
    """The jobs that `owner` may see and steer."""

    def __init__(self, storage: JobStorage, owner: str | None) -> None:
        self._storage = storage
        self._owner = owner

    def page(self, wanted: JobFilter, *, limit: int, cursor: str | None = None) -> JobPage:
        """Return one page of them, newest first."""
        return self._storage.page_jobs(wanted, limit=limit, cursor=cursor, among=owned(jobs, self._owner))

    def require(self, job_id: str) -> JobDict:
        """Return one of them. Raises `InputError` (job_unknown)."""
        with self._storage.database.read() as connection:
            row = self._storage.rows.get(connection, job_id)
        if row is None or row.owner != self._owner:
            raise unknown(job_id)
        return as_dict(row)


def unknown(job_id: str) -> InputError:
    """Return the error for a job that there is not, or that is somebody else's."""
    return InputError(f"There is no job {job_id}.", subject="job_id", code="job_unknown")
