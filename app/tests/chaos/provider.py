"""A provider that charges for every request it receives, and counts: on loopback, in this process."""

import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SLOW_SECONDS = 0.05
"""Long enough for callers to be killed while they wait for the answer."""


class Charging:
    """What was charged, by job."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.charged: Counter[str] = Counter()


@contextmanager
def charging_provider() -> Iterator[Charging]:
    """Run the provider."""
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            with lock:
                provider.charged[body] += 1
            time.sleep(SLOW_SECONDS)
            answer = json.dumps({"said": body}).encode()
            try:
                self.send_response(200)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)
            except OSError:  # the caller was killed meanwhile: it is charged all the same
                return

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider = Charging(f"http://127.0.0.1:{server.server_address[1]}/")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
