"""The bundled fonts: real names, letters they have, and widths as libass draws them."""

import re
from pathlib import Path

import pytest

from app.data import caption_styles
from app.errors import EnvironmentProblem, StorageError
from app.media import fonts
from app.models.edit import Canvas
from app.models.preset import CaptionStyle
from app.tests.media.libass import bounds, drawn

STYLES = list(caption_styles().values())
BOLD, CLEAN, BOXED = (caption_styles()[name] for name in ("bold", "clean", "boxed"))
CANVAS = Canvas(width=1920, height=1080)
ROMANIAN = "Țesături și șireturi în România ĂÂÎȘȚ ăâîșț „49,99” lei – 100% …"

every_style = pytest.mark.parametrize("style", STYLES, ids=lambda style: style.name)


def plain_line(style: CaptionStyle, text: str) -> str:
    """An ASS file that draws `text` as one run with nothing around it, at the size the style asks for."""
    size = style.font_size * fonts.style_scale(CANVAS) * fonts.metrics(style.font_file).line
    return "\n".join(
        [
            "[Script Info]\nScriptType: v4.00+\nPlayResX: 1920\nPlayResY: 1080\nWrapStyle: 2\nKerning: no\n",
            "[V4+ Styles]\nFormat: Name, Fontname, Fontsize, PrimaryColour, BorderStyle, Outline, Shadow, Alignment",
            f"Style: A,{style.font_family},{size:.2f},&H00FFFFFF,1,0,0,5",
            "\n[Events]\nFormat: Layer, Start, End, Style, Text",
            f"Dialogue: 0,0:00:00.00,0:00:01.00,A,{{\\pos(960,540)}}{text}\n",
        ]
    )


@every_style
def test_every_style_has_all_romanian_letters_and_signs(style: CaptionStyle) -> None:
    assert fonts.missing_letters(style, ROMANIAN) == set()
    assert fonts.unshown_letters(style, ROMANIAN) == ""


@every_style
@pytest.mark.parametrize(
    "text",
    [ROMANIAN, "HAMBURGEFONTSIV", "WAVE To AVATAR, Type", "officially effluent fi", "iiiiiiii....", "C:\u2019new"],
)
def test_measured_width_is_the_width_libass_draws(style: CaptionStyle, text: str, tmp_path: Path) -> None:
    """Between two bars of the same letter, so that side bearings cancel out."""
    measure = fonts.text_measure(style.evolve(word_spacing=0, letter_spacing=0), CANVAS)
    shown = fonts.shown_text(style, text)[:34].strip()
    bar, _ = drawn(plain_line(style, "HH"), style, CANVAS, tmp_path, [0])
    both, _ = drawn(plain_line(style, f"H{shown}H"), style, CANVAS, tmp_path, [0])
    width = [right - left for left, _, right, _ in (bounds(bar[0]), bounds(both[0]))]
    assert width[1] - width[0] == pytest.approx(measure(shown), rel=0.02, abs=1.5)


@every_style
def test_libass_takes_the_bundled_file_and_no_font_of_the_machine(style: CaptionStyle, tmp_path: Path) -> None:
    _, said = drawn(plain_line(style, "Țesături"), style, CANVAS, tmp_path, [0])
    name = Path(style.font_file).stem
    chosen = re.findall(r"fontselect: \((.+?), \d+, \d+\) -> (\S+),", said)
    assert chosen == [(style.font_family, name)]


def test_a_letter_the_own_font_lacks_comes_from_the_fallback() -> None:
    assert fonts.missing_letters(CLEAN, "Привет, Ελλάδα") >= set("Привет")
    runs = [(face.family, part) for face, part in fonts.font_runs(CLEAN, "ok Ж!")]
    assert runs == [("Poppins SemiBold", "ok "), ("Lato Black", "Ж"), ("Poppins SemiBold", "!")]
    assert fonts.unshown_letters(CLEAN, "Привет, Ελλάδα") == ""


@every_style
def test_what_no_font_has_is_left_out_and_told_once_in_order(style: CaptionStyle) -> None:
    text = "Wow 🔥 你 wow 🔥👍🏽 ❤️"
    assert fonts.unshown_letters(style, text) == "🔥你👍❤"
    assert "".join(part for _, part in fonts.font_runs(style, fonts.shown_text(style, "a🔥b"))).lower() == "ab"


@every_style
def test_width_counts_only_what_is_drawn(style: CaptionStyle) -> None:
    measure = fonts.text_measure(style, CANVAS)
    assert measure("") == 0
    assert measure("🔥") == 0
    assert measure("ab🔥") == measure("ab")
    assert measure("a\u200db\u2060") == measure("ab")
    assert measure("ab\n  cd ") == measure("ab cd") > measure("abcd")


@every_style
def test_width_grows_with_the_canvas(style: CaptionStyle) -> None:
    whole, half = (fonts.text_measure(style, Canvas(width=w, height=h)) for w, h in ((1080, 1920), (540, 960)))
    assert half("Țesături și") == pytest.approx(whole("Țesături și") / 2)


def test_word_spacing_widens_spaces_only() -> None:
    wide = fonts.text_measure(BOLD.evolve(word_spacing=0.5), CANVAS)
    none = fonts.text_measure(BOLD.evolve(word_spacing=0.0), CANVAS)
    assert wide("ab cd") - none("ab cd") == pytest.approx(BOLD.font_size / 2)
    assert wide("abcd") == none("abcd")


@pytest.mark.parametrize(
    ("text", "language", "shown"),
    [
        ("țesături și în", "ro", "ȚESĂTURI ȘI ÎN"),
        ("ţesături şi", "ro-RO", "ȚESĂTURI ȘI"),
        ("şimdi iyi", "tr", "ŞİMDİ İYİ"),
        ("Straße", "de", "STRASSE"),
        ("s\u0326i t\u0326ara", "ro", "ȘI ȚARA"),
        ("  two\n\twords \u00a0", "en", "TWO WORDS"),
        ("a\u200fb\u202ec\x07", "en", "ABC"),
        ("", "en", ""),
    ],
)
def test_capitals_in_the_picture(text: str, language: str, shown: str) -> None:
    assert fonts.shown_text(BOLD, text, language) == shown


def test_without_capitals_the_text_stays() -> None:
    assert fonts.shown_text(CLEAN, "Straße  și eBay", "de") == "Straße și eBay"


@pytest.mark.parametrize(("width", "height", "scale"), [(1080, 1920, 1), (540, 960, 0.5), (1920, 1080, 1)])
def test_sizes_follow_the_shorter_side(width: int, height: int, scale: float) -> None:
    assert fonts.style_scale(Canvas(width=width, height=height)) == scale


def test_fonts_of_a_style_are_its_own_and_the_fallbacks_once() -> None:
    assert [face.family for face in fonts.faces(BOLD)] == ["Anton", "Lato Black"]
    assert [face.family for face in fonts.faces(BOXED)] == ["Lato Black"]


def test_copied_fonts_are_the_files_of_the_style(tmp_path: Path) -> None:
    fonts.copy_fonts(BOLD, tmp_path / "deep" / "fonts")
    fonts.copy_fonts(BOLD, tmp_path / "deep" / "fonts")
    copied = {path.name: path.stat().st_size for path in (tmp_path / "deep" / "fonts").iterdir()}
    assert set(copied) == {"Anton-Regular.ttf", "Lato-Black.ttf"}
    assert min(copied.values()) > 10_000


def test_a_folder_that_cannot_be_made_is_a_storage_error(tmp_path: Path) -> None:
    (tmp_path / "fonts").write_text("a file")
    with pytest.raises(StorageError, match="fonts for captions"):
        fonts.copy_fonts(BOLD, tmp_path / "fonts")


@pytest.mark.parametrize("file", ["fontpkg_nowhere/A.ttf", "fontpkg_anton/Nothing.ttf"])
def test_a_font_that_is_not_installed_says_how_to_get_it(file: str) -> None:
    with pytest.raises(EnvironmentProblem) as caught:
        fonts.metrics(file)
    assert caught.value.hint.startswith(f"Install it again: pip install --force-reinstall {file[:9].replace('_', '-')}")


def test_metrics_are_those_of_the_font_tables() -> None:
    """Read from Anton's head, hhea and OS/2 tables with another tool."""
    anton = fonts.metrics("fontpkg_anton/Anton-Regular.ttf")
    assert anton.units == 2048
    assert (anton.above * 2048, anton.below * 2048) == (2876, 674)
    assert anton.line == pytest.approx(3550 / 2048)
    assert (anton.ascent * 2048, anton.descent * 2048) == (2409, 674)
    assert 0.8 < anton.cap < 0.9
