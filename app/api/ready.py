"""`/ready`: whether work can be done here now, and if not, everything that stands in the way."""

import tempfile
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse
from pydantic import Field

from app.api.context import Context
from app.api.glance import Glance
from app.api.problems import MEDIA_TYPE, Problem
from app.db.migrate import is_current
from app.errors import StorageError
from app.models.base import Record
from app.workflows.jobs.lease import someone_standing

router = APIRouter(tags=["server"])

_LOOK_SECONDS = 1.0


class Ready(Record):
    """That work can be done."""

    status: Literal["ready"] = Field(description="Always ready: else the answer is a problem (503).")


class Obstacle(Record):
    """One thing that stands in the way."""

    code: str = Field(description="Stable; programs may rely on it.", examples=["no_worker"])
    detail: str = Field(description="What it is.", examples=["No worker is alive: jobs wait."])


class NotReady(Problem):
    """A problem document with all that stands in the way."""

    reasons: tuple[Obstacle, ...]


_AWAY = Obstacle(code="database", detail="The database does not answer.")
_LEAVING = Obstacle(code="leaving", detail="The server is about to stop.")


class Readiness:
    """Looks whether work can be done."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._glance = Glance(self._look, _LOOK_SECONDS)

    async def obstacles(self) -> tuple[Obstacle, ...]:
        """Return what stands in the way; nothing when work can be done."""
        if self._context.leaving:
            return (_LEAVING,)
        seen = await self._glance.seen()
        return (_AWAY,) if seen is None else seen

    def _look(self) -> tuple[Obstacle, ...]:
        folder = self._folder()
        try:
            found = [*self._database(), *folder]
        except StorageError:
            found = [_AWAY, *folder]
        return tuple(found)

    def _database(self) -> list[Obstacle]:
        database, found = self._context.storage.database, []
        with database.read() as connection:
            current = is_current(connection)
        if not current:
            found.append(Obstacle(code="schema", detail="The database has the schema of another version."))
        if not someone_standing(database):
            found.append(Obstacle(code="no_worker", detail="No worker is alive: jobs wait."))
        return found

    def _folder(self) -> list[Obstacle]:
        try:
            with tempfile.TemporaryFile(dir=self._context.settings.data_dir) as file:
                file.write(b"ready?")
                file.flush()
        except OSError:
            return [Obstacle(code="data_folder", detail="The data folder cannot be written, or its disk is full.")]
        return []


def _readiness(request: Request) -> Readiness:
    readiness = request.app.state.readiness
    assert isinstance(readiness, Readiness)  # noqa: S101 - create_app puts it there
    return readiness


@router.get(
    "/ready",
    summary="Whether work can be done",
    response_model=Ready,
    responses={
        503: {
            "description": "Something stands in the way",
            "content": {MEDIA_TYPE: {"schema": NotReady.model_json_schema()}},
        }
    },
)
async def ready(readiness: Annotated[Readiness, Depends(_readiness)]) -> JSONResponse:
    """Look at the database, its schema, the workers and the data folder, once a second at most."""
    obstacles = await readiness.obstacles()
    if not obstacles:
        return JSONResponse(Ready(status="ready").model_dump())
    document = NotReady(
        type="urn:edit-factory:problem:not_ready",
        title="Not ready",
        status=503,
        detail=" ".join(obstacle.detail for obstacle in obstacles),
        code="not_ready",
        hint="Send no work here until it is mended.",
        subject="",
        reasons=obstacles,
    )
    return JSONResponse(document.model_dump(), status_code=503, media_type=MEDIA_TYPE)
