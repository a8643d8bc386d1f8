"""Errors as RFC 9457 problem documents: one place that says which status and what text leave the server."""

import http
import logging
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import Field
from starlette.exceptions import HTTPException

from app.api.methods import methods_of
from app.errors import EditFactoryError, NotSignedIn, TooManyRequests
from app.models.base import Record
from app.services import logs
from app.services.shown import without_paths

log = logging.getLogger("edit_factory")

MEDIA_TYPE = "application/problem+json"

STATUS_OF_CODE = {
    "job_state": 409,
    "job_running": 409,
    "status_of_engine": 409,
    "database": 503,
    "version_conflict": 412,
    "auth_none": 409,
    "project_busy": 409,
    "sample_costs": 409,
    "media_gone": 410,
    "edit_missing": 410,
    "clip_not_rendered": 409,
    "export_unfinished": 409,
    "upload_too_large": 413,
    "upload_busy": 423,
    "upload_offset": 409,
    "upload_beyond_end": 413,
    "upload_too_slow": 408,
    "checksum_mismatch": 460,
    "tus_header": 400,
    "tus_type": 415,
    "body_encoded": 415,
    "not_a_form": 415,
    "bad_form": 400,
    "form_too_large": 413,
    "upload_ended": 410,
    "digest_mismatch": 422,
}
"""The status of errors for which their class has another one; what ends in `_unknown` is a 404."""

HINT_OF_CODE = {"job_unknown": "GET /api/v1/library/jobs lists those there are."}
"""What helps here, for errors whose own hint is about the command line."""

HINT_OF_STATUS = {
    404: "GET /openapi.json describes every address there is.",
    405: "The header Allow names the methods of this address; GET /openapi.json describes them.",
    413: "A request that brings no file has at most 1 MB.",
}

_ABOUT_A_JOB = frozenset({"job_unknown", "job_state", "job_running"})
_OWN_FAULT = 500
_TOLD = frozenset({"disk_full"})
"""Of the server's own faults those that whoever asks can do something about."""


PROBLEM = "Problem"
"""The name of the record below in the API's description."""


class Problem(Record):
    """What went wrong with a request (RFC 9457)."""

    type: str = Field(description="Names the kind of problem.", examples=["urn:edit-factory:problem:job_unknown"])
    title: str = Field(description="The kind of problem, for people.", examples=["Job unknown"])
    status: int = Field(description="The HTTP status.", examples=[404])
    detail: str = Field(description="What is wrong and why.", examples=["There is no job 7."])
    code: str = Field(description="Stable; programs may rely on it.", examples=["job_unknown"])
    hint: str = Field("", description="What would work.", examples=["GET /api/v1/library/jobs lists those there are."])
    subject: str = Field("", description="The field or thing it is about.", examples=["job_id"])


def problem(status: int, code: str, detail: str, hint: str = "", subject: str = "") -> JSONResponse:
    """Return the answer that tells of a problem."""
    document = Problem(
        type=f"urn:edit-factory:problem:{code}",
        title=code.replace("_", " ").capitalize(),
        status=status,
        detail=detail,
        code=code,
        hint=hint,
        subject=subject,
    )
    return JSONResponse(document.model_dump(), status_code=status, media_type=MEDIA_TYPE)


_PHRASES = {413: "Content Too Large", 414: "URI Too Long", 416: "Range Not Satisfiable", 422: "Unprocessable Content"}
"""Of RFC 9110; Python's are older in some of its versions, and codes are made of them."""


def phrase_of(status: int) -> str:
    """Return what a status is called."""
    return _PHRASES.get(status) or http.HTTPStatus(status).phrase


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return, for a route's `responses`, that these statuses come with a problem document."""
    content = {MEDIA_TYPE: {"schema": {"$ref": f"#/components/schemas/{PROBLEM}"}}}
    return {status: {"description": phrase_of(status), "content": content} for status in statuses}


def add_handlers(app: FastAPI) -> None:
    """Let every error of the app's routes be answered with a problem document."""
    app.add_exception_handler(EditFactoryError, _known)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _of_http)
    app.add_exception_handler(Exception, _unexpected)


async def _known(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, EditFactoryError)  # noqa: S101 - what it is registered for
    return problem_of(error, request.method, request.url.path)


def problem_of(error: EditFactoryError, method: str, path: str) -> JSONResponse:
    """Return the answer that tells of an error which a request to `path` met."""
    code = error.instance_code
    status = 404 if code.endswith("_unknown") else STATUS_OF_CODE.get(code, error.http_status)
    if status < _OWN_FAULT or code in _TOLD:
        subject = "job_id" if code in _ABOUT_A_JOB else without_paths(error.subject)
        hint = HINT_OF_CODE.get(code) or without_paths(error.hint)
        answer = problem(status, code, without_paths(error.message), hint, subject)
        answer.headers.update(_headers_of(error))
        return answer
    log.error("%s %s: %s [%s]", method, path, error.message, code)
    return problem(status, code, "The server cannot do this now.", "Its log says why; try again when it is mended.")


def _headers_of(error: EditFactoryError) -> dict[str, str]:
    if isinstance(error, NotSignedIn):
        return {"WWW-Authenticate": 'Bearer realm="edit-factory"'}
    return {"Retry-After": str(error.seconds)} if isinstance(error, TooManyRequests) else {}


async def _invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - what it is registered for
    first = error.errors()[0]
    place = [str(part) for part in first["loc"][1:]]
    field = _short(".".join(place) or str(first["loc"][0]), 200)
    why = _short(first["msg"].removeprefix("Value error, "), 1_000)
    return problem(422, "invalid_input", f"{field}: {why}.", "The API's description says what it takes.", subject=field)


def _short(text: str, most: int) -> str:
    """Return the text, which may hold what somebody sent, in so many letters at most."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


async def _of_http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101 - what it is registered for
    answer = problem_of_status(error.status_code)
    answer.headers.update(error.headers or {})
    if error.status_code == 405 and (methods := methods_of(request.app, request.url.path)):
        answer.headers["Allow"] = ", ".join(methods)
    return answer


def problem_of_status(status: int) -> JSONResponse:
    """Return the answer for a request that the framework refuses: nobody knows more than its status."""
    phrase = phrase_of(status)
    return problem(
        status, phrase.lower().replace(" ", "_").replace("-", "_"), f"{phrase}.", HINT_OF_STATUS.get(status, "")
    )


async def _unexpected(request: Request, error: Exception) -> JSONResponse:
    """Say nothing of the error: whoever runs the app logs it, as it is raised again after the answer."""
    answer = problem(_OWN_FAULT, "internal_error", "Something went wrong inside Edit Factory.", "Its log says more.")
    answer.headers[logs.REQUEST_HEADER] = logs.request_id.get()  # it is made outside of what names all other answers
    return answer
