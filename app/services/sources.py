"""Where footage is: files by content hash, found again when an edit names them."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from urllib.parse import quote_from_bytes, unquote_to_bytes

from app.config import Settings
from app.errors import MediaError
from app.media.containers import shown
from app.media.probe import probe
from app.models.base import Record
from app.models.edit import SourceRef
from app.models.media import MediaInfo
from app.services.files import RecordCache

VIDEO_SUFFIXES = frozenset(".3gp .avi .flv .m2ts .m4v .mkv .mov .mp4 .mpeg .mpg .mts .mxf .ogv .ts .webm .wmv".split())
PHOTO_SUFFIXES = frozenset(".heic .heif .jpeg .jpg .png .webp".split())
"""Names that a folder's videos and photographs end with; a file named outright may have any name."""


class KnownPlace(Record):
    """The last place at which a content was seen: a path in URL quoting, as names need not be text."""

    quoted: str

    @property
    def path(self) -> Path:
        """The path itself."""
        return unquoted(self.quoted)


def quoted(path: Path) -> str:
    """Return an absolute path as text that JSON and databases can hold: in URL quoting, as names need not be text."""
    return quote_from_bytes(os.fsencode(path.absolute()))


def unquoted(text: str) -> Path:
    """Return the path that `quoted` wrote."""
    return Path(os.fsdecode(unquote_to_bytes(text)))


class Gathered(Record):
    """Footage by path; `named` are the files that a person named themselves, and not found in a folder."""

    files: tuple[Path, ...]
    named: frozenset[Path]


def gather(places: Sequence[Path]) -> Gathered:
    """Return the files that `places` name: files as they are, and each folder's videos and photographs by name.

    Clips that Edit Factory made, and their stills, are footage only where they are named themselves.

    Raises `MediaError` for what is not there and for a folder without either.
    """
    found: dict[Path, None] = {}
    named = set()
    for place in places:
        if place.is_dir():
            found.update(dict.fromkeys(_footage_in(place)))
        elif place.exists():
            found[place] = None
            named.add(place)
        else:
            raise missing(place)
    return Gathered(files=tuple(found), named=frozenset(named))


def missing(place: Path) -> MediaError:
    """Return the error for a file or folder that is not there."""
    return MediaError(
        f"There is no file or folder {shown(place)}.",
        hint="Check the spelling; quote names with spaces.",
        subject=shown(place),
        code="media_missing",
    )


def _footage_in(folder: Path) -> list[Path]:
    try:
        found = sorted(p for p in folder.iterdir() if _is_footage(p))
        footage = [p for p in found if not _is_our_own(p)]
    except OSError as error:
        raise MediaError(
            f"The folder {folder} cannot be read: {error.strerror}.",
            hint="Give yourself permission to read it, or name the files.",
            subject=str(folder),
            code="media_unreadable",
        ) from error
    if not footage:
        made = " but clips that were made of others" if found else ""
        raise MediaError(
            f"The folder {folder} holds no video and no photograph{made}.",
            hint=f"Put footage there (files ending in {', '.join(sorted(VIDEO_SUFFIXES)[:8])} ...) or name the files.",
            subject=str(folder),
            code="folder_without_video",
        )
    return footage


def _is_footage(path: Path) -> bool:
    """Whether a folder's file is footage by its name; hidden ones are other programs' (`._IMG_1.MOV` from a Mac)."""
    return path.suffix.lower() in VIDEO_SUFFIXES | PHOTO_SUFFIXES and not path.name.startswith(".") and path.is_file()


def _is_our_own(path: Path) -> bool:
    """Whether a file has the name of a clip, or of its still, whose edit document is beside it."""
    return path.suffix in {".mp4", ".jpg"} and path.with_suffix(".edit.json").is_file()


class SourceIndex:
    """Remembers where each content was last seen, under the data folder."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._places = RecordCache(settings.data_dir / "library" / "sources")

    def remember(self, path: Path, info: MediaInfo) -> None:
        """Note that `path` holds the content of `info`."""
        self._places.put(info.content_hash, KnownPlace(quoted=quoted(path)))

    def last_seen(self, content_hash: str) -> Path | None:
        """Return where the content was last seen, if a file is there still; it is not looked into."""
        known = self._places.get(content_hash, KnownPlace)
        return known.path if known is not None and known.path.is_file() else None

    def locate(self, source: SourceRef, folders: Iterable[Path] = ()) -> tuple[Path, MediaInfo]:
        """Return the file with `source`'s content and what it is: from `folders`, else where it was last seen.

        The content is checked, not the name. Raises `MediaError` (code `source_missing`) when no file has it.
        """
        known = self._places.get(source.content_hash, KnownPlace)
        candidates = [*_named_first(folders, source.name), *([known.path] if known else [])]
        for candidate in candidates:
            info = self._same(candidate, source.content_hash)
            if info is not None:
                return candidate, info
        seen = f" It was last seen as {known.path}, which is gone or has changed." if known else ""
        raise MediaError(
            f"The footage {source.name} of this edit was not found.{seen}",
            hint="Name the file or its folder with --source.",
            subject=source.name,
            code="source_missing",
        )

    def _same(self, path: Path, content_hash: str) -> MediaInfo | None:
        if not path.is_file():
            return None
        try:
            info = probe(path, max_pixels=self._settings.max_pixels)
        except MediaError:
            return None
        return info if info.content_hash == content_hash else None


def _named_first(places: Iterable[Path], name: str) -> list[Path]:
    files: list[Path] = []
    for place in places:
        if place.is_dir():
            files += [p for p in sorted(place.iterdir()) if _is_footage(p) or p.name == name]
        elif place.exists():
            files.append(place)
        else:
            raise missing(place)
    return sorted(files, key=lambda p: p.name != name)
