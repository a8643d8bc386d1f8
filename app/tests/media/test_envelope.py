"""The gain over time: what it is inside spans, outside and on the way between, however it is asked for."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.media.envelope import FADE_SECONDS, Envelope, merged
from app.models.timing import Span

RATE = 8000
FADE = round(FADE_SECONDS * RATE)

spans_in_10_seconds = st.lists(
    st.tuples(st.floats(0, 10), st.floats(0, 3)).map(lambda pair: Span(start=pair[0], end=pair[0] + pair[1])),
    max_size=12,
)


def span(start: float, end: float) -> Span:
    return Span(start=start, end=end)


def test_without_spans_nothing_changes() -> None:
    assert (Envelope(0.0, ()).gain(range(5000), RATE) == 1.0).all()


def test_one_span_leaves_the_rest_exactly_as_it_is() -> None:
    gain = Envelope(0.25, [span(0.5, 1.0)]).gain(range(2 * RATE), RATE)
    assert (gain[4000:8000] == 0.25).all()
    assert (gain[: 4000 - FADE] == 1.0).all()
    assert (gain[8000 + FADE :] == 1.0).all()
    assert ((gain[4000 - FADE : 4000] < 1.0) & (gain[4000 - FADE : 4000] > 0.25)).all()


def test_fades_are_gentle() -> None:
    gain = Envelope(0.0, [span(0.5, 1.0)]).gain(range(2 * RATE), RATE)
    assert np.abs(np.diff(gain)).max() < np.pi / 2 / FADE * 1.01  # the steepest of half a cosine


def test_a_span_at_the_very_beginning_needs_no_fade_before_it() -> None:
    gain = Envelope(0.0, [span(0.0, 0.5)]).gain(range(RATE), RATE)
    assert (gain[:4000] == 0.0).all()


def test_spans_so_near_that_their_fades_meet_do_not_dip_below_what_is_kept() -> None:
    gain = Envelope(0.5, [span(0.5, 0.6), span(0.61, 0.7), span(0.55, 0.65)]).gain(range(RATE), RATE)
    assert gain.min() == 0.5
    assert (gain[4000:5600] == 0.5).all()


def test_keeping_all_changes_nothing() -> None:
    assert (Envelope(1.0, [span(0.2, 0.7)]).gain(range(RATE), RATE) == 1.0).all()


@given(spans_in_10_seconds, st.floats(0, 1), st.integers(1, 5000))
def test_blocks_of_any_size_give_the_same_gain(spans: list[Span], keep: float, block: int) -> None:
    envelope, total = Envelope(keep, spans), 14 * RATE
    whole = envelope.gain(range(total), RATE)
    blocks = [
        envelope.gain(range(first, min(first + block, total)), RATE) for first in range(0, total, max(block, 200))
    ]
    firsts = range(0, total, max(block, 200))
    for first, piece in zip(firsts, blocks, strict=True):
        assert np.array_equal(piece, whole[first : first + len(piece)])


@given(spans_in_10_seconds, st.floats(0, 1))
def test_every_sample_of_a_span_is_at_the_share(spans: list[Span], keep: float) -> None:
    gain = Envelope(keep, spans).gain(range(14 * RATE), RATE)
    assert gain.min() >= np.float32(keep) - 1e-6
    assert gain.max() <= 1.0
    for one in spans:
        inside = gain[int(np.ceil(one.start * RATE)) : int(one.end * RATE)]
        assert np.allclose(inside, keep, atol=1e-6)


@given(spans_in_10_seconds)
def test_merged_spans_are_apart_and_cover_the_same(spans: list[Span]) -> None:
    together = merged(spans)
    assert all(a.end < b.start for a, b in pairwise(together))
    assert all(any(m.start <= one.start and one.end <= m.end for m in together) for one in spans if one.length > 0)


@pytest.mark.parametrize("count", [1, 60, 500])
def test_any_number_of_spans_is_muted_and_no_more(count: int) -> None:
    spans = [span(2 * i + 0.5, 2 * i + 1.0) for i in range(count)]
    gain = Envelope(0.0, spans).gain(range(2 * count * RATE), RATE).reshape(count, -1)
    assert (gain[:, 4000:8000] == 0.0).all()
    assert (gain[:, : 4000 - FADE] == 1.0).all()
    assert (gain[:, 8000 + FADE :] == 1.0).all()
