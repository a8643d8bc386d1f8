"""The one way in which a server asks an address that somebody gave: to tell of a job, to fetch a file.

A name is looked up once, what was found must be allowed (`outbound_rules`), and exactly that is connected to, so that
a name that means something else a moment later leads nowhere else. Redirects are not followed, proxies not used.
"""

import contextlib
import re
import socket
import ssl
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import httpcore
import httpx

from app.config import Settings
from app.errors import AddressError
from app.services.outbound_rules import Rules, address_found, refused, rules_from

Resolve = Callable[[str, int], list[str]]
"""Looks a host up for a port: its addresses as texts. Raises `OSError`."""

_LONGEST = 2_048
_AGENT = b"Edit-Factory"
_HOST = re.compile(rb"[\w.:-]+")
_REDIRECTS = range(300, 400)


@dataclass(frozen=True)
class Limits:
    """What an answer may take: bytes of its body, seconds for all of it, seconds of silence."""

    largest: int = 1 << 20
    seconds: float = 20.0
    silence: float = 10.0


class Reply:
    """An answer whose body is still to come. Names of `headers` are in small letters."""

    def __init__(self, response: httpcore.Response, limits: Limits) -> None:
        self.status: int = response.status
        self.headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
        self._response = response
        self._limits = limits

    @property
    def length(self) -> int | None:
        """The bytes that are said to come, where that is said."""
        said = self.headers.get("content-length", "")
        return int(said) if said.isdecimal() else None

    def chunks(self) -> Iterator[bytes]:
        """Yield the body piece by piece. Raises `AddressError` when it is too large, too slow, or breaks off."""
        self.require_fitting(self.length or 0)
        count = 0
        with _told():
            for chunk in self._response.iter_stream():
                count += len(chunk)
                self.require_fitting(count)
                yield chunk

    def require_fitting(self, count: int) -> None:
        """Raise `AddressError` (address_too_large) for more bytes than the limits allow."""
        if count > self._limits.largest:
            raise _failed(
                "address_too_large", f"it holds more than {self._limits.largest:,} bytes", "Use a smaller file."
            )


class Outbound:
    """Asks addresses that the rules allow."""

    def __init__(self, rules: Rules, resolve: Resolve | None = None) -> None:
        self._rules = rules
        self._resolve = resolve or look_up

    def require_allowed(self, address: str) -> None:
        """Raise `AddressError` for an address that would not be asked; what cannot be looked up now may come later."""
        url = _parsed(address)
        try:
            found = self._resolve(url.raw_host.decode(), _port(url))
        except (OSError, UnicodeError):
            return
        for text in found:
            self._rules.require(url.host, address_found(text))

    @contextlib.contextmanager
    def ask(
        self,
        method: str,
        address: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        limits: Limits | None = None,
    ) -> Iterator[Reply]:
        """Give the answer, whatever its status; its body is read with `chunks`, or left.

        Raises `AddressError`: address_refused, address_unreachable, address_too_slow, address_broke_off.
        """
        url, chosen = _parsed(address), limits or Limits()
        backend = _Guarded(self._rules, self._resolve, url.host, time.monotonic() + chosen.seconds)
        silence = dict.fromkeys(("connect", "read", "write", "pool"), chosen.silence)
        sent = [(b"Host", url.netloc), (b"User-Agent", _AGENT), (b"Accept-Encoding", b"identity")]
        sent += [(name.encode("ascii"), value.encode("ascii")) for name, value in (headers or {}).items()]
        with contextlib.ExitStack() as stack:
            with _told():
                pool = httpcore.ConnectionPool(ssl_context=_ssl(), max_connections=1, network_backend=backend)
                stack.enter_context(pool)
                target = httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
                asked = pool.stream(method, target, headers=sent, content=body, extensions={"timeout": silence})
                response = stack.enter_context(asked)
            yield Reply(response, chosen)

    @contextlib.contextmanager
    def fetch(self, address: str, limits: Limits) -> Iterator[Reply]:
        """Give the answer that brings a file. Raises `AddressError` as `ask`, and address_answer for any but 200."""
        with self.ask("GET", address, limits=limits) as reply:
            if reply.status in _REDIRECTS:
                raise _failed("address_answer", f"it only points to another one ({reply.status})", "Give that one.")
            if reply.status != 200:
                raise _failed("address_answer", f"it answered with {reply.status}", "Open it in a browser to see why.")
            reply.require_fitting(reply.length or 0)
            yield reply


def outbound_for(settings: Settings) -> Outbound:
    """Return what asks by the settings' rules."""
    return Outbound(rules_from(settings.allow_hosts, loopback=settings.auth == "none"))


def look_up(host: str, port: int) -> list[str]:
    """Return the addresses that the machine's resolver finds, in its order and in its time. Raises `OSError`."""
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


class _Guarded(httpcore.NetworkBackend):
    """Connects to what was looked up and allowed, and to nothing else, and ends all by a deadline."""

    def __init__(self, rules: Rules, resolve: Resolve, host: str, deadline: float) -> None:
        self._rules = rules
        self._resolve = resolve
        self._host = host
        self._deadline = deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Look the host up, once; refuse it if any address may not be asked; connect to the first that answers."""
        try:
            found = self._resolve(host, port)
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError("its name is not known") from error
        for text in found:
            self._rules.require(self._host, address_found(text))
        failure: Exception = httpcore.ConnectError("its name is not known")
        for text in found:
            try:
                stream = _connect(text, port, _left(self._deadline, timeout), socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return _Timed(stream, self._deadline)
        raise failure

    def connect_unix_socket(self, *arguments: Any, **more: Any) -> httpcore.NetworkStream:
        """Refuse: no address leads to a socket of this machine's files."""
        raise httpcore.ConnectError("it is no address on a network")


class _Timed(httpcore.NetworkStream):
    """A connection on which everything ends by a deadline: a byte now and then keeps nobody waiting for ever."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: float) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Return what has come."""
        return self._stream.read(max_bytes, _left(self._deadline, timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send."""
        self._stream.write(buffer, _left(self._deadline, timeout))

    def close(self) -> None:
        """Close the connection."""
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """Return the connection, encrypted."""
        encrypted = self._stream.start_tls(ssl_context, server_hostname, _left(self._deadline, timeout))
        return _Timed(encrypted, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        """Return what is known of the connection."""
        return self._stream.get_extra_info(info)


def _connect(
    ip: str, port: int, timeout: float, options: Iterable[httpcore.SOCKET_OPTION] | None
) -> httpcore.NetworkStream:
    return httpcore.SyncBackend().connect_tcp(ip, port, timeout, None, options)


def _left(deadline: float, timeout: float | None) -> float:
    """Return the seconds that one wait may take. Raises `httpcore.ReadTimeout` when there are none."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout("its time is up")
    return left if timeout is None else min(left, timeout)


def _parsed(address: str) -> httpx.URL:
    if len(address) > _LONGEST:
        raise refused(f"it is longer than {_LONGEST} characters", "Use a shorter one.")
    try:
        url = httpx.URL(address)
    except (httpx.InvalidURL, UnicodeError) as error:
        raise refused("it cannot be read", "Use one like https://example.com/hook.") from error
    if url.scheme not in {"http", "https"}:
        raise refused("only http and https are spoken", "Use one like https://example.com/hook.")
    if not _HOST.fullmatch(url.raw_host) or _port(url) not in range(1, 65_536):
        raise refused("its host or port cannot be", "Use one like https://example.com/hook.")
    if url.userinfo:
        raise refused("it holds a name or password", "Leave out what comes before the @.")
    return url


def _port(url: httpx.URL) -> int:
    return url.port if url.port is not None else 443 if url.scheme == "https" else 80


@cache
def _ssl() -> ssl.SSLContext:
    return httpx.create_ssl_context()


@contextlib.contextmanager
def _told() -> Iterator[None]:
    """Turn what goes wrong on the network into an error a person can act on."""
    try:
        yield
    except httpcore.TimeoutException as error:
        raise _failed("address_too_slow", "it took too long to answer", "Try again later.") from error
    except httpcore.NetworkError as error:
        raise _failed("address_unreachable", _why(error), "See whether it is right and its server runs.") from error
    except httpcore.ProtocolError as error:
        raise _failed("address_broke_off", "what it sent is broken or incomplete", "Try again.") from error


def _why(error: Exception) -> str:
    if isinstance(error.__context__, ssl.SSLError):
        return "its certificate is not valid, or it speaks no TLS"
    return "it cannot be reached"


def _failed(code: str, why: str, hint: str) -> AddressError:
    return AddressError(f"The address did not answer as it should: {why}.", hint=hint, subject="url", code=code)
