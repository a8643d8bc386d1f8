"""Photographs as footage: read once by Pillow, turned upright and brought to sRGB, and then a film of one picture.

ffmpeg never sees a person's JPEG, PNG, WebP or HEIC: its picture demuxers stay off the list of containers. What it gets
is lossless and of a size that a canvas has use for.
"""

import io
import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import av
import numpy as np
import pi_heif
import PIL
from PIL import Image, ImageCms, ImageOps

from app.errors import MediaError
from app.media import containers
from app.media.atomic import new_file, storage_errors
from app.media.containers import MAX_PIXELS, check_file
from app.media.hashing import file_hash
from app.models.control import Control
from app.models.media import MediaInfo
from app.models.timing import OUTPUT_FPS

FILM_PIXELS = 8_300_000
"""The most that a photograph's film has: a window of 9:16 in a landscape of that size is still 1400 pixels wide."""

FILM_MAKER = f"1-pillow-{PIL.__version__}-heif-{pi_heif.__version__}"
"""What decides a film's pixels besides the photograph; the first number rises with each change of how it is made."""

_FORMATS = ("JPEG", "PNG", "WEBP", "HEIF")
_HEIC = frozenset([b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"])
_AVIF = frozenset([b"avif", b"avis"])
_ANY_OF_THEM = frozenset([b"mif1", b"msf1"])  # either, by the brands that it is said to be compatible with
_HEAD = 256  # bytes: the brands are told first
_SMALLEST = 16  # pixels of a side
_BROKEN = (OSError, SyntaxError, ValueError, EOFError, struct.error, IndexError, KeyError, OverflowError, RuntimeError)
"""What Pillow's readers raise for files that are not what they begin like."""

pi_heif.register_heif_opener()
Image.MAX_IMAGE_PIXELS = None  # the limit is ours: by file, and an error that says what to do


def is_photo(path: Path) -> bool:
    """Return whether the file begins as a photograph does, whatever its name: JPEG, PNG, WebP, HEIC or (not read) AVIF.

    False if it is not there.
    """
    head = _head(path)
    if head.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")):
        return True
    main = _brands(head)[:1]
    return (head[:4] == b"RIFF" and head[8:12] == b"WEBP") or not {*main}.isdisjoint(_HEIC | _ANY_OF_THEM | {b"avif"})


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_HEAD)
    except OSError:
        return b""


def _brands(head: bytes) -> list[bytes]:
    """Return the main brand and those it is compatible with (ISO 14496-12, 4.3); none if it begins otherwise."""
    if head[4:8] != b"ftyp":
        return []
    end = min(len(head), int.from_bytes(head[:4], "big"))
    return [head[8:12], *(head[at : at + 4] for at in range(16, end, 4))]


def _is_avif(path: Path) -> bool:
    brands = {*_brands(_head(path))}
    return not brands.isdisjoint(_AVIF) and brands.isdisjoint(_HEIC)


def photo_info(path: Path, *, max_pixels: int = MAX_PIXELS, control: Control | None = None) -> MediaInfo:
    """Return what a photograph is: upright, without a length.

    Its pixels are read too, so that one that was cut off is known now. Raises `Cancelled`, and `MediaError`:
    media_missing, media_empty, media_too_large, media_truncated, media_unreadable, media_too_small.
    """
    with _opened(path, max_pixels) as (image, profile):
        codec, (width, height) = (image.format or "").lower(), image.size
        upright = _on_white(_upright(image, profile))
    return MediaInfo(
        content_hash=file_hash(path, control),
        size_bytes=path.stat().st_size,
        container="photo",
        duration=0.0,
        has_video=True,
        width=upright.width,
        height=upright.height,
        coded_width=width,
        coded_height=height,
        codec=codec,
        pixel_format=upright.mode.lower(),
        still=True,
    )


def read_photo(path: Path, *, max_pixels: int = MAX_PIXELS, alpha: bool = False) -> Image.Image:
    """Return the picture upright, in sRGB: RGB on white, or RGBA with `alpha`. Raises `MediaError` as `photo_info`."""
    with _opened(path, max_pixels) as (image, profile):
        picture = _upright(image, profile)
    return picture if alpha else _on_white(picture)


def _upright(image: Image.Image, profile: bytes | None) -> Image.Image:
    turned = ImageOps.exif_transpose(image)  # Pillow's HEIC reader has turned it, and says so
    return _in_srgb(_eight_bits(turned), profile)


@contextmanager
def _opened(path: Path, max_pixels: int) -> Iterator[tuple[Image.Image, bytes | None]]:
    check_file(path)
    if _is_avif(path):
        hint = "Save it as JPEG, PNG, WebP or HEIC."
        raise _error(path, "media_unreadable", "is an AVIF picture, which Edit Factory does not read", hint)
    try:
        with warnings.catch_warnings(action="ignore"), Image.open(path, formats=_FORMATS) as image:
            if image.width * image.height > max_pixels:
                raise _too_large(path, image, max_pixels)
            if min(image.size) < _SMALLEST:
                raise _error(
                    path, "media_too_small", f"is only {image.width}x{image.height} pixels", "Use another one."
                )
            profile: bytes | None = image.info.get("icc_profile")
            image.load()
            yield image, profile
    except _BROKEN as error:
        raise _error(
            path,
            "media_truncated",
            "begins as a photograph, but cannot be read to its end: it was cut off or damaged",
            "Copy it again from where it was taken.",
        ) from error


def _too_large(path: Path, image: Image.Image, max_pixels: int) -> MediaError:
    return _error(
        path,
        "media_too_large",
        f"has {image.width}x{image.height} pixels, which is more than the {max_pixels} allowed",
        "Scale it down, or raise EDIT_FACTORY_MAX_PIXELS.",
    )


def _error(path: Path, code: str, what: str, hint: str) -> MediaError:
    name = containers.shown(path)
    return MediaError(f"{name} {what}.", hint=hint, subject=name, code=code)


def _eight_bits(image: Image.Image) -> Image.Image:
    """Return the picture in a mode that colours can be converted from; 16-bit gray would be clipped by Pillow."""
    if image.mode.startswith("I"):
        return Image.fromarray((np.asarray(image).astype(np.int64) >> 8).astype(np.uint8))
    if image.mode in {"RGB", "RGBA", "CMYK", "L"}:
        return image
    return image.convert("RGBA" if "transparency" in image.info or "A" in image.mode else "RGB")


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Return the picture in sRGB: by its own profile where it has one that can be read, else as it is."""
    target = "RGBA" if image.mode == "RGBA" else "RGB"
    if profile and image.mode != "L":
        try:
            own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(image, own, ImageCms.createProfile("sRGB"), outputMode=target)
            return converted or image.convert(target)
        except (ImageCms.PyCMSError, OSError):  # a broken profile: players ignore it too
            return image.convert(target)
    return image.convert(target)


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode != "RGBA":
        return image
    white = Image.new("RGBA", image.size, "white")
    return Image.alpha_composite(white, image).convert("RGB")


def photo_film(path: Path, content_hash: str, folder: Path, *, max_pixels: int = MAX_PIXELS) -> Path:
    """Return the film of one picture that stands for the photograph in `folder`, made when it is not there yet.

    Raises `MediaError` as `photo_info`, and `StorageError`.
    """
    film = folder / f"photo-{content_hash[:32]}-{FILM_MAKER}.mkv"
    if film.exists():
        return film
    picture = read_photo(path, max_pixels=max_pixels)
    scale = min(1.0, (FILM_PIXELS / (picture.width * picture.height)) ** 0.5)
    if scale < 1:
        width, height = (2 * int(side * scale / 2) for side in picture.size)
        picture = picture.resize((width, height), Image.Resampling.LANCZOS)
    with storage_errors(folder), new_file(film) as temporary:
        write_film(picture, temporary)
    return film


def write_film(picture: Image.Image, place: Path) -> None:
    """Write an RGB or RGBA picture to `place` as a lossless film of one picture. Raises `OSError`."""
    mode, stored = ("rgba", "bgra") if picture.mode == "RGBA" else ("rgb24", "bgr0")
    with av.open(str(place), "w", format="matroska") as container:
        stream = container.add_stream("ffv1", rate=OUTPUT_FPS)
        stream.width, stream.height, stream.pix_fmt = picture.width, picture.height, stored
        container.mux(stream.encode(av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format=mode)))
        container.mux(stream.encode())
