"""Who asks for a request, and what for: every route of the library depends on one of these."""

from typing import Annotated, Any

from fastapi import Depends, Request

from app.errors import NotAllowed, NotSignedIn
from app.models.principal import Principal, Scope


async def principal_of(request: Request) -> Principal:
    """Return who asks, as it was found out before. Raises `NotSignedIn` where that was not asked."""
    who = getattr(request.state, "principal", None)
    if who is None:
        raise NotSignedIn("Nobody has signed in.", hint="Sign in, or send an API key.")
    assert isinstance(who, Principal)  # noqa: S101 - Authentication puts it there
    return who


Who = Annotated[Principal, Depends(principal_of)]
"""The parameter of a route that asks who asks: GET needs the scope `read`, everything else `write`."""


def scope(needed: Scope) -> Any:
    """Return the dependency of a route that needs another scope: `@router.get(..., dependencies=[scope("admin")])`."""

    async def check(who: Who) -> None:
        if needed not in who.scopes:
            raise scope_missing(needed)

    return Depends(check)


def scope_missing(needed: Scope) -> NotAllowed:
    """Return the error for a principal that lacks a scope."""
    return NotAllowed(
        f"This needs the scope {needed}.", hint="Use a key that has it, or sign in.", subject=needed, code="scope"
    )
