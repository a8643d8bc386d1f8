"""The highest rate of a joined clip, whose parts each begin with a full buffer."""

from itertools import accumulate
from pathlib import Path

import av
import pytest

from app.models.edit import Canvas
from app.tests.footage import ffmpeg
from app.tests.media.clips import Stage, shot

MOST = 25_000_000
"""Bits in any second: what the strictest place of publication takes."""


@pytest.mark.slow
def test_no_second_of_a_clip_has_more_bits_than_the_places_take(tmp_path: Path) -> None:
    """Shots of noise, which no encoder makes small: every second spans a cut."""
    source = ("-f", "lavfi", "-i", "testsrc2=s=540x960:r=30:d=4,noise=alls=90:allf=t")
    ffmpeg(*source, "-c:v", "mpeg4", "-q:v", "2", tmp_path / "noise.mp4")
    stage = Stage(tmp_path, tmp_path / "noise.mp4")
    shots = [shot(stage.keys[0], start, 25) for start in (0.2, 1.5, 2.9)]
    stage.render(stage.edit(shots, Canvas(width=540, height=960), quality="standard"), tmp_path / "out.mp4")
    with av.open(str(tmp_path / "out.mp4")) as container:
        bits = [8 * packet.size for packet in container.demux(video=0)]
    sums = [0, *accumulate(bits)]
    peak = max(sums[n + 30] - sums[n] for n in range(len(bits) - 30))
    assert 0.6 * MOST < peak <= MOST
