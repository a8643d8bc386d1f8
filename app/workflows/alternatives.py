"""What could be shown instead of one shot of a clip, as a job: it may have to look at footage. Taking one is quick."""

from app.config import Settings
from app.errors import InputError
from app.models.base import Record, content_key
from app.models.control import Control
from app.models.job import JobDict
from app.models.library.clip import Clip
from app.models.timing import seconds_of
from app.services.choices import Choices
from app.services.edits import EditLibrary
from app.services.library.clips import Clips
from app.workflows.clips.newer import keep_newer
from app.workflows.jobs.kinds import HIGH
from app.workflows.jobs.records import Json
from app.workflows.jobs.run import JobRun, durable
from app.workflows.jobs.submit import Desk, part_id
from app.workflows.swap import alternatives_of, swapped


class Alternative(Record):
    """One way to fill a shot: `take` is its number from 1, times are in seconds; `edit` is the clip with it."""

    take: int
    source: str
    start: float
    seconds: float
    score: float
    reason: str
    edit: str


def ask_for_alternatives(desk: Desk, settings: Settings, clip: Clip, number: int, owner: str | None) -> JobDict:
    """Take in the search for other footage for shot `number` (from 1) of the clip; the same one while nothing changed.

    Raises `InputError` for a number that is no shot, and `EditError`.
    """
    edit = EditLibrary(settings).get(clip.edit_identity)
    if not 1 <= number <= len(edit.shots):
        raise InputError(
            f"The clip has {len(edit.shots)} shots, and no shot {number}.",
            hint=f"Give a number from 1 to {len(edit.shots)}.",
            subject="number",
            code="shot_unknown",
        )
    known = content_key(edit.identity, number, Choices(settings).of(edit))
    return desk.submit(
        "alternatives",
        {"edit": edit.identity, "number": number},
        job_id=part_id(clip.id, "alternatives", known),
        title=f"other footage for shot {number} of {clip.name}",
        priority=HIGH,
        owner=owner,
        project_id=clip.project_id,
        clip_id=clip.id,
    )


@durable("alternatives", {"choose": 1.0})
def alternatives_workflow(job: JobRun, request: Json) -> None:
    """Look for other footage for one shot; the result has up to five `alternatives`, the best first."""
    job.finish(job.step("choose", lambda control: _choose(request, job.settings, control)))


def _choose(request: Json, settings: Settings, control: Control) -> Json:
    library = EditLibrary(settings)
    before = library.get(request["edit"])
    swap = alternatives_of(before, request["number"], (), settings, control)
    names = {item.info.content_hash: item.name for item in swap.footage}
    found = []
    for take, pick in enumerate(swap.picks, 1):
        edit = swapped(swap, pick, before.name)
        library.keep(edit)
        found.append(
            Alternative(
                take=take,
                source=names[pick.source],
                start=pick.start,
                seconds=round(seconds_of(pick.frames), 3),
                score=pick.score,
                reason=edit.shots[request["number"] - 1].reason,
                edit=edit.identity,
            ).model_dump(mode="json")
        )
    return {"alternatives": found, "missing": list(swap.missing)}


def take_alternative(
    clips: Clips, settings: Settings, owner: str | None, clip: Clip, found: Json, take: int, expected: int | None
) -> Clip:
    """Give the clip the document with the alternative `take` (from 1) of those that were `found`, and return it.

    Raises `InputError`: take_unknown, or version_conflict when the clip has changed since it was looked at.
    """
    picks = [Alternative.model_validate(one) for one in found["alternatives"]]
    chosen = next((one for one in picks if one.take == take), None)
    if chosen is None:
        raise InputError(
            f"There are {len(picks)} alternatives, and no number {take}.",
            hint=f"Give a number from 1 to {len(picks)}.",
            subject="take",
            code="take_unknown",
        )
    return give_document(clips, settings, owner, clip, chosen.edit, expected)


def give_document(
    clips: Clips, settings: Settings, owner: str | None, clip: Clip, identity: str, expected: int | None
) -> Clip:
    """Give the clip another edit document, which is kept, and return it.

    Raises `InputError` (version_conflict) when the clip is in another version than `expected`, or has changed since it
    was looked at.
    """
    library = EditLibrary(settings)
    before, edit = library.get(clip.edit_identity), library.get(identity)
    changed = clips.change(owner, clip.id, {"edit_identity": identity}, clip.version if expected is None else expected)
    keep_newer(before, edit, settings)
    return changed
