"""How often somebody may ask, and how often a wrong password is tried: counted here, in the memory of the server."""

import ipaddress
import math
import time

from fastapi import Request
from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter

from app.config import Settings
from app.errors import TooManyRequests

DEFAULT_A_MINUTE = 1200
"""With accounts, where nothing is set: twenty a second for a minute, more than any page or workflow needs."""

_PASSWORDS_OF_AN_ADDRESS = (RateLimitItemPerMinute(5), RateLimitItemPerHour(30))
_PASSWORDS_OF_ALL = RateLimitItemPerMinute(120)
"""Checking one takes a tenth of a second of a core, whoever sends it."""


class Limits:
    """Counts of the last minute and hour."""

    def __init__(self, settings: Settings) -> None:
        default = 0 if settings.auth == "none" else DEFAULT_A_MINUTE
        most = default if settings.rate_limit is None else settings.rate_limit
        self._requests = RateLimitItemPerMinute(most) if most else None
        self._counted = SlidingWindowCounterRateLimiter(MemoryStorage())

    async def request(self, who: str) -> None:
        """Count one request. Raises `TooManyRequests`."""
        if self._requests is not None:
            await self._count(self._requests, "request", who)

    async def password(self, address: str) -> None:
        """Count one password, before it is looked at: many at once count as many. Raises `TooManyRequests`."""
        for limit in _PASSWORDS_OF_AN_ADDRESS:
            await self._count(limit, "password", network_of(address))
        await self._count(_PASSWORDS_OF_ALL, "password", "")

    async def was_right(self, address: str) -> None:
        """Forget the passwords of an address: it knows the right one."""
        for limit in _PASSWORDS_OF_AN_ADDRESS:
            await self._counted.clear(limit, "password", network_of(address))

    async def _count(self, limit: RateLimitItem, *names: str) -> None:
        if await self._counted.hit(limit, *names):
            return
        seen = await self._counted.get_window_stats(limit, *names)
        raise TooManyRequests(
            f"More than {limit.amount} in {_span(limit)} are too many.",
            seconds=max(1, math.ceil(seen.reset_time - time.time())),
            hint="Wait as long as Retry-After says.",
        )


def limits_of(request: Request) -> Limits:
    """Return the counts of the app that a request is for."""
    limits = request.app.state.limits
    assert isinstance(limits, Limits)  # noqa: S101 - create_app puts it there
    return limits


def network_of(address: str) -> str:
    """Return what stands for an address when it is counted: of an IPv6 address its /64, which is one connection."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network((found, 64), strict=False)) if found.version == 6 else address


def _span(limit: RateLimitItem) -> str:
    return "a minute" if limit.get_expiry() == 60 else "an hour"
