"""The plain face of probing, for callers outside: paths in, dictionaries and numbers out."""

from pathlib import Path
from typing import TypedDict

from app.config import load_settings
from app.media.probe import probe
from app.models.media import MediaInfo, Rotation


class VideoInfo(TypedDict):
    """What `get_video_info` returns: seconds, frames a second, pixels as shown, degrees clockwise, bits a second."""

    duration: float
    fps: float
    width: int
    height: int
    rotation: Rotation
    codec: str
    bitrate: int


def get_video_info(video_path: Path | str) -> VideoInfo:
    """Return what a video is; width and height are as shown, after rotation. Raises `MediaError`."""
    info = _info(video_path)
    return {
        "duration": info.duration,
        "fps": info.fps,
        "width": info.width,
        "height": info.height,
        "rotation": info.rotation,
        "codec": info.codec,
        "bitrate": info.bitrate,
    }


def get_video_rotation(video_path: Path | str) -> Rotation:
    """Return the clockwise turn, 0, 90, 180 or 270 degrees, that shows the video upright. Raises `MediaError`."""
    return _info(video_path).rotation


def get_video_duration(video_path: Path | str) -> float:
    """Return the length of the picture in seconds. Raises `MediaError`."""
    return _info(video_path).duration


def get_video_resolution(video_path: Path | str) -> tuple[int, int]:
    """Return (width, height) in pixels as shown, after rotation. Raises `MediaError`."""
    info = _info(video_path)
    return info.width, info.height


def _info(video_path: Path | str) -> MediaInfo:
    return probe(Path(video_path), max_pixels=load_settings().max_pixels, need_picture=True)
