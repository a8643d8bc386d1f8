"""Everything under `/api/v1/library`."""

from fastapi import APIRouter

from app.api.library import jobs, presets, project_videos, projects, scripts, segments

PREFIX = "/api/v1/library"

router = APIRouter(prefix=PREFIX)
router.include_router(jobs.router)
router.include_router(projects.router)
router.include_router(project_videos.router)
router.include_router(scripts.router)
router.include_router(segments.router)
router.include_router(presets.router)
