"""The rules of choosing, checked on what was chosen and not on how."""

import itertools
import os
import random
import subprocess
import sys
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.editing.candidates import Footage
from app.editing.choice import Choice, Pick, Variant, more_seconds
from app.editing.selection import GAP_SECONDS, MOST_SHARED
from app.editing.timing import even_slots
from app.editing.variants import choose
from app.errors import InputError, NotEnoughFootage, TooFewVariants
from app.models.base import canonical_json
from app.models.media import Moment
from app.models.timing import Span
from app.tests.editing.synthetic import cut_footage, footage, moment, shot, take, unrelated_hash

TINY = 1e-5  # seconds: starts are rounded to microseconds


def slots_for(count: int, frames: int = 600, seed: int = 0) -> list[tuple[int, ...]]:
    return [even_slots(frames, seed * 100 + number) for number in range(count)]


def span(pick: Pick) -> Span:
    return Span(start=pick.start, end=pick.start + pick.frames / 30)


def overlap(one: Pick, other: Pick) -> float:
    return span(one).overlap(span(other)) if one.source == other.source else 0.0


def shared(one: Variant, other: Variant) -> float:
    return sum(overlap(a, b) for a in one.picks for b in other.picks)


def hash_at(files: list[Footage], pick: Pick, share: float) -> int:
    """Return the hash of the moment nearest to `share` of the pick's length."""
    analysis = next(f.analysis for f in files if f.info.content_hash == pick.source)
    at = pick.start + share * pick.frames / 30
    moments = next(s.moments for s in analysis.shots if s.index == pick.shot)
    return int(min(moments, key=lambda m: abs(m.time - at)).dhash, 16)


def check_rules(choice: Choice, files: list[Footage], slots: Sequence[tuple[int, ...]]) -> None:
    """Assert everything that must hold of any choice."""
    for variant in choice.variants:
        assert sum(variant.slots) == sum(slots[variant.index])
        if not variant.recut:
            assert variant.slots == slots[variant.index]
        for one, other in itertools.combinations(variant.picks, 2):
            assert overlap(one, other) < TINY, "a second is shown twice"
        for pick in variant.picks:
            item = next(f for f in files if f.info.content_hash == pick.source)
            inside = item.analysis.shots[pick.shot]
            assert not inside.reject
            assert pick.start == round(pick.start, 6)
            assert inside.span.start < pick.start
            assert span(pick).end <= inside.span.end - 2 / 30, "two source frames must follow the span"
    for a, b in itertools.combinations(choice.variants, 2):
        assert overlap(a.picks[0], b.picks[0]) < TINY, "two variants open alike"
        assert shared(a, b) <= MOST_SHARED * min(sum(a.slots), sum(b.slots)) / 30 + TINY
    for a, b in itertools.product(choice.variants, repeat=2):
        told = a.shared_seconds[choice.variants.index(b)]
        assert told == pytest.approx(0.0 if a is b else shared(a, b), abs=0.002)


def close_pairs(variant: Variant) -> int:
    pairs = itertools.combinations(variant.picks, 2)
    near = 0
    for one, other in pairs:
        if (one.source, one.shot) == (other.source, other.shot):
            first, second = sorted((span(one), span(other)), key=lambda s: s.start)
            near += second.start - first.end < GAP_SECONDS - TINY
    return near


def test_one_uncut_take_gives_many_variants() -> None:
    files = [take("phone.mp4", 60)]
    slots = slots_for(10)
    choice = choose(files, slots, 1)
    check_rules(choice, files, slots)
    assert choice.possible == choice.wanted == 10
    assert all(close_pairs(variant) == variant.close_spans == 0 for variant in choice.variants)
    assert not any(variant.lookalike_neighbours for variant in choice.variants)
    assert choice.notes == ()


def test_spans_of_one_shot_lie_a_second_apart_while_others_are_left() -> None:
    files = [cut_footage("a.mp4", [9.0] * 6), take("b.mp4", 30)]
    choice = choose(files, slots_for(6), 2)
    assert all(close_pairs(variant) == 0 for variant in choice.variants)


def test_spans_come_closer_only_when_footage_is_scarce_and_that_is_said() -> None:
    files = [take("a.mp4", 24)]
    choice = choose(files, slots_for(1), 3)
    check_rules(choice, files, slots_for(1))
    (variant,) = choice.variants
    assert variant.close_spans > 0
    assert any("less than 1 s apart" in note for note in choice.notes)


def test_footage_that_is_just_enough_is_used_to_the_last_frame() -> None:
    files = [take("a.mp4", 20.21)]
    slots = slots_for(1)
    choice = choose(files, slots, 1)
    check_rules(choice, files, slots)
    assert sum(choice.variants[0].slots) == 600


def test_slots_longer_than_any_shot_are_recut_and_that_is_said() -> None:
    files = [cut_footage("a.mp4", [2.0] * 14)]
    slots = [(100, 100, 100)]
    choice = choose(files, slots, 1)
    check_rules(choice, files, slots)
    (variant,) = choice.variants
    assert variant.recut
    assert min(variant.slots) >= 18, "no flash of a picture"
    assert any("instead of on words" in note for note in choice.notes)


@settings(max_examples=40)
@given(
    lengths=st.lists(st.floats(1.0, 15.0), min_size=1, max_size=12),
    frames=st.integers(1, 700),
    count=st.integers(1, 6),
    seed=st.integers(0, 1000),
)
def test_the_rules_hold_for_any_footage_or_it_is_too_little(
    lengths: list[float], frames: int, count: int, seed: int
) -> None:
    files = [cut_footage("a.mp4", lengths[::2]), *([cut_footage("b.mp4", lengths[1::2])] if lengths[1:] else [])]
    slots = slots_for(count, frames, seed)
    shortest = min(36, *(min(each) for each in slots))
    runs = [int((length - 0.2) * 30 + 1e-6) for length in lengths]
    held = sum(run for run in runs if run >= shortest)
    try:
        choice = choose(files, slots, seed)
    except NotEnoughFootage:
        assert held <= frames + len(runs), "there was enough"
        return
    assert held >= frames - len(runs)
    assert 1 <= choice.possible <= count
    check_rules(choice, files, slots)
    for variant in choice.variants:
        assert variant.close_spans == close_pairs(variant)


def test_alike_pictures_are_not_neighbours_where_there_are_others() -> None:
    """Twelve shots in two looks: a clip must alternate between them."""
    shots = []
    for index in range(12):
        look = f"{'0' * 16}" if index % 2 else "f" * 16

        def same(at: float, look: str = look) -> Moment:
            return moment(at, dhash=look)

        shots.append(shot(index, index * 6.0, index * 6.0 + 6.0, same))
    files = [footage("a.mp4", shots)]
    choice = choose(files, slots_for(4), 5)
    for variant in choice.variants:
        looks = [pick.shot % 2 for pick in variant.picks]
        alike = sum(a == b for a, b in itertools.pairwise(looks))
        assert alike == variant.lookalike_neighbours == 0


def test_alike_neighbours_that_cannot_be_avoided_are_counted_and_said() -> None:
    files = [footage("tripod.mp4", [shot(0, 0, 60, moment)])]  # one picture throughout
    choice = choose(files, slots_for(2), 1)
    for number, variant in enumerate(choice.variants, 1):
        assert variant.lookalike_neighbours == len(variant.picks) - 1
        told = f"Variant {number}: {variant.lookalike_neighbours} cuts join pictures that look alike"
        assert any(told in note for note in choice.notes)


@settings(max_examples=25)
@given(st.integers(0, 10_000))
def test_alike_neighbours_are_counted_rightly(seed: int) -> None:
    """Pictures drawn from three looks with a little noise: counted by hand from the moments."""
    rng = random.Random(seed)  # noqa: S311
    looks = [rng.getrandbits(64) for _ in range(3)]
    files = []
    for name in ("a.mp4", "b.mp4"):
        shots = []
        for index in range(5):
            salt = looks[rng.randrange(3)]

            def near(at: float, salt: int = salt) -> Moment:
                return moment(at, dhash=f"{salt ^ (1 << int(at) % 64):016x}")

            shots.append(shot(index, index * 6.0, index * 6.0 + 6.0, near))
        files.append(footage(name, shots))
    choice = choose(files, slots_for(3, seed=seed), seed)
    for variant in choice.variants:
        alike = 0
        for one, other in itertools.pairwise(variant.picks):
            middles = hash_at(files, one, 0.5) ^ hash_at(files, other, 0.5)
            cut = hash_at(files, one, 1.0) ^ hash_at(files, other, 0.0)
            alike += min(middles.bit_count(), cut.bit_count()) <= 10
        assert variant.lookalike_neighbours == alike


def test_openings_are_as_unlike_as_possible_and_from_different_shots() -> None:
    files = [cut_footage("a.mp4", [8.0] * 10)]
    choice = choose(files, slots_for(8), 3)
    assert len({variant.picks[0].shot for variant in choice.variants}) == 8


def test_variants_share_nothing_where_there_is_plenty() -> None:
    choice = choose([take("a.mp4", 600)], slots_for(10), 1)
    assert all(seconds == 0 for variant in choice.variants for seconds in variant.shared_seconds)


def test_what_is_used_is_told_by_file() -> None:
    files = [take("a.mp4", 50), take("b.mp4", 50)]
    choice = choose(files, slots_for(2), 1)
    assert sum(choice.used_seconds.values()) == pytest.approx(40, abs=0.01)
    assert set(choice.used_seconds) == {f.info.content_hash for f in files}
    assert choice.usable_seconds == pytest.approx(99.6, abs=0.1)


def test_a_clip_is_spread_over_files_and_shots() -> None:
    files = [cut_footage(f"{name}.mp4", [10.0, 10.0]) for name in "abcd"]
    for variant in choose(files, slots_for(5), 1).variants:
        assert {pick.source for pick in variant.picks} == {f.info.content_hash for f in files}
        shots = [(pick.source, pick.shot) for pick in variant.picks]
        assert all(len(set(three)) > 1 for three in zip(shots, shots[1:], shots[2:], strict=False))


def test_better_pictures_are_preferred_and_open_the_clip() -> None:
    def poor(at: float) -> Moment:
        return moment(at, sharpness=60.0, luma=40.0, dhash=unrelated_hash("poor", at))

    shots = [shot(0, 0, 40, poor, score=0.2), shot(1, 40, 80, score=0.8), shot(2, 80, 120, score=0.8)]
    for variant in choose([footage("a.mp4", shots)], slots_for(3), 1).variants:
        assert variant.picks[0].shot in (1, 2)
        assert sum(pick.shot == 0 for pick in variant.picks) <= len(variant.picks) / 3


def test_black_moments_are_never_shown() -> None:
    def look(at: float) -> Moment:
        if 10 <= at % 20 < 12:
            return moment(at, flaw="black")
        return moment(at, dhash=unrelated_hash(at))

    for variant in choose([footage("a.mp4", [shot(0, 0, 80, look)])], slots_for(5), 1).variants:
        for pick in variant.picks:
            for begin in (10, 30, 50, 70):
                assert span(pick).overlap(Span(start=begin, end=begin + 2)) == pytest.approx(0, abs=TINY)


def test_reasons_are_plain_english() -> None:
    pick = choose([take("phone.mp4", 60)], slots_for(1), 1).variants[0].picks[0]
    told = f"sharp, steady, well lit; {pick.score:.2f}; shot 1 of phone.mp4 at {pick.start:.1f} s (sharpness 0."
    assert pick.reason.startswith(told)


def test_the_same_seed_gives_the_same_choice_whatever_the_order_of_files() -> None:
    files = [cut_footage(f"{name}.mp4", [7.0, 12.0, 5.0]) for name in "abcd"]
    first = canonical_json(choose(files, slots_for(5), 7))
    assert canonical_json(choose(files, slots_for(5), 7)) == first
    assert canonical_json(choose([*files[::-1], files[0]], slots_for(5), 7)) == first


def test_another_seed_gives_another_choice() -> None:
    files = [cut_footage(f"{name}.mp4", [7.0, 12.0, 5.0]) for name in "abcd"]
    choices = {canonical_json(choose(files, slots_for(3), seed).variants[0]) for seed in range(6)}
    assert len(choices) >= 5


def test_too_little_footage_says_what_is_missing_and_what_would_work() -> None:
    shots = [shot(0, 0, 12.2), shot(1, 12.2, 24.2, reject="black"), shot(2, 24.2, 27.3, reject="blurred")]
    with pytest.raises(NotEnoughFootage) as caught:
        choose([footage("a.mp4", shots)], slots_for(3), 1)
    message, hint = caught.value.message, caught.value.hint
    assert "needs 20.0 s" in message
    assert "12.0 s can be used" in message
    assert "8.0 s are missing" in message
    assert "12.0 s black" in message
    assert "3.1 s blurred" in message
    assert "at least 8.0 s" in hint
    assert "--duration" in hint
    assert caught.value.exit_status == 4


def test_the_missing_seconds_are_just_what_is_missing() -> None:
    with pytest.raises(NotEnoughFootage) as caught:
        choose([take("a.mp4", 15)], slots_for(1), 1)
    missing = float(caught.value.hint.split("at least ")[1].split()[0])
    assert choose([take("a.mp4", 15), take("b.mp4", missing + 0.25)], slots_for(1), 1).possible == 1


def test_no_footage_at_all_is_the_same_error() -> None:
    with pytest.raises(NotEnoughFootage, match=r"20\.0 s are missing"):
        choose([], slots_for(1), 1)


def test_one_clip_longer_than_the_footage_among_shorter_ones_is_an_error() -> None:
    with pytest.raises(NotEnoughFootage):
        choose([take("a.mp4", 15)], [even_slots(300, 1), even_slots(600, 1)], 1)


def test_fewer_variants_than_asked_for_are_made_and_said() -> None:
    files, slots = [take("a.mp4", 40)], slots_for(20)
    choice = choose(files, slots, 1)
    check_rules(choice, files, slots)
    assert choice.wanted == 20
    assert 2 <= choice.possible < 20
    assert len(choice.variants) == choice.possible
    assert f"20 variants were asked for and {choice.possible} are possible" in choice.notes[0]


def test_one_possible_variant_is_singular() -> None:
    choice = choose([take("a.mp4", 24)], slots_for(3), 1)
    assert "3 variants were asked for and 1 is possible" in choice.notes[0]


def test_strict_makes_too_few_variants_an_error() -> None:
    with pytest.raises(TooFewVariants) as caught:
        choose([take("a.mp4", 40)], slots_for(20), 1, strict=True)
    possible = choose([take("a.mp4", 40)], slots_for(20), 1).possible
    assert f"possible: {possible}" in caught.value.message
    assert "more" not in caught.value.message
    assert "--strict" in caught.value.hint
    assert choose([take("a.mp4", 120)], slots_for(5), 1, strict=True).possible == 5


@pytest.mark.parametrize("seconds", [24, 32, 40, 50])
@pytest.mark.parametrize("count", [3, 6, pytest.param(12, marks=pytest.mark.slow)])
def test_as_many_more_seconds_as_it_names_are_enough(seconds: float, count: int) -> None:
    choice = choose([take("a.mp4", seconds)], slots_for(count), 1)
    more = [take("b.mp4", more_seconds(choice) + 1)] if choice.possible < count else []
    assert choose([take("a.mp4", seconds), *more], slots_for(count), 1).possible == count


def test_a_third_of_a_minute_more_footage_never_means_fewer_variants() -> None:
    possible = [choose([take("a.mp4", seconds)], slots_for(12), 1).possible for seconds in (25, 45, 65, 85, 105)]
    assert possible == sorted(possible)
    assert possible[-1] == 12


def test_tiny_clips_of_one_slot() -> None:
    files, slots = [take("a.mp4", 3)], [(12,)] * 3
    choice = choose(files, slots, 1)
    assert choice.possible == 3
    check_rules(choice, files, slots)


def test_a_clip_of_one_frame() -> None:
    assert choose([take("a.mp4", 2)], [(1,)], 1).variants[0].slots == (1,)


def test_variants_may_differ_in_length() -> None:
    files, slots = [take("a.mp4", 90)], [even_slots(frames, frames) for frames in (300, 600, 450)]
    choice = choose(files, slots, 1)
    check_rules(choice, files, slots)
    assert [sum(variant.slots) for variant in choice.variants] == [300, 600, 450]


@pytest.mark.parametrize("slots", [[], [()], [(30, 0)]])
def test_nothing_to_make_is_an_error(slots: list[tuple[int, ...]]) -> None:
    with pytest.raises(InputError):
        choose([take("a.mp4", 30)], slots, 1)


def test_twenty_variants_of_a_ten_minute_take() -> None:
    files, slots = [take("a.mp4", 600)], slots_for(20)
    choice = choose(files, slots, 1)
    check_rules(choice, files, slots)
    assert choice.possible == 20


_IN_A_PROCESS = """
import random, sys
from app.editing.variants import choose
from app.models.base import canonical_json
from app.tests.editing.synthetic import cut_footage, take
from app.tests.editing.test_variants import slots_for

files = [take("a.mp4", 30), cut_footage("b.mp4", [3.0, 2.5, 4.0] * 4), take("c.mp4", 12)]
random.Random(int(sys.argv[1])).shuffle(files)
print(canonical_json(choose(files, slots_for(6), 5).model_dump(mode="json")))
"""


@pytest.mark.slow
def test_no_process_and_no_order_of_files_or_sets_changes_the_choice() -> None:
    said = [
        subprocess.run(
            [sys.executable, "-c", _IN_A_PROCESS, hash_seed],
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
            capture_output=True,
            check=True,
        ).stdout
        for hash_seed in ("1", "2")
    ]
    assert said[0] == said[1]
    assert len(said[0]) > 1000
