"""Presets of one's own: options under a name, kept as they were said."""

from typing import Any

import pytest

from app.db import Database
from app.errors import InputError
from app.models.library.options import ClipOptions, MusicOption
from app.models.library.preset import PresetChange, PresetFields
from app.services.library.presets import Presets
from app.tests.services.library.things import ANA, a_medium


@pytest.fixture
def store(any_database: Database) -> Presets:
    return Presets(any_database)


def refused(code: str) -> Any:
    return pytest.raises(InputError, check=lambda error: error.instance_code == code)


def test_made_listed_changed_removed(store: Presets) -> None:
    options = ClipOptions(preset="square", captions="karaoke", pauses=0.3)
    made = store.new(None, PresetFields(name="Pătrat", options=options), "a")
    assert made == store.get(None, "a") == store.new(None, PresetFields(name="Pătrat", options=options), "a")
    assert made.options == options
    store.new(None, PresetFields(name="apus"), "b")
    store.new(ANA, PresetFields(name="hers"), "c")
    assert [one.id for one in store.page(None).items] == ["b", "a"]
    changed = store.change(None, "a", PresetChange(name="Square"), expected=1)
    assert (changed.name, changed.options, changed.version) == ("Square", options, 2)
    assert store.change(None, "a", PresetChange(options=ClipOptions())).options == ClipOptions()
    with refused("version_conflict"):
        store.remove(None, "a", expected=1)
    store.remove(None, "a", expected=3)
    assert [one.id for one in store.page(None).items] == ["b"]


def test_those_of_others_are_unknown(store: Presets) -> None:
    store.new(ANA, PresetFields(name="hers"), "c")
    for asked in (
        lambda: store.get(None, "c"),
        lambda: store.change(None, "c", PresetChange(name="x")),
        lambda: store.remove(None, "c"),
    ):
        with refused("preset_unknown"):
            asked()


def test_its_music_must_be_there(store: Presets, any_database: Database) -> None:
    music = MusicOption(music_id=a_medium(any_database, kind="music"))
    store.new(None, PresetFields(name="loud", options=ClipOptions(music=music)), "a")
    gone = ClipOptions(music=MusicOption(music_id="none"))
    with refused("asset_unknown"):
        store.new(None, PresetFields(name="louder", options=gone), "b")
    with refused("asset_unknown"):
        store.change(None, "a", PresetChange(options=gone))
