"""Make sample footage: camera moves over free photographs, as four short H.264 videos.

usage: make_sample_footage.py SCIKIT_IMAGE.whl OUT_FOLDER

The photographs come out of the scikit-image wheel and keep their licences:
coffee.png (Rachel Michetti, CC0), chelsea.png (Stefan van der Walt, CC0), rocket.jpg (SpaceX, released as public
domain), astronaut.png and hubble_deep_field.jpg (NASA, public domain).
"""

import argparse
import io
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from fractions import Fraction
from itertools import repeat
from pathlib import Path

import av
from PIL import Image

from app.media.ffmpeg import Input, Run, find_ffmpeg, run
from app.models.control import Control

FPS = 30
SIZE = (1280, 720)
SECONDS = 4.5

# What a move shows: centre x, centre y and width of the view at its start and end, as shares of the picture.
Move = tuple[tuple[float, float, float], tuple[float, float, float]]
MOVES: dict[str, list[tuple[str, Move]]] = {
    "breakfast.mp4": [
        ("coffee.png", ((0.50, 0.50, 1.00), (0.55, 0.50, 0.70))),
        ("coffee.png", ((0.30, 0.62, 0.45), (0.62, 0.55, 0.45))),
        ("coffee.png", ((0.62, 0.40, 0.40), (0.52, 0.48, 0.62))),
        ("chelsea.png", ((0.45, 0.50, 0.95), (0.42, 0.42, 0.60))),
    ],
    "portrait.mp4": [
        ("astronaut.png", ((0.45, 0.32, 0.90), (0.43, 0.26, 0.60))),
        ("astronaut.png", ((0.38, 0.40, 0.75), (0.50, 0.30, 0.75))),
        ("chelsea.png", ((0.36, 0.40, 0.62), (0.50, 0.45, 0.72))),
        ("astronaut.png", ((0.44, 0.24, 0.52), (0.46, 0.34, 0.95))),
    ],
    "launch.mp4": [
        ("rocket.jpg", ((0.50, 0.75, 0.80), (0.50, 0.40, 0.80))),
        ("rocket.jpg", ((0.48, 0.50, 0.50), (0.52, 0.30, 0.62))),
        ("hubble_deep_field.jpg", ((0.25, 0.30, 0.35), (0.60, 0.40, 0.35))),
    ],
    "sky.mp4": [
        ("hubble_deep_field.jpg", ((0.50, 0.50, 1.00), (0.55, 0.52, 0.60))),
        ("hubble_deep_field.jpg", ((0.70, 0.70, 0.30), (0.45, 0.60, 0.42))),
        ("rocket.jpg", ((0.50, 0.30, 0.95), (0.50, 0.45, 0.65))),
        ("coffee.png", ((0.40, 0.30, 0.55), (0.55, 0.60, 0.50))),
    ],
}


def frames(picture: Image.Image, move: Move) -> Iterator[Image.Image]:
    """Yield the move's pictures; the view is placed at fractions of a pixel, so it glides."""
    total = int(SECONDS * FPS)
    for n in range(total):
        t = n / (total - 1)
        ease = t * t * (3 - 2 * t)
        x, y, share = (a + (b - a) * ease for a, b in zip(*move, strict=True))
        width = min(picture.width * share, picture.height * share * SIZE[0] / SIZE[1], picture.width)
        height = width * SIZE[1] / SIZE[0]
        if height > picture.height:
            width, height = picture.height * SIZE[0] / SIZE[1], picture.height
        left = min(max(picture.width * x - width / 2, 0), picture.width - width)
        top = min(max(picture.height * y - height / 2, 0), picture.height - height)
        box = (left, top, left + width, top + height)
        yield picture.resize(SIZE, Image.Resampling.BILINEAR, box=box)


def write_motion_jpeg(moves: list[tuple[str, Move]], pictures: dict[str, Image.Image], out: Path) -> int:
    """Write the moves one after the other as Motion JPEG and return the number of frames."""
    count = 0
    with av.open(str(out), "w", format="avi") as container:
        stream = container.add_stream("mjpeg", rate=FPS)
        stream.width, stream.height = SIZE
        stream.pix_fmt, stream.time_base = "yuvj420p", Fraction(1, FPS)
        stream.options = {"qscale": "2", "flags": "+qscale", "global_quality": "236"}
        for name, move in moves:
            for image in frames(pictures[name], move):
                frame = av.VideoFrame.from_image(image).reformat(format="yuvj420p")
                frame.pts = count
                container.mux(stream.encode(frame))
                count += 1
        container.mux(stream.encode(None))
    return count


def make_video(name: str, pictures: dict[str, Image.Image], out: Path) -> str:
    """Make one video of `MOVES` in the folder `out` and return a line about it."""
    with tempfile.TemporaryDirectory(dir=out) as folder:
        count = write_motion_jpeg(MOVES[name], pictures, Path(folder) / "moves.avi")
        encode = ("-an", "-c:v", "libx264", "-preset", "veryfast", "-crf", "18", "-pix_fmt", "yuv420p")
        call = Run(
            what=f"making {name}",
            inputs=(Input(Path(folder) / "moves.avi"),),
            arguments=(*encode, "-movflags", "+faststart", "./done.mp4"),
            folder=Path(folder),
            frames=count,
        )
        run(find_ffmpeg(), call, Control())
        (Path(folder) / "done.mp4").replace(out / name)
    return f"  {out / name}: {count / FPS:.0f} s\n"


def main() -> None:
    """Make every video that is named in `MOVES`, as many side by side as there are cores."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("wheel", type=Path)
    parser.add_argument("out", type=Path)
    asked = parser.parse_args()
    names = {name for moves in MOVES.values() for name, _ in moves}
    with zipfile.ZipFile(asked.wheel) as wheel:
        pictures = {n: Image.open(io.BytesIO(wheel.read(f"skimage/data/{n}"))).convert("RGB") for n in names}
    asked.out.mkdir(parents=True, exist_ok=True)
    with ProcessPoolExecutor() as pool:
        for line in pool.map(make_video, MOVES, repeat(pictures), repeat(asked.out)):
            sys.stdout.write(line)


if __name__ == "__main__":
    main()
