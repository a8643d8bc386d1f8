"""One call for programs: footage, script and how many clips; what comes of it is told to an address."""

import json
from functools import partial
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import ValidationError
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.routing import Match
from starlette.types import Scope

from app.api.bodies import ANY_SIZE
from app.api.context import Context, In
from app.api.library.arrivals import accepted
from app.api.library.forms import Form, discard, read_form
from app.api.library.job_models import Job
from app.api.made import made_id
from app.api.principal import Who
from app.api.problems import documented
from app.api.work import CallbackUrl, require_callback
from app.errors import InputError
from app.models.library.media import Arrival
from app.models.library.wishes import MakeWish
from app.models.principal import Principal
from app.workflows.make_clips import check_wish, make_clips

_TEXTS = ("request", "script", "count", "preset", "options", "project_id", "name", "callback_url")
_JSON = frozenset({"count", "options"})
_PROBLEMS = documented(400, 404, 410, 413, 415, 422, 507)


class MakeCall(MakeWish):
    """Everything at once."""

    callback_url: CallbackUrl = None


_FORM = {
    "type": "object",
    "description": "The same as a form: files as files, what else there is as texts, or as JSON in `request`.",
    "properties": {
        "files": {"type": "array", "items": {"type": "string", "format": "binary"}},
        "request": {"type": "string", "description": "All that the JSON body has, as text."},
        "options": {"type": "string", "description": "Options as JSON."},
        "count": {"type": "integer", "minimum": 1, "maximum": 20},
        **{name: {"type": "string"} for name in ("script", "preset", "project_id", "name", "callback_url")},
    },
}


class _FormRoute(APIRoute):
    """Takes what is sent as a form, and leaves everything else at the same address to the next route."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Return whether a request is for this route."""
        if not Headers(scope=scope).get("content-type", "").lower().startswith("multipart/form-data"):
            return Match.NONE, {}
        return super().matches(scope)


forms = APIRouter(route_class=_FormRoute)
router = APIRouter(tags=["projects"])


@router.post(
    "/make",
    summary="Make clips in one call",
    status_code=202,
    response_model=Job,
    responses=_PROBLEMS,
    openapi_extra={"requestBody": {"content": {"multipart/form-data": {"schema": _FORM}}}},
)
async def make(context: In, who: Who, request: Request, wish: MakeCall) -> Response:
    """Bring the footage in, make clips of it, and tell `callback_url` when they are done, with links to their files.

    Footage is named by address or id, or sent along in a form. It becomes a project, in which everything can be
    changed and rendered again later.
    """
    await require_callback(context, wish.callback_url)
    await run_in_threadpool(check_wish, context.storage.database, context.settings, who.owner, wish, 0)
    return await _taken_in(context, who, request, wish, [])


@forms.post("/make", status_code=202, include_in_schema=False, max_body_size=ANY_SIZE)
async def make_of_form(context: In, who: Who, request: Request) -> Response:
    """Do the same with files that come along."""
    try:
        form = await read_form(context, who, request, files={"files"}, texts=_TEXTS)
    except ClientDisconnect:
        return Response(status_code=400)  # nobody is there to read it
    try:
        wish = _wish_of(form)
        arrivals = [file.arrival(None) for file in form.files.get("files", ())]
        await require_callback(context, wish.callback_url)
        check = partial(check_wish, context.storage.database, context.settings, who.owner, wish, len(arrivals))
        await run_in_threadpool(check)
        return await _taken_in(context, who, request, wish, arrivals)
    except Exception:
        await discard(context, form)
        raise


async def _taken_in(
    context: Context, who: Principal, request: Request, wish: MakeCall, arrivals: list[Arrival]
) -> Response:
    ask = (context.desk, context.settings, who.owner, wish, arrivals, made_id(request), wish.callback_url)
    return await accepted(context, await run_in_threadpool(make_clips, *ask))


def _wish_of(form: Form) -> MakeCall:
    """Return what the texts of a form say. Raises `InputError`, and `RequestValidationError` naming the field."""
    told: dict[str, Any] = _json(form, "request") or {}
    if not isinstance(told, dict):
        raise _bad("request")
    for name in _TEXTS[1:]:
        if text := form.text(name):
            told[name] = _json(form, name) if name in _JSON else text
    try:
        return MakeCall.model_validate(told)
    except ValidationError as error:
        found = [{**one, "loc": ("body", *one["loc"])} for one in error.errors()]
        raise RequestValidationError(found) from error


def _json(form: Form, name: str) -> Any:
    text = form.text(name)
    try:
        return json.loads(text) if text else None
    except (ValueError, RecursionError) as error:
        raise _bad(name) from error


def _bad(name: str) -> InputError:
    return InputError(f"{name} is not the JSON that it should be.", hint="See the API's description.", subject=name)
