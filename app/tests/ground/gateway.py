"""The gateway in front of Supabase's REST interface, as far as clients notice it; and the network, which can fail."""

import contextlib
import http.client
import json
import math
import socket
import struct
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

PREFIX = "/rest/v1"
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class Gateway:
    """Listens on a loopback port of its own, asks for a known `apikey`, and passes requests on to a Unix socket.

    A key stands for a token: it is sent on as bearer token where no other one is given, as the real gateway does.
    `requests` has a line for each request and what became of it: "POST /jobs 201", "POST /jobs lost"; `held` says how
    many wait for `release`.
    """

    def __init__(self, target: Path, keys: dict[str, str]) -> None:
        self.target = target
        self.keys = keys
        self.requests: list[str] = []
        self._open: set[socket.socket] = set()
        self._answers: list[int] = []
        self._answer_headers: dict[str, str] = {}
        self.held = 0
        self._to_hold: float = 0
        self._flows = threading.Event()
        self._flows.set()
        self._to_lose = 0
        self._lock = threading.Lock()
        self._server: _Server | None = None
        self._place = _bound()  # keeps the port while nobody listens: connections are refused
        self.port = int(self._place.getsockname()[1])
        self.restore()

    @property
    def url(self) -> str:
        """The project's address."""
        return f"http://127.0.0.1:{self.port}"

    def cut(self) -> None:
        """End every connection, in the middle of whatever it does, and refuse new ones."""
        if self._server is None:
            return
        self._server.shutdown()
        self._server.server_close()
        with self._lock:
            self._server = None
            for connection in self._open:
                _break(connection)

    def restore(self) -> None:
        """Let connections in again."""
        if self._server is None:
            self._server = _Server(self)
            threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def lose_answers(self, times: int) -> None:
        """Have the next requests done, but break the connection instead of answering."""
        with self._lock:
            self._to_lose = times

    def answer_with(self, status: int, times: int = 1, **headers: str) -> None:
        """Answer the next requests with this status (and `Retry_After`, say) instead of passing them on."""
        with self._lock:
            self._answers = [status] * times
            self._answer_headers = {name.replace("_", "-"): value for name, value in headers.items()}

    def hold(self, times: float = math.inf) -> None:
        """Take the next requests, or all, and answer none of them until `release`."""
        self._to_hold = times
        self._flows.clear()

    def release(self) -> None:
        """Go on with what was held."""
        self._flows.set()

    def await_flow(self) -> None:
        """Wait if this request is one to be held."""
        with self._lock:
            self._to_hold -= 1
            held = self._to_hold >= 0
        if held:
            self.held += 1
            self._flows.wait()
            self.held -= 1

    def close(self) -> None:
        """Stop for good."""
        self.release()
        self.cut()
        self._place.close()

    def enter(self, connection: socket.socket) -> None:
        """Take note of a connection, to break it when cut; one that comes too late is broken at once."""
        with self._lock:
            self._open.add(connection)
            if self._server is None:
                _break(connection)

    def leave(self, connection: socket.socket) -> None:
        """Forget a connection."""
        with self._lock:
            self._open.discard(connection)

    def next_answer(self) -> tuple[int, dict[str, str]] | None:
        """Return the status and headers to answer with instead of passing the request on, if any."""
        with self._lock:
            return (self._answers.pop(), self._answer_headers) if self._answers else None

    def loses_answer(self) -> bool:
        """Whether the answer that is ready now is to be lost."""
        with self._lock:
            self._to_lose -= 1
            return self._to_lose >= 0

    def note(self, line: str) -> None:
        """Write down what became of a request."""
        with self._lock:
            self.requests.append(line)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, gateway: Gateway) -> None:
        self.gateway = gateway
        super().__init__(("127.0.0.1", gateway.port), _Handler, bind_and_activate=False)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        self.server_bind()
        self.server_activate()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: that connections break is what this is for."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def setup(self) -> None:
        super().setup()
        self.gateway = self.server.gateway
        self.upstream = _UnixConnection(self.gateway.target)
        self.gateway.enter(self.connection)

    def finish(self) -> None:
        self.gateway.leave(self.connection)
        self.upstream.close()
        super().finish()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("do_"):  # one for each method of HTTP
            return self._answer
        raise AttributeError(name)

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path = self.path.removeprefix(PREFIX)
        line = f"{self.command} {path.partition('?')[0]}"
        self.gateway.await_flow()
        wanted = self.gateway.next_answer()
        key = self.headers.get("apikey", "")
        if wanted is not None:
            self._say(line, wanted[0], {"message": "An answer that was asked for."}, wanted[1])
        elif path == self.path:
            self._say(line, 404, {"message": "no Route matched with those values"})
        elif key not in self.gateway.keys:
            self._say(line, 401, {"message": "Invalid API key" if key else "No API key found in request"})
        else:
            self._pass_on(line, path, body, key)

    def _pass_on(self, line: str, path: str, body: bytes, key: str) -> None:
        headers = {name: value for name, value in self.headers.items() if name.lower() not in {"host", "connection"}}
        if headers.get("Authorization", f"Bearer {key}") == f"Bearer {key}":
            headers["Authorization"] = f"Bearer {self.gateway.keys[key]}"
        try:
            self.upstream.request(self.command, path or "/", body, headers)
            answer = self.upstream.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException):
            self.upstream.close()
            self._say(line, 503, {"message": "name resolution failed"})
            return
        if self.gateway.loses_answer():
            self.gateway.note(f"{line} lost")
            _break(self.connection)
            self.close_connection = True
            return
        self.gateway.note(f"{line} {answer.status}")
        self._send(answer.status, dict(answer.getheaders()), content)

    def _say(self, line: str, status: int, message: dict[str, str], headers: dict[str, str] | None = None) -> None:
        self.gateway.note(f"{line} {status}")
        self._send(status, {"Content-Type": "application/json", **(headers or {})}, json.dumps(message).encode())

    def _send(self, status: int, headers: dict[str, str], content: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            if name.lower() not in {"transfer-encoding", "content-length", "connection", "date", "server"}:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def log_message(self, *args: Any) -> None:
        """Say nothing: `Gateway.requests` has it all."""


class _UnixConnection(http.client.HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, place: Path) -> None:
        super().__init__("localhost", timeout=60)
        self._place = place

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._place))


def _break(connection: socket.socket) -> None:
    """End a connection at once, whoever waits on it; it is closed by the thread that serves it."""
    with contextlib.suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        connection.shutdown(socket.SHUT_RDWR)


def _bound() -> socket.socket:
    """Return a socket that has a loopback port and does not listen on it; others may share the port."""
    place = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    place.bind(("127.0.0.1", 0))
    return place
