"""Where words and boxes stand, without drawing them."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.data import caption_styles, presets
from app.media.caption_layout import Block, lay_out, line_limit, safe_rectangle
from app.media.fonts import style_scale, text_measure
from app.models.edit import Canvas, Cue, CueWord
from app.models.preset import CaptionStyle, Preset

STYLES = list(caption_styles().values())
BOLD, CLEAN, BOXED = (caption_styles()[name] for name in ("bold", "clean", "boxed"))
TIKTOK = presets()["tiktok"]
FULL = Canvas(width=1080, height=1920)

every_style = pytest.mark.parametrize("style", STYLES, ids=lambda style: style.name)
every_preset = pytest.mark.parametrize("preset", presets().values(), ids=lambda preset: preset.name)


def laid_out(
    style: CaptionStyle, *lines: str, canvas: Canvas = FULL, preset: Preset = TIKTOK, language: str = "ro"
) -> Block:
    words = tuple(CueWord(text=text, start=0, end=9) for line in lines for text in line.split())
    cue = Cue(id="c", start=0, end=9, words=words, lines=tuple(len(line.split()) for line in lines))
    return lay_out(cue, language, style, canvas, preset)


def test_the_safe_area_of_a_draft_is_the_presets_made_smaller() -> None:
    full, half = (safe_rectangle(TIKTOK, Canvas(width=w, height=h)) for w, h in ((1080, 1920), (540, 960)))
    assert (full.left, full.top, full.right, full.bottom) == (60, 160, 940, 1440)
    assert (half.left, half.top, half.right, half.bottom) == (30, 80, 470, 720)


@every_preset
@every_style
def test_a_line_may_take_most_of_the_safe_area(style: CaptionStyle, preset: Preset) -> None:
    canvas = Canvas(width=preset.width, height=preset.height)
    safe = safe_rectangle(preset, canvas)
    share = line_limit(style, canvas, preset) / (safe.right - safe.left)
    assert 0.85 < share < 1
    half = Canvas(width=preset.width // 2, height=preset.height // 2)
    assert line_limit(style, half, preset) == pytest.approx(line_limit(style, canvas, preset) / 2)


@every_style
def test_words_stand_side_by_side_a_space_apart(style: CaptionStyle) -> None:
    block = laid_out(style, "unu doi trei")
    measure = text_measure(style, FULL)
    assert [word.width for word in block.words] == [measure(t) for t in ("unu", "doi", "trei")]
    gaps = [b.middle - b.width / 2 - a.middle - a.width / 2 for a, b in pairwise(block.words)]
    assert gaps == pytest.approx([measure("n n") - measure("nn")] * 2)
    assert block.words[0].middle - block.words[0].width / 2 == pytest.approx(500 - measure("unu doi trei") / 2)


@every_style
def test_lines_are_the_styles_line_height_apart(style: CaptionStyle) -> None:
    block = laid_out(style, "unu doi", "trei")
    down = sorted({word.baseline for word in block.words})
    assert down[1] - down[0] == pytest.approx(style.line_height * style.font_size)
    assert [word.baseline for word in block.words] == [down[0], down[0], down[1]]


@every_style
def test_one_line_and_two_have_the_same_middle(style: CaptionStyle) -> None:
    one, two = laid_out(style, "unu"), laid_out(style, "unu", "doi")
    assert one.box.top + one.box.bottom == pytest.approx(two.box.top + two.box.bottom)


@every_style
def test_only_what_is_too_wide_shrinks_and_then_just_fits(style: CaptionStyle) -> None:
    assert laid_out(style, "unu doi").shrink == 1
    block = laid_out(style, "neîntrerupt" * 6, "scurt")
    assert block.words[0].width == pytest.approx(line_limit(style, FULL, TIKTOK))
    assert block.words[1].width == pytest.approx(text_measure(style, FULL)("scurt") * block.shrink)


def test_what_cannot_be_drawn_takes_no_room() -> None:
    with_signs, without = laid_out(CLEAN, "🔥 unu 你 doi", "👍"), laid_out(CLEAN, "unu doi")
    assert [(w.text, w.middle, w.baseline) for w in with_signs.words] == [
        (w.text, w.middle, w.baseline) for w in without.words
    ]
    assert laid_out(CLEAN, "🔥", "你").words == ()


def test_a_sign_without_width_does_no_harm() -> None:
    assert [word.width for word in laid_out(BOXED, "\u0301").words] in ([], [0.0])


def test_the_box_surrounds_the_words_with_its_padding() -> None:
    block = laid_out(BOXED, "unu doi", "trei")
    first, last = block.words[0], block.words[1]
    padding = BOXED.box_padding * style_scale(FULL)
    assert block.box.left == pytest.approx(first.middle - first.width / 2 - padding)
    assert block.box.right == pytest.approx(last.middle + last.width / 2 + padding)
    assert block.box.top < first.baseline - padding
    assert block.box.bottom > block.words[2].baseline + padding


@given(st.lists(st.text(max_size=30), min_size=1, max_size=6), st.sampled_from(STYLES), st.sampled_from(["ro", "tr"]))
def test_any_text_stays_between_the_margins(texts: list[str], style: CaptionStyle, language: str) -> None:
    words = tuple(CueWord(text=text, start=0, end=9) for text in texts)
    cue = Cue(id="c", start=0, end=9, words=words, lines=(len(words),))
    block = lay_out(cue, language, style, FULL, TIKTOK)
    safe = safe_rectangle(TIKTOK, FULL)
    for word in block.words:
        assert safe.left <= word.middle - word.width / 2 <= word.middle + word.width / 2 <= safe.right
        assert safe.top < word.baseline < safe.bottom
        assert word.text == word.text.strip() != ""
