"""What the engine writes into the log, in words for a person."""

import logging
import time


class _InOurWords(logging.Filter):
    """Lets through of the engine's log what a person should know, in one line, and each trouble once a minute.

    That a cancelled workflow ends by an exception is its way and no trouble; a database that is away makes each of its
    threads tell so several times a second.
    """

    def __init__(self) -> None:
        super().__init__()
        self._told: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether the record is written; shortened where it is."""
        said = record.getMessage()
        kind = type(record.exc_info[1]).__name__ if record.exc_info and record.exc_info[1] else ""
        if kind in _NO_TROUBLE or any(text in said for text in _NO_TROUBLE):
            return False
        if any(text in said + kind for text in _DATABASE_AWAY):
            said = "The database does not answer; work goes on when it does."
        record.msg, record.args = said.splitlines()[0], None
        record.exc_info = record.exc_text = None
        key, now = record.msg[:60], time.monotonic()
        if now - self._told.get(key, -_QUIET_SECONDS) < _QUIET_SECONDS:
            return False
        self._told[key] = now
        return True


_QUIET_SECONDS = 60.0
_NO_TROUBLE = (
    "DBOSAwaitedWorkflowCancelledError",
    "DBOSWorkflowCancelledError",
    "DBOSWorkflowConflictIDError",
    "no longer owned by this execution",
    "is cancelled",
)
_DATABASE_AWAY = ("OperationalError", "connection", "PendingRollbackError", "InterfaceError")


def quiet() -> None:
    """Let the engine tell what is wrong, in a line of our own words, and nothing else."""
    logger = logging.getLogger("dbos")
    logger.setLevel(logging.WARNING)
    if not any(isinstance(one, _InOurWords) for one in logger.filters):
        logger.addFilter(_InOurWords())
