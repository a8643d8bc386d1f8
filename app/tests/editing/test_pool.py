"""The arrays of places: where spans may begin and what they are worth there."""

from itertools import pairwise

import numpy as np
import pytest

from app.editing.candidates import quality, typical_sharpness, usable
from app.editing.pool import APART, LOOKALIKE_BITS, Place, Pool, build_pool, differing_bits, look_alike
from app.models.media import Moment
from app.models.timing import Excerpt
from app.tests.editing.synthetic import STEP, cut_footage, footage, moment, shot, take, unrelated_hash


def pool_of(*lengths: float) -> Pool:
    return build_pool(usable([cut_footage("a.mp4", lengths)]))


def place(*hashes: int) -> Place:
    first, middle, last = hashes
    return Place(Excerpt(start=0.0, frames=60), run=0, shot=0, source=0, score=0.5, hashes=(first, middle, last))


def test_places_lie_a_step_apart_and_leave_room_for_the_shortest_slot() -> None:
    pool = pool_of(10.0)
    assert np.diff(pool.start) == pytest.approx(STEP)
    assert pool.start[0] == pytest.approx(0.1)
    assert pool.room.min() >= 1.2
    assert pool.room.max() == pytest.approx(9.8)


def test_a_span_fits_where_its_run_has_room() -> None:
    pool = pool_of(5.0, 3.0)
    fits = pool.spans(75).fits
    assert set(pool.shot[fits]) == {0, 1}
    assert (pool.room[fits] >= 2.5 - 1e-9).all()
    assert set(pool.shot[pool.spans(100).fits]) == {0}
    assert not pool.spans(200).fits.any()


def test_shots_lie_far_apart_on_the_axis_and_map_back_to_their_files() -> None:
    pool = pool_of(5.0, 3.0, 4.0)
    firsts = [int(np.flatnonzero(pool.shot == number)[0]) for number in range(3)]
    starts = [float(pool.start[index]) for index in firsts]
    assert all(later - earlier > APART for earlier, later in pairwise(starts))
    back = [pool.source_start(pool.place(index, 40)) for index in firsts]
    assert back == pytest.approx([0.1, 5.1, 8.1])


def test_a_place_knows_its_length_shot_and_source() -> None:
    found = build_pool(usable([take("a.mp4", 10), take("b.mp4", 10)]))
    last = found.place(len(found.start) - 1, 36)
    assert (last.source, last.shot, last.seconds) == (1, 1, 1.2)
    assert last.end == pytest.approx(last.start + 1.2)


def test_a_span_has_the_hashes_of_its_beginning_middle_and_end() -> None:
    def numbered(time: float) -> Moment:
        return moment(time, dhash=f"{int(time):016x}")

    pool = build_pool(usable([footage("a.mp4", [shot(0, 0, 20, numbered)])]))
    found = pool.at(0, Excerpt(start=2.2, frames=120))  # 2.2 to 6.2 s
    assert found.hashes == (2, 4, 6)
    index = int(np.flatnonzero(pool.start >= 8.0)[0])
    first, middle, last = (int(each[index]) for each in pool.spans(90).hashes)
    assert (first, last) == (8, 11)
    assert middle in (9, 10)


def test_the_score_is_that_of_the_moments_shown_and_of_the_shot() -> None:
    def half(time: float) -> Moment:
        return moment(time, luma=30.0 if time > 10 else 118.0)

    item = footage("a.mp4", [shot(0, 0, 20, half, score=0.5)])
    pool = build_pool(usable([item]))
    score = pool.spans(60).score
    good, poor = score[pool.start < 7], score[(pool.start > 11) & (pool.room > 2.5)]
    assert good.min() > poor.max() + 0.05
    expected = 0.6 * quality(half(1.0), typical_sharpness([item])) + 0.4 * 0.5
    assert good[0] == pytest.approx(expected)


def test_spans_of_one_length_are_measured_once() -> None:
    pool = pool_of(10.0)
    assert pool.spans(60) is pool.spans(60)


def test_footage_of_hours_has_a_bounded_number_of_places() -> None:
    pool = build_pool(usable([footage(f"{n}.mp4", [shot(0, 0, 3600, moment)]) for n in range(2)]))
    assert 3000 < len(pool.start) <= 6002
    assert set(pool.source) == {0, 1}


def test_a_shot_without_moments_has_one_look() -> None:
    bare = shot(0, 0, 10).evolve(moments=())
    pool = build_pool(usable([footage("a.mp4", [bare])]))
    first, middle, last = pool.spans(60).hashes
    assert set(first) == set(middle) == set(last) == {np.uint64(int(bare.dhash, 16))}


@pytest.mark.parametrize(("bits", "alike"), [(0, True), (LOOKALIKE_BITS, True), (LOOKALIKE_BITS + 1, False)])
def test_pictures_are_alike_up_to_ten_bits(bits: int, alike: bool) -> None:
    other = (1 << bits) - 1
    far = 2**64 - 1
    assert look_alike(place(far, 0, far), place(0, other, far)) is alike  # middles
    assert look_alike(place(0, far, 0), place(other, 0, far)) is alike  # both sides of the cut


def test_what_is_not_at_the_cut_does_not_make_pictures_alike() -> None:
    far = 2**64 - 1
    assert not look_alike(place(0, far, far), place(0, 0, 0))


def test_differing_bits_are_those_of_the_exclusive_or() -> None:
    hashes = [int(unrelated_hash(n), 16) for n in range(20)]
    expected = [(each ^ hashes[3]).bit_count() for each in hashes]
    assert differing_bits(np.array(hashes, dtype=np.uint64), hashes[3]).tolist() == expected
