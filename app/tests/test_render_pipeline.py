"""The main job for real, from footage and a script to finished clips: lengths, words, loudness, sameness, stopping."""

import hashlib
import json
import signal
import subprocess
import sys
import time
import wave
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import pysubs2
import pytest

from app.config import Settings, load_settings
from app.editing.document import edit_json, read_edit
from app.editing.script.spoken import prepare
from app.errors import InputError, MediaError, StorageError
from app.media import ffmpeg as ffmpeg_module
from app.media.ffmpeg import Input, Run, find_ffmpeg
from app.models.control import Control
from app.models.edit import Edit
from app.models.make import ClipResult, MakeRequest, MakeResult
from app.models.timing import frame_at
from app.services import speech
from app.services.job_storage import JobStorage
from app.services.sources import gather
from app.services.srt_validator import validate_content
from app.tests.conftest import ClipMaker
from app.workflows.make import make as make_clips
from app.workflows.render import render_again

pytestmark = pytest.mark.slow

ENGLISH = "Fresh bread, every morning. Come and taste it today, for only 3.99 dollars!"
ROMANIAN = "Pâine proaspătă în fiecare dimineață. Vino și gust-o astăzi, la doar 3,99 lei!"

Maker = Callable[..., MakeResult]


@pytest.fixture(scope="session")
def footage(make: ClipMaker) -> tuple[Path, ...]:
    """Three files of 12 s with cuts every 4 s, of three sizes and rates."""
    return (
        make(seconds=12, cuts=(4, 8), size=(640, 360), seed=1),
        make(seconds=12, cuts=(4, 8), size=(480, 854), fps=25, seed=2, audio="speechlike"),
        make(seconds=12, cuts=(4, 8), size=(720, 576), fps=60, seed=3, audio=None),
    )


@pytest.fixture
def recorded(tmp_path: Path, settings: Settings) -> Settings:
    """Settings with an ffmpeg that writes down what it is asked, and cannot encode captions that say Doomed or Full."""
    real, script = find_ffmpeg().path, tmp_path / "recording ffmpeg"
    script.write_text(
        f"""#!/bin/sh
        echo "$*" >> '{tmp_path}/asked'
        case "$*" in *libx264*)
            grep -qi doomed subs.ass 2>/dev/null && echo '[error] doomed' >&2 && exit 1
            grep -qi full subs.ass 2>/dev/null && echo '[error] clip: No space left on device' >&2 && exit 1
        esac
        exec '{real}' "$@"
        """,
        encoding="utf-8",
    )
    script.chmod(0o755)
    return settings.model_copy(update={"ffmpeg": script})


@pytest.fixture
def job(footage: tuple[Path, ...], settings: Settings, tmp_path: Path) -> Maker:
    """`job(script, **request)` runs the main job in draft quality."""

    def run(*scripts: str, under: Settings = settings, **given: object) -> MakeResult:
        fields = {"files": footage, "scripts": scripts, "quality": "draft", "out": tmp_path / "clips", **given}
        return make_clips(MakeRequest.model_validate(fields), under, lambda *_: None, Control())

    return run


def edit_of(clip: ClipResult) -> Edit:
    return read_edit(clip.files["edit"].read_text(encoding="utf-8"))


def loudness(path: Path) -> float:
    """Return the integrated loudness in LUFS as ffmpeg's own meter hears the file."""
    arguments = ("-af", "ebur128", "-f", "null", "-")
    log = ffmpeg_module.run(find_ffmpeg(), Run("measuring", (Input(path),), arguments, path.parent), Control())
    return float(log.rsplit("I:", 1)[1].split("LUFS")[0])


def frame_times(path: Path) -> list[Fraction]:
    with av.open(str(path)) as container:
        return [Fraction(frame.pts or 0) * (frame.time_base or 0) for frame in container.decode(video=0)]


def sound_seconds(path: Path) -> float:
    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        assert stream.duration is not None and stream.time_base is not None
        return float(stream.duration * stream.time_base)


@pytest.mark.parametrize(("script", "language"), [(ENGLISH, "en"), (ROMANIAN, "ro")])
def test_a_script_becomes_finished_clips(job: Maker, settings: Settings, script: str, language: str) -> None:
    result = job(script, count=2)
    assert [clip.ok for clip in result.clips] == [True, True]
    assert (result.language, result.language_detected, result.possible) == (language, True, 2)
    assert result.cost_microdollars == 0
    first, second = (edit_of(clip) for clip in result.clips)
    assert (
        first.shots[0].source_start != second.shots[0].source_start or first.shots[0].source != second.shots[0].source
    )
    for clip in result.clips:
        edit = edit_of(clip)
        assert edit.voice is not None and edit.captions is not None
        assert sorted(clip.files) == ["edit", "jpg", "mp4", "srt"]
        assert all(place.stat().st_size > 0 for place in clip.files.values())
        assert clip.checks is not None and clip.checks.ok
        _check_length(clip, edit, settings)
        _check_words(clip, edit, script)
        assert loudness(clip.files["mp4"]) == pytest.approx(-14, abs=0.5)


def _check_length(clip: ClipResult, edit: Edit, settings: Settings) -> None:
    """The voice and its tail decide the length: exact to a frame, the sound to one AAC frame."""
    assert edit.voice is not None
    voice = speech.audio_path(settings, edit.voice.audio_hash)
    assert voice is not None
    with wave.open(str(voice)) as stream:
        seconds = stream.getnframes() / stream.getframerate()
    assert edit.frames == pytest.approx((seconds + 0.4) * 30, abs=1)
    assert frame_times(clip.files["mp4"]) == [Fraction(n, 30) for n in range(edit.frames)]
    assert sound_seconds(clip.files["mp4"]) == pytest.approx(edit.frames / 30, abs=1024 / 48000)


def _check_words(clip: ClipResult, edit: Edit, script: str) -> None:
    """All words are shown, in order, in the captions and in the SRT."""
    assert edit.captions is not None
    assert [word.text for cue in edit.captions.cues for word in cue.words] == script.split()
    subtitles = pysubs2.load(str(clip.files["srt"]), encoding="utf-8")
    assert " ".join(event.plaintext.replace("\n", " ") for event in subtitles) == script
    assert subtitles[0].start == pytest.approx(edit.captions.cues[0].start * 1000 / 30, abs=1)
    checked = validate_content(clip.files["srt"].read_bytes())
    assert (checked["ok"], checked["repairs"], checked["cues"]) == (True, [], len(edit.captions.cues))


@pytest.mark.parametrize("script", [ENGLISH, ROMANIAN])
def test_words_are_shown_on_the_voices_own_frame(job: Maker, settings: Settings, script: str) -> None:
    edit = edit_of(job(script).clips[0])
    assert edit.captions is not None and edit.voice is not None
    text, voice = prepare(script, edit.voice.language), speech.choose_voice(edit.voice.voice_id, "", settings)
    spoken = speech.speak(text, voice, edit.voice.speed, settings, Control())  # from the store
    assert spoken.audio_hash == edit.voice.audio_hash
    shown = [word.start for cue in edit.captions.cues for word in cue.words]
    assert shown == [frame_at(token.start) for token in spoken.tokens]


def test_cuts_fall_on_words(job: Maker) -> None:
    edit = edit_of(job(ENGLISH).clips[0])
    assert edit.captions is not None
    starts = {word.start for cue in edit.captions.cues for word in cue.words}
    ends = [sum(shot.frames for shot in edit.shots[: n + 1]) for n in range(len(edit.shots) - 1)]
    assert ends
    assert set(ends) <= starts


def test_the_same_request_gives_the_same_document_and_touches_no_other_clip(job: Maker, tmp_path: Path) -> None:
    first = job(ENGLISH, count=2)
    before = {clip.name: clip.files["edit"].read_bytes() for clip in first.clips}
    again = job(ENGLISH, count=2)
    assert {clip.name: clip.files["edit"].read_bytes() for clip in again.clips} == before
    elsewhere = job(ENGLISH, count=2, out=tmp_path / "other place")
    assert {clip.name: clip.files["edit"].read_bytes() for clip in elsewhere.clips} == before
    other = job(ENGLISH, count=1, seed=7)
    assert other.clips[0].name == "clip-01-2"
    assert other.clips[0].edit_identity != first.clips[0].edit_identity
    assert {name: (tmp_path / "clips" / f"{name}.edit.json").read_bytes() for name in before} == before


def test_rendering_the_document_again_gives_the_same_frames(job: Maker, settings: Settings, tmp_path: Path) -> None:
    clip = job(ENGLISH).clips[0]
    again = render_again(clip.files["edit"], tmp_path / "again", [], settings, lambda *_: None, Control())
    other = clip.files["edit"].with_name("other.edit.json")
    other.write_text(edit_json(edit_of(clip).evolve(seed=9)), encoding="utf-8")
    with pytest.raises(InputError, match="belongs to another clip"):
        render_again(clip.files["edit"], other.with_name("other"), [], settings, lambda *_: None, Control())
    assert _pictures(again.files["mp4"]) == _pictures(clip.files["mp4"])
    assert again.files["mp4"].read_bytes() == clip.files["mp4"].read_bytes()


def _pictures(path: Path) -> list[bytes]:
    with av.open(str(path)) as container:
        return [hashlib.sha256(frame.to_ndarray().tobytes()).digest() for frame in container.decode(video=0)]


def test_every_picture_is_encoded_once(job: Maker, recorded: Settings, tmp_path: Path) -> None:
    edit = edit_of(job(ENGLISH, under=recorded).clips[0])
    asked = [line.split() for line in (tmp_path / "asked").read_text(encoding="utf-8").splitlines()]
    encoded = [int(words[words.index("-frames:v") + 1]) for words in asked if "libx264" in words]
    assert sorted(encoded) == sorted(shot.frames for shot in edit.shots)
    assert sum(encoded) == edit.frames


def test_speech_and_analysis_are_made_once(job: Maker, settings: Settings) -> None:
    job(ENGLISH)
    kept = _kept(settings)
    assert {place.parts[-3] for place in kept} == {"analysis", "speech", "voices"}
    assert job(ENGLISH, framing="fit").clips[0].ok
    assert _kept(settings) == kept
    done = JobStorage(settings).list_jobs()
    assert [job["status"] for job in done if job["job_type"] == "generate"] == ["completed", "completed"]


def _kept(settings: Settings) -> dict[Path, int]:
    """Return what was measured and spoken, with the time at which it was written."""
    folders = ("cache/analysis", "cache/speech", "library/voices")
    places = [place for folder in folders for place in (settings.data_dir / folder).rglob("*") if place.is_file()]
    return {place: place.stat().st_mtime_ns for place in places}


def test_one_script_for_each_variant(job: Maker) -> None:
    result = job("One short line, for the first clip.", "Another line, this is for the second.", count=2)
    texts = [clip.files["srt"].read_text(encoding="utf-8") for clip in result.clips]
    assert "first" in texts[0] and "second" in texts[1]


def test_without_a_script_the_target_is_the_length(job: Maker) -> None:
    clip = job(duration=5.0).clips[0]
    assert (clip.frames, clip.seconds) == (150, 5.0)
    assert len(frame_times(clip.files["mp4"])) == 150
    assert edit_of(clip).captions is None
    assert loudness(clip.files["mp4"]) <= -69  # silent: nobody asked for the footage's sound


def test_source_sound_is_heard_and_levelled(job: Maker, footage: tuple[Path, ...]) -> None:
    clip = job(duration=5.0, files=footage[:1], source_sound={"mode": "on", "level_db": -6.0}).clips[0]
    assert loudness(clip.files["mp4"]) == pytest.approx(-14, abs=0.5)


def test_captions_off_keeps_the_picture_clean_and_the_srt_full(job: Maker) -> None:
    clip = job(ENGLISH, captions="off").clips[0]
    edit = edit_of(clip)
    assert edit.captions is not None and not edit.captions.burnt
    assert "Fresh bread" in clip.files["srt"].read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("preset", "framing"), [("square", "fit"), ("landscape", "blur"), ("tiktok", "crop"), ("tiktok", "fit")]
)
def test_framings_and_presets(job: Maker, framing: str, preset: str) -> None:
    clip = job("Short words, well said.", framing=framing, preset=preset).clips[0]
    with av.open(str(clip.files["mp4"])) as container:
        stream = container.streams.video[0]
        sizes = {"square": (540, 540), "landscape": (960, 540), "tiktok": (540, 960)}
        assert (stream.width, stream.height) == sizes[preset]


def test_odd_footage_and_odd_names(make: ClipMaker, job: Maker, tmp_path: Path) -> None:
    folder = tmp_path / "filmări 'noi' \"ș\" 🎬, [1]: 50%"
    folder.mkdir()
    files = []
    odd: list[dict[str, Any]] = [
        {"size": (641, 361)},
        {"size": (1280, 320)},
        {"audio": None, "rotation": 90},
        {"rotation": 270, "codec": "hevc"},
        {"codec": "vp9", "suffix": ".webm"},
        {"audio": "speechlike", "options": ("-ar", "8000", "-ac", "1")},
    ]
    for number, kind in enumerate(odd):
        source = make(seconds=4, cuts=(), seed=10 + number, **kind)
        files.append(folder / f"ță, it's {number};{source.suffix}")
        files[-1].write_bytes(source.read_bytes())
    result = job(ROMANIAN, files=tuple(files), out=folder / "clipuri gata 'ș'", source_sound={"mode": "on"})
    assert result.clips[0].ok
    assert {shot.source for shot in result.clips[0].shots} <= {file.name for file in files}


def test_bad_files_of_a_folder_are_left_out_and_named(footage: tuple[Path, ...], job: Maker, tmp_path: Path) -> None:
    folder = tmp_path / "from the phone"
    folder.mkdir()
    (folder / "good.mp4").write_bytes(footage[0].read_bytes())
    (folder / "notes.mp4").write_text("not a video")
    (folder / "empty.mov").touch()
    files = gather([folder]).files
    result = job("Short words, well said.", files=files, optional=files, preset="square")
    assert result.clips[0].ok
    assert sum(note.startswith("Left out: ") for note in result.notes) == 2
    with pytest.raises(MediaError, match=r"notes\.mp4"):
        job("Short words, well said.", files=files, optional=files[:1])


def test_fewer_variants_than_asked_are_said(make: ClipMaker, job: Maker) -> None:
    short = make(seconds=8, cuts=(), seed=4)
    result = job(ENGLISH, files=(short,), count=6, duration=8.0)
    assert 1 <= result.possible < 6
    assert len(result.clips) == result.possible
    assert any(str(result.possible) in note for note in result.notes)
    assert [clip.name for clip in result.clips] == [f"clip-{n + 1:02d}" for n in range(result.possible)]


def _command(out: Path, footage: tuple[Path, ...]) -> list[str]:
    options = ["--script", ENGLISH, "-n", "2", "--out", str(out), "--json"]
    return [sys.executable, "-c", "from app.cli import main; main()", "make", *map(str, footage), *options]


def _children(pid: int) -> list[int]:
    """Return the processes below `pid`, also those in sessions of their own."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
            except (OSError, IndexError):
                continue
    found = [pid]
    for one in found:
        found += [child for child, parent in parents.items() if parent == one]
    return found[1:]


def _encoding(pid: int) -> list[int]:
    """Wait until `pid` has an ffmpeg below it that encodes, and return all its children."""
    for _ in range(1200):
        children = _children(pid)
        if any("libx264" in _command_line(child) for child in children):
            return children
        time.sleep(0.05)
    raise AssertionError("no encoder was started within a minute")


def _command_line(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return ""


def _gone(pids: list[int]) -> bool:
    for _ in range(100):
        if not any("ffmpeg" in _command_line(pid) for pid in pids):
            return True
        time.sleep(0.05)
    return False


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks at processes under /proc")
@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_stopping_leaves_no_process_and_no_half_clip(
    footage: tuple[Path, ...], tmp_path: Path, data_dir: Path, stop: signal.Signals
) -> None:
    out = tmp_path / "clips"
    was_there = stop == signal.SIGTERM
    if was_there:
        out.mkdir()
    with subprocess.Popen(_command(out, footage), stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        children = _encoding(process.pid)
        process.send_signal(stop)
        began = time.monotonic()
        output, _ = process.communicate(timeout=30)
    assert _gone(children)
    assert not [file for file in out.glob("*") if not file.name.startswith(".")]
    if stop == signal.SIGKILL:
        return  # nobody could tidy up; the next run does, as app/tests/workflows/clips/test_places.py shows
    assert process.returncode == 130
    assert time.monotonic() - began < 10
    assert json.loads(output)["error"]["code"] == "cancelled"
    assert list(out.glob(".*")) == []
    assert out.exists() == was_there  # a folder that the command made, and nothing is in, goes with it
    assert [place for place in (data_dir / "work").rglob("*") if not place.is_dir()] == []


def test_real_clips(test_media: Path, tmp_path: Path) -> None:
    """Every real clip alone gives a finished clip as long as it allows, or an error that says why not."""
    settings = load_settings()
    made = 0
    for file in sorted(test_media.glob("*.m*")) + sorted(test_media.glob("*.webm")):
        if file.suffix == ".md":
            continue
        seconds = 1.2 if file.name.startswith("intel-asl") else 6.0
        fields = {"files": (file,), "duration": seconds, "quality": "draft", "out": tmp_path / file.stem}
        result = make_clips(MakeRequest.model_validate(fields), settings, lambda *_: None, Control())
        assert result.clips[0].ok, (file.name, result.clips[0].error)
        made += 1
    assert made >= 10


def test_a_clip_that_fails_leaves_the_others_finished(job: Maker, recorded: Settings) -> None:
    result = job("Short words, well said.", "Doomed words, well said.", count=2, preset="square", under=recorded)
    assert [clip.ok for clip in result.clips] == [True, False]
    assert result.clips[0].files["mp4"].exists()
    assert result.clips[1].error is not None and result.clips[1].error["code"] == "render_failed"
    assert result.clips[1].files == {}


def test_when_no_clip_can_be_made_the_reason_is_raised(job: Maker, recorded: Settings) -> None:
    with pytest.raises(StorageError) as caught:
        job("Full words, well said.", count=2, under=recorded)
    assert caught.value.as_dict()["code"] == "disk_full"
