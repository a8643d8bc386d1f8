"""Caption files reach libass under fixed names, and their colours the picture, whatever this ffmpeg does to them."""

import shutil
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest

from app.data import caption_styles
from app.media.ffmpeg import Ffmpeg, find_ffmpeg
from app.media.subtitles import Subtitles, for_bt601
from app.tests.footage import make_clip
from app.tests.media import clips
from app.tests.media.clips import Stage, pictures, shot

PROGRAMS = {"system": shutil.which("ffmpeg"), "packaged": imageio_ffmpeg.get_ffmpeg_exe()}
STYLE_FIELDS = "Name, Fontname, Fontsize, PrimaryColour, Outline, Shadow, Alignment"


def filled(rgb: str) -> str:
    """Return a caption file that fills the left half of a 320x180 picture with a colour."""
    bgr = rgb[4:] + rgb[2:4] + rgb[:2]
    return (
        f"[Script Info]\nPlayResX: 320\nPlayResY: 180\nYCbCr Matrix: None\n\n[V4+ Styles]\nFormat: {STYLE_FIELDS}\n"
        f"Style: Fill,Sans,10,&H00{bgr},0,0,7\n\n[Events]\nFormat: Layer, Start, End, Style, Text\n"
        "Dialogue: 0,0:00:00.00,0:00:09.00,Fill,{\\pos(0,0)\\p1}m 0 0 l 160 0 160 180 0 180\n"
    )


@pytest.mark.parametrize("style", caption_styles())
@pytest.mark.parametrize("program", PROGRAMS)
def test_colours_come_out_as_the_style_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str, style: str
) -> None:
    path = PROGRAMS[program]
    if path is None:
        pytest.skip("no ffmpeg is installed in the system")
    monkeypatch.setattr(clips, "find_ffmpeg", lambda: find_ffmpeg(Path(path)))
    wanted = caption_styles()[style].highlight
    stage = Stage(tmp_path, make_clip(tmp_path / "s.mp4", seconds=1, cuts=(), audio=None))
    edit = stage.edit([shot(stage.keys[0], 0.2, 5)], quality="high")
    stage.render(edit, tmp_path / "o.mp4", subtitles=Subtitles(filled(wanted), lambda _: None))
    shown = _rgb(pictures(tmp_path / "o.mp4", "yuv444p")[2])
    assert shown == pytest.approx([int(wanted[at : at + 2], 16) for at in (0, 2, 4)], abs=8)


def _rgb(planes: clips.Pixels) -> list[float]:
    """Return the colour in the middle of the left half, by BT.709 in limited range."""
    y, u, v = (float(plane[80:100, 60:100].mean()) for plane in planes)
    luma, cb, cr = (y - 16) / 219 * 255, (u - 128) / 224 * 255, (v - 128) / 224 * 255
    return [
        float(np.clip(c, 0, 255)) for c in (luma + 1.5748 * cr, luma - 0.1873 * cb - 0.4681 * cr, luma + 1.8556 * cb)
    ]


def test_only_the_colours_of_styles_change() -> None:
    text = "Style: W,Anton,10.00,&H0000E1FF,&H00FFFFFF,&H73000000,0,0\nDialogue: 0,W,,x,&H0000E1FF,y\n"
    changed = "Style: W,Anton,10.00,&H000AEDFB,&H00FFFFFF,&H73000000,0,0\nDialogue: 0,W,,x,&H0000E1FF,y\n"
    assert for_bt601(text) == changed


@pytest.mark.parametrize("bt601", [False, True])
def test_files_have_fixed_names(tmp_path: Path, bt601: bool) -> None:
    Subtitles(filled("FFE100"), lambda fonts: (fonts / "a.ttf").touch()).write(tmp_path, Ffmpeg(Path("x"), "", bt601))
    assert (tmp_path / "fonts" / "a.ttf").exists()
    assert ("0000E1FF" in (tmp_path / "subs.ass").read_text()) is not bt601
