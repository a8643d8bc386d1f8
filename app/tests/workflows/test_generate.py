"""What the main job tells while it looks at its files."""

from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from app.config import Settings
from app.errors import Cancelled, InputError, MediaError
from app.models.brand import BrandWish, LogoWish
from app.models.control import Control
from app.models.make import MakeRequest
from app.models.marks import FootageMarks
from app.tests.conftest import ClipMaker
from app.workflows.generate import marked_request, probe_all, sources_beside
from app.workflows.jobs.records import read_request, request_json


def test_looking_at_files_tells_the_share_of_their_bytes_and_stops_in_the_middle_of_one(
    make: ClipMaker, settings: Settings, tmp_path: Path
) -> None:
    short, long = make(seconds=0.5, cuts=(), audio=None), tmp_path / "long.mp4"
    long.write_bytes(make(seconds=1, cuts=(), audio=None).read_bytes() + bytes(6 << 20))
    request = MakeRequest.model_validate({"files": (short, long), "duration": 6.0, "out": tmp_path})
    told: list[float] = []
    probe_all(request, settings, Control(told.append))
    assert told == sorted(told) and told[-1] == 1.0
    assert told[0] < 0.05 and len(told) > 6
    control = Control(lambda share: control.cancel() if share > 0.3 else None)
    with pytest.raises(Cancelled):
        probe_all(request, settings, control)


def photo(place: Path, colour: str = "red") -> Path:
    Image.new("RGB", (640, 640), colour).save(place)
    return place


def request(*files: Path, **more: Any) -> MakeRequest:
    return MakeRequest.model_validate({"files": files, "duration": 6.0, "out": files[0].parent / "out", **more})


def test_a_folder_with_nothing_but_the_logo_is_no_footage(settings: Settings, tmp_path: Path) -> None:
    logo = photo(tmp_path / "logo.png")
    brand = BrandWish(logo=LogoWish(file=logo))
    with pytest.raises(MediaError, match="only the brand's logo") as caught:
        probe_all(request(logo, optional=[logo], brand=brand), settings, Control())
    assert caught.value.instance_code == "folder_without_video"


def test_a_file_given_twice_is_marked_by_either_name(settings: Settings, tmp_path: Path) -> None:
    first, other = photo(tmp_path / "a.png"), photo(tmp_path / "c.png", "blue")
    second = tmp_path / "b.png"
    second.write_bytes(first.read_bytes())
    marks = FootageMarks.model_validate({"files": [{"file": "b.png", "keywords": ["x"]}, {"file": "c.png"}]})
    asked = request(first, second, other, marks=marks)
    found = probe_all(asked, settings, Control())
    hashes = [record["info"]["content_hash"] for record in found["sources"]]
    assert len(hashes) == 2
    assert [file.file for file in marked_request(asked, found).marks.files] == hashes
    twice = FootageMarks.model_validate({"files": [{"file": "a.png"}, {"file": "b.png"}]})
    with pytest.raises(InputError, match="make them one"):
        probe_all(asked.evolve(marks=twice), settings, Control())


def test_what_an_older_version_took_in_goes_on(tmp_path: Path) -> None:
    asked = request(tmp_path / "a.mp4")
    newer = {"music", "brand", "marks", "transition", "pauses", "thorough", "allow_alike", "detected"}
    kept = {name: value for name, value in request_json(asked).items() if name not in newer}
    assert read_request(kept) == asked
    assert sources_beside({"sources": [], "notes": []}) == (None, None)
    assert marked_request(asked, {"sources": [], "notes": []}) == asked
