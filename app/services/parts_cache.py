"""The encoded parts that all clips and jobs of a data folder share, within the cache and its limit."""

from app.config import Settings
from app.media.parts_pool import Pool
from app.services.cache_index import CacheIndex


def parts_pool(settings: Settings) -> Pool:
    """Return the pool of the settings' data folder; what is taken out of it counts as used now."""
    return Pool(settings.data_dir / "cache" / "parts", CacheIndex(settings).touch)
