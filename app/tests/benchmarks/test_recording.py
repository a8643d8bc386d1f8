"""A render's floor comes from the calls it makes; one caption changed is one; words are seen where they are marked."""

import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from app.media.render import CLIP_NAME
from app.models.edit import Canvas
from app.models.timing import OUTPUT_FPS
from app.tests.footage import make_clip
from benchmarks import analysis, captions, render
from benchmarks.captions import late_by, lengths
from benchmarks.rerender import with_one_changed
from benchmarks.tools.clips import Project, project
from benchmarks.tools.clips import render as render_clip
from benchmarks.tools.limits import bare_decode
from benchmarks.tools.peers import NoPeers
from benchmarks.tools.recording import floor, read_call, recorded, write_raw
from benchmarks.tools.spent import Spent

TEXT = "One two three, four five six, seven eight nine, ten eleven twelve."
SMALL = Canvas(width=540, height=960)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("kept")


@pytest.fixture
def small(tmp_path: Path, kept: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Project]:
    monkeypatch.setenv("EDIT_FACTORY_BENCH_DIR", str(kept))

    def made(**more: object) -> Project:
        footage = make_clip(tmp_path / "footage.mp4", seconds=6, **more)  # type: ignore[arg-type]
        whole = project(footage, TEXT, tmp_path / "data")
        return replace(whole, edit=whole.edit.evolve(canvas=SMALL, quality="draft"))

    return made


def test_a_call_is_sorted_into_what_it_reads_shows_and_encodes() -> None:
    told = "-nostats -progress pipe:1 -ss 1 -i file:/a.mp4 -map 0:v -an -vf scale=2:2 -frames:v 9 -c:v libx264 -crf 20"
    call = read_call([*told.split(), "-f", "mp4", "part.mp4"], Path("/there"))
    assert call.inputs == ("-nostats", "-ss", "1", "-i", "file:/a.mp4")
    assert call.picture == ("-map", "0:v", "-an", "-vf", "scale=2:2", "-frames:v", "9")
    assert call.encoder == ("-c:v", "libx264", "-crf", "20")


@pytest.mark.slow
def test_the_floor_is_that_of_the_pictures_really_made(small: Callable[..., Project], tmp_path: Path) -> None:
    made = small()
    calls = recorded(made, tmp_path / "recorded")
    raw = tmp_path / "all.raw"
    write_raw(calls, raw)
    assert raw.stat().st_size == made.edit.frames * SMALL.width * SMALL.height * 3 // 2
    least = floor(calls, (SMALL.width, SMALL.height), tmp_path)
    assert least.filters > 0
    assert least.x264 > 0
    assert least.cpu == least.filters + least.x264
    assert "x264" in least.told()
    assert not (tmp_path / "pictures.raw").exists()


def test_one_caption_is_changed_and_nothing_else(small: Callable[..., Project]) -> None:
    edit = small().edit
    changed = with_one_changed(edit)
    assert edit.captions is not None and changed.captions is not None
    other = [(a, b) for a, b in zip(edit.captions.cues, changed.captions.cues, strict=True) if a != b]
    assert len(other) == 1
    assert changed.shots == edit.shots
    assert [(w.start, w.end) for w in other[0][0].words] == [(w.start, w.end) for w in other[0][1].words]
    with pytest.raises(ValueError, match="no captions"):
        with_one_changed(edit.evolve(captions=None))


@pytest.mark.slow
def test_words_are_seen_on_the_frame_where_they_are_marked(small: Callable[..., Project], tmp_path: Path) -> None:
    made = small(kinds=("black",), cuts=())
    assert made.edit.captions is not None
    render_clip(made, tmp_path / "right")
    clip = tmp_path / "right" / CLIP_NAME
    assert late_by(made, clip, TEXT) == [0] * 12
    pictures, seconds = lengths(clip)
    assert pictures == made.edit.frames
    assert seconds == pytest.approx(made.edit.frames / OUTPUT_FPS, abs=0.022)
    later = made.edit.captions.cues[0].evolve(
        words=tuple(word.evolve(start=word.start + 2) for word in made.edit.captions.cues[0].words)
    )
    moved = made.edit.captions.evolve(cues=(later, *made.edit.captions.cues[1:]))
    late = replace(made, edit=made.edit.evolve(captions=moved))
    render_clip(late, tmp_path / "late")
    words = len(later.words)
    assert late_by(late, tmp_path / "late" / CLIP_NAME, TEXT) == [2] * words + [0] * (12 - words)
    assert made.edit.captions.style == captions.STYLE


def test_a_peer_that_cannot_run_is_told(
    small: Callable[..., Project], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(peer: str, told: object) -> None:
        raise NoPeers(f"the peers cannot be installed: {peer}")

    monkeypatch.setattr(render, "ask", refuse)
    monkeypatch.setattr(analysis, "ask", refuse)
    ours = Spent(1.0, 1.0, 1.0)
    for figure in (
        render._against_peer(small(), ours, tmp_path, 1),
        analysis._against_peer(tmp_path / "footage.mp4", ours, 1),
    ):
        assert figure.value is None
        assert not figure.holds
        assert "cannot be installed" in figure.against


def test_a_file_that_does_not_decode_is_no_floor(tmp_path: Path) -> None:
    (tmp_path / "no.mp4").write_bytes(b"nothing")
    with pytest.raises(subprocess.CalledProcessError):
        bare_decode(tmp_path / "no.mp4")
