"""Jobs of every kind with real workers: what comes of them, that cancelling kills, that a killed command goes on."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from app.config import Settings
from app.db.tables import clips, costs
from app.errors import InputError
from app.media.probe import probe
from app.models.control import Control
from app.models.job import JobDict
from app.models.make import MakeRequest, MakeResult
from app.services.sources import quoted, unquoted
from app.tests.chaos.workers import Workers, workers_in
from app.tests.conftest import ClipMaker
from app.tests.ground.children import until
from app.workflows.cleanup import clean_up
from app.workflows.clips.places import job_folder
from app.workflows.jobs.records import request_json
from app.workflows.jobs.submit import Desk, has_ended
from app.workflows.mute_voice import mute_request

pytestmark = pytest.mark.slow


@pytest.fixture
def workers(tmp_path: Path) -> Iterator[Workers]:
    with workers_in(tmp_path / "workers") as some:
        yield some


def ended(desk: Desk, job_id: str) -> JobDict:
    until(lambda: has_ended(desk.storage.get_job(job_id) or {"status": "pending"}))
    job = desk.storage.get_job(job_id)
    assert job is not None
    return job


def request(make: ClipMaker, out: Path, **more: object) -> MakeRequest:
    files = (make(seconds=12, cuts=(4, 8), size=(640, 360), seed=1),)
    return MakeRequest.model_validate(
        {"files": files, "duration": 6.0, "preset": "tiktok", "quality": "standard", "out": out, **more}
    )


def encoders() -> list[int]:
    """Return the processes of this machine that encode pictures for this test's workers."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                line = (entry / "cmdline").read_bytes()
                if b"libx264" in line and b"-frames:v" in line and not (entry / "stat").read_text().count(") Z "):
                    found.append(int(entry.name))
            except OSError:
                continue
    return found


def under(folder: Path, pids: list[int]) -> list[int]:
    """Return those of the processes that work below `folder`."""
    here = []
    for pid in pids:
        try:
            if Path(f"/proc/{pid}/cwd").resolve().is_relative_to(folder):
                here.append(pid)
        except OSError:
            continue
    return here


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks at processes under /proc")
def test_cancelling_kills_what_encodes_within_a_second_and_leaves_no_files(
    desk: Desk, settings: Settings, make: ClipMaker, workers: Workers, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    job_id = desk.submit("generate", request_json(request(make, out)))["job_id"]
    workers.start()
    until(lambda: under(settings.data_dir, encoders()) != [])
    desk.cancel(job_id)
    began = time.monotonic()
    until(lambda: under(settings.data_dir, encoders()) == [])
    assert time.monotonic() - began < 1.0  # what is promised; on a machine that is not overloaded it takes 0.3 s
    family = [job_id, *(part["job_id"] for part in desk.storage.list_jobs(parent_id=job_id))]
    assert len(family) == 3
    until(lambda: not any(job_folder(settings.data_dir, one).exists() for one in family))
    until(lambda: list(out.glob("*")) == [] and list(out.glob(".*")) == [])
    assert {(desk.storage.get_job(one) or {})["status"] for one in family} <= {"cancelled", "completed"}


def test_a_retry_of_the_main_job_does_only_what_failed(
    desk: Desk, make: ClipMaker, workers: Workers, tmp_path: Path
) -> None:
    blocked = tmp_path / "a file"
    blocked.write_text("in the way")
    wanted = request(make, blocked / "out", duration=2.0, quality="draft")
    job_id = desk.submit("generate", request_json(wanted))["job_id"]
    workers.start()
    job = ended(desk, job_id)
    assert (job["status"], job["error"]["code"]) == ("failed", "storage")
    parts = {part["job_id"]: part["version"] for part in desk.storage.list_jobs("completed", parent_id=job_id)}
    assert len(parts) == 1  # the analysis
    blocked.unlink()
    desk.retry(job_id)
    job = ended(desk, job_id)
    assert job["status"] == "completed", job["error"]
    assert MakeResult.model_validate(job["result"]).clips[0].ok
    assert {part: (desk.storage.get_job(part) or {})["version"] for part in parts} == parts


@pytest.mark.parametrize("place", ["in:render/publish", "after:render/publish", "in:render/finish"])
def test_a_clip_that_was_shown_before_its_job_was_cancelled_is_taken_back(
    desk: Desk, settings: Settings, make: ClipMaker, workers: Workers, tmp_path: Path, place: str
) -> None:
    """The worker dies when the clip is there and the job not yet done; it is cancelled before anybody takes it over."""
    out = tmp_path / "out"
    wanted = request(make, out, duration=2.0, quality="draft")
    job_id = desk.submit("generate", request_json(wanted))["job_id"]
    workers.start((place,)).join(120)
    assert {place.suffix for place in out.iterdir()} == {".mp4", ".srt", ".jpg", ".json", ".held"}
    desk.cancel(job_id)
    clean_up(desk.storage, settings, None, Control())
    assert list(out.iterdir()) == []
    assert not any((settings.data_dir / "work" / "jobs").iterdir())


COMMAND = "from app.cli import main; main()"


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks at processes under /proc")
def test_a_command_that_was_killed_goes_on_with_its_job_when_it_is_given_again(
    desk: Desk, settings: Settings, make: ClipMaker, tmp_path: Path
) -> None:
    wanted = request(make, tmp_path / "out")
    command = [sys.executable, "-c", COMMAND, "make", str(wanted.files[0]), "--duration", "6", "--out", str(wanted.out)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        until(lambda: under(settings.data_dir, encoders()) != [])
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
    until(lambda: under(settings.data_dir, encoders()) == [])
    (left,) = desk.storage.list_jobs(job_type="generate")
    assert left["status"] == "processing"
    done = subprocess.run(command, capture_output=True, check=False, text=True)
    assert done.returncode == 0, done.stderr
    (job,) = desk.storage.list_jobs(job_type="generate")
    assert (job["job_id"], job["status"]) == (left["job_id"], "completed")
    assert sorted(place.name for place in wanted.out.iterdir()) == [
        "clip-01.edit.json", "clip-01.jpg", "clip-01.mp4", "clip-01.srt",
    ]  # fmt: skip
    with desk.storage.database.read() as connection:
        assert len(connection.execute(select(clips)).all()) == 1


def test_speech_and_analysis_as_jobs_with_their_costs(
    any_desk: Desk, make: ClipMaker, workers: Workers, any_settings: Settings
) -> None:
    path = make(seconds=4, cuts=(2,), size=(320, 240), seed=51)
    info = probe(path, need_picture=True).model_dump(mode="json")
    analysis = any_desk.submit("analyze", {"path": quoted(path), "info": info})["job_id"]
    voice = {"id": "espeak:en-us", "provider": "espeak", "name": "en-us", "language": "en"}
    words = {"text": "Well said.", "language": "en", "voice": voice, "speed": 1.0, "target": 20.0}
    speech = any_desk.submit("speak", {**words, "over_length": "error"}, project_id="project")["job_id"]
    workers.start()
    assert ended(any_desk, analysis)["result"]["shots"] == 2
    result = ended(any_desk, speech)["result"]
    assert result["seconds"] > 0.3
    assert len(list((any_settings.data_dir / "library" / "voices").rglob("*.wav"))) == 1
    with any_desk.storage.database.read() as connection:
        (cost,) = connection.execute(select(costs)).all()
    assert (cost.job_id, cost.project_id, cost.service, cost.cost_microdollars) == (speech, "project", "espeak", 0)


@pytest.mark.parametrize("keep", [0.0, 0.25])
def test_muting_as_a_job(desk: Desk, make: ClipMaker, workers: Workers, tmp_path: Path, keep: float) -> None:
    path, out = make(seconds=6, cuts=(), seed=52, audio="speechlike"), tmp_path / "out" / "muted ș.mp4"
    job_id = desk.submit("mute_voice", mute_request(path, out, keep))["job_id"]
    workers.start()
    job = ended(desk, job_id)
    assert job["status"] == "completed", job["error"]
    assert unquoted(job["result"]["file"]) == out
    assert job["result"]["segments_muted"] == len(job["result"]["voice_segments"])
    assert probe(out).duration == pytest.approx(probe(path).duration, abs=0.05)
    until(lambda: [place.name for place in out.parent.iterdir()] == ["muted ș.mp4"])
    again = ended(desk, desk.submit("mute_voice", mute_request(path, out, keep))["job_id"])
    assert unquoted(again["result"]["file"]) == out.with_name("muted ș-2.mp4"), "nothing is written over"


def test_a_film_that_was_put_under_the_name_of_its_result_is_refused(
    desk: Desk, make: ClipMaker, workers: Workers, tmp_path: Path
) -> None:
    path, out = make(seconds=1, cuts=(), audio="tone"), tmp_path / "out.mp4"
    job_id = desk.submit("mute_voice", mute_request(path, out, 0.0))["job_id"]
    out.symlink_to(path)
    workers.start()
    job = ended(desk, job_id)
    assert (job["status"], job["error"]["code"]) == ("failed", "same_file")


def test_muting_a_silent_film_and_shares_out_of_range(
    desk: Desk, make: ClipMaker, workers: Workers, tmp_path: Path
) -> None:
    for keep in (-0.1, 1.1, float("nan")):
        with pytest.raises(InputError) as caught:
            mute_request(tmp_path / "a.mp4", tmp_path / "b.mp4", keep)
        assert caught.value.instance_code == "bad_keep"
    silent = make(seconds=2, cuts=(), audio=None)
    job_id = desk.submit("mute_voice", mute_request(silent, tmp_path / "out.mp4", 0.0))["job_id"]
    workers.start()
    job = ended(desk, job_id)
    assert (job["status"], job["error"]["code"]) == ("failed", "media_no_sound")
    assert not (tmp_path / "out.mp4").exists()


def test_a_render_says_from_its_beginning_how_long_is_left_and_the_next_one_finds_its_parts(
    desk: Desk, settings: Settings, make: ClipMaker, workers: Workers, tmp_path: Path
) -> None:
    wanted = request(make, tmp_path / "out", duration=4.0, quality="standard")  # long enough to be looked at
    workers.start()
    jobs = [ended(desk, desk.submit("generate", request_json(wanted))["job_id"]) for _ in range(2)]
    assert [job["status"] for job in jobs] == ["completed"] * 2
    # Only the first: a render that finds all its parts may be over before anybody looks at how far it is.
    first = jobs[0]
    (rendered,) = desk.storage.list_jobs(job_type="render", parent_id=first["job_id"])
    for job in (first, rendered):
        told = [event.data for event in desk.storage.events(job["job_id"]) if "estimated_remaining" in event.data]
        lefts = [data["estimated_remaining"] for data in told if data.get("progress") != "done"]
        assert any(isinstance(left, float) and left > 0 for left in lefts)
    kept = list((settings.data_dir / "cache" / "parts").rglob("part-*.mp4"))
    shots = MakeResult.model_validate(jobs[0]["result"]).clips[0].shots
    assert len(kept) == len(shots), "the second clip is another file of the same parts"
