"""An address that webhooks are sent to: it verifies each as its owner would, and answers as the test says."""

import contextlib
import json
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from standardwebhooks import Webhook

from app.tests.services.answering import Answering, answering, reply


@dataclass(frozen=True)
class Message:
    """One message as it came: its headers in small letters, and its body."""

    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def event(self) -> str:
        return str(json.loads(self.body)["type"])

    def verified(self, secret: str) -> dict[str, Any]:
        """Return what it says. Raises `WebhookVerificationError` when it was not signed by that secret."""
        found = Webhook(secret).verify(self.body, self.headers)
        assert isinstance(found, dict)
        return found


class Receiver:
    """Where it listens, and what it got."""

    def __init__(self, server: Answering) -> None:
        self._server = server

    @property
    def url(self) -> str:
        return self._server.address("/hook")

    @property
    def got(self) -> list[Message]:
        return [_message(request) for request in self._server.asked]


Status = str | Callable[[int], str]
"""The answer to each message, or to the first, second ..."""


@contextlib.contextmanager
def receiving(status: Status = "200 OK", *headers: str) -> Iterator[Receiver]:
    """Run a receiver that answers with a status."""
    count = 0

    def answer(connection: socket.socket, request: bytes) -> None:
        nonlocal count
        count += 1
        connection.sendall(reply(b"", status(count) if callable(status) else status, *headers))

    with answering(answer) as server:
        yield Receiver(server)


def _message(request: bytes) -> Message:
    head, _, body = request.partition(b"\r\n\r\n")
    lines = [line.partition(": ") for line in head.decode("latin-1").split("\r\n")[1:]]
    return Message({name.lower(): value for name, _, value in lines}, body)
