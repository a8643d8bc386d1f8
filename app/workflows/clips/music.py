"""The music that a request names: looked at once, remembered by content, and told to the edit document."""

from pathlib import Path

from app.config import Settings
from app.errors import InputError, MediaError
from app.media.containers import shown
from app.media.music import SHORTEST, no_music
from app.media.probe import probe
from app.models.control import Control
from app.models.edit import SourceRef
from app.models.make import MakeRequest
from app.services.sources import SourceIndex
from app.workflows.jobs.records import Source


def probe_music(request: MakeRequest, settings: Settings, control: Control) -> Source | None:
    """Return the file of the request's music, None when it asks for none.

    Raises `MediaError`: media_no_sound, music_short when it ends before it begins, and what `probe` raises.
    """
    wish = request.music
    if wish is None:
        return None
    info = probe(wish.path, max_pixels=settings.max_pixels, control=control)
    if info.audio is None:
        raise MediaError(
            f"{shown(wish.path)} has no sound, so it cannot be the music.",
            hint="Name a file with sound in it.",
            subject="music",
            code="media_no_sound",
        )
    if (info.audio.duration or info.duration) < wish.start + SHORTEST:
        raise no_music(shown(wish.path), wish.start)
    SourceIndex(settings).remember(wish.path, info)
    return Source(wish.path, info)


def music_ref(music: Source, footage: frozenset[str]) -> SourceRef:
    """Return the music as a source of an edit whose `footage` has these content hashes.

    Raises `InputError` (music_is_footage) for one file in both parts.
    """
    if music.info.content_hash in footage:
        raise InputError(
            f"{shown(music.path)} is given both as footage and as music.",
            hint="To hear the footage itself use --source-sound; else copy its sound into a file of its own.",
            subject="music",
            code="music_is_footage",
        )
    return SourceRef(
        content_hash=music.info.content_hash,
        name=shown(Path(music.path.name)),
        duration=music.info.duration,
        has_audio=True,
        kind="music",
    )
