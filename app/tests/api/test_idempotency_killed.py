"""A real server that is killed in the middle of a request, and one that is reached under accounts."""

import socket
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select, update

from app.config import Settings
from app.db import open_database
from app.db.tables import idempotency_keys, projects
from app.db.types import now
from app.services.library.accounts import Accounts
from app.services.library.api_keys import ApiKeys
from app.tests.api.serving import Server, serving
from app.tests.api.signing import LIBRARY, PASSWORD
from app.tests.ground.children import until

pytestmark = pytest.mark.slow

KEY = {"Idempotency-Key": "n8n execution 4711"}


def half_a_request(server: Server, whole: bytes, half: int) -> socket.socket:
    """Send the beginning of a body, and leave the rest to come."""
    host, port = server.address.removeprefix("http://").split(":")
    connection = socket.create_connection((host, int(port)))
    head = f"POST {LIBRARY}/projects HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    head += f"Idempotency-Key: {KEY['Idempotency-Key']}\r\nContent-Length: {len(whole)}\r\n\r\n"
    connection.sendall(head.encode() + whole[:half])
    return connection


def test_after_a_kill_in_the_middle_the_key_is_free_and_a_thing_is_made_once(
    settings: Settings, tmp_path: Path
) -> None:
    database = open_database(settings)
    body = b'{"name": "Cafea"}'

    def state() -> str | None:
        with database.read() as connection:
            return connection.execute(select(idempotency_keys.c.state)).scalar_one_or_none()

    with serving(tmp_path / "one") as server, half_a_request(server, body, 5):
        until(lambda: state() == "open")
        waiting = server.http.post(f"{LIBRARY}/projects", content=body, headers=KEY)
        assert (waiting.status_code, waiting.json()["code"]) == (409, "idempotency_in_use")
        server.kill()
    with serving(tmp_path / "two") as server:
        with database.write() as connection:  # the signs of life of the one that is dead are old by now
            connection.execute(update(idempotency_keys).values(expires_at=now() - timedelta(seconds=1)))
        headers = {**KEY, "Content-Type": "application/json"}
        made, again = [server.http.post(f"{LIBRARY}/projects", content=body, headers=headers) for _ in range(2)]
        assert (made.status_code, again.status_code) == (201, 201), made.text
        assert made.json() == again.json()
        assert again.headers["idempotency-replayed"] == "true"
    with database.read() as connection:
        assert connection.execute(select(projects.c.id)).scalars().all() == [made.json()["id"]]


def test_a_request_that_takes_long_keeps_its_key(settings: Settings, tmp_path: Path) -> None:
    """Its signs of life come while its body does."""
    database = open_database(settings)

    def sign() -> object:
        with database.read() as connection:
            return connection.execute(select(idempotency_keys.c.expires_at)).scalar_one_or_none()

    with serving(tmp_path) as server, half_a_request(server, b'{"name": "Cafea"}', 5) as connection:
        until(lambda: sign() is not None)
        first = sign()
        until(lambda: sign() != first)
        connection.sendall(b'{"name": "Cafea"}'[5:])
        assert b"201 Created" in connection.recv(4096)


def test_whoever_leaves_in_the_middle_leaves_the_key(settings: Settings, tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        half_a_request(server, b'{"name": "Cafea"}', 5).close()

        def tried() -> bool:
            return server.http.post(f"{LIBRARY}/projects", json={"name": "Cafea"}, headers=KEY).status_code == 201

        until(tried)


def test_a_server_with_accounts(settings: Settings, tmp_path: Path) -> None:
    database = open_database(settings)
    Accounts(database).set_password(PASSWORD)
    key = ApiKeys(database).create(None, "n8n", ["write"])
    with serving(tmp_path, EDIT_FACTORY_AUTH="local") as server:
        http: httpx.Client = server.http
        assert http.get(f"{LIBRARY}/jobs").status_code == 401
        assert http.get("/metrics").status_code == 200, "programs of this machine watch over it"
        assert http.get("/metrics", headers={"X-Forwarded-For": "203.0.113.5"}).status_code == 401
        assert http.get(f"{LIBRARY}/jobs", headers={"Authorization": f"Bearer {key.key}"}).status_code == 200
        origin = {"Origin": server.address}
        assert http.post(f"{LIBRARY}/auth/login", json={"password": PASSWORD}, headers=origin).status_code == 200
        assert http.post(f"{LIBRARY}/projects", json={"name": "x"}).json()["code"] == "csrf"
        assert http.post(f"{LIBRARY}/projects", json={"name": "x"}, headers=origin).status_code == 201
        Accounts(database).set_password("another password")
        assert http.get(f"{LIBRARY}/jobs").status_code == 401
        assert server.stop() == 0
        for secret in (PASSWORD, key.key, "another password"):
            assert secret not in server.log
