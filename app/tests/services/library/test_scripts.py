"""Scripts belong to a project, have a name in any case, and are changed by nobody unseen."""

from typing import Any

import pytest

from app.db import Database
from app.errors import InputError
from app.models.library.project import ProjectFields
from app.models.library.script import Script, ScriptChange, ScriptFields
from app.services.library.projects import Projects
from app.services.library.scripts import Scripts, name_of
from app.tests.services.library.things import ANA

TEXT = "O cafea bună începe cu boabe proaspete.\nVino la noi!"


@pytest.fixture
def store(any_database: Database) -> Scripts:
    for project, owner in (("p", None), ("q", None), ("ana", ANA)):
        Projects(any_database).new(owner, ProjectFields(name="Espresso"), 20.0, project)
    return Scripts(any_database)


def refused(code: str) -> Any:
    return pytest.raises(InputError, check=lambda error: error.instance_code == code)


def new(store: Scripts, script_id: str, project: str = "p", owner: str | None = None, **more: Any) -> Script:
    return store.new(owner, project, ScriptFields(**{"text": TEXT, **more}), script_id)


def test_what_is_written_is_kept(store: Scripts) -> None:
    made = new(store, "s", language="ro", voice="espeak:ro", speed=1.1, name="Toamnă")
    assert made == store.get(None, "s")
    assert (made.text, made.language, made.voice, made.speed, made.name) == (TEXT, "ro", "espeak:ro", 1.1, "Toamnă")
    assert (made.words, made.version, made.project_id) == (10, 1, "p")
    bare = new(store, "t")
    assert (bare.language, bare.voice, bare.speed) == (None, None, None)
    assert bare.name == "O cafea bună începe cu boabe proaspete. Vino la noi!"
    assert new(store, "t") == bare


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Bună", "Bună"),
        ("  Bună\n\tziua  ", "Bună ziua"),
        ("cuvânt " * 30, "cuvânt cuvânt cuvânt cuvânt cuvânt cuvânt cuvânt cuvânt…"),
        ("x" * 100, "x" * 60 + "…"),
        ("\u200b\u200e", "script"),
    ],
)
def test_a_name_is_made_of_the_first_words(text: str, name: str) -> None:
    assert name_of(text) == name


def test_lists_are_of_one_project(store: Scripts) -> None:
    for n in range(5):
        new(store, str(n), name=f"take {n}")
    new(store, "other", "q")
    new(store, "hers", "ana", ANA)
    first = store.page(None, "p", limit=3)
    rest = store.page(None, "p", limit=3, cursor=first.next_cursor)
    assert [one.id for one in first.items + rest.items] == ["0", "1", "2", "3", "4"]
    assert [one.id for one in store.page(None, "p", sort="newest").items] == ["4", "3", "2", "1", "0"]
    for owner, project in ((None, "none"), (None, "ana"), (ANA, "p")):
        with refused("project_unknown"):
            store.page(owner, project)
        with refused("project_unknown"):
            new(store, "new", project, owner)


def test_some_of_a_project_in_the_order_asked_for(store: Scripts) -> None:
    for name in "abc":
        new(store, name)
    new(store, "other", "q")
    assert [one.id for one in store.of_project(None, "p", ("c", "a", "c"))] == ["c", "a", "c"]
    for wrong in ("other", "none"):
        with refused("script_unknown"):
            store.of_project(None, "p", ("a", wrong))
    with refused("script_unknown"):
        store.of_project(ANA, "p", ("a",))


def test_changes_and_removal_know_versions_and_owners(store: Scripts) -> None:
    new(store, "s", voice="espeak:ro")
    changed = store.change(None, "s", ScriptChange(text="Alt text", voice=None), expected=1)
    assert (changed.text, changed.voice, changed.version) == ("Alt text", None, 2)
    with refused("version_conflict"):
        store.change(None, "s", ScriptChange(text="x"), expected=1)
    for asked in (
        lambda: store.get(ANA, "s"),
        lambda: store.change(ANA, "s", ScriptChange(text="x")),
        lambda: store.remove(ANA, "s"),
    ):
        with refused("script_unknown"):
            asked()
    store.remove(None, "s", expected=2)
    with refused("script_unknown"):
        store.get(None, "s")
