"""Doctor's look at Supabase: each way in which it can be wrong is named, with what to do, and never with the key."""

import pytest

from app.config import load_settings
from app.db import open_database
from app.db.supabase import files
from app.models.finding import Finding
from app.services import outbox
from app.services.supabase_check import look
from app.tests.ground.supabase import Supabase


def found(monkeypatch: pytest.MonkeyPatch, url: str | None, key: str | None) -> Finding:
    for name, value in (("SUPABASE_URL", url), ("SUPABASE_KEY", key)):
        if value is None:
            monkeypatch.delenv(name, raising=False)
        else:
            monkeypatch.setenv(name, value)
    finding = look(load_settings())
    assert finding.name == "supabase"
    assert finding.ok or finding.mend
    assert not key or key not in f"{finding}"
    return finding


def test_none_is_needed_but_half_of_one_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    assert found(monkeypatch, None, None).ok
    for url, key, lacking in (("http://x", None, "SUPABASE_KEY"), (None, "sb_secret_x", "SUPABASE_URL")):
        finding = found(monkeypatch, url, key)
        assert not finding.ok
        assert lacking in finding.mend


def test_a_project_that_is_well(supabase: Supabase, monkeypatch: pytest.MonkeyPatch) -> None:
    finding = found(monkeypatch, supabase.url, supabase.service_key)
    assert (finding.ok, finding.mend) == (True, "")
    assert finding.detail == "it answers and has the tables; nothing waits to be sent"


def test_a_weak_key_and_a_wrong_one(supabase: Supabase, monkeypatch: pytest.MonkeyPatch) -> None:
    for key, said in (
        (supabase.anon_key, "anon key"),
        ("sb_publishable_x", "anon key"),
        ("sb_secret_x", "refuses the key (401"),
    ):
        finding = found(monkeypatch, supabase.url, key)
        assert not finding.ok
        assert said in finding.detail
        assert "service_role" in finding.mend


def test_a_project_that_cannot_be_reached_and_an_address_that_is_none(
    supabase: Supabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    supabase.gateway.cut()
    away = found(monkeypatch, supabase.url, supabase.service_key)
    assert not away.ok
    assert "ConnectError" in away.detail
    assert "Nothing is lost" in away.mend
    assert not found(monkeypatch, "no address", supabase.service_key).ok


@pytest.mark.parametrize(
    "lacking", ["ALTER TABLE api_costs RENAME TO elsewhere", "ALTER TABLE jobs DROP COLUMN version"]
)
def test_missing_tables_and_columns_name_the_files(
    lacking: str, supabase: Supabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    supabase.execute(lacking)
    finding = found(monkeypatch, supabase.url, supabase.service_key)
    assert not finding.ok
    assert all(name in finding.mend for name in files())


def test_what_waits_and_what_was_refused(supabase: Supabase, monkeypatch: pytest.MonkeyPatch) -> None:
    database = open_database(load_settings())
    with database.write() as connection:
        for number in range(3):
            outbox.add(connection, "job:a", "upsert_job", {"number": number})
    waiting = found(monkeypatch, supabase.url, supabase.service_key)
    assert waiting.ok
    assert "3 changes wait to be sent, the oldest for 0:00:0" in waiting.detail
    with database.write() as connection:
        outbox.park(connection, [1], "400 23514 why")
    refused = found(monkeypatch, supabase.url, supabase.service_key)
    assert not refused.ok
    assert "400 23514 why" in refused.detail
    assert "1 of them were refused" in refused.detail
    assert "tried again at each start" in refused.mend
