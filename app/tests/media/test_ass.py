"""The caption file, looked at in real libass pictures: the right frame, inside the safe area, nothing injected."""

import re
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from app.data import caption_styles, presets
from app.media.ass import ass_document, line_limit, safe_rectangle
from app.media.fonts import text_measure
from app.models.edit import Canvas, Captions, Cue, CueWord
from app.models.preset import CaptionStyle, Preset, SafeArea
from app.tests.media.libass import bounds, drawn, pixels_of

STYLES = list(caption_styles().values())
BOLD, CLEAN, BOXED, KARAOKE, HEADLINE = (
    caption_styles()[name] for name in ("bold", "clean", "boxed", "karaoke", "headline")
)
TIKTOK = presets()["tiktok"]
DRAFT = Canvas(width=540, height=960)
FULL = Canvas(width=1080, height=1920)

every_style = pytest.mark.parametrize("style", STYLES, ids=lambda style: style.name)
every_preset = pytest.mark.parametrize("preset", presets().values(), ids=lambda preset: preset.name)


def cue(text: str, starts: list[int], end: int, lines: tuple[int, ...] | None = None, start: int | None = None) -> Cue:
    """A cue whose words begin at `starts`, each lasting to the next; "~" before a word means not spoken."""
    texts = text.split(" ")
    ends = [*starts[1:], end]
    words = tuple(
        CueWord(text=t.lstrip("~"), start=a, end=a if t[0:1] == "~" else b, spoken=t[0:1] != "~")
        for t, a, b in zip(texts, starts, ends, strict=True)
    )
    first = starts[0] if start is None else start
    return Cue(id="c", start=first, end=end, words=words, lines=lines or (len(words),))


def document(
    style: CaptionStyle, *cues: Cue, canvas: Canvas = DRAFT, preset: Preset = TIKTOK, language: str = "ro"
) -> str:
    return ass_document(Captions(style=style.name, language=language, cues=cues), style, canvas, preset)


def events(text: str, style: str = "") -> list[list[str]]:
    """The fields of every event (layer, start, end, style, ..., text), of one style if named."""
    rows = [line[len("Dialogue: ") :].split(",", 9) for line in text.splitlines() if line.startswith("Dialogue: ")]
    return [row for row in rows if style in ("", row[3])]


# --- Frames -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("phase", [0, 1, 2])
@every_style
def test_a_word_is_marked_from_its_frame_to_the_next_words_frame(
    style: CaptionStyle, phase: int, tmp_path: Path
) -> None:
    """Frame times modulo 3 are the three ways in which a frame and its centisecond differ."""
    starts, end = [2 + phase, 7 + phase, 9 + phase], 14 + phase
    shown = cue("unu doi trei", starts, end)
    pictures, _ = drawn(document(style, shown), style, DRAFT, tmp_path, list(range(end + 2)))
    marked = [pixels_of(picture, style.mark or style.highlight) > 30 for picture in pictures]
    assert marked == [shown.start <= frame < end for frame in range(end + 2)]
    changes = [not np.array_equal(a, b) for a, b in pairwise(pictures)]
    assert [frame + 1 for frame, changed in enumerate(changes) if changed] == [*starts, end]


@every_style
def test_cues_that_meet_leave_no_frame_empty_and_share_none(style: CaptionStyle, tmp_path: Path) -> None:
    """At one second and more, where hours, minutes and seconds carry over too."""
    cues = (cue("Aaa", [31], 64), cue("Bbb", [64], 95))
    pictures, _ = drawn(document(style, *cues), style, DRAFT, tmp_path, [30, 31, 63, 64, 94, 95])
    levels = [int((picture.astype(int) != 0x80).sum()) for picture in pictures]
    assert levels[0] == levels[5] == 0
    assert np.array_equal(pictures[1], pictures[2])
    assert np.array_equal(pictures[3], pictures[4])
    assert not np.array_equal(pictures[2], pictures[3])


def test_times_are_rounded_down_to_centiseconds() -> None:
    text = document(CLEAN, cue("a b", [1, 2], 53_942))
    assert [row[1:3] for row in events(text, "Spoken")] == [
        ["0:00:00.03", "0:00:00.06"],
        ["0:00:00.06", "0:29:58.06"],
    ]


@every_style
def test_every_word_is_on_screen_in_every_frame_of_its_cue(style: CaptionStyle) -> None:
    text = document(style, cue("unu doi trei patru", [3, 8, 8, 20], 33))
    for name in ("unu", "doi", "trei", "patru"):
        spans = [(row[1], row[2]) for row in events(text) if row[9].lower().endswith("}" + name)]
        assert spans[0][0] == "0:00:00.10"
        assert spans[-1][1] == "0:00:01.10"
        assert all(a[1] == b[0] for a, b in pairwise(spans))


def test_a_word_that_is_not_spoken_is_shown_and_never_marked() -> None:
    text = document(CLEAN, cue("unu ~— doi", [0, 5, 9], 20))
    assert [row[9][-3:] for row in events(text, "Spoken")] == ["unu", "doi"]
    assert [row[1:3] for row in events(text) if row[9].endswith("—")] == [["0:00:00.00", "0:00:00.66"]]


def test_the_hold_after_the_last_word_is_unmarked() -> None:
    word = CueWord(text="gata", start=0, end=9)
    text = document(CLEAN, Cue(id="c", start=0, end=18, words=(word,), lines=(1,)))
    assert [(row[1], row[2], row[3]) for row in events(text)] == [
        ("0:00:00.00", "0:00:00.30", "Spoken"),
        ("0:00:00.30", "0:00:00.60", "Word"),
    ]


@every_style
def test_neighbours_stay_put_while_a_word_is_spoken(style: CaptionStyle) -> None:
    text = document(style, cue("unu doi trei", [0, 10, 20], 30))
    places: dict[str, set[str]] = {}
    for row in events(text):
        if row[3] not in {"Box", "Mark"}:
            across = re.findall(r"\\pos\(([\d.]+),", row[9])[0]
            places.setdefault(row[9].rpartition("}")[2], set()).add(across)
    assert {len(xs) for xs in places.values()} == {1}


@pytest.mark.parametrize(("text", "grown"), [("da", 108.0), ("electroencefalografie", 101.3)])
def test_a_spoken_word_grows_but_never_into_its_neighbours(text: str, grown: float) -> None:
    (spoken, waiting) = (events(document(BOLD, cue(f"{text} nu", [0, 5], 9)), name) for name in ("Spoken", "Word"))
    percents = [float(value) for value in re.findall(r"\\fsc[xy]([\d.]+)", spoken[0][9])]
    assert percents == pytest.approx([grown, grown], abs=0.3)
    assert "\\fsc" not in "".join(row[9] for row in waiting)
    width = text_measure(BOLD, DRAFT)(text)
    assert width * (percents[0] / 100 - 1) / 2 <= 0.061 * BOLD.font_size / 2


# --- Inside the safe area ---------------------------------------------------------------------------------------

LONG = "https://exemplu.ro/produse/tesaturi-si-sireturi-foarte-lungi?pagina=12&culoare=albastru"
CUES = {
    "five words": ("Țesături și șireturi în România!", (3, 2)),
    "one line of five": ("Înălțimea Âșgțpq ÎNCĂ ÂȘȚ qgjp", (5,)),
    "address": (LONG, (1,)),
    "long words on two lines": ("Electroencefalografie interdisciplinaritate neîntrerupt", (2, 1)),
    "short": ("Â", (1,)),
}


@pytest.mark.parametrize("name", CUES)
@every_preset
@every_style
def test_all_that_is_drawn_lies_in_the_safe_area(
    style: CaptionStyle, preset: Preset, name: str, tmp_path: Path
) -> None:
    text, lines = CUES[name]
    canvas = Canvas(width=preset.width // 2, height=preset.height // 2)
    count = len(text.split())
    shown = cue(text, [2 * i for i in range(count)], 2 * count, lines)
    pictures, _ = drawn(
        document(style, shown, canvas=canvas, preset=preset), style, canvas, tmp_path, [0, 2 * count - 1]
    )
    safe = safe_rectangle(preset, canvas)
    for picture in pictures:
        left, top, right, bottom = bounds(picture, least=4)
        assert safe.left <= left < right <= safe.right
        assert safe.top <= top < bottom <= safe.bottom


@pytest.mark.parametrize("position", [0.0, 0.5, 1.0])
@every_style
def test_a_position_at_an_edge_stays_inside(style: CaptionStyle, position: float, tmp_path: Path) -> None:
    moved = style.evolve(position=position)
    shown = cue("ÎNĂLȚIMEA qgjpșț ÂÎȘȚ Șț", [0, 1, 2, 3], 4, (2, 2))
    pictures, _ = drawn(document(moved, shown), moved, DRAFT, tmp_path, [0, 3])
    safe = safe_rectangle(TIKTOK, DRAFT)
    for picture in pictures:
        _, top, _, bottom = bounds(picture)
        assert safe.top <= top < bottom <= safe.bottom
        if position == 0.5:
            assert (top + bottom) / 2 == pytest.approx((safe.top + safe.bottom) / 2, abs=20)


def test_captions_are_centred_in_the_safe_area_and_not_on_the_canvas(tmp_path: Path) -> None:
    preset = TIKTOK.evolve(safe_area=SafeArea(left=20, top=0, right=500, bottom=0))
    pictures, _ = drawn(document(CLEAN, cue("HOH", [0], 9), preset=preset), CLEAN, DRAFT, tmp_path, [0])
    left, _, right, _ = bounds(pictures[0])
    assert (left + right) / 2 == pytest.approx((10 + 290) / 2, abs=3)


@every_style
def test_line_limit_leaves_room_for_what_surrounds_the_letters(style: CaptionStyle) -> None:
    safe = safe_rectangle(TIKTOK, FULL)
    limit = line_limit(style, FULL, TIKTOK)
    assert 0.75 * (safe.right - safe.left) < limit < safe.right - safe.left
    assert line_limit(style, DRAFT, TIKTOK) == pytest.approx(limit / 2)


@every_style
def test_only_a_cue_that_is_too_wide_is_drawn_smaller(style: CaptionStyle) -> None:
    def sizes(text: str) -> set[float]:
        return {float(size) for size in re.findall(r"\\fs([\d.]+)", document(style, cue(text, [0], 9)))}

    assert len(sizes("scurt")) == len(sizes(LONG)) == 1
    shrink = max(sizes(LONG)) / max(sizes("scurt"))
    assert text_measure(style, DRAFT)(LONG) * shrink == pytest.approx(line_limit(style, DRAFT, TIKTOK), rel=0.001)


def test_outline_and_shadow_shrink_with_the_letters() -> None:
    def outlines(text: str) -> list[float]:
        return [float(value) for value in re.findall(r"\\bord([\d.]+)", document(BOLD, cue(text, [0], 9)))]

    assert outlines("scurt") == []
    assert 0 < outlines(LONG)[0] < BOLD.outline / 4


# --- The same in a draft ----------------------------------------------------------------------------------------


@every_style
def test_a_draft_looks_like_the_full_picture_made_smaller(style: CaptionStyle, tmp_path: Path) -> None:
    shown = cue("Țesături și șireturi", [0, 4, 8], 12, (2, 1))
    half, _ = drawn(document(style, shown, canvas=DRAFT), style, DRAFT, tmp_path, [5])
    full, _ = drawn(document(style, shown, canvas=FULL), style, FULL, tmp_path, [5])
    small = full[0].reshape(960, 2, 540, 2, 3).mean(axis=(1, 3))
    difference = np.abs(small - half[0])
    assert difference.mean() < 0.6
    assert [2 * edge for edge in bounds(half[0])] == pytest.approx(list(bounds(full[0])), abs=4)


# --- Text is text -----------------------------------------------------------------------------------------------

NASTY = ["{\\fs300}", "{\\pos(0,0)}x", "a\\Nb", "C:\\new\\h\\{x}", "}{", "\\", "{", "a\\", "{\\p1}m 0 0 l 900 0"]


@pytest.mark.parametrize("text", NASTY)
@every_style
def test_braces_and_backslashes_are_drawn_and_not_obeyed(style: CaptionStyle, text: str, tmp_path: Path) -> None:
    """As wide as measured, on one line: anything obeyed would change the width or the height."""
    plain = style.evolve(
        box_opacity=0, mark=None, outline=0, blur=0, shadow=0, pop=1, font_size=48, word_spacing=0, letter_spacing=0
    )
    word = CueWord(text=text, start=0, end=9)
    shown = Cue(id="c", start=0, end=9, words=(CueWord(text="H", start=0, end=0), word), lines=(2,))
    pictures, said = drawn(document(plain, shown, canvas=FULL), plain, FULL, tmp_path, [0])
    left, top, right, bottom = bounds(pictures[0])
    measured = text_measure(plain, FULL)(f"H {text}")
    assert right - left == pytest.approx(measured, abs=13), "side bearings differ"
    assert bottom - top < 48 * 1.4
    assert "not found" not in said


def test_new_lines_and_spaces_in_a_word_are_single_spaces() -> None:
    word = CueWord(text="  unu\r\n\\Ndoi\tdoi ", start=0, end=9)
    text = document(CLEAN, Cue(id="c", start=0, end=9, words=(word,), lines=(1,)))
    assert [row[9].rpartition("}")[2] for row in events(text)] == ["unu \\\u2060Ndoi doi"]
    assert text.count("\n") == len(text.splitlines())


@every_style
def test_letters_without_a_font_draw_nothing(style: CaptionStyle, tmp_path: Path) -> None:
    """Neither an empty box nor a font of the machine."""
    with_emoji = document(style, cue("bun🔥ă ~🔥👍🏽 你好 ziua", [0, 4, 4, 8], 12))
    without = document(style, cue("bună ziua", [0, 8], 12))
    pictures, said = drawn(with_emoji, style, DRAFT, tmp_path, [9])
    plain, _ = drawn(without, style, DRAFT, tmp_path, [9])
    assert np.array_equal(pictures, plain)
    assert "not found" not in said


def test_a_cue_of_nothing_that_can_be_drawn_has_no_events() -> None:
    assert events(document(BOXED, cue("~🔥 你", [0, 3], 9))) == []
    assert events(document(BOXED)) == []


def test_other_scripts_take_the_fallback_font_inside_a_word(tmp_path: Path) -> None:
    text = document(BOLD, cue("okЖ!", [0], 9))
    assert re.findall(r"\\fn([^\\]+)\\fs[\d.]+}([^{\n]+)", text) == [
        ("Anton", "OK"),
        ("Lato Black", "Ж"),
        ("Anton", "!"),
    ]
    _, said = drawn(text, BOLD, DRAFT, tmp_path, [0])
    assert set(re.findall(r"-> (\S+),", said)) == {"Anton-Regular", "Lato-Black"}


def test_capitals_follow_the_language() -> None:
    assert "}ŞİMDİ" in document(BOLD, cue("şimdi", [0], 9), language="tr")
    assert "}ȘINA" in document(BOLD, cue("şina", [0], 9), language="ro")


# --- The file ---------------------------------------------------------------------------------------------------


@every_style
def test_the_canvas_is_given_to_libass(style: CaptionStyle) -> None:
    lines = document(style, cue("unu", [0], 9), canvas=FULL).splitlines()
    for line in ("PlayResX: 1080", "PlayResY: 1920", "ScaledBorderAndShadow: yes", "WrapStyle: 2", "Kerning: no"):
        assert line in lines


@every_style
def test_every_row_has_as_many_fields_as_its_format(style: CaptionStyle) -> None:
    lines = document(style, cue("unu, doi", [0, 4], 9)).splitlines()
    formats = [line.count(",") for line in lines if line.startswith("Format: ")]
    assert {line.count(",") for line in lines if line.startswith("Style: ")} == {formats[0]}
    assert all(line.count(",") >= formats[1] for line in lines if line.startswith("Dialogue: "))


def test_a_boxed_cue_has_one_box_behind_its_words(tmp_path: Path) -> None:
    shown = cue("unu doi trei", [0, 3, 6], 9, (2, 1))
    text = document(BOXED, shown)
    boxes = events(text, "Box")
    assert [(row[0], row[1], row[2]) for row in boxes] == [("0", "0:00:00.00", "0:00:00.30")]
    pictures, _ = drawn(text, BOXED, DRAFT, tmp_path, [1])
    left, top, right, bottom = bounds(pictures[0])
    expected = [round(0x80 * 0.28 + int(part, 16) * 0.72) for part in ("0B", "0F", "19")]
    edge = pictures[0][(top + bottom) // 2, left + 3]
    assert np.abs(edge.astype(int) - expected).max() <= 3
    assert (pictures[0][top, left] == 0x80).all(), "corners are round"
    assert right - left < 400


def test_words_of_a_cue_keep_their_lines() -> None:
    text = document(CLEAN, cue("unu doi trei patru", [0, 2, 4, 6], 9, (1, 3)))
    rows: dict[str, list[str]] = {}
    for row in events(text, "Word"):
        down = re.findall(r",([\d.]+)\)", row[9])[0]
        rows.setdefault(down, []).append(row[9].rpartition("}")[2])
    assert [list(dict.fromkeys(words)) for words in rows.values()] == [["unu"], ["doi", "trei", "patru"]]


# --- Words that wait, are spoken, and were said -----------------------------------------------------------------


def test_words_wait_light_up_and_stay_lit(tmp_path: Path) -> None:
    text = document(KARAOKE, cue("unu doi trei", [0, 10, 20], 30))
    looks = [[row[3] for row in events(text) if row[9].endswith("}" + word)] for word in ("unu", "doi", "trei")]
    assert looks == [["Spoken", "Said"], ["Waiting", "Spoken", "Said"], ["Waiting", "Spoken"]]
    pictures, _ = drawn(text, KARAOKE, DRAFT, tmp_path, [5, 15, 25])
    said = [pixels_of(picture, KARAOKE.said or "", 8) for picture in pictures]
    assert said[0] < 30 < said[1] < said[2]
    white = [pixels_of(picture, KARAOKE.colour, 8) for picture in pictures]
    assert max(white) == 0, "words that wait let the footage through"
    assert pixels_of(pictures[0], "C7C3CA", 8) > 1000, "and can be read"


def test_what_is_never_spoken_lights_up_with_the_words_around_it() -> None:
    text = document(KARAOKE, cue("unu ~— doi", [0, 5, 9], 20))
    dash = [(row[1], row[2], row[3]) for row in events(text) if row[9].endswith("—")]
    assert dash == [("0:00:00.00", "0:00:00.16", "Waiting"), ("0:00:00.16", "0:00:00.66", "Said")]


def test_the_spoken_word_stands_on_a_label_that_touches_no_other_word(tmp_path: Path) -> None:
    """Each picture with a label is compared to the same words without: only where the label is may they differ."""
    shown = cue("ÎȘ QȚ ĂJ ÂG", [0, 3, 6, 9], 12, (2, 2))
    with_label, _ = drawn(document(HEADLINE, shown), HEADLINE, DRAFT, tmp_path, [1, 4, 7, 10])
    bare = HEADLINE.evolve(mark=None, highlight=HEADLINE.colour)
    without, _ = drawn(document(bare, shown), bare, DRAFT, tmp_path, [1])
    boxes = []
    for picture in with_label:
        lime = np.abs(picture.astype(int) - [0xD4, 0xFF, 0x3A]).max(axis=2) < 24
        rows, columns = np.flatnonzero(lime.any(axis=1)), np.flatnonzero(lime.any(axis=0))
        boxes.append((columns[0], rows[0], columns[-1] + 1, rows[-1] + 1))
        outside = np.ones(lime.shape, bool)
        outside[rows[0] - 9 : rows[-1] + 10, columns[0] - 9 : columns[-1] + 10] = False
        assert np.array_equal(picture[outside], without[0][outside])
    for (_, _, right, _), (left, _, _, _) in (boxes[:2], boxes[2:]):
        assert right < left, "labels of two neighbours would not touch either"
    assert boxes[0][3] < boxes[2][1], "nor those of two lines"


def test_a_label_holds_its_word_with_accents_and_tails(tmp_path: Path) -> None:
    pictures, _ = drawn(document(HEADLINE, cue("ÎĂȘȚQ", [0], 9)), HEADLINE, DRAFT, tmp_path, [3])
    left, top, right, bottom = bounds(pictures[0])
    dark = np.abs(pictures[0].astype(int) - [0x10, 0x14, 0x18]).max(axis=2) < 40
    rows, columns = np.flatnonzero(dark.any(axis=1)), np.flatnonzero(dark.any(axis=0))
    assert (columns[0] - left, right - columns[-1] - 1) == pytest.approx((8.5, 8.5), abs=4)
    assert top < rows[0] and rows[-1] + 1 < bottom
    lime = np.abs(pictures[0].astype(int) - [0xD4, 0xFF, 0x3A]).max(axis=2) < 24
    assert lime[(top + bottom) // 2, left + 1] and lime[(top + bottom) // 2, right - 2]


def test_letters_are_spaced_as_measured_also_where_they_shrink(tmp_path: Path) -> None:
    for text in ("HHHHHHHHHH", "H" * 60):
        shown = document(HEADLINE, cue(text, [0], 9, start=0))
        pictures, _ = drawn(shown, HEADLINE, DRAFT, tmp_path, [3])
        left, _, right, _ = bounds(pictures[0])
        limit = line_limit(HEADLINE, DRAFT, TIKTOK)
        measured = min(limit, text_measure(HEADLINE, DRAFT)(text))
        shrink = measured / text_measure(HEADLINE, DRAFT)(text)
        around = (2 * HEADLINE.mark_padding - HEADLINE.letter_spacing * HEADLINE.font_size) * shrink / 2
        assert right - left == pytest.approx(measured + around, abs=4)
