"""`Idempotency-Key` (IETF draft): a request that is sent again is not done again, and gets the same answer."""

import asyncio
import contextlib
import hashlib
import json
import math
import uuid
from collections.abc import AsyncIterator, Callable
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.body_hash import BodyHash
from app.api.problems import problem, problem_of
from app.db.engine import Database
from app.errors import EditFactoryError, InputError
from app.models.principal import Principal
from app.services.library.idempotency import LEASE, Answer, Claim, IdempotencyKeys

HEADER, REPLAYED = "idempotency-key", "Idempotency-Replayed"
LONGEST = 255
MOST_BYTES = 1 << 20
"""The largest answer that is kept."""

_METHODS = frozenset({"POST", "PUT", "PATCH"})
_KEPT_HEADERS = frozenset({"content-type", "location", "etag", "link", "deprecation", "sunset"})
_HINT = "Use a new key for each thing that is to be done."


class Idempotency:
    """Does each request that has a key once."""

    def __init__(self, app: ASGIApp, database: Database) -> None:
        self._app = app
        self._keys = IdempotencyKeys(database, uuid.uuid4().hex)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer as it was answered before."""
        who = scope.get("state", {}).get("principal")
        if who is None or scope["method"] not in _METHODS or HEADER not in Headers(scope=scope):
            await self._app(scope, receive, send)
            return
        try:
            claim = await run_in_threadpool(self._keys.claim, key_id(scope, who), who.owner)
        except EditFactoryError as error:
            await problem_of(error, scope["method"], scope["path"])(scope, receive, send)
            return
        if claim.is_mine:
            await self._do(claim, scope, receive, send)
        else:
            await (await _known_answer(claim, scope, receive))(scope, receive, send)

    async def _do(self, claim: Claim, scope: Scope, receive: Receive, send: Send) -> None:
        scope.setdefault("state", {})["idempotency"] = f"{claim.id}/{claim.made_at.isoformat()}"
        sent = Sent(scope, receive, claim.body_hash, lambda found: self._keys.note_body(claim.id, found))
        answered = Answered(send)
        try:
            async with self._kept(claim.id):
                await self._app(scope, sent, answered)
                if answered.is_good:
                    await sent.read_to_end()
        except BaseException:
            await asyncio.shield(run_in_threadpool(self._keys.let_go, claim.id))
            if not sent.is_other:
                raise
        if sent.is_other:
            await run_in_threadpool(self._keys.let_go, claim.id)
            await _mismatch()(scope, receive, send)
            return
        await self._settle(claim, sent, answered)
        await answered.pass_on()

    async def _settle(self, claim: Claim, sent: "Sent", answered: "Answered") -> None:
        """Keep an answer that made something; after any other the request may be mended and sent again."""
        if answered.is_good:
            await run_in_threadpool(self._keys.finish, claim.id, sent.hash, answered.kept())
        elif answered.status >= 500 or not claim.is_new:
            await run_in_threadpool(self._keys.let_go, claim.id)
        else:
            await run_in_threadpool(self._keys.forget, claim.id)

    @contextlib.asynccontextmanager
    async def _kept(self, claimed: str) -> AsyncIterator[None]:
        """Give signs of life meanwhile."""

        async def beat() -> None:
            while True:
                await asyncio.sleep(LEASE.total_seconds() / 4)
                with contextlib.suppress(EditFactoryError):
                    await run_in_threadpool(self._keys.keep, claimed)

        task = asyncio.create_task(beat())
        try:
            yield
        finally:
            task.cancel()


class Sent:
    """What comes from the network, hashed on its way; a body other than the known one ends as if its sender left."""

    def __init__(self, scope: Scope, receive: Receive, known: str, note: Callable[[str], None]) -> None:
        self._receive, self._known, self._note = receive, known, note
        self._body = body_hash(scope)
        self._ended = False
        self.is_other = False

    @property
    def hash(self) -> str:
        """The hash of what came so far."""
        return self._body.hexdigest()

    async def __call__(self) -> Message:
        """Return the next message."""
        message = await self._receive()
        if message["type"] != "http.request" or self._ended:
            return message
        self._body.update(message.get("body", b""))
        if not message.get("more_body", False):
            self._ended = True
            if self._known and self._known != self.hash:
                self.is_other = True
                return {"type": "http.disconnect"}
            await run_in_threadpool(self._note, self.hash)
        return message

    async def read_to_end(self) -> None:
        """Take in what nobody wanted to read."""
        while not self._ended and (await self())["type"] == "http.request":
            pass


class Answered:
    """An answer that is held back until it is kept; one that is too long is passed on as it comes."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._messages: list[Message] = []
        self._bytes = 0
        self._is_long = False
        self._headers = Headers()
        self.status = 500

    @property
    def is_good(self) -> bool:
        """Whether something was made."""
        return 200 <= self.status < 300

    async def __call__(self, message: Message) -> None:
        """Take the next message."""
        if message["type"] == "http.response.start":
            self.status, self._headers = message["status"], Headers(raw=message["headers"])
        self._messages.append(message)
        self._bytes += len(message.get("body", b""))
        self._is_long = self._is_long or self._bytes > MOST_BYTES
        if self._is_long:
            await self.pass_on()

    def kept(self) -> Answer:
        """Return what is kept of it: no secret, and nothing that is no text."""
        told = tuple((name, value) for name, value in self._headers.items() if name in _KEPT_HEADERS)
        return Answer(status=self.status, headers=told, text=self._text())

    async def pass_on(self) -> None:
        """Send what is held."""
        for message in self._messages:
            await self._send(message)
        self._messages.clear()

    def _text(self) -> str | None:
        if self._is_long or "no-store" in self._headers.get("cache-control", ""):
            return None
        try:
            return b"".join(message.get("body", b"") for message in self._messages).decode()
        except UnicodeDecodeError:
            return None


def key_id(scope: Scope, who: Principal) -> str:
    """Return the name under which a request is known: its key, of this owner, at this address. Raises `InputError`."""
    said = Headers(scope=scope).getlist(HEADER)
    key = said[0].strip() if len(said) == 1 else ""
    if len(key) > 1 and key[0] == key[-1] == '"':  # the draft writes it as a text in quotes, most programs do not
        key = key[1:-1]
    if not 0 < len(key) <= LONGEST or not (key.isascii() and key.isprintable()):
        raise InputError(
            f"An Idempotency-Key has 1 to {LONGEST} plain letters, and there is one at most.",
            hint="A new UUID is a good one.",
            subject="Idempotency-Key",
            code="bad_idempotency_key",
        )
    return hashlib.sha256(json.dumps([who.owner, scope["method"], scope["path"], key]).encode()).hexdigest()


def body_hash(scope: Scope) -> BodyHash:
    """Return the hash that a request's body goes into."""
    return BodyHash(Headers(scope=scope).get("content-type", ""), scope.get("query_string", b""))


async def _known_answer(claim: Claim, scope: Scope, receive: Receive) -> Response:
    if claim.answer is None:
        return _in_use()
    sent = Sent(scope, receive, claim.body_hash, lambda found: None)
    await sent.read_to_end()
    if sent.is_other:
        return _mismatch()
    if claim.answer.text is None:
        return _not_kept(claim.answer)
    replayed = Response(claim.answer.text, claim.answer.status, headers=dict(claim.answer.headers))
    if claim.answer.status == 204:
        del replayed.headers["content-length"]
    replayed.headers[REPLAYED] = "true"
    return replayed


def _in_use() -> Response:
    answer = problem(
        409,
        "idempotency_in_use",
        "A request with this Idempotency-Key is being worked on.",
        "Ask again when Retry-After says.",
        "Idempotency-Key",
    )
    answer.headers["Retry-After"] = str(math.ceil(LEASE.total_seconds() / 4))
    return answer


def _mismatch() -> Response:
    return problem(
        422,
        "idempotency_mismatch",
        "This Idempotency-Key was used for another request to this address.",
        _HINT,
        "Idempotency-Key",
    )


def _not_kept(answer: Answer) -> Response:
    made: dict[str, Any] = {name: value for name, value in answer.headers if name == "location"}
    told = problem(
        409,
        "idempotency_not_kept",
        "The request was done, and its answer is not kept: it held a secret that is shown once, or was too long.",
        "Location names what was made, if it is to be seen again. " + _HINT,
        "Idempotency-Key",
    )
    told.headers.update(made)
    return told
