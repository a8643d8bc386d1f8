"""What the main job tells while it looks at its files."""

from pathlib import Path

import pytest

from app.config import Settings
from app.errors import Cancelled
from app.models.control import Control
from app.models.make import MakeRequest
from app.tests.conftest import ClipMaker
from app.workflows.generate import probe_all


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
