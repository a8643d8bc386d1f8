"""The original interface's addresses: what each answers, beside what takes its place; and the app without them."""

import json
import os
import re
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from app.api.old_answers import SINCE, UNTIL
from app.api.routes import NOW
from app.config import Settings, load_settings
from app.main import create_app
from app.media.probe import probe
from app.tests.api.serving import Server, serving
from app.tests.api.signing import Browser
from app.tests.conftest import ClipMaker
from app.tests.footage import ffmpeg, say
from app.tests.ground.children import until

V1, LIBRARY = "/api/v1", "/api/v1/library"
ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs" / "ROUTES_MIGRATION_STRATEGY.md"
SRT = "1\n00:00:00,000 --> 00:00:01,500\nThe coffee is ready.\n\n2\n00:00:01,500 --> 00:00:03,000\nCome and sit.\n"


@pytest.fixture
def app(settings: Settings) -> FastAPI:
    return create_app(load_settings(data_dir=settings.data_dir))


def ask(app: FastAPI, method: str, path: str, **more: Any) -> httpx.Response:
    return Browser(app, address="127.0.0.1")(method, f"{V1}{path}", **more)


def old_operations(app: FastAPI) -> dict[str, dict[str, Any]]:
    """Return what the description says of each old route, by its method and path."""
    return {
        f"{method.upper()} {path.removeprefix(V1)}": told
        for path, methods in app.openapi()["paths"].items()
        for method, told in methods.items()
        if path.startswith(V1) and not path.startswith(LIBRARY)
    }


def test_each_is_described_as_deprecated_and_has_something_in_its_place(app: FastAPI) -> None:
    assert set(old_operations(app)) == set(NOW)
    assert all(told["deprecated"] for told in old_operations(app).values())
    there = {
        f"{method.upper()} {path.removeprefix(V1)}"
        for path, methods in app.openapi()["paths"].items()
        for method in methods
        if not path.startswith(V1) or path.startswith(LIBRARY)
    }
    assert set(NOW.values()) <= there


def test_the_guide_has_a_row_for_each() -> None:
    rows = dict(
        re.findall(r"^\| `([A-Z]+ [^`]+)` \| `([A-Z]+ [^`]+)`", GUIDE.read_text(encoding="utf-8"), re.MULTILINE)
    )
    assert rows == NOW


def test_each_answer_says_what_takes_its_place(app: FastAPI) -> None:
    for old, now in NOW.items():
        method, path = old.split(" ")
        path = path.replace("{job_id}", "nobody-s").replace("{path}", "output/a.mp4")
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            answer = ask(app, method, path)
        assert (answer.headers["deprecation"], answer.headers["sunset"]) == (SINCE, UNTIL), old
        address = now.split(" ")[1].partition("/{")[0]
        link = f"{V1}{address}" if address.startswith("/library") else address
        assert answer.headers["link"] == f'<{link}>; rel="successor-version"'
        told = [str(one.message) for one in warned if one.category is DeprecationWarning]
        assert f"{old} is deprecated. Use {now}" in told
        assert answer.status_code < 500, old


def test_nothing_else_is_told_to_be_deprecated(app: FastAPI) -> None:
    assert "deprecation" not in ask(app, "GET", "/library/jobs").headers


def test_two_are_gone(app: FastAPI) -> None:
    for method, path in (("POST", "/costs/reset"), ("GET", "/files/output/../a.mp4"), ("GET", "/files/a.mp4")):
        answer = ask(app, method, path)
        assert (answer.status_code, answer.json()["code"]) == (410, "gone"), path
        assert "/api/v1/library/" in answer.json()["hint"]


def test_what_was_spent_is_what_the_library_tells(app: FastAPI) -> None:
    spent, report = ask(app, "GET", "/costs").json(), ask(app, "GET", "/library/usage").json()
    assert (spent["entry_count"], spent["total_all"]) == (report["total"]["calls"], report["total"]["cost_usd"])
    assert spent == {**spent, "source": "database", "totals": {}, "today": 0.0, "last_entries": []}
    assert ask(app, "GET", "/costs/all").json() == {"entries": [], "next_cursor": None}
    used = ask(app, "GET", "/usage").json()
    assert used["providers"] == ask(app, "GET", "/library/providers").json()["providers"]


def test_gemini_is_not_there(app: FastAPI) -> None:
    told = ask(app, "GET", "/gemini/status").json()
    assert (told["configured"], told["connected"], told["model"]) == (False, False, None)
    assert told["error"]


def test_health_is_that_of_the_root(app: FastAPI) -> None:
    assert ask(app, "GET", "/health").json() == Browser(app, address="127.0.0.1")("GET", "/health").json()


FILE = ("a.mp4", b"abcd")
VIDEO, MAIN = {"video": FILE}, {"main_video": FILE}


WRONG: list[tuple[str, Any, dict[str, str], str]] = [
    ("/analyze", VIDEO, {"target_duration": "0"}, "target_duration"),
    ("/analyze", {"file": FILE}, {}, "file"),
    ("/mute-voice", VIDEO, {"keep_percentage": "2"}, "keep_percentage"),
    ("/detect-voice", VIDEO, {"min_speech_duration": "11"}, "min_speech_duration"),
    ("/video-info", {"nothing": (None, "")}, {}, "nothing"),
    ("/jobs", VIDEO, {"variant_count": "11"}, "variant_count"),
    ("/jobs", VIDEO, {"variant_count": "1.5"}, "variant_count"),
    ("/jobs", VIDEO, {"target_duration": "x"}, "target_duration"),
    ("/jobs", VIDEO, {"generate_audio": "perhaps"}, "generate_audio"),
    ("/jobs", VIDEO, {"generate_audio": "false", "script_text": "Hi"}, "generate_audio"),
    ("/jobs", VIDEO, {"subtitle_settings": "{"}, "subtitle_settings"),
    ("/jobs", VIDEO, {"subtitle_settings": '{"record": 1}'}, "record"),
    ("/jobs", VIDEO, {"subtitle_settings": '{"style": "none of these"}'}, "captions"),
    ("/jobs", {**VIDEO, "audio": FILE}, {}, "audio"),
    ("/jobs", {"srt": ("a.srt", b"")}, {}, "video"),
    ("/jobs/multi-video", MAIN, {}, "srt"),
    ("/jobs/multi-video", MAIN, {"srt": SRT, "secondary_segment_duration": "3"}, "secondary_segment_duration"),
    ("/jobs/multi-video", MAIN, {"srt": SRT, "secondary_keywords_1": "coffee"}, "secondary_keywords_1"),
    ("/jobs/multi-video", {**MAIN, "secondary_video_1": FILE}, {"srt": SRT}, "secondary_keywords_1"),
]


def test_wrong_values_are_refused_and_leave_nothing(app: FastAPI, settings: Settings) -> None:
    for path, files, data, subject in WRONG:
        answer = ask(app, "POST", path, files=files, data=data)
        assert (answer.status_code, answer.json()["subject"]) == (422, subject), (path, data, answer.text)
    assert ask(app, "GET", "/jobs").json()["jobs"] == []
    assert ask(app, "GET", "/library/projects").json()["total"] == 0
    assert not [one for one in settings.data_dir.rglob("*") if one.is_file() and one.read_bytes() == b"abcd"]


def test_a_request_that_is_sent_again_makes_one_job(app: FastAPI) -> None:
    headers = {"Idempotency-Key": "a-form"}
    for path, files in (("/jobs", VIDEO), ("/jobs/multi-video", {**MAIN, "srt": ("a.srt", SRT.encode())})):
        headers["Idempotency-Key"] += "-more"
        body = httpx.Request("POST", "http://localhost", files=files)
        more = {"content": body.read(), "headers": {**headers, "Content-Type": body.headers["content-type"]}}
        first, again = (ask(app, "POST", path, **more) for _ in range(2))
        assert first.status_code == 202, first.text
        assert first.json() == again.json()
        assert again.headers["deprecation"] == SINCE
    assert len(ask(app, "GET", "/jobs").json()["jobs"]) == 2


def test_a_job_has_no_file_before_its_end(app: FastAPI) -> None:
    job_id = ask(app, "POST", "/jobs", files=VIDEO).json()["job_id"]
    for place in (f"/jobs/{job_id}/download", f"/tts/{job_id}/download"):
        answer = ask(app, "GET", place)
        assert (answer.status_code, answer.json()["code"]) == (409, "job_state")
    assert ask(app, "DELETE", f"/jobs/{job_id}").json()["code"] == "job_running"
    ask(app, "POST", f"/library/jobs/{job_id}/cancel")
    assert ask(app, "GET", f"/jobs/{job_id}").json()["status"] == "cancelled"
    assert ask(app, "DELETE", f"/jobs/{job_id}").json() == {"status": "deleted", "job_id": job_id}
    assert ask(app, "GET", f"/jobs/{job_id}").json()["code"] == "job_unknown"


def test_without_a_worker_there_is_a_job_to_wait_for(app: FastAPI) -> None:
    for path in ("/analyze", "/detect-voice", "/video-info"):
        answer = ask(app, "POST", f"{path}?wait=0", files=VIDEO)
        assert answer.status_code == 202, answer.text
        assert answer.headers["location"] == f"{LIBRARY}/jobs/{answer.json()['job_id']}"


def test_a_setting_turns_them_off(settings: Settings) -> None:
    app = create_app(load_settings(data_dir=settings.data_dir, old_routes=False))
    assert old_operations(app) == {}
    assert ask(app, "GET", "/costs").status_code == 404
    assert ask(app, "GET", "/library/usage/costs").status_code == 200


WITHOUT = """
import sys

class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name in ("app.api.routes", "app.api.old_answers", "app.api.old_forms"):
            raise ImportError(name)

sys.meta_path.insert(0, Blocked())
import pytest
sys.exit(pytest.main(sys.argv[1:]))
"""


@pytest.mark.slow
def test_the_app_is_whole_without_the_file(tmp_path: Path) -> None:
    """The module cannot be imported, and its line is not reached: other tests of the API do not miss it."""
    tests = [f"app/tests/api/{name}.py" for name in ("library/test_projects", "test_openapi", "library/test_usage")]
    plugin = tmp_path / "without_old_routes.py"
    plugin.write_text(
        "import pytest\n\n@pytest.fixture(autouse=True)\ndef without(data_dir, monkeypatch):\n"
        "    monkeypatch.setenv('EDIT_FACTORY_OLD_ROUTES', 'false')\n",
        encoding="utf-8",
    )
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("PYTEST_", "EDIT_FACTORY_"))}
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT, *tests, "-q", "-p", "no:cacheprovider", "-p", plugin.stem],
        cwd=ROOT,
        env={**kept, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_nobody_but_the_app_imports_them() -> None:
    found = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "app").rglob("*.py")
        if re.search(r"from app\.api import routes\b|app\.api\.routes", path.read_text(encoding="utf-8"))
    }
    assert found == {"app/main.py", "app/tests/test_migration_endpoints.py"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("old")) as running:
        yield running


@pytest.fixture
def spoken(make: ClipMaker, tmp_path: Path) -> Path:
    """A film of 6 s in which somebody speaks for four."""
    path = tmp_path / "Vorbește.mp4"
    film, voice = make(seconds=6.0, cuts=(3.0,), audio=None), say(tmp_path / "voice.wav")
    ffmpeg("-i", film, "-i", voice, "-map", "0:v", "-map", "1:a", "-c:v", "copy", "-af", "apad", "-shortest", path)
    return path


def send(server: Server, path: str, files: dict[str, Path], **texts: str) -> httpx.Response:
    opened = {name: (file.name, file.read_bytes()) for name, file in files.items()}
    return server.http.post(f"{V1}{path}", files=opened, data=texts)


def result_of(server: Server, answer: httpx.Response) -> dict[str, Any]:
    """Wait for a job of an old route, asking as its callers do, and return it."""
    assert answer.status_code == 202, answer.text
    job_id = answer.json()["job_id"]

    def job() -> dict[str, Any]:
        found = server.http.get(f"{V1}/jobs/{job_id}").json()
        assert isinstance(found, dict)
        return found

    while (known := job())["status"] in {"pending", "processing"}:  # as long as it goes on
        until(lambda known=known: job()["updated_at"] != known["updated_at"])  # type: ignore[misc]
    assert known["status"] == "completed", known
    return known


def answered(server: Server, answer: httpx.Response, *told: str) -> dict[str, Any]:
    """Return what an old route says that answers at once, or the result of its job where the machine was busy."""
    if answer.status_code == 200:
        found = answer.json()
    else:
        job = result_of(server, answer)
        found = {**job["result"], "status": "success"}
    assert set(told) <= set(found), found
    assert isinstance(found, dict)
    return found


@pytest.mark.slow
def test_what_is_sent_to_be_looked_at(server: Server, spoken: Path) -> None:
    info = send(server, "/video-info", {"video": spoken})
    if info.status_code == 200:
        known = probe(spoken)
        assert (info.json()["width"], info.json()["height"]) == (known.width, known.height)
        assert info.json()["aspect_ratio"] in {"landscape", "portrait", "square"}
        assert info.json()["is_vertical"] == (info.json()["aspect_ratio"] == "portrait")
    else:
        result_of(server, info)
    best = answered(server, send(server, "/analyze", {"video": spoken}, target_duration="2"), "segments", "video_info")
    new = server.http.post(
        f"{LIBRARY}/videos/analyze", files={"video": (spoken.name, spoken.read_bytes())}, data={"target_duration": "2"}
    )
    job = result_of(server, new)
    same = server.job(new.json()["job_id"])["result"]
    for name in ("video_info", "segments", "total_selected_duration"):
        assert best[name] == same[name], name
    assert (job["video_info"], job["segments"]) == (same["video_info"], same["segments"])
    heard = answered(server, send(server, "/detect-voice", {"video": spoken}), "voice_segments", "threshold_used")
    assert heard["segments_count"] == len(heard["voice_segments"]) > 0


@pytest.mark.slow
def test_voices_that_are_turned_down_and_a_text_that_is_spoken(server: Server, spoken: Path) -> None:
    asked = send(server, "/mute-voice", {"video": spoken}, output_name="mut")
    muted = result_of(server, asked)["result"]
    assert muted["segments_muted"] == len(muted["voice_segments"]) > 0
    got = server.http.get(f"{V1}/jobs/{asked.json()['job_id']}/download")
    assert got.content == server.http.get(muted["final_video"]).content
    assert got.headers["deprecation"] == SINCE
    asked = server.http.post(f"{V1}/tts/generate", data={"text": "The coffee is ready, come and sit."})
    speech = result_of(server, asked)["result"]
    assert (speech["text_length"], speech["silence_removal"]) == (34, {"enabled": True, "longest_pause": 0.3})
    got = server.http.get(f"{V1}/tts/{asked.json()['job_id']}/download")
    assert got.headers["content-type"] == "audio/mpeg"
    assert got.content == server.http.get(speech["audio_path"]).content
    assert server.http.get(f"{V1}/jobs/{asked.json()['job_id']}/download").json()["code"] == "job_state"


@pytest.mark.slow
def test_clips_of_one_video_and_of_several(server: Server, make: ClipMaker, tmp_path: Path) -> None:
    main, coffee = make(seconds=8.0, cuts=(2.0, 4.0, 6.0)), make(seconds=4.0, cuts=(2.0,), seed=5)
    asked = send(server, "/jobs", {"video": main}, target_duration="3", context_text="a café", output_name="Cafea")
    job = result_of(server, asked)
    project = server.http.get(f"{LIBRARY}/projects/{job['result']['project_id']}").json()
    assert (project["name"], project["context"], project["counts"]["clips"]) == ("Cafea", "a café", 1)
    film = tmp_path / "film.mp4"
    film.write_bytes(server.http.get(f"{V1}/jobs/{job['job_id']}/download").content)
    assert probe(film).duration == pytest.approx(3, abs=0.2)
    more = {"srt": SRT, "secondary_keywords_1": "coffee, tea", "target_duration": "5"}
    asked = send(server, "/jobs/multi-video", {"main_video": main, "secondary_video_1": coffee}, **more)
    made = result_of(server, asked)["result"]
    videos = server.http.get(f"{LIBRARY}/projects/{made['project_id']}/videos").json()["videos"]
    assert {one["role"]: one["keywords"] for one in videos} == {"main": [], "secondary": ["coffee", "tea"]}
    edit = server.http.get(f"{LIBRARY}/clips/{made['variants'][0]['clip_id']}/edit").json()
    assert "coffee" in json.dumps(edit["captions"])
    assert {shot["source"] for shot in edit["shots"]} == {probe(main).content_hash, probe(coffee).content_hash}
    listed = server.http.get(f"{V1}/jobs").json()["jobs"]
    assert set(listed[0]) == {"job_id", "status", "created_at", "progress"}
