"""A colour that was filmed comes out the same, whatever the file's matrix, range, depth and tags."""

from pathlib import Path

import av
import numpy as np
import pytest

from app.media.colours import Colours, read_colours, to_bt709
from app.tests.footage import ffmpeg
from app.tests.media.clips import Stage, pictures, shot

PATCHES = {"skin": (200, 150, 120), "red": (200, 48, 32), "green": (40, 170, 60), "blue": (30, 60, 190)}
SD, HD = (640, 480), (1280, 720)


def patch_clip(
    path: Path, rgb: tuple[int, int, int], size: tuple[int, int], conversion: str, tags: str = "", *options: str
) -> Path:
    """Write half a second of one colour, turned to YUV by the scale filter's `conversion`, with or without tags."""
    colour = "0x{:02X}{:02X}{:02X}".format(*rgb)
    chain = f"format=gbrp,scale={conversion}" + (f",setparams={tags}" if tags else "")
    source = f"color=c={colour}:s={size[0]}x{size[1]}:r=30:d=0.5"
    ffmpeg("-f", "lavfi", "-i", source, "-vf", chain, *(options or ("-c:v", "libx264", "-qp", "4")), path)
    return path


def shown_rgb(path: Path) -> tuple[float, ...]:
    """Render one frame and return its colour as a BT.709 player shows it (ITU-R BT.709-6, 3)."""
    stage = Stage(path.parent, path)
    out = stage.rendered(shot(stage.keys[0], 0, 2))
    with av.open(str(out)) as container:
        context = container.streams.video[0].codec_context
        assert (context.colorspace, context.color_primaries, context.color_trc, context.color_range) == (1, 1, 1, 1)
        frame = next(container.decode(video=0))
        y, u, v = (
            np.frombuffer(bytes(p), np.uint8).reshape(-1, p.line_size)[:, : p.width].mean() for p in frame.planes
        )
    luma, blue, red = (y - 16) / 219, (u - 128) / 224, (v - 128) / 224
    r, b = luma + 1.5748 * red, luma + 1.8556 * blue
    g = (luma - 0.2126 * r - 0.0722 * b) / 0.7152
    return tuple(255 * c for c in (r, g, b))


BT601 = "out_color_matrix=bt601:out_range=tv,format=yuv420p"
BT709 = "out_color_matrix=bt709:out_range=tv,format=yuv420p"
CASES = {
    "SD without tags is BT.601": (SD, BT601, ""),
    "HD without tags is BT.709": (HD, BT709, ""),
    "SD tagged BT.601": (SD, BT601, "colorspace=smpte170m:color_primaries=smpte170m:color_trc=smpte170m"),
    "HD tagged BT.601": (HD, BT601, "colorspace=bt470bg:color_primaries=bt470bg:color_trc=bt709"),
    "SD tagged BT.709": (SD, BT709, "colorspace=bt709:color_primaries=bt709:color_trc=bt709"),
    "full range": (
        *(HD, "out_color_matrix=bt709:out_range=pc,format=yuvj420p"),
        "colorspace=bt709:color_primaries=bt709:color_trc=bt709:range=pc",
    ),
    "full range without a matrix": (SD, "out_color_matrix=bt601:out_range=pc,format=yuvj420p", "range=pc"),
}


@pytest.mark.parametrize("rgb", PATCHES.values(), ids=PATCHES.keys())
@pytest.mark.parametrize(("size", "conversion", "tags"), CASES.values(), ids=CASES.keys())
def test_colours_come_out_the_same(
    tmp_path: Path, rgb: tuple[int, int, int], size: tuple[int, int], conversion: str, tags: str
) -> None:
    clip = patch_clip(tmp_path / "c.mp4", rgb, size, conversion, tags)
    assert shown_rgb(clip) == pytest.approx(rgb, abs=5)


@pytest.mark.parametrize("pixel_format", ["yuv422p10le", "yuv444p10le"])
def test_ten_bits(tmp_path: Path, pixel_format: str) -> None:
    conversion = f"out_color_matrix=bt709:out_range=tv,format={pixel_format}"
    clip = patch_clip(tmp_path / "c.mov", PATCHES["skin"], HD, conversion, "", "-c:v", "prores_ks")
    assert shown_rgb(clip) == pytest.approx(PATCHES["skin"], abs=5)


def test_rgb_video(tmp_path: Path) -> None:
    """Screen recorders write RGB; it has no matrix to read."""
    clip = patch_clip(tmp_path / "c.mkv", PATCHES["red"], HD, "iw:ih", "", "-c:v", "ffv1", "-pix_fmt", "gbrp")
    assert shown_rgb(clip) == pytest.approx(PATCHES["red"], abs=5)


@pytest.mark.parametrize("transfer", ["smpte2084", "arib-std-b67"])
@pytest.mark.parametrize(("white", "low", "high"), [(203, 190, 245), (26, 70, 125)], ids=["white", "mid gray"])
def test_hdr_is_neither_gray_nor_burnt(tmp_path: Path, transfer: str, white: int, low: int, high: int) -> None:
    """Diffuse white (203 nits, BT.2408) must come out near white and an 18 % gray near the middle."""
    light = white / 1000 if transfer == "arib-std-b67" else white / 10_000
    signal = _pq(light) if transfer == "smpte2084" else _hlg(light ** (1 / 1.2))
    code = round((64 + 876 * signal) / 4) * 4
    source = "color=c=gray:s=640x360:r=30:d=0.5,format=yuv420p10le"
    tags = f"colorspace=bt2020nc:color_primaries=bt2020:color_trc={transfer}:range=tv"
    x265 = f"log-level=error:colorprim=bt2020:transfer={transfer}:colormatrix=bt2020nc:range=limited"
    clip = tmp_path / "h.mp4"
    ffmpeg(
        *("-f", "lavfi", "-i", source, "-vf", f"lutyuv=y={code}:u=512:v=512,setparams={tags}"),
        *("-c:v", "libx265", "-preset", "ultrafast", "-x265-params", x265, "-pix_fmt", "yuv420p10le", clip),
    )
    with av.open(str(clip)) as container:
        assert read_colours(container.streams.video[0]).hdr == transfer
    shown = shown_rgb(clip)
    assert max(shown) - min(shown) < 6
    assert low < np.mean(shown) < high


def _pq(light: float) -> float:
    """Return the PQ signal of `light` (1.0 is 10,000 nits): SMPTE ST 2084."""
    power = light**0.1593017578125
    return float(((0.8359375 + 18.8515625 * power) / (1 + 18.6875 * power)) ** 78.84375)


def _hlg(scene: float) -> float:
    """Return the HLG signal of scene light (0 to 1): ITU-R BT.2100, table 5."""
    if scene <= 1 / 12:
        return float(np.sqrt(3 * scene))
    return float(0.17883277 * np.log(12 * scene - 0.28466892) + 0.55991073)


def test_hdr_goes_through_tone_mapping_only_when_it_is_hdr() -> None:
    assert "tonemap" in to_bt709(Colours(hdr="smpte2084", matrix="bt2020"))
    assert "tonemap" not in to_bt709(Colours())


def test_frames_of_all_parts_share_one_format(tmp_path: Path) -> None:
    """An SD file with BT.601, an HD one and a 10-bit one join into one stream."""
    clips = [
        patch_clip(tmp_path / "a.mp4", PATCHES["red"], SD, BT601),
        patch_clip(tmp_path / "b.mp4", PATCHES["green"], HD, BT709),
        patch_clip(tmp_path / "c.mov", PATCHES["blue"], HD, "iw:ih,format=yuv422p10le", "", "-c:v", "prores_ks"),
    ]
    stage = Stage(tmp_path, *clips)
    frames = pictures(stage.rendered(*(shot(key, 0.1, 3) for key in stage.keys)), "rgb24")
    assert len(frames) == 9
    assert [int(np.argmax(frame.mean(axis=(0, 1)))) for frame in frames] == [0, 0, 0, 1, 1, 1, 2, 2, 2]
