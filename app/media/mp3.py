"""Sound as an MP3, which every player and every program takes."""

from pathlib import Path

from app.media.ffmpeg import Input, Workplace

_BITRATE = "128k"  # of one voice; more is not heard


def write_mp3(sound: Path, place: Workplace, name: str) -> Path:
    """Write the first sound stream of `sound` as `name` in the place's folder, and return it.

    Raises what `Workplace.run` raises.
    """
    arguments = ("-map", "0:a:0", "-vn", "-sn", "-dn", "-c:a", "libmp3lame", "-b:a", _BITRATE)
    plain = ("-map_metadata", "-1", "-id3v2_version", "0", "-write_xing", "1", "-fflags", "+bitexact")
    place.run("writing an MP3", (Input(sound),), (*arguments, *plain, "-f", "mp3", name))
    return place.folder / name
