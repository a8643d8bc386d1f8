"""What the program needs, whether it is there, and how to mend what is not."""

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from app.config import Settings
from app.data import caption_styles
from app.db.engine import require_folder
from app.editing.script.spoken import prepare
from app.errors import EditFactoryError, StorageError
from app.media.atomic import storage_errors
from app.media.ffmpeg import find_ffmpeg
from app.media.fonts import missing_letters
from app.models.control import Control
from app.models.finding import Finding
from app.services import database_check, speech, supabase_check
from app.services.speech.edge_voices import natural_voice

__all__ = ["Finding", "examine", "file_system_of"]

ROMANIAN = "ăâîșțĂÂÎȘȚ"
LEAST_FREE = 2 << 30
"""Bytes that should be free: room for the clips of a large job; 15 s in standard quality were 20 MB."""

_SAYS = {"en": "One, two, three.", "ro": "Unu, doi, trei."}
_UNSAFE_FILE_SYSTEMS = frozenset("9p cifs drvfs fuse.sshfs nfs nfs4 smb3 smbfs vboxsf".split())


def examine(settings: Settings) -> list[Finding]:
    """Look at everything and return what was found; never raises for what is missing."""
    looks: dict[str, Callable[[Settings], Finding]] = {
        "ffmpeg": _ffmpeg,
        "fonts": _fonts,
        "voice en": lambda s: _voice(s, "en"),
        "voice ro": lambda s: _voice(s, "ro"),
        "data folder": _data_folder,
        "database": database_check.look,
        "space": _space,
        "supabase": supabase_check.look,
    }
    return [_guarded(name, look, settings) for name, look in looks.items()]


def _guarded(name: str, look: Callable[[Settings], Finding], settings: Settings) -> Finding:
    try:
        return look(settings)
    except EditFactoryError as error:
        return Finding(name=name, ok=False, detail=error.message, mend=error.hint)


def _ffmpeg(settings: Settings) -> Finding:
    found = find_ffmpeg(settings.ffmpeg)
    return Finding(name="ffmpeg", ok=True, detail=f"{found.version} at {found.path}; libx264, libass and zscale")


def _fonts(settings: Settings) -> Finding:
    lacking = {name: missing_letters(style, ROMANIAN) for name, style in caption_styles().items()}
    bad = ", ".join(f"{name} lacks {''.join(sorted(letters))}" for name, letters in lacking.items() if letters)
    if bad:
        return Finding(name="fonts", ok=False, detail=bad, mend="Run ./run again: it installs the bundled fonts.")
    return Finding(name="fonts", ok=True, detail=f"{', '.join(lacking)}: all with {ROMANIAN[:5]}")


def _voice(settings: Settings, language: str) -> Finding:
    voice = speech.choose_voice(None, language, settings)
    provider = speech.provider_of(voice, settings)
    provider.speak(prepare(_SAYS[language], language), voice, 1.0, Control())
    better = natural_voice(language) if provider.robotic else None
    return Finding(
        name=f"voice {language}",
        ok=True,
        detail=f"{voice.id} speaks, {'robotic' if provider.robotic else 'natural'}, works offline",
        mend=f"For a natural one: make --voice {better} (needs network)." if better else "",
    )


def _data_folder(settings: Settings) -> Finding:
    folder = settings.data_dir
    require_folder(folder)
    with storage_errors(folder), tempfile.TemporaryFile(dir=folder):
        pass
    kind = file_system_of(folder)
    if kind in _UNSAFE_FILE_SYSTEMS or str(folder.resolve()).startswith("/mnt/"):
        return Finding(
            name="data folder",
            ok=False,
            detail=f"{folder} is on a network or mounted disk ({kind}), where a database is not safe",
            mend="Set EDIT_FACTORY_DATA_DIR to a folder on a disk of this machine.",
        )
    return Finding(name="data folder", ok=True, detail=f"{folder} can be written")


def file_system_of(folder: Path, mounts: Path = Path("/proc/mounts")) -> str:
    """Return the kind of file system that holds `folder` ("ext4", "nfs4"), or "" where that cannot be told."""
    try:
        lines = mounts.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    target, best, kind = folder.resolve(), -1, ""
    for line in lines:
        fields = line.split()
        place = Path(fields[1].replace("\\040", " "))
        if target.is_relative_to(place) and len(place.parts) > best:
            best, kind = len(place.parts), fields[2]
    return kind


def _space(settings: Settings) -> Finding:
    with storage_errors(settings.data_dir):
        free = shutil.disk_usage(settings.data_dir).free
    if free < LEAST_FREE:
        raise StorageError(
            f"Only {free >> 20} MB are free on the disk that holds {settings.data_dir}.",
            hint="Free some space, or set EDIT_FACTORY_DATA_DIR to a larger disk.",
        )
    return Finding(name="space", ok=True, detail=f"{free >> 30} GB free")
