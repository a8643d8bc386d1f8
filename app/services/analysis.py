"""Analyses by content hash: what was measured in a file once is never measured again."""

import time
from pathlib import Path

from app.config import Settings
from app.media.analyze import ANALYSIS_VERSION, analyze
from app.media.atomic import storage_errors
from app.media.photo_analysis import analyze_photo
from app.models.base import content_key
from app.models.control import Control
from app.models.media import Analysis, MediaInfo
from app.services.cache_index import CacheIndex
from app.services.files import RecordCache, claim

_LOOK_AGAIN = 0.2  # seconds between two looks whether another one has finished


def analyze_once(
    path: Path, info: MediaInfo, settings: Settings, control: Control, *, thorough: bool = False
) -> Analysis:
    """Return the file's analysis: the stored one, else a new one that is stored, under its content and version.

    With `thorough` it is one for which every frame was read. Such a one does not serve when that was not asked for: the
    same files and options give the same clips, whatever was made of them before. Who asks while another thread or
    process analyses the same file waits for that, and takes over when the other fails. Raises what
    `app.media.analyze.analyze` raises, and `StorageError`; a failed or cancelled one stores nothing.
    """
    key = _key(info, thorough)
    place = _cache(settings).folder / key[:2] / f"{key}.tmp"
    with storage_errors(place):
        place.parent.mkdir(parents=True, exist_ok=True)
    while True:
        stored = _stored(info, settings, thorough)
        if stored is not None:
            control.report(1.0)
            return stored
        with claim(place) as mine:
            if mine:
                return _stored(info, settings, thorough) or _analyzed(path, info, settings, control, thorough)
        control.check()
        control.alive()
        time.sleep(_LOOK_AGAIN)


def is_analyzed(info: MediaInfo, settings: Settings, *, thorough: bool = False) -> bool:
    """Whether `analyze_once` would return at once."""
    return _stored(info, settings, thorough) is not None


def analysis_of(info: MediaInfo, settings: Settings) -> Analysis | None:
    """Return what was measured in the file, every frame of it where somebody wanted that; None before anybody did."""
    return _stored(info, settings, thorough=True) or _stored(info, settings, thorough=False)


def _analyzed(path: Path, info: MediaInfo, settings: Settings, control: Control, thorough: bool) -> Analysis:
    if info.still:
        analysis = analyze_photo(path, info, ANALYSIS_VERSION, settings.max_pixels)
    else:
        analysis = analyze(path, info, control, settings.max_pixels, thorough=thorough)
    _cache(settings).put(_key(info, thorough), analysis)
    return analysis


def _stored(info: MediaInfo, settings: Settings, thorough: bool) -> Analysis | None:
    return _cache(settings).get(_key(info, thorough), Analysis)


def _cache(settings: Settings) -> RecordCache:
    return RecordCache(settings.data_dir / "cache" / "analysis", CacheIndex(settings).touch)


def _key(info: MediaInfo, thorough: bool) -> str:
    return content_key(
        "analysis", info.content_hash, ANALYSIS_VERSION, *(["thorough"] if thorough and not info.still else [])
    )
