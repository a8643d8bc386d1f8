import unicodedata

import pytest

from app.editing.script.marks import NO_BREAK, lines, plain_text


def shown(script: str, language: str = "") -> list[str]:
    return [line.text for line in lines(script, language)]


@pytest.mark.parametrize(
    ("script", "shown"),
    [
        ("# Titlu", "Titlu"),
        ("### Titlu mic", "Titlu mic"),
        ("- punct", "punct"),
        ("* punct", "punct"),
        ("• punct", "punct"),
        ("- [x] gata", "gata"),
        ("> citat", "citat"),
        ("**tare** și *moale*", "tare și moale"),
        ("__tare__ și _moale_", "tare și moale"),
        ("~~vechi~~ nou", "vechi nou"),
        ("`cod` aici", "cod aici"),
        ("[magazin](https://shop.ro) deschis", "magazin deschis"),
        ('[magazin](https://shop.ro "titlu")', "magazin"),
        ("![poză](a.png) text", "text"),
        ("Salut [pauză] lume", "Salut lume"),
        ("Salut[pauză]lume", "Salut lume"),
        ("Salut [pauză].", "Salut."),
        ("<!-- notă --> da", "da"),
    ],
)
def test_marks_are_taken_away_and_words_stay(script: str, shown: str) -> None:
    assert plain_text(script) == shown


@pytest.mark.parametrize("line", ["(zâmbește)", "  (face cu mâna)  ", "---", "***", "```", "```python", "[pauză]", "#"])
def test_a_line_without_words_of_the_script_is_dropped(line: str) -> None:
    assert shown(f"unu\n{line}\ndoi") == ["unu", "doi"]


@pytest.mark.parametrize(
    "text",
    ["2 * 3 * 4", "snake_case_name", "https://x.ro/a_b_c", "a (b) c", "C# și F#", "#BlackFriday", "-20%", "+40 722"],
)
def test_what_only_looks_like_a_mark_stays(text: str) -> None:
    assert plain_text(text) == text


def test_text_is_composed() -> None:
    assert plain_text(unicodedata.normalize("NFD", "Cămașă")) == "Cămașă"


def test_cedillas_become_commas_in_romanian_only() -> None:
    assert shown("Aşa şi ţara ŞŢ", "ro") == ["Așa și țara ȘȚ"]
    assert shown("Aşk", "tr") == ["Aşk"]


@pytest.mark.parametrize(
    ("script", "number"),
    [
        ("Doar 1 299 lei!", "1 299"),
        ("Doar 12 500 de lei", "12 500"),
        ("Doar 1 299,50 RON", "1 299,50"),
        ("Peste 1 000 clienți", "1 000"),
        ("Peste 2 000 000 de oameni", "2 000 000"),
        ("Are 1\u00a0234 piese", "1 234"),
        ("Are 1\u202f234\u202f567 piese", "1 234 567"),
        ("Only €1 299 €", "€1 299"),
    ],
)
def test_spaces_between_thousands_join_one_number(script: str, number: str) -> None:
    assert number.replace(" ", NO_BREAK) in shown(script)[0].split(" ")


@pytest.mark.parametrize(
    "script",
    [
        "Sună la 0722 123 456",
        "Sună la +40 722 000 000",
        "Sună la 0722 000 000",
        "Sună la (021) 300 000",
        "Model 5 200 nou",
        "Galaxy S24 256 lei",
        "Pagina 12 300",
        "5 lei\u00a0azi",
    ],
)
def test_other_figures_stay_apart(script: str) -> None:
    assert NO_BREAK not in shown(script)[0]


def test_lines_with_a_mark_of_their_own_are_told() -> None:
    assert [line.marked for line in lines("# Titlu\n- unu\ndoi\n> trei\n**patru**")] == [True, True, False, True, False]


def test_what_cannot_be_written_to_a_file_is_left_out() -> None:
    assert shown("unu\udcff\x00\x1b doi\ud83d\x0ctrei") == ["unu doi", "trei"]
