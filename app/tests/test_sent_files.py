"""What the original interface asks for in one request, against a real server and worker."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.media.probe import probe
from app.tests.api.serving import Server, serving
from app.tests.conftest import ClipMaker
from app.tests.footage import ffmpeg, say
from app.tests.ground.children import until

pytestmark = pytest.mark.slow

LIBRARY = "/api/v1/library"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("sent")) as running:
        yield running


@pytest.fixture
def spoken(make: ClipMaker, tmp_path: Path) -> Path:
    """A film of 6 s in which somebody speaks for four."""
    film = make(seconds=6.0, cuts=(3.0,), audio=None)
    path = tmp_path / "Vorbește.mp4"
    voice = say(tmp_path / "voice.wav")
    ffmpeg("-i", film, "-i", voice, "-map", "0:v", "-map", "1:a", "-c:v", "copy", "-af", "apad", "-shortest", path)
    return path


def send(server: Server, path: str, file: Path, **texts: str) -> httpx.Response:
    with file.open("rb") as stream:
        return server.http.post(f"{LIBRARY}{path}", files={"video": (file.name, stream)}, data=texts)


def done(server: Server, answer: httpx.Response) -> dict[str, Any]:
    """Wait for the job that an answer tells of, and return what came of it."""
    assert answer.status_code == 202, answer.text
    assert answer.headers["location"] == f"{LIBRARY}/jobs/{answer.json()['job_id']}"
    job_id = answer.json()["job_id"]
    job = server.job(job_id)
    while job["status"] in {"pending", "processing"}:  # as long as it goes on
        known = job["version"]
        until(lambda known=known: server.job(job_id)["version"] != known)  # type: ignore[misc]
        job = server.job(job_id)
    assert job["status"] == "completed", job
    found = job["result"]
    assert isinstance(found, dict)
    return found


def test_a_video_comes_and_its_voices_are_turned_down(server: Server, spoken: Path, tmp_path: Path) -> None:
    found = done(server, send(server, "/videos/mute-voice", spoken, output_name="fără voce", keep_percentage="0.1"))
    assert found["segments_muted"] == len(found["voice_segments"]) > 0
    assert found["total_voice_duration"] > 3
    assert found["name"] == "fără voce.mp4"
    got = server.http.get(f"{LIBRARY}/videos/{found['video_id']}/file")
    assert got.status_code == 200
    muted = tmp_path / "muted.mp4"
    muted.write_bytes(got.content)
    assert probe(muted).duration == pytest.approx(probe(spoken).duration, abs=0.1)
    assert server.http.get(f"{LIBRARY}/videos/{found['source_video_id']}").json()["name"] == spoken.name


def test_a_video_comes_and_its_best_stretches_are_told(server: Server, spoken: Path) -> None:
    found = done(server, send(server, "/videos/analyze", spoken, target_duration="2"))
    assert found["video_info"]["width"] == probe(spoken).width
    assert 0 < found["total_selected_duration"] <= 2
    assert all(one["end"] > one["start"] for one in found["segments"])


def test_a_video_comes_and_is_listened_to(server: Server, spoken: Path, make: ClipMaker) -> None:
    found = done(server, send(server, "/videos/detect-voice", spoken, threshold="0.4"))
    assert found["segments_count"] == len(found["voice_segments"]) > 0
    assert found["threshold_used"] == 0.4
    assert all(0.4 < one["confidence"] <= 1 for one in found["voice_segments"])
    silent = done(server, send(server, "/videos/detect-voice", make(seconds=1.0, cuts=(), audio=None)))
    assert (silent["voice_segments"], silent["total_voice_duration"]) == ([], 0)


def test_a_text_becomes_a_file_of_speech(server: Server, tmp_path: Path) -> None:
    asked = server.http.post(f"{LIBRARY}/audio/tts", data={"text": "Bună ziua! Costă 5 lei/buc.", "language": "ro"})
    found = done(server, asked)
    assert [word["text"] for word in found["words"]][:2] == ["Bună", "ziua!"]
    about = server.http.get(f"{LIBRARY}/audio/{found['audio_id']}").json()
    assert (about["text"], about["language"]) == ("Bună ziua! Costă 5 lei/buc.", "ro")
    got = server.http.get(about["file"])
    assert (got.status_code, got.headers["content-type"]) == (200, "audio/mpeg")
    path = tmp_path / "speech.mp3"
    path.write_bytes(got.content)
    assert probe(path).duration == pytest.approx(about["seconds"], abs=0.15)
    assert found["audio_id"] in [one["id"] for one in server.http.get(f"{LIBRARY}/audio").json()["items"]]
    assert server.http.delete(f"{LIBRARY}/audio/{found['audio_id']}").status_code == 204
    assert server.http.get(f"{LIBRARY}/audio/{found['audio_id']}").json()["code"] == "audio_unknown"


def test_a_language_that_nobody_names_is_found_out(server: Server) -> None:
    found = done(server, server.http.post(f"{LIBRARY}/audio/tts", data={"text": "The coffee is ready, come and sit."}))
    assert (found["language"], found["text_length"]) == ("en", 34)


def test_wrong_values_are_refused_and_leave_nothing(server: Server, spoken: Path) -> None:
    def held() -> tuple[int, int]:
        videos, jobs = (server.http.get(f"{LIBRARY}/{noun}").json()["total"] for noun in ("videos", "jobs"))
        return videos, jobs

    before = held()
    for path, name, value in (
        ("/videos/mute-voice", "keep_percentage", "1.5"),
        ("/videos/mute-voice", "keep_percentage", "nan"),
        ("/videos/mute-voice", "keep_percentage", "a lot"),
        ("/videos/analyze", "target_duration", "0"),
        ("/videos/detect-voice", "threshold", "-1"),
        ("/videos/detect-voice", "volume", "1"),
    ):
        answer = send(server, path, spoken, **{name: value})
        assert (answer.status_code, answer.json()["subject"]) == (422, name), answer.text
    for texts in (
        {},
        {"text": ""},
        {"text": "x" * 5_001},
        {"text": "Hi", "speed": "9"},
        {"text": "Hi", "voice_id": "?"},
    ):
        assert server.http.post(f"{LIBRARY}/audio/tts", data=texts).status_code == 422
    missing = server.http.post(f"{LIBRARY}/videos/analyze", files={"target_duration": (None, "3")})
    assert (missing.status_code, missing.json()["subject"]) == (422, "video")
    assert held() == before
