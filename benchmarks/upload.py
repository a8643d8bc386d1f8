"""A large file sent to a real server: from the first byte to the answer that it is checked and in the library."""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable
from http.client import HTTPConnection
from pathlib import Path
from statistics import median
from time import perf_counter, sleep
from urllib.parse import urlsplit

from app.tests.api.serving import Server, serving
from app.tests.footage import make_clip
from benchmarks.tools.figure import Figure

BAR, GOAL = 3.0, 1.5
"""Times as long as copying the file, having it on the disk, and hashing it."""

_UPLOADS = "/api/v1/library/uploads"
_BLOCK = 1 << 20
_POLL_SECONDS = 0.02


def run(quick: bool) -> list[Figure]:
    """Measure a body sent by PUT, and parts of 64 MB sent by tus, each in turn with the copy it is held against."""
    size, rounds = (100 << 20, 1) if quick else (1 << 30, 3)
    with tempfile.TemporaryDirectory(prefix="ef-bench-") as name:
        folder = Path(name)
        file = padded(make_clip(folder / "clip.mp4", seconds=2, cuts=(1,)), size)
        with serving(folder / "server", EDIT_FACTORY_DATA_DIR=str(folder / "data")) as server:
            calls = {
                "copy": lambda: _copied(file),
                "PUT": lambda: _put(server, file),
                "tus": lambda: _tus(server, file),
            }
            taken: dict[str, list[float]] = {way: [] for way in calls}
            for _ in range(rounds):
                for way, call in calls.items():
                    taken[way].append(_seconds(call))
    return [_figure(way, size, median(taken[way]), median(taken["copy"])) for way in ("PUT", "tus")]


def padded(clip: Path, size: int) -> Path:
    """Return the clip as an MP4 of `size` bytes: what is added is a box that players pass over."""
    block = os.urandom(_BLOCK)
    with clip.open("ab") as file:
        left = size - file.tell()
        file.write((1).to_bytes(4, "big") + b"free" + left.to_bytes(8, "big"))
        left -= 16
        while left > 0:
            file.write(block[: min(left, _BLOCK)])
            left -= _BLOCK
    return clip


def _figure(way: str, size: int, seconds: float, copying: float) -> Figure:
    return Figure(
        name=f"upload of {size >> 20} MB by {way}, in times of a copy",
        value=seconds / copying,
        unit="x",
        against=f"cp, fsync and sha256 of the same file: {copying:.2f} s ({seconds:.2f} s here)",
        bar=BAR,
        goal=GOAL,
    )


def _seconds(call: Callable[[], object]) -> float:
    os.sync()  # what was written before is not waited for here
    start = perf_counter()
    call()
    return perf_counter() - start


def _copied(file: Path) -> None:
    copy = file.with_name("copy.mp4")
    shutil.copyfile(file, copy)
    with copy.open("r+b") as stream:
        os.fsync(stream.fileno())
        hashlib.file_digest(stream, "sha256")
    copy.unlink()


def _put(server: Server, file: Path) -> None:
    with file.open("rb") as body:
        _asked(server, "PUT", f"{_UPLOADS}/big.mp4?wait=60", body, 201, {"Content-Length": str(file.stat().st_size)})


def _tus(server: Server, file: Path) -> None:
    """Send the file in parts, and wait until it is in the library."""
    place = str(_asked(server, "POST", f"{_UPLOADS}/tus", b"", 201, {"Upload-Length": str(file.stat().st_size)}))
    part, offset = 64 << 20, 0
    with file.open("rb") as body:
        while block := body.read(part):
            more = {"Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"}
            _asked(server, "PATCH", place, block, 204, more)
            offset += len(block)
    while server.http.get(place).json()["state"] != "done":
        sleep(_POLL_SECONDS)


def _asked(server: Server, method: str, path: str, body: object, status: int, headers: dict[str, str]) -> str | None:
    place = urlsplit(server.address)
    wire = HTTPConnection(str(place.hostname), place.port, timeout=600, blocksize=_BLOCK)
    wire.request(method, path, body=body, headers={"Tus-Resumable": "1.0.0", **headers})  # type: ignore[arg-type]
    answer = wire.getresponse()
    told = answer.read()
    wire.close()
    if answer.status != status:
        raise AssertionError(f"{method} {path}: {answer.status} {told[:500]!r}")
    return answer.getheader("Location")
