"""A photograph as phones store it, put together here from one frame of HEVC: nothing that we install writes HEIC."""

import struct
from pathlib import Path

import av
import pytest

from app.media.photo import read_photo
from app.media.probe import probe
from app.tests.footage import ffmpeg
from app.tests.media.photos import is_red, scene

WIDTH, HEIGHT = 800, 600


def box(kind: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return struct.pack(">I4s", 8 + len(body), kind) + body


def full(kind: bytes, version: int, *parts: bytes) -> bytes:
    return box(kind, struct.pack(">I", version << 24), *parts)


def hevc(folder: Path) -> tuple[bytes, bytes]:
    """Return the decoder's settings (a box) and one frame of the scene, encoded."""
    scene().save(folder / "scene.png")
    film = folder / "film.mp4"
    options = ["-frames:v", "1", "-c:v", "libx265", "-tag:v", "hvc1", "-pix_fmt", "yuv420p", "-x265-params"]
    ffmpeg("-i", folder / "scene.png", *options, "log-level=none", film)
    data = film.read_bytes()
    at = data.index(b"hvcC") - 4
    with av.open(film) as container:
        frame = next(bytes(packet) for packet in container.demux() if packet.size)
    return data[at : at + int.from_bytes(data[at : at + 4], "big")], frame


def heic(place: Path, quarter_turns: int = 0) -> Path:
    """Write the scene as HEIC that is to be turned so many times by 90 degrees against the clock."""
    settings, frame = hevc(place.parent)
    head = box(b"ftyp", b"heic", bytes(4), b"mif1heic")
    size = full(b"ispe", 0, struct.pack(">II", WIDTH, HEIGHT))
    turn = box(b"irot", bytes([quarter_turns]))
    uses = struct.pack(">IHB3B", 1, 1, 3, 0x81, 2, 0x83)  # of picture 1; the first and the last must be understood

    def meta(offset: int) -> bytes:
        return full(
            b"meta",
            0,
            full(b"hdlr", 0, bytes(4), b"pict", bytes(13)),
            full(b"pitm", 0, struct.pack(">H", 1)),
            full(b"iloc", 0, b"\x44\x00", struct.pack(">HHHHII", 1, 1, 0, 1, offset, len(frame))),
            full(b"iinf", 0, struct.pack(">H", 1), full(b"infe", 2, struct.pack(">HH4sB", 1, 0, b"hvc1", 0))),
            box(b"iprp", box(b"ipco", settings, size, turn), full(b"ipma", 0, uses)),
        )

    before = len(head) + len(meta(0)) + 8
    place.write_bytes(head + meta(before) + box(b"mdat", frame))
    return place


@pytest.mark.parametrize(("turns", "size", "red"), [(0, (800, 600), (20, 20)), (1, (600, 800), (20, 780))])
def test_a_phones_photograph_is_read_upright(
    tmp_path: Path, turns: int, size: tuple[int, int], red: tuple[int, int]
) -> None:
    path = heic(tmp_path / "IMG_1.HEIC", turns)
    info = probe(path, need_picture=True)
    assert (info.still, info.codec, info.width, info.height) == (True, "heif", *size)
    photograph = read_photo(path)
    assert photograph.size == size
    assert is_red(photograph.getpixel(red))
