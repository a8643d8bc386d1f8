"""The same edit in MoviePy: shots cut, scaled and cropped, captions, voice, x264. Prints the wall seconds it took."""

import json
import sys
import time
from typing import Any

from moviepy import (  # type: ignore[import-not-found,unused-ignore]
    AudioFileClip,
    CompositeVideoClip,
    TextClip,
    VideoFileClip,
    concatenate_videoclips,
)


def edit(told: dict[str, Any]) -> None:
    """Make the clip."""
    width, height = told["size"]
    shots = []
    for shot in told["shots"]:
        clip = VideoFileClip(shot["path"], audio=False).subclipped(shot["start"], shot["start"] + shot["seconds"])
        cropped = clip.cropped(x_center=clip.w / 2, width=clip.h * width / height)
        shots.append(cropped.resized((width, height)))
    picture = concatenate_videoclips(shots)
    look = {"font": told["font"], "font_size": int(told["font_size"]), "color": "white", "stroke_width": 6}
    captions = [
        TextClip(text=cue["text"], stroke_color="black", method="label", **look)
        .with_start(cue["start"])
        .with_duration(cue["end"] - cue["start"])
        .with_position(("center", 0.62), relative=True)
        for cue in told["captions"]
    ]
    clip = CompositeVideoClip([picture, *captions], size=(width, height)).with_audio(AudioFileClip(told["voice"]))
    options = ["-crf", str(told["crf"]), "-pix_fmt", "yuv420p"]
    coded = {"codec": "libx264", "preset": told["preset"], "threads": told["threads"], "ffmpeg_params": options}
    clip.write_videofile(told["out"], fps=30, audio_codec="aac", logger=None, **coded)


if __name__ == "__main__":
    began = time.perf_counter()
    edit(json.loads(sys.argv[1]))
    sys.stdout.write("\n" + json.dumps({"wall": time.perf_counter() - began}) + "\n")
