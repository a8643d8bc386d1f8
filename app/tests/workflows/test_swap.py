"""Another shot in a clip of several: what its siblings show and its marks hold, however often shots are swapped."""

import unicodedata
from pathlib import Path
from typing import Literal

import pytest

from app.config import Settings
from app.data import presets, qualities
from app.editing.candidates import Footage
from app.editing.choice import Pick
from app.editing.document import build_edit, edit_json
from app.editing.swap import alternatives
from app.media.probe import probe
from app.models.control import Control
from app.models.edit import Edit, FramingChoice
from app.models.marks import FileMarks, FootageMarks, MarkedSegment
from app.models.media import Box, Focus
from app.services.analysis import analyze_once
from app.services.choices import Choices, ChosenFrom
from app.services.edits import EditLibrary
from app.services.sources import SourceIndex
from app.tests.conftest import ClipMaker
from app.tests.editing.synthetic import cut_footage
from app.tests.editing.test_marked_choice import marked, shows
from app.workflows.swap import Swap, find_alternatives, siblings_of, take

ONCE = MarkedSegment(start=43, end=55, single_use=True)
FILE = marked(cut_footage("a.mp4", [14] * 5), ONCE)


def pick(start: float, item: Footage = FILE) -> Pick:
    return Pick(source=item.info.content_hash, shot=int(start // 14), start=start, frames=90, score=0.5, reason="r")


def edit_of(name: str, *starts: float, item: Footage = FILE, framing: FramingChoice = "crop") -> Edit:
    return build_edit(
        name=name,
        picks=[pick(start, item) for start in starts],
        footage=[item],
        preset=presets()["tiktok"],
        quality=qualities()["draft"],
        framing=framing,
    )


def faces_at(name: str, *places: float) -> Footage:
    """Return a shot across the picture, with faces at these shares of its width."""
    faces = tuple(Box(left=x - 0.05, top=0.3, right=x + 0.05, bottom=0.5) for x in places)
    item = cut_footage(name, [14])
    (shot,) = item.analysis.shots
    focus = Focus(x=0.5, y=0.5, spread=0.3, faces=faces)
    shot = shot.evolve(moments=tuple(moment.evolve(focus=focus) for moment in shot.moments))
    info = item.info.evolve(width=1920, height=1080)
    return item.evolve(info=info, analysis=item.analysis.evolve(shots=(shot,)))


@pytest.fixture
def two(settings: Settings) -> list[Edit]:
    """Two clips that were chosen together."""
    edits = [edit_of("clip-01", 1, 15), edit_of("clip-02", 6, 20)]
    known = ChosenFrom(
        footage={FILE.info.content_hash: FILE.name},
        marks=FootageMarks(files=(FILE.marks,)) if FILE.marks else FootageMarks(),
        siblings=tuple(edit.identity for edit in edits),
    )
    for edit in edits:
        EditLibrary(settings).keep(edit)
        Choices(settings).keep(edit, known)
    return edits


def swapped(edit: Edit, start: float, out: Path, settings: Settings) -> Edit:
    """Return the edit with the footage from `start` on in place of its first shot."""
    return take(Swap(edit, 1, (pick(start),), (FILE,), Choices(settings).of(edit), ()), 1, out, settings)


def offers_what_is_for_one_clip(edit: Edit, settings: Settings) -> bool:
    others = siblings_of(edit, Choices(settings).of(edit), settings)
    return any(shows(each, FILE, ONCE.start, ONCE.end) > 0 for each in alternatives(edit, 1, [FILE], others))


def test_what_a_swap_brought_into_one_clip_is_not_offered_to_its_siblings(
    two: list[Edit], settings: Settings, tmp_path: Path
) -> None:
    first, second = two
    assert offers_what_is_for_one_clip(second, settings)
    new = swapped(first, 44, tmp_path / "new.edit.json", settings)
    assert siblings_of(second, Choices(settings).of(second), settings) == [new]
    assert not offers_what_is_for_one_clip(second, settings)
    assert offers_what_is_for_one_clip(first, settings), "the document that was swapped is the same clip"


def test_what_a_swap_took_out_of_a_clip_is_free_again(two: list[Edit], settings: Settings, tmp_path: Path) -> None:
    new = swapped(two[0], 44, tmp_path / "new.edit.json", settings)
    swapped(new, 30, tmp_path / "newer.edit.json", settings)
    assert offers_what_is_for_one_clip(two[1], settings)


def test_documents_that_were_swapped_know_of_later_swaps_in_other_clips(
    two: list[Edit], settings: Settings, tmp_path: Path
) -> None:
    new = swapped(two[0], 30, tmp_path / "new.edit.json", settings)
    other = swapped(two[1], 44, tmp_path / "other.edit.json", settings)
    for edit in (two[0], new):
        assert siblings_of(edit, Choices(settings).of(edit), settings) == [other]
        assert not offers_what_is_for_one_clip(edit, settings)
    assert siblings_of(two[1], Choices(settings).of(two[1]), settings) == [new]


def test_a_document_that_a_person_changed_is_still_its_clip(
    two: list[Edit], settings: Settings, tmp_path: Path
) -> None:
    changed = two[0].evolve(poster_frame=3)
    new = swapped(changed, 44, tmp_path / "new.edit.json", settings)
    assert siblings_of(new, Choices(settings).of(new), settings) == [two[1]]
    assert siblings_of(two[1], Choices(settings).of(two[1]), settings) == [new]


def test_an_edit_of_nobody_known_has_no_siblings(settings: Settings, tmp_path: Path) -> None:
    new = swapped(edit_of("clip-01", 1, 15), 44, tmp_path / "new.edit.json", settings)
    assert siblings_of(new, Choices(settings).of(new), settings) == []


@pytest.mark.parametrize(
    ("asked", "old", "new", "mode"),
    [
        ("auto", (0.07, 0.93), (0.5,), "crop"),
        ("auto", (0.5,), (0.07, 0.93), "blur"),
        ("crop", (0.5,), (0.07, 0.93), "crop"),
        (None, (0.5,), (0.07, 0.93), "crop"),  # of an edit that was made elsewhere only its shots' framing is known
    ],
)
def test_the_framing_that_was_asked_for_decides_anew(
    asked: FramingChoice | None,
    old: tuple[float, ...],
    new: tuple[float, ...],
    mode: str,
    settings: Settings,
    tmp_path: Path,
) -> None:
    before, item = faces_at("old.mp4", *old), faces_at("new.mp4", *new)
    edit = edit_of("clip-01", 1, 5, item=before, framing=asked or "auto")
    known = ChosenFrom(footage={}, marks=FootageMarks(), siblings=(), framing=asked)
    other = take(Swap(edit, 1, (pick(9, item),), (item,), known, ()), 1, tmp_path / "new.edit.json", settings)
    assert other.shots[0].framing == mode
    assert Choices(settings).of(other).framing == asked


@pytest.mark.slow
@pytest.mark.parametrize(("form", "thorough"), [("NFC", False), ("NFD", True)])
def test_marks_hold_under_every_spelling_of_a_name_and_the_footage_is_measured_as_before(
    form: Literal["NFC", "NFD"], thorough: bool, make: ClipMaker, settings: Settings, tmp_path: Path
) -> None:
    path = make(seconds=12, cuts=(), size=(160, 90), seed=31)
    info = probe(path)
    SourceIndex(settings).remember(path, info)
    analysis = analyze_once(path, info, settings, Control(), thorough=thorough)
    item = Footage(info=info, name="ceașcă.mp4", analysis=analysis)
    never = MarkedSegment(start=7, end=12, never_use=True)
    spelt = FileMarks(file=f" {unicodedata.normalize(form, item.name)}", segments=(never,))
    edit = edit_of("clip-01", 0.5, item=item)
    marks = FootageMarks(files=(spelt,))
    known = ChosenFrom(footage={info.content_hash: item.name}, marks=marks, siblings=(), thorough=thorough)
    Choices(settings).keep(edit, known)
    place = tmp_path / "clip-01.edit.json"
    place.write_text(edit_json(edit), encoding="utf-8")
    swap = find_alternatives(place, 1, [], settings, Control())
    assert [each.analysis for each in swap.footage] == [analysis]
    assert swap.picks
    assert all(shows(each, item, never.start, never.end) == 0 for each in swap.picks)
