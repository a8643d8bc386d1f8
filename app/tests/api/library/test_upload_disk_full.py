"""The disk is full in the middle of an upload: that is told, nothing half-made is left, and tus goes on later."""

import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from app.config import Settings
from app.services.library import uploads
from app.services.library.uploads import incoming
from app.tests.api.conftest import Ask

LIBRARY = "/api/v1/library"
PARTS = {"Tus-Resumable": "1.0.0", "Content-Type": "application/offset+octet-stream"}
MB = 1 << 20


@pytest.fixture
def small(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A quarantine on a disk of 4 MB of which nothing is kept free. Not every machine gives the rights to mount one."""
    folder = incoming(settings)
    folder.mkdir(parents=True)
    command = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(folder)]
    if shutil.which("mount") is None or subprocess.run(command, check=False, capture_output=True).returncode != 0:
        pytest.skip("this user may not mount a disk")
    monkeypatch.setattr(uploads, "SPARE_BYTES", 0)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


async def megabytes(count: int) -> AsyncIterator[bytes]:
    for number in range(count):
        yield bytes([number]) * MB


def test_a_body_that_the_disk_cannot_hold_is_refused_and_leaves_nothing(
    small: Path, ask: Ask, settings: Settings
) -> None:
    said = ask("PUT", f"{LIBRARY}/uploads/a.mp4", content=bytes(6 * MB))
    assert (said.status_code, said.json()["code"]) == (507, "disk_full")
    unsaid = ask("PUT", f"{LIBRARY}/uploads/a.mp4", content=megabytes(6))
    assert (unsaid.status_code, unsaid.json()["code"]) == (507, "disk_full")
    assert str(settings.data_dir) not in said.text + unsaid.text
    assert list(small.iterdir()) == []
    form = ask("POST", f"{LIBRARY}/videos", files={"file": ("a.mp4", bytes(6 * MB))})
    assert (form.status_code, form.json()["code"]) == (507, "disk_full")
    assert list(small.iterdir()) == []


def test_an_upload_goes_on_once_there_is_room(small: Path, ask: Ask) -> None:
    begun = ask("POST", f"{LIBRARY}/uploads/tus", headers={"Tus-Resumable": "1.0.0", "Upload-Length": str(3 * MB)})
    place = begun.headers["location"]
    (small / "filler").write_bytes(bytes(2 * MB))
    full = ask("PATCH", place, content=megabytes(3), headers={**PARTS, "Upload-Offset": "0"})
    assert (full.status_code, full.json()["code"]) == (507, "disk_full")
    offset = int(ask("HEAD", place, headers=PARTS).headers["upload-offset"])
    assert offset <= 2 * MB
    (small / "filler").unlink()
    content = b"".join(bytes([number]) * MB for number in range(3))
    rest = ask("PATCH", place, content=content[offset:], headers={**PARTS, "Upload-Offset": str(offset)})
    assert rest.status_code == 204
    assert (small / place.rpartition("/")[2]).read_bytes() == content
