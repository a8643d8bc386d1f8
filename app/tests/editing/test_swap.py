"""Alternatives for one shot: as long, elsewhere, under the same rules."""

import itertools
from collections.abc import Sequence

import pytest

from app.data import presets, qualities
from app.editing.candidates import Footage
from app.editing.choice import Pick
from app.editing.document import build_edit, with_pick
from app.editing.swap import MOST_ALTERNATIVES, alternatives
from app.editing.variants import choose
from app.errors import InputError, NotEnoughFootage
from app.models.edit import Captions, Cue, CueWord, Edit, Transition
from app.models.marks import FileMarks, MarkedSegment, Pin
from app.models.media import Moment
from app.tests.editing.synthetic import cut_footage, footage, moment, shot, take
from app.tests.editing.test_marked_choice import marked, on_screen, shows
from app.tests.editing.test_variants import slots_for


def edits_of(files: Sequence[Footage], count: int = 1, frames: int = 300, **more: object) -> list[Edit]:
    choice = choose(files, slots_for(count, frames), 1)
    return [
        build_edit(
            name=f"clip-{n}",
            picks=variant.picks,
            footage=files,
            preset=presets()["tiktok"],
            quality=qualities()["draft"],
            framing="crop",
            **more,  # type: ignore[arg-type]
        )
        for n, variant in enumerate(choice.variants, 1)
    ]


def captioned(edit: Edit, word: str, slot: int) -> Edit:
    """Return `edit` with one word said at the beginning of a slot."""
    start = sum(shot.frames for shot in edit.shots[:slot])
    cue = Cue(id="c", start=start, end=start + 20, words=(CueWord(text=word, start=start, end=start + 15),), lines=(1,))
    return edit.evolve(captions=Captions(style="bold", language="ro", cues=(cue,)))


def check_rules(edit: Edit, number: int, picks: Sequence[Pick], files: Sequence[Footage]) -> None:
    hashes = {item.info.content_hash: item for item in files}
    for pick in picks:
        assert pick.frames == edit.shots[number - 1].frames
        item = hashes[pick.source]
        for own in edit.shots:
            if own.source == pick.source:
                assert shows(pick, item, own.source_start, own.source_start + own.frames / 30) < 1e-5
        for mark in item.marks.segments if item.marks else ():
            assert not mark.never_use or shows(pick, item, mark.start, mark.end) == 0
    for one, other in itertools.combinations(picks, 2):
        if (one.source, one.shot) == (other.source, other.shot):
            assert (
                max(on_screen(one).start, on_screen(other).start)
                >= min(on_screen(one).end, on_screen(other).end) + 0.99
            )


def test_five_others_as_long_that_the_clip_does_not_show() -> None:
    never = MarkedSegment(start=10, end=30, never_use=True)
    files = [marked(take("a.mp4", 80), never), cut_footage("b.mp4", [6.0] * 5)]
    (edit,) = edits_of(files)
    for number in range(1, len(edit.shots) + 1):
        picks = alternatives(edit, number, files)
        assert len(picks) == MOST_ALTERNATIVES
        check_rules(edit, number, picks, files)
        assert all("sharpness" in pick.reason for pick in picks)
    assert alternatives(edit, 2, files[::-1]) == alternatives(edit, 2, files)


def test_what_is_spoken_of_comes_first() -> None:
    files = [
        take("main.mp4", 60),
        marked(take("side.mp4", 20), MarkedSegment(start=4, end=9, keywords=("cafea",)), role="secondary"),
    ]
    (edit,) = edits_of(files)
    picks = alternatives(captioned(edit, "cafeaua", 1), 2, files)
    assert picks[0].source == files[1].info.content_hash
    assert shows(picks[0], files[1], 4, 9) > 0.7 * picks[0].frames / 30
    assert 'shown at "cafeaua" for its keyword "cafea"' in picks[0].reason
    assert all(pick.source == files[0].info.content_hash for pick in alternatives(edit, 2, files))


def test_single_use_segments_of_sibling_clips_are_not_offered() -> None:
    pinned = [Pin(start=30, end=31, clip=2)]
    files = [marked(take("a.mp4", 60), MarkedSegment(start=20, end=40, single_use=True), pins=pinned)]
    first, second = edits_of(files, 2)
    (own,) = [shot for shot in second.shots if "pinned" in shot.reason]
    assert 20 < own.source_start < 40
    for number in range(1, len(first.shots) + 1):
        for pick in alternatives(first, number, files, [second]):
            assert shows(pick, files[0], 20, 40) == 0


def test_neighbours_that_would_look_alike_come_last_and_say_so() -> None:
    def same(at: float) -> Moment:
        return moment(at, dhash="0" * 16)

    files = [cut_footage("a.mp4", [6.0] * 3), footage("still.mp4", [shot(0, 0, 40, same)])]
    (edit,) = edits_of(files)
    kept = [shot.source == files[1].info.content_hash for shot in edit.shots]
    number = kept.index(True) + 1
    beside = number + 1 if number < len(edit.shots) else number - 1
    told = ["looks like the shot beside it" in pick.reason for pick in alternatives(edit, beside, files)]
    assert told == sorted(told)


def test_shots_between_dissolves_have_footage_beyond_their_ends() -> None:
    files = [cut_footage("a.mp4", [3.5] * 30)]
    (edit,) = edits_of(files, transition=Transition(kind="dissolve", frames=12))
    numbers = [n for n, own in enumerate(edit.shots, 1) if own.enter.frames]
    assert numbers
    for number in numbers:
        for pick in alternatives(edit, number, files):
            swapped = with_pick(edit, number - 1, pick, files[0], "new")
            assert swapped.shots[number - 1].enter == edit.shots[number - 1].enter


def test_taking_one_changes_that_shot_and_the_sources_only() -> None:
    files = [take("a.mp4", 24), take("b.mp4", 24)]
    (edit,) = edits_of(files)
    pick = next(p for p in alternatives(edit, 1, files))
    item = next(item for item in files if item.info.content_hash == pick.source)
    new = with_pick(edit, 0, pick, item, "new")
    assert new.id != edit.id
    assert new.shots[1:] == edit.shots[1:]
    assert (new.shots[0].source, new.shots[0].source_start) == (pick.source, pick.start)
    assert {ref.content_hash for ref in new.sources} == {own.source for own in new.shots}
    assert with_pick(edit, 0, pick, item, "new") == new


@pytest.mark.parametrize("number", [0, -1, 99])
def test_a_shot_that_there_is_not(number: int) -> None:
    files = [take("a.mp4", 24)]
    (edit,) = edits_of(files)
    with pytest.raises(InputError, match=f"no shot {number}"):
        alternatives(edit, number, files)


def test_nothing_else_to_show() -> None:
    files = [take("a.mp4", 10.3)]
    (edit,) = edits_of(files)
    with pytest.raises(NotEnoughFootage, match="nothing else to show") as caught:
        alternatives(edit, 1, files)
    assert "--source" not in caught.value.hint, "what it names is only where the same footage is now"


def test_nothing_may_be_shown_at_all_any_more() -> None:
    (edit,) = edits_of([take("a.mp4", 24)])
    never = MarkedSegment(start=0, end=24, never_use=True)
    with pytest.raises(NotEnoughFootage, match="nothing else to show"):
        alternatives(edit, 1, [marked(take("a.mp4", 24), never)])


def test_short_shots_are_replaced_by_ones_as_short() -> None:
    files = [cut_footage("a.mp4", [4.0, *[1.1] * 6])]
    picks = [
        Pick(source=files[0].info.content_hash, shot=0, start=start, frames=frames, score=0.5, reason="r")
        for start, frames in ((0.5, 24), (1.5, 60))
    ]
    edit = build_edit(
        name="clip",
        picks=picks,
        footage=files,
        preset=presets()["tiktok"],
        quality=qualities()["draft"],
        framing="crop",
    )
    found = alternatives(edit, 1, files)
    assert len(found) == MOST_ALTERNATIVES
    check_rules(edit, 1, found, files)


def test_an_edit_whose_shots_lie_outside_what_may_be_shown_now_can_still_be_changed() -> None:
    files = [take("a.mp4", 60)]
    (edit,) = edits_of(files)
    own = edit.shots[1]
    never = MarkedSegment(start=own.source_start, end=own.source_start + own.frames / 30, never_use=True)
    changed = [files[0].evolve(marks=FileMarks(file="a.mp4", segments=(never,)))]
    check_rules(edit, 2, alternatives(edit, 2, changed), changed)
