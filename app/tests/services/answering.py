"""A server on loopback that answers as a test tells it, byte by byte where that matters."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

PIECE = 65_536


@dataclass
class Answering:
    """Where it listens, and the requests it got: each all of its bytes."""

    port: int
    asked: list[bytes] = field(default_factory=list)

    def address(self, path: str = "/", host: str = "127.0.0.1") -> str:
        """Return an address of the server under the name of `host`."""
        return f"http://{host}:{self.port}{path}"


Answer = Callable[[socket.socket, bytes], None]


@contextlib.contextmanager
def answering(
    answer: bytes | Answer, host: str = "127.0.0.1", encrypted: ssl.SSLContext | None = None
) -> Iterator[Answering]:
    """Run a server that gives the same answer to every request, or lets a function write it."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, 0), family=family) as listening:
        server = Answering(listening.getsockname()[1])
        open_ones: list[socket.socket] = []

        def serve(plain: socket.socket) -> None:
            with contextlib.suppress(OSError), _connection(plain, encrypted) as connection:
                request = _read(connection)
                server.asked.append(request)
                if callable(answer):
                    answer(connection, request)
                else:
                    connection.sendall(answer)

        def accept() -> None:
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = listening.accept()
                    open_ones.append(connection)
                    threading.Thread(target=serve, args=(connection,), daemon=True).start()

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            for connection in [listening, *open_ones]:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
            thread.join()


def _connection(plain: socket.socket, encrypted: ssl.SSLContext | None) -> socket.socket:
    return encrypted.wrap_socket(plain, server_side=True) if encrypted else plain


def reply(body: bytes = b"", status: str = "200 OK", *headers: str, length: int | None = None) -> bytes:
    """Return an answer; `length` is what it says of its body, when that is not true."""
    said = [f"HTTP/1.1 {status}", f"Content-Length: {len(body) if length is None else length}", *headers]
    return "\r\n".join([*said, "Connection: close", "", ""]).encode() + body


def _read(connection: socket.socket) -> bytes:
    """Return a request with its body."""
    found = b""
    while b"\r\n\r\n" not in found:
        piece = connection.recv(PIECE)
        if not piece:
            return found
        found += piece
    head, _, body = found.partition(b"\r\n\r\n")
    said = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    length = int(said[0].partition(b":")[2]) if said else 0
    while len(body) < length and (piece := connection.recv(PIECE)):
        body += piece
    return head + b"\r\n\r\n" + body
