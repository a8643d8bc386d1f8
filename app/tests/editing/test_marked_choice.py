"""A person's marks in the choice of all variants: checked on what was chosen, by brute force."""

import itertools
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.data import presets, qualities
from app.editing.candidates import Footage
from app.editing.choice import Choice, Pick
from app.editing.document import build_edit
from app.editing.matching import labels_of, spoken_matches
from app.editing.timing import even_slots, voice_slots
from app.editing.variants import choose
from app.errors import FootageError, NotEnoughFootage
from app.models.base import canonical_json
from app.models.edit import Transition
from app.models.marks import FileMarks, MarkedSegment, Pin
from app.models.media import Moment
from app.models.timing import Span
from app.tests.editing.spoken_words import frame_of, said
from app.tests.editing.synthetic import cut_footage, footage, moment, shot, take
from app.tests.editing.test_variants import slots_for

TINY = 1e-5


def on_screen(pick: Pick) -> Span:
    return Span(start=pick.start, end=pick.start + pick.frames / 30)


def shows(pick: Pick, item: Footage, start: float, end: float) -> float:
    """Return how many seconds of `item` between `start` and `end` a pick shows."""
    same = pick.source == item.info.content_hash
    return on_screen(pick).overlap(Span(start=start, end=end)) if same else 0.0


def check_marks_kept(choice: Choice, files: Sequence[Footage], slots: Sequence[Sequence[int]]) -> None:
    """Assert that every mark holds, and that nothing is shown twice, looking at each pick and mark by itself."""
    for variant in choice.variants:
        assert sum(variant.slots) == sum(slots[variant.index])
        if not variant.recut:
            assert set(itertools.accumulate(variant.slots)) <= set(itertools.accumulate(slots[variant.index]))
        for one, other in itertools.combinations(variant.picks, 2):
            if one.source == other.source:
                assert on_screen(one).overlap(on_screen(other)) < TINY, "a second is shown twice"
    for item in files:
        marks = item.marks or FileMarks(file="none")
        for mark in marks.segments:
            clips = {v.index for v in choice.variants for p in v.picks if shows(p, item, mark.start, mark.end) > TINY}
            assert not (mark.never_use and clips), "what is never used is shown"
            assert not (mark.single_use and len(clips) > 1), "what is for one clip is in several"
        for pin in marks.pins:
            for variant in choice.variants:
                if pin.clip in {None, variant.index + 1}:
                    at = range(len(variant.picks)) if pin.shot is None else [pin.shot - 1]
                    shown = max(shows(variant.picks[n], item, pin.start, pin.end) for n in at)
                    assert shown >= pin.end - pin.start - 0.4 - TINY, "a pin is not shown"
        if item.info.still:
            assert all(sum(p.source == item.info.content_hash for p in v.picks) <= 1 for v in choice.variants)


def marked(item: Footage, *segments: MarkedSegment, pins: Sequence[Pin] = (), **more: object) -> Footage:
    fields = {"file": item.name, "segments": segments, "pins": tuple(pins), **more}
    return item.evolve(marks=FileMarks.model_validate(fields))


def photo(name: str, seconds: float = 6.0) -> Footage:
    def one_look(at: float) -> Moment:
        return moment(at, dhash=name.encode().hex()[:16].ljust(16, "0"))

    item = footage(name, [shot(0, 0, seconds, one_look)])
    return item.evolve(info=item.info.evolve(still=True, duration=0.0, fps=0.0))


def test_a_pin_without_a_place_is_in_every_clip_and_one_with_a_place_is_there() -> None:
    files = [marked(take("a.mp4", 60), pins=[Pin(start=10, end=11.5), Pin(start=30, end=32, clip=2, shot=1)])]
    slots = slots_for(3)
    choice = choose(files, slots, 1)
    check_marks_kept(choice, files, slots)
    assert choice.possible == 3
    assert shows(choice.variants[1].picks[0], files[0], 30, 32) == pytest.approx(2, abs=0.001)
    pinned = [pick for variant in choice.variants for pick in variant.picks if "; pinned;" in pick.reason]
    assert len(pinned) == 4


def test_a_pin_longer_than_its_slot_takes_the_next_one_too() -> None:
    files = [marked(take("a.mp4", 60), pins=[Pin(start=20, end=26, shot=2)])]
    slots = [(60, 50, 70, 60, 90, 60)]
    choice = choose(files, slots, 1)
    check_marks_kept(choice, files, slots)
    assert choice.variants[0].slots == (60, 180, 90, 60)


def test_one_opening_may_be_pinned_in_all_clips() -> None:
    files = [marked(take("a.mp4", 90), pins=[Pin(start=10, end=11, shot=1)])]
    choice = choose(files, slots_for(4), 1)
    check_marks_kept(choice, files, slots_for(4))
    assert choice.possible == 4


def test_a_pin_from_cut_to_cut_is_shown_but_for_the_frames_beside_the_cuts() -> None:
    files = [marked(cut_footage("a.mp4", [5, 2, 20, 20]), pins=[Pin(start=5, end=7)])]
    choice = choose(files, slots_for(1), 1)
    check_marks_kept(choice, files, slots_for(1))


@pytest.mark.parametrize(
    ("pin", "says"),
    [
        (Pin(start=4, end=6), "there is a cut in it at 5.00 s"),
        (Pin(start=12, end=14), "it is black"),
        (Pin(start=17, end=40), "there is a cut in it"),
        (Pin(start=64, end=70), "the file ends at 65.0 s"),
        (Pin(start=20, end=60), "has no room for it anywhere"),
        (Pin(start=25, end=26, shot=40), "has no room for it as shot 40"),
    ],
)
def test_a_pin_that_cannot_be_kept_says_why(pin: Pin, says: str) -> None:
    shots = [shot(0, 0, 5), shot(1, 5, 11), shot(2, 11, 15, reject="black"), shot(3, 15, 18), shot(4, 18, 65)]
    with pytest.raises(FootageError) as caught:
        choose([marked(footage("a.mp4", shots), pins=[pin])], slots_for(1), 1)
    assert caught.value.instance_code == "pin_not_possible"
    assert says in caught.value.message
    assert caught.value.hint


def test_a_clip_with_a_pin_of_its_own_is_not_left_out_silently() -> None:
    same = [Pin(start=1, end=12, clip=1), Pin(start=2, end=13, clip=2)]
    with pytest.raises(FootageError, match="too like another"):
        choose([marked(take("a.mp4", 90), pins=same)], slots_for(2), 1)


@pytest.mark.slow
def test_clips_with_pins_of_their_own_stay_when_others_must_go() -> None:
    files = [marked(take("a.mp4", 34), pins=[Pin(start=5, end=6, clip=6, shot=1), Pin(start=20, end=21, clip=5)])]
    choice = choose(files, slots_for(10), 1)
    check_marks_kept(choice, files, slots_for(10))
    assert choice.possible < 10
    assert {4, 5} <= {variant.index for variant in choice.variants}


def test_never_use_is_not_shown_even_when_there_is_hardly_anything_else() -> None:
    never = MarkedSegment(start=8, end=18, never_use=True)
    files = [marked(take("a.mp4", 31.5), never)]
    choice = choose(files, slots_for(1), 1)
    check_marks_kept(choice, files, slots_for(1))
    assert choice.left_out["marked never-use"] == pytest.approx(10.2, abs=0.01)
    with pytest.raises(NotEnoughFootage, match="s marked never-use"):
        choose([marked(take("a.mp4", 29), never)], slots_for(1), 1)


@pytest.mark.parametrize("mark", [(0, 10), (2, 3), (40, 50)])
def test_a_photograph_of_which_anything_is_never_used_is_not_shown_at_all(mark: tuple[float, float]) -> None:
    barred = marked(photo("p.jpg"), MarkedSegment(start=mark[0], end=mark[1], never_use=True))
    (variant,) = choose([barred, take("a.mp4", 12)], [(90, 90, 90)], 1).variants
    assert all(pick.source != barred.info.content_hash for pick in variant.picks)
    with pytest.raises(NotEnoughFootage, match="s marked never-use"):
        choose([barred], [(90,)], 1)


def test_a_favourite_is_preferred_and_said() -> None:
    files = [marked(take("a.mp4", 200), MarkedSegment(start=50, end=60, favourite=True))]
    for variant in choose(files, slots_for(3), 1).variants:
        fond = [pick for pick in variant.picks if shows(pick, files[0], 50, 60) > 0.5]
        assert fond
        assert all("favourite" in pick.reason for pick in fond)


def test_a_photograph_is_shown_once_in_a_clip_at_most() -> None:
    files = [photo("beach.jpg", 12), photo("cup.jpg", 12), take("a.mp4", 17)]
    choice = choose(files, slots_for(2), 1)
    check_marks_kept(choice, files, slots_for(2))


def test_one_photograph_that_must_fill_a_clip_is_not_cut() -> None:
    choice = choose([photo("beach.jpg", 12)], [(60, 60, 60)], 1)
    assert [pick.frames for pick in choice.variants[0].picks] == [180]


SEGMENTS = st.builds(
    lambda start, length, kind: MarkedSegment.model_validate({"start": start, "end": start + length, kind: True}),
    st.floats(0, 40),
    st.floats(0.2, 6),
    st.sampled_from(["never_use", "single_use", "favourite"]),
)
PINS = st.builds(
    lambda start, length, clip, at: Pin(start=start, end=start + length, clip=clip, shot=at),
    st.floats(0, 40),
    st.floats(0.2, 3),
    st.sampled_from([None, 1, 2]),
    st.sampled_from([None, None, 1, 2, 4]),
)


@pytest.mark.slow
@settings(max_examples=60)
@given(
    lengths=st.lists(st.floats(2.0, 15.0), min_size=2, max_size=8),
    segments=st.lists(SEGMENTS, max_size=4),
    pins=st.lists(PINS, max_size=3),
    frames=st.integers(60, 500),
    count=st.integers(1, 4),
    photos=st.integers(0, 2),
)
def test_marks_are_kept_in_any_footage_or_it_is_said_why_not(
    lengths: list[float], segments: list[MarkedSegment], pins: list[Pin], frames: int, count: int, photos: int
) -> None:
    free = [
        pin
        for pin in pins
        if not any(s.never_use and s.start < pin.end and pin.start < s.end for s in segments)
        and not any(s.single_use and s.start < pin.end and pin.start < s.end for s in segments)
    ]
    files = [
        marked(cut_footage("a.mp4", lengths[::2]), *segments, pins=free),
        cut_footage("b.mp4", lengths[1::2]),
        *(photo(f"{n}.jpg") for n in range(photos)),
    ]
    slots = slots_for(count, frames, 3)
    try:
        choice = choose(files, slots, 3)
    except FootageError as error:
        assert error.hint
        return
    check_marks_kept(choice, files, slots)
    assert canonical_json(choose(files[::-1], slots, 3)) == canonical_json(choice)


def test_secondary_files_are_on_screen_on_the_frame_of_their_word_and_nowhere_else() -> None:
    files = [
        take("main.mp4", 120),
        marked(take("cafea.mp4", 12), role="secondary", keywords=("cafea",)),
        marked(take("cup.mp4", 12), role="secondary", keywords=("ceașcă",)),
    ]
    tokens = said(
        "Bună dimineața tuturor celor care ne urmăresc astăzi, cafeaua aceasta este cea mai bună din oraș și se bea"
        " fierbinte, din cești mari de porțelan, așa cum se bea de mult."
    )
    matches = spoken_matches(tokens, labels_of(files), "ro")
    total = round(tokens[-1].end * 30) + 12
    slots = [voice_slots(tokens, total, seed, preferred={m.frame: m.weight for m in matches}) for seed in range(4)]
    choice = choose(files, slots, 1, spoken=[matches] * 4)
    assert choice.possible == 4
    for variant in choice.variants:
        starts = [0, *itertools.accumulate(variant.slots)]
        sources = {start: pick.source for start, pick in zip(starts, variant.picks, strict=False)}
        for word, item in (("cafeaua", files[1]), ("cești", files[2])):
            assert sources.pop(frame_of(tokens, word)) == item.info.content_hash
        assert set(sources.values()) == {files[0].info.content_hash}
        assert any('shown at "cafeaua" for its keyword "cafea"' in pick.reason for pick in variant.picks)


def test_a_segment_is_shown_where_its_word_is_said_and_a_better_one_wins() -> None:
    segments = [
        MarkedSegment(start=33.1, end=36.3, keywords=("cafea",)),
        MarkedSegment(start=80, end=84, description="cafea"),
    ]
    files = [marked(take("a.mp4", 120), *segments)]
    tokens = said(
        "Avem pentru voi ceva nou și bun, cafea proaspăt prăjită, și multe altele pe care le veți vedea aici."
    )
    matches = spoken_matches(tokens, labels_of(files), "ro")
    slots = [voice_slots(tokens, 300, 1, preferred={m.frame: m.weight for m in matches})]
    (variant,) = choose(files, slots, 1, spoken=[matches]).variants
    starts = [0, *itertools.accumulate(variant.slots)]
    at_word = variant.picks[starts.index(frame_of(tokens, "cafea"))]
    assert shows(at_word, files[0], 33.1, 36.3) > 0.75 * min(3.2, at_word.frames / 30) - 0.01


def test_single_use_keeps_a_spoken_segment_to_one_clip() -> None:
    files = [marked(take("a.mp4", 120), MarkedSegment(start=33, end=37, keywords=("cafea",), single_use=True))]
    tokens = said(
        "Avem pentru voi ceva nou și bun, cafea proaspăt prăjită, și multe altele pe care le veți vedea aici."
    )
    matches = spoken_matches(tokens, labels_of(files), "ro")
    slots = [voice_slots(tokens, 300, seed, preferred={m.frame: 1.0 for m in matches}) for seed in range(3)]
    choice = choose(files, slots, 1, spoken=[matches] * 3)
    check_marks_kept(choice, files, slots)
    assert sum(shows(p, files[0], 33, 37) > 0 for v in choice.variants for p in v.picks) == 1


def test_a_single_use_segment_across_a_cut_is_for_one_clip_as_a_whole() -> None:
    files = [marked(cut_footage("a.mp4", [6.0, 4.0]), MarkedSegment(start=2, end=8, single_use=True)), photo("b.jpg")]
    slots = [(60,)] * 4
    choice = choose(files, slots, 3)
    check_marks_kept(choice, files, slots)


def test_single_use_segments_within_one_another_are_kept_when_clips_are_laid_end_to_end() -> None:
    within = [MarkedSegment(start=1, end=11, single_use=True), MarkedSegment(start=3, end=4, single_use=True)]
    files = [marked(cut_footage("a.mp4", [12.0, 5.0]), *within)]
    slots = slots_for(2, 180)
    choice = choose(files, slots, 1)
    check_marks_kept(choice, files, slots)
    assert any(variant.recut for variant in choice.variants)


@pytest.mark.parametrize(
    ("lengths", "still", "pin"),
    [
        ([3.1] * 8, 0, Pin(start=6.5, end=8, shot=4)),  # runs and cuts before it would be more than three
        ([7.1, 7.1, 3.1, 2.2, 2.2], 0, Pin(start=14.5, end=16, shot=6)),
        ([6.0, 3.0, 4.0], 7, Pin(start=6.3, end=7.5, shot=5)),  # a photograph is not cut: they would be less than four
    ],
)
def test_a_pin_has_its_number_in_clips_that_are_laid_end_to_end(lengths: list[float], still: float, pin: Pin) -> None:
    files = [marked(cut_footage("a.mp4", lengths), pins=[pin]), *([photo("p.jpg", still)] if still else [])]
    laid = 0
    for frames in range(int((sum(lengths) + still) * 22), int((sum(lengths) + still) * 29), 20):
        slots = slots_for(1, frames, frames)
        try:
            choice = choose(files, slots, 1)
        except FootageError as error:
            assert error.instance_code == "pin_not_possible" or isinstance(error, NotEnoughFootage)
            continue
        check_marks_kept(choice, files, slots)
        laid += choice.variants[0].recut
    assert laid > 1


def test_secondary_files_fill_up_when_the_main_one_is_too_short() -> None:
    files = [take("main.mp4", 12), marked(take("side.mp4", 12), role="secondary", keywords=("x",))]
    slots = [even_slots(540, 1)]
    choice = choose(files, slots, 1)
    check_marks_kept(choice, files, slots)
    main = sum(pick.frames for pick in choice.variants[0].picks if pick.source == files[0].info.content_hash)
    assert main >= 0.4 * 540
    side = sum(pick.source == files[1].info.content_hash for pick in choice.variants[0].picks)
    assert choice.variants[0].out_of_place == side > 1
    assert f"{side} shots of secondary files stand where the script does not speak of them" in choice.notes[0]


def test_secondary_files_that_are_spoken_of_or_pinned_stand_where_they_should() -> None:
    side = marked(take("cafea.mp4", 12), role="secondary", keywords=("cafea",))
    pinned = marked(take("cup.mp4", 12), pins=[Pin(start=4, end=5)], role="secondary")
    tokens = said(
        "Avem pentru voi ceva nou și bun, cafea proaspăt prăjită, și multe altele pe care le veți vedea aici."
    )
    files = [take("main.mp4", 60), side, pinned]
    matches = spoken_matches(tokens, labels_of(files), "ro")
    slots = [voice_slots(tokens, 300, 1, preferred={m.frame: m.weight for m in matches})]
    (variant,) = choose(files, slots, 1, spoken=[matches]).variants
    assert {pick.source for pick in variant.picks} == {item.info.content_hash for item in files}
    assert variant.out_of_place == 0


def test_takes_of_a_still_camera_give_one_clip_with_the_reason_unless_alike_ones_are_allowed() -> None:
    files = [footage("tripod.mp4", [shot(0, 0, 90, moment)])]
    choice = choose(files, slots_for(3), 1)
    assert choice.possible == 1
    assert "would open with the same picture as one of these" in choice.notes[0]
    assert "other things to open with, or --allow-alike" in choice.notes[0]
    more = choose(files, slots_for(3), 1, allow_alike=True)
    assert more.possible == 3
    assert all(share == 1.0 for n, v in enumerate(more.variants) for m, share in enumerate(v.alike) if m != n)


def test_how_alike_clips_are_is_measured_as_a_person_would_count_it() -> None:
    files = [cut_footage("a.mp4", [9.0] * 8), take("b.mp4", 30)]
    choice = choose(files, slots_for(4), 2)
    for one, other in itertools.permutations(choice.variants, 2):
        at = choice.variants.index(other)
        hashes = [_hashes(files, variant.picks) for variant in (one, other)]
        shares = [
            sum(any((a ^ b).bit_count() <= 10 for b in theirs) for a in mine) / len(mine)
            for mine, theirs in (hashes, hashes[::-1])
        ]
        assert one.alike[at] == pytest.approx(max(shares), abs=0.06)
        assert one.alike[at] <= 0.9
        assert one.opening_bits[at] > 10


def _hashes(files: Sequence[Footage], picks: Sequence[Pick]) -> list[int]:
    """Return the hash of every moment that is on screen."""
    return [
        int(m.dhash, 16)
        for pick in picks
        for item in files
        if item.info.content_hash == pick.source
        for s in item.analysis.shots
        for m in s.moments
        if pick.start - 0.125 <= m.time <= pick.start + pick.frames / 30 + 0.125
    ]


def test_dissolves_show_nothing_that_is_never_used() -> None:
    never = [MarkedSegment(start=at, end=at + 1.5, never_use=True) for at in range(4, 90, 4)]
    files = [marked(take("a.mp4", 92), *never)]
    slots = [(60,) * 8]
    (variant,) = choose(files, slots, 1).variants
    edit = build_edit(
        name="clip",
        picks=variant.picks,
        footage=files,
        preset=presets()["tiktok"],
        quality=qualities()["draft"],
        framing="crop",
        transition=Transition(kind="dissolve", frames=8),
    )
    halves = [shot.enter.frames / 60 for shot in edit.shots]
    assert any(halves)
    for before, behind, shown in zip(halves, [*halves[1:], 0.0], edit.shots, strict=True):
        seen = Span(start=shown.source_start - before, end=shown.source_start + shown.frames / 30 + behind)
        assert all(seen.overlap(Span(start=mark.start, end=mark.end)) == 0 for mark in never)
