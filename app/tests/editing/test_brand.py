"""Brand files: what they say, which field is wrong, and what of them a clip of some length gets."""

from pathlib import Path

import pytest

from app.cli.options import read_brand_file
from app.data import presets, qualities
from app.editing.brand import brand_notes, read_brand
from app.editing.document import build_edit
from app.editing.timing import even_slots
from app.editing.variants import choose
from app.errors import InputError
from app.models.brand import BrandWish, CallWish, CardWish
from app.models.edit import Edit, SourceRef
from app.models.make import MakeRequest
from app.tests.editing.synthetic import take
from app.workflows.jobs.records import read_request, request_json

WHOLE = """
[logo]
file = "sigla.png"
corner = "bottom-right"

[call_to_action]
text = "Comandă  pe magazin.ro"
seconds = 2
box_colour = "#e11d48"

[end_card]
seconds = 1.5
lines = ["Magazinul tău", "magazin.ro"]
"""


def test_a_whole_file(tmp_path: Path) -> None:
    wish = read_brand(WHOLE, tmp_path)
    assert wish.logo and wish.call_to_action and wish.end_card
    assert (wish.logo.file, wish.logo.corner) == (tmp_path / "sigla.png", "bottom-right")
    assert (wish.call_to_action.text, wish.call_to_action.box_colour) == ("Comandă pe magazin.ro", "E11D48")
    brand = wish.for_clip(300, "a" * 64)
    assert brand.logo and brand.call_to_action and brand.end_card
    assert (brand.call_to_action.start, brand.call_to_action.end, brand.end_card.frames) == (240, 300, 45)


def test_nothing_is_asked_for_by_an_empty_file() -> None:
    assert read_brand("", Path()) == BrandWish()


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("[logo", "brand"),
        ("[logo]\nwidth = 0.1", "logo.file"),
        ('[logo]\nfile = "a.png"\ncorner = "middle"', "logo.corner"),
        ('[call_to_action]\ntext = "  "', "call_to_action.text"),
        ('[call_to_action]\ntext = "a"\ncolour = "red"', "call_to_action.colour"),
        ("[end_card]\nseconds = 100", "end_card.seconds"),
        ('[end_card]\nlines = ["1", "2", "3", "4", "5"]', "end_card.lines"),
        ("[endcard]\nseconds = 1", "endcard"),
        ("a = " + "[" * 100_000, "brand"),
        ("a = " + "9" * 5000, "brand"),
    ],
)
def test_a_mistake_is_told_with_its_field(text: str, field: str) -> None:
    with pytest.raises(InputError, match="brand file") as caught:
        read_brand(text, Path())
    assert (caught.value.subject, caught.value.instance_code) == (field, "bad_brand")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    assert read_brand_file(None) is None
    for place in (tmp_path / "none.toml", tmp_path):
        with pytest.raises(InputError) as caught:
            read_brand_file(place)
        assert caught.value.instance_code == "brand_missing"


@pytest.mark.parametrize(
    ("start", "seconds", "frames", "span"),
    [
        (None, 3, 60, (0, 60)),
        (1, 1, 300, (30, 60)),
        (99, 1, 60, (30, 60)),
        (1.9, 1, 60, (30, 60)),  # three frames would be a flash
        (1.5, 1, 60, (45, 60)),
        (1.9, 60, 60, (0, 60)),
    ],
)
def test_the_call_stays_inside_the_shots(
    start: float | None, seconds: float, frames: int, span: tuple[int, int]
) -> None:
    wish = BrandWish(call_to_action=CallWish(text="a", start=start, seconds=seconds))
    call = wish.for_clip(frames, None).call_to_action
    assert call
    assert (call.start, call.end) == span


def test_a_call_that_is_moved_is_told() -> None:
    def notes(start: float | None) -> list[str]:
        wish = BrandWish(call_to_action=CallWish(text="a", start=start))
        return brand_notes(wish, [branded(wish)])

    assert notes(None) == notes(2.0) == brand_notes(None, [branded(None)]) == []
    (told,) = notes(99.0)
    assert "clip: the call to action was to begin at 99 s" in told
    assert "from 7.0 s on" in told


def branded(wish: BrandWish | None) -> Edit:
    """Return an edit of 10 s of shots."""
    files = [take("a.mp4", 40)]
    return build_edit(
        name="clip",
        picks=choose(files, [even_slots(300, 1)], 1).variants[0].picks,
        footage=files,
        preset=presets()["tiktok"],
        quality=qualities()["draft"],
        framing="crop",
        brand=wish,
    )


def test_a_document_is_longer_by_its_end_card_and_lists_the_logo() -> None:
    files = [take("a.mp4", 40)]
    picks = choose(files, [even_slots(300, 1)], 1).variants[0].picks
    logo = SourceRef(content_hash="f" * 64, name="l.png", duration=0, has_audio=False, kind="logo")
    edit = build_edit(
        name="clip",
        picks=picks,
        footage=files,
        preset=presets()["tiktok"],
        quality=qualities()["draft"],
        framing="crop",
        brand=read_brand(WHOLE, Path()),
        beside=(logo,),
    )
    assert edit.frames == 345
    assert edit.end_card_frames == 45
    assert edit.brand and edit.brand.logo and edit.brand.logo.source == "f" * 64


def test_a_request_with_a_brand_is_kept_and_read_back(tmp_path: Path) -> None:
    for wish in (read_brand(WHOLE, tmp_path), BrandWish(end_card=CardWish())):
        request = MakeRequest(files=(tmp_path / "a.mp4",), out=tmp_path, brand=wish)
        assert read_request(request_json(request)) == request
