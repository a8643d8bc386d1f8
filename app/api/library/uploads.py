"""Files brought in by one request, and how uploads of any kind are doing."""

from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from app.api.bodies import ANY_SIZE
from app.api.context import Context, In
from app.api.library.arrivals import ARRIVED, USUAL_WAIT, Wait, arrived
from app.api.library.digests import sha256_said
from app.api.library.receiving import take_in
from app.api.library.video_models import UploadStatus, Video, status_of
from app.api.made import made_id
from app.api.principal import Who
from app.api.problems import documented
from app.errors import InputError
from app.models.library.media import MediaKind
from app.models.library.names import plain_name
from app.models.library.texts import Id
from app.models.principal import Principal
from app.services.library.projects import Projects
from app.services.library.uploads import Uploads
from app.workflows.receive import receiving_job

router = APIRouter(prefix="/uploads", tags=["videos"])

BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "The file itself.",
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}

Kind = Annotated[MediaKind | None, Query(description="What it is to be; left out: what it turns out to be.")]
ProjectId = Annotated[Id | None, Query(description="The project that is to have it.")]


@router.put(
    "/{name:path}",
    summary="Send a file in one request",
    status_code=201,
    response_model=Video,
    responses=ARRIVED,
    openapi_extra=BODY,
    max_body_size=ANY_SIZE,
)
async def put_upload(
    context: In,
    who: Who,
    request: Request,
    name: Annotated[str, Path(description="What its person calls it.", examples=["plajă.mp4"])],
    kind: Kind = None,
    project_id: ProjectId = None,
    wait: Wait = USUAL_WAIT,
    repr_digest: Annotated[str | None, Header(description="sha-256=:BASE64: is compared with what came.")] = None,
    content_digest: Annotated[str | None, Header(description="As Repr-Digest.")] = None,
) -> Response:
    """Take in the body as a file, as it is, whatever its type says; it is written to the disk while it comes.

    It is checked before anybody sees it: 201 tells of the video. When that takes longer than `wait` the answer is 202
    with the job. What is refused leaves nothing.
    """
    length = length_said(request)
    digest = sha256_said(header for header in (repr_digest, content_digest) if header is not None)
    await require_own_project(context, who, project_id)
    try:
        _, job = await take_in(
            context,
            who,
            request.stream(),
            name=plain_name(name),
            upload_id=made_id(request, "upload"),
            kind=kind,
            length=length,
            project_id=project_id,
            sha256=digest,
        )
    except ClientDisconnect:
        return Response(status_code=400)  # nobody is there to read it
    return await arrived(context, who, job, wait)


@router.get("/tus/{upload_id}", summary="How an upload is doing", responses=documented(404))
async def get_upload(context: In, who: Who, upload_id: str) -> UploadStatus:
    """Return how much of it is there, and what became of it; it is known for a day.

    Also of uploads that came in another way than by tus: by address, in one request.
    """
    uploads = Uploads(context.storage.database, context.settings)
    upload = await run_in_threadpool(uploads.require, who.owner, upload_id)
    return status_of(upload, await context.storage.get_job_async(receiving_job(upload.id)))


def length_said(request: Request) -> int | None:
    """Return the bytes that a request says to have. Raises `InputError` for a body that is compressed."""
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise InputError(
            "The body is compressed.",
            hint="Send the file as it is, without Content-Encoding.",
            subject="Content-Encoding",
            code="body_encoded",
        )
    said = request.headers.get("content-length", "")
    return int(said) if said.isdecimal() else None


async def require_own_project(context: Context, who: Principal, project_id: str | None) -> None:
    """Raise `InputError` (project_unknown) for a project that is not there."""
    if project_id is not None:
        await run_in_threadpool(Projects(context.storage.database).get, who.owner, project_id)
