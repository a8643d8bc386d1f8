"""Uploads outlive their server, and files come from addresses: with real servers, killed and started again."""

import hashlib
import socket
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from app.config import Settings
from app.db import open_database
from app.db.tables import uploads
from app.models.library.media import MediaFilter
from app.services.library.media import Media
from app.services.library.uploads import Uploads
from app.tests.api.serving import Server, serving
from app.tests.conftest import ClipMaker
from app.tests.ground.children import until
from app.tests.services.answering import answering, reply

pytestmark = pytest.mark.slow

LIBRARY = "/api/v1/library"
TUS = f"{LIBRARY}/uploads/tus"
PARTS = {"Tus-Resumable": "1.0.0", "Content-Type": "application/offset+octet-stream"}


def padded(clip: Path, size: int) -> bytes:
    """Return the clip with a box behind it that players pass over, `size` bytes in all."""
    plain = clip.read_bytes()
    return plain + (size - len(plain)).to_bytes(4, "big") + b"free" + bytes(size - len(plain) - 8)


def test_an_upload_goes_on_after_its_server_was_killed_in_the_middle_of_a_part(
    settings: Settings, make: ClipMaker, tmp_path: Path
) -> None:
    content = padded(make(seconds=1, cuts=(), seed=31), 9_000_000)
    waiting = Uploads(open_database(settings), settings)
    with serving(tmp_path / "one") as server:
        begun = server.http.post(TUS, headers={"Tus-Resumable": "1.0.0", "Upload-Length": str(len(content))})
        place = begun.headers["location"]
        upload_id = place.rpartition("/")[2]
        first = server.http.patch(place, content=content[:2_000_000], headers={**PARTS, "Upload-Offset": "0"})
        assert first.headers["upload-offset"] == "2000000"
        with _part_begun(server, place, content, 2_000_000):
            until(lambda: waiting.place(upload_id).stat().st_size >= 4_000_000)
            server.kill()
    with serving(tmp_path / "two") as server:
        offset = int(server.http.head(place, headers=PARTS).headers["upload-offset"])
        assert offset == 2_000_000  # what was sent after that may not be on the disk
        rest = server.http.patch(place, content=content[offset:], headers={**PARTS, "Upload-Offset": str(offset)})
        assert rest.status_code == 204, rest.text
        until(lambda: server.http.get(f"{TUS}/{upload_id}").json()["state"] == "done")
        video_id = server.http.get(f"{TUS}/{upload_id}").json()["video_id"]
        assert server.http.get(f"{LIBRARY}/videos/{video_id}/file").content == content
        assert not list((settings.data_dir / "media" / "incoming").iterdir())


def _part_begun(server: Server, place: str, content: bytes, offset: int) -> socket.socket:
    """Begin to send the rest of an upload, and stop half-way: the server waits for more."""
    address = urlsplit(server.address)
    wire = socket.create_connection((address.hostname, address.port), 60)
    told = {**PARTS, "Upload-Offset": offset, "Content-Length": len(content) - offset, "Host": "localhost"}
    head = f"PATCH {place} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in told.items()) + "\r\n"
    wire.sendall(head.encode() + content[offset : offset + 3_500_000])
    return wire


def test_a_broken_connection_is_gone_on_from_where_it_broke(
    settings: Settings, make: ClipMaker, tmp_path: Path
) -> None:
    content = padded(make(seconds=1, cuts=(), seed=32), 6_000_000)
    with serving(tmp_path) as server:
        begun = server.http.post(TUS, headers={"Tus-Resumable": "1.0.0", "Upload-Length": str(len(content))})
        place = begun.headers["location"]
        with _part_begun(server, place, content, 0):
            until(lambda: _size(settings, place) >= 3_000_000)
        until(lambda: _offset(server, place) == 3_500_000)
        answer = server.http.patch(place, content=content[3_500_000:], headers={**PARTS, "Upload-Offset": "3500000"})
        assert answer.status_code == 204
        upload = place
        until(lambda: server.http.get(upload).json()["state"] == "done")


def _size(settings: Settings, place: str) -> int:
    file = settings.data_dir / "media" / "incoming" / place.rpartition("/")[2]
    return file.stat().st_size if file.exists() else 0


def _offset(server: Server, place: str) -> int:
    return int(server.http.head(place, headers=PARTS).headers["upload-offset"])


def test_a_file_that_comes_from_an_address_is_checked_like_any_other(
    settings: Settings, make: ClipMaker, tmp_path: Path
) -> None:
    content = make(seconds=1, cuts=(), seed=33).read_bytes()

    def answer(wire: socket.socket, request: bytes) -> None:
        if request.startswith(b"GET /f/"):
            wire.sendall(reply(content))
        elif request.startswith(b"GET /slow"):
            wire.sendall(reply(b"", length=len(content)))
            while True:
                wire.sendall(b"x")
                time.sleep(0.05)
        elif request.startswith(b"GET /page"):
            wire.sendall(reply(b"<!doctype html>" + bytes(900)))
        else:
            wire.sendall(reply(b"", "404 Not Found"))

    with answering(answer) as site, serving(tmp_path) as server:
        job = _imported(server, {"url": site.address("/f/apus%20de%20soare.mp4?key=1")})
        assert job["status"] == "completed", job
        video = server.http.get(f"{LIBRARY}/videos/{job['result']['video_id']}").json()
        assert video["content_hash"] == hashlib.sha256(content).hexdigest()
        assert video["name"] == "apus de soare.mp4"
        page = _imported(server, {"url": site.address("/page"), "name": "a.mp4"})
        assert page["error"]["code"] == "media_unreadable" and "a.mp4" in page["error"]["message"]
        assert _imported(server, {"url": site.address("/gone.mp4")})["error"]["code"] == "address_answer"
        _cancelled(server, settings, site.address("/slow.mp4"))
        for address in ("http://169.254.169.254/latest/meta-data", "file:///etc/passwd", "http://10.0.0.1/a.mp4"):
            refused = server.http.post(f"{LIBRARY}/videos/import", json={"url": address})
            assert (refused.status_code, refused.json()["code"]) == (422, "address_refused"), address
    assert len(Media(open_database(settings), settings).page(None, MediaFilter()).items) == 1
    assert not list((settings.data_dir / "media" / "incoming").iterdir())


def _cancelled(server: Server, settings: Settings, address: str) -> None:
    """Have a file fetched, and cancel that in the middle: nothing of it stays."""
    job_id = server.http.post(f"{LIBRARY}/videos/import", json={"url": address}).json()["job_id"]
    until(lambda: bool(list((settings.data_dir / "media" / "incoming").iterdir())))
    until(lambda: server.job(job_id)["status"] == "processing")
    assert server.http.post(f"{LIBRARY}/jobs/{job_id}/cancel").status_code == 200
    until(lambda: not list((settings.data_dir / "media" / "incoming").iterdir()))
    with open_database(settings).read() as connection:
        upload_id = connection.execute(select(uploads.c.id).order_by(uploads.c.created_at.desc())).scalars().first()
    told = server.http.get(f"{TUS}/{upload_id}").json()
    assert (told["state"], told["error"]["code"], told["job_id"]) == ("failed", "cancelled", job_id)


def _imported(server: Server, wanted: dict[str, str]) -> dict[str, Any]:
    """Have a file fetched, and return the job when it has ended."""
    answer = server.http.post(f"{LIBRARY}/videos/import", json=wanted)
    assert answer.status_code == 202, answer.text
    job_id = answer.json()["job_id"]
    until(lambda: server.job(job_id)["status"] in {"completed", "failed"})
    return server.job(job_id)
