"""A file that came is looked into, and is in the library from then on: or refused, with the reason, and gone."""

from pathlib import Path

from sqlalchemy import Connection

from app.errors import EditFactoryError, StorageError, from_record
from app.media.atomic import storage_errors
from app.media.containers import shown
from app.media.probe import probe
from app.models.control import Control
from app.models.job import JobDict
from app.models.library.media import FOOTAGE, Arrival, MediaRow
from app.models.library.project import ProjectVideoFields
from app.models.media import MediaInfo
from app.services.library.contents import Contents
from app.services.library.file_types import kind_of, type_of
from app.services.library.incoming import Incoming
from app.services.library.media import Media, add_media, same_content
from app.services.library.project_videos import add_video
from app.services.library.projects import require_project
from app.services.library.uploads import Uploads, became
from app.services.outbound import Limits, outbound_for
from app.services.previews import Previews
from app.services.sources import SourceIndex, unquoted
from app.workflows.clips.holds import bring
from app.workflows.jobs.kinds import HIGH
from app.workflows.jobs.records import Json
from app.workflows.jobs.run import JobRun, durable
from app.workflows.jobs.submit import Desk, part_id
from app.workflows.prepare import ask_for_previews

STEPS = {"fetch": 0.6, "check": 0.4}

_FETCH_SECONDS = 6 * 3600.0
_SILENCE_SECONDS = 30.0


def receive(desk: Desk, arrival: Arrival, owner: str | None) -> JobDict:
    """Have a file checked and brought in, and return the job; the same one for the same upload."""
    return desk.submit(
        "receive",
        arrival.model_dump(mode="json"),
        job_id=receiving_job(arrival.upload_id) if arrival.upload_id else None,
        title=f"bring in {arrival.name}",
        priority=HIGH,
        owner=owner,
        project_id=arrival.project_id,
    )


def receiving_job(upload_id: str) -> str:
    """Return the id of the job that checks an upload."""
    return part_id(upload_id, "receive")


@durable("receive", STEPS)
def receive_workflow(job: JobRun, request: Json) -> None:
    """Fetch or copy the file where that is asked for, look what it is, and give it its row; then ask for previews."""
    arrival = Arrival.model_validate(request)
    waiting = Uploads(job.worker.storage.database, job.settings)
    quarantined = waiting.place(arrival.upload_id or job.job_id)
    path = quarantined if arrival.place is None or arrival.copied else unquoted(arrival.place)
    try:
        fetched = job.step("fetch", lambda control: _brought(arrival, waiting, quarantined, control))
        found = job.step("check", lambda control: _checked(arrival, path, job, control, fetched))
        kept = _kept(job, arrival, path, found)
    except EditFactoryError as error:
        _refused(arrival, waiting, quarantined, error)
        raise
    if kept is not None:
        _ask_for_previews(job, kept)


def _brought(arrival: Arrival, waiting: Uploads, place: Path, control: Control) -> str | None:
    """Bring the bytes into the quarantine, unless they are there or stay where they are; return their hash if known."""
    if arrival.url is not None:
        return _fetched(arrival, waiting, place, control)
    if arrival.place is None or not arrival.copied:
        return arrival.sha256
    source = unquoted(arrival.place)
    with storage_errors(place):
        waiting.require_room(source.stat().st_size)
        place.unlink(missing_ok=True)
        bring(source, place, control)
    return None


def _fetched(arrival: Arrival, waiting: Uploads, place: Path, control: Control) -> str:
    assert arrival.url is not None  # noqa: S101 - whoever calls has looked
    limits = Limits(largest=waiting.largest, seconds=_FETCH_SECONDS, silence=_SILENCE_SECONDS)
    waiting.require_room(0)
    with Incoming(place) as writing:
        writing.cut(0)
        with outbound_for(waiting.settings).fetch(arrival.url, limits) as reply:
            waiting.require_room(reply.length or 0)
            for chunk in reply.chunks():
                control.check()
                writing.write(chunk)
                control.report(writing.received / reply.length if reply.length else 0.0)
        size = writing.sync()
    if arrival.upload_id is not None:
        waiting.note(arrival.upload_id, received=size, length=size, state="checking")
    return writing.digest().hex()


def _checked(arrival: Arrival, path: Path, job: JobRun, control: Control, sha256: str | None) -> Json:
    """Return what the file is; what is wrong with it is told under the name that its person knows."""
    try:
        info = probe(path, max_pixels=job.settings.max_pixels, control=control, content_hash=sha256)
        kind = kind_of(info, arrival.kind, arrival.name)
    except EditFactoryError as error:
        raise _renamed(error, path, arrival.name) from error
    return {"info": info.model_dump(mode="json"), "kind": kind}


def _renamed(error: EditFactoryError, path: Path, name: str) -> EditFactoryError:
    record = {key: value.replace(shown(path), name) for key, value in error.as_record().items()}
    return from_record(record)


def _kept(job: JobRun, arrival: Arrival, path: Path, found: Json) -> MediaRow | None:
    """Give the file its row and its content its place, in the transaction that ends the job; return the row.

    None when the job was ended meanwhile. A file that stays where it is, and is known already, gets no second row.
    """
    info, database = MediaInfo.model_validate(found["info"]), job.worker.storage.database
    with database.read() as connection:
        known = same_content(connection, job.owner, info.content_hash, found["kind"]) if arrival.place else None
    media_id = known or part_id(job.job_id, "media")
    ended: list[bool] = []

    def keep(connection: Connection) -> None:
        if known is None:
            add_media(connection, **_columns(connection, job, arrival, path, found), id=media_id)
        if arrival.project_id is not None and found["kind"] in FOOTAGE:
            require_project(connection, job.owner, arrival.project_id)
            add_video(connection, job.owner, arrival.project_id, media_id, ProjectVideoFields())
        if arrival.upload_id is not None:
            became(connection, arrival.upload_id, media_id)
        ended.append(True)

    job.finish({"video_id": media_id, "kind": found["kind"], "name": arrival.name}, keep)
    if known is not None and arrival.copied:
        path.unlink(missing_ok=True)
    return Media(database, job.settings).require(job.owner, media_id) if ended else None


def _columns(connection: Connection, job: JobRun, arrival: Arrival, path: Path, found: Json) -> Json:
    info = MediaInfo.model_validate(found["info"])
    suffix, media_type = type_of(info, arrival.name)
    stays = arrival.place is not None and not arrival.copied
    if not stays:
        Contents(job.settings).keep(connection, path, info.content_hash, suffix, info.size_bytes)
    return {
        "owner": job.owner,
        "kind": found["kind"],
        "name": arrival.name,
        "content_hash": info.content_hash,
        "bytes": info.size_bytes,
        "media_type": media_type,
        "info": found["info"],
        "place": arrival.place if stays else None,
    }


def _refused(arrival: Arrival, waiting: Uploads, quarantined: Path, error: EditFactoryError) -> None:
    """Note why nothing came of it; the bytes are removed, unless trying again may help."""
    if isinstance(error, StorageError):
        return
    if arrival.upload_id is not None:
        waiting.failed(arrival.upload_id, error.as_record())
    else:
        quarantined.unlink(missing_ok=True)


def _ask_for_previews(job: JobRun, row: MediaRow) -> None:
    media = Media(job.worker.storage.database, job.settings)
    path = media.path_of(row)
    SourceIndex(job.settings).remember(path, row.info)
    asked = ask_for_previews(job.worker.desk, Previews(job.settings), path, row.info, owner=job.owner)
    if asked is not None:
        media.note(row.id, prepare_job_id=asked["job_id"])
