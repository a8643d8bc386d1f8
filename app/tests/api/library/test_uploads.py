"""A file sent in one request: checked by a worker, stored once, served again."""

from pathlib import Path

import pytest

from app.config import Settings
from app.tests.api.serving import serving
from app.tests.ground.children import until

LIBRARY = "/api/v1/library"


@pytest.mark.slow
def test_a_video_goes_in_and_comes_out_again(settings: Settings, clip: Path, tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        made = server.http.put(f"{LIBRARY}/uploads/plajă.mp4", content=clip.read_bytes())
        assert made.status_code == 201, made.text
        video = made.json()
        assert (video["kind"], video["name"], video["width"]) == ("video", "plajă.mp4", 640)
        assert server.http.get(made.headers["location"]).json()["id"] == video["id"]
        back = server.http.get(f"{made.headers['location']}/file")
        assert back.content == clip.read_bytes()
        until(lambda: not server.http.get(made.headers["location"]).json()["previews_to_come"])
