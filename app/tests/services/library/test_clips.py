"""Clips in the library, on both databases."""

import pytest
from sqlalchemy import Connection, select

from app.config import Settings
from app.db import Database
from app.db.tables import clips
from app.errors import InputError
from app.models.library.clip import Clip, ClipFilter, NewClip
from app.services.library.clips import Clips, begin_clips, forget_drafts, note_rendered, rendered_clip
from app.tests.services.library.clip_rows import add_clip


@pytest.fixture
def store(any_database: Database) -> Clips:
    return Clips(any_database)


def named(store: Clips, owner: str | None = None, **wanted: str) -> list[str]:
    page = store.page(owner, ClipFilter.model_validate(wanted), sort="name", limit=50)
    return [clip.name for clip in page.items]


def test_a_clip_of_another_is_as_unknown_as_none(store: Clips, any_database: Database, any_settings: Settings) -> None:
    mine = add_clip(any_database, any_settings, owner="me")
    assert store.get("me", mine.id) == mine
    for owner, clip_id in ((None, mine.id), ("you", mine.id), ("me", "nobody"), ("me", "\0")):
        for ask in (
            lambda o=owner, c=clip_id: store.get(o, c),
            lambda o=owner, c=clip_id: store.change(o, c, {"name": "x"}),
            lambda o=owner, c=clip_id: store.mark(o, [c], "kept"),
            lambda o=owner, c=clip_id: store.remove(o, c),
            lambda o=owner, c=clip_id: store.some(o, [c]),
        ):
            with pytest.raises(InputError) as caught:
                ask()
            assert caught.value.instance_code == "clip_unknown"
    assert named(store) == named(store, "you") == [] and named(store, "me") == ["clip-01"]


def test_a_change_raises_the_version_and_is_refused_over_somebody_elses(
    store: Clips, any_database: Database, any_settings: Settings
) -> None:
    clip = add_clip(any_database, any_settings)
    changed = store.change(None, clip.id, {"name": "Cafea"}, expected=1)
    assert (changed.name, changed.version) == ("Cafea", 2)
    with pytest.raises(InputError) as caught:
        store.change(None, clip.id, {"name": "Ceai"}, expected=1)
    assert caught.value.instance_code == "version_conflict"
    with pytest.raises(InputError):
        store.remove(None, clip.id, expected=1)
    assert store.get(None, clip.id).name == "Cafea"
    assert store.remove(None, clip.id, expected=2).id == clip.id


def test_lists_are_filtered_sorted_and_paged(store: Clips, any_database: Database, any_settings: Settings) -> None:
    for n, name in enumerate(["Ștefan", "ana", "Zoe"]):
        add_clip(any_database, any_settings, name=name, project_id="p" if n else None, state="kept" if n else "new")
    assert named(store) == ["ana", "Ștefan", "Zoe"]
    assert named(store, project_id="p") == ["ana", "Zoe"] and named(store, project_id="\0") == []
    assert named(store, state="new") == ["Ștefan"] and named(store, search="STEF") == ["Ștefan"]
    first = store.page(None, ClipFilter(), limit=2)
    assert [clip.name for clip in first.items] == ["Zoe", "ana"] and first.total == 3
    rest = store.page(None, ClipFilter(), limit=2, cursor=first.next_cursor)
    assert [clip.name for clip in rest.items] == ["Ștefan"] and rest.next_cursor is None


def test_all_are_marked_or_none(store: Clips, any_database: Database, any_settings: Settings) -> None:
    some = [add_clip(any_database, any_settings, name=name) for name in "ab"]
    with pytest.raises(InputError):
        store.mark(None, [some[0].id, "nobody"], "dropped")
    assert {store.get(None, clip.id).state for clip in some} == {"new"}
    marked = store.mark(None, [some[1].id, some[0].id, some[1].id], "dropped")
    assert [(clip.name, clip.state) for clip in marked] == [("b", "dropped"), ("a", "dropped")]


def test_clips_that_were_chosen_are_noted_once(any_database: Database, store: Clips) -> None:
    new = [NewClip(id=one, name=one, edit_identity=one) for one in ("a", "b")]
    with any_database.write() as connection:
        begin_clips(connection, new, job_id="j", project_id=None, owner="me")
    store.change("me", "a", {"name": "mine"})
    with any_database.write() as connection:
        begin_clips(
            connection, [*new, NewClip(id="c", name="c", edit_identity="c")], job_id="j", project_id=None, owner="me"
        )
    assert named(store, "me") == ["b", "c", "mine"]


def test_a_cancelled_job_takes_its_drafts_along_but_no_clip_that_somebody_touched(
    any_database: Database, store: Clips, any_settings: Settings
) -> None:
    new = [NewClip(id=one, name=one, edit_identity=one) for one in ("draft", "kept", "renamed", "rendered")]
    with any_database.write() as connection:
        begin_clips(connection, new, job_id="j", project_id=None, owner=None)
        note_rendered(connection, _locked(connection, "rendered"), files={"mp4": "/x"}, rendered_identity="rendered")
    store.mark(None, ["kept"], "kept")
    store.change(None, "renamed", {"name": "renamed"})
    other = add_clip(any_database, any_settings, name="of another job")
    with any_database.write() as connection:
        forget_drafts(connection, ["j", "k"])
        left = set(connection.execute(select(clips.c.id)).scalars())
    assert left == {"kept", "renamed", "rendered", other.id}


def test_a_render_is_no_change_by_a_person(any_database: Database, store: Clips, any_settings: Settings) -> None:
    clip = add_clip(any_database, any_settings)
    store.render_asked("somebody else", clip.id, "theirs")
    store.render_asked(None, clip.id, "mine")
    with any_database.write() as connection:
        note_rendered(connection, _locked(connection, clip.id), files={"mp4": "/x"}, rendered_identity="older")
        assert rendered_clip(connection, "nobody") is None
    after = store.get(None, clip.id)
    assert (after.version, after.render_job_id) == (1, "mine")
    assert after.is_rendered and after.is_stale
    assert not store.change(None, clip.id, {"edit_identity": "older"}).is_stale


def _locked(connection: Connection, clip_id: str) -> Clip:
    found = rendered_clip(connection, clip_id)
    assert found is not None
    return found
