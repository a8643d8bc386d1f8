import unicodedata

import pytest

from app.editing.marks import plain_text, shown_lines


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
    assert shown_lines(f"unu\n{line}\ndoi") == ["unu", "doi"]


@pytest.mark.parametrize(
    "text",
    ["2 * 3 * 4", "snake_case_name", "https://x.ro/a_b_c", "a (b) c", "C# și F#", "#BlackFriday", "-20%", "+40 722"],
)
def test_what_only_looks_like_a_mark_stays(text: str) -> None:
    assert plain_text(text) == text


def test_text_is_composed() -> None:
    assert plain_text(unicodedata.normalize("NFD", "Cămașă")) == "Cămașă"


def test_cedillas_become_commas_in_romanian_only() -> None:
    assert shown_lines("Aşa şi ţara ŞŢ", "ro") == ["Așa și țara ȘȚ"]
    assert shown_lines("Aşk", "tr") == ["Aşk"]
