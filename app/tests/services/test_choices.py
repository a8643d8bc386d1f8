"""What edits were chosen from is kept by their ids, whatever a stranger wrote there."""

from pathlib import Path

import pytest

from app.config import Settings
from app.models.marks import FootageMarks
from app.services.choices import Choices, ChosenFrom
from app.tests.editing.full_edit import FILM, full_edit

CHOSEN = ChosenFrom(footage={FILM: "film.mp4"}, marks=FootageMarks(), siblings=("a" * 64,))


def test_what_was_kept_comes_back_and_of_others_their_own_footage_is_known(settings: Settings) -> None:
    choices, edit = Choices(settings), full_edit()
    assert "film ș 1.mp4" in choices.of(edit).footage.values()
    assert choices.of(edit).siblings == ()
    choices.keep(edit, CHOSEN)
    assert choices.of(edit) == CHOSEN


@pytest.mark.parametrize("name", ["/{}", "../../../{}", "../../edits/{}", "a\0b", "x" * 300, ""])
def test_an_id_is_no_path(settings: Settings, tmp_path: Path, name: str) -> None:
    place = tmp_path / "elsewhere.json"
    place.write_text(CHOSEN.model_dump_json())
    edit = full_edit(id=name.format(str(place).removesuffix(".json").removeprefix("/")))
    choices = Choices(settings)
    assert choices.of(edit) != CHOSEN
    choices.keep(edit, CHOSEN)
    assert choices.of(edit) == CHOSEN
    (kept,) = (path for path in settings.data_dir.rglob("*.json") if path != place)
    assert kept.is_relative_to(settings.data_dir / "library" / "choices")
