"""A changed clip, or another variant, encodes only what no clip had before, and comes out as a first render would."""

import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from app.data import caption_styles
from app.media.ffmpeg import find_ffmpeg
from app.media.parts_pool import Pool
from app.media.render import render_join, render_parts, render_sound
from app.models.control import Control
from app.models.edit import Canvas, Captions, Cue, CueWord, Edit, SourceSound
from app.models.report import PartsReport
from app.tests.footage import make_clip
from app.tests.media.clips import Stage, pictures, shot
from app.tests.media.test_resume import Recorder, names, pieces
from app.workflows.clips.publish import subtitles_of

SHOTS, FRAMES = 8, 14
CANVAS = Canvas(width=270, height=480)
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    folder = tmp_path_factory.mktemp("source")
    return Stage(folder, make_clip(folder / "s.mp4"))


@pytest.fixture
def recorder(tmp_path: Path) -> Recorder:
    return Recorder(tmp_path)


@pytest.fixture
def pool(tmp_path: Path) -> Pool:
    return Pool(tmp_path / "pool")


def cue(text: str, start: int, end: int) -> Cue:
    return Cue(id="c", start=start, end=end, words=(CueWord(text=text, start=start, end=end),), lines=(1,))


def captions(*cues: Cue, style: str = "bold") -> Captions:
    return Captions(style=style, language="en", cues=cues)


def a_cue_each(of: int = SHOTS, words: Sequence[str] = ()) -> list[Cue]:
    """Return a cue in the middle of each shot but the last."""
    return [cue((words or "abcdefgh")[n], n * FRAMES + 2, n * FRAMES + 12) for n in range(of - 1)]


def edit_of(stage: Stage, said: Captions | None, starts: Sequence[float] = ()) -> Edit:
    starts = starts or [0.1 + 0.3 * n for n in range(SHOTS)]
    edit = stage.edit([shot(stage.keys[0], start, FRAMES) for start in starts], CANVAS)
    return edit.evolve(captions=said)


def encode(stage: Stage, edit: Edit, folder: Path, pool: Pool | None, recorder: Recorder | None = None) -> PartsReport:
    ffmpeg = recorder.ffmpeg if recorder else find_ffmpeg()
    material = stage.material(edit, subtitles=subtitles_of(edit))
    return render_parts(material, replace(stage.place(folder), ffmpeg=ffmpeg), 2, pool)


def clip(stage: Stage, edit: Edit, folder: Path) -> Path:
    """Join what was encoded in the folder."""
    material = stage.material(edit, subtitles=subtitles_of(edit))
    render_sound(material, stage.place(folder))
    return render_join(material, stage.place(folder))


def test_only_what_changed_is_encoded(tmp_path: Path, stage: Stage, recorder: Recorder, pool: Pool) -> None:
    cues = a_cue_each()
    edit = edit_of(stage, captions(*cues))
    first = encode(stage, edit, tmp_path / "first", pool, recorder)
    assert (first.encoded, first.encoded_frames) == (SHOTS, SHOTS * FRAMES)
    recorder.asked()

    def encoded(name: str, changed: Edit) -> list[str]:
        encode(stage, changed, tmp_path / name, pool, recorder)
        return recorder.asked()

    assert encoded("again", edit) == []
    one = [*cues[:3], cue("new", 3 * FRAMES + 2, 3 * FRAMES + 12), *cues[4:]]
    assert encoded("one caption", edit.evolve(captions=captions(*one))) == names(3)
    longer = [*cues[:3], cue("d", 3 * FRAMES + 2, 4 * FRAMES + 1), *cues[4:]]
    assert encoded("one over a cut", edit.evolve(captions=captions(*longer))) == names(3, 4)
    assert encoded("sound", edit.evolve(source_sound=SourceSound(mode="on"))) == []
    swapped = list(edit.shots)
    swapped[5] = swapped[5].evolve(source_start=2.6)
    assert encoded("one shot", edit.evolve(shots=tuple(swapped))) == names(5)
    other = next(name for name in caption_styles() if name != "bold")
    assert encoded("style", edit.evolve(captions=captions(*cues, style=other))) == names(*range(SHOTS - 1))
    assert encoded("without", edit.evolve(captions=None)) == names(*range(SHOTS - 1)), "the last one never had any"
    moved = tuple(edit.shots[n] for n in (3, 1, 2, 0, 4, 5, 6, 7))
    assert encoded("moved", edit.evolve(shots=moved, captions=None)) == []


@pytest.mark.parametrize("style", sorted(caption_styles()))
def test_what_is_put_together_is_what_a_first_render_gives(
    tmp_path: Path, stage: Stage, pool: Pool, style: str
) -> None:
    """With captions that stand over cuts, in every style: byte for byte, so pixel for pixel."""
    over = [cue("over", 8, FRAMES + 5), cue("cuts", FRAMES + 5, 3 * FRAMES + 3)]
    starts = [0.1, 0.9, 1.6, 2.3]
    edit = edit_of(stage, captions(*over, style=style), starts)
    encode(stage, edit, tmp_path / "first", pool)
    changed = edit.evolve(captions=captions(over[0], cue("cut", FRAMES + 5, 3 * FRAMES + 3), style=style))
    assert encode(stage, changed, tmp_path / "warm", pool).encoded == 3
    encode(stage, changed, tmp_path / "cold", None)
    warm, cold = (clip(stage, changed, tmp_path / name) for name in ("warm", "cold"))
    assert pieces(tmp_path / "warm") == pieces(tmp_path / "cold")
    assert warm.read_bytes() == cold.read_bytes()
    assert len(pictures(warm)) == edit.frames


def test_the_same_shot_with_the_same_words_elsewhere_is_the_same_part(
    tmp_path: Path, stage: Stage, recorder: Recorder, pool: Pool
) -> None:
    """Six frames later: two tenths of a second. And two variants that share shots share their parts."""
    shots = [shot(stage.keys[0], start, frames) for start, frames in ((0.2, 6), (1.0, 20), (2.0, 12))]
    one = stage.edit(shots[:2], CANVAS).evolve(captions=captions(cue("word", 9, 20)))
    other = stage.edit([shots[2], shots[1]], CANVAS).evolve(captions=captions(cue("word", 15, 26)))
    assert encode(stage, one, tmp_path / "one", pool, recorder).encoded == 2
    recorder.asked()
    assert encode(stage, other, tmp_path / "other", pool, recorder).encoded == 1
    assert recorder.asked() == names(0)
    encode(stage, other, tmp_path / "cold", None)
    assert pieces(tmp_path / "other") == pieces(tmp_path / "cold")


def test_the_same_part_twice_in_a_clip_is_encoded_once(tmp_path: Path, stage: Stage, recorder: Recorder) -> None:
    edit = edit_of(stage, None, [0.5, 1.0, 0.5])
    told: list[float] = []
    material = stage.material(edit)
    place = replace(stage.place(tmp_path / "job", Control(told.append)), ffmpeg=recorder.ffmpeg)
    assert render_parts(material, place, 2).encoded == 2
    assert recorder.asked() == names(0, 1)
    assert told == sorted(told) and told[-1] == 1.0
    shown = pictures(clip(stage, edit, tmp_path / "job"))
    assert np.array_equal(shown[0], shown[2 * FRAMES]) and len(shown) == 3 * FRAMES


def test_jobs_that_need_the_same_parts_at_once_encode_each_once(
    tmp_path: Path, stage: Stage, recorder: Recorder, pool: Pool
) -> None:
    edit, told = edit_of(stage, captions(*a_cue_each())), list[PartsReport]()

    def run(number: int) -> None:
        told.append(encode(stage, edit, tmp_path / f"job{number}", pool, recorder))

    threads = [threading.Thread(target=run, args=(n,)) for n in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert recorder.asked() == names(*range(SHOTS))
    assert sum(report.encoded for report in told) == SHOTS
    assert pieces(tmp_path / "job0") == pieces(tmp_path / "job1") == pieces(tmp_path / "job2")
    assert len(pieces(tmp_path / "job0")) == SHOTS


def test_a_part_that_the_pool_has_damaged_is_encoded_again(
    tmp_path: Path, stage: Stage, recorder: Recorder, pool: Pool
) -> None:
    edit = edit_of(stage, None)
    encode(stage, edit, tmp_path / "first", pool)
    whole = pieces(tmp_path / "first")
    victim = sorted(pool.folder.rglob("part-*.mp4"))[2]
    data = victim.read_bytes()
    victim.unlink()
    victim.write_bytes(data[:-9] + b"?" + data[-8:])
    assert encode(stage, edit, tmp_path / "next", pool, recorder).encoded == 1
    assert pieces(tmp_path / "next") == whole
    assert encode(stage, edit, tmp_path / "third", pool).encoded == 0, "and the pool has it whole again"


def test_a_pool_that_takes_nothing_only_costs_time(tmp_path: Path, stage: Stage) -> None:
    (tmp_path / "file").write_text("")
    edit = edit_of(stage, None)
    for name in ("one", "two"):
        assert encode(stage, edit, tmp_path / name, Pool(tmp_path / "file" / "pool")).encoded == SHOTS


def test_a_word_appears_at_its_frame_however_late_in_a_part(tmp_path: Path, stage: Stage) -> None:
    """At frame 111, 3.7 s as a binary fraction, times 1000, is 3699 and a bit."""
    word = cue("word", 111, 118)
    edit = stage.edit([shot(stage.keys[0], 0.0, 120)], CANVAS)
    encode(stage, edit, tmp_path / "plain", None)
    edit = edit.evolve(captions=captions(word))
    encode(stage, edit, tmp_path / "said", None)
    plain, said = (pictures(next((tmp_path / name).glob("part-*.mp4"))) for name in ("plain", "said"))
    differ = [n for n in range(100, 120) if np.abs(plain[n].astype(int) - said[n]).max() > 60]
    assert differ == list(range(111, 118))


def test_what_was_there_is_told_apart_from_what_was_encoded(tmp_path: Path, stage: Stage, pool: Pool) -> None:
    """Six of eight parts are in the pool: they count as done at once, and not as a sign of speed."""
    edit = edit_of(stage, captions(*a_cue_each()))
    encode(stage, edit, tmp_path / "first", pool)
    changed = edit.evolve(captions=captions(cue("x", 2, 12), *a_cue_each()[1:-1], cue("y", 6 * FRAMES, 6 * FRAMES + 9)))
    shares, found = list[float](), list[float]()
    control = Control(shares.append, found=found.append)
    report = render_parts(
        stage.material(changed, subtitles=subtitles_of(changed)), stage.place(tmp_path / "next", control), 1, pool
    )
    assert (report.encoded, report.encoded_frames) == (2, 2 * FRAMES)
    assert sum(found) == pytest.approx(6 / 8)
    assert shares == sorted(shares) and shares[5] == pytest.approx(6 / 8)
    assert any(6 / 8 < share < 1 for share in shares), "frames that are encoded are counted as they come"
