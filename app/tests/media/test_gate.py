"""Looking at as little as will do: the same shots as from every frame, whatever the file and the number of threads."""

from pathlib import Path

import numpy as np
import pytest

from app.errors import Cancelled
from app.media import gate
from app.media.analyze import analyze
from app.media.gate import signals_of
from app.media.pieces import joined
from app.media.probe import probe
from app.media.signals import Signals
from app.models.control import Control
from app.models.media import Analysis
from app.tests.conftest import ClipMaker
from app.tests.footage import ffmpeg
from app.tests.media.test_groups import EACH_HALF_SECOND

CUTS = (2.2, 3.5, 5.9)  # in a group, at a key frame, in the next to last frames of one
SIZE = (320, 180)


def analysed(path: Path, *, thorough: bool = False, threads: int | None = None) -> Analysis:
    return analyze(path, probe(path), Control(), thorough=thorough, threads=threads)


def pieces(path: Path, threads: int = 2) -> list[Signals]:
    return signals_of(path, probe(path), Control(), threads=threads)


@pytest.fixture
def cut_clip(make: ClipMaker) -> Path:
    return make(
        cuts=CUTS, seconds=8.0, size=SIZE, options=(*EACH_HALF_SECOND, "-crf", "12"), audio=None, kinds=("still",)
    )


def test_only_where_shots_may_change_all_is_decoded(cut_clip: Path) -> None:
    found = pieces(cut_clip)
    assert len(found) > 4
    assert sum(len(piece) for piece in found) < 160  # of 240
    assert all(len(piece) <= 3 for piece in found if not piece.is_dense[0])


def test_cuts_are_exact_and_those_of_a_thorough_look(cut_clip: Path) -> None:
    quick, whole = analysed(cut_clip), analysed(cut_clip, thorough=True)
    assert [c.span.start for c in quick.transitions] == pytest.approx(list(CUTS), abs=1e-3)
    assert quick.transitions == whole.transitions
    assert [s.span for s in quick.shots] == [s.span for s in whole.shots]
    assert (quick.thorough, whole.thorough) == (False, True)
    assert quick.duration == whole.duration


def test_measures_are_near_those_of_a_thorough_look(cut_clip: Path) -> None:
    for quick, whole in zip(analysed(cut_clip).shots, analysed(cut_clip, thorough=True).shots, strict=True):
        assert quick.sharpness == pytest.approx(whole.sharpness, rel=0.25)
        assert quick.luma == pytest.approx(whole.luma, abs=5)
        assert quick.motion == pytest.approx(whole.motion, abs=1.5)
        assert [m.time for m in quick.moments] == [m.time for m in whole.moments]
        assert all(m.focus is not None for m in quick.moments)


def test_it_is_the_same_with_any_number_of_threads(cut_clip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = analysed(cut_clip, threads=1)
    assert analysed(cut_clip, threads=5) == one
    monkeypatch.setattr(gate, "_GROUPS_AT_ONCE", 3)
    assert analysed(cut_clip, threads=2) == one


@pytest.mark.parametrize(
    "options",
    [
        ("-preset", "medium", "-bf", "3", *EACH_HALF_SECOND),
        ("-preset", "medium", "-bf", "3", "-g", "30"),  # key frames at cuts
        ("-preset", "medium", "-bf", "3", "-x264-params", "open-gop=1:keyint=15:min-keyint=1:scenecut=0"),
    ],
    ids=["reordered", "at cuts", "open"],
)
def test_every_kind_of_group(make: ClipMaker, options: tuple[str, ...]) -> None:
    path = make(cuts=CUTS, seconds=8.0, size=SIZE, options=options, audio=None)
    assert len(pieces(path)) > 1
    assert [c.span.start for c in analysed(path).transitions] == pytest.approx(list(CUTS), abs=1e-3)


@pytest.mark.slow
@pytest.mark.parametrize("codec", ["hevc", "vp9"])
def test_every_codec(make: ClipMaker, codec: str) -> None:
    options = (
        ("-g", "15", "-x265-params", "log-level=error:keyint=15:min-keyint=15") if codec == "hevc" else ("-g", "15")
    )
    path = make(".mkv", cuts=CUTS, seconds=8.0, size=SIZE, codec=codec, options=options, audio=None)
    assert len(pieces(path)) > 1
    assert [c.span.start for c in analysed(path).transitions] == pytest.approx(list(CUTS), abs=1e-3)


def test_a_turned_file(make: ClipMaker) -> None:
    path = make(cuts=CUTS, seconds=8.0, size=SIZE, options=EACH_HALF_SECOND, audio=None, rotation=90)
    assert len(pieces(path)) > 1
    assert len(analysed(path).shots) == 4


def test_what_stands_still_is_decoded_and_only_then_frozen(make: ClipMaker) -> None:
    kinds = ("moving", "frozen", "still")
    path = make(kinds=kinds, cuts=(2.0, 4.0), seconds=6.0, size=SIZE, options=EACH_HALF_SECOND, audio=None)
    quick = analysed(path)
    assert [s.reject for s in quick.shots] == [None, "frozen", None]
    assert not [m for m in quick.shots[2].moments if m.flaw]
    signals, _ = joined(pieces(path))
    standing = (signals.time >= 2.0) & (signals.time < 4.0)
    assert standing.sum() == 60 and signals.is_dense[standing].all()


def test_a_dissolve_over_a_key_frame(make: ClipMaker, tmp_path: Path) -> None:
    first = make(cuts=(), seconds=4.0, size=SIZE, audio=None, kinds=("still",), seed=1)
    second = make(cuts=(), seconds=4.0, size=SIZE, audio=None, kinds=("still",), seed=2)
    path = tmp_path / "dissolve.mp4"
    graph = "[0][1]xfade=duration=0.5:offset=3.2,format=yuv420p"
    ffmpeg("-i", first, "-i", second, "-filter_complex", graph, "-preset", "ultrafast", *EACH_HALF_SECOND, path)
    (change,) = analysed(path).transitions
    assert change.kind == "dissolve"
    assert 2.9 < change.span.start < 3.4 and 3.5 < change.span.end < 4.1


def test_a_file_that_breaks_off_is_used_as_far_as_it_goes(make: ClipMaker, tmp_path: Path) -> None:
    options = (*EACH_HALF_SECOND, "-movflags", "+faststart")
    whole = make(cuts=CUTS, seconds=8.0, size=SIZE, options=options, audio=None)
    path = tmp_path / "cut.mp4"
    path.write_bytes(whole.read_bytes()[: whole.stat().st_size * 2 // 3])
    analysis = analysed(path)
    assert 3.0 < analysis.duration < 7.0
    assert [c.span.start for c in analysis.transitions][:2] == pytest.approx(list(CUTS[:2]), abs=1e-3)


def test_progress_runs_from_start_to_end(cut_clip: Path) -> None:
    shares: list[float] = []
    analyze(cut_clip, probe(cut_clip), Control(shares.append))
    assert shares == sorted(shares) and shares[-1] == 1.0
    assert len(set(shares)) > 50


def test_it_can_be_stopped_while_groups_are_decoded(cut_clip: Path) -> None:
    control = Control()

    def stop_late(share: float) -> None:
        if share > 0.5:
            control.cancel()

    control._report = stop_late
    with pytest.raises(Cancelled):
        analyze(cut_clip, probe(cut_clip), control)


def test_glances_count_where_nobody_looked(cut_clip: Path) -> None:
    signals, _ = joined(pieces(cut_clip))
    assert (np.diff(signals.time) > 0).all()
    assert not signals.is_linked[0]
    steps = np.diff(signals.time)[signals.is_linked[1:]]
    assert steps == pytest.approx(np.full(steps.size, 1 / 30), abs=1e-3)
