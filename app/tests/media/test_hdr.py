"""What phones film in HDR comes out as it looked: white near white, grays exact and neutral, colours in their hue.

Patches have the light that an SDR display of 203 nits would give them (ITU-R BT.2408), written as PQ and as HLG.
"""

import colorsys
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from app.media.probe import probe
from app.tests.footage import ffmpeg
from app.tests.media.clips import TALL, Stage, pictures, shot
from app.tests.media.test_colours import _hlg, _pq, shown_rgb

Light = npt.NDArray[np.float64]

TO_BT2020 = np.array([[0.6274, 0.3293, 0.0433], [0.0691, 0.9195, 0.0114], [0.0164, 0.0880, 0.8956]])
"""Linear BT.709 to BT.2020: ITU-R BT.2087."""
LUMA = np.array([0.2627, 0.6780, 0.0593])
TRANSFERS = ["smpte2084", "arib-std-b67"]
GRAYS = [40, 80, 128, 180]
COLOURS = {"skin": (200, 150, 120), "red": (200, 48, 32), "green": (40, 170, 60), "blue": (30, 60, 190)}


def nits_of(rgb: tuple[int, int, int]) -> Light:
    """Return BT.2020 light of a colour on an SDR display whose white has 203 nits (BT.1886)."""
    light: Light = TO_BT2020 @ ((np.array(rgb) / 255) ** 2.4) * 203
    return light


def signal(nits: Light, transfer: str) -> Light:
    if transfer == "smpte2084":
        return np.array([_pq(value / 10_000) for value in nits])
    display = nits / 1000
    scene = display / (display @ LUMA) ** (0.2 / 1.2)  # the inverse of BT.2100's OOTF for 1000 nits
    return np.array([_hlg(value) for value in scene])


def hdr_clip(path: Path, nits: Light, transfer: str, *, rotation: int = 0) -> Path:
    """Write a fifth of a second of one colour in 10-bit HEVC with the tags of phones, its upper half black."""
    red, green, blue = signal(nits, transfer)
    y = float(LUMA @ (red, green, blue))
    codes = round(64 + 876 * y), round(512 + 896 * (blue - y) / 1.8814), round(512 + 896 * (red - y) / 1.4746)
    tags = f"colorspace=bt2020nc:color_primaries=bt2020:color_trc={transfer}:range=tv"
    x265 = f"log-level=error:colorprim=bt2020:transfer={transfer}:colormatrix=bt2020nc:range=limited"
    source = "color=c=gray:s=640x360:r=30:d=0.2,format=yuv420p10le"
    chain = f"lutyuv=y={codes[0]}:u={codes[1]}:v={codes[2]},setparams={tags}"
    if rotation:
        chain += ",drawbox=x=0:y=0:w=iw/2:h=ih:color=black:t=fill"
    plain = path.with_stem("plain")
    ffmpeg(
        *("-f", "lavfi", "-i", source, "-vf", chain, "-c:v", "libx265", "-preset", "ultrafast"),
        *("-x265-params", x265, "-pix_fmt", "yuv420p10le", "-tag:v", "hvc1", plain),
    )
    ffmpeg("-display_rotation", str(-rotation), "-i", plain, "-c", "copy", "-tag:v", "hvc1", path)
    return path


@pytest.mark.parametrize("transfer", TRANSFERS)
@pytest.mark.parametrize("gray", GRAYS)
def test_grays_are_exact_and_neutral(tmp_path: Path, transfer: str, gray: int) -> None:
    shown = shown_rgb(hdr_clip(tmp_path / "g.mp4", nits_of((gray,) * 3), transfer))
    assert max(shown) - min(shown) < 3
    assert np.mean(shown) == pytest.approx(gray, abs=6)


@pytest.mark.parametrize("transfer", TRANSFERS)
def test_white_is_near_white_and_lights_are_brighter_still(tmp_path: Path, transfer: str) -> None:
    """Diffuse white keeps a sixth of the range above it for what shines; nothing goes back or burns out before."""
    found = [
        float(np.mean(shown_rgb(hdr_clip(tmp_path / f"{nits}.mp4", np.full(3, float(nits)), transfer))))
        for nits in (100, 203, 500, 1000)
    ]
    assert found == sorted(found)
    assert 205 <= found[1] <= 235
    assert 236 <= found[2] < found[3] <= 255


@pytest.mark.parametrize("transfer", TRANSFERS)
@pytest.mark.parametrize("rgb", COLOURS.values(), ids=COLOURS.keys())
def test_colours_keep_their_hue(tmp_path: Path, transfer: str, rgb: tuple[int, int, int]) -> None:
    """Within 10 degrees: zscale takes HLG's display gamma by channel, which makes strong colours stronger."""
    shown = [min(255.0, max(0.0, value)) for value in shown_rgb(hdr_clip(tmp_path / "c.mp4", nits_of(rgb), transfer))]
    hues = [360 * colorsys.rgb_to_hsv(*(value / 255 for value in colour))[0] for colour in (rgb, shown)]
    assert abs((hues[1] - hues[0] + 180) % 360 - 180) < 10
    assert max(shown) == pytest.approx(max(rgb), abs=20)


@pytest.mark.parametrize("transfer", TRANSFERS)
def test_a_phone_held_upright(tmp_path: Path, transfer: str) -> None:
    """Stored lying, with a display matrix: turned once, and tone-mapped all the same."""
    path = hdr_clip(tmp_path / "u.mp4", nits_of((128,) * 3), transfer, rotation=90)
    info = probe(path)
    assert (info.width, info.height, info.rotation, info.hdr, info.color_transfer) == (360, 640, 90, True, transfer)
    stage = Stage(tmp_path, path)
    shown = pictures(stage.rendered(shot(stage.keys[0], 0, 2), canvas=TALL), "rgb24")[0]
    halves = shown[:140].mean(), shown[180:].mean()
    assert min(halves) < 12
    assert max(halves) == pytest.approx(128, abs=8)
    assert halves[0] < halves[1], "the left half that was stored is the upper one"
