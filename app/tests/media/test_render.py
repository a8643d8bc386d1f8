"""Whole renders: repeatable, one encoding, stoppable, and nothing half-made whatever fails."""

import _thread
import errno
import hashlib
import os
import signal
import threading
import time
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import pytest

import app.media.ffmpeg as runner
import app.media.join as joining
from app.errors import Cancelled, EditFactoryError, MediaError, RenderError, StorageError
from app.media.ffmpeg import Ffmpeg, Limits, Run
from app.models.control import Control
from app.models.edit import Canvas, EditShot, FramingMode, SourceSound
from app.tests.footage import make_clip
from app.tests.media.clips import Stage, numbered_clip, numbers, pictures, shot, times_at

TALL = Canvas(width=180, height=320)


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    folder = tmp_path_factory.mktemp("stage")
    return Stage(folder, make_clip(folder / "s.mp4"))


def children() -> list[str]:
    """Return the commands of this process' living children."""
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rpartition(")")[2].split()
            if int(fields[1]) == os.getpid() and fields[0] != "Z":
                found.append((status.parent / "cmdline").read_text())
        except OSError:
            continue
    return found


def frame_hashes(path: Path) -> list[str]:
    return [hashlib.md5(p.tobytes(), usedforsecurity=False).hexdigest() for p in pictures(path, "yuv420p")]


def assert_clean(stage: Stage, out: Path) -> None:
    assert [c for c in children() if "ffmpeg" in c] == []
    assert list((stage.folder / "work").iterdir()) == []
    assert not out.exists()
    assert [p for p in out.parent.iterdir() if p.name.startswith(f".{out.stem}")] == []


MODES: tuple[FramingMode, ...] = ("crop", "blur", "fit", "crop")


def four_shots(stage: Stage) -> list[EditShot]:
    return [shot(stage.keys[0], 0.3 + 0.7 * n, 20, mode) for n, mode in enumerate(MODES)]


def test_the_same_edit_gives_the_same_file(stage: Stage, tmp_path: Path) -> None:
    edit = stage.edit(four_shots(stage), TALL, "standard", source_sound=SourceSound(mode="on"))
    for name, parallel in (("a", 1), ("b", 1), ("c", 4)):
        stage.render(edit, tmp_path / f"{name}.mp4", max_parallel=parallel)
    a, b, c = ((tmp_path / f"{name}.mp4").read_bytes() for name in "abc")
    assert a == b, "twice the same"
    assert a == c, "however many parts are encoded at once"
    assert len(set(frame_hashes(tmp_path / "a.mp4"))) > 60


def test_picture_is_encoded_once_and_packets_are_copied(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[Run] = []
    packets: dict[str, list[bytes]] = {}
    real_run, real_join = runner.run, joining.join

    def counted(ffmpeg: Ffmpeg, call: Run, control: Control, limits: Limits | None = None) -> str:
        calls.append(call)
        return real_run(ffmpeg, call, control, limits)

    def watched(parts: list[Path], frames: list[int], sound: Path, out: Path, control: Control) -> None:
        packets["in"] = [data for part in parts for data in _packets(part)]
        real_join(parts, frames, sound, out, control)

    monkeypatch.setattr("app.media.ffmpeg.run", counted)
    monkeypatch.setattr("app.media.render.join", watched)
    report = stage.render(stage.edit(four_shots(stage), TALL, "standard"), tmp_path / "o.mp4")
    assert sum("libx264" in call.arguments for call in calls) == report.parts == 4
    assert sum("aac" in call.arguments for call in calls) == 1
    assert _packets(tmp_path / "o.mp4") == packets["in"]


def _packets(path: Path) -> list[bytes]:
    with av.open(str(path)) as container:
        return [bytes(packet) for packet in container.demux(video=0) if packet.size]


@pytest.mark.parametrize("quality", ["draft", "standard", "high"])
def test_b_frames_keep_their_order(tmp_path: Path, quality: str) -> None:
    stage = Stage(tmp_path, numbered_clip(tmp_path / "n.mp4", times_at(Fraction(30), 200)))
    key = stage.keys[0]
    shots = [shot(key, 1.0, 50), shot(key, 4.0, 1), shot(key, 0.0, 2), shot(key, 3.0, 37), shot(key, 0.5, 3)]
    stage.render(stage.edit(shots, quality=quality), tmp_path / "o.mp4")  # type: ignore[arg-type]
    expected = [*range(30, 80), 120, 0, 1, *range(90, 127), 15, 16, 17]
    assert numbers(tmp_path / "o.mp4") == expected
    with av.open(str(tmp_path / "o.mp4")) as container:
        times = [(int(p.pts or 0), int(p.dts or 0)) for p in container.demux(video=0) if p.size]
    assert sorted(pts for pts, _ in times) == [512 * n for n in range(93)]
    assert [dts for _, dts in times] == sorted({dts for _, dts in times})
    assert all(dts <= pts for pts, dts in times)
    assert any(pts != dts + 512 * 2 for pts, dts in times) or quality == "draft", "there are B frames"


@pytest.mark.parametrize("frames", [1, 2, 11, 12, 13, 29, 30, 31, 100, 101])
def test_sound_is_exactly_as_long_as_the_picture(stage: Stage, tmp_path: Path, frames: int) -> None:
    edit = stage.edit([shot(stage.keys[0], 0.2, frames)], TALL, source_sound=SourceSound(mode="on"))
    stage.render(edit, tmp_path / "o.mp4")
    with av.open(str(tmp_path / "o.mp4")) as container:
        picture, sound = container.streams.video[0], container.streams.audio[0]
        assert (picture.duration or 0) * (picture.time_base or 0) == Fraction(frames, 30)
        assert sound.duration == frames * 1600
        assert (picture.start_time, sound.start_time) == (0, 0)
        assert container.duration == round(frames / 30 * 1_000_000)


def test_report_and_progress(stage: Stage, tmp_path: Path) -> None:
    shares: list[float] = []
    edit = stage.edit(four_shots(stage), TALL, "standard", source_sound=SourceSound(mode="on"))
    report = stage.render(edit, tmp_path / "o.mp4", control=Control(shares.append))
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert shares[0] <= 0.05
    assert report.frames == 80
    assert report.parts == 4
    assert report.encoded_bytes == (tmp_path / "o.mp4").stat().st_size
    assert list(report.seconds) == ["sound", "picture"]
    assert report.loudness.integrated == pytest.approx(-14, abs=0.5)


def test_it_is_a_clean_file(stage: Stage, tmp_path: Path) -> None:
    """No name of the source, no time, no program's version is told; the index stands first."""
    stage.render(stage.edit(four_shots(stage)), tmp_path / "o.mp4")
    data = (tmp_path / "o.mp4").read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")
    assert b"Lavf" not in data
    with av.open(str(tmp_path / "o.mp4")) as container:
        assert "creation_time" not in container.metadata
    assert (tmp_path / "o.mp4").stat().st_mode & 0o777 == 0o644


def test_an_older_clip_is_replaced_only_by_a_whole_one(stage: Stage, tmp_path: Path) -> None:
    out = tmp_path / "o.mp4"
    out.write_bytes(b"older")
    with pytest.raises(MediaError):
        stage.render(stage.edit([shot(stage.keys[0], 3.5, 60)]), out)
    assert out.read_bytes() == b"older"
    stage.render(stage.edit([shot(stage.keys[0], 0.5, 6)]), out)
    assert len(pictures(out)) == 6


class Stopper:
    """Cancels a render once it has told a share of at least `share`."""

    def __init__(self, share: float) -> None:
        self.share, self.at = share, 0.0
        self.control = Control(self.look)

    def look(self, share: float) -> None:
        if share >= self.share and not self.at:
            self.at = time.monotonic()
            threading.Thread(target=self.control.cancel).start()


@pytest.mark.slow
@pytest.mark.parametrize("share", [0.0, 0.03, 0.3, 0.98])
def test_cancel_leaves_nothing(tmp_path: Path, share: float) -> None:
    stage = Stage(tmp_path, make_clip(tmp_path / "s.mp4", seconds=12, cuts=()))
    out = tmp_path / "out" / "o.mp4"
    out.parent.mkdir()
    stopper = Stopper(share)
    canvas = Canvas(width=1080, height=1920)
    edit = stage.edit([shot(stage.keys[0], 0.1 + n, 60) for n in range(6)], canvas, "standard")
    with pytest.raises(Cancelled):
        stage.render(edit, out, control=stopper.control)
    assert time.monotonic() - stopper.at < 5  # 0.2 s on a quiet machine
    assert_clean(stage, out)


@pytest.fixture
def ctrl_c() -> Iterator[None]:
    """Ctrl-C as on a terminal: where tests run in the background of a shell, it is ignored from the start."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.slow
def test_ctrl_c_leaves_nothing(tmp_path: Path, ctrl_c: None) -> None:
    """KeyboardInterrupt reaches the main thread while it waits for encoders in other threads."""
    stage = Stage(tmp_path, make_clip(tmp_path / "s.mp4", seconds=12, cuts=()))
    out = tmp_path / "out" / "o.mp4"
    out.parent.mkdir()
    pressed: list[float] = []

    def interrupt(share: float) -> None:
        if share > 0.1 and not pressed:
            pressed.append(share)
            _thread.interrupt_main()

    edit = stage.edit([shot(stage.keys[0], 1 + n, 60) for n in range(6)], Canvas(width=1080, height=1920), "standard")
    with pytest.raises(KeyboardInterrupt):
        stage.render(edit, out, control=Control(interrupt))
    assert_clean(stage, out)


@pytest.mark.slow
def test_the_first_failure_stops_the_other_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stage = Stage(tmp_path, make_clip(tmp_path / "s.mp4", seconds=12, cuts=()))
    out = tmp_path / "out" / "o.mp4"
    out.parent.mkdir()
    shots = [shot(stage.keys[0], 11.5, 60), *(shot(stage.keys[0], n, 60) for n in range(8))]
    ended: list[str] = []
    real_run = runner.run

    def noted(ffmpeg: Ffmpeg, call: Run, control: Control, limits: Limits | None = None) -> str:
        log = real_run(ffmpeg, call, control, limits)
        ended.append(call.what)
        return log

    monkeypatch.setattr("app.media.ffmpeg.run", noted)
    with pytest.raises(MediaError, match="shot 1"):
        stage.render(stage.edit(shots, Canvas(width=1080, height=1920), "high"), out)
    assert len([what for what in ended if what.startswith("encoding shot")]) <= 2
    assert_clean(stage, out)


def test_full_disk_while_joining(stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> Iterator[object]:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(joining, "_sound_packets", full)
    out = tmp_path / "o.mp4"
    with pytest.raises(StorageError) as caught:
        stage.render(stage.edit(four_shots(stage)), out)
    assert caught.value.instance_code == "disk_full"
    assert_clean(stage, out)


def test_full_disk_while_encoding(stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.media.graph.Part.name", "/dev/full")
    out = tmp_path / "o.mp4"
    with pytest.raises(StorageError) as caught:
        stage.render(stage.edit(four_shots(stage)), out)
    assert caught.value.instance_code == "disk_full"
    assert_clean(stage, out)


def test_folder_that_cannot_be_made(stage: Stage, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError):
        stage.render(stage.edit(four_shots(stage)), tmp_path / "file" / "o.mp4")
    assert list((stage.folder / "work").iterdir()) == []


def test_missing_and_changed_sources(tmp_path: Path) -> None:
    source = make_clip(tmp_path / "s.mp4", seconds=2, cuts=())
    stage = Stage(tmp_path, source)
    edit = stage.edit([shot(stage.keys[0], 0.2, 10)])
    with source.open("ab") as stream:
        stream.write(b"more")
    _raises(stage, edit, "source_changed", "has changed")
    source.unlink()
    _raises(stage, edit, "source_missing", "s.mp4 is missing")
    stage.paths.clear()
    _raises(stage, edit, "source_missing", "s.mp4 is missing")


def _raises(stage: Stage, edit: object, code: str, message: str) -> None:
    with pytest.raises(EditFactoryError, match=message) as caught:
        stage.render(edit, stage.folder / "o.mp4")  # type: ignore[arg-type]
    assert caught.value.instance_code == code
    assert not (stage.folder / "o.mp4").exists()


def test_a_voice_that_is_no_sound_fails_before_any_encoding(stage: Stage, tmp_path: Path) -> None:
    voice = tmp_path / "voice.wav"
    voice.write_bytes(b"RIFF nothing")
    with pytest.raises(RenderError, match=r"reading the sound of voice\.wav"):
        stage.render(stage.edit(four_shots(stage)), tmp_path / "o.mp4", voice=voice)


def test_sources_with_hostile_names(tmp_path: Path) -> None:
    """Quotes, colons, commas, brackets, dashes and a line break in a file's name reach no filter and no option."""
    name = "-y 'a';[x],\\%d:{b}=\n$(true) ș🔥.mp4"
    source = make_clip(tmp_path / "s.mp4", seconds=1, cuts=()).rename(tmp_path / name)
    stage = Stage(tmp_path, source)
    stage.render(stage.edit([shot(stage.keys[0], 0.1, 5, "blur")]), tmp_path / "o.mp4")
    assert len(pictures(tmp_path / "o.mp4")) == 5


def test_a_part_of_another_kind_is_not_joined(stage: Stage, tmp_path: Path) -> None:
    """Parts of two canvases have two headers; a player would show garbage after the joint."""
    for name, canvas in (("a.mp4", TALL), ("b.mp4", Canvas(width=320, height=180))):
        stage.render(stage.edit([shot(stage.keys[0], 0.2, 5)], canvas), tmp_path / name)
    parts = [tmp_path / "a.mp4", tmp_path / "b.mp4"]
    with pytest.raises(RenderError, match=r"b\.mp4 was encoded, but cannot be joined") as caught:
        joining.join(parts, [5, 5], parts[0], tmp_path / "o.mp4", Control())
    assert caught.value.instance_code == "part_broken"
    with pytest.raises(RenderError, match=r"a\.mp4"):
        joining.join(parts[:1], [6], parts[0], tmp_path / "o.mp4", Control())
    assert not (tmp_path / "o.mp4").exists()
