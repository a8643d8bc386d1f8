"""The one place that runs ffmpeg: which build, on what it may read, for how long, and what is left when it stops.

Every input is opened with closed lists of containers and protocols: a playlist renamed `.mp4` would otherwise read
other files, even with the protocol list alone. Arguments are a list, never a shell line; files are named `file:...`.
A run happens in its own session inside the job's folder, so that text files (captions, fonts) have fixed names and
no user text or path enters a filter graph; when it fails, is cancelled or this process dies, its group is killed.
"""

import contextlib
import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import IO

from app.errors import EnvironmentProblem, RenderError, StorageError
from app.media.containers import FORMAT_WHITELIST, PROTOCOL_WHITELIST
from app.models.control import Control

NEEDED_FILTERS = frozenset(
    [
        *("aresample", "atrim", "ebur128"),
        *("fps", "setpts", "settb", "tpad", "trim", "concat", "fade", "xfade", "split", "select"),
        *("crop", "hflip", "pad", "perspective", "scale", "transpose", "vflip"),
        *("color", "colorchannelmixer", "format", "lutyuv", "setparams", "setsar", "tonemap", "zscale"),
        *("ass", "drawbox", "gblur", "overlay", "vstack"),
        *("blackdetect", "freezedetect"),
    ]
)
NEEDED_ENCODERS = frozenset(["aac", "libmp3lame", "libx264", "mjpeg", "pcm_f32le"])
NEEDED_OPTIONS = frozenset(["-fps_mode"])
"""New in 5.1: Ubuntu 22.04's ffmpeg 4.4 has every filter and encoder, and would stop here."""

_RED = """[Script Info]
PlayResX: 64
PlayResY: 64
YCbCr Matrix: None

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, Outline, Shadow, Alignment
Style: Red,Sans,10,&H000000FF,0,0,7

[Events]
Format: Start, End, Style, Text
Dialogue: 0:00:00.00,0:00:01.00,Red,{\\pos(0,0)\\p1}m 0 0 l 64 0 64 64 0 64
"""

_NO_MEMORY = re.compile(
    r"Cannot allocate memory|malloc of size \d+ failed|pthread_create\(\) failed|Error while opening encoder"
)
"""What ffmpeg 9.0.2 and x264 said when an allocation, or one more thread, was refused (limits of 260 to 400 MB). The
encoders' options are ours and right, so that one of them fails to open for want of memory only."""

_POLL_SECONDS = 0.1
_PROGRESS_SECONDS = 0.2
_LOG_LINES = 10_000  # half an hour as often black or frozen as the detectors can tell gives 6300
_GRACE_SECONDS = 2.0


@dataclass(frozen=True)
class Ffmpeg:
    """An ffmpeg that has all we use. `version` is its own first line: the build that decides a clip's frames.

    `bt601_captions`: it draws captions' colours by BT.601 whatever the picture's tags say (5.1 does, 7.0 does not).
    """

    path: Path
    version: str
    bt601_captions: bool = False


@dataclass(frozen=True)
class Limits:
    """What one run may take: wall seconds, address space in MB, pixels of one picture."""

    seconds: float = 3600.0
    memory_mb: int = 8192
    max_pixels: int = 8192 * 4320


@dataclass(frozen=True)
class Input:
    """A file to read and the options that stand before its `-i` (`-ss`, `-t`, ...)."""

    path: Path
    options: tuple[str, ...] = ()


@dataclass(frozen=True)
class Run:
    """One call. `arguments` follow the inputs; `folder` is the working directory; `frames` is how many are encoded
    (for progress, 0: none is told). `what` names the work in errors, as in "while ... "."""

    what: str
    inputs: tuple[Input, ...]
    arguments: tuple[str, ...]
    folder: Path
    frames: int = 0


@dataclass(frozen=True)
class Workplace:
    """Where several calls of one piece of work happen, with what, within which limits, and who may stop them."""

    ffmpeg: Ffmpeg
    folder: Path
    limits: Limits
    control: Control

    def run(self, what: str, inputs: tuple[Input, ...], arguments: tuple[str, ...], *, frames: int = 0) -> str:
        """Run one call in the folder and return its log. Raises what `run` raises."""
        return run(self.ffmpeg, Run(what, inputs, arguments, self.folder, frames), self.control, self.limits)

    def watched_by(self, control: Control) -> "Workplace":
        """Return the same place under another control."""
        return replace(self, control=control)


def inspect(path: Path) -> tuple[str, list[str]]:
    """Return the version line of the ffmpeg at `path` and what we need that it lacks. Raises OSError."""
    version = _listing(path, "-version").splitlines()[0].removeprefix("ffmpeg version ").split(" Copyright")[0]
    filters = set(re.findall(r"^\s*[A-Z.]{2,3}\s+(\S+)", _listing(path, "-filters"), re.MULTILINE))
    encoders = set(re.findall(r"^\s*[A-Z.]{6}\s+(\S+)", _listing(path, "-encoders"), re.MULTILINE))
    options = set(re.findall(r"^(-\w+)", _listing(path, "-h", "long"), re.MULTILINE))
    lacks = sorted(NEEDED_FILTERS - filters) + sorted(NEEDED_ENCODERS - encoders) + sorted(NEEDED_OPTIONS - options)
    return version, lacks


def _listing(path: Path, *what: str) -> str:
    done = subprocess.run(  # noqa: S603 - fixed arguments to a program that the settings or the package name
        [str(path), *([] if what == ("-version",) else ["-hide_banner"]), *what],
        capture_output=True,
        text=True,
        errors="replace",
        timeout=30,
        check=True,
        stdin=subprocess.DEVNULL,
    )
    return done.stdout


@cache
def find_ffmpeg(configured: Path | None = None) -> Ffmpeg:
    """Return the configured ffmpeg, else the system's when it has all we use, else the packaged one.

    Raises `EnvironmentProblem` when the configured one does not do, or none is found.
    """
    if configured is not None:
        return _checked(configured)
    refused = ""
    for candidate in filter(None, (shutil.which("ffmpeg"), _packaged())):
        try:
            return _checked(Path(candidate))
        except EnvironmentProblem as problem:
            refused += f" {problem.message}"
    raise EnvironmentProblem(
        f"No ffmpeg was found that has libx264, libass and zscale.{refused}",
        hint="Run ./run again (it installs one with pip), or set EDIT_FACTORY_FFMPEG to a full build.",
        subject="ffmpeg",
    )


def _packaged() -> str | None:
    try:
        import imageio_ffmpeg  # noqa: PLC0415 - only when no other is found

        return str(imageio_ffmpeg.get_ffmpeg_exe())
    except (ImportError, RuntimeError):
        return None


def _checked(path: Path) -> Ffmpeg:
    try:
        version, lacks = inspect(path)
    except (OSError, subprocess.SubprocessError, IndexError) as error:
        raise EnvironmentProblem(
            f"{path} is not an ffmpeg that runs.",
            hint="Set EDIT_FACTORY_FFMPEG to the path of a working one, or unset it.",
            subject="ffmpeg",
        ) from error
    if lacks:
        raise EnvironmentProblem(
            f"The ffmpeg at {path} lacks {', '.join(lacks)}.",
            hint="Use a full build, or unset EDIT_FACTORY_FFMPEG to take the packaged one.",
            subject="ffmpeg",
        )
    return Ffmpeg(path, version, bt601_captions=_draws_bt601(path))


def _draws_bt601(path: Path) -> bool:
    """Have the `ass` filter fill a BT.709 picture with red: its luma is 63 by BT.709 and 81 by BT.601."""
    picture = "color=gray:s=64x64,format=yuv420p,setparams=range=tv:colorspace=bt709"
    with tempfile.TemporaryDirectory(prefix="ffmpeg-") as folder:
        (Path(folder) / "red.ass").write_text(_RED)
        wanted = ("-vf", "ass=red.ass", "-frames:v", "1", "-f", "rawvideo", "pipe:1")
        done = subprocess.run(  # noqa: S603 - fixed arguments to a program that was just looked at
            [str(path), "-v", "error", "-nostdin", "-f", "lavfi", "-i", picture, *wanted],
            cwd=folder,
            capture_output=True,
            timeout=30,
            check=False,
        )
    luma = done.stdout[: 64 * 64]
    return len(luma) == 64 * 64 and luma[32 * 64 + 32] > 72


def run(ffmpeg: Ffmpeg, call: Run, control: Control, limits: Limits | None = None) -> str:
    """Run one call to its end and return the end of its log.

    Reports the share of `call.frames` done. Raises `Cancelled` within about 0.1 s of a cancel, `StorageError` on a
    full disk, `RenderError` for everything else, including a run past `limits.seconds`. Never leaves a process.
    """
    limits = limits or Limits()
    control.check()
    process = subprocess.Popen(  # noqa: S603 - an argument list, no shell
        _command(ffmpeg, call, limits),
        cwd=call.folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    log: deque[str] = deque(maxlen=_LOG_LINES)
    assert process.stdout is not None and process.stderr is not None  # noqa: S101 - PIPE was asked for
    progress = threading.Thread(target=_read_progress, args=(process.stdout, call, control), daemon=True)
    readers = [threading.Thread(target=_read_log, args=(process.stderr, log), daemon=True), progress]
    try:
        for reader in readers:
            reader.start()
        _wait(process, progress, call, control, limits)
    finally:
        _kill(process)
        for reader in readers:
            reader.join(_GRACE_SECONDS)
        process.stdout.close()
        process.stderr.close()
    if process.returncode != 0 or _disk_full(log):  # to ffmpeg 5.1, a file that could not be ended is a success
        raise _failure(call, process.returncode, "\n".join(log))
    if call.frames:
        control.report(1.0)
    return "\n".join(log)


def _command(ffmpeg: Ffmpeg, call: Run, limits: Limits) -> list[str]:
    command = [*_guards(limits.memory_mb), str(ffmpeg.path), "-hide_banner", "-nostdin", "-y", "-nostats"]
    command += ["-loglevel", "level+info", "-progress", "pipe:1", "-stats_period", str(_PROGRESS_SECONDS)]
    for source in call.inputs:
        command += ["-format_whitelist", FORMAT_WHITELIST, "-protocol_whitelist", PROTOCOL_WHITELIST]
        command += ["-max_pixels", str(limits.max_pixels), *source.options]
        command += ["-i", f"file:{source.path.absolute()}"]
    return command + list(call.arguments)


@cache
def _guards(memory_mb: int) -> tuple[str, ...]:
    """Return what stands in front of ffmpeg on Linux: a memory limit, and death with the thread that waits for it.

    Each is left out where it does not work: Busybox's setpriv knows no signals, and a limit can only be lowered.
    """
    guards = (("prlimit", f"--as={memory_mb * 1024 * 1024}", "--"), ("setpriv", "--pdeathsig", "KILL", "--"))
    return tuple(word for guard in guards if _works(guard) for word in guard)


def _works(guard: tuple[str, ...]) -> bool:
    try:
        done = subprocess.run([*guard, "true"], check=False, capture_output=True, timeout=30)  # noqa: S603 - fixed words
    except (OSError, subprocess.SubprocessError):
        return False
    return done.returncode == 0


def _wait(
    process: subprocess.Popen[bytes], progress: threading.Thread, call: Run, control: Control, limits: Limits
) -> None:
    """Sleep until ffmpeg ends, which its progress tells by its own end: `Popen.wait` would look 100 times a second."""
    deadline = time.monotonic() + limits.seconds
    while True:
        progress.join(_POLL_SECONDS)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(0.0 if progress.is_alive() else _POLL_SECONDS)
            return
        control.check()
        if time.monotonic() > deadline:
            raise RenderError(
                f"ffmpeg was stopped after {limits.seconds:.0f} s while {call.what}.",
                hint="Try a shorter clip, a smaller source or --quality draft.",
                code="render_timeout",
            )


def _kill(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _read_log(stream: IO[bytes], log: deque[str]) -> None:
    for line in stream:
        log.append(line.decode(errors="replace").rstrip())


def _read_progress(stream: IO[bytes], call: Run, control: Control) -> None:
    told = 0
    for line in stream:
        if call.frames and line.startswith(b"frame=") and (frame := int(line[6:])) > told:
            told = frame  # ffmpeg repeats the last frame while its source sends nothing: that is no sign of life
            control.report(frame / call.frames)


def _failure(call: Run, status: int, log: str) -> RenderError | StorageError:
    if _disk_full(log.splitlines()):
        return StorageError(
            f"The disk is full: ffmpeg could not write while {call.what}.",
            hint="Free some space or set EDIT_FACTORY_DATA_DIR and --out to another disk, then run it again.",
            subject="disk",
            code="disk_full",
        )
    if _NO_MEMORY.search(log) or status in {-signal.SIGKILL, -signal.SIGSEGV, -signal.SIGABRT}:
        return RenderError(
            f"ffmpeg ran out of memory or was killed while {call.what}.",
            hint="Close other programs, use smaller footage, or lower EDIT_FACTORY_MAX_PARALLEL.",
            code="render_memory",
        )
    errors = [line for line in log.splitlines() if "[error]" in line or "[fatal]" in line]
    reason = _without_paths(errors[0]) if errors else f"exit status {status}"
    return RenderError(
        f"ffmpeg failed while {call.what}: {reason}.",
        hint="See whether the footage plays from start to end; edit-factory probe FILE tells what is in it.",
    )


def _disk_full(log: Iterable[str]) -> bool:
    return any("[error]" in line and line.endswith("No space left on device") for line in log)


def _without_paths(line: str) -> str:
    return re.sub(r"(file:)?/\S+/", "", re.sub(r"\[[^\]]*\]\s*", "", line)).rstrip(". ")
