"""The engine's adapter: which version it works with, what it writes into the log, what is the database's trouble."""

import logging

import pytest
from dbos import DBOSClient
from sqlalchemy.exc import OperationalError

from app.errors import EnvironmentProblem, FootageError, StorageError
from app.tests.test_house import imported, sources
from app.workflows.jobs import engine
from app.workflows.jobs.engine_log import quiet


def test_one_module_alone_meets_the_engine() -> None:
    assert [name for name, tree in sources() if "dbos" in imported(tree)] == ["app/workflows/jobs/engine.py"]


def test_another_version_of_the_engine_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    engine.check()
    monkeypatch.setattr(engine, "version", lambda _: "4.0.1")
    with pytest.raises(EnvironmentProblem, match=r"DBOS 4\.0\.1 is installed") as caught:
        engine.check()
    assert caught.value.instance_code == "engine_version"


def test_an_engine_without_what_is_called_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(DBOSClient, "enqueue_in_transaction")
    with pytest.raises(EnvironmentProblem, match="misses enqueue_in_transaction"):
        engine.check()


def test_what_the_database_does_is_told_from_what_the_work_does() -> None:
    assert engine.is_database_trouble(OperationalError("select 1", None, Exception("server closed the connection")))
    assert engine.is_database_trouble(StorageError("The database cannot be used.", code="database"))
    assert not engine.is_database_trouble(StorageError("The disk is full.", code="disk_full"))
    assert not engine.is_database_trouble(FootageError("The footage is too short."))


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """What the engine's logger lets through, begun anew."""
    logger = logging.getLogger("dbos")
    for old in list(logger.filters):
        logger.removeFilter(old)
    quiet()
    quiet()
    assert len(logger.filters) == 1
    caplog.set_level(logging.WARNING, "dbos")
    return caplog


def _failed(error: Exception, message: str) -> None:
    try:
        raise error
    except Exception as raised:
        logging.getLogger("dbos").error(message, exc_info=raised)


def test_a_cancelled_workflow_is_no_trouble(lines: pytest.LogCaptureFixture) -> None:
    logging.getLogger("dbos").error("Workflow 1 is cancelled. Aborting.")
    logging.getLogger("dbos").error("DBOSAwaitedWorkflowCancelledError: awaited")
    logging.getLogger("dbos").info("SQLite is for development")
    assert lines.messages == []


def test_an_outage_is_told_once_and_without_a_traceback(lines: pytest.LogCaptureFixture) -> None:
    for queue in ("render", "analyze"):
        _failed(OperationalError("select", None, Exception("refused")), f"Exception in queue thread for {queue}")
    assert lines.messages == ["The database does not answer; work goes on when it does."]
    assert all(record.exc_info is None for record in lines.records)


def test_any_other_trouble_is_told_in_one_line(lines: pytest.LogCaptureFixture) -> None:
    _failed(ValueError("odd"), "Something odd happened:\nsecond line")
    assert lines.messages == ["Something odd happened:"]
