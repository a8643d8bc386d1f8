"""Opening: what is refused, with which code, and that no playlist ever reads another file."""

import os
import subprocess
from pathlib import Path

import imageio_ffmpeg
import pytest

from app.errors import MediaError
from app.media import containers
from app.media.containers import (
    FORMAT_WHITELIST,
    FORMATS,
    PROTOCOL_WHITELIST,
    media_address,
    open_media,
    picture_stream,
    shown,
)
from app.tests.conftest import ClipMaker
from app.tests.footage import ffmpeg


def code_of(path: Path) -> str:
    with pytest.raises(MediaError) as caught, open_media(path):
        pass
    error = caught.value
    assert error.hint.endswith(".") and error.message.endswith(".")
    assert error.subject == shown(path)
    return error.instance_code


def test_a_clip_opens_with_its_picture(clip: Path) -> None:
    with open_media(clip) as container:
        stream = picture_stream(container)
        assert stream is not None and stream.type == "video"


def test_it_is_closed_after_the_block(clip: Path) -> None:
    before = len(os.listdir("/proc/self/fd")) if Path("/proc/self/fd").exists() else 0  # noqa: PTH208
    for _ in range(20):
        with open_media(clip):
            pass
    after = len(os.listdir("/proc/self/fd")) if Path("/proc/self/fd").exists() else 0  # noqa: PTH208
    assert after <= before + 1


def test_missing(tmp_path: Path) -> None:
    assert code_of(tmp_path / "none.mp4") == "media_missing"


def test_folder(tmp_path: Path) -> None:
    assert code_of(tmp_path) == "media_is_folder"


def test_empty(tmp_path: Path) -> None:
    path = tmp_path / "empty.mp4"
    path.touch()
    assert code_of(path) == "media_empty"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_does_not_wait_for_ever(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.mp4")
    assert code_of(tmp_path / "pipe.mp4") == "media_unreadable"


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may read everything")
def test_forbidden(clip: Path, tmp_path: Path) -> None:
    path = tmp_path / "private.mp4"
    path.write_bytes(clip.read_bytes())
    path.chmod(0)
    assert code_of(path) == "media_unreadable"


@pytest.mark.parametrize(
    "text", ["hello world\n" * 200, "<html>404</html>", "\x00" * 5000, "RIFF....AVI ", "\x1aE\xdf\xa3"]
)
def test_what_is_no_media(tmp_path: Path, text: str) -> None:
    path = tmp_path / "film.mp4"
    path.write_text(text, encoding="latin-1")
    assert code_of(path) == "media_unreadable"


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_recording_that_broke_off_says_so(clip: Path, tmp_path: Path, share: float) -> None:
    data = clip.read_bytes()
    assert data.find(b"moov") > len(data) * 0.9, "the index must come last for this test"
    path = tmp_path / "cut.mp4"
    path.write_bytes(data[: int(len(data) * share)])
    assert code_of(path) == "media_truncated"


def test_a_half_index_says_so_too(clip: Path, tmp_path: Path) -> None:
    data = clip.read_bytes()
    path = tmp_path / "cut.mp4"
    path.write_bytes(data[: data.find(b"moov") + 40])
    assert code_of(path) == "media_truncated"


def playlists(secret: Path) -> dict[str, str]:
    """Return playlists, by kind, that ask for another file."""
    return {
        "m3u8": f"#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\n{secret}\n#EXT-X-ENDLIST\n",
        "m3u8 with protocol": f"#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\nfile://{secret}\n#EXT-X-ENDLIST\n",
        "ffconcat": f"ffconcat version 1.0\nfile '{secret}'\n",
        "ffconcat beside": f"ffconcat version 1.0\nfile {secret.name}\n",
        "dash": f'<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" mediaPresentationDuration="PT4S">'
        f'<Period><AdaptationSet mimeType="video/mp4"><Representation id="1" bandwidth="1"><BaseURL>{secret}</BaseURL>'
        f"</Representation></AdaptationSet></Period></MPD>",
        "sdp": "v=0\no=- 0 0 IN IP4 127.0.0.1\nc=IN IP4 127.0.0.1\nm=video 5004 RTP/AVP 96\na=rtpmap:96 H264/90000\n",
        "edl": f"# mpv EDL v0\n{secret}\n",
    }


@pytest.mark.parametrize("kind", sorted(playlists(Path("x"))))
@pytest.mark.parametrize("ending", [".mp4", ".mkv", ".m3u8", ".ffconcat", ".mpd"])
def test_playlists_are_refused_whatever_their_name(clip: Path, tmp_path: Path, kind: str, ending: str) -> None:
    secret = tmp_path / "secret.mp4"
    secret.write_bytes(clip.read_bytes())
    path = tmp_path / f"film{ending}"
    path.write_text(playlists(secret)[kind])
    assert code_of(path) == "media_unreadable"


def test_the_same_lists_keep_the_ffmpeg_program_from_playlists(clip: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret.mp4"
    secret.write_bytes(clip.read_bytes())
    path = tmp_path / "film.mp4"
    path.write_text(f"ffconcat version 1.0\nfile '{secret.name}'\n")
    lists = ["-format_whitelist", FORMAT_WHITELIST, "-protocol_whitelist", PROTOCOL_WHITELIST]
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-nostdin"]
    refused = subprocess.run([*command, *lists, "-i", path, "-f", "null", "-"], check=False, capture_output=True)
    assert refused.returncode != 0
    taken = subprocess.run([*command, *lists, "-i", clip, "-f", "null", "-"], check=False, capture_output=True)
    assert taken.returncode == 0


def test_no_playlist_is_on_the_list() -> None:
    assert not {"hls", "dash", "concat", "image2", "sdp", "rtsp", "lavfi", "tee", "webm_dash_manifest"} & set(FORMATS)
    assert PROTOCOL_WHITELIST == "file"


def test_too_large(clip: Path) -> None:
    with pytest.raises(MediaError) as caught, open_media(clip, max_pixels=640 * 360 - 1):
        pass
    assert caught.value.instance_code == "media_too_large"
    assert "640x360" in caught.value.message
    with open_media(clip, max_pixels=640 * 360) as container:
        assert picture_stream(container) is not None


def test_addresses_are_never_urls_or_options() -> None:
    for name in ("http://example.com/a.mp4", "-i", "concat:a|b", "pipe:0", "a%03d.png"):
        address = media_address(Path(name))
        assert address.startswith("file:/") and address.endswith(Path(name).name)


def test_any_name_can_be_shown() -> None:
    assert shown(Path(os.fsdecode(b"caf\xe9"))) == "caf\ufffd"
    assert shown(Path("ș 🔥")) == "ș 🔥"


def test_a_cover_is_passed_over_for_the_picture(clip: Path, tmp_path: Path) -> None:
    cover, path = tmp_path / "cover.png", tmp_path / "covered.mp4"
    ffmpeg("-i", clip, "-frames:v", "1", "-s", "100x100", cover)
    ffmpeg(*("-i", cover, "-i", clip, "-map", "0", "-map", "1", "-c", "copy", "-disposition:v:0", "attached_pic"), path)
    with open_media(path) as container:
        stream = picture_stream(container)
        assert stream is not None and (stream.width, stream.height) == (640, 360)


def test_broken_text_in_tags_does_not_matter(make: ClipMaker, tmp_path: Path) -> None:
    path = tmp_path / "tagged.mkv"
    ffmpeg("-i", make(seconds=0.5, cuts=(), audio=None), "-c", "copy", "-metadata", "title=XXXXXXXX", path)
    path.write_bytes(path.read_bytes().replace(b"XXXXXXXX", b"\xff\xfe\xe9XXXXX"))
    with open_media(path) as container:
        assert picture_stream(container) is not None


def test_errors_have_their_own_codes(tmp_path: Path) -> None:
    makers = (containers.no_picture, containers.too_short, containers.undecodable)
    codes = [maker(tmp_path).instance_code for maker in makers]
    assert codes == ["media_no_picture", "media_too_short", "media_truncated"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [("filmări ș 🎬.mp4", "filmări ș 🎬.mp4"), ("a\nb\x1b[2J.mp4", "a�b�[2J.mp4"), (b"x\xff.mp4", "x�.mp4")],
)
def test_any_name_is_shown_as_one_line_of_text(name: str | bytes, expected: str) -> None:
    assert shown(Path(os.fsdecode(name))) == expected
