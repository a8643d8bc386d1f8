"""Every route that the API describes, asked by its owner, by somebody else, with a key that only reads, and by nobody.

What is in a path is filled by its name from what a household has, a body by the operation's: a route that is filled
by neither fails here, and nobody forgets one. Where several things are named, each is somebody else's in turn.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from app.api.authentication import LOGIN
from app.api.guard import HARMLESS
from app.config import Settings
from app.tests.api.household import Household, rows_of
from app.tests.api.signing import LIBRARY, Browser, with_accounts
from app.tests.services.library.things import ANA

pytestmark = pytest.mark.slow

ION = "7d2e8e8f-63cb-4b7f-8e2f-1a6b6e0e6b12"

OPEN = {"/health", LOGIN, "/api/v1/health"}
"""For whoever asks."""

ANYBODY_S = {"kind": "mp4", "number": "1", "name": "new.mp4", "path": "a.mp4", "voice_id": "espeak:ro"}
"""What paths name that has no owner."""

ADMIN = ("/webhooks", "/api-keys")
"""Where a key needs the scope `admin`."""

QUERY = ("project_id", "clip_id", "job_id", "webhook_id", "parent")
"""Parameters of a query that name something with an owner."""

FORMS = {"multipart/form-data", "application/x-www-form-urlencoded"}
RAW = {"application/octet-stream", "application/offset+octet-stream"}

NOT_MADE_YET = {"preview_unknown", "analysis_unknown"}
"""What a video has only after a worker has looked at it."""

HEADERS = {"Tus-Resumable": "1.0.0", "Upload-Length": "4", "Upload-Offset": "0"}


@dataclass(frozen=True)
class Operation:
    """A route as the description tells of it."""

    method: str
    path: str
    name: str
    named: tuple[str, ...]
    asked: tuple[str, ...]
    body: str | None
    fields: dict[str, Any] = field(default_factory=dict, hash=False)
    answers: frozenset[str] = field(default=frozenset())

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def of_things(self) -> list[str]:
        """The names of things with an owner in its path."""
        return [name for name in self.named if name not in ANYBODY_S]


def operations(app: FastAPI) -> list[Operation]:
    """Return all of them, once for each kind of body that they take; those that remove something last."""
    document = app.openapi()
    found = [
        Operation(
            method.upper(),
            path,
            told["operationId"],
            tuple(one["name"] for one in told.get("parameters", ()) if one["in"] == "path"),
            tuple(one["name"] for one in told.get("parameters", ()) if one["in"] == "query"),
            kind,
            resolved(document, content.get("schema", {})),
            frozenset(told["responses"]),
        )
        for path, methods in document["paths"].items()
        for method, told in methods.items()
        for kind, content in told.get("requestBody", {}).get("content", {None: {}}).items()
    ]
    return sorted(found, key=lambda one: one.method == "DELETE")


def resolved(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema itself, for one that is only referred to."""
    name = schema.get("$ref", "").rpartition("/")[2]
    found = document["components"]["schemas"][name] if name else schema
    assert isinstance(found, dict)
    return found


@dataclass(frozen=True)
class Asked:
    """One request: the things of `house`, but those in `theirs` of `other`."""

    app: FastAPI
    house: Household
    other: Household
    theirs: frozenset[str] = frozenset()

    def send(self, operation: Operation, headers: dict[str, str], query: str | None = None) -> httpx.Response:
        """Send it."""
        ids = {**ANYBODY_S, **self.house.ids, **{name: self.other.ids[name] for name in self.theirs if name != "body"}}
        path = operation.path
        for name in operation.named:
            assert name in ids, f"{operation}: what is a {name}? Have one in the household."
            path = path.replace(f"{{{name}}}", ids[name])
        params = {"wait": "0"} if "wait" in operation.asked else {}
        if query is not None:
            params[query] = self.other.ids["job_id" if query == "parent" else query]
        more: dict[str, Any] = {"params": params, "headers": {**HEADERS, **headers}}
        if operation.body in RAW:
            more["headers"]["Content-Type"] = operation.body
        return Browser(self.app)(operation.method, path, **more, **self._body(operation))

    def _body(self, operation: Operation) -> dict[str, Any]:
        if operation.body is None:
            return {}
        about = self.other if "body" in self.theirs else self.house
        if operation.body in FORMS:
            return about.form(operation.fields)
        if operation.body != "application/json":
            return {"content": b"abcd"}  # its type is a header
        try:
            return {"json": about.body(operation.name)}
        except KeyError as error:
            raise AssertionError(f"{operation}: what does {operation.name} take? Say so in the household.") from error


@pytest.fixture
def app(settings: Settings) -> FastAPI:
    return with_accounts(settings, allow_hosts="example.com")


@pytest.fixture
def ana(app: FastAPI) -> Household:
    return Household(app, ANA, "ana-s own")


@pytest.fixture(params=[ION, None], ids=["another owner", "the machine's person"])
def ion(app: FastAPI, request: pytest.FixtureRequest) -> Household:
    return Household(app, request.param, "ion-s own")


def walked(app: FastAPI) -> Iterator[Operation]:
    """Yield what has to do with somebody's things."""
    yield from (operation for operation in operations(app) if operation.path not in OPEN)


def test_nobody_is_let_in(app: FastAPI, ana: Household) -> None:
    before = snapshot(app, ANA)
    wrong = []
    for operation in walked(app):
        answer = Asked(app, ana, ana).send(operation, {})
        if answer.status_code != 401 or "ana-s own" in answer.text:
            wrong.append(f"{operation}: {answer.status_code}")
    assert not wrong, "\n".join(wrong)
    assert snapshot(app, ANA) == before


def test_a_key_that_reads_changes_nothing(app: FastAPI, ana: Household) -> None:
    before = snapshot(app, ANA)
    wrong = []
    for operation in walked(app):
        answer = Asked(app, ana, ana).send(operation, ana.keys["read"])
        refused = operation.method not in HARMLESS or operation.path.removeprefix(LIBRARY).startswith(ADMIN)
        if (answer.status_code == 403) != refused or answer.status_code == 401:
            wrong.append(f"{operation}: {answer.status_code} {answer.text}")
    assert not wrong, "\n".join(wrong)
    after = snapshot(app, ANA)
    after["jobs"] = [row for row in after["jobs"] if row in before["jobs"]]  # a look may have a preview made
    assert after == before


def test_a_key_that_reads_pays_for_nothing(app: FastAPI, ana: Household) -> None:
    answer = Browser(app)("GET", f"{LIBRARY}/voices/espeak:ro/sample?pay=true&wait=0", headers=ana.keys["read"])
    assert (answer.status_code, answer.json()["code"]) == (403, "scope")


def test_whoever_else_asks_finds_nothing_of_hers(app: FastAPI, ana: Household, ion: Household) -> None:
    before = snapshot(app, ANA)
    wrong = []
    for operation in walked(app):
        for theirs in ways(operation, ana, ion):
            answer = Asked(app, ion, ana, theirs).send(operation, ion.keys["admin"])
            if theirs and not is_unknown(answer, operation):
                wrong.append(f"{operation} with her {', '.join(theirs)}: {answer.status_code} {answer.text}")
            elif ana.mark in answer.text or (not theirs and tells_of(answer, ana)):
                wrong.append(f"{operation} tells of her: {answer.text}")
        for query in set(operation.asked) & set(QUERY):
            answer = Asked(app, ion, ana).send(operation, ion.keys["admin"], query)
            if "ana-s own" in answer.text or not (is_unknown(answer, operation) or is_empty(answer)):
                wrong.append(f"{operation}?{query}= tells of her: {answer.text}")
        if operation.method == "DELETE":
            ion.renew()
    assert not wrong, "\n".join(wrong)
    assert snapshot(app, ANA) == before


def test_the_owner_may_do_all(app: FastAPI, ana: Household) -> None:
    wrong = []
    for operation in walked(app):
        answer = Asked(app, ana, ana).send(operation, ana.keys["admin"])
        known = str(answer.status_code) in operation.answers
        missing = is_unknown(answer, operation) and answer.json()["code"] not in NOT_MADE_YET
        broke = answer.status_code >= 500 and operation.path != "/ready"  # no worker is there
        if not known or broke or answer.status_code in {401, 403} or missing:
            wrong.append(f"{operation}: {answer.status_code} {answer.text}")
        if operation.method == "DELETE":
            ana.renew()
    assert not wrong, "\n".join(wrong)


def ways(operation: Operation, ana: Household, ion: Household) -> list[frozenset[str]]:
    """Return which of the things that an operation names are to be hers: none, all, and each alone."""
    names = operation.of_things
    in_json = operation.body == "application/json" and ana.body(operation.name) != ion.body(operation.name)
    if in_json or (operation.body in FORMS and ana.form(operation.fields) != ion.form(operation.fields)):
        names = [*names, "body"]
    found = [frozenset({name}) for name in names]
    return [frozenset(), *found, *([frozenset(names)] if len(names) > 1 else [])]


def is_unknown(answer: httpx.Response, operation: Operation) -> bool:
    """Whether an answer says that something is not there."""
    if operation.method == "HEAD":
        return answer.status_code == 404
    return answer.status_code == 404 and answer.json()["code"].endswith("_unknown")


def is_empty(answer: httpx.Response) -> bool:
    """Whether a list, or a report, tells of nothing."""
    return answer.is_success and not any(part for part in answer.json().values() if isinstance(part, list))


def tells_of(answer: httpx.Response, house: Household) -> bool:
    """Whether an answer holds anything of what a household has."""
    return house.mark in answer.text or any(one in answer.text for one in house.ids.values())


def snapshot(app: FastAPI, owner: str | None) -> dict[str, Any]:
    """Return all that is kept of an owner."""
    with app.state.context.storage.database.read() as connection:
        return rows_of(connection, owner)
