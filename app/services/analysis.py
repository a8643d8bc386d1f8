"""Analyses by content hash: what was measured in a file once is never measured again."""

from pathlib import Path

from app.config import Settings
from app.media.analyze import ANALYSIS_VERSION, analyze
from app.media.photo_analysis import analyze_photo
from app.models.base import content_key
from app.models.control import Control
from app.models.media import Analysis, MediaInfo
from app.services.cache_index import CacheIndex
from app.services.files import RecordCache


def analyze_once(path: Path, info: MediaInfo, settings: Settings, control: Control) -> Analysis:
    """Return the file's analysis: the stored one, else a new one that is stored, under its content and version.

    Raises what `app.media.analyze.analyze` raises, and `StorageError`; a failed or cancelled one stores nothing.
    """
    cache, key = _cache(settings), _key(info)
    stored = cache.get(key, Analysis)
    if stored is not None:
        control.report(1.0)
        return stored
    if info.still:
        analysis = analyze_photo(path, info, ANALYSIS_VERSION, settings.max_pixels)
    else:
        analysis = analyze(path, info, control, settings.max_pixels)
    cache.put(key, analysis)
    return analysis


def is_analyzed(info: MediaInfo, settings: Settings) -> bool:
    """Whether `analyze_once` would return at once."""
    return _cache(settings).get(_key(info), Analysis) is not None


def _cache(settings: Settings) -> RecordCache:
    return RecordCache(settings.data_dir / "cache" / "analysis", CacheIndex(settings).touch)


def _key(info: MediaInfo) -> str:
    return content_key("analysis", info.content_hash, ANALYSIS_VERSION)
