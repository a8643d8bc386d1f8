"""The real `edit-factory serve` and `worker`: where they listen, what they start, and how they end."""

import signal
import socket
import subprocess
import threading
from pathlib import Path

import pytest

from app.api.server import address_of, listen
from app.config import Settings
from app.services.job_storage import JobStorage
from app.tests.api.serving import JOBS, PROGRAM, ask_for_analysis, is_alive, longer, serving
from app.tests.cli.runner import CommandLine
from app.tests.conftest import ClipMaker
from app.tests.ground.children import PATIENCE, until
from app.workflows.jobs.lease import someone_standing

pytestmark = pytest.mark.slow


@pytest.fixture
def edit_factory(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    return CommandLine(monkeypatch, capsys)


def test_it_answers_takes_jobs_and_tells_of_them(settings: Settings, make: ClipMaker, tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        assert server.address.startswith("http://127.0.0.1:")
        until(lambda: server.http.get("/health").json()["ffmpeg_available"] is True)
        job_id = ask_for_analysis(settings, make(), title="analyze a clip")["job_id"]
        kinds = []
        with server.http.stream("GET", f"{JOBS}/{job_id}/events") as answer:
            for line in answer.iter_lines():
                if line.startswith("data: "):
                    kinds.append(line.partition('"kind":"')[2].partition('"')[0])
        assert kinds[:2] == ["submitted", "started"]
        assert kinds[-1] == "completed"
        job = server.job(job_id)
        assert (job["status"], job["title"], job["result"]["shots"]) == ("completed", "analyze a clip", 3)
        assert server.http.get("/health", headers={"Host": "evil.example"}).status_code == 421
        assert server.stop() == 0
        assert "Traceback" not in server.log


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_stops_it_with_its_worker_and_its_streams(
    settings: Settings, tmp_path: Path, number: signal.Signals
) -> None:
    storage = JobStorage(settings)
    storage.create_job({"job_id": "a"})
    with serving(tmp_path) as server:
        until(lambda: someone_standing(storage.database))
        family = server.family()
        assert family
        with server.http.stream("GET", f"{JOBS}/a/events") as answer:
            parts = answer.iter_text()
            assert next(parts).startswith(": events")
            server.process.send_signal(number)
            for _ in parts:  # comes to its end
                pass
        assert server.process.wait(PATIENCE) == 0
        assert not any(is_alive(one) for one in family)
        assert not someone_standing(storage.database)
        assert "Traceback" not in server.log
        assert "Cancel" not in server.log


def test_kill_9_takes_the_worker_along_with_all_that_it_runs(
    settings: Settings, make: ClipMaker, tmp_path: Path
) -> None:
    footage = longer(make(seconds=5, size=(1280, 720), cuts=(1, 2, 3, 4)), tmp_path / "long.mp4", 12)
    with serving(tmp_path) as server:
        job_id = ask_for_analysis(settings, footage)["job_id"]
        until(lambda: server.job(job_id)["percentage"] > 0)
        server.kill()  # returns when nobody of its family is left


def test_a_worker_that_dies_is_started_again(settings: Settings, tmp_path: Path) -> None:
    storage = JobStorage(settings)
    with serving(tmp_path) as server:
        until(lambda: someone_standing(storage.database))
        (worker, *_) = server.family()
        worker.kill()
        until(lambda: not is_alive(worker) and someone_standing(storage.database))
        assert server.http.get("/health").status_code == 200
        assert server.stop() == 0


def test_two_servers_on_one_data_folder_share_the_jobs(settings: Settings, make: ClipMaker, tmp_path: Path) -> None:
    with serving(tmp_path / "one") as one, serving(tmp_path / "two") as two:
        ids = [ask_for_analysis(settings, make(seed=seed))["job_id"] for seed in range(3)]
        for job_id in ids:
            until(lambda job_id=job_id: one.job(job_id)["status"] == "completed")  # type: ignore[misc]
            assert two.job(job_id)["version"] == one.job(job_id)["version"]


def test_an_address_that_others_reach_is_refused(edit_factory: CommandLine) -> None:
    outcome = edit_factory("serve", "--host", "0.0.0.0", "--json")
    assert (outcome.status, outcome.code) == (2, "not_loopback")
    assert "127.0.0.1" in outcome.err


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_small_answers_are_sent_at_once(host: str) -> None:
    """What asyncio asks for before it turns off the wait of 40 ms for more to send."""
    with listen(host, 0) as listening, socket.create_connection(listening.getsockname()[:2]):
        accepted, _ = listening.accept()
        with accepted:
            assert accepted.proto == socket.IPPROTO_TCP
        assert address_of(listening).startswith("http://")


def test_a_port_in_use_is_told(edit_factory: CommandLine) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        outcome = edit_factory("serve", "--port", taken.getsockname()[1], "--json")
    assert (outcome.status, outcome.code) == (2, "port_in_use")
    assert "supervisor" not in {thread.name for thread in threading.enumerate()}


@pytest.mark.parametrize("port", ["-1", "65536", "web"])
def test_a_port_that_is_none_is_told(edit_factory: CommandLine, port: str) -> None:
    assert edit_factory("serve", f"--port={port}", "--json").status == 2


def test_a_database_that_cannot_be_used_is_told_before_anything_starts(
    edit_factory: CommandLine, data_dir: Path
) -> None:
    (data_dir / "edit-factory.db").write_bytes(b"this is no database" * 100)
    for command in ("serve", "worker"):
        outcome = edit_factory(command, *(["--port", "0"] if command == "serve" else []))
        assert (outcome.status, "[database]" in outcome.err) == (7, True), outcome.err


def test_a_worker_works_in_the_foreground_until_it_is_stopped(
    settings: Settings, make: ClipMaker, tmp_path: Path
) -> None:
    storage = JobStorage(settings)
    job_id = ask_for_analysis(settings, make())["job_id"]
    log = (tmp_path / "worker.log").open("w")
    with log, subprocess.Popen([*PROGRAM, "worker"], stdout=subprocess.PIPE, stderr=log, text=True) as process:
        try:
            assert process.stdout is not None
            assert "takes jobs" in process.stdout.readline()
            until(lambda: (storage.get_job(job_id) or {})["status"] == "completed")
            process.terminate()
            assert process.wait(PATIENCE) == 0
        finally:
            process.kill()
    assert not someone_standing(storage.database)
