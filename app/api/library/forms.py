"""Forms that bring files: each file goes straight into the quarantine, texts are kept."""

from collections.abc import AsyncIterator, Collection, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from fastapi import Request

from app.api.context import Context
from app.api.library.receiving import arrival_of, on_disk, receive_whole
from app.api.library.uploads import length_said
from app.api.made import made_id
from app.api.multipart import PartHead, Piece, pieces_of
from app.errors import InputError
from app.models.library.media import Arrival, MediaKind, Upload
from app.models.library.names import plain_name
from app.models.principal import Principal
from app.services.library.uploads import Uploads

MOST_TEXT = 5 << 20
"""Bytes of all texts of a form together."""

MOST_FILES = 100


@dataclass(frozen=True)
class FormFile:
    """A file of a form, received whole and not checked yet."""

    upload: Upload
    sha256: str | None

    def arrival(self, kind: MediaKind | None, project_id: str | None = None) -> Arrival:
        """Return what the job is told that checks it."""
        return arrival_of(self.upload, self.sha256).evolve(kind=kind, project_id=project_id)


@dataclass
class Form:
    """What a form held, by field: texts as bytes, and files in the order in which they came."""

    texts: dict[str, bytes] = field(default_factory=dict)
    files: dict[str, list[FormFile]] = field(default_factory=dict)

    def file(self, name: str) -> FormFile | None:
        """Return the first file of that field, or None."""
        return next(iter(self.files.get(name, ())), None)

    def text(self, name: str) -> str | None:
        """Return the text of that field, or None. Raises `InputError` (bad_form) for one that is not UTF-8."""
        try:
            return self.texts[name].decode("utf-8") if name in self.texts else None
        except UnicodeDecodeError as error:
            raise InputError(
                f"{name} is not in UTF-8.", hint="Send texts in UTF-8.", subject=name, code="bad_form"
            ) from error


async def read_form(
    context: Context, who: Principal, request: Request, *, files: Collection[str], texts: Collection[str]
) -> Form:
    """Read a form whose fields `files` are files, and `texts` texts (also those that are sent as files, such as SRT).

    Of one that fails no file stays. Raises `InputError`: not_a_form, bad_form, unknown_field, form_too_large, and what
    `take_in` raises.
    """
    waiting = Uploads(context.storage.database, context.settings)
    await on_disk(partial(waiting.require_room, length_said(request) or 0))
    reading = _Reading(waiting, who, request, files=frozenset(files), texts=frozenset(texts))
    try:
        await reading.read()
    except BaseException:
        await reading.undo()
        raise
    return reading.form


async def discard(context: Context, form: Form) -> None:
    """Remove the files of a form of which nothing comes."""
    waiting = Uploads(context.storage.database, context.settings)
    for file in (file for files in form.files.values() for file in files):
        await on_disk(partial(waiting.remove, file.upload.id))


class _Reading:
    def __init__(
        self, waiting: Uploads, who: Principal, request: Request, *, files: frozenset[str], texts: frozenset[str]
    ) -> None:
        self.form = Form()
        self._waiting = waiting
        self._who = who
        self._request = request
        self._known = {"files": files, "texts": texts}
        self._begun: list[str] = []
        self._letters = 0

    async def read(self) -> None:
        pieces = pieces_of(self._request.headers.get("content-type"), self._request.stream())
        async for piece in pieces:
            assert isinstance(piece, PartHead)  # noqa: S101 - the parts are read to their ends below
            if piece.field in self._known["files"]:
                await self._file(piece, _body(pieces))
            elif piece.field in self._known["texts"]:
                await self._text(piece.field, _body(pieces))
            else:
                raise _unknown(piece.field, self._known["files"] | self._known["texts"])

    async def undo(self) -> None:
        for upload_id in self._begun:
            await on_disk(partial(self._waiting.remove, upload_id))

    async def _file(self, head: PartHead, body: AsyncIterator[bytes]) -> None:
        if head.filename == "":  # what browsers send of a field that nobody filled in
            async for _ in body:
                raise _unknown(head.field, self._known["files"])
            return
        if len(self._begun) >= MOST_FILES:
            raise _too_large(f"The form has more than {MOST_FILES} files.")
        upload_id = made_id(self._request, "upload", len(self._begun))
        name = plain_name(head.filename or head.field)
        upload = await on_disk(partial(self._waiting.begin, self._who.owner, None, name, None, {}, upload_id))
        self._begun.append(upload_id)
        upload, sha256 = await receive_whole(self._waiting, upload, body)
        self.form.files.setdefault(head.field, []).append(FormFile(upload, sha256))

    async def _text(self, name: str, body: AsyncIterator[bytes]) -> None:
        held = bytearray()
        async for piece in body:
            self._letters += len(piece)
            if self._letters > MOST_TEXT:
                raise _too_large(f"The texts of the form have more than {MOST_TEXT >> 20} MB.")
            held += piece
        self.form.texts[name] = bytes(held)


async def _body(pieces: AsyncIterator[Piece]) -> AsyncIterator[bytes]:
    """Yield the bytes of the part that has begun."""
    async for piece in pieces:
        if not isinstance(piece, bytes):
            return
        yield piece


def form_schema(
    files: Mapping[str, str], texts: Mapping[str, dict[str, Any]], needed: Collection[str]
) -> dict[str, Any]:
    """Return, for a route's `openapi_extra`, the body that `read_form` reads.

    `files` are described in words, `texts` by their schemas.
    """
    fields: dict[str, Any] = {
        name: {"type": "string", "format": "binary", "description": words} for name, words in files.items()
    }
    schema = {"type": "object", "properties": {**fields, **texts}, "required": list(needed)}
    return {"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": schema}}}}


def _unknown(name: str, known: Collection[str]) -> InputError:
    return InputError(
        f"The form has a field {name!r} that is not read here.",
        hint=f"There are: {', '.join(sorted(known))}.",
        subject=name,
        code="unknown_field",
    )


def _too_large(message: str) -> InputError:
    return InputError(message, hint="Send less at once.", subject="body", code="form_too_large")
