"""Broken files that come into the library: each is a clear error or a good result, and leaves nothing else.

60 of them are tried, or as many as EDIT_FACTORY_TEST_MUTATIONS says.
"""

import os
import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.config import Settings
from app.db import open_database
from app.db.tables import executors
from app.models.job import JobDict
from app.models.library.media import Arrival, MediaFilter
from app.services.job_storage import JobStorage
from app.services.library.media import Media
from app.services.library.uploads import Uploads
from app.tests.api.serving import serving
from app.tests.conftest import ClipMaker
from app.tests.ground.children import until
from app.tests.media.photos import photo
from app.workflows.jobs.submit import Desk, has_ended
from app.workflows.receive import receive

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

COUNT = int(os.environ.get("EDIT_FACTORY_TEST_MUTATIONS", "60"))

Mutation = Callable[[random.Random, bytes], bytes]


def cut_off(chance: random.Random, content: bytes) -> bytes:
    return content[: chance.randrange(1, len(content))]


def cut_out(chance: random.Random, content: bytes) -> bytes:
    start = chance.randrange(len(content))
    return content[:start] + content[start + chance.randrange(1, 5_000) :]


def flipped(chance: random.Random, content: bytes) -> bytes:
    changed = bytearray(content)
    for _ in range(chance.choice([1, 3, 30, 300])):
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def flipped_in_the_index(chance: random.Random, content: bytes) -> bytes:
    """Change bytes where sizes, times and offsets are told: at the beginning, or around an MP4's `moov`."""
    changed, index = bytearray(content), content.find(b"moov")
    start = index if index > 0 and chance.random() < 0.8 else 0
    for _ in range(chance.choice([1, 4, 16])):
        changed[min(len(changed) - 1, start + chance.randrange(2_000))] = chance.randrange(256)
    return bytes(changed)


def swapped(chance: random.Random, content: bytes) -> bytes:
    """Exchange two boxes of an MP4, or two halves of any other file."""
    boxes = list(_boxes(content))
    if len(boxes) < 2:
        return content[len(content) // 2 :] + content[: len(content) // 2]
    first, second = chance.sample(range(len(boxes)), 2)
    boxes[first], boxes[second] = boxes[second], boxes[first]
    return b"".join(boxes)


def wrong_sizes(chance: random.Random, content: bytes) -> bytes:
    """Let some four bytes, most often a box's length, be another number."""
    names = [b"moov", b"trak", b"stbl", b"stsz", b"stco", b"stts", b"mdat", b"ftyp", b"mdia", b"avcC", b"tkhd"]
    places = [at for name in names if (at := content.find(name)) > 4] or [chance.randrange(4, len(content))]
    at = chance.choice(places) + chance.choice([-4, -4, 4, 8, 12])
    value = chance.choice([0, 1, 7, 0x7FFFFFFF, 0xFFFFFFFF, chance.randrange(1 << 32)])
    return content[:at] + value.to_bytes(4, "big") + content[at + 4 :]


def doubled(chance: random.Random, content: bytes) -> bytes:
    return content + content[: chance.randrange(1, len(content))]


def _boxes(content: bytes) -> Iterator[bytes]:
    at = 0
    while at + 8 <= len(content):
        size = int.from_bytes(content[at : at + 4], "big")
        if size < 8:
            break
        yield content[at : at + size]
        at += size
    yield content[at:]


MUTATIONS: Sequence[Mutation] = (cut_off, cut_out, flipped, flipped_in_the_index, swapped, wrong_sizes, doubled)


@pytest.fixture
def whole(make: ClipMaker, tmp_path: Path) -> list[bytes]:
    """Files of several kinds, each whole."""
    tiny = {"seconds": 1, "size": (160, 120), "cuts": ()}
    clips = [
        make(suffix=suffix, **tiny, **more)
        for suffix, more in (
            (".mp4", {}), (".mp4", {"codec": "hevc"}), (".mov", {"rotation": 90}), (".mkv", {"codec": "vp9"}),
            (".avi", {"codec": "mpeg4"}), (".ts", {}),
        )
    ]  # fmt: skip
    return [path.read_bytes() for path in (*clips, photo(tmp_path / "a.jpg", (160, 120)), photo(tmp_path / "a.png"))]


def test_broken_files_are_refused_or_taken_and_the_worker_goes_on(
    settings: Settings, whole: list[bytes], tmp_path: Path
) -> None:
    chance, storage = random.Random(5), JobStorage(settings)  # noqa: S311 - the same files each time
    desk, waiting = Desk(storage, settings), Uploads(storage.database, settings)
    with serving(tmp_path) as server:
        jobs = {}
        for number in range(COUNT):
            mutation = MUTATIONS[number % len(MUTATIONS)]
            content = mutation(chance, chance.choice(whole))
            jobs[_arriving(desk, waiting, f"{number} {mutation.__name__}.mp4", content)] = mutation.__name__
        for job_id in jobs:
            until(lambda job_id=job_id: has_ended(_job(storage, job_id)))  # type: ignore[misc]
        ended = {job_id: _job(storage, job_id) for job_id in jobs}
        for job in ended.values():
            _require_clear(job)
        statuses = Counter(job["status"] for job in ended.values())
        assert statuses["completed"] and statuses["failed"] and set(statuses) == {"completed", "failed"}
        assert _workers(storage) == 1, server.log  # it never died, so that no other was started
    rows = Media(open_database(settings), settings).page(None, MediaFilter(kinds=("video", "photo", "music"))).items
    assert len(rows) == statuses["completed"]
    assert not list((settings.data_dir / "media" / "incoming").iterdir())
    kept = {path.name.partition(".")[0] for path in (settings.data_dir / "media").glob("??/*")}
    assert kept == {row.content_hash for row in rows}


def _arriving(desk: Desk, waiting: Uploads, name: str, content: bytes) -> str:
    upload = waiting.begin(None, None, name, len(content), {})
    waiting.place(upload.id).write_bytes(content)
    waiting.note(upload.id, received=len(content))
    return str(receive(desk, Arrival(name=name, upload_id=upload.id), None)["job_id"])


def _job(storage: JobStorage, job_id: str) -> JobDict:
    job = storage.get_job(job_id)
    assert job is not None
    return job


def _require_clear(job: JobDict) -> None:
    """A job that failed says what is wrong with which file; none broke in a way that nobody foresaw."""
    if job["status"] == "failed":
        error = job["error"]
        assert error["kind"] == "MediaError" and error["code"] != "internal_error", job
        assert error["message"] and error["hint"] and "/" not in error["message"], job


def _workers(storage: JobStorage) -> int:
    """Return how many workers there ever were."""
    with storage.database.read() as connection:
        return connection.execute(select(func.count()).select_from(executors)).scalar_one()
