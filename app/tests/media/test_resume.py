"""A render that was killed goes on where it was: nothing whole is encoded again, nothing half-made is used."""

import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from app.errors import Cancelled, EditFactoryError, RenderError, StorageError
from app.media.ffmpeg import Ffmpeg, find_ffmpeg
from app.media.parts import look_of, pieces_of
from app.media.render import CLIP_NAME, SOUND_NAME, TRIES_NAME, render_join, render_parts, render_sound
from app.media.subtitles import Drawing, Subtitles
from app.models.control import Control
from app.models.edit import Edit
from app.models.report import PartsReport
from app.tests.footage import make_clip
from app.tests.media.clips import TALL, Stage, numbered_clip, shot, times_at

SHOTS = 5
GO_ON = """
import sys
from pathlib import Path
from app.media.ffmpeg import Ffmpeg
from app.tests.media.test_resume import encode, staged
stage, edit = staged(Path(sys.argv[1]), Path(sys.argv[2]))
encode(stage, edit, Path(sys.argv[3]), Ffmpeg(Path(sys.argv[4]), sys.argv[5]), parallel=1)
"""


def staged(folder: Path, source: Path) -> tuple[Stage, Edit]:
    """Return a stage with one source and an edit of `SHOTS` different shots of it."""
    stage = Stage(folder, source)
    return stage, stage.edit([shot(stage.keys[0], 0.2 + 0.5 * n, 12) for n in range(SHOTS)], TALL)


def encode(
    stage: Stage,
    edit: Edit,
    folder: Path,
    ffmpeg: Ffmpeg | None = None,
    *,
    subtitles: Subtitles | None = None,
    control: Control | None = None,
    parallel: int = 2,
) -> PartsReport:
    place = replace(stage.place(folder, control), ffmpeg=ffmpeg or find_ffmpeg())
    return render_parts(stage.material(edit, subtitles=subtitles), place, parallel)


class Recorder:
    """An ffmpeg that writes down which part it is asked for, and may hang or fail at one of them."""

    def __init__(self, folder: Path) -> None:
        real = find_ffmpeg()
        self.log, self.trouble, script = folder / "asked", folder / "trouble", folder / "ffmpeg"
        script.write_text(
            f"""#!/bin/sh
            for last; do :; done
            case "$last" in part-*) echo "$last" >> '{self.log}' ;; esac
            [ -f '{self.trouble}' ] && . '{self.trouble}'
            exec '{real.path}' "$@"
            """
        )
        script.chmod(0o755)
        self.ffmpeg = replace(real, path=script)

    def asked(self) -> list[str]:
        """Return the parts that were begun since the last call, sorted."""
        names = sorted(self.log.read_text().split()) if self.log.exists() else []
        self.log.write_text("")
        return names

    def at(self, name: str, command: str) -> None:
        """Do a shell command instead of encoding the part `name`."""
        self.trouble.write_text(f'if [ "$last" = {name} ]; then {command}; fi\n')

    def well(self) -> None:
        self.trouble.unlink()


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_clip(tmp_path_factory.mktemp("source") / "s.mp4")


@pytest.fixture
def recorder(tmp_path: Path) -> Recorder:
    return Recorder(tmp_path)


def names(*numbers: int) -> list[str]:
    return [f"part-{number:04}.mp4" for number in numbers]


def pieces(folder: Path) -> dict[str, bytes]:
    return {place.name: place.read_bytes() for place in sorted(folder.glob("part-*.mp4"))}


def joined(stage: Stage, edit: Edit, folder: Path) -> bytes:
    material = stage.material(edit)
    render_sound(material, stage.place(folder))
    return render_join(material, stage.place(folder)).read_bytes()


def test_a_second_run_encodes_nothing(tmp_path: Path, source: Path, recorder: Recorder) -> None:
    stage, edit = staged(tmp_path, source)
    folder, told = tmp_path / "job", list[float]()
    first = encode(stage, edit, folder, recorder.ffmpeg)
    assert recorder.asked() == names(*range(SHOTS))
    again = encode(stage, edit, folder, recorder.ffmpeg, control=Control(told.append))
    assert recorder.asked() == []
    assert (first.encoded, again.encoded) == (SHOTS, 0)
    assert (again.parts, again.frames) == (SHOTS, 12 * SHOTS)
    assert told[-1] == 1.0


def test_what_failed_in_the_middle_goes_on_with_what_is_missing(
    tmp_path: Path, source: Path, recorder: Recorder
) -> None:
    stage, edit = staged(tmp_path, source)
    folder, whole = tmp_path / "job", tmp_path / "whole"
    encode(stage, edit, whole)
    recorder.at("part-0003.mp4", "echo '[error] doomed' >&2; exit 1")
    with pytest.raises(RenderError, match="doomed"):
        encode(stage, edit, folder, recorder.ffmpeg, parallel=1)
    assert recorder.asked()[:4] == names(0, 1, 2, 3)
    kept = len(pieces(folder))
    recorder.well()
    assert encode(stage, edit, folder, recorder.ffmpeg).encoded == SHOTS - kept <= 2
    assert recorder.asked() == names(3, 4)[: SHOTS - kept]
    assert pieces(folder) == pieces(whole)
    assert joined(stage, edit, folder) == joined(stage, edit, whole), "resumed or not, the same clip"


def test_killed_with_9_it_goes_on(tmp_path: Path, source: Path, recorder: Recorder) -> None:
    """A process that is killed while it encodes its third part leaves two, and a half one that nobody takes for one."""
    stage, edit = staged(tmp_path, source)
    folder = tmp_path / "job"
    recorder.at("part-0002.mp4", "echo half > part-0002.mp4; touch ../../../../hangs; exec sleep 60")
    command = [sys.executable, "-c", GO_ON, tmp_path, source, folder, recorder.ffmpeg.path, recorder.ffmpeg.version]
    process = subprocess.Popen([str(word) for word in command], cwd=Path.cwd())
    deadline = time.monotonic() + 60
    while not (tmp_path / "hangs").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert list(folder.glob(f"{TRIES_NAME}/*/*/part-0002.mp4")), "it left what it was at"
    recorder.well()
    recorder.asked()
    assert encode(stage, edit, folder, recorder.ffmpeg).encoded == 3
    assert recorder.asked() == names(2, 3, 4)
    assert list((folder / TRIES_NAME).iterdir()) == []


def test_progress_begins_with_what_is_done(tmp_path: Path, source: Path, recorder: Recorder) -> None:
    stage, edit = staged(tmp_path, source)
    recorder.at("part-0004.mp4", "exit 1")
    with pytest.raises(RenderError):
        encode(stage, edit, tmp_path / "job", recorder.ffmpeg, parallel=1)
    recorder.well()
    told: list[float] = []
    encode(stage, edit, tmp_path / "job", recorder.ffmpeg, control=Control(told.append))
    assert told == sorted(told)
    assert told[SHOTS - 2] == pytest.approx((SHOTS - 1) / SHOTS)


@pytest.mark.parametrize("harm", ["cut off", "one byte", "empty", "gone"])
def test_a_part_that_is_not_whole_is_encoded_again(tmp_path: Path, source: Path, recorder: Recorder, harm: str) -> None:
    stage, edit = staged(tmp_path, source)
    folder = tmp_path / "job"
    encode(stage, edit, folder)
    before = pieces(folder)
    victim = folder / sorted(before)[2]
    data = victim.read_bytes()
    harmed = {"cut off": data[: len(data) // 2], "one byte": data[:-9] + b"?" + data[-8:], "empty": b"", "gone": None}
    victim.unlink() if harmed[harm] is None else victim.write_bytes(harmed[harm] or b"")
    with pytest.raises(RenderError) as caught:
        joined(stage, edit, folder)
    assert caught.value.instance_code == "part_broken"
    assert encode(stage, edit, folder, recorder.ffmpeg).encoded == 1
    assert pieces(folder) == before


def test_two_tries_at_once_do_each_other_no_harm(tmp_path: Path, source: Path) -> None:
    stage, edit = staged(tmp_path, source)
    folder, whole = tmp_path / "job", tmp_path / "whole"
    encode(stage, edit, whole)
    failures: list[BaseException] = []

    def run() -> None:
        try:
            encode(stage, edit, folder)
            joined(stage, edit, folder)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert pieces(folder) == pieces(whole)
    assert (folder / CLIP_NAME).read_bytes() == joined(stage, edit, whole)
    assert list((folder / TRIES_NAME).iterdir()) == []


def test_lack_of_memory_keeps_what_is_done_and_is_told_apart(tmp_path: Path, source: Path, recorder: Recorder) -> None:
    stage, edit = staged(tmp_path, source)
    recorder.at("part-0004.mp4", "kill -9 $$")
    with pytest.raises(RenderError) as caught:
        encode(stage, edit, tmp_path / "job", recorder.ffmpeg)
    assert caught.value.instance_code == "render_memory"
    kept = len(pieces(tmp_path / "job"))
    assert kept >= SHOTS - 2
    recorder.well()
    assert encode(stage, edit, tmp_path / "job", recorder.ffmpeg, parallel=1).encoded == SHOTS - kept


def test_a_cancel_keeps_what_is_whole_and_leaves_nothing_else(tmp_path: Path, source: Path, recorder: Recorder) -> None:
    stage, edit = staged(tmp_path, source)
    control = Control()
    recorder.at("part-0002.mp4", "touch ../../../../hangs; exec sleep 60")
    folder = tmp_path / "job"

    def stop() -> None:
        while not (tmp_path / "hangs").exists():
            time.sleep(0.02)
        control.cancel()

    threading.Thread(target=stop, daemon=True).start()
    with pytest.raises(Cancelled):
        encode(stage, edit, folder, recorder.ffmpeg, control=control, parallel=1)
    assert len(pieces(folder)) == 2
    assert {place.name for place in folder.iterdir()} == {*pieces(folder), TRIES_NAME}
    assert list((folder / TRIES_NAME).iterdir()) == []


def test_one_changed_shot_is_the_only_one_encoded(tmp_path: Path, source: Path, recorder: Recorder) -> None:
    stage, edit = staged(tmp_path, source)
    encode(stage, edit, tmp_path / "job")
    shots = list(edit.shots)
    shots[1] = shots[1].evolve(source_start=2.0)
    shots[3], shots[4] = shots[4], shots[3]
    changed = edit.evolve(shots=tuple(shots))
    encode(stage, changed, tmp_path / "job", recorder.ffmpeg)
    assert recorder.asked() == names(1), "order is not part of what a part is"


def test_joining_before_encoding_is_told(tmp_path: Path, source: Path) -> None:
    stage, edit = staged(tmp_path, source)
    render_sound(stage.material(edit), stage.place(tmp_path / "job"))
    with pytest.raises(RenderError) as caught:
        render_join(stage.material(edit), stage.place(tmp_path / "job"))
    assert caught.value.instance_code == "part_broken"


def test_a_step_leaves_only_what_it_made(tmp_path: Path, source: Path) -> None:
    stage, edit = staged(tmp_path, source)
    folder = tmp_path / "job"
    sound = render_sound(stage.material(edit), stage.place(folder))
    assert {place.name for place in folder.iterdir()} == {SOUND_NAME, TRIES_NAME}
    assert sound.loudness.integrated is None
    encode(stage, edit, folder)
    joined(stage, edit, folder)
    assert {place.name for place in folder.iterdir()} == {
        *(SOUND_NAME, CLIP_NAME, TRIES_NAME, "parts.json"),
        *pieces(folder),
    }


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path, source: Path) -> None:
    stage, edit = staged(tmp_path, source)
    (tmp_path / "file").write_text("")
    for step in (render_sound, render_join):
        with pytest.raises(StorageError):
            step(stage.material(edit), stage.place(tmp_path / "file"))
    with pytest.raises(StorageError):
        encode(stage, edit, tmp_path / "file")


def test_a_source_that_changed_in_between_is_told(tmp_path: Path, source: Path) -> None:
    copy = tmp_path / "copy.mp4"
    copy.write_bytes(source.read_bytes())
    stage, edit = staged(tmp_path, copy)
    render_sound(stage.material(edit), stage.place(tmp_path / "job"))
    copy.write_bytes(source.read_bytes() + b"more")
    with pytest.raises(EditFactoryError) as caught:
        encode(stage, edit, tmp_path / "job")
    assert caught.value.instance_code == "source_changed"


def plain_captions(text: str, font: bytes = b"a font") -> Subtitles:
    def write(folder: Path) -> None:
        (folder / "a.ttf").write_bytes(font)

    return Subtitles(text, write)


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    folder = tmp_path_factory.mktemp("key")
    sources = [numbered_clip(folder / f"{n}.mp4", times_at(Fraction(30), 60 + n)) for n in range(2)]
    return Stage(folder, *sources)


def key_of(
    two: Stage, edit: Edit, captions: Drawing | None = None, ffmpeg: Ffmpeg | None = None, index: int = 0
) -> str:
    return pieces_of(two.parts(edit), look_of(edit, captions))[index].key(ffmpeg or find_ffmpeg())


def drawing(text: str = "word", fonts: str = "f", start: str = "0:00:00.00", end: str = "0:01:00.00") -> Drawing:
    return Drawing(f"head\nDialogue: 0,{start},{end},Word,,0,0,0,,{text}\n", Path("fonts"), fonts)


def test_everything_that_decides_is_in_it(two: Stage) -> None:
    one, other = two.keys
    base = two.edit([shot(one, 0.5, 10)])
    keys = [
        key_of(two, base),
        key_of(two, base, drawing("c")),
        key_of(two, base, drawing("d")),
        key_of(two, base, drawing("c", fonts="others")),
        key_of(two, base, replace(drawing("c"), text=drawing("c").text.replace("head", "another style"))),
        key_of(two, base, drawing("c", end="0:00:00.20")),
        key_of(two, base, ffmpeg=replace(find_ffmpeg(), version="another build")),
        key_of(two, two.edit([shot(other, 0.5, 10)])),
        key_of(two, two.edit([shot(one, 0.6, 10)])),
        key_of(two, two.edit([shot(one, 0.5, 11)])),
        key_of(two, two.edit([shot(one, 0.5, 10, "blur")])),
        key_of(two, two.edit([shot(one, 0.5, 10)], TALL)),
        key_of(two, two.edit([shot(one, 0.5, 10)], quality="standard")),
    ]
    assert len(set(keys)) == len(keys)


def test_where_the_shot_stands_does_not_matter(two: Stage) -> None:
    one = two.keys[0]
    first, second = two.edit([shot(one, 0.5, 10)]), two.edit([shot(one, 0.1, 6), shot(one, 0.5, 10)])
    assert key_of(two, first) == key_of(two, second, index=1)
    assert key_of(two, first, drawing()) == key_of(two, second, drawing(), index=1), "drawn throughout, in both"
    begins = drawing(start="0:00:00.10"), drawing(start="0:00:00.30")
    assert key_of(two, first, begins[0]) == key_of(two, second, begins[1], index=1), "at the same frame of the shot"
    assert key_of(two, first, begins[0]) != key_of(two, second, begins[0], index=1)


def test_captions_elsewhere_do_not_matter(two: Stage) -> None:
    edit = two.edit([shot(two.keys[0], 0.5, 10)])
    assert key_of(two, edit, drawing(start="0:00:00.34")) == key_of(two, edit)


def test_the_place_of_the_file_and_the_limits_do_not_matter(two: Stage) -> None:
    edit = two.edit([shot(two.keys[0], 0.5, 10)])
    part = two.parts(edit)[0]
    source = replace(part.takes[0].source, path=Path("/elsewhere"), name="other", max_pixels=7)
    moved = replace(part, takes=(replace(part.takes[0], source=source),), label="shot 9", index=8)
    look = look_of(edit, None)
    here, there = (piece.key(find_ffmpeg()) for piece in pieces_of([part, moved], look))
    assert here == there


def test_captions_are_their_text_and_their_fonts(two: Stage, tmp_path: Path) -> None:
    cases = [("a", b"f"), ("b", b"f"), ("a", b"g"), ("a", b"f")]
    written = []
    for number, (text, font) in enumerate(cases):
        folder = tmp_path / str(number)
        folder.mkdir()
        prepared = plain_captions(text, font).prepare(folder, find_ffmpeg())
        written.append((prepared.text, prepared.key))
    assert len(set(written)) == 3
    assert written[0] == written[3]
