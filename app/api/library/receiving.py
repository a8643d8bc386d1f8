"""Bodies that are files: from the network to the disk block by block, never whole in memory."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

from app.api.context import Context
from app.errors import InputError, MediaError
from app.models.job import JobDict
from app.models.library.media import Arrival, MediaKind, Upload
from app.models.principal import Principal
from app.services.library.incoming import Incoming
from app.services.library.uploads import Uploads, too_large
from app.workflows.receive import receive

R = TypeVar("R")

BLOCK = 1 << 20
"""Bytes that are written at once: what the network brings piece by piece is too little for a change of threads."""

SILENCE_SECONDS = 60.0
"""After how long without a byte a body is given up."""

CHECKPOINT_BYTES, CHECKPOINT_SECONDS = 64 << 20, 5.0
"""How much of an upload that goes on after a power failure is sent again at most: whichever comes first."""

_writers = ThreadPoolExecutor(8, "uploads")
"""Threads of their own: a slow disk must not keep others from theirs."""


async def on_disk(work: Callable[[], R]) -> R:
    """Do work of the disk in one of the threads for that."""
    return await asyncio.get_running_loop().run_in_executor(_writers, work)


async def pour(
    stream: AsyncIterator[bytes],
    writing: Incoming,
    most: int,
    beyond: InputError,
    checkpoint: Callable[[], Awaitable[None]] | None = None,
) -> None:
    """Write what comes: while one block is written, the next one is received.

    `checkpoint` is called now and then, when all that came is written. Raises `beyond` once the file would have more
    than `most` bytes, and `InputError` (upload_too_slow). Whatever it raises, all that came before is written, and
    nobody writes any more.
    """
    loop, pending, block = asyncio.get_running_loop(), _Pending(writing), bytearray()
    noted, looked = writing.received, time.monotonic()
    try:
        async with asyncio.timeout(SILENCE_SECONDS) as limit:
            async for piece in stream:
                limit.reschedule(None)
                if pending.received + len(block) + len(piece) > most:
                    raise beyond
                block += piece
                if len(block) >= BLOCK:
                    await pending.write(block)
                    block = bytearray()
                    if checkpoint and _is_due(pending.received - noted, looked):
                        await pending.done()
                        await checkpoint()
                        noted, looked = pending.received, time.monotonic()
                limit.reschedule(loop.time() + SILENCE_SECONDS)
    except TimeoutError as error:
        raise too_slow() from error
    finally:
        await pending.write(block)
        await pending.done()


async def take_in(
    context: Context,
    who: Principal,
    stream: AsyncIterator[bytes],
    *,
    name: str,
    upload_id: str,
    kind: MediaKind | None = None,
    length: int | None = None,
    project_id: str | None = None,
    sha256: bytes | None = None,
) -> tuple[Upload, JobDict]:
    """Receive a whole file, and have it checked: return the upload, and the job that checks it.

    One that an earlier request of the same id received is not received again. Nothing stays of one that fails. Raises
    `InputError`: upload_too_large, upload_too_slow, length_mismatch, digest_mismatch; `MediaError` (media_empty);
    `StorageError` (disk_full).
    """
    waiting = Uploads(context.storage.database, context.settings)
    begun = partial(waiting.begin, who.owner, kind, name, length, {"project_id": project_id}, upload_id)
    upload = await on_disk(begun)
    is_new = upload.state == "receiving"
    try:
        upload, hashed = await receive_whole(waiting, upload, stream, length, sha256)
    except BaseException:
        if is_new:
            await on_disk(partial(waiting.remove, upload_id))
        raise
    return upload, await on_disk(partial(receive, context.desk, arrival_of(upload, hashed), who.owner))


def arrival_of(upload: Upload, sha256: str | None = None) -> Arrival:
    """Return what the job is told that checks an upload."""
    return Arrival(
        name=upload.name,
        kind=upload.kind or None,
        project_id=upload.metadata.get("project_id"),
        upload_id=upload.id,
        sha256=sha256,
    )


async def receive_whole(
    waiting: Uploads,
    upload: Upload,
    stream: AsyncIterator[bytes],
    length: int | None = None,
    sha256: bytes | None = None,
) -> tuple[Upload, str | None]:
    """Receive an upload from its first byte to its last, and return it as it is then, with its SHA-256.

    One that is whole already is not received again. Raises what `take_in` raises; what came stays.
    """
    if upload.state != "receiving":
        async for _ in stream:
            pass
        return upload, None
    most = length if length is not None else waiting.largest
    with await on_disk(partial(Incoming, waiting.place(upload.id))) as writing:
        await on_disk(partial(writing.cut, 0))
        await pour(stream, writing, most, too_large(most))
        size = writing.received
        if length is not None and size != length:
            raise InputError(
                f"Of {length} bytes {size} came.", hint="Send it again.", subject="body", code="length_mismatch"
            )
        if size == 0:
            raise MediaError("The file is empty.", hint="Send one.", subject=upload.name, code="media_empty")
        if sha256 is not None and writing.digest() != sha256:
            raise InputError(
                "What came is not what was sent: its SHA-256 is another one.",
                hint="Send it again.",
                subject="Repr-Digest",
                code="digest_mismatch",
            )
        await on_disk(writing.sync)
    await on_disk(partial(waiting.note, upload.id, received=size, length=size, state="checking"))
    return await on_disk(partial(waiting.require, upload.owner, upload.id)), writing.digest().hex()


class _Pending:
    """The one block that is being written while the next one comes."""

    def __init__(self, writing: Incoming) -> None:
        self._writing = writing
        self._future: asyncio.Future[None] | None = None
        self.received = writing.received

    async def write(self, block: bytearray) -> None:
        """Have a block written once the one before is."""
        await self.done()
        if block:
            loop = asyncio.get_running_loop()
            self._future = loop.run_in_executor(_writers, self._writing.write, block)
            self.received += len(block)

    async def done(self) -> None:
        """Wait until nothing is being written; raise what went wrong with it."""
        if self._future is None:
            return
        try:
            await asyncio.shield(self._future)  # whoever is cancelled meanwhile waits for it again
        finally:
            if self._future.done():
                self._future = None


def too_slow() -> InputError:
    """Return the error for a body that has come to a stand."""
    return InputError(
        f"Nothing came for {SILENCE_SECONDS:.0f} seconds.",
        hint="Send it again; uploads of the tus protocol go on where they were.",
        subject="body",
        code="upload_too_slow",
    )


def _is_due(count: int, looked: float) -> bool:
    return count >= CHECKPOINT_BYTES or time.monotonic() - looked >= CHECKPOINT_SECONDS
