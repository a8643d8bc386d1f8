import pytest

from app.editing.script.numbers import Figure, cardinal, digits, knows, number, ordinal, parse, takes_de, year


@pytest.mark.parametrize(
    ("text", "language", "figure"),
    [
        ("49,99", "ro", Figure("49", "99")),
        ("49.99", "ro", Figure("49", "99")),
        ("1.299", "ro", Figure("1299")),
        ("1,299", "en", Figure("1299")),
        ("1.299,50", "ro", Figure("1299", "50")),
        ("1,299.50", "en", Figure("1299", "50")),
        ("1.299.000", "ro", Figure("1299000")),
        ("0.125", "ro", Figure("0", "125")),
        ("1.125", "en", Figure("1", "125")),
        ("7", "ro", Figure("7")),
    ],
)
def test_figures_are_read_as_their_language_writes_them(text: str, language: str, figure: Figure) -> None:
    assert parse(text, language) == figure


@pytest.mark.parametrize("text", ["1.2.3", "1,2.3,4", "abc", "", "1.", "10.0.0.1"])
def test_what_is_no_number_is_none(text: str) -> None:
    assert parse(text, "ro") is None


@pytest.mark.parametrize(
    ("text", "noun", "said"),
    [
        ("1", "", "unu"),
        ("1", "leu", "un"),
        ("1", "oră", "o"),
        ("2", "lei", "doi"),
        ("2", "minute", "două"),
        ("2", "cutii", "două"),
        ("12", "ore", "douăsprezece"),
        ("12", "lei", "doisprezece"),
        ("21", "ore", "douăzeci și una"),
        ("1000", "", "o mie"),
        ("007", "", "zero zero șapte"),
    ],
)
def test_romanian_figures_agree_with_their_noun(text: str, noun: str, said: str) -> None:
    assert " ".join(cardinal(text, "ro", noun)) == said


@pytest.mark.parametrize(
    ("whole", "said"),
    [
        ("1", "un"),
        ("19", "nouăsprezece"),
        ("20", "douăzeci de"),
        ("49", "patruzeci și nouă de"),
        ("100", "o sută de"),
        ("101", "o sută unu"),
        ("119", "o sută nouăsprezece"),
        ("120", "o sută douăzeci de"),
        ("1000", "o mie de"),
    ],
)
def test_romanian_says_de_from_twenty_on(whole: str, said: str) -> None:
    assert " ".join(number(Figure(whole), "ro", "leu" if whole == "1" else "lei")) == said


def test_decimals() -> None:
    assert " ".join(number(Figure("49", "99"), "ro", "lei")) == "patruzeci și nouă virgulă nouăzeci și nouă de"
    assert " ".join(number(Figure("2", "5"), "ro", "lei")) == "doi virgulă cinci"
    assert " ".join(number(Figure("0", "05"), "ro", "lei")) == "zero virgulă zero cinci"
    assert " ".join(number(Figure("49", "99"), "en", "lei")) == "forty nine point nine nine"
    assert number(Figure("3", "5"), "de") == ["drei", "Komma", "fünf"]


def test_a_language_without_words_for_it_keeps_the_figures() -> None:
    assert not knows("xx")
    assert cardinal("49", "xx") == ["49"]
    assert number(Figure("49", "99"), "xx") == ["49,99"]
    assert digits("42", "xx") == ["4", "2"]


@pytest.mark.parametrize(
    ("value", "masculine", "feminine"),
    [
        (1, "primul", "întâi"),
        (2, "doilea", "doua"),
        (3, "treilea", "treia"),
        (5, "cincilea", "cincea"),
        (8, "optulea", "opta"),
        (9, "nouălea", "noua"),
        (12, "doisprezecelea", "doisprezecea"),
        (20, "douăzecilea", "douăzecea"),
        (22, "douăzeci și doilea", "douăzeci și doua"),
        (100, "o sutălea", "o suta"),
    ],
)
def test_romanian_ordinals(value: int, masculine: str, feminine: str) -> None:
    assert " ".join(ordinal(value, "ro")) == masculine
    assert " ".join(ordinal(value, "ro", feminine=True)) == feminine


def test_english_ordinals_and_years() -> None:
    assert ordinal(21, "en") == ["twenty", "first"]
    assert year(1999, "en") == ["nineteen", "ninety", "nine"]
    assert year(2024, "ro") == "două mii douăzeci și patru".split()


def test_a_very_long_figure_is_said_digit_by_digit() -> None:
    assert cardinal("1234567890123", "en")[:3] == ["one", "two", "three"]


@pytest.mark.parametrize(("figure", "de"), [(Figure("20"), True), (Figure("0"), False), (Figure("5", "5"), False)])
def test_takes_de(figure: Figure, de: bool) -> None:
    assert takes_de(figure) is de
