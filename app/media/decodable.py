"""The files an edit takes from, with what decoding them needs to know."""

from collections.abc import Mapping
from pathlib import Path

from app import data
from app.media.caption_layout import safe_rectangle
from app.media.colours import read_colours
from app.media.containers import MAX_PIXELS, no_picture, open_media, picture_stream
from app.media.graph import Source
from app.media.logo import logo_film
from app.media.photo import photo_film
from app.media.seeking import WITHOUT_INDEX
from app.media.stamp import Stamp, Stamps, logo_size
from app.models.edit import Edit
from app.models.media import MediaInfo


def decodable(
    edit: Edit, sources: Mapping[str, Path], infos: Mapping[str, MediaInfo], folder: Path
) -> dict[str, Source]:
    """Return what the edit's picture is made of by content hash; films of its photographs are made in `folder`.

    Raises `MediaError` and `StorageError`.
    """
    used = {shot.source for shot in edit.shots}
    names = {source.content_hash: source.name for source in edit.sources}
    return {key: decodable_file(sources[key], names[key], infos[key], folder) for key in sorted(used)}


def stamps_of(edit: Edit, sources: Mapping[str, Path], infos: Mapping[str, MediaInfo], folder: Path) -> Stamps | None:
    """Return the edit's logo as it is drawn, None without one. Raises `MediaError`, `StorageError`, `UnknownName`."""
    brand = edit.brand
    if brand is None or brand.logo is None:
        return None
    logo = brand.logo
    info, max_pixels = infos[logo.source], max(MAX_PIXELS, infos[logo.source].width * infos[logo.source].height)
    area = safe_rectangle(data.find("preset", data.presets(), edit.preset), edit.canvas)
    wide, high = edit.canvas.width, edit.canvas.height
    safe = area.left / wide, area.top / high, area.right / wide, area.bottom / high

    def stamp(*, on_card: bool) -> Stamp:
        size = logo_size(logo, (info.width, info.height), edit.canvas, on_card=on_card)
        film = logo_film(sources[logo.source], logo.source, size, folder, max_pixels=max_pixels)
        return Stamp(film, size, logo, safe, on_card)

    card = brand.end_card is not None and brand.end_card.logo
    return Stamps(stamp(on_card=False), stamp(on_card=True) if card else None)


def decodable_file(path: Path, name: str, info: MediaInfo, folder: Path) -> Source:
    """Return one file with what decoding it needs to know; a photograph's film is made in `folder`.

    Raises `MediaError` and `StorageError`.
    """
    max_pixels = max(MAX_PIXELS, info.coded_width * info.coded_height)  # what probing let in may be opened again
    if info.still:
        path = photo_film(path, info.content_hash, folder, max_pixels=max_pixels)
    with open_media(path, max_pixels) as container:
        stream = picture_stream(container)
        if stream is None:
            raise no_picture(path)
        return Source(
            path,
            name,
            read_colours(stream),
            stream=stream.index,
            indexed=container.format.name not in WITHOUT_INDEX,
            max_pixels=max_pixels,
            size=(info.width, info.height),
            still=info.still,
            variable_rate=info.variable_frame_rate,
            turn=info.rotation if info.rotation_by_tag else 0,
        )
