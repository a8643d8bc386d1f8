"""Everything under `/api/v1/library`."""

from fastapi import APIRouter

from app.api.library import (
    assets,
    audio,
    auth,
    captions,
    clip_content,
    clip_files,
    clips,
    exports,
    generate,
    jobs,
    keys,
    make,
    presets,
    project_videos,
    projects,
    renders,
    scripts,
    segments,
    sent,
    shots,
    tus,
    uploads,
    usage,
    video_analysis,
    video_files,
    videos,
    voices,
    webhooks,
)

PREFIX = "/api/v1/library"

router = APIRouter(prefix=PREFIX)
router.include_router(jobs.router)
router.include_router(auth.router)
router.include_router(keys.router)
router.include_router(clips.router)
router.include_router(clip_files.router)
router.include_router(renders.router)
router.include_router(projects.router)
router.include_router(project_videos.router)
router.include_router(scripts.router)
router.include_router(segments.router)
router.include_router(presets.router)
router.include_router(sent.router)
router.include_router(videos.router)
router.include_router(video_files.router)
router.include_router(video_analysis.router)
router.include_router(tus.router)
router.include_router(uploads.router)
router.include_router(assets.router)
router.include_router(audio.router)
router.include_router(webhooks.router)
router.include_router(generate.router)
router.include_router(voices.router)
router.include_router(usage.router)
router.include_router(clip_content.router)
router.include_router(captions.router)
router.include_router(shots.router)
router.include_router(exports.router)
router.include_router(make.forms)  # before the route that takes JSON at the same address
router.include_router(make.router)
