"""When cached files were used: cheaply noted, right about what goes first, never a reason to fail."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import event, select, update

from app.config import Settings, load_settings
from app.db import Database, open_database
from app.db.tables import cache_entries
from app.media.probe import probe
from app.models.control import Control
from app.services import cache_index
from app.services.analysis import analyze_once
from app.services.cache_index import TOUCH_SECONDS, CacheEntry, CacheIndex

OLD = datetime(2026, 1, 1, tzinfo=UTC)


def cached(settings: Settings, name: str, size: int = 100, days: float = 0) -> Path:
    """Write a file into the data folder, as if `days` days after the first of January."""
    path = settings.data_dir / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x" * size)
    moment = (OLD + timedelta(days=days)).timestamp()
    os.utime(path, (moment, moment))
    return path


def used_at(settings: Settings) -> dict[str, datetime]:
    with open_database(settings).read() as connection:
        return {row.path: row.used_at for row in connection.execute(select(cache_entries))}


@pytest.fixture
def writes(any_database: Database) -> Iterator[list[str]]:
    """Every statement that writes."""
    seen: list[str] = []

    def note(connection: object, cursor: object, statement: str, *more: object) -> None:
        if statement.startswith(("INSERT", "UPDATE", "DELETE")):
            seen.append(statement)

    event.listen(any_database.writes, "before_cursor_execute", note)
    yield seen
    event.remove(any_database.writes, "before_cursor_execute", note)


def forget_what_was_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """As another process would begin."""
    monkeypatch.setattr(cache_index, "_told", {})


def test_a_use_is_written_at_most_once_an_hour(
    any_settings: Settings, writes: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = cached(any_settings, "cache/analysis/ab/abc.json")
    for _ in range(100):
        CacheIndex(any_settings).touch(path)
    forget_what_was_told(monkeypatch)
    CacheIndex(any_settings).touch(path)
    assert len(writes) == 1
    assert list(used_at(any_settings)) == ["cache/analysis/ab/abc.json"]


def test_after_an_hour_it_is_written_again(any_settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    path = cached(any_settings, "cache/speech/ab/abc.json")
    index = CacheIndex(any_settings)
    index.touch(path)
    hour_ago = datetime.now(UTC) - timedelta(seconds=TOUCH_SECONDS + 1)
    with open_database(any_settings).write() as connection:
        connection.execute(update(cache_entries).values(used_at=hour_ago))
    index.touch(path)
    assert used_at(any_settings)["cache/speech/ab/abc.json"] == hour_ago  # this process has told within the hour
    forget_what_was_told(monkeypatch)
    index.touch(path)
    assert used_at(any_settings)["cache/speech/ab/abc.json"] > hour_ago


def test_a_process_that_finds_it_noted_asks_again_an_hour_after_that(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = cached(settings, "cache/speech/ab/abc.json")
    index = CacheIndex(settings)
    index.touch(path)
    most_of_an_hour = timedelta(seconds=TOUCH_SECONDS - 1)
    with open_database(settings).write() as connection:
        connection.execute(update(cache_entries).values(used_at=datetime.now(UTC) - most_of_an_hour))
    forget_what_was_told(monkeypatch)
    index.touch(path)
    assert not cache_index._is_due(str(path))
    cache_index._noted(str(path), TOUCH_SECONDS)
    assert cache_index._is_due(str(path))


def test_without_a_database_or_a_file_nothing_fails(data_dir: Path) -> None:
    away = load_settings(database_url="postgresql://nobody@127.0.0.1:1/none?connect_timeout=2")
    CacheIndex(away).touch(cached(away, "cache/analysis/ab/abc.json"))
    CacheIndex(load_settings()).touch(data_dir / "cache" / "gone.json")


def test_a_file_the_index_lacks_counts_as_used_when_it_was_written(any_settings: Settings) -> None:
    cached(any_settings, "cache/analysis/ab/b.json", days=2)
    cached(any_settings, "cache/speech/ab/a.json", days=1)
    used = cached(any_settings, "library/voices/ab/v.wav", days=0)
    index = CacheIndex(any_settings)
    index.touch(used)
    cached(any_settings, "cache/analysis/ab/.b.json.1234abcd.tmp.json")
    names = [(entry.name, entry.kind) for entry in index.entries()]
    assert names == [
        ("cache/speech/ab/a.json", "speech"),
        ("cache/analysis/ab/b.json", "analysis"),
        ("library/voices/ab/v.wav", "voices"),
    ]
    assert index.last_use("cache/speech/ab/a.json") == OLD + timedelta(days=1)
    assert index.last_use("cache/speech/ab/gone.json") is None


def test_rows_of_lost_files_are_forgotten(any_settings: Settings) -> None:
    index = CacheIndex(any_settings)
    for name in "abc":
        index.touch(cached(any_settings, f"cache/analysis/{name}.json"))
    (any_settings.data_dir / "cache" / "analysis" / "b.json").unlink()
    assert index.forget_lost() == 1
    index.forget(["cache/analysis/a.json"])
    assert list(used_at(any_settings)) == ["cache/analysis/c.json"]


def test_an_analysis_that_is_used_is_noted(clip: Path, settings: Settings) -> None:
    analyze_once(clip, probe(clip), settings, Control())
    (name,) = used_at(settings)
    assert name.startswith("cache/analysis/") and (settings.data_dir / name).is_file()


FILES = st.lists(
    st.tuples(st.integers(0, 50), st.integers(0, 9), st.sampled_from(["cache/a", "library/voices"]), st.booleans()),
    max_size=12,
)


@given(files=FILES, limit=st.integers(0, 200))
@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
def test_the_limit_is_kept_by_what_was_not_used_for_longest(
    settings: Settings, files: list[tuple[int, int, str, bool]], limit: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    own = settings.model_copy(update={"data_dir": tmp_path_factory.mktemp("own"), "database_url": None})
    needed = set()
    for number, (size, day, place, is_needed) in enumerate(files):
        cached(own, f"{place}/{number}.bin", size, day)
        if is_needed:
            needed.add(f"{place}/{number}.bin")
    index = _IndexOfFiles(own)
    everything = [e for e in index.entries() if not (e.name in needed and e.kind == "voices")]
    going = index.over_limit(limit, lambda entry: entry.name in needed)
    names = {entry.name for entry in going}
    assert not names & needed
    left = [entry for entry in everything if entry.name not in names]
    assert sum(entry.bytes for entry in left) <= limit or {entry.name for entry in left} <= needed
    could_go = [entry for entry in everything if entry.name not in needed]
    assert going == could_go[: len(going)]
    assert not going or sum(entry.bytes for entry in (*left, going[-1])) > limit


class _IndexOfFiles(CacheIndex):
    """An index without rows, so that hundreds of examples need no database."""

    def _used(self, names: object) -> dict[str, datetime]:
        return {}


def test_what_the_cache_holds_within_its_limit_stays(settings: Settings) -> None:
    cached(settings, "cache/a/1.bin", 60)
    cached(settings, "cache/a/2.bin", 40)
    index = CacheIndex(settings)

    def nothing(entry: CacheEntry) -> bool:
        return False

    assert index.over_limit(100, nothing) == []
    assert [entry.name for entry in index.over_limit(99, nothing)] == ["cache/a/1.bin"]
