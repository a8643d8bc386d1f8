"""Whole analyses of made and real clips: shots, moments, flaws, scores, speech."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from app.errors import Cancelled, MediaError
from app.media.analyze import ANALYSIS_VERSION, STEP, analyze, shots_of
from app.media.probe import probe
from app.models.control import Control
from app.models.media import Analysis, Focus
from app.tests.conftest import ClipMaker
from app.tests.footage import ffmpeg, make_clip, say, texture
from app.tests.media.test_shots import steady


def analysed(path: Path) -> Analysis:
    return analyze(path, probe(path), Control())


def test_shots_tile_a_plain_clip(clip: Path) -> None:
    analysis = analysed(clip)
    assert (analysis.content_hash, analysis.version) == (probe(clip).content_hash, ANALYSIS_VERSION)
    assert [s.span.start for s in analysis.shots] == pytest.approx([0, 1.5, 2.8], abs=1e-3)
    assert [s.span.end for s in analysis.shots] == pytest.approx([1.5, 2.8, 4.0], abs=1e-3)
    assert [s.index for s in analysis.shots] == [0, 1, 2]
    assert analysis.duration == pytest.approx(4.0, abs=1e-3)
    assert all(s.reject is None and 0.5 < s.score <= 1 for s in analysis.shots)


def test_it_tells_where_and_how_shots_change(clip: Path) -> None:
    changes = analysed(clip).transitions
    assert [c.kind for c in changes] == ["cut", "cut"]
    assert [c.span.start for c in changes] == pytest.approx([1.5, 2.8], abs=1e-3)
    assert all(c.span.length == 0 for c in changes)


def test_it_is_the_same_every_time(clip: Path) -> None:
    assert analysed(clip) == analysed(clip)


def test_it_survives_json(clip: Path) -> None:
    analysis = analysed(clip)
    assert Analysis.model_validate_json(analysis.model_dump_json()) == analysis


def test_moments_stand_evenly_in_their_shot(clip: Path) -> None:
    for shot in analysed(clip).shots:
        times = [m.time for m in shot.moments]
        assert len(times) == int(shot.span.length / STEP + 1e-3)
        assert times[0] == pytest.approx(shot.span.start + STEP / 2, abs=1e-3)
        assert np.diff(times) == pytest.approx(np.full(len(times) - 1, STEP), abs=1e-5)
        assert all(shot.span.start < t < shot.span.end for t in times)
        assert all(len(m.dhash) == 16 and int(m.dhash, 16) >= 0 for m in shot.moments)


def test_a_cut_does_not_count_as_motion(clip: Path) -> None:
    shots = analysed(clip).shots
    assert max(m.motion for s in shots for m in s.moments) < 15  # at the cuts it is 60 and more


def test_shots_look_like_themselves_and_not_like_others(clip: Path) -> None:
    shots = analysed(clip).shots
    own = [(int(m.dhash, 16) ^ int(s.dhash, 16)).bit_count() for s in shots for m in s.moments]
    others = [(int(a.dhash, 16) ^ int(b.dhash, 16)).bit_count() for a in shots for b in shots if a.index < b.index]
    assert np.median(own) < min(others)


def test_black_frozen_and_blurred_shots_are_rejected_with_their_reason(make: ClipMaker) -> None:
    path = make(
        kinds=("moving", "black", "still", "frozen", "moving", "blurred"), cuts=(1, 2, 3, 4.5, 5.5), seconds=6.5
    )
    shots = analysed(path).shots
    assert [s.reject for s in shots] == [None, "black", None, "frozen", None, "blurred"]
    for shot in shots:
        assert bool(shot.reject_detail) == bool(shot.reject)
        assert (shot.score == 0.0) == bool(shot.reject)
        assert bool(shot.reasons) != bool(shot.reject)


def test_too_short_shots_are_rejected(make: ClipMaker) -> None:
    shots = analysed(make(cuts=(1.5, 1.9), seconds=3.5, audio=None)).shots
    assert [s.reject for s in shots] == [None, "too_short", None]


def test_a_tripod_is_not_frozen(make: ClipMaker) -> None:
    (shot,) = analysed(make(kinds=("still",), cuts=(), audio=None)).shots
    assert shot.reject is None
    assert not [m for m in shot.moments if m.flaw]


def test_a_photograph_with_a_slow_zoom_is_not_frozen(tmp_path: Path) -> None:
    picture, path = tmp_path / "photo.png", tmp_path / "zoom.mp4"
    ffmpeg(*("-f", "rawvideo", "-pix_fmt", "rgb24", "-s", "1280x720", "-i", _raw(tmp_path)), picture)
    zoom = "scale=2560:-2,zoompan=z='1+0.0006*on':d=90:s=640x360:fps=30:x='iw/2-iw/zoom/2':y='ih/2-ih/zoom/2'"
    ffmpeg("-loop", "1", "-t", "3", "-i", picture, "-vf", zoom, "-frames:v", "90", "-pix_fmt", "yuv420p", path)
    (shot,) = analysed(path).shots
    assert shot.reject is None


def _raw(folder: Path) -> Path:
    path = folder / "photo.raw"
    path.write_bytes(texture(6, 1280, 720).tobytes())
    return path


def test_flawed_parts_of_a_good_shot_are_marked(tmp_path: Path) -> None:
    path = tmp_path / "parts.mp4"
    source = make_clip(tmp_path / "a.mp4", cuts=(), seconds=6, audio=None)
    parts = "gblur=sigma=12:enable='between(t,1,2)',loop=loop=60:size=1:start=120,setpts=N/30/TB"
    ffmpeg("-i", source, "-vf", parts, "-preset", "ultrafast", path)
    shots = analysed(path).shots
    flaws = {m.time: m.flaw for s in shots for m in s.moments}
    assert all(flaw == "blurred" for t, flaw in flaws.items() if 1.1 < t < 1.9)
    assert all(flaw == "frozen" for t, flaw in flaws.items() if 4.5 < t < 5.7)
    assert all(flaw is None for t, flaw in flaws.items() if 2.2 < t < 3.8 or t > 6.3)


def test_speech_and_its_share(tmp_path: Path) -> None:
    path = make_clip(tmp_path / "talk.mp4", seconds=7.0, cuts=(4.5,), audio=say(tmp_path / "voice.wav"))
    analysis = analysed(path)
    assert analysis.speech and analysis.speech[-1].end < 4.6
    first, second = analysis.shots
    assert first.speech_share > 0.7 and second.speech_share < 0.05


def test_no_sound(make: ClipMaker) -> None:
    analysis = analysed(make(audio=None))
    assert analysis.speech == () and all(s.speech_share == 0 for s in analysis.shots)


@pytest.mark.parametrize("size", [(641, 361), (1280, 320), (360, 640)])
def test_sizes(make: ClipMaker, size: tuple[int, int]) -> None:
    shots = analysed(make(size=size, audio=None)).shots
    assert [s.span.start for s in shots] == pytest.approx([0, 1.5, 2.8], abs=1e-3)


def test_telephone_sound(make: ClipMaker) -> None:
    path = make(options=("-ar", "8000", "-ac", "1"), seconds=2.0, cuts=())
    assert analysed(path).speech == ()


def test_a_low_variable_rate_has_all_its_moments(tmp_path: Path) -> None:
    path, slow = make_clip(tmp_path / "a.mp4", cuts=(), audio=None), tmp_path / "slow.mp4"
    ffmpeg("-i", path, "-vf", "select='not(mod(n,12))+gt(n,100)'", "-fps_mode", "vfr", "-preset", "ultrafast", slow)
    (shot,) = analysed(slow).shots
    assert len(shot.moments) == pytest.approx(16, abs=1)


def test_motion_is_in_a_thirtieth_of_a_second() -> None:
    slow, fast = shots_of(steady(60, fps=10))[0], shots_of(steady(60, fps=30))[0]
    assert slow.motion == pytest.approx(fast.motion / 3, rel=0.01)


def test_where_the_eye_went_long_ago_says_nothing_of_now() -> None:
    signals = replace(steady(150), focus=((0.5, Focus(x=0.3)), (4.0, Focus(x=0.8))))
    (shot,) = shots_of(signals)
    seen = {moment.time: moment.focus and moment.focus.x for moment in shot.moments}
    assert {x for time, x in seen.items() if time < 1.5} == {0.3}
    assert {x for time, x in seen.items() if 1.5 < time < 3} == {None}
    assert {x for time, x in seen.items() if time > 3} == {0.8}


def test_a_file_that_breaks_off_is_used_as_far_as_it_goes(make: ClipMaker, tmp_path: Path) -> None:
    whole = make(audio="tone", options=("-movflags", "+faststart"))
    path = tmp_path / "cut.mp4"
    path.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    analysis = analysed(path)
    assert 0.5 < analysis.duration < 3.5
    assert analysis.shots[-1].span.end == analysis.duration


def test_sound_only(tmp_path: Path) -> None:
    path = tmp_path / "voice.wav"
    ffmpeg("-f", "lavfi", "-t", "1", "-i", "sine=440", path)
    with pytest.raises(MediaError) as caught:
        analysed(path)
    assert caught.value.instance_code == "media_no_picture"


def test_progress_runs_from_start_to_end(clip: Path) -> None:
    shares: list[float] = []
    analyze(clip, probe(clip), Control(shares.append))
    assert shares == sorted(shares) and shares[-1] == 1.0
    assert len({round(s, 2) for s in shares}) > 50


def test_cancelled_before_it_began(clip: Path) -> None:
    control = Control()
    control.cancel()
    with pytest.raises(Cancelled):
        analyze(clip, probe(clip), control)


@pytest.mark.slow
def test_real_clips_are_not_rejected(test_media: Path) -> None:
    for path in sorted([*test_media.glob("intel-*"), *test_media.glob("mpy-*"), *test_media.glob("ae-*")]):
        rejects = {s.reject: s.span.length for s in analysed(path).shots if s.reject}
        assert set(rejects) <= {"black"}, f"{path.name}: {rejects}"
        assert sum(rejects.values()) < 1.0  # the animation begins in the dark


def test_the_talking_head_is_heard(test_media: Path) -> None:
    spans = analysed(test_media / "ae-example.mp4").speech
    assert spans[0].start < 1.5 and 15 < sum(s.length for s in spans) < 20
