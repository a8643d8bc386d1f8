"""Dissolves and dips: which frames they take from both sides, how much of each, and that nothing else changes."""

from pathlib import Path

import av
import numpy as np
import pytest

from app.media.stretches import Showing, Stretch, stretches
from app.models.edit import Brand, Edit, EndCard, Transition
from app.models.timing import FrameSpan
from app.tests.media.clips import WIDE, Stage, pictures, shot

DISSOLVE, DIP = Transition(kind="dissolve", frames=10), Transition(kind="dip", frames=10)


def ramp(path: Path, first: int, step: int, frames: int = 90) -> Path:
    """Write a clip of plain grays: frame n has luma `first` + `step` * n."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=30, options={"preset": "ultrafast", "qp": "1"})
        stream.width, stream.height, stream.pix_fmt = 320, 180, "yuv420p"
        for n in range(frames):
            frame = av.VideoFrame.from_ndarray(np.full((270, 320), 128, np.uint8), format="yuv420p")
            luma = np.full((180, frame.planes[0].line_size), first + step * n, np.uint8)
            frame.planes[0].update(luma.tobytes())
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path, ramp(tmp_path / "up.mp4", 40, 1), ramp(tmp_path / "down.mp4", 220, -1))


def edit_of(stage: Stage, enter: Transition) -> Edit:
    left, right = stage.keys
    return stage.edit([shot(left, 0.5, 30, name="a"), shot(right, 0.5, 30, name="b").evolve(enter=enter)], WIDE)


def lumas(stage: Stage, edit: Edit) -> list[float]:
    out = stage.folder / f"{edit.shots[1].enter.kind}.mp4"
    stage.render(edit, out)
    return [float(np.median(picture)) for picture in pictures(out)]


def left_at(n: int) -> float:
    return 40 + 15 + n


def right_at(n: int) -> float:
    return 220 - 15 - (n - 30)


def showing(shot: int, start: int, end: int) -> Showing:
    return Showing(shot, FrameSpan(start=start, end=end))


def test_stretches_are_all_frames_once(stage: Stage) -> None:
    found = stretches(edit_of(stage, DISSOLVE))
    assert [(s.kind, s.frames.start, s.frames.end) for s in found] == [
        ("shot", 0, 25),
        ("dissolve", 25, 35),
        ("shot", 35, 60),
    ]
    assert found[1].shows == (showing(0, 25, 35), showing(1, -5, 5))
    assert found[2].shows == (showing(1, 5, 30),)
    dip = stretches(edit_of(stage, DIP))[1]
    assert dip.shows == (showing(0, 25, 30), showing(1, 0, 5))


def test_an_end_card_is_the_last_stretch(stage: Stage) -> None:
    edit = edit_of(stage, Transition())
    edit = edit.evolve(frames=90, brand=Brand(end_card=EndCard(frames=30, lines=("Shop",))))
    assert stretches(edit)[-1] == Stretch("card", FrameSpan(start=60, end=90), ())


def test_a_dissolve_mixes_both_sides_and_keeps_the_rest(stage: Stage) -> None:
    cut, shown = (lumas(stage, edit_of(stage, enter)) for enter in (Transition(), DISSOLVE))
    assert len(shown) == len(cut) == 60
    for n in (*range(25), *range(35, 60)):
        assert shown[n] == pytest.approx(cut[n], abs=1)
    for k, n in enumerate(range(25, 35)):
        share = (k + 0.5) / 10
        assert shown[n] == pytest.approx((1 - share) * left_at(n) + share * right_at(n), abs=2.5), n


def test_a_dip_goes_to_black_and_needs_nothing_beyond_the_cut(stage: Stage) -> None:
    left, right = stage.keys
    edge = [shot(left, 2.0, 30), shot(right, 0.0, 30).evolve(enter=DIP)]
    shown = lumas(stage, stage.edit(edge, WIDE))
    assert len(shown) == 60
    assert shown[:25] == pytest.approx([100 + n for n in range(25)], abs=2)
    assert shown[36:] == pytest.approx([220 - n for n in range(6, 30)], abs=2)
    assert min(shown[29:31]) <= 17
    assert shown[25:30] == sorted(shown[25:30], reverse=True)
    assert shown[30:35] == sorted(shown[30:35])


@pytest.mark.slow
def test_a_clip_with_transitions_passes_its_check(stage: Stage) -> None:
    left, right = stage.keys
    long_dip = Transition(kind="dip", frames=40)
    edit = stage.edit([shot(left, 0.5, 40), shot(right, 0.5, 60).evolve(enter=long_dip)], WIDE)
    stage.render(edit, stage.folder / "out.mp4")
    report = stage.check(stage.folder / "out.mp4", edit)
    assert report.ok, report
