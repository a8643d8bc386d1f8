from app.editing.segments import best_segments
from app.models.media import Shot
from app.models.timing import Span
from app.tests.editing.synthetic import shot

SHOTS = (
    shot(0, 0.0, 4.0, score=0.5),
    shot(1, 4.0, 7.0, score=0.9),
    shot(2, 7.0, 9.0, score=0.95, reject="blurred"),
    shot(3, 9.0, 14.0, score=0.7),
)


def spans(target: float, shots: tuple[Shot, ...] = SHOTS) -> list[tuple[float, float]]:
    return [(span.start, span.end) for _, span in best_segments(shots, target)]


def test_the_best_come_first_and_are_told_in_the_order_of_the_file() -> None:
    assert spans(8.0) == [(4.0, 7.0), (9.0, 14.0)]
    assert spans(100.0) == [(0.0, 4.0), (4.0, 7.0), (9.0, 14.0)]


def test_the_last_one_that_fits_is_cut_and_nothing_becomes_a_flash() -> None:
    assert spans(5.0) == [(4.0, 7.0), (9.0, 11.0)]
    assert spans(3.4) == [(4.0, 7.0)]


def test_what_is_not_usable_is_never_taken() -> None:
    assert spans(5.0, SHOTS[2:3]) == []
    assert best_segments((), 5.0) == ()
    assert best_segments(SHOTS, 3.0) == ((SHOTS[1], Span(start=4.0, end=7.0)),)
