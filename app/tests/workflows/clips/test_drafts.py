"""Clips that a job chose and nobody rendered: they go with the job when it is cancelled."""

from app.config import Settings
from app.models.library.clip import ClipFilter, NewClip
from app.services.library.clips import Clips, begin_clips
from app.tests.services.library.clip_rows import add_clip
from app.workflows.jobs.attend import open_desk
from app.workflows.jobs.submit import part_id


def test_a_cancelled_job_leaves_no_drafts_and_those_of_other_jobs_stay(any_settings: Settings) -> None:
    desk = open_desk(any_settings)
    database = desk.storage.database
    other = add_clip(database, any_settings, name="of another job")
    asked = desk.submit("make", {"wish": {}})["job_id"]
    part = desk.submit("generate", {"out": "/x"}, job_id=part_id(asked, "generate", "clips"), part_of=(asked, 1))
    new = [NewClip(id=name, name=name, edit_identity=name) for name in ("a", "b")]
    with database.write() as connection:
        begin_clips(connection, new, job_id=asked, project_id=None, owner=None)
    assert Clips(database).page(None, ClipFilter(), limit=9).total == 3
    assert desk.cancel(asked)["status"] == "cancelled"
    ended = desk.storage.get_job(part["job_id"])
    assert ended is not None and ended["status"] == "cancelled"
    assert [clip.id for clip in Clips(database).page(None, ClipFilter(), limit=9).items] == [other.id]
