"""A logo as a film of one picture, at the size it is drawn at, so that its edge takes nothing of what cannot be seen.

Most programs write black where a logo is transparent. Whoever scales it, or halves its chroma, without regard to that
mixes the black into the edge: a white disc on white ground then has a dark rim (56 levels, measured).
"""

from pathlib import Path

from PIL import Image

from app.media.atomic import new_file, storage_errors
from app.media.containers import MAX_PIXELS
from app.media.photo import FILM_MAKER, read_photo, write_film

_SEEN = 8  # a pixel's own colour counts fully from an eighth of full opacity on: below, 8 bits hold it badly


def logo_film(
    path: Path, content_hash: str, size: tuple[int, int], folder: Path, *, max_pixels: int = MAX_PIXELS
) -> Path:
    """Return the film of a logo, scaled to `size` pixels, in `folder`, made when it is not there yet.

    Raises `MediaError` as `photo_info`, and `StorageError`.
    """
    film = folder / f"logo-{content_hash[:32]}-{size[0]}x{size[1]}-{FILM_MAKER}.mkv"
    if film.exists():
        return film
    picture = read_photo(path, max_pixels=max_pixels, alpha=True).convert("RGBA")
    # Pillow weighs colours by their opacity. Lanczos would ring: a line brighter than the logo along its edge.
    scaled = picture.resize(size, Image.Resampling.HAMMING)
    with storage_errors(folder), new_file(film) as temporary:
        write_film(_spread(scaled), temporary)
    return film


def _spread(picture: Image.Image) -> Image.Image:
    """Return the picture, as opaque as it is, with the colours of its edge carried on where it is transparent."""
    spread = _filled(picture)
    spread.putalpha(picture.getchannel("A"))
    return spread


def _filled(picture: Image.Image) -> Image.Image:
    """Return the picture's colours, and those of ever coarser copies of it where it has none."""
    own, seen = picture.convert("RGB"), picture.getchannel("A").point(lambda alpha: min(255, _SEEN * alpha))
    if min(picture.size) < 2:
        return own
    half = picture.reduce(2)
    half.putalpha(half.getchannel("A").point(lambda alpha: min(255, _SEEN * alpha)))
    return Image.composite(own, _filled(half).resize(picture.size, Image.Resampling.BILINEAR), seen)
