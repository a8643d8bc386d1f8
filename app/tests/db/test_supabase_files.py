"""The SQL files for Supabase: run twice, over an older table, half of them; and what the table keeps to."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from app.db.supabase import files, saved_queries
from app.tests.ground.postgres import PostgresServer
from app.tests.ground.supabase import as_editor, empty_project

ORIGINAL = """
    CREATE TABLE jobs (
        id TEXT PRIMARY KEY,
        job_type TEXT NOT NULL DEFAULT 'video_processing',
        status TEXT NOT NULL DEFAULT 'pending',
        progress TEXT,
        data JSONB NOT NULL,
        created_at TIMESTAMPTZ DEFAULT NOW(),
        updated_at TIMESTAMPTZ DEFAULT NOW()
    );
    CREATE INDEX idx_jobs_status ON jobs(status);
    CREATE INDEX idx_jobs_created_at ON jobs(created_at DESC);
    CREATE INDEX idx_jobs_type_status ON jobs(job_type, status);
    ALTER TABLE jobs ENABLE ROW LEVEL SECURITY;
    CREATE POLICY "Allow read access to all jobs" ON jobs FOR SELECT USING (true);
    CREATE POLICY "Allow insert/update for authenticated users" ON jobs FOR ALL USING (auth.uid() IS NOT NULL);
"""
"""The original interface's table and policies."""


class Project:
    """A database of a Supabase project, used through SQL."""

    def __init__(self, postgres: PostgresServer) -> None:
        self.postgres = postgres
        self.database = empty_project(postgres)

    def run(self, *statements: str, values: tuple[Any, ...] = ()) -> list[str]:
        """Run SQL as the SQL editor does; return the warnings."""
        return [line for text in statements for line in as_editor(self.postgres, self.database, text, *values)]

    def ask(self, query: str) -> list[Any]:
        """Return all rows of a query, as superuser; single values where it has one column."""
        with self.postgres.connect(self.database) as connection:
            rows = connection.execute(query.encode()).fetchall()
        return [row[0] if len(row) == 1 else row for row in rows]

    def shape(self) -> list[Any]:
        """Return all that the files make: columns, constraints, indexes, policies, triggers, grants."""
        return [
            self.ask(
                "SELECT table_name, column_name, data_type, is_nullable, column_default"
                " FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, 2"
            ),
            self.ask(
                "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), convalidated FROM pg_constraint"
                " WHERE connamespace = 'public'::regnamespace ORDER BY 1, 2"
            ),
            self.ask("SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1"),
            self.ask("SELECT * FROM pg_policies ORDER BY tablename, policyname"),
            self.ask("SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1"),
            self.ask(
                "SELECT relname, relacl::text, relrowsecurity, relforcerowsecurity FROM pg_class"
                " WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY 1"
            ),
            self.ask(
                "SELECT attrelid::regclass::text, attname, attacl::text FROM pg_attribute"
                " WHERE attacl IS NOT NULL AND attrelid::regclass::text IN ('jobs', 'api_costs') ORDER BY 1, 2"
            ),
        ]


@pytest.fixture
def project(postgres_server: PostgresServer) -> Iterator[Project]:
    """A project in which nothing was made yet."""
    made = Project(postgres_server)
    yield made
    postgres_server.drop(made.database)


@pytest.fixture
def ready(project: Project) -> Project:
    """A project with the schema."""
    assert project.run(*files().values()) == []
    return project


def test_the_files_come_in_order() -> None:
    assert list(files()) == ["0001_jobs.sql", "0002_api_costs.sql", "0003_policies.sql"]


def test_running_them_again_changes_nothing(ready: Project) -> None:
    shape = ready.shape()
    ready.run("INSERT INTO public.jobs (id, data) VALUES ('a', '{}')")
    for statements in [*files().values(), *reversed(files().values())]:
        assert ready.run(statements) == []
    assert ready.shape() == shape
    assert ready.ask("SELECT id FROM public.jobs") == ["a"]


def test_jobs_has_the_columns_and_indexes_of_the_original(ready: Project) -> None:
    columns = {name: rest for table, name, *rest in ready.shape()[0] if table == "jobs"}
    time = ["timestamp with time zone", "YES", "now()"]
    assert columns == {
        "id": ["text", "NO", None],
        "job_type": ["text", "NO", "'video_processing'::text"],
        "status": ["text", "NO", "'pending'::text"],
        "progress": ["text", "YES", None],
        "data": ["jsonb", "NO", None],
        "created_at": time,
        "updated_at": time,
        "owner": ["uuid", "YES", "auth.uid()"],
        "version": ["bigint", "NO", "1"],
    }
    on_jobs = "ON public.jobs USING btree"
    assert {
        f"CREATE INDEX idx_jobs_status {on_jobs} (status)",
        f"CREATE INDEX idx_jobs_created_at {on_jobs} (created_at DESC)",
        f"CREATE INDEX idx_jobs_type_status {on_jobs} (job_type, status)",
    } <= set(ready.shape()[2])


def test_the_original_table_is_brought_up_to_date(project: Project, postgres_server: PostgresServer) -> None:
    project.run(ORIGINAL)
    project.run(
        "GRANT UPDATE (progress) ON jobs TO anon",
        """SET request.jwt.claims = '{"sub": "11111111-1111-4111-8111-111111111111"}';"""
        """ INSERT INTO jobs (id, data) VALUES ('old', '{"a": 1}')""",
        *files().values(),
    )
    fresh = Project(postgres_server)
    fresh.run(*files().values())
    assert project.shape() == fresh.shape()
    postgres_server.drop(fresh.database)
    assert project.ask("SELECT id, data, owner, version FROM jobs") == [("old", {"a": 1}, None, 1)]


def test_rows_that_break_a_rule_are_told_and_kept(project: Project) -> None:
    project.run(ORIGINAL)
    project.run("INSERT INTO jobs (id, status, data) VALUES ('old', 'paused', '{}')")
    (warning,) = project.run(files()["0001_jobs.sql"])
    assert "jobs_status" in warning
    with pytest.raises(psycopg.errors.CheckViolation):
        project.run("INSERT INTO jobs (id, status, data) VALUES ('new', 'paused', '{}')")
    project.run("UPDATE jobs SET status = 'failed'")
    assert project.run(*files().values()) == []
    assert all(valid for *_, valid in project.shape()[1])


def test_a_policy_of_somebody_else_is_told(ready: Project) -> None:
    ready.run("CREATE POLICY everyone ON public.jobs USING (true)")
    (warning,) = ready.run(*files().values())
    assert '"everyone" on public.jobs' in warning


def test_a_table_is_closed_until_its_policies_come(project: Project) -> None:
    project.run(files()["0001_jobs.sql"], files()["0002_api_costs.sql"])
    project.run("INSERT INTO jobs (id, data) VALUES ('a', '{}')")
    for as_role in ("SET ROLE anon; ", "SET ROLE authenticated; "):
        for attempt in ("TRUNCATE jobs", "TRUNCATE api_costs", "INSERT INTO jobs (id, data) VALUES ('b', '{}')"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                project.run(as_role + attempt)
        project.run(as_role + "DELETE FROM jobs")  # noqa: S608 - two fixed texts
    assert project.ask("SELECT id FROM jobs") == ["a"]


def test_functions_have_a_fixed_search_path(ready: Project) -> None:
    assert ready.ask(
        "SELECT proname, proconfig, prosecdef FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
    ) == [("jobs_keep_newest", ['search_path=""'], False)]


IMPOSSIBLE = [
    "INSERT INTO public.jobs (id, data) VALUES ('', '{}')",
    "INSERT INTO public.jobs (id, data, status) VALUES ('a', '{}', 'paused')",
    "INSERT INTO public.jobs (id, data, version) VALUES ('a', '{}', 0)",
    "INSERT INTO public.api_costs (service, operation, estimated_cost) VALUES ('tts', 'x', -0.000001)",
    "INSERT INTO public.api_costs (service, operation, estimated_cost, units) VALUES ('tts', 'x', 0, -1)",
    "INSERT INTO public.api_costs (service, operation, estimated_cost) VALUES ('', 'x', 0)",
    "INSERT INTO public.api_costs (service, operation, estimated_cost) VALUES ('tts', '', 0)",
]


def test_what_cannot_be_is_refused(ready: Project) -> None:
    for statement in IMPOSSIBLE:
        with pytest.raises(psycopg.errors.CheckViolation):
            ready.run(statement)


def arrive(project: Project, version: int, progress: str, second: int = 0) -> None:
    """Have a version of one job arrive, as the copy is written: whole, inserted or over what is there."""
    project.run(
        """
        INSERT INTO public.jobs (id, data, progress, version, updated_at) VALUES ('a', '{}', %s, %s, %s)
        ON CONFLICT (id) DO UPDATE SET (data, progress, version, updated_at) =
            (EXCLUDED.data, EXCLUDED.progress, EXCLUDED.version, EXCLUDED.updated_at)
        """,
        values=(progress, version, f"2026-01-01 00:00:{second:02}Z"),
    )


def test_an_older_version_never_overwrites_a_newer_one(ready: Project) -> None:
    for version, second in [(2, 20), (3, 30), (3, 30), (1, 10), (2, 20)]:
        arrive(ready, version, f"step {version}", second)
        arrive(ready, version, f"step {version}", second)
    assert ready.ask("SELECT version, progress, extract(second FROM updated_at)::int FROM public.jobs") == [
        (3, "step 3", 30)
    ]


def test_a_change_by_hand_is_dated_and_gives_way_to_the_next_version(ready: Project) -> None:
    arrive(ready, 2, "step 2")
    for text in ("by hand", "again", "and again"):
        ready.run("UPDATE public.jobs SET progress = %s", values=(text,))
    assert ready.ask("SELECT version, progress, updated_at > '2026-02-01' FROM public.jobs") == [(2, "and again", True)]
    arrive(ready, 3, "step 3")
    assert ready.ask("SELECT version, progress, updated_at > '2026-02-01' FROM public.jobs") == [(3, "step 3", False)]


def test_the_id_of_a_job_stays(ready: Project) -> None:
    arrive(ready, 1, "step 1")
    with pytest.raises(psycopg.errors.CheckViolation, match="cannot be changed"):
        ready.run("UPDATE public.jobs SET id = 'b'")


def test_costs_are_exact_and_outlive_their_job(ready: Project) -> None:
    arrive(ready, 1, "step 1")
    cost = "INSERT INTO public.api_costs (job_id, service, operation, estimated_cost) VALUES ('a', 'tts', 'speak', %s)"
    ready.run(*[cost % "0.000001"] * 3, cost % "123456789012.000001", "DELETE FROM public.jobs")
    assert [str(amount) for amount in ready.ask("SELECT sum(estimated_cost) FROM public.api_costs")] == [
        "123456789012.000004"
    ]


EXPECTED = {
    "Running jobs": ["silent", "working"],
    "Failed today": ["broken"],
    "Slow jobs": ["done", "broken"],
    "Jobs by day and status": 4,
    "Costs by service and day": 2,
    "Costs by job": ["done", None],
    "Costs of this month by project": ["(none)", "spring"],
}


def test_the_saved_queries_answer(ready: Project) -> None:
    assert list(saved_queries()) == list(EXPECTED)
    ready.run(
        """
        INSERT INTO public.jobs (id, status, data, created_at, updated_at) VALUES
            ('working', 'processing', '{"percentage": 12.5}', now() - interval '1 hour', now()),
            ('silent', 'pending', '{}', now() - interval '1 hour', now() - interval '50 min'),
            ('done', 'completed', '{}', now() - interval '2 days', now() - interval '1 day'),
            ('broken', 'failed', '{"error": {"message": "no disk"}}', now(), now()),
            ('long ago', 'failed', '{}', now() - interval '40 days', now() - interval '39 days');
        INSERT INTO public.api_costs (job_id, service, operation, units, estimated_cost, project_id, created_at) VALUES
            ('done', 'elevenlabs', 'tts', 1000, 0.3, null, now()), (null, 'edge', 'tts', 10, 0, 'spring', now()),
            (null, 'edge', 'tts', 10, 0, 'spring', now() - interval '40 days');
        """
    )
    for name, query in saved_queries().items():
        found = [row[0] if isinstance(row, tuple) else row for row in ready.ask(query)]
        wanted = EXPECTED[name]
        assert (len(found) if isinstance(wanted, int) else found) == wanted, name
    assert ready.ask(saved_queries()["Failed today"])[0][3] == '{"message": "no disk"}'
