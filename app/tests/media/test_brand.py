"""A brand in the picture: the logo in its corner, text that fits, an end card; and nothing of it where it is not."""

import re
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image, ImageDraw

from app.data import caption_styles, presets
from app.media.ass import ass_document
from app.media.brand_ass import with_brand
from app.media.caption_layout import lay_out
from app.media.caption_slices import slices_of
from app.models.edit import Brand, CallToAction, Canvas, Captions, Corner, Cue, CueWord, Edit, EndCard, Logo, SourceRef
from app.models.timing import FrameSpan
from app.tests.footage import make_clip
from app.tests.media.clips import Pixels, Stage, pictures, shot
from app.workflows.clips.publish import subtitles_of

CANVAS = Canvas(width=360, height=640)
MAGENTA = (230, 20, 220)


def logo_file(path: Path) -> Path:
    """Write a magenta disc on transparent ground."""
    picture = Image.new("RGBA", (300, 300), (0, 0, 0, 0))
    ImageDraw.Draw(picture).ellipse((0, 0, 299, 299), fill=(*MAGENTA, 255))
    picture.save(path)
    return path


def magenta(picture: Pixels) -> npt.NDArray[np.bool_]:
    red, green, blue = (picture[..., n].astype(int) for n in range(3))
    found: npt.NDArray[np.bool_] = (red > 150) & (green < 90) & (blue > 150)
    return found


class Shop:
    """A clip of 20 frames of black-and-white footage, and a logo."""

    def __init__(self, folder: Path) -> None:
        film = make_clip(folder / "f.mp4", seconds=2, size=(360, 640), cuts=(), kinds=("blurred",), audio=None)
        self.stage = Stage(folder, film, logo_file(folder / "logo.png"))
        self.film, self.logo = self.stage.keys

    def edit(self, brand: Brand | None, captions: Captions | None = None) -> Edit:
        end = brand.end_card.frames if brand and brand.end_card else 0
        plain = self.stage.edit([shot(self.film, 0, 20)], CANVAS)
        kinds = {self.film: "video", self.logo: "logo"}
        sources = tuple(
            SourceRef.model_validate({**dict(source), "kind": kinds[source.content_hash]}) for source in plain.sources
        )
        return plain.evolve(frames=20 + end, sources=sources, brand=brand, preset="tiktok", captions=captions)

    def render(self, edit: Edit) -> list[Pixels]:
        out = self.stage.folder / "out.mp4"
        self.stage.render(edit, out, subtitles=subtitles_of(edit))
        return pictures(out, "rgb24")


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


@pytest.mark.parametrize("corner", ["top-left", "bottom-right"])
def test_the_logo_stands_in_its_corner_of_the_safe_area(shop: Shop, corner: Corner) -> None:
    shown = shop.render(shop.edit(Brand(logo=Logo(source=shop.logo, corner=corner, width=0.2))))
    rows, columns = np.nonzero(magenta(shown[10]))
    assert len(rows) == pytest.approx(np.pi * 36**2, rel=0.1)
    left, top, right, bottom = 60 / 3, 160 / 3, 360 - 140 / 3, 640 - 480 / 3
    assert columns.min() >= left - 2 and columns.max() <= right + 2
    assert rows.min() >= top - 2 and rows.max() <= bottom + 2
    near = (columns.min(), rows.min()) if corner == "top-left" else (columns.max(), rows.max())
    assert near == pytest.approx((left, top) if corner == "top-left" else (right, bottom), abs=4)


@pytest.mark.parametrize("colour", [(255, 255, 255), (230, 20, 20), (20, 220, 40)])
def test_a_logo_on_ground_of_its_own_colour_cannot_be_seen(tmp_path: Path, colour: tuple[int, int, int]) -> None:
    """What is transparent is black in most files, and none of that is in the logo's edge: neither light nor colour."""
    disc = Image.new("RGBA", (700, 700), (0, 0, 0, 0))
    ImageDraw.Draw(disc).ellipse((20, 20, 679, 679), fill=(*colour, 255))
    disc.save(tmp_path / "logo.png")
    Image.new("RGB", (360, 640), colour).save(tmp_path / "ground.png")
    stage = Stage(tmp_path, tmp_path / "ground.png", tmp_path / "logo.png")
    ground, logo = stage.keys
    edit = stage.edit([shot(ground, 0, 3)], CANVAS)
    sources = tuple(source.evolve(kind="photo" if source.content_hash == ground else "logo") for source in edit.sources)
    edit = edit.evolve(sources=sources, brand=Brand(logo=Logo(source=logo, width=0.4)), preset="tiktok")
    stage.render(edit, tmp_path / "out.mp4")
    shown = pictures(tmp_path / "out.mp4", "rgb24")[0].astype(int)
    assert np.abs(shown - np.median(shown, axis=(0, 1))).max() <= 4


def test_a_faint_logo_and_none(shop: Shop) -> None:
    faint = shop.render(shop.edit(Brand(logo=Logo(source=shop.logo, width=0.2, opacity=0.3))))[10]
    none = shop.render(shop.edit(None))[10]
    assert not magenta(faint).any()
    assert np.abs(faint[60:100, 30:80].astype(int) - none[60:100, 30:80]).mean() > 8
    assert np.abs(faint[300:].astype(int) - none[300:]).mean() < 2


def test_an_end_card_comes_last_with_its_logo_and_lines(shop: Shop) -> None:
    card = EndCard(frames=12, lines=("Magazinul tău", "ȘTIRI țâș"), background="103060", colour="FFE000")
    brand = Brand(logo=Logo(source=shop.logo), end_card=card)
    edit = shop.edit(brand)
    shown = shop.render(edit)
    assert len(shown) == 32
    assert shown[25][5, 5] == pytest.approx((16, 48, 96), abs=6)
    assert magenta(shown[25])[:300].sum() > 1000
    yellow = (shown[25][..., 0] > 180) & (shown[25][..., 2] < 90)
    rows, columns = np.nonzero(yellow)
    assert len(rows) > 300
    assert rows.min() > np.nonzero(magenta(shown[25]))[0].max(), "text is below the logo"
    assert columns.min() >= 60 / 3 - 2 and columns.max() <= 360 - 140 / 3 + 2
    assert not yellow[19].any()
    report = shop.stage.check(shop.stage.folder / "out.mp4", edit, subtitles_of(edit))
    assert report.ok, report


def test_a_black_still_card_is_meant(shop: Shop) -> None:
    edit = shop.edit(Brand(end_card=EndCard(frames=70, background="000000")))
    shop.render(edit)
    report = shop.stage.check(shop.stage.folder / "out.mp4", edit, subtitles_of(edit))
    assert report.ok, report


def test_the_call_is_shown_in_its_frames_only_and_fits(shop: Shop) -> None:
    text = "Comandă acum pe magazinul-nostru.ro și economisește"
    call = CallToAction(text=text, start=5, end=15, box_colour="E614DC")
    shown = [magenta(picture) for picture in shop.render(shop.edit(Brand(call_to_action=call)))]
    assert [int(box.sum()) > 500 for box in shown] == [5 <= n < 15 for n in range(20)]
    _, columns = np.nonzero(shown[10])
    assert columns.min() >= 60 / 3 - 2
    assert columns.max() <= 360 - 140 / 3 + 2


@pytest.mark.parametrize("name", sorted(caption_styles()))
def test_the_call_is_above_captions_of_two_lines(name: str) -> None:
    style, preset = caption_styles()[name], presets()["tiktok"]
    canvas = Canvas(width=1080, height=1920)
    words = tuple(CueWord(text="ȘTIRI,", start=0, end=20) for _ in range(2))
    captions = Captions(style=name, language="ro", cues=(Cue(id="c", start=0, end=30, words=words, lines=(1, 1)),))
    block = lay_out(captions.cues[0], "ro", style, canvas, preset)
    call = CallToAction(text="Comandă acum pe magazinul-nostru.ro și economisește mult", start=0, end=60)
    edit = Edit.model_construct(frames=60, canvas=canvas, brand=Brand(call_to_action=call))
    text = with_brand(ass_document(captions, style, canvas, preset), edit, style, preset)
    drawn = next(line for line in text.splitlines() if ",CallBox," in line)
    top = float(re.search(r"pos\([\d.]+,([\d.]+)\)", drawn)[1])  # type: ignore[index]
    height = max(float(y) for _, y in re.findall(r"[lb] ([\d.]+) ([\d.]+)", drawn))
    assert top >= 160
    assert top + height < block.box.top


def test_captions_are_drawn_as_they_are_without_a_brand() -> None:
    word = CueWord(text="Bună", start=0, end=20)
    captions = Captions(style="bold", language="ro", cues=(Cue(id="c", start=0, end=30, words=(word,), lines=(1,)),))
    style, preset = caption_styles()["bold"], presets()["tiktok"]
    plain = ass_document(captions, style, CANVAS, preset)
    edit = Edit.model_construct(
        frames=60, canvas=CANVAS, brand=Brand(call_to_action=CallToAction(text="a {b} c", start=0, end=60))
    )
    both = with_brand(plain, edit, style, preset)
    assert set(plain.splitlines()) <= set(both.splitlines())
    assert both.count("[Events]") == 1
    assert "CallWord" in both
    assert with_brand(plain, edit.model_copy(update={"brand": Brand()}), style, preset) == plain


def test_parts_without_the_brands_text_stay_as_they_are_whatever_it_looks_like() -> None:
    word = CueWord(text="Bună", start=0, end=20)
    captions = Captions(style="bold", language="ro", cues=(Cue(id="c", start=0, end=30, words=(word,), lines=(1,)),))
    style, preset = caption_styles()["bold"], presets()["tiktok"]
    plain = ass_document(captions, style, CANVAS, preset)
    call, card = CallToAction(text="Acum", start=40, end=60), EndCard(frames=20, lines=("edit.ro",))
    brands = [
        Brand(call_to_action=call, end_card=card),
        Brand(call_to_action=call.evolve(box_colour="00FF00"), end_card=card.evolve(colour="FF0000")),
    ]
    edits = [Edit.model_construct(frames=80, canvas=CANVAS, brand=brand) for brand in brands]
    drawn = [with_brand(plain, edit, style, preset) for edit in edits]
    spans = [FrameSpan(start=0, end=30), FrameSpan(start=40, end=60), FrameSpan(start=60, end=80)]
    none, one, other = (slices_of(text, spans) for text in (plain, *drawn))
    assert none[0] == one[0] == other[0]
    assert one[1] != other[1] and one[2] != other[2]
