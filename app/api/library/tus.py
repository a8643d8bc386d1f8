"""Files brought in part by part, which go on where they were after any break: the tus protocol, version 1.0.0.

The offset that is told is what is on the disk: whatever dies, no byte before it is asked for again, or missing.
"""

from collections.abc import Callable, Coroutine
from functools import partial
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Path, Request, Response
from fastapi.routing import APIRoute
from starlette.requests import ClientDisconnect

from app.api.bodies import ANY_SIZE
from app.api.context import Context, In
from app.api.library import tus_headers as headers
from app.api.library.receiving import arrival_of, on_disk, pour
from app.api.library.uploads import length_said, require_own_project
from app.api.made import made_id
from app.api.principal import Who
from app.api.problems import documented, problem, problem_of
from app.db.types import now
from app.errors import EditFactoryError, InputError
from app.models.library.media import Upload
from app.models.library.names import plain_name
from app.models.principal import Principal
from app.services.library.incoming import Incoming
from app.services.library.uploads import Uploads
from app.workflows.receive import receive

PLACE = "/api/v1/library/uploads/tus"

Answering = Callable[[Request], Coroutine[Any, Any, Response]]


class TusRoute(APIRoute):
    """A route whose every answer says which version of the protocol it speaks, and that speaks no other."""

    def get_route_handler(self) -> Answering:
        """Return what answers."""
        answer = super().get_route_handler()

        async def spoken(request: Request) -> Response:
            if request.method != "OPTIONS" and request.headers.get("tus-resumable") != headers.VERSION:
                response: Response = problem(
                    412, "tus_version", "Only version 1.0.0 of tus is spoken.", "Send Tus-Resumable: 1.0.0.",
                    "Tus-Resumable",
                )  # fmt: skip
                response.headers["Tus-Version"] = headers.VERSION
            else:
                try:
                    response = await answer(request)
                except EditFactoryError as error:
                    response = problem_of(error, request.method, request.url.path)
                except ClientDisconnect:
                    response = Response(status_code=400)  # nobody is there to read it
            response.headers["Tus-Resumable"] = headers.VERSION
            return response

        return spoken


router = APIRouter(prefix="/uploads/tus", tags=["videos"], route_class=TusRoute)

UploadId = Annotated[str, Path(description="The upload: the last part of its address.")]
Resumable = Annotated[Literal["1.0.0"], Header(alias="Tus-Resumable", description="The version that is spoken.")]
_NUMBER = {"pattern": r"^\d{1,18}$", "examples": ["0"]}
Offset = Annotated[
    str | None,
    Header(alias="Upload-Offset", description="The byte that the body begins at.", json_schema_extra=_NUMBER),
]
Checksum = Annotated[
    str | None,
    Header(alias="Upload-Checksum", description="sha256 or sha1, a space, and the hash of the body, base64."),
]
_ANOTHER_HASH: dict[int | str, dict[str, Any]] = {
    460: {**documented(400)[400], "description": "What came has another hash than Upload-Checksum says."}
}
_PART: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "The bytes from the offset on.",
        "content": {headers.PARTS: {"schema": {"type": "string", "format": "binary"}}},
    }
}


@router.options("", summary="What of tus is spoken", status_code=204)
async def describe_tus(context: In, who: Who) -> Response:
    """Tell the version, the extensions and the largest file."""
    return Response(
        status_code=204,
        headers={
            "Tus-Version": headers.VERSION,
            "Tus-Extension": headers.EXTENSIONS,
            "Tus-Max-Size": str(_uploads(context).largest),
            "Tus-Checksum-Algorithm": ",".join(headers.ALGORITHMS),
        },
    )


@router.post(
    "",
    summary="Begin an upload",
    status_code=201,
    response_class=Response,
    responses={**documented(400, 404, 408, 412, 413, 415, 422, 423, 507), **_ANOTHER_HASH},
    max_body_size=ANY_SIZE,
)
async def create_tus_upload(
    context: In,
    who: Who,
    request: Request,
    tus_resumable: Resumable,
    upload_length: Annotated[
        str | None, Header(alias="Upload-Length", description="Bytes of the file.", json_schema_extra=_NUMBER)
    ] = None,
    upload_metadata: Annotated[
        str | None, Header(description="filename, kind and project_id, each with its value in base64.")
    ] = None,
    upload_checksum: Checksum = None,
) -> Response:
    """Say what is to come; Location is where its parts go. The first part may come along as the body.

    Metadata: `filename` (or `name`), `kind` (video, photo, music, logo), `project_id`.
    """
    length = headers.number("Upload-Length", upload_length)
    pairs = headers.metadata(upload_metadata)
    kind = headers.kind_said(pairs)
    project_id = pairs.get("project_id") or None
    await require_own_project(context, who, project_id)
    with_part = request.headers.get("content-type") == headers.PARTS
    about = {"project_id": project_id, "tus": upload_metadata or ""}
    name = plain_name(pairs.get("filename") or pairs.get("name") or "")
    begin = partial(_uploads(context).begin, who.owner, kind, name, length, about, made_id(request, "upload"))
    upload = await on_disk(begin)
    if with_part or length == 0:
        upload = await _written(context, who, request, upload, 0, headers.checksum(upload_checksum))
    return Response(status_code=201, headers={"Location": f"{PLACE}/{upload.id}", **headers.about(upload)})


@router.head(
    "/{upload_id}", summary="How far an upload is", response_class=Response, responses=documented(404, 410, 412)
)
async def get_tus_offset(context: In, who: Who, tus_resumable: Resumable, upload_id: UploadId) -> Response:
    """Tell the offset at which it goes on."""
    upload = await on_disk(partial(_going_on, context, who, upload_id))
    return Response(status_code=200, headers=headers.about(upload))


@router.patch(
    "/{upload_id}",
    summary="Send a part of an upload",
    status_code=204,
    response_class=Response,
    responses={**documented(400, 404, 408, 409, 410, 412, 413, 415, 423, 507), **_ANOTHER_HASH},
    openapi_extra=_PART,
    max_body_size=ANY_SIZE,
)
async def send_tus_part(
    context: In,
    who: Who,
    request: Request,
    tus_resumable: Resumable,
    upload_id: UploadId,
    upload_offset: Offset = None,
    upload_checksum: Checksum = None,
) -> Response:
    """Write the body at the offset. With the last part the check begins: `GET /uploads/tus/{upload_id}` tells of it."""
    offset, expected = headers.number("Upload-Offset", upload_offset), headers.checksum(upload_checksum)
    if request.headers.get("content-type") != headers.PARTS:
        raise InputError(
            f"A part has the type {headers.PARTS}.", hint="Send that Content-Type.", subject="Content-Type",
            code="tus_type",
        )  # fmt: skip
    upload = await on_disk(partial(_going_on, context, who, upload_id))
    upload = await _written(context, who, request, upload, offset, expected)
    return Response(status_code=204, headers=headers.about(upload))


@router.delete("/{upload_id}", summary="Give an upload up", status_code=204, responses=documented(404, 410, 412, 423))
async def end_tus_upload(context: In, who: Who, tus_resumable: Resumable, upload_id: UploadId) -> Response:
    """Forget it, and what was received of it. What is whole already is not given up: remove the video instead."""

    def end() -> None:
        upload = _going_on(context, who, upload_id)
        if upload.received == upload.length:
            raise _over(upload)
        with Incoming(_uploads(context).place(upload.id)):  # nobody writes it now
            _uploads(context).remove(upload.id)

    await on_disk(end)
    return Response(status_code=204)


def _uploads(context: Context) -> Uploads:
    return Uploads(context.storage.database, context.settings)


def _going_on(context: Context, who: Principal, upload_id: str) -> Upload:
    """Return an upload of which something may come still, or all has come.

    Raises `InputError`: upload_unknown, and upload_ended for one that failed or was not gone on with in time.
    """
    upload = _uploads(context).require(who.owner, upload_id)
    late = upload.state == "receiving" and upload.received != upload.length and upload.expires_at < now()
    if late or upload.state == "failed":
        raise _over(upload)
    if upload.state == "receiving" and upload.received == upload.length:  # a server died before it could say so
        receive(context.desk, arrival_of(upload), who.owner)
    return upload


async def _written(
    context: Context,
    who: Principal,
    request: Request,
    upload: Upload,
    offset: int,
    expected: tuple[str, bytes] | None,
) -> Upload:
    """Write a part at its offset, and return the upload as it is then; once it is whole, it is checked.

    Of a part that breaks off what came is kept, unless it has a hash: then all or nothing. Raises `InputError`:
    upload_busy, upload_offset, upload_beyond_end, upload_too_slow, checksum_mismatch.
    """
    waiting, length, size = _uploads(context), upload.length or 0, length_said(request)
    if offset + (size or 0) > length:
        raise _beyond(length)
    await on_disk(partial(waiting.require_room, size or 0))
    with await on_disk(partial(Incoming, waiting.place(upload.id), expected[0] if expected else "sha256")) as writing:
        upload = await on_disk(partial(waiting.require, who.owner, upload.id))  # now nobody else changes it
        _require_offset(upload, offset)
        await on_disk(partial(writing.cut, offset))
        note = partial(on_disk, partial(_note, waiting, upload.id, writing))
        try:
            await pour(request.stream(), writing, length, _beyond(length), checkpoint=None if expected else note)
            if expected and writing.digest() != expected[1]:
                raise _another_hash()
        except BaseException:
            if expected:
                await on_disk(partial(writing.cut, offset))
            await note()
            raise
        await note()
    upload = await on_disk(partial(waiting.require, who.owner, upload.id))
    if upload.received == length:
        await on_disk(partial(receive, context.desk, arrival_of(upload), who.owner))
    return upload


def _note(waiting: Uploads, upload_id: str, writing: Incoming) -> None:
    """Have what came on the disk, and only then say that it is there."""
    waiting.note(upload_id, received=writing.sync())


def _require_offset(upload: Upload, offset: int) -> None:
    if upload.state != "receiving":
        raise _over(upload)
    if upload.received != offset:
        raise InputError(
            f"The upload goes on at byte {upload.received}, not at {offset}.",
            hint="Ask for the offset with HEAD, and go on from there.",
            subject="Upload-Offset",
            code="upload_offset",
        )


def _over(upload: Upload) -> InputError:
    why = (upload.error or {}).get("message") or "It is whole, or was not gone on with in time."
    return InputError(
        f"Nothing more is taken for this upload. {why}",
        hint="Begin a new one.",
        subject="upload_id",
        code="upload_ended",
    )


def _beyond(length: int) -> InputError:
    return InputError(
        f"The upload was said to have {length} bytes, and more came.",
        hint="Begin a new one with the right Upload-Length.",
        subject="body",
        code="upload_beyond_end",
    )


def _another_hash() -> InputError:
    return InputError(
        "What came is not what was sent: its hash is another one. Nothing of it was kept.",
        hint="Send the part again from the same offset.",
        subject="Upload-Checksum",
        code="checksum_mismatch",
    )
