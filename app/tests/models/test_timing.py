import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from app.models.timing import (
    OUTPUT_FPS,
    Excerpt,
    FrameSpan,
    Span,
    frame_at,
    frame_nearest,
    frames_covering,
    frames_within,
    seconds_of,
    whole_microseconds,
)


@given(st.integers(0, 10**6))
def test_a_frame_begins_on_itself(frame: int) -> None:
    assert frame_at(seconds_of(frame)) == frame
    assert frames_covering(seconds_of(frame)) == frame


@given(st.floats(0, 10_000))
def test_a_moment_lies_in_its_frame(seconds: float) -> None:
    frame = frame_at(seconds)
    assert seconds_of(frame) <= seconds + 1e-6
    assert seconds < seconds_of(frame + 1) + 1e-6


@given(st.floats(0, 10_000))
def test_covering_frames_are_enough_and_not_one_too_many(seconds: float) -> None:
    frames = frames_covering(seconds)
    assert seconds_of(frames) >= seconds - 1e-6
    assert frames == 0 or seconds_of(frames - 1) < seconds


@given(st.floats(0, 10_000))
def test_frames_within_a_time_are_as_many_as_fit(seconds: float) -> None:
    frames = frames_within(seconds)
    assert seconds_of(frames) <= seconds + 1e-6
    assert seconds_of(frames + 1) > seconds - 1e-6
    assert frames <= frames_covering(seconds) <= frames + 1


@given(st.floats(0, 10_000))
def test_the_nearest_frame_is_half_a_frame_away_at_most(seconds: float) -> None:
    assert abs(seconds_of(frame_nearest(seconds)) - seconds) <= 0.5 / OUTPUT_FPS + 1e-9


def test_thirty_frames_a_second() -> None:
    assert OUTPUT_FPS == 30
    assert frame_at(0.0333) == 0
    assert frame_at(1 / 30) == 1


def test_spans() -> None:
    span = Span(start=1.0, end=3.0)
    assert span.length == 2.0
    assert span.overlap(Span(start=2.5, end=9.0)) == 0.5
    assert span.overlap(Span(start=3.0, end=9.0)) == 0.0
    assert Span.lasting(1.0, 2.0) == span
    assert span.later(-0.5) == Span(start=0.5, end=2.5)
    with pytest.raises(ValidationError, match="before it starts"):
        Span(start=2.0, end=1.0)


def test_frames_of_a_span() -> None:
    frames = FrameSpan(start=30, end=75)
    assert frames.count == 45
    assert FrameSpan(start=5, end=5).count == 0
    assert FrameSpan.lasting(30, 45) == frames
    assert FrameSpan.lasting(-5, 10).end == 5, "a dissolve shows footage before the shot's own first frame"
    assert frames.later(-40) == FrameSpan(start=-10, end=35)
    assert frames.seconds == Span(start=1.0, end=2.5)
    with pytest.raises(ValidationError, match="before they start"):
        FrameSpan(start=2, end=1)


@pytest.mark.parametrize(
    ("start", "end", "inside"), [(0, 9, (3, 7)), (4, 5, (4, 5)), (0, 2, (3, 3)), (8, 9, (7, 7)), (5, 9, (5, 7))]
)
def test_frames_within_others(start: int, end: int, inside: tuple[int, int]) -> None:
    found = FrameSpan(start=start, end=end).within(FrameSpan(start=3, end=7))
    assert (found.start, found.end) == inside


def test_an_excerpt_is_frames_of_a_source_from_a_second_on() -> None:
    excerpt = Excerpt(start=0.25, frames=45)
    assert excerpt.span == Span(start=0.25, end=1.75)


def test_times_are_rounded_up_to_whole_microseconds() -> None:
    assert whole_microseconds(1.25) == 1.25
    assert whole_microseconds(1 / 3) == 0.333334
