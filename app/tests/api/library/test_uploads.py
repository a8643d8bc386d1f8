"""Files brought in over HTTP by a real server, and checked by its worker."""

import base64
import hashlib
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from app.tests.api.serving import Server, serving
from app.tests.conftest import ClipMaker
from app.tests.footage import say
from app.tests.ground.children import until

pytestmark = pytest.mark.slow

LIBRARY = "/api/v1/library"
PLAYLIST = b"#EXTM3U\n#EXT-X-VERSION:3\n#EXTINF:10,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64"><rect width="64" height="64"/></svg>'
HTML = b"<!doctype html><title>a video</title><script>alert(1)</script>" + b" " * 2_000


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("library")


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[Server]:
    with serving(folder, EDIT_FACTORY_DATA_DIR=str(folder / "data"), EDIT_FACTORY_UPLOAD_MAX_MB="40") as server:
        yield server


@pytest.fixture
def incoming(folder: Path) -> Iterator[Path]:
    """The quarantine, in which nothing may be left after a test."""
    place = folder / "data" / "media" / "incoming"
    place.mkdir(parents=True, exist_ok=True)
    yield place
    until(lambda: not list(place.iterdir()))


def put(server: Server, name: str, content: Any, query: str = "", **headers: str) -> httpx.Response:
    plain = {key.replace("_", "-"): value for key, value in headers.items()}
    return server.http.put(f"{LIBRARY}/uploads/{name}{query}", content=content, headers=plain)


def code(answer: httpx.Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    return answer.status_code, answer.json()["code"]


def test_a_video_goes_in_and_comes_out_again(server: Server, clip: Path, incoming: Path) -> None:
    made = put(server, "plajă.mp4", clip.read_bytes())
    assert made.status_code == 201, made.text
    video = made.json()
    assert (video["kind"], video["name"], video["width"], video["height"]) == ("video", "plajă.mp4", 640, 360)
    assert (video["media_type"], video["has_audio"], video["aspect_ratio"]) == ("video/mp4", True, "landscape")
    assert video["content_hash"] == hashlib.sha256(clip.read_bytes()).hexdigest()
    assert "/" not in video["name"] and str(clip.parent) not in made.text
    place = made.headers["location"]
    assert server.http.get(place).json()["id"] == video["id"]
    back = server.http.get(f"{place}/file")
    assert back.content == clip.read_bytes()
    assert back.headers["content-type"] == "video/mp4"
    assert back.headers["etag"] == f'"{video["content_hash"]}"'
    until(lambda: not server.http.get(place).json()["previews_to_come"])
    assert server.http.get(f"{place}/thumbnail").content.startswith(b"\xff\xd8\xff")
    assert server.http.get(f"{place}/proxy", headers={"Range": "bytes=4-7"}).content == b"ftyp"
    assert server.http.get(f"{place}/strip/layout").json()["count"] > 0
    assert server.http.get(f"{place}/peaks").json()["length"] > 0
    assert code(server.http.get(f"{place}/picture")) == (404, "preview_unknown")
    assert server.http.delete(place).status_code == 204
    assert code(server.http.get(place)) == (404, "video_unknown")


def test_the_same_content_is_stored_once_for_as_many_as_have_it(
    server: Server, make: ClipMaker, folder: Path, incoming: Path
) -> None:
    content = make(seconds=1, cuts=(), seed=11).read_bytes()
    first, second = (put(server, name, content).json() for name in ("a.mp4", "b.mp4"))
    assert first["id"] != second["id"] and first["content_hash"] == second["content_hash"]
    assert len(list((folder / "data" / "media").glob(f"??/{first['content_hash']}*"))) == 1
    server.http.delete(f"{LIBRARY}/videos/{first['id']}")
    assert server.http.get(f"{LIBRARY}/videos/{second['id']}/file").content == content


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("list.mp4", PLAYLIST, "media_unreadable"),
        ("drawing.mp4", SVG, "media_unreadable"),
        ("logo.svg", SVG, "media_unreadable"),
        ("page.mov", HTML, "media_unreadable"),
        ("empty.mp4", b"", "media_empty"),
        ("cut.mp4", b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom\0\0\0\x08free" + bytes(500), "media_truncated"),
    ],
)
def test_what_is_no_video_is_refused_with_its_reason_and_leaves_nothing(
    server: Server, incoming: Path, name: str, content: bytes, problem: str
) -> None:
    before = server.http.get(f"{LIBRARY}/videos").json()["total"]
    answer = put(server, name, content)
    assert code(answer) == (422, problem)
    assert name in answer.json()["detail"] or name in answer.json()["subject"]
    assert "incoming" not in answer.text and "/" not in answer.json()["detail"]
    assert server.http.get(f"{LIBRARY}/videos").json()["total"] == before


def test_a_kind_that_it_cannot_be_is_refused(server: Server, make: ClipMaker, tmp_path: Path, incoming: Path) -> None:
    film, sound = make(seconds=1, cuts=(), audio=None).read_bytes(), say(tmp_path / "voice.wav").read_bytes()
    assert code(put(server, "film.mp4", film, "?kind=logo")) == (422, "media_of_another_kind")
    assert code(put(server, "film.mp4", film, "?kind=music")) == (422, "media_of_another_kind")
    assert code(put(server, "voice.wav", sound, "?kind=video")) == (422, "media_of_another_kind")
    assert code(put(server, "voice.wav", sound, "?kind=song")) == (422, "invalid_input")
    made = put(server, "voice.wav", sound, "?kind=music").json()
    assert (made["kind"], made["media_type"], made["aspect_ratio"]) == ("music", "audio/wav", "")
    assert [one["id"] for one in server.http.get(f"{LIBRARY}/assets?kind=music").json()["assets"]] == [made["id"]]
    assert server.http.delete(f"{LIBRARY}/assets/{made['id']}").status_code == 204


def test_what_came_is_compared_with_the_digest_that_came_along(server: Server, make: ClipMaker, incoming: Path) -> None:
    content = make(seconds=1, cuts=(), seed=12).read_bytes()
    right = base64.b64encode(hashlib.sha256(content).digest()).decode()
    wrong = base64.b64encode(hashlib.sha256(b"other").digest()).decode()
    assert put(server, "a.mp4", content, Repr_Digest=f"sha-256=:{right}:").status_code == 201
    assert put(server, "a.mp4", content, Content_Digest=f"md5=:AAAA:, sha-256=:{right}:").status_code == 201
    assert code(put(server, "a.mp4", content, Repr_Digest=f"sha-256=:{wrong}:")) == (422, "digest_mismatch")
    assert code(put(server, "a.mp4", content, Repr_Digest="sha-256=nonsense")) == (422, "bad_digest")
    assert code(put(server, "a.mp4", content, Content_Encoding="gzip")) == (415, "body_encoded")


def test_what_is_too_large_is_refused_before_it_comes_and_when_it_was_not_said(server: Server, incoming: Path) -> None:
    block = bytes(1 << 20)

    def endless() -> Iterator[bytes]:
        for _ in range(60):
            yield block

    place = urlsplit(server.address)
    with socket.create_connection((place.hostname, place.port), 30) as wire:
        head = f"PUT {LIBRARY}/uploads/a.mp4 HTTP/1.1\r\nHost: localhost\r\nContent-Length: 50000000\r\n\r\n"
        wire.sendall(head.encode())
        answer = b""
        while b"upload_too_large" not in answer:
            answer += (more := wire.recv(65_536))
            assert more, answer
        assert answer.startswith(b"HTTP/1.1 413")
    try:
        answered = put(server, "a.mp4", endless())
    except httpx.WriteError:  # the server hung up in the middle of it
        return
    assert code(answered) == (413, "upload_too_large")


def test_a_body_that_breaks_off_leaves_nothing(server: Server, incoming: Path) -> None:
    place = urlsplit(server.address)
    with socket.create_connection((place.hostname, place.port), 30) as wire:
        head = f"PUT {LIBRARY}/uploads/a.mp4 HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5000000\r\n\r\n"
        wire.sendall(head.encode() + bytes(3_000_000))
        until(lambda: bool(list(incoming.iterdir())))


def test_a_form_brings_a_file_as_well(server: Server, make: ClipMaker, incoming: Path) -> None:
    content = make(seconds=1, cuts=(), seed=13).read_bytes()
    project = server.http.post(f"{LIBRARY}/projects", json={"name": "Mare"}).json()
    made = server.http.post(
        f"{LIBRARY}/videos", files={"file": ("dimineața.mp4", content)}, data={"project_id": project["id"]}
    )
    assert made.status_code == 201, made.text
    assert (made.json()["name"], made.json()["kind"]) == ("dimineața.mp4", "video")
    found = server.http.get(f"{LIBRARY}/videos?project_id={project['id']}").json()
    assert [video["id"] for video in found["videos"]] == [made.json()["id"]]


@pytest.mark.parametrize(
    ("form", "problem"),
    [
        ({"files": {"file": ("a.mp4", b"x")}, "data": {"kind": "novel"}}, (422, "invalid_input")),
        ({"files": {"file": ("a.mp4", b"x")}, "data": {"project_id": "none"}}, (404, "project_unknown")),
        ({"files": {"file": ("a.mp4", b"x")}, "data": {"colour": "red"}}, (422, "unknown_field")),
        ({"files": {"kind": ("a.mp4", b"video")}}, (400, "bad_form")),
        ({"files": [("file", ("a.mp4", b"x")), ("file", ("b.mp4", b"x"))]}, (400, "bad_form")),
        ({"data": {"kind": "video"}}, (415, "not_a_form")),
        (
            {"content": b"--x\r\nbroken", "headers": {"Content-Type": "multipart/form-data; boundary=x"}},
            (400, "bad_form"),
        ),
        ({"content": b"", "headers": {"Content-Type": "multipart/form-data"}}, (415, "not_a_form")),
    ],
)
def test_forms_that_do_not_fit_leave_nothing(
    server: Server, incoming: Path, form: dict[str, Any], problem: tuple[int, str]
) -> None:
    assert code(server.http.post(f"{LIBRARY}/videos", **form)) == problem


def test_a_check_that_takes_longer_than_the_answer_waits_is_a_job(
    server: Server, make: ClipMaker, incoming: Path
) -> None:
    content = make(seconds=1, cuts=(), seed=14).read_bytes()
    answer = put(server, "later.mp4", content, "?wait=0")
    assert answer.status_code == 202
    assert answer.headers["location"] == f"{LIBRARY}/jobs/{answer.json()['job_id']}"
    until(lambda: server.job(answer.json()["job_id"])["status"] == "completed")
    video_id = server.job(answer.json()["job_id"])["result"]["video_id"]
    assert server.http.get(f"{LIBRARY}/videos/{video_id}").json()["name"] == "later.mp4"


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("..%2F..%2Fetc%2Fpasswd", "passwd"),
        ("C%3A%5CUsers%5Cme%5Cclip.mp4", "clip.mp4"),
        ("%E2%80%AEgpj.mp4", "gpj.mp4"),
        ("a%0dSet-Cookie%3A%20x%01y.mp4", "a Set-Cookie: xy.mp4"),
        ("%22quoted%22;%20%C8%99i%20%C8%9B.mp4", '"quoted"; și ț.mp4'),
    ],
)
def test_names_are_for_people_and_lead_nowhere(
    server: Server, make: ClipMaker, incoming: Path, sent: str, shown: str
) -> None:
    made = put(server, sent, make(seconds=1, cuts=(), seed=15).read_bytes())
    assert made.status_code == 201, made.text
    assert made.json()["name"] == shown
    disposition = server.http.get(f"{made.headers['location']}/file").headers["content-disposition"]
    assert disposition.isascii() and disposition.startswith('attachment; filename="')
