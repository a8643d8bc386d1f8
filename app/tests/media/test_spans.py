"""Black and still spans: what the log says, and which of them an edit explains."""

from pathlib import Path

import pytest

from app.media.ffmpeg import Input, Limits, Workplace, find_ffmpeg
from app.media.spans import DETECTORS, black_item, frozen_item, frozen_spans
from app.models.control import Control
from app.models.edit import Canvas, Edit, EditShot, SourceRef
from app.models.timing import Span
from app.tests.footage import Kind, make_clip


def edit_of(*shots: tuple[str, int]) -> Edit:
    """Return an edit of shots given as (one letter for the file, frames)."""
    keys = {letter: letter * 64 for letter, _ in shots}
    return Edit(
        id="e",
        name="e",
        preset="generic",
        quality="draft",
        canvas=Canvas(width=16, height=16),
        frames=sum(frames for _, frames in shots),
        sources=tuple(SourceRef(content_hash=k, name="f", duration=99, has_audio=False) for k in keys.values()),
        shots=tuple(
            EditShot(id=str(n), source=keys[letter], source_start=0, frames=frames, framing="crop")
            for n, (letter, frames) in enumerate(shots)
        ),
    )


def freeze(*spans: tuple[float, float | None]) -> str:
    lines = []
    for start, end in spans:
        lines.append(f"[freezedetect @ 0x1] [info] lavfi.freezedetect.freeze_start: {start}")
        if end is not None:
            lines.append(f"[freezedetect @ 0x1] [info] lavfi.freezedetect.freeze_end: {end}")
    return "\n".join(lines)


class Footage:
    """Footage that is black, or still, everywhere or nowhere."""

    def __init__(self, *, black: bool = False, still: bool = False) -> None:
        self._black, self._still = black, still

    def is_black(self, span: Span) -> bool:
        return self._black and span.length > 0

    def stands_still(self, span: Span) -> bool:
        return self._still and span.length > 0


LIVELY = Footage()


def test_nothing_found() -> None:
    assert black_item("", edit_of(("a", 60)), LIVELY).ok
    assert frozen_item("", edit_of(("a", 60)), LIVELY).detail == "none of 2.00 s"


def test_black_is_named() -> None:
    log = "[blackdetect @ 0x] [info] black_start:1 black_end:1.7 black_duration:0.7\nblack_start:3 black_end:4.5 x"
    item = black_item(log, edit_of(("a", 300)), LIVELY)
    assert not item.ok
    assert item.detail == "1.00 to 1.70 s, 3.00 to 4.50 s"
    explained = black_item(log, edit_of(("a", 300)), Footage(black=True))
    assert explained.ok
    assert explained.detail == "1.00 to 1.70 s, 3.00 to 4.50 s, as in the footage"


@pytest.mark.parametrize(
    ("spans", "shots", "ok"),
    [
        ([(1.0, 3.5)], [("a", 300)], True),
        ([(1.0, 9.1)], [("a", 300)], True),
        ([(1.0, 3.5)], [("a", 60), ("a", 240)], True),
        ([(1.0, 3.5)], [("a", 60), ("b", 240)], False),
        ([(2.0, 4.5)], [("a", 60), ("b", 240)], True),
        ([(0.0, 2.0)], [("a", 60), ("b", 240)], True),
        ([(7.0, None)], [("a", 300)], True),
        ([(0.0, 2.5), (1.0, None)], [("a", 90), ("b", 210)], False),
    ],
)
def test_still_spans_need_a_reason(
    spans: list[tuple[float, float | None]], shots: list[tuple[str, int]], ok: bool
) -> None:
    assert frozen_item(freeze(*spans), edit_of(*shots), Footage(still=True)).ok is ok
    assert not frozen_item(freeze(*spans), edit_of(*shots), LIVELY).ok


def test_an_open_span_ends_with_the_clip() -> None:
    assert frozen_spans(freeze((1.0, 3.0), (4.0, None)), 10.0) == [Span(start=1, end=3), Span(start=4, end=10)]


def test_an_end_whose_start_is_lost_is_passed_over() -> None:
    log = freeze((1.0, 3.0), (4.0, 7.0)).split("\n", 1)[1]
    assert frozen_spans(log, 10.0) == [Span(start=4, end=7)]


@pytest.mark.parametrize(
    ("kind", "black", "frozen"),
    [("moving", False, False), ("still", False, None), ("black", True, None), ("frozen", False, True)],
)
def test_real_clips(tmp_path: Path, kind: Kind, black: bool, frozen: bool | None) -> None:
    """Encoders smooth the grain of a tripod shot away: it may or may not count as frozen, and so may a black one."""
    clip = make_clip(tmp_path / "c.mp4", seconds=6, cuts=(), kinds=(kind,), audio=None)
    log = Workplace(find_ffmpeg(), tmp_path, Limits(), Control()).run(
        "looking", (Input(clip),), ("-vf", DETECTORS, "-f", "null", "-")
    )
    assert black_item(log, edit_of(("a", 180)), LIVELY).ok is not black
    if frozen is not None:
        assert frozen_item(log, edit_of(("a", 180)), LIVELY).ok is not frozen


def test_letterbox_and_captions_are_not_black(tmp_path: Path) -> None:
    """A wide picture in the middle of a tall black canvas is a picture."""
    clip = make_clip(tmp_path / "c.mp4", seconds=2, cuts=(), audio=None)
    log = Workplace(find_ffmpeg(), tmp_path, Limits(), Control()).run(
        "looking", (Input(clip),), ("-vf", f"scale=180:-2,pad=180:480:0:(oh-ih)/2,{DETECTORS}", "-f", "null", "-")
    )
    assert black_item(log, edit_of(("a", 60)), LIVELY).ok
