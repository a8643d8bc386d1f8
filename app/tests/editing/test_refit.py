"""A finished edit for another place or with another voice: its shots stay where they are in the footage."""

from itertools import pairwise

import pytest

from app.data import presets, qualities
from app.editing.candidates import Footage
from app.editing.choice import Pick
from app.editing.document import build_edit, canvas_for
from app.editing.refit import fits_as_it_is, for_place, for_voice, in_order
from app.errors import NotEnoughFootage
from app.models.brand import BrandWish, CallWish, CardWish
from app.models.edit import Edit, Transition, VoiceTrack
from app.tests.editing.synthetic import cut_footage

FILE = cut_footage("a.mp4", [14] * 5)
WIDE = FILE.evolve(info=FILE.info.evolve(width=1920, height=1080))
VOICE = VoiceTrack(audio_hash="e" * 64, voice_id="espeak:ro", language="ro", duration=5.6, speed=1.0)


def edit_of(*starts: float, item: Footage = FILE, frames: int = 90, **more: object) -> Edit:
    picks = [
        Pick(source=item.info.content_hash, shot=int(start // 14), start=start, frames=frames, score=0.5, reason="r")
        for start in starts
    ]
    return build_edit(
        name="clip-01",
        picks=picks,
        footage=[item],
        preset=presets()["tiktok"],
        quality=qualities()["standard"],
        framing="crop",
        **more,  # type: ignore[arg-type]
    )


def spoken(edit: Edit, total: int, *starts: int, item: Footage = FILE) -> Edit:
    footage = {item.info.content_hash: item}
    return for_voice(edit, VOICE, None, total, frozenset(starts), footage)


def spans(edit: Edit) -> list[tuple[float, float]]:
    return [(shot.excerpt.span.start, shot.excerpt.span.end) for shot in edit.shots]


def test_a_draft_of_the_same_place_needs_no_footage() -> None:
    edit = edit_of(1, 15)
    draft = for_place(edit, presets()["tiktok"], qualities()["draft"], None, {})
    assert (draft.canvas.width, draft.quality, draft.shots) == (540, "draft", edit.shots)
    assert draft.id != edit.id and for_place(draft, presets()["tiktok"], qualities()["standard"], None, {}) == edit
    assert fits_as_it_is(edit, canvas_for(presets()["youtube_shorts"], qualities()["draft"]))
    assert not fits_as_it_is(edit, canvas_for(presets()["square"], qualities()["standard"]))


def test_for_a_place_of_another_shape_each_shot_is_framed_anew() -> None:
    edit = edit_of(1, 15, item=WIDE)
    footage = {WIDE.info.content_hash: WIDE}
    wide = for_place(edit, presets()["landscape"], qualities()["standard"], None, footage, "auto")
    assert (wide.canvas.width, wide.canvas.height) == (1920, 1080)
    assert spans(wide) == spans(edit)
    back = for_place(wide, presets()["tiktok"], qualities()["standard"], None, footage, "crop")
    assert [shot.move for shot in back.shots] == [shot.move for shot in edit.shots]
    assert [shot.reason for shot in back.shots] == [shot.reason for shot in edit.shots], "no reason is told twice"


@pytest.mark.parametrize("total", [100, 150, 180, 181, 240, 300])
def test_the_clip_is_as_long_as_the_voice(total: int) -> None:
    edit = edit_of(1, 15)
    longer = spoken(edit, total)
    assert longer.frames == sum(shot.frames for shot in longer.shots) == total
    assert [shot.source_start for shot in longer.shots] == [1.0, 15.0], "the footage begins where it did"
    assert longer.voice == VOICE and len({shot.id for shot in longer.shots}) == 2


def test_cuts_fall_on_words_where_some_begin_near() -> None:
    words = spoken(edit_of(1, 15, 29), 300, 5, 95, 205, 290)
    assert [sum(shot.frames for shot in words.shots[: n + 1]) for n in range(3)] == [95, 205, 300]
    none = spoken(edit_of(1, 15, 29), 300)
    assert [shot.frames for shot in none.shots] == [100, 100, 100]


def test_a_shot_does_not_run_into_the_next_cut_nor_into_another_shot_of_the_clip() -> None:
    edit = edit_of(10.5, 15, 19, 29)  # the first is near its shot's end, the second is followed by the third
    longer = spoken(edit, 500)
    found = spans(longer)
    assert longer.frames == 500
    assert found[0][0] < 10.5 and found[0][1] <= 14, "it begins earlier, as its footage ends"
    assert found[1][1] <= found[2][0] + 1e-6
    for (start, end), (after, _) in pairwise(sorted(found)):
        assert start < end <= after + 1e-6


def test_a_clip_too_short_for_its_shots_loses_the_last_ones() -> None:
    assert len(spoken(edit_of(1, 15, 29), 80).shots) == 2
    (only,) = spoken(edit_of(1, 15, 29), 20).shots
    assert (only.source_start, only.frames) == (1.0, 20)


def test_what_the_shots_cannot_fill_is_told() -> None:
    with pytest.raises(NotEnoughFootage, match="goes on for"):
        spoken(edit_of(1, 15), 2000)


def test_what_stood_at_the_end_stands_there_still() -> None:
    brand = BrandWish(call_to_action=CallWish(text="Comandă acum", seconds=2), end_card=CardWish(seconds=1))
    edit = edit_of(1, 15, brand=brand)
    longer, shorter = spoken(edit, 240), spoken(edit, 100)
    for changed, total in ((longer, 240), (shorter, 100)):
        assert changed.frames == total + 30 and changed.brand is not None
        call = changed.brand.call_to_action
        assert call is not None and (call.start, call.end) == (total - 60, total)
    early = edit_of(1, 15, brand=BrandWish(call_to_action=CallWish(text="Acum", seconds=2, start=1)))
    assert (kept := spoken(early, 240).brand) and kept.call_to_action and kept.call_to_action.frames.start == 30


def test_transitions_that_no_longer_fit_become_cuts() -> None:
    edit = edit_of(1, 15, transition=Transition(kind="dissolve", frames=20))
    assert edit.shots[1].enter.frames == 20
    assert spoken(edit, 240).shots[1].enter.frames == 20
    assert spoken(edit, 72).shots[1].enter.frames in {0, 20}
    late = edit_of(8, 15, transition=Transition(kind="dissolve", frames=20))
    longer = spoken(late, 330)
    end = longer.shots[0].excerpt.span.end
    assert longer.shots[1].enter.frames == 0 or end + 1 / 3 <= 14


def test_shots_follow_each_other_as_in_the_footage_and_cuts_stay() -> None:
    edit = edit_of(29, 1, 15)
    lengths = [60, 90, 120]
    edit = edit.evolve(shots=tuple(s.evolve(frames=n) for s, n in zip(edit.shots, lengths, strict=True)))
    ordered = in_order(edit, [FILE])
    assert [shot.source_start for shot in ordered.shots] == [1.0, 15.0, 29.0]
    assert [shot.frames for shot in ordered.shots] == lengths and ordered.id != edit.id
    assert in_order(ordered, [FILE]) == ordered


def test_where_a_shot_does_not_go_on_its_cut_moves() -> None:
    edit = edit_of(15, 12.5)
    edit = edit.evolve(frames=250, shots=(edit.shots[0].evolve(frames=205), edit.shots[1].evolve(frames=45)))
    ordered = in_order(edit, [FILE])
    assert ordered.frames == sum(shot.frames for shot in ordered.shots) == 250
    first, second = spans(ordered)
    assert first[1] <= 14 and second[0] == 15.0
