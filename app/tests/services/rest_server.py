"""A server on this machine that answers inserts as Supabase's REST interface does, and can be made to fail.

The real `supabase` client talks to it. It knows one thing: rows of a known id are ignored when the request says so.
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class RestServer:
    """`rows` by id. The next `failures` requests are refused; the next `unheard` are done, and their answer dropped."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[str, Any]] = {}
        self.requests = 0
        self.failures = 0
        self.unheard = 0
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def take(self, row: dict[str, Any], prefer: str) -> int:
        """Return the HTTP status, 0 to drop the connection."""
        self.requests += 1
        if self.failures:
            self.failures -= 1
            return 503
        if row["id"] in self.rows and "ignore-duplicates" not in prefer:
            return 409
        self.rows.setdefault(row["id"], row)
        if self.unheard:
            self.unheard -= 1
            return 0
        return 201


@contextmanager
def rest_server() -> Iterator[RestServer]:
    state = RestServer()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.path.split("?")[0] == "/rest/v1/api_costs"
            row = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            status = state.take(row, self.headers.get("Prefer", ""))
            if not status:
                self.close_connection = True
                return
            body = b"[]" if status == 201 else b'{"message": "no", "code": "503", "hint": null, "details": null}'
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class' name
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)
