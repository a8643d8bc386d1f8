"""The durable engine (DBOS), and the only module that touches it.

A workflow is a function of names and plain JSON; what it does happens in steps, whose answers are kept: after a crash
it runs again, and steps that were done give their answers at once. A step may run twice, when a crash falls between
its work and the note of its answer, so each leaves whole files or none. `in_transaction` runs once: its SQL and its
note are one commit, refused to an execution that no longer owns the workflow.

DBOS without its paid console never hands over the work of a dead process; `app/workflows/jobs/lease.py` does, with some
calls of DBOS that are private. Its version and those names are checked at start.
"""

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any, TypeVar

from dbos import DBOS, DBOSClient, DBOSPortableJSONSerializer, SQLAlchemyDatasource
from dbos._error import DBOSBaseException
from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Engine,
    MetaData,
    Table,
    Text,
    create_engine,
    delete,
    inspect,
    select,
    update,
)
from sqlalchemy.exc import InterfaceError, OperationalError, PendingRollbackError

from app.db import Database
from app.db.engine import database_errors
from app.db.reasons import DATABASE_TROUBLE
from app.db.tables import SCHEMA
from app.errors import EnvironmentProblem, StorageError
from app.workflows.jobs.engine_log import quiet

T = TypeVar("T")

APPLICATION = "edit-factory"
VERSION = "editfactory-1"
"""Raised only when the order of a workflow's steps changes; the default, a hash of the code, would strand work."""

DBOS_VERSION = "3.4."
MOST_STARTS = 5
"""How often a workflow is started again after its process died: then it is what kills it."""

POLL_SECONDS = 0.2
_COLUMNS = ("workflow_uuid", "status", "executor_id", "application_version")
_UNENDED = ("PENDING", "ENQUEUED", "DELAYED")
_ENGINE_SCHEMA = "dbos"

Stopped = DBOSBaseException
"""What the engine raises inside an execution that was cancelled or no longer owns its workflow: let it through."""


@dataclass(frozen=True)
class Queue:
    """Where workflows wait. `per_worker` run in one process at once, `everywhere` in all; None: no limit.

    A worker looks into it every `look_seconds`.
    """

    name: str
    per_worker: int | None = None
    everywhere: int | None = None
    look_seconds: float = POLL_SECONDS


@dataclass(frozen=True)
class State:
    """What the engine knows of a workflow: its status (PENDING: it runs) and which executor has it."""

    id: str
    status: str
    executor_id: str | None


class Client:
    """Puts work into the engine, ends it and looks at it; runs nothing. One for each database and process."""

    def __init__(self, database: Database) -> None:
        check()
        quiet()
        DBOS.migrate(_plain_url(database), schema=_ENGINE_SCHEMA)
        self._engine = _client_engine(database)
        self._client = DBOSClient(
            system_database_engine=self._engine,
            system_database_url=_plain_url(database),
            dbos_system_schema=_ENGINE_SCHEMA,
            serializer=DBOSPortableJSONSerializer(),
            application_name=APPLICATION,
        )
        self._database = database
        schema = None if database.is_sqlite else _ENGINE_SCHEMA
        self._workflows = _table("workflow_status", schema, *_COLUMNS)
        self._notes = _table("datasource_outputs", schema, "workflow_id")

    def enqueue(
        self, connection: Connection, workflow: str, queue: str, workflow_id: str, args: Sequence[Any], priority: int
    ) -> None:
        """Put a workflow into a queue, in the transaction of `connection`: it waits there when that commits.

        Of two in a queue the one with the lower `priority` (1 to 2^31) comes first.
        """
        self._client.enqueue_in_transaction(
            connection,
            {
                "workflow_name": workflow,
                "queue_name": queue,
                "workflow_id": workflow_id,
                "priority": priority,
                "app_version": VERSION,
            },
            *args,
        )

    def cancel(self, workflow_ids: Sequence[str]) -> None:
        """Cancel workflows that have not ended; running ones find out at their next write."""
        if workflow_ids:
            with database_errors(self._database.shown_url):
                self._client.cancel_workflows(list(workflow_ids))

    def delete(self, workflow_ids: Sequence[str]) -> None:
        """Forget workflows that have ended, with the notes of their transactions."""
        if not workflow_ids:
            return
        with self._database.write() as connection:
            if inspect(connection).has_table(self._notes.name, schema=self._notes.schema):
                connection.execute(delete(self._notes).where(self._notes.c.workflow_id.in_(list(workflow_ids))))
        with database_errors(self._database.shown_url):
            self._client.delete_workflows(list(workflow_ids))

    def states(self, connection: Connection, workflow_ids: Iterable[str]) -> dict[str, State]:
        """Return what the engine knows of these workflows, by id."""
        table = self._workflows
        query = select(table.c.workflow_uuid, table.c.status, table.c.executor_id)
        found = connection.execute(query.where(table.c.workflow_uuid.in_(list(workflow_ids))))
        return {row.workflow_uuid: State(row.workflow_uuid, row.status, row.executor_id) for row in found}

    def running(self, connection: Connection) -> list[State]:
        """Return the workflows that some process is said to run."""
        table = self._workflows
        query = select(table.c.workflow_uuid, table.c.status, table.c.executor_id)
        found = connection.execute(query.where(table.c.status == "PENDING"))
        return [State(row.workflow_uuid, row.status, row.executor_id) for row in found]

    def ended_but_open(
        self, connection: Connection, workflow_id: ColumnElement[str | None], is_open: ColumnElement[bool]
    ) -> dict[str, str]:
        """Return the workflows that have ended and whose row, named by `workflow_id`, `is_open`, with their status."""
        table = self._workflows
        query = select(table.c.workflow_uuid, table.c.status).join_from(
            workflow_id.table,
            table,
            table.c.workflow_uuid == workflow_id,
        )
        found = connection.execute(query.where(is_open, table.c.status.not_in(_UNENDED)))
        return {row.workflow_uuid: row.status for row in found}

    def ended(self, connection: Connection) -> list[str]:
        """Return the ids of all workflows that have ended."""
        table = self._workflows
        query = select(table.c.workflow_uuid).where(table.c.status.not_in(_UNENDED))
        return list(connection.execute(query).scalars())

    def adopt_old_versions(self, connection: Connection) -> int:
        """Let this version run what waits from another one; return how many."""
        table = self._workflows
        query = update(table).where(table.c.status.in_(_UNENDED), table.c.application_version != VERSION)
        return connection.execute(query.values(application_version=VERSION)).rowcount

    def close(self) -> None:
        """Close its connections."""
        self._client.destroy()
        if self._engine is not None:
            self._engine.dispose()


class Runtime:
    """The engine running in this process: takes workflows from the queues until it is stopped."""

    def __init__(self, database: Database, executor_id: str, queues: Sequence[Queue]) -> None:
        check()
        quiet()
        _datasource.open(database)
        DBOS(
            config={
                "name": APPLICATION,
                "system_database_url": _plain_url(database),
                "application_version": VERSION,
                "executor_id": executor_id,
                "dbos_system_schema": _ENGINE_SCHEMA,
                "serializer": DBOSPortableJSONSerializer(),
                "use_listen_notify": False,
                "notification_listener_polling_interval_sec": POLL_SECONDS,
                "log_level": "WARNING",
                **({} if database.is_sqlite else {"db_engine_kwargs": {"connect_args": {"prepare_threshold": None}}}),
            }
        )
        DBOS.launch()
        self._database = database
        self._keep_own_limits({queue.name: queue.per_worker for queue in queues})
        for queue in queues:
            DBOS.register_queue(
                queue.name,
                worker_concurrency=queue.per_worker,
                global_concurrency=queue.everywhere,
                polling_interval_sec=queue.look_seconds,
                on_conflict="always_update",
            )

    def take_over(self, executor_ids: Sequence[str]) -> int:
        """Put the work of dead executors back into its queues; return how many workflows."""
        if not executor_ids:
            return 0
        with database_errors(self._database.shown_url):
            return len(DBOS._recover_pending_workflows(list(executor_ids)))

    def hand_over(self, executor_id: str) -> int:
        """Put the work of this executor, which leaves in good order, back into its queues; return how many workflows.

        That it was begun here does not count as one of the times that it may be begun: nothing died of it.
        """
        with database_errors(self._database.shown_url):
            handles = DBOS._recover_pending_workflows([executor_id])
        self._uncount([handle.get_workflow_id() for handle in handles])
        return len(handles)

    def _uncount(self, workflow_ids: list[str]) -> None:
        schema = None if self._database.is_sqlite else _ENGINE_SCHEMA
        names = ("workflow_uuid", "status")
        table = Table(
            "workflow_status", MetaData(), *(Column(name, Text) for name in names),
            Column("recovery_attempts", BigInteger), schema=schema,
        )  # fmt: skip
        begun = table.c.workflow_uuid.in_(workflow_ids) & (table.c.recovery_attempts > 0)
        with self._database.write() as connection:
            connection.execute(
                update(table).where(begun, table.c.status == "ENQUEUED").values(
                    recovery_attempts=table.c.recovery_attempts - 1
                )
            )  # fmt: skip

    def _keep_own_limits(self, limits: Mapping[str, int | None]) -> None:
        """Keep to this machine's limits: the queues' rows are shared, and have those of whoever started last."""
        stored = _instance()._sys_db
        look_up = stored.get_queue

        def get_queue(name: str) -> Any:
            queue = look_up(name)
            if queue is not None and name in limits:
                queue._worker_concurrency = limits[name]
            return queue

        stored.get_queue = get_queue

    def here(self) -> set[str]:
        """Return the ids of the workflows that run in this process."""
        return set(_instance()._active_workflows_set.activeList())

    def put_back(self, workflow_id: str, executor_id: str) -> bool:
        """Put one workflow that `executor_id` is said to run back into its queue."""
        from dbos._utils import INTERNAL_QUEUE_NAME  # noqa: PLC0415 - a private name, met in this module only

        with database_errors(self._database.shown_url):
            done = bool(_instance()._sys_db.reenqueue_for_recovery(workflow_id, [executor_id], INTERNAL_QUEUE_NAME))
        self._uncount([workflow_id] if done else [])
        return done

    def stop_taking(self) -> None:
        """Take nothing more from the queues; what runs goes on."""
        for event in _instance().background_thread_stop_events:
            event.set()

    def close(self) -> None:
        """Stop the engine."""
        DBOS.destroy()
        _datasource.close()


class _Datasource:
    """Transactions whose SQL commits together with the note that they were done."""

    def __init__(self) -> None:
        self._source: SQLAlchemyDatasource | None = None

    def open(self, database: Database) -> None:
        """Use `database`; on SQLite through an engine of its own, whose transactions the datasource sets up itself."""
        options: dict[str, Any] = {}
        if not database.is_sqlite:
            options = {
                "pool_pre_ping": True,
                "connect_args": {"prepare_threshold": None},
                "execution_options": {"schema_translate_map": {None: SCHEMA}},
            }
        self._source = SQLAlchemyDatasource.create(
            database.url, engine_kwargs=options, schema=None if database.is_sqlite else _ENGINE_SCHEMA,
            serializer=DBOSPortableJSONSerializer(),
        )  # fmt: skip

    def run(self, name: str, work: Callable[[Connection], T]) -> T:
        """Do `work` once."""
        source = self._source
        if source is None:
            raise RuntimeError("The engine is not running in this process.")

        def body() -> T:
            connection = source.sql_session().connection()
            if connection.dialect.name == "sqlite":
                # Else the driver begins at the first write, and what was read before it may have changed by then.
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            return work(connection)

        return source.run_tx_step({"name": name}, body)

    def close(self) -> None:
        """Close its connections."""
        if self._source is not None:
            self._source.engine.dispose()
            self._source = None


_datasource = _Datasource()


def workflow(name: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Make a function a workflow that can be put into a queue by its name."""
    return DBOS.workflow(name=name, max_recovery_attempts=MOST_STARTS)


def in_step(name: str, work: Callable[[], T]) -> T:
    """Do `work` as a step of the running workflow, or return the answer it gave before. Answers are plain JSON."""
    return DBOS.run_step({"name": name}, work)


def in_transaction(name: str, work: Callable[[Connection], T]) -> T:
    """Do `work` in a transaction that commits together with the note that it was done: exactly once."""
    return _datasource.run(name, work)


def workflow_id() -> str:
    """Return the id of the workflow that runs in this thread."""
    return str(DBOS.workflow_id)


def is_database_trouble(error: Exception) -> bool:
    """Whether the engine raises this because the database does not answer, and not because of the work."""
    return isinstance(error, OperationalError | InterfaceError | PendingRollbackError) or (
        isinstance(error, StorageError) and error.instance_code == DATABASE_TROUBLE
    )


def check() -> None:
    """Raise `EnvironmentProblem` when DBOS is another version than the one whose private calls are known."""
    found = version("dbos")
    names: Mapping[str, Any] = {
        "_recover_pending_workflows": DBOS, "cancel_workflows": DBOSClient, "enqueue_in_transaction": DBOSClient,
    }  # fmt: skip
    lacking = [name for name, owner in names.items() if not hasattr(owner, name)]
    if not found.startswith(DBOS_VERSION) or lacking:
        raise EnvironmentProblem(
            f"The job engine DBOS {found} is installed; this program works with {DBOS_VERSION}x"
            f"{' and misses ' + ', '.join(lacking) if lacking else ''}.",
            hint="Run ./run again: it installs what the lock names.",
            subject="dbos",
            code="engine_version",
        )


def _instance() -> Any:
    from dbos._dbos import _get_dbos_instance  # noqa: PLC0415 - a private name, met in this module only

    return _get_dbos_instance()


def _plain_url(database: Database) -> str:
    return database.url


def _client_engine(database: Database) -> Engine | None:
    """Return the client's own engine: for SQLite the one DBOS makes, for Postgres one that poolers allow."""
    if database.is_sqlite:
        return None
    return create_engine(
        database.url, pool_size=2, max_overflow=8, pool_pre_ping=True, connect_args={"prepare_threshold": None}
    )


def _table(name: str, schema: str | None, *columns: str) -> Table:
    return Table(name, MetaData(), *(Column(column, Text) for column in columns), schema=schema)


_clients: dict[str, Client] = {}
_lock = threading.Lock()


def client_for(database: Database) -> Client:
    """Return this process' client of a database; its engine tables are made when they are not there."""
    with _lock:
        if database.url not in _clients:
            _clients[database.url] = Client(database)
        return _clients[database.url]


def close_clients() -> None:
    """Close every client of this process."""
    with _lock:
        for client in _clients.values():
            client.close()
        _clients.clear()
