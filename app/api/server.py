"""The HTTP server around the app: where it listens, when it is ready, how it stops."""

import errno
import os
import socket
from collections.abc import Callable

import uvicorn

from app.api.context import Context
from app.api.guard import is_loopback
from app.db.engine import Database
from app.errors import InputError
from app.services.library.accounts import Accounts
from app.services.library.api_keys import ApiKeys

LEAVING_SECONDS = 3
"""What answers that have begun may still take when the server stops; streams end at once."""

_KEEP_SECONDS = 65
"""For how long a connection without requests stays: longer than clients keep theirs, so that none asks a closed one."""

_BACKLOG = 2048


def require_loopback(host: str) -> None:
    """Raise `InputError` (not_loopback) for an address that others could reach: where nobody signs in."""
    if not is_loopback(host):
        raise InputError(
            f"The server cannot listen on {host}: anyone who reaches it could use it, as nobody has to sign in.",
            hint="Use --host 127.0.0.1, or set EDIT_FACTORY_AUTH=local and a password (edit-factory password set).",
            subject="host",
            code="not_loopback",
        )


def require_way_in(database: Database) -> None:
    """Raise `InputError` (no_way_in) when nobody could sign in: there is neither a password nor a key."""
    if not Accounts(database).is_set() and not ApiKeys(database).all(None):
        raise InputError(
            "EDIT_FACTORY_AUTH is local, and nobody could sign in: there is neither a password nor a key.",
            hint="Run edit-factory password set, or edit-factory keys create NAME, and start again.",
            subject="auth",
            code="no_way_in",
        )


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens; port 0: on a free one. Raises `InputError` when that cannot be."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listening = socket.socket(family, kind, protocol)  # asyncio sends small answers at once only if it is named
    except OSError as error:
        raise _cannot(host, port, error) from error
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # else a restart waits a minute
        listening.bind(address)
        listening.listen(_BACKLOG)
    except OSError as error:
        listening.close()
        raise _cannot(host, port, error) from error
    return listening


def address_of(listening: socket.socket) -> str:
    """Return the address to open in a browser."""
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _cannot(host: str, port: int, error: OSError) -> InputError:
    if error.errno == errno.EADDRINUSE:
        return InputError(
            f"Port {port} of {host} is in use, perhaps by another edit-factory serve.",
            hint="Stop that one, or choose another port with --port (0: any free one).",
            subject="port",
            code="port_in_use",
        )
    why = f"there is no such address ({host})" if isinstance(error, socket.gaierror) else os.strerror(error.errno or 0)
    return InputError(
        f"The server cannot listen on {host}, port {port}: {why}.",
        hint="Use --host 127.0.0.1 and a port above 1023.",
        subject="host",
        code="cannot_listen",
    )


class Server(uvicorn.Server):
    """Serves `app.main:create_app` until SIGTERM or SIGINT; `ready` is called when it takes requests."""

    def __init__(self, listening: socket.socket, ready: Callable[[], None]) -> None:
        super().__init__(_config())
        self._listening = listening
        self._ready = ready
        self.config.load()  # here, so that a database that is away is told as plainly as a wrong option

    def serve_until_stopped(self) -> None:
        """Serve; the calling thread must be the main one."""
        self.run(sockets=[self._listening])

    def stop(self) -> None:
        """Let the server stop, from a signal that it does not know or that came before it served."""
        self.should_exit = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to take requests."""
        await super().startup(sockets)
        self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take no more requests, end streams, and let other answers come to their end."""
        context: Context = self.config.loaded_app.state.context
        context.leaving = True
        await super().shutdown(sockets)


def _config() -> uvicorn.Config:
    return uvicorn.Config(
        "app.main:create_app",  # by name: the app puts the API together, and so stands above it
        factory=True,
        interface="asgi3",
        http="h11",
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=_KEEP_SECONDS,
        timeout_graceful_shutdown=LEAVING_SECONDS,
    )
