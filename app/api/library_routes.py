"""Everything under `/api/v1/library`."""

from fastapi import APIRouter

from app.api.library import jobs

PREFIX = "/api/v1/library"

router = APIRouter(prefix=PREFIX)
router.include_router(jobs.router)
