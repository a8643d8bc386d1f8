"""Signing in and out, and who one is."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import Field

from app.api.authentication import CSRF, SESSION, address_of
from app.api.context import Context, In
from app.api.guard import host_of
from app.api.limits import limits_of
from app.api.principal import Who
from app.api.problems import documented
from app.errors import InputError, NotSignedIn
from app.models.base import Record
from app.models.library.access import NewSession
from app.models.principal import Scope
from app.services.library.accounts import ADMIN, MOST, Accounts
from app.services.library.sessions import Sessions

router = APIRouter(prefix="/auth", tags=["access"])


class Login(Record):
    """What somebody signs in with."""

    password: Annotated[str, Field(min_length=1, max_length=MOST, description="As `password set` was told.")]


class SignedIn(Record):
    """A session that has begun; its secret is in a cookie that only the browser reads."""

    name: str = Field(description="Whose account it is.", examples=["admin"])
    csrf_token: str = Field(description="Goes into the header X-CSRF-Token of changes; it is in a cookie as well.")
    expires_at: datetime


class Me(Record):
    """Who asks, and what they may do."""

    auth: str = Field(description="The server's setting: none (nobody signs in) or local.", examples=["local"])
    kind: Literal["machine", "session", "key", "token"] = Field(description="How they are known.")
    name: str = Field(description="Of the account or the key.", examples=["admin"])
    scopes: tuple[Scope, ...] = Field(description="What they may do.", examples=[["read", "write", "admin"]])


@router.post("/login", summary="Sign in", responses=documented(401, 409, 422, 429))
async def login(context: In, request: Request, response: Response, given: Login) -> SignedIn:
    """Begin a session: the answer sets its cookies. Wrong passwords are counted, and soon have to wait (429)."""
    if context.settings.auth != "local":
        raise _nothing_to_sign_in_to()
    limits, address = limits_of(request), address_of(request.scope)
    await limits.password(address)
    database = context.storage.database
    account_id = await run_in_threadpool(Accounts(database).check, given.password)
    if account_id is None:
        raise NotSignedIn(
            "The password is wrong, or none was set.",
            hint="On the server's machine, edit-factory password set sets a new one.",
            subject="password",
            code="wrong_password",
        )
    await limits.was_right(address)
    session = await run_in_threadpool(Sessions(database).begin, account_id, context.settings.session_days)
    _set_cookies(context, request, response, session)
    return SignedIn(name=ADMIN, csrf_token=session.csrf, expires_at=session.expires_at)


@router.post("/logout", summary="Sign out", status_code=204)
async def logout(context: In, who: Who, response: Response) -> None:
    """End the session that asks; one who asks otherwise has none."""
    if who.kind == "session":
        await run_in_threadpool(Sessions(context.storage.database).end, who.id)
    for name in (SESSION, CSRF):
        response.delete_cookie(name)


@router.get("/me", summary="Who one is")
async def me(context: In, who: Who) -> Me:
    """Return who asks."""
    scopes = tuple(sorted(who.scopes))
    return Me(auth=context.settings.auth, kind=who.kind, name=who.name, scopes=scopes)


def _set_cookies(context: Context, request: Request, response: Response, session: NewSession) -> None:
    response.headers["Cache-Control"] = "no-store"
    secure = _is_secure(context, request)
    for name, value, hidden in ((SESSION, session.token, True), (CSRF, session.csrf, False)):
        response.set_cookie(name, value, expires=session.expires_at, httponly=hidden, secure=secure, samesite="lax")


def _is_secure(context: Context, request: Request) -> bool:
    """Whether the browser came by HTTPS: as far as a trusted proxy says so, or as that is our public address."""
    public = context.settings.public_url
    by_public = public.startswith("https:") and host_of(public) == host_of(f"//{request.headers.get('host', '')}")
    return by_public or request.url.scheme == "https"


def _nothing_to_sign_in_to() -> InputError:
    return InputError(
        "Nobody has to sign in here.",
        hint="EDIT_FACTORY_AUTH=local asks for a password.",
        code="auth_none",
    )
