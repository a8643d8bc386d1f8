"""What files are served as, and taken for, is told by what is in them."""

import pytest

from app.errors import MediaError
from app.media.containers import FORMATS
from app.models.library.media import MediaKind
from app.models.media import AudioInfo, MediaInfo
from app.services.library.file_types import kind_of, type_of

SOUND = AudioInfo(codec="aac", sample_rate=48_000, channels=2)
ISO = "mov,mp4,m4a,3gp,3g2,mj2"


def info(container: str, *, video: bool = True, sound: bool = True, still: bool = False, codec: str = "") -> MediaInfo:
    return MediaInfo(
        content_hash="0" * 64, size_bytes=1, container=container, duration=1, has_video=video, still=still, codec=codec,
        audio=SOUND if sound else None,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("found", "name", "told"),
    [
        (info(ISO), "a.MOV", (".mov", "video/quicktime")),
        (info(ISO), "a.mp4", (".mp4", "video/mp4")),
        (info(ISO), "a.html", (".mp4", "video/mp4")),
        (info(ISO, video=False), "a.mp4", (".m4a", "audio/mp4")),
        (info("matroska,webm"), "a.webm", (".webm", "video/webm")),
        (info("matroska,webm"), "a", (".mkv", "video/x-matroska")),
        (info("ogg", video=False), "a.opus", (".opus", "audio/ogg")),
        (info("wav", video=False), "a.svg", (".wav", "audio/wav")),
        (info("photo", sound=False, still=True, codec="jpeg"), "a.jpeg", (".jpeg", "image/jpeg")),
        (info("photo", sound=False, still=True, codec="heif"), "a.jpg", (".heic", "image/heic")),
        (info("unheard of"), "a.exe", (".bin", "application/octet-stream")),
    ],
)
def test_the_type_is_that_of_the_content(found: MediaInfo, name: str, told: tuple[str, str]) -> None:
    assert type_of(found, name) == told


def test_every_container_that_is_read_has_a_type() -> None:
    grouped = {"mov", "mp4", "m4a", "3gp", "3g2", "mj2", "matroska", "webm"}
    for container in [ISO, "matroska,webm", *(name for name in FORMATS if name not in grouped)]:
        for video in (True, False):
            assert type_of(info(container, video=video), "a")[1] != "application/octet-stream", container


@pytest.mark.parametrize(
    ("found", "wanted", "kind"),
    [
        (info(ISO), None, "video"),
        (info(ISO), "video", "video"),
        (info(ISO), "music", "music"),
        (info(ISO, video=False), None, "music"),
        (info("photo", still=True, sound=False), None, "photo"),
        (info("photo", still=True, sound=False), "logo", "logo"),
        (info("wav", video=False), "speech", "speech"),
    ],
)
def test_a_file_is_what_it_is_wanted_for_if_it_can_be_that(
    found: MediaInfo, wanted: MediaKind | None, kind: MediaKind
) -> None:
    assert kind_of(found, wanted, "a") == kind


@pytest.mark.parametrize(
    ("found", "wanted"),
    [
        (info(ISO), "photo"),
        (info(ISO), "logo"),
        (info(ISO, sound=False), "music"),
        (info(ISO, video=False), "video"),
        (info("photo", still=True, sound=False), "video"),
        (info("photo", still=True, sound=False), "music"),
    ],
)
def test_a_file_that_cannot_be_that_is_refused(found: MediaInfo, wanted: MediaKind) -> None:
    with pytest.raises(MediaError) as caught:
        kind_of(found, wanted, "vară.mp4")
    assert caught.value.instance_code == "media_of_another_kind"
    assert "vară.mp4" in caught.value.message
