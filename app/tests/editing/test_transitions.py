"""At which cuts shots go over into each other, and where the footage does not allow it."""

import pytest

from app.cli.options import read_transition
from app.data import presets, qualities
from app.editing.document import build_edit
from app.editing.timing import even_slots
from app.editing.transitions import sentence_starts, transition_notes, with_transitions, without_lost_handles
from app.editing.variants import choose
from app.errors import InputError
from app.models.edit import EditShot, Transition
from app.models.timing import Span
from app.models.voice import TimedToken
from app.tests.editing.synthetic import cut_footage, take

DISSOLVE, DIP = Transition(kind="dissolve", frames=10), Transition(kind="dip", frames=10)


def one(start: float, frames: int = 30) -> EditShot:
    return EditShot(id="s", source="a" * 64, source_start=start, frames=frames, framing="crop")


def kinds(shots: tuple[EditShot, ...]) -> list[str]:
    return [shot.enter.kind for shot in shots]


def token(index: int, text: str, start: float, breaks: bool = False, spoken: bool = True) -> TimedToken:
    return TimedToken(index=index, text=text, start=start, end=start + 0.2, breaks_after=breaks, spoken=spoken)


def test_sentences_begin_behind_full_stops_not_commas() -> None:
    tokens = [
        token(0, "Bună,", 0.0, breaks=True),
        token(1, "lume!", 0.5, breaks=True),
        token(2, "🔥", 0.7, spoken=False),
        token(3, "Vino", 1.0),
        token(4, "azi.", 1.5, breaks=True),
    ]
    assert sentence_starts(tokens) == {30}


def test_every_cut_or_those_that_are_named() -> None:
    shots, free = [one(2), one(5), one(8)], [None] * 3
    assert kinds(with_transitions(shots, free, DISSOLVE, None)) == ["cut", "dissolve", "dissolve"]
    assert kinds(with_transitions(shots, free, DISSOLVE, frozenset([60]))) == ["cut", "cut", "dissolve"]
    assert with_transitions(shots, free, Transition(), None) == tuple(shots)


@pytest.mark.parametrize(
    ("left", "right", "kind"),
    [
        (Span(start=0, end=4), Span(start=0, end=10), "dissolve"),
        (Span(start=0, end=3.2), Span(start=0, end=10), "cut"),
        (Span(start=0, end=4), Span(start=4.8, end=10), "cut"),
    ],
)
def test_a_dissolve_needs_footage_beyond_the_cut_on_both_sides(left: Span, right: Span, kind: str) -> None:
    assert kinds(with_transitions([one(2), one(5)], [left, right], DISSOLVE, None)) == ["cut", kind]
    assert kinds(with_transitions([one(2), one(5)], [left, right], DIP, None)) == ["cut", "dip"]


def test_a_short_shot_has_no_room_for_one() -> None:
    assert kinds(with_transitions([one(2, 10), one(5)], [None, None], DIP, None)) == ["cut", "cut"]


@pytest.mark.parametrize(
    ("span", "expected"),
    [
        (Span(start=0, end=10), ["cut", "dissolve", "dissolve"]),
        (Span(start=5, end=10), ["cut", "cut", "dissolve"]),
        (Span(start=0, end=6), ["cut", "dissolve", "cut"]),
        (None, ["cut", "dissolve", "dissolve"]),
    ],
)
def test_a_shot_that_was_swapped_in_keeps_the_dissolves_it_has_footage_for(
    span: Span | None, expected: list[str]
) -> None:
    shots = (one(2), one(5).evolve(enter=DISSOLVE), one(8).evolve(enter=DISSOLVE))
    assert kinds(without_lost_handles(shots, 1, span)) == expected
    dips = tuple(shot.evolve(enter=DIP if shot.enter.frames else shot.enter) for shot in shots)
    assert without_lost_handles(dips, 1, span) == dips


def test_what_stays_hard_is_told() -> None:
    shots = (one(2), one(5), one(8).evolve(enter=DISSOLVE))
    (note,) = transition_notes([shots], DISSOLVE, [{30, 60}])
    assert note == (
        "1 of 2 cuts stay hard: at 1 the footage does not go on long enough beside it for a dissolve of 10 frames"
    )
    assert transition_notes([shots], DISSOLVE, [{60}]) == []
    assert transition_notes([shots], Transition(), [set()]) == []
    assert "there is no cut for it" in transition_notes([(one(2),)], DISSOLVE, [set()])[0]


def test_why_cuts_stay_hard_is_told_for_each_reason() -> None:
    shots = (one(2), one(5, 10), one(8, 50), one(12, 50))
    (note,) = transition_notes([shots[:3]], DIP, [{30, 40}])
    assert note == "2 of 2 cuts stay hard: at 2 a shot is not longer than a dip of 10 frames"
    (note,) = transition_notes([shots, shots], DISSOLVE, [{30, 90}, {90}])
    assert note == (
        "3 of 3 cuts stay hard: at 2 the footage does not go on long enough beside them for a dissolve of 10 frames,"
        " and at 1 a shot is not longer than that"
    )


def test_a_document_with_dissolves_adds_up() -> None:
    files = [take("b.mp4", 40), take("a.mp4", 40), cut_footage("c.mp4", [1.0])]
    picks = choose(files, [even_slots(600, 1)], 1).variants[0].picks
    edit = build_edit(
        name="clip",
        picks=picks,
        footage=files,
        preset=presets()["tiktok"],
        quality=qualities()["draft"],
        framing="crop",
        transition=DISSOLVE,
    )
    assert edit.frames == 600
    assert {shot.enter.kind for shot in edit.shots[1:]} >= {"dissolve"}


@pytest.mark.parametrize(
    ("kind", "frames"), [("wipe", None), ("dissolve", 7), ("dissolve", 0), ("dip", 62), ("cut", 10)]
)
def test_a_wrong_transition_is_named(kind: str, frames: int | None) -> None:
    with pytest.raises(InputError, match=kind) as caught:
        read_transition(kind, frames)
    assert caught.value.subject == "transition"


def test_a_transition_is_ten_frames_by_default() -> None:
    assert read_transition("dissolve", None) == DISSOLVE
    assert read_transition("cut", None) == Transition()
