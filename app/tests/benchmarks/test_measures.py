"""What the benchmarks of sound, cuts, memory and the main job measure with, tried on what is known."""

from pathlib import Path

import numpy as np
import pytest

from app.media.sound import SAMPLE_RATE, write_wav
from app.models.media import Analysis, ShotChange
from app.models.timing import Span
from app.tests.footage import make_clip
from benchmarks import captions, cuts, loudness, main_job, memory, memory_hour, variants
from benchmarks.main_job import make
from benchmarks.tools.footage import SEEDS, Style, Truth, length
from benchmarks.tools.peers import NoPeers
from benchmarks.tools.voices import filmed, mixture, read


def tone(path: Path, level: float, seconds: float = 3.0) -> Path:
    wave = level * np.sin(2 * np.pi * 997 * np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE)
    write_wav(path, np.stack([wave, wave], axis=1).astype(np.float32))
    return path


@pytest.mark.parametrize("decibels", [-20.0, -33.0])
def test_a_tone_on_both_channels_is_as_loud_as_its_level(tmp_path: Path, decibels: float) -> None:
    loud, peak = loudness.measured(tone(tmp_path / "tone.wav", 10 ** (decibels / 20)))
    assert loud == pytest.approx(decibels, abs=0.05)  # BS.1770: -3.01 for each channel, and both add up
    assert peak == pytest.approx(decibels, abs=0.1)


def test_music_is_shorter_than_any_clip(tmp_path: Path) -> None:
    loud, peak = loudness.measured(loudness.music(tmp_path / "music.wav"))
    assert loud > -35
    assert peak < -3


def test_filmed_sound_comes_back_at_its_time(tmp_path: Path) -> None:
    made = mixture(6.0, SEEDS[0])
    heard = read(filmed(made.heard, tmp_path / "video.mp4"))[: len(made.heard)]
    assert len(heard) == len(made.heard)
    first, end = SAMPLE_RATE, 4 * SAMPLE_RATE
    products = [float(np.dot(heard[first + by : end + by], made.heard[first:end])) for by in range(-64, 65)]
    assert int(np.argmax(products)) == 64


def analysed(*changes: ShotChange) -> Analysis:
    return Analysis(content_hash="0" * 64, version=1, duration=10.0, step=0.25, shots=(), transitions=changes)


def change(kind: str, first: int, end: int) -> ShotChange:
    return ShotChange.model_validate({"kind": kind, "span": Span(start=first / 30, end=end / 30)})


TRUTH: Truth = {
    "shots": [
        {"start": 0, "frames": 50, "transition": "cut"},
        {"start": 50, "frames": 50, "transition": "cut"},
        {"start": 100, "frames": 50, "transition": "dissolve"},
        {"start": 150, "frames": 50, "transition": "cut"},
    ]
}


def test_cuts_are_held_against_the_truth_and_the_peer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cuts, "ask", lambda peer, told: {"frames": [50]})
    file = (Path("/there.mp4"), TRUTH, analysed(change("cut", 50, 50), change("cut", 149, 149)))
    ours, better = cuts._hard("phone", [file])
    assert (ours.value, ours.holds) == (1.0, True)
    assert "2 known ones (2 found, 0 false" in ours.against
    assert better.value == pytest.approx(1 / 3)


def test_without_the_peer_cuts_are_held_against_the_truth_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(peer: str, told: object) -> None:
        raise NoPeers("no network")

    monkeypatch.setattr(cuts, "ask", refuse)
    ours, better = cuts._hard("phone", [(Path("/there.mp4"), TRUTH, analysed(change("cut", 50, 50)))])
    assert ours.value == pytest.approx(2 / 3)
    assert not ours.holds
    assert better.value is None
    assert not better.holds


def test_dissolves_are_held_against_the_truth() -> None:
    found = analysed(change("dissolve", 99, 117), change("fade", 10, 20), change("cut", 50, 50))
    recall, precision, hard = cuts._soft([(Path("/there.mp4"), TRUTH, found)])
    assert (recall.value, precision.value) == (1.0, 0.5)
    assert recall.holds
    assert not precision.holds
    assert hard.bar is None


def test_memory_is_told_for_looking_and_for_making(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "peaks", lambda piece, times, text: (400.0, 900.0))
    looking, making = memory.run(quick=True)
    assert looking.name == "memory, looking at 1 min of 1080p, peak"
    assert looking.holds
    assert not making.holds


def test_an_hour_is_held_against_ten_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory_hour, "peaks", lambda piece, times, text: (400.0 + times, 500.0 + 5 * times))
    growth, _, making, peak = memory_hour.run(quick=False)
    assert growth.value == pytest.approx(460 / 410)
    assert not growth.holds
    assert making.value == pytest.approx(800 / 550)
    assert peak.holds


def test_words_that_are_late_are_told() -> None:
    assert captions._words([0] * 98 + [-1, 3]).value == 0.0
    figure = captions._words([0] * 9 + [2])
    assert (figure.value, figure.holds) == (2.0, False)
    assert "9 on their frame" in figure.against


def test_a_make_that_fails_says_why(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="make ended with"):
        make(tmp_path / "nothing.mp4", "One.", tmp_path)


@pytest.mark.slow
def test_make_leaves_a_clip_and_keeps_its_data_to_itself(tmp_path: Path) -> None:
    footage = make_clip(tmp_path / "footage.mp4", seconds=6, size=(320, 180))
    make(footage, "One, two, three.", tmp_path / "here")
    raw, (width, height) = main_job._raw(tmp_path / "here", tmp_path / "clip.raw")
    pictures, rest = divmod(raw.stat().st_size, width * height * 3 // 2)
    assert pictures > 20
    assert rest == 0
    assert (tmp_path / "here" / "data" / "edit-factory.db").exists()


@pytest.mark.slow
def test_variants_are_those_that_the_product_chooses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDIT_FACTORY_BENCH_DIR", str(tmp_path / "kept"))
    footage = make_clip(tmp_path / "footage.mp4", seconds=20, size=(320, 180), cuts=(4, 8, 12, 16))
    made = variants.chosen(footage, "One, two, three.", tmp_path / "data")
    assert 1 < len(made) <= variants.COUNT
    assert len({one.edit.identity for one in made}) == len(made)
    assert len({one.voice for one in made}) == 1


@pytest.mark.parametrize(("style", "seconds"), [("phone", 180), ("edited", 120), ("uncut", 180), ("blends", 180)])
def test_footage_is_as_long_as_the_goals_say(style: Style, seconds: float) -> None:
    assert length(style, quick=False) == seconds
    assert length(style, quick=True) == 30
