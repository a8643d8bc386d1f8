"""A picture that stands for long is shown from whichever of its seconds a shot begins in, never the one after it."""

from fractions import Fraction
from pathlib import Path

import pytest

from app.errors import MediaError
from app.media.containers import MAX_PIXELS
from app.media.seeking import long_standing
from app.tests.footage import ffmpeg
from app.tests.media.clips import Stage, assert_right, numbered_clip, numbers, shot, times_at

SCREEN = [Fraction(n, 30) for n in range(31)] + [8 + Fraction(n, 30) for n in range(31)]
"""A screen recording: 1 s of changes, picture 30 for 7 s, changes again."""

STALLED = times_at(Fraction(30), 151) + [8 + Fraction(n, 30) for n in range(300)]
"""30 pictures a second with one gap of 3 s: too few steps are uneven for a variable rate."""


def packed(folder: Path, times: list[Fraction], suffix: str) -> Path:
    """Write the numbered pictures into a container; ".frag.mp4" is one without an index of its key frames."""
    plain = numbered_clip(folder / "plain.mkv", times)
    flags = ("-movflags", "+frag_keyframe+empty_moov") if suffix == ".frag.mp4" else ()
    ffmpeg("-i", plain, "-c", "copy", *flags, folder / f"n{suffix}")
    return folder / f"n{suffix}"


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".frag.mp4", ".flv", ".ts"])
def test_a_shot_begins_with_the_picture_that_stands(tmp_path: Path, suffix: str) -> None:
    stage = Stage(tmp_path, packed(tmp_path, SCREEN, suffix))
    starts = (3.5, 7.0, 7.9, 8.3)
    shown = numbers(stage.rendered(*(shot(stage.keys[0], start, 20, name=str(start)) for start in starts)))
    for n, start in enumerate(starts):
        assert_right(shown[20 * n : 20 * n + 20], SCREEN, start)


def test_so_it_does_where_the_rate_is_not_known_to_vary(tmp_path: Path) -> None:
    stage = Stage(tmp_path, packed(tmp_path, STALLED, ".mp4"))
    assert not stage.infos[stage.keys[0]].variable_frame_rate
    shown = numbers(stage.rendered(*(shot(stage.keys[0], start, 20, name=str(start)) for start in (6.0, 7.5))))
    assert shown == [150] * 35 + list(range(151, 156))


def test_no_more_is_decoded_than_is_needed(tmp_path: Path) -> None:
    """Where a picture begins within the usual lead, a part's key must stay what it was."""
    stage = Stage(tmp_path, packed(tmp_path, STALLED, ".mp4"))
    shots = (shot(stage.keys[0], start, 20, name=str(start)) for start in (0.1, 4.0, 6.5, 10.0))
    parts = stage.parts(stage.edit(list(shots)))
    assert [part.takes[0].lead for part in parts] == pytest.approx([0.1, 0.2, 1.7, 0.2], abs=0.01)


def test_what_stands_for_long_is_told_by_its_beginning(tmp_path: Path) -> None:
    path = packed(tmp_path, SCREEN, ".mp4")
    moments = (0.0, 0.5, 1.15, 1.5, 7.99, 8.0, 8.2)
    assert long_standing(path, moments, 0.2, MAX_PIXELS) == pytest.approx({1.5: 1.0, 7.99: 1.0}, abs=0.01)
    assert long_standing(path, moments, 2.0, MAX_PIXELS) == pytest.approx({7.99: 1.0}, abs=0.01)


def test_after_the_last_picture_nothing_stands(tmp_path: Path) -> None:
    path = packed(tmp_path, SCREEN, ".mp4")
    assert long_standing(path, (20.0,), 0.2, MAX_PIXELS) == {}


def test_a_file_that_is_gone_is_told(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="does not exist"):
        long_standing(tmp_path / "n.mp4", (1.0,), 0.2, MAX_PIXELS)
