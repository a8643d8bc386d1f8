"""The web process' app: it takes requests in and answers from the database; workers do what they ask for."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from app import __version__
from app.api import health, library_routes, metrics, ready
from app.api.authentication import Authentication
from app.api.bodies import JSON_BYTES, TooLarge
from app.api.context import Context
from app.api.guard import Guard
from app.api.idempotency import Idempotency
from app.api.limits import Limits
from app.api.metrics import Counted
from app.api.openapi import describe
from app.api.operation_ids import operation_id
from app.api.page import add_page
from app.api.problems import add_handlers
from app.api.raw_paths import RawPaths
from app.api.ready import Readiness
from app.api.watched import Watched
from app.config import Settings, load_settings
from app.services.job_storage import JobStorage
from app.services.job_watch import JobWatch
from app.services.supabase_mirror import end_mirrors, mirror_for
from app.services.webhook_sender import Sender
from app.workflows.jobs.submit import Desk


def create_app(settings: Settings | None = None) -> FastAPI:
    """Return the app for `settings`, those of this process when left out.

    Opens the database and brings it up to date. Raises `StorageError` when that cannot be done.
    """
    chosen = settings or load_settings()
    storage = JobStorage(chosen)
    context = Context(chosen, storage, Desk(storage, chosen), JobWatch(storage))
    app = FastAPI(
        title="Edit Factory",
        version=__version__,
        summary="Raw footage and a script in, many short vertical clips out.",
        lifespan=_lifespan,
        redirect_slashes=False,
        generate_unique_id_function=operation_id,
    )
    app.router.max_body_size = JSON_BYTES  # of routes: as the app's own limit its refusal would be no problem document
    app.state.context = context
    app.state.limits = Limits(chosen)
    app.state.counted = Counted(context)
    app.state.readiness = Readiness(context)
    app.include_router(health.router)
    app.include_router(ready.router)
    app.include_router(metrics.router)
    app.include_router(library_routes.router)
    if chosen.old_routes:
        from app.api import routes  # noqa: PLC0415 - it warns whoever imports it, and nobody else does

        app.include_router(routes.router, prefix="/api/v1")
    add_page(app)  # last of what answers: it takes what no route does
    app.add_middleware(TooLarge)
    app.add_middleware(RawPaths, prefix=f"{library_routes.PREFIX}/jobs/")
    app.add_middleware(Idempotency, database=storage.database)
    app.add_middleware(Authentication, context=context, limits=app.state.limits)
    app.add_middleware(Guard, settings=chosen)
    app.add_middleware(ProxyHeadersMiddleware, trusted_hosts=list(filter(None, chosen.trusted_proxies.split(","))))
    app.add_middleware(Watched, counted=app.state.counted)  # last: what others refuse is counted and named as well
    add_handlers(app)
    describe(app)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    looking = asyncio.create_task(health.look_for_ffmpeg(app.state.context))
    mirror = await asyncio.to_thread(mirror_for, app.state.context.settings)
    if mirror is not None:
        await asyncio.to_thread(mirror.start)
    sender = await asyncio.to_thread(Sender, app.state.context.settings)
    sender.start()
    yield
    looking.cancel()
    await asyncio.to_thread(sender.stop)
    await asyncio.to_thread(end_mirrors)
