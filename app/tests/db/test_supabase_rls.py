"""Who may do what with rows in Supabase, asked through a real PostgREST on a real Postgres, as an attacker would.

There is no GoTrue here, which signs people in: tokens are minted with its claims (see `Supabase.token`).
"""

import base64
import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import jwt
import psycopg
import pytest

from app.tests.ground.postgres import PostgresServer
from app.tests.ground.supabase import Supabase, supabase_project

ALICE = "aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa"
BOB = "bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb"
NEW = "cccccccc-cccc-4ccc-8ccc-cccccccccccc"
NOBODY = "dddddddd-dddd-4ddd-8ddd-dddddddddddd"
"""Ids of two accounts, which are those of their rows as well; of a new row; and of one without owner."""

TABLES = ("jobs", "api_costs")
TEXT = {"jobs": "progress", "api_costs": "operation"}
"""A column that its owner may change."""

Row = dict[str, Any]


@pytest.fixture(scope="module")
def project(session_postgres: PostgresServer) -> Iterator[Supabase]:
    """One project for all tests of this module."""
    session_postgres.start()
    with supabase_project(session_postgres) as made:
        yield made


@pytest.fixture(autouse=True)
def stored(project: Supabase) -> Iterator[None]:
    """Alice has a row in each table, Bob has one, and one belongs to nobody."""
    for owner, name in ((ALICE, ALICE), (BOB, BOB), (None, NOBODY)):
        project.execute(
            "INSERT INTO public.jobs (id, data, progress, owner) VALUES (%s, '{}', 'before', %s)", name, owner
        )
        project.execute(
            "INSERT INTO public.api_costs (id, service, operation, estimated_cost, owner)"
            " VALUES (%s, 'edge', 'before', 0, %s)",
            name,
            owner,
        )
    yield
    project.execute("TRUNCATE public.jobs, public.api_costs")


def row(table: str, name: str, text: str = "before", **columns: Any) -> Row:
    """Return a row as a client sends it."""
    if table == "jobs":
        return {"id": name, "data": {"job_id": name}, "progress": text, **columns}
    return {"id": name, "service": "edge", "operation": text, "units": 12, "estimated_cost": 0, **columns}


def headers_of(project: Supabase, actor: str) -> dict[str, str]:
    """Return what a client of this actor sends: the project's key, and the token of whoever has signed in."""
    if actor == "service":
        return {"apikey": project.service_key}
    tokens = {"owner": project.token(ALICE), "other": project.token(BOB)}
    return {"apikey": project.anon_key, **({"Authorization": f"Bearer {tokens[actor]}"} if actor in tokens else {})}


def ask(
    project: Supabase,
    actor: str,
    method: str,
    path: str,
    body: Any = None,
    *,
    prefer: str = "return=minimal",
    headers: dict[str, str] | None = None,
) -> httpx.Response:
    """Ask the REST interface for something."""
    sent = {**(headers or headers_of(project, actor)), "Prefer": prefer}
    return httpx.request(method, f"{project.url}/rest/v1/{path}", json=body, headers=sent)


def attempt(project: Supabase, actor: str, action: str, table: str) -> httpx.Response:
    """Have somebody do something to Alice's row, or in her name."""
    place = f"{table}?id=eq.{ALICE}"
    shown = "return=representation"
    match action:
        case "select":
            return ask(project, actor, "GET", place)
        case "insert":
            return ask(project, actor, "POST", table, row(table, NEW, owner=ALICE), prefer=shown)
        case "update":
            return ask(project, actor, "PATCH", place, {TEXT[table]: "after"}, prefer=shown)
        case "delete":
            return ask(project, actor, "DELETE", place, prefer=shown)
        case "hand over":
            return ask(project, actor, "PATCH", place, {"owner": BOB}, prefer=shown)
        case _:
            prefer = f"{shown},resolution=merge-duplicates"
            return ask(project, actor, "POST", f"{table}?on_conflict=id", row(table, ALICE, "after"), prefer=prefer)


MATRIX = {
    #             anon       owner      other      service
    "select": ("refused", "done", "nothing", "done"),
    "insert": ("refused", "done", "refused", "done"),
    "update": ("refused", "done", "nothing", "done"),
    "delete": ("refused", "done", "nothing", "done"),
    "hand over": ("refused", "refused", "refused", "done"),
    "upsert over": ("refused", "done", "refused", "done"),
}
CELLS = [
    (action, actor, verdict)
    for action, verdicts in MATRIX.items()
    for actor, verdict in zip(("anon", "owner", "other", "service"), verdicts, strict=True)
]


def effect(table: str, action: str, before: list[Row]) -> list[Row]:
    """Return the ids, owners and texts that the table has after the action was done."""
    rows = {str(item["id"]): dict(item) for item in before}
    match action:
        case "insert":
            rows[NEW] = {"id": NEW, "owner": ALICE, TEXT[table]: "before"}
        case "update" | "upsert over":
            rows[ALICE][TEXT[table]] = "after"
        case "delete":
            del rows[ALICE]
        case "hand over":
            rows[ALICE]["owner"] = BOB
    return sorted(rows.values(), key=lambda item: str(item["id"]))


def seen(project: Supabase, table: str) -> list[Row]:
    """Return what decides: ids, owners and texts of all rows."""
    return [
        {"id": str(item["id"]), "owner": item["owner"] and str(item["owner"]), TEXT[table]: item[TEXT[table]]}
        for item in project.rows(table)
    ]


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize(("action", "actor", "verdict"), CELLS)
def test_the_matrix(project: Supabase, table: str, action: str, actor: str, verdict: str) -> None:
    before = seen(project, table)
    answer = attempt(project, actor, action, table)
    assert seen(project, table) == (effect(table, action, before) if verdict == "done" else before)
    if verdict == "refused":
        assert answer.status_code == (401 if actor == "anon" else 403), answer.text
        assert answer.json()["code"] == "42501"
    else:
        assert answer.is_success, answer.text
        assert [item["id"] for item in answer.json()] == (
            [] if verdict == "nothing" else [NEW if action == "insert" else ALICE]
        )


def tampered(token: str, *, algorithm: str | None = None, signature: str | None = None, **claims: str) -> str:
    """Return the token with parts of it changed after it was signed."""
    signed = token.rpartition(".")[2]
    header = {**jwt.get_unverified_header(token), **({"alg": algorithm} if algorithm else {})}
    said = {**jwt.decode(token, options={"verify_signature": False}), **claims}
    head, body = (base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in (header, said))
    return f"{head}.{body}.{signed if signature is None else signature}"


BAD: dict[str, Callable[[Supabase], str]] = {
    "expired": lambda project: project.token(ALICE, exp=int(time.time()) - 3600),
    "not valid yet": lambda project: project.token(ALICE, nbf=int(time.time()) + 3600),
    "signed with another secret": lambda project: project.token(ALICE, secret="x" * 40),
    "not signed": lambda project: tampered(project.token(ALICE), algorithm="none", signature=""),
    "signature left out": lambda project: tampered(project.token(ALICE), signature=""),
    "of another algorithm": lambda project: tampered(project.token(ALICE), algorithm="RS256"),
    "role changed after signing": lambda project: tampered(project.token(ALICE), role="service_role"),
    "account changed after signing": lambda project: tampered(project.token(BOB), sub=ALICE),
    "for another service": lambda project: project.token(ALICE, aud="another-service"),
    "without an account": lambda project: project.token(None),
    "of an account that is no uuid": lambda project: project.token("alice"),
    "of a role that nobody may take": lambda project: project.token(ALICE, role="postgres"),
    "of a role that does not exist": lambda project: project.token(ALICE, role="no_such_role"),
    "without a role": lambda project: project.token(ALICE, role=None),
    "malformed": lambda project: "not.a.token",
    "no token at all": lambda project: "%%%",
}
"""Tokens that must open nothing, each wrong in one way."""


@pytest.mark.parametrize("kind", BAD)
def test_bad_tokens_open_nothing(project: Supabase, kind: str) -> None:
    headers = {"apikey": project.anon_key, "Authorization": f"Bearer {BAD[kind](project)}"}
    before = {table: project.rows(table) for table in TABLES}
    for table in TABLES:
        answers = [
            ask(project, "", "GET", table, headers=headers),
            ask(project, "", "POST", table, row(table, NEW), headers=headers),
            ask(project, "", "POST", table, row(table, NEW, owner=ALICE), headers=headers),
            ask(project, "", "PATCH", f"{table}?id=not.is.null", {TEXT[table]: "after"}, headers=headers),
            ask(project, "", "DELETE", f"{table}?id=not.is.null", headers=headers),
        ]
        if kind == "without an account":  # signed in as nobody: sees no row, may make none
            assert answers[0].json() == []
            assert [answer.status_code for answer in answers] == [200, 403, 403, 204, 204]
        else:
            assert {answer.status_code for answer in answers} <= {400, 401, 403}, [a.text for a in answers]
    assert {table: project.rows(table) for table in TABLES} == before


@pytest.mark.parametrize("table", TABLES)
def test_a_row_belongs_to_whoever_inserts_it(project: Supabase, table: str) -> None:
    assert ask(project, "other", "POST", table, row(table, NEW)).status_code == 201
    assert {str(item["id"]): str(item["owner"]) for item in project.rows(table)}[NEW] == BOB


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("owner", [None, BOB, NEW])
def test_a_row_cannot_be_given_away(project: Supabase, table: str, owner: str | None) -> None:
    before = project.rows(table)
    merge = "resolution=merge-duplicates"
    for method, path, body, prefer in (
        ("POST", table, row(table, NEW, owner=owner), "return=minimal"),
        ("PATCH", f"{table}?id=eq.{ALICE}", {"owner": owner}, "return=minimal"),
        ("POST", table, row(table, ALICE, owner=owner), merge),
        ("POST", table, [row(table, NEW, owner=ALICE), row(table, ALICE, owner=owner)], merge),
    ):
        assert ask(project, "owner", method, path, body, prefer=prefer).status_code == 403
    assert project.rows(table) == before


@pytest.mark.parametrize("table", TABLES)
def test_a_row_of_somebody_else_cannot_be_taken(project: Supabase, table: str) -> None:
    before = project.rows(table)
    for target in (ALICE, NOBODY):
        for body in (row(table, target, "mine"), row(table, target, "mine", owner=BOB)):
            for prefer, code in (
                ("return=minimal", 409),
                ("resolution=merge-duplicates", 403),
                ("resolution=ignore-duplicates", 201),
            ):
                assert ask(project, "other", "POST", table, body, prefer=prefer).status_code == code
        assert ask(project, "other", "PATCH", f"{table}?id=eq.{target}", {"owner": BOB}).status_code == 403
    moved = ask(project, "other", "PATCH", f"{table}?id=eq.{BOB}", {"id": ALICE})  # onto somebody else's row
    assert moved.status_code == (400 if table == "jobs" else 409)
    assert project.rows(table) == before


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("which", ["?id=not.is.null", ""])  # without a filter, the rows need not be seen to be changed
def test_everything_means_everything_of_ones_own(project: Supabase, table: str, which: str) -> None:
    counted = ask(project, "other", "GET", table + which, prefer="count=exact")
    assert counted.headers["content-range"] == "0-0/1"
    assert ask(project, "other", "PATCH", table + which, {TEXT[table]: "mine"}).status_code == 204
    changed = {str(item["id"]): item[TEXT[table]] for item in project.rows(table)}
    assert changed == {ALICE: "before", BOB: "mine", NOBODY: "before"}
    assert ask(project, "other", "DELETE", table + which).status_code == 204
    assert [str(item["id"]) for item in project.rows(table)] == [ALICE, NOBODY]


def test_what_the_factory_counts_and_dates_is_not_for_accounts(project: Supabase) -> None:
    before = project.rows("jobs")
    for change in ({"version": 99}, {"created_at": "2020-01-01"}, {"updated_at": "2099-01-01"}):
        assert ask(project, "owner", "POST", "jobs", row("jobs", NEW) | change).status_code == 403
        assert ask(project, "owner", "PATCH", f"jobs?id=eq.{ALICE}", change).status_code == 403
    assert project.rows("jobs") == before


def test_the_service_role_names_owner_and_version_and_older_ones_are_ignored(project: Supabase) -> None:
    merge = "resolution=merge-duplicates"
    for version, owner in ((5, ALICE), (4, BOB), (5, ALICE)):
        sent = row("jobs", NEW, f"version {version}", version=version, owner=owner)
        assert ask(project, "service", "POST", "jobs", sent, prefer=merge).is_success
    (stored,) = [item for item in project.rows("jobs") if item["id"] == NEW]
    assert (stored["version"], stored["progress"], str(stored["owner"])) == (5, "version 5", ALICE)


def test_nothing_else_is_offered_to_strangers(project: Supabase) -> None:
    assert set(ask(project, "anon", "GET", "").json()["paths"]) == {"/"}
    assert set(ask(project, "service", "GET", "").json()["paths"]) == {"/", "/jobs", "/api_costs"}
    for actor in ("anon", "owner", "service"):
        assert ask(project, actor, "POST", "rpc/jobs_keep_newest", {}).status_code == 404


@pytest.mark.parametrize("role", ["anon", "authenticated"])
def test_row_level_security_has_no_way_round_it_in_sql(project: Supabase, role: str) -> None:
    before = {table: project.rows(table) for table in TABLES}
    for statement in (
        "TRUNCATE public.jobs",
        "TRUNCATE public.api_costs",
        "TRUNCATE public.jobs, public.api_costs CASCADE",
        "ALTER TABLE public.jobs DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE public.jobs NO FORCE ROW LEVEL SECURITY",
        "CREATE POLICY mine ON public.jobs USING (true)",
        'DROP POLICY "Owners see their jobs" ON public.jobs',
        "ALTER TABLE public.jobs DISABLE TRIGGER USER",
        "CREATE TRIGGER mine BEFORE UPDATE ON public.jobs FOR EACH ROW EXECUTE FUNCTION public.jobs_keep_newest()",
        "CREATE OR REPLACE FUNCTION auth.uid() RETURNS uuid LANGUAGE sql AS 'SELECT NULL::uuid'",
        "CREATE TABLE public.mine (job text REFERENCES public.jobs)",
        "SELECT public.jobs_keep_newest()",
    ):
        with project.postgres.connect(project.database) as connection:
            connection.execute(f"SET ROLE {role}".encode())
            with pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.FeatureNotSupported)):
                connection.execute(statement.encode())
    assert {table: project.rows(table) for table in TABLES} == before


def test_rights_are_these_and_no_others(project: Supabase) -> None:
    asked = """
        SELECT grantee, table_name, string_agg(privilege_type, ' ' ORDER BY privilege_type)
        FROM information_schema.role_table_grants
        WHERE table_schema = 'public' AND grantee IN ('PUBLIC', 'anon', 'authenticated') GROUP BY 1, 2 ORDER BY 1, 2
    """
    with project.postgres.connect(project.database) as connection:
        assert connection.execute(asked.encode()).fetchall() == [
            ("authenticated", "api_costs", "DELETE SELECT"),
            ("authenticated", "jobs", "DELETE SELECT"),
        ]


def test_policies_hold_for_a_server_that_takes_a_role_for_a_request(project: Supabase) -> None:
    claims = json.dumps({"sub": ALICE, "role": "authenticated"})
    with project.postgres.connect(project.database) as connection:
        with connection.transaction():
            connection.execute("SET LOCAL ROLE authenticated")
            connection.execute("SELECT set_config('request.jwt.claims', %s, true)", (claims,))
            assert connection.execute("SELECT id FROM public.jobs").fetchall() == [(ALICE,)]
        with connection.transaction():  # the next one on the same connection is somebody else's
            connection.execute("SET LOCAL ROLE authenticated")
            assert connection.execute("SELECT id FROM public.jobs").fetchall() == []
