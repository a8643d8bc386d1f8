"""The tus protocol, asked of the app in this process: no worker takes part, so that nothing is checked here."""

import asyncio
import base64
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import update

from app.api.context import Context
from app.api.library import receiving
from app.db.tables import uploads
from app.db.types import now
from app.services.library.incoming import Incoming
from app.services.library.uploads import KEPT, Uploads
from app.tests.api.conftest import Ask
from app.tests.ground.children import PATIENCE
from app.workflows.receive import receiving_job

TUS = "/api/v1/library/uploads/tus"
PARTS = "application/offset+octet-stream"
BYTES = bytes(range(256)) * 16


def encoded(**pairs: str) -> str:
    return ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in pairs.items())


class Client:
    """One upload after the other."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    def asked(self, method: str, path: str, content: Any = None, **headers: str | int) -> httpx.Response:
        plain = {name.replace("_", "-"): str(value) for name, value in headers.items()}
        return self._ask(method, path, content=content, headers={"Tus-Resumable": "1.0.0"} | plain)

    def begun(self, length: int = len(BYTES), **pairs: str) -> str:
        answer = self.asked("POST", TUS, Upload_Length=length, Upload_Metadata=encoded(**pairs))
        assert answer.status_code == 201, answer.text
        return answer.headers["location"]

    def sent(self, place: str, content: Any, offset: int, **headers: str) -> httpx.Response:
        return self.asked("PATCH", place, content, Content_Type=PARTS, Upload_Offset=offset, **headers)

    def offset(self, place: str) -> int:
        answer = self.asked("HEAD", place)
        assert answer.status_code == 200
        return int(answer.headers["upload-offset"])


@pytest.fixture
def tus(ask: Ask) -> Client:
    return Client(ask)


@pytest.fixture
def waiting(context: Context) -> Uploads:
    return Uploads(context.storage.database, context.settings)


def code(answer: httpx.Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["tus-resumable"] == "1.0.0"
    return answer.status_code, answer.json()["code"]


def test_what_is_spoken_is_told(ask: Ask) -> None:
    answer = ask("OPTIONS", TUS)
    assert answer.status_code == 204
    assert answer.headers["tus-version"] == answer.headers["tus-resumable"] == "1.0.0"
    assert set(answer.headers["tus-extension"].split(",")) == {
        *("creation", "creation-with-upload", "termination", "expiration", "checksum")
    }
    assert answer.headers["tus-max-size"] == str(100_000 * 1_000_000)
    assert "sha1" in answer.headers["tus-checksum-algorithm"]


def test_parts_make_the_whole_which_is_then_checked(tus: Client, waiting: Uploads, context: Context, ask: Ask) -> None:
    place = tus.begun(filename="plajă.mp4")
    assert tus.offset(place) == 0
    first = tus.sent(place, BYTES[:1000], 0)
    assert (first.status_code, first.headers["upload-offset"]) == (204, "1000")
    assert "upload-expires" in first.headers
    upload_id = place.rpartition("/")[2]
    assert context.storage.get_job(receiving_job(upload_id)) is None
    assert ask("GET", f"{TUS}/{upload_id}").json()["state"] == "receiving"
    last = tus.sent(place, BYTES[1000:], 1000)
    assert (last.status_code, last.headers["upload-offset"]) == (204, str(len(BYTES)))
    assert waiting.place(upload_id).read_bytes() == BYTES
    job = context.storage.get_job(receiving_job(upload_id))
    assert job is not None and job["request"]["name"] == "plajă.mp4"
    told = ask("GET", f"{TUS}/{upload_id}").json()
    assert (told["state"], told["job_id"], told["name"]) == ("checking", job["job_id"], "plajă.mp4")


def test_the_first_part_may_come_with_the_creation(tus: Client) -> None:
    answer = tus.asked("POST", TUS, BYTES[:10], Upload_Length=len(BYTES), Content_Type=PARTS)
    assert (answer.status_code, answer.headers["upload-offset"]) == (201, "10")
    assert tus.offset(answer.headers["location"]) == 10


def test_what_came_along_is_told_again(tus: Client) -> None:
    place = tus.begun(filename="a.mp4", kind="video")
    head = tus.asked("HEAD", place)
    assert head.headers["upload-metadata"] == encoded(filename="a.mp4", kind="video")
    assert head.headers["upload-length"] == str(len(BYTES))
    assert head.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("offset", [0, 9, 11, len(BYTES) - 1])
def test_another_offset_is_a_conflict(tus: Client, offset: int) -> None:
    place = tus.begun()
    tus.sent(place, BYTES[:10], 0)
    assert code(tus.sent(place, BYTES[:1], offset)) == (409, "upload_offset")
    assert tus.offset(place) == 10


def test_more_than_was_said_is_refused(tus: Client) -> None:
    place = tus.begun(length=10)
    assert code(tus.sent(place, BYTES[:11], 0)) == (413, "upload_beyond_end")

    async def unsaid() -> AsyncIterator[bytes]:
        yield BYTES[:8]
        yield BYTES[8:11]

    assert code(tus.sent(place, unsaid(), 0)) == (413, "upload_beyond_end")
    assert tus.offset(place) == 8


def test_while_one_part_is_written_another_is_refused(tus: Client, waiting: Uploads) -> None:
    place = tus.begun()
    tus.sent(place, BYTES[:10], 0)
    with Incoming(waiting.place(place.rpartition("/")[2])):
        assert code(tus.sent(place, BYTES[10:], 10)) == (423, "upload_busy")
        assert code(tus.asked("DELETE", place)) == (423, "upload_busy")
    assert tus.sent(place, BYTES[10:], 10).status_code == 204


def test_a_part_that_breaks_off_is_kept_as_far_as_it_came(tus: Client, waiting: Uploads) -> None:
    place = tus.begun()

    async def broken() -> AsyncIterator[bytes]:
        yield BYTES[:700]
        raise httpx.ReadError("the network is gone")

    tus.sent(place, broken(), 0)
    assert tus.offset(place) == 700
    assert tus.sent(place, BYTES[700:], 700).status_code == 204
    assert waiting.place(place.rpartition("/")[2]).read_bytes() == BYTES


def test_a_body_that_comes_to_a_stand_is_given_up(
    tus: Client, ask: Ask, waiting: Uploads, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receiving, "SILENCE_SECONDS", 0.2)
    place = tus.begun()

    async def slow() -> AsyncIterator[bytes]:
        yield BYTES[:300]
        await asyncio.sleep(PATIENCE)

    assert code(tus.sent(place, slow(), 0)) == (408, "upload_too_slow")
    assert tus.offset(place) == 300
    answer = ask("PUT", "/api/v1/library/uploads/a.mp4", content=slow())
    assert (answer.status_code, answer.json()["code"]) == (408, "upload_too_slow")
    assert [path.name for path in waiting.place("x").parent.iterdir()] == [place.rpartition("/")[2]]


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
def test_a_part_with_a_hash_is_kept_whole_or_not_at_all(tus: Client, algorithm: str) -> None:
    place = tus.begun()
    right = base64.b64encode(hashlib.new(algorithm, BYTES[:500]).digest()).decode()
    assert code(tus.sent(place, BYTES[1:501], 0, Upload_Checksum=f"{algorithm} {right}")) == (460, "checksum_mismatch")
    assert tus.offset(place) == 0
    assert tus.sent(place, BYTES[:500], 0, Upload_Checksum=f"{algorithm} {right}").status_code == 204
    assert tus.offset(place) == 500


@pytest.mark.parametrize("said", ["", "sha1", "sha1 !", "md5 1B2M2Y8AsgTpgAmY7PhCfg==", "sha256 AAAA"])
def test_a_hash_that_cannot_be_read_is_refused(tus: Client, said: str) -> None:
    assert code(tus.sent(tus.begun(), BYTES, 0, Upload_Checksum=said)) == (400, "tus_header")


def test_an_upload_can_be_given_up(tus: Client, waiting: Uploads) -> None:
    place = tus.begun()
    tus.sent(place, BYTES[:10], 0)
    assert tus.asked("DELETE", place).status_code == 204
    assert not waiting.place(place.rpartition("/")[2]).exists()
    assert tus.asked("HEAD", place).status_code == 404
    assert code(tus.sent(place, BYTES[10:], 10)) == (404, "upload_unknown")


def test_what_is_whole_is_not_given_up_nor_written_again(tus: Client) -> None:
    place = tus.begun()
    tus.sent(place, BYTES, 0)
    assert code(tus.asked("DELETE", place)) == (410, "upload_ended")
    assert code(tus.sent(place, BYTES, 0)) == (409, "upload_offset")
    assert tus.offset(place) == len(BYTES)


def test_what_nobody_goes_on_with_in_time_is_over(tus: Client, context: Context, waiting: Uploads) -> None:
    place = tus.begun()
    upload_id = place.rpartition("/")[2]
    with context.storage.database.write() as connection:
        connection.execute(update(uploads).where(uploads.c.id == upload_id).values(expires_at=now() - KEPT))
    assert tus.asked("HEAD", place).status_code == 410
    assert code(tus.sent(place, BYTES, 0)) == (410, "upload_ended")
    assert waiting.expired() == [upload_id]


def test_a_failed_upload_says_why_nothing_more_is_taken(tus: Client, waiting: Uploads) -> None:
    place = tus.begun()
    waiting.failed(place.rpartition("/")[2], {"code": "media_unreadable", "message": "It is a text.", "hint": ""})
    answer = tus.sent(place, BYTES, 0)
    assert code(answer) == (410, "upload_ended")
    assert "It is a text." in answer.json()["detail"]


def test_an_upload_that_was_whole_when_the_server_died_is_checked_when_it_is_asked_for(
    tus: Client, context: Context, waiting: Uploads
) -> None:
    place = tus.begun()
    upload_id = place.rpartition("/")[2]
    with Incoming(waiting.place(upload_id)) as writing:
        writing.write(BYTES)
        waiting.note(upload_id, received=writing.sync())
    assert tus.offset(place) == len(BYTES)
    assert context.storage.get_job(receiving_job(upload_id)) is not None


def test_bytes_beyond_the_offset_that_a_dead_server_left_are_written_anew(tus: Client, waiting: Uploads) -> None:
    place = tus.begun()
    tus.sent(place, BYTES[:100], 0)
    upload_id = place.rpartition("/")[2]
    with waiting.place(upload_id).open("ab") as file:
        file.write(b"never told of")
    assert tus.offset(place) == 100
    assert tus.sent(place, BYTES[100:], 100).status_code == 204
    assert waiting.place(upload_id).read_bytes() == BYTES


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Upload_Length": "-1"},
        {"Upload_Length": "many"},
        {"Upload_Length": "9" * 30},
        {"Upload_Defer_Length": "1"},
        {"Upload_Length": "5", "Upload_Metadata": "filename ###"},
        {"Upload_Length": "5", "Upload_Metadata": ","},
        {"Upload_Length": "5", "Upload_Metadata": encoded(kind="spreadsheet")},
        {"Upload_Length": "5", "Upload_Metadata": encoded(filename="x" * 5000)},
    ],
)
def test_headers_that_cannot_be_read_are_refused(tus: Client, headers: dict[str, str]) -> None:
    assert code(tus.asked("POST", TUS, **headers)) == (400, "tus_header")


def test_the_version_and_the_type_must_be_right(tus: Client, ask: Ask) -> None:
    place = tus.begun()
    for more in ({}, {"Tus-Resumable": "0.2.2"}):
        answer = ask("PATCH", place, content=BYTES, headers={"Content-Type": PARTS, "Upload-Offset": "0", **more})
        assert code(answer) == (412, "tus_version")
        assert answer.headers["tus-version"] == "1.0.0"
    assert code(tus.asked("PATCH", place, BYTES, Upload_Offset=0)) == (415, "tus_type")
    assert code(tus.asked("PATCH", place, BYTES, Content_Type=PARTS)) == (400, "tus_header")


def test_a_project_that_is_not_there_is_told_before_anything_comes(tus: Client) -> None:
    answer = tus.asked("POST", TUS, Upload_Length=5, Upload_Metadata=encoded(project_id="nowhere"))
    assert code(answer) == (404, "project_unknown")


def test_names_lead_nowhere(tus: Client, waiting: Uploads, data_dir: Path) -> None:
    place = tus.begun(filename="../../../etc/\u202epasswd\n.mp4")
    upload = waiting.require(None, place.rpartition("/")[2])
    assert upload.name == "passwd .mp4"
    assert waiting.place(upload.id).parent == data_dir / "media" / "incoming"
