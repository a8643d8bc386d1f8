"""The main job from a command: asked for, worked on by a worker of this command's own where none stands, waited for."""

import contextlib

from app.config import Settings
from app.editing.script.language import forget
from app.errors import Cancelled, from_record
from app.media.ffmpeg import find_ffmpeg
from app.models.control import Control
from app.models.make import MakeRequest, MakeResult
from app.workflows.clips.decide import check_names
from app.workflows.clips.places import require_space
from app.workflows.generate import language_of, prepare_scripts
from app.workflows.jobs.attend import Listener, ask, attended, open_desk
from app.workflows.jobs.memory import give_back
from app.workflows.jobs.records import request_json


def make(request: MakeRequest, settings: Settings, listener: Listener, control: Control) -> MakeResult:
    """Do the whole job and return what came of it, clip by clip.

    A wrong request, footage that does not do and a voice that fails raise their error before anything is rendered.
    A clip that cannot be made is in the result with its error, and the others are finished; when none can, the first
    error is raised. A command that was killed goes on where it was when it is given again.
    """
    check_names(request)
    find_ffmpeg(settings.ffmpeg)  # what is missing is said before hours of analysis, not after
    is_new = not request.out.exists()
    require_space(request.out, [])
    request = _with_language(request)
    prepare_scripts(request, settings)
    asked = request_json(request)
    desk = open_desk(settings)
    job, mine = ask(desk, "generate", asked, f"make {request.count} clip{'s' * (request.count != 1)}")
    try:
        done = attended(desk, job["job_id"], settings, listener, control, mine=mine)
    except Cancelled:
        if is_new and mine:
            with contextlib.suppress(OSError):  # something is in it
                request.out.rmdir()
        raise
    if done["status"] != "completed":
        raise from_record(done["error"])
    return MakeResult.model_validate(done["result"])


def _with_language(request: MakeRequest) -> MakeRequest:
    """Find the language of the scripts once: what finds it takes 1 s and 75 MB, which the worker is spared."""
    if request.language or not request.scripts:
        return request
    found = request.evolve(detected=language_of(request))
    forget()
    give_back()
    return found
