"""What footage shows where a clip is black or still: tripods and nights explain it, lively footage does not."""

from pathlib import Path

import pytest

from app.media.explain import Explainer
from app.media.ffmpeg import Limits, Workplace, find_ffmpeg
from app.models.control import Control
from app.models.edit import Canvas
from app.models.timing import Span
from app.tests.footage import Kind, make_clip
from app.tests.media.clips import Stage, shot

CANVAS = Canvas(width=360, height=640)


def explainer(folder: Path, *kinds: Kind) -> Explainer:
    """Look at an edit of two seconds of each kind of footage."""
    files = [
        make_clip(folder / f"{n}.mp4", seconds=4, cuts=(), kinds=(kind,), seed=n, audio=None)
        for n, kind in enumerate(kinds)
    ]
    stage = Stage(folder, *files)
    edit = stage.edit([shot(key, 1.0, 60) for key in stage.keys], CANVAS)
    return Explainer(stage.parts(edit), CANVAS, Workplace(find_ffmpeg(), folder, Limits(), Control()))


@pytest.mark.parametrize(
    ("kind", "black", "still"),
    [("moving", False, False), ("still", False, True), ("frozen", False, True), ("black", True, True)],
)
def test_each_kind_of_footage(tmp_path: Path, kind: Kind, black: bool, still: bool) -> None:
    footage = explainer(tmp_path, kind)
    for span in (Span(start=0, end=2), Span(start=0.6, end=1.8)):
        assert footage.is_black(span) is black
        assert footage.stands_still(span) is still


def test_every_shot_of_a_span_must_explain_it(tmp_path: Path) -> None:
    footage = explainer(tmp_path, "still", "moving")
    assert footage.stands_still(Span(start=0.0, end=2.0))
    assert not footage.stands_still(Span(start=1.0, end=3.0))
    assert not footage.stands_still(Span(start=2.0, end=4.0))


def test_footage_is_looked_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    footage = explainer(tmp_path, "still")
    assert footage.stands_still(Span(start=0, end=1))
    monkeypatch.setattr(Workplace, "run", None)
    assert footage.stands_still(Span(start=1, end=2))
    assert not footage.is_black(Span(start=0, end=2))
