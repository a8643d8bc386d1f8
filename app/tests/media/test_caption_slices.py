"""A part's own captions show, frame for frame, what the whole clip's captions show there."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import data
from app.media.caption_slices import Slice, slices_of
from app.models.timing import FrameSpan
from app.tests.media.clips import TALL
from app.tests.media.libass import drawn

HEAD = "[Script Info]\nPlayResX: 180\n\n[Events]\nFormat: Layer, Start, End, Style, Text"


def event(start: int, end: int, text: str = "word", layer: int = 1, style: str = "Word") -> str:
    """Return an event at these centiseconds."""
    times = ",".join(f"0:{at // 6000:02}:{at // 100 % 60:02}.{at % 100:02}" for at in (start, end))
    return f"Dialogue: {layer},{times},{style},,0,0,0,,{text}"


def document(*events: str) -> str:
    return "\n".join([HEAD, *events, ""])


def slice_of(text: str, frames: FrameSpan) -> Slice | None:
    return slices_of(text, [frames])[0]


def at(frame: int) -> int:
    """Return a frame's time in centiseconds, rounded down as captions are."""
    return frame * 100 // 30


def test_only_what_is_drawn_in_the_part_is_in_it() -> None:
    events = [event(at(n), at(n + 10), f"w{n}") for n in range(0, 60, 10)]
    found = slice_of(document(*events), FrameSpan.lasting(20, 10))
    assert found is not None
    assert found.text == document(event(at(20) - 60, at(30) - 60, "w20"))
    assert found.first == 2, "20 frames are 6 x 3 and 2"
    assert slice_of(document(*events), FrameSpan.lasting(60, 10)) is None
    assert slice_of(document(), FrameSpan.lasting(0, 10)) is None


def test_an_event_that_stays_as_it_is_counts_only_within_the_part() -> None:
    whole = slice_of(document(event(0, 9000, r"{\pos(90,40)\fscx110}word")), FrameSpan.lasting(31, 7))
    assert whole is not None
    assert whole.text == document(event(0, 30, r"{\pos(90,40)\fscx110}word"))
    assert whole.first == 1


@pytest.mark.parametrize(
    "tag",
    [r"\fad(200,0)", r"\fade(0,255,0,0,9,9,9)", r"\t(0,500,\fscx200)", r"\move(0,0,9,9)", r"\k20", r"\kf20", r"\K9"],
)
def test_an_event_that_changes_keeps_its_beginning(tag: str) -> None:
    found = slice_of(document(event(15, 500, f"{{{tag}}}word"), event(15, 500)), FrameSpan.lasting(31, 7))
    assert found is not None
    assert found.text == document(event(5, 490, f"{{{tag}}}word"), event(90, 120))
    assert found.first == 28


@given(
    st.lists(st.tuples(st.integers(0, 200), st.integers(1, 60)), max_size=6),
    st.integers(0, 200), st.integers(1, 40), st.integers(0, 40),
)  # fmt: skip
def test_moved_by_whole_tenths_of_a_second_it_is_the_same_file(
    events: list[tuple[int, int]], first: int, frames: int, tenths: int
) -> None:
    texts = ["word", r"{\fad(99,99)}word"]
    both = [
        slice_of(
            document(*(event(at(s + by), at(s + by + n), texts[n % 2]) for s, n in events)),
            FrameSpan.lasting(first + by, frames),
        )
        for by in (0, 3 * tenths)
    ]
    assert both[0] == both[1]


def test_order_is_kept() -> None:
    found = slice_of(document(event(0, 50, "b"), event(0, 50, "a"), event(0, 50, "b")), FrameSpan.lasting(0, 5))
    assert found is not None
    assert [line[-1] for line in found.text.splitlines() if line.startswith("Dialogue")] == ["b", "a", "b"]


def test_only_styles_that_are_drawn_with_are_in_it() -> None:
    """Or another colour of the brand's card would encode every captioned part anew."""
    styles = ["Style: Word,Sans,20", "Style: Wordy,Sans,20", "Style: CardWord,Sans,9", ""]
    head = HEAD.replace(
        "[Events]", "\n".join(["[V4+ Styles]", "Format: Name, Fontname, Fontsize", *styles, "[Events]"])
    )
    whole = "\n".join([head, event(0, 100), event(100, 200, style="CardWord"), ""])
    first, second, third = slices_of(whole, [FrameSpan.lasting(at, 15) for at in (0, 30, 90)])
    assert first is not None and second is not None and third is None
    without = head.replace("Style: Wordy,Sans,20\n", "")
    assert first.text == "\n".join([without.replace("Style: CardWord,Sans,9\n", ""), event(0, 50), ""])
    assert second.text == "\n".join([without.replace("Style: Word,Sans,20\n", ""), event(0, 50, style="CardWord"), ""])


@pytest.mark.slow
@pytest.mark.parametrize("first", [18, 19, 20, 300])
def test_the_pixels_are_those_of_the_whole(tmp_path: Path, first: int) -> None:
    """Words that change at every frame around the part's ends, and one that fades in since long before it."""
    frames = 12
    style = next(iter(data.caption_styles().values()))
    words = [
        event(at(n), at(n + 1), rf"{{\pos({60 + n % 7 * 9},{60 + n % 5 * 40})}}w{n}")
        for n in range(first - 4, first + 16)
    ]
    fading = event(at(first - 15), at(first + 40), r"{\pos(90,300)\fad(1500,0)}fading", 0)
    head = (
        "[Script Info]\nScriptType: v4.00+\nPlayResX: 180\nPlayResY: 320\nWrapStyle: 2\nYCbCr Matrix: None\n\n"
        "[V4+ Styles]\nFormat: Name, Fontname, Fontsize, PrimaryColour, Outline, Shadow, Alignment\n"
        f"Style: Word,{style.font_family},20,&H00FFFFFF,1,0,2\n\n"
        "[Events]\nFormat: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text"
    )
    text = "\n".join([head, fading, *words, ""])
    part = slice_of(text, FrameSpan.lasting(first, frames))
    assert part is not None
    (tmp_path / "whole").mkdir()
    (tmp_path / "part").mkdir()
    whole, _ = drawn(text, style, TALL, tmp_path / "whole", list(range(first, first + frames)))
    own, _ = drawn(part.text, style, TALL, tmp_path / "part", list(range(part.first, part.first + frames)))
    assert np.array_equal(whole, own)
    assert len({picture.tobytes() for picture in own}) == frames, "every frame differs from the others"
