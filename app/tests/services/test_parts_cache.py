"""Parts are part of the cache: a job works with its own, the ones not used for longest go first."""

import os
import time
from pathlib import Path

from app.config import Settings
from app.db import Database
from app.services import cache_index
from app.services.cache_index import CacheIndex
from app.services.parts_cache import parts_pool

KEYS = [letter * 64 for letter in "abc"]


def given(settings: Settings, folder: Path, days: int) -> None:
    """Put a part of 1000 bytes under each key, as if `days` days ago and a day later each."""
    pool = parts_pool(settings)
    for number, key in enumerate(KEYS):
        made = folder / "made.mp4"
        made.write_bytes(bytes([number]) * 1000)
        moment = time.time() - 86_400 * (days - number)
        os.utime(made, (moment, moment))
        pool.give(made, key)
        made.unlink()


def test_the_part_not_used_for_longest_goes_first(
    any_database: Database, any_settings: Settings, tmp_path: Path
) -> None:
    given(any_settings, tmp_path, days=9)
    job = tmp_path / "job"
    job.mkdir()
    cache_index._told.clear()
    taken = parts_pool(any_settings).take(KEYS[0], job)
    index = CacheIndex(any_settings)
    assert [entry.name.split("/")[2] for entry in index.entries()] == ["bb", "cc", "aa"]
    assert {entry.kind for entry in index.entries()} == {"parts"}
    gone = index.over_limit(1500, lambda entry: False)
    assert [entry.name.split("/")[2] for entry in gone] == ["bb", "cc"]
    for entry in index.over_limit(0, lambda entry: False):
        (any_settings.data_dir / entry.name).unlink()
    assert taken is not None and taken.read_bytes() == b"\0" * 1000, "what a job took stays"


def test_the_sign_of_who_makes_a_part_is_no_part(any_database: Database, any_settings: Settings) -> None:
    with parts_pool(any_settings).turn(KEYS[0]):
        assert CacheIndex(any_settings).entries() == []
