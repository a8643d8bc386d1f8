"""The runner: what it refuses to read, how it stops, and what it tells of a failure."""

import ast
import os
import re
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import pytest

from app.errors import Cancelled, EnvironmentProblem, RenderError, StorageError
from app.media import ffmpeg as runner
from app.media.ffmpeg import (
    NEEDED_ENCODERS,
    NEEDED_FILTERS,
    NEEDED_OPTIONS,
    Input,
    Limits,
    Run,
    Workplace,
    find_ffmpeg,
    inspect,
    run,
)
from app.models.control import Control
from app.tests.footage import ffmpeg, make_clip
from app.tests.media.test_render import children

NULL = ("-f", "null", "-")


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_clip(tmp_path_factory.mktemp("clip") / "c.mp4", seconds=2, cuts=())


def call(clip: Path, *arguments: str, frames: int = 0) -> Run:
    return Run("trying", (Input(clip),), arguments or NULL, clip.parent, frames)


SLOW = ("-vf", "scale=3840:2160", "-c:v", "libx264", "-preset", "veryslow", "-f", "null", "-")


WORDS = frozenset(["blend", "exposure", "histogram", "null", "rotate"])
"""Filters of ffmpeg's by which our code means something else."""


def filters_in(code: str, known: set[str]) -> set[str]:
    """Return the names of filters that stand in a module's text as a filter graph has them."""
    texts = [node.value for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Constant)]
    named = (re.findall(r"(?:^|[,;\]])([a-z]\w*)(?==|,|\[|$)", text) for text in texts if isinstance(text, str))
    return known & {name for names in named for name in names} - WORDS


def test_filters_are_found_in_code() -> None:
    code = 'graph = f"[0]fps={rate},hflip[a];[a]tpad=stop=1,setsar=1"; turn = ("vflip",); word = "to trim or not"'
    assert filters_in(code, {"fps", "hflip", "tpad", "setsar", "vflip", "trim"}) == {
        *("fps", "hflip", "setsar", "tpad", "vflip")
    }


def test_what_is_needed_is_what_is_used() -> None:
    """Every filter, encoder and option that stands in the code is asked for, and none that does not."""
    folder = Path(runner.__file__).parent
    modules = {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*.py")}
    _, begins, behind = modules["ffmpeg.py"].partition("_RED = ")
    modules["ffmpeg.py"] = begins + behind  # without the lists themselves
    listed = subprocess.run([find_ffmpeg().path, "-v", "0", "-filters"], capture_output=True, text=True, check=True)
    known = {line.split()[1] for line in listed.stdout.splitlines() if "->" in line}
    assert set().union(*(filters_in(code, known) for code in modules.values())) == NEEDED_FILTERS
    assert {name for name in NEEDED_ENCODERS | NEEDED_OPTIONS if name not in "".join(modules.values())} == set()
    version, lacks = inspect(find_ffmpeg().path)
    assert version == find_ffmpeg().version
    assert lacks == []


@pytest.mark.parametrize("name", ["list.mp4", "list.m3u8", "list.txt"])
def test_playlists_are_refused_whatever_their_name(clip: Path, tmp_path: Path, name: str) -> None:
    text = f"#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nfile://{clip}\n#EXT-X-ENDLIST\n"
    if name.endswith("txt"):
        text = f"ffconcat version 1.0\nfile '{clip}'\n"
    (tmp_path / name).write_text(text)
    with pytest.raises(RenderError, match="while trying"):
        run(find_ffmpeg(), call(tmp_path / name), Control())


def test_a_file_that_points_elsewhere_reads_nothing(clip: Path, tmp_path: Path) -> None:
    """A QuickTime reference or a subtitle with an address must not open the network; only files are allowed."""
    (tmp_path / "x.sdp").write_text("v=0\no=- 0 0 IN IP4 127.0.0.1\nm=video 5004 RTP/AVP 96\n")
    with pytest.raises(RenderError):
        run(find_ffmpeg(), call(tmp_path / "x.sdp"), Control())


def test_errors_name_the_work_and_no_folder(tmp_path: Path) -> None:
    bad = tmp_path / "secret-folder" / "x.mp4"
    bad.parent.mkdir()
    bad.write_bytes(b"\x00\x00\x00\x18ftypisom" + bytes(100))
    with pytest.raises(RenderError) as caught:
        run(find_ffmpeg(), call(bad), Control())
    assert caught.value.message.startswith("ffmpeg failed while trying: ")
    assert "secret-folder" not in caught.value.message
    assert "0x" not in caught.value.message
    assert caught.value.hint


def test_progress_is_monotone_and_ends_at_one(clip: Path) -> None:
    shares: list[float] = []
    arguments = ("-vf", "scale=1280:720", "-c:v", "libx264", "-f", "null", "-")
    log = run(find_ffmpeg(), call(clip, *arguments, frames=60), Control(shares.append))
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert "libx264" in log


def test_without_frames_no_progress_is_told(clip: Path) -> None:
    shares: list[float] = []
    run(find_ffmpeg(), call(clip), Control(shares.append))
    assert shares == []


def test_cancel_from_another_thread_stops_at_once(clip: Path) -> None:
    control = Control()
    timer = threading.Timer(0.4, control.cancel)
    timer.start()
    started = time.monotonic()
    with pytest.raises(Cancelled):
        run(find_ffmpeg(), call(clip, *SLOW), control)
    assert time.monotonic() - started < 10  # 0.5 s on a quiet machine; the run itself would take a minute and more
    assert [c for c in children() if "ffmpeg" in c] == []


def test_cancelled_before_it_starts(clip: Path) -> None:
    control = Control()
    control.cancel()
    with pytest.raises(Cancelled):
        run(find_ffmpeg(), call(clip), control)


def test_time_limit(clip: Path) -> None:
    with pytest.raises(RenderError, match="stopped after 0 s while trying") as caught:
        run(find_ffmpeg(), call(clip, *SLOW), Control(), Limits(seconds=0.3))
    assert caught.value.instance_code == "render_timeout"
    assert [c for c in children() if "ffmpeg" in c] == []


def test_guards_that_do_not_work_are_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Busybox's setpriv knows no --pdeathsig; and a shell's own memory limit may be lower than ours."""
    (tmp_path / "setpriv").write_text("#!/bin/sh\nexit 1\n")
    (tmp_path / "setpriv").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    runner._guards.cache_clear()
    try:
        assert "setpriv" not in runner._guards(8192)
    finally:
        runner._guards.cache_clear()


def test_a_long_log_is_kept(clip: Path) -> None:
    """A slide show of ten minutes has hundreds of still spans, each told in three lines."""
    looped = Run("trying", (Input(clip, ("-stream_loop", "9")),), ("-vf", "showinfo", *NULL), clip.parent)
    assert "n:   0" in run(find_ffmpeg(), looped, Control())


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the limit is set by prlimit")
@pytest.mark.parametrize("memory_mb", [260, 280, 300, 300, 300])
def test_memory_limit(clip: Path, memory_mb: int) -> None:
    """Which of its allocations is refused differs from run to run, and so does what it says."""
    with pytest.raises(RenderError) as caught:
        run(find_ffmpeg(), call(clip, *SLOW), Control(), Limits(memory_mb=memory_mb))
    assert caught.value.instance_code == "render_memory"
    assert "EDIT_FACTORY_MAX_PARALLEL" in caught.value.hint


def test_pixel_limit(clip: Path) -> None:
    with pytest.raises(RenderError):
        run(find_ffmpeg(), call(clip), Control(), Limits(max_pixels=1000))


def test_full_disk(clip: Path) -> None:
    with pytest.raises(StorageError, match="disk is full") as caught:
        run(find_ffmpeg(), call(clip, "-c", "copy", "-f", "mpegts", "/dev/full"), Control())
    assert caught.value.instance_code == "disk_full"


def test_a_workplace_runs_in_its_folder(clip: Path, tmp_path: Path) -> None:
    place = Workplace(find_ffmpeg(), tmp_path, Limits(), Control())
    place.run("copying", (Input(clip, ("-t", "1")),), ("-c", "copy", "out.mp4"))
    assert (tmp_path / "out.mp4").stat().st_size > 1000
    other = Control()
    assert place.watched_by(other).control is other
    assert place.watched_by(other).folder == tmp_path


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the guard is setpriv's")
def test_ffmpeg_dies_with_the_program(clip: Path, tmp_path: Path) -> None:
    """Killed without a chance to clean up (kill -9), the program must not leave its encoder running."""
    script = textwrap.dedent(
        f"""
        from pathlib import Path
        from app.media.ffmpeg import Input, Run, find_ffmpeg, run
        from app.models.control import Control
        print("ready", flush=True)
        clip = Path({str(clip)!r})
        arguments = {(*SLOW[:-3], "-metadata", "title=orphan", *NULL)!r}
        run(find_ffmpeg(), Run("x", (Input(clip),), arguments, clip.parent), Control())
        """
    )
    program = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, cwd=Path.cwd())
    try:
        _await(lambda: _running("title=orphan"), True)
    finally:
        program.kill()
        program.communicate()
    _await(lambda: _running("title=orphan"), False)


def _running(word: str) -> bool:
    for place in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command = place.read_bytes().decode(errors="replace").split("\0")
        except OSError:
            continue
        if word in command and Path(command[0]).name.startswith("ffmpeg"):
            return True
    return False


def _await(what: object, value: bool) -> None:
    deadline = time.monotonic() + 20
    while what() != value:  # type: ignore[operator]
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_configured_program_must_be_an_ffmpeg(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentProblem, match="is not an ffmpeg that runs"):
        find_ffmpeg(tmp_path / "absent")
    with pytest.raises(EnvironmentProblem, match="is not an ffmpeg that runs"):
        find_ffmpeg(Path("/bin/false"))
    with pytest.raises(EnvironmentProblem, match=r"lacks .*libx264"):
        find_ffmpeg(_poor(tmp_path))


def _poor(folder: Path) -> Path:
    """Make a program that answers like an ffmpeg without anything in it."""
    place = folder / "ffmpeg"
    place.write_text("#!/bin/sh\necho ffmpeg version 3.0 Copyright\n")
    place.chmod(0o755)
    return place


def test_an_ffmpeg_without_an_option_we_use_is_told(tmp_path: Path) -> None:
    """As Ubuntu 22.04's 4.4: all filters and encoders are there."""
    real = find_ffmpeg().path
    place = tmp_path / "ffmpeg"
    place.write_text(f'#!/bin/sh\n"{real}" "$@" | sed "s/^-fps_mode/-vsync/"\n')
    place.chmod(0o755)
    with pytest.raises(EnvironmentProblem, match=r"lacks -fps_mode\."):
        find_ffmpeg(place)


def test_a_poor_system_ffmpeg_gives_way_to_the_packaged_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _poor(tmp_path)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    find_ffmpeg.cache_clear()
    try:
        assert find_ffmpeg().path.parent != tmp_path
    finally:
        find_ffmpeg.cache_clear()


def test_none_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "_packaged", lambda: None)
    monkeypatch.setenv("PATH", "")
    find_ffmpeg.cache_clear()
    try:
        with pytest.raises(EnvironmentProblem, match=r"has libx264, libass and zscale\.$"):
            find_ffmpeg()
        monkeypatch.setenv("PATH", str(_poor(tmp_path).parent) + ":/usr/bin:/bin")
        with pytest.raises(EnvironmentProblem, match=r"zscale\. The ffmpeg at .* lacks "):
            find_ffmpeg()
    finally:
        find_ffmpeg.cache_clear()


def test_input_options_stand_before_their_file(clip: Path, tmp_path: Path) -> None:
    ffmpeg("-i", clip, "-c", "copy", tmp_path / "-y.mp4")
    place = Workplace(find_ffmpeg(), tmp_path, Limits(), Control())
    place.run(
        "trying", (Input(tmp_path / "-y.mp4", ("-ss", "1")),), ("-c:v", "rawvideo", "-an", "-f", "rawvideo", "raw")
    )
    assert (tmp_path / "raw").stat().st_size == 30 * 640 * 360 * 3 // 2
