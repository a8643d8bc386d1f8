"""Words that are forms of one word, and words that only look so."""

import pytest

from app.editing.stems import same_word, words_of
from app.models.letters import fold

ROMANIAN = """
cafea cafele, cafea cafeaua, cafea cafelei, cafea cafelele, cafea cafelelor, cafele cafeaua, stea stele, stea steaua,
ceașcă cești, ceașcă ceașca, ceașcă ceştile, ceașcă ceștilor, mare marea, mare mări, mare mării, carte cartea,
carte cărți, carte cărţile, carte cărții, floare flori, floare florile, floare florii, masă mese, masă mesele,
masă masa, casă case, casă casei, țară țări, ţară țările, poartă porți, roată roți, noapte nopți, stradă străzi,
verde verzi, brad brazi, muscă muște, broască broaște, telefon telefoane, telefon telefoanele, telefon telefonul,
pahar pahare, pahar paharele, loc locuri, loc locul, preț prețuri, preț prețul, produs produse, produs produsului,
câine câini, câine câinele, munte munții, lucru lucruri, negru neagră, negru negri, frumos frumoasă, frumos frumoase,
alb albă, nou nouă, cheie chei, cheie cheile, familie familia, familie familiile, serviciu servicii, ou ouă, om oameni,
zi ziua, măr mere, mână mâini, copil copii, prăjit prăjită, prăjit prăjite, boabe boabele, boabă boabe, cană căni,
lingură linguri, lapte laptele, zahăr zahărul, pâine pâinea, cuvânt cuvinte, ciocolată ciocolatei, piatră pietre,
iarbă ierburi, proaspăt proaspeți, aparat aparate, râșniță rasnita, roşu roșu, roșu roșie, aromă arome, rochie rochii,
magazin magazinul, pantof pantofii, geantă genți, bijuterie bijuterii, în in, vară veri, contract contractele,
director directori, comandă comenzi, comandă comandăm, comandă comandat, comandă comandați, material materiale,
descoperă descoperim, descoperă descoperit, pregătim pregătește, pregătim pregătesc, ciocolatiu ciocolatie
"""
NOT_ROMANIAN = """
car scară, care car, mare măr, mare marfă, carte cartof, ceașcă ceas, cafea cafenea, casă casetă, masă masaj,
masă mesaj, păr pară, cană canapea, mare marcă, cap capac, loc locotenent, sare sarma, lapte lapoviță, bar bară,
vin vineri, om omletă, zi ziar, pas pasăre, ban bancă, ban banană, foc focă, cort cortină, car cerul, nas nasture,
copil copac, apă aparat, rochie roșcat, contract contrast, direct director, comandă comandant, material materie,
colecție colector, restaurant restaurare, conserve conservator, portofoliu portofel, program progres, proiect protest,
generator general, transport transparent, constructor construcție, interes internet, centrală centrare
"""
ENGLISH = """
cup cups, bean beans, roast roasted, roast roasting, box boxes, berry berries, coffee coffees, pour pouring,
pour poured, grind grinding, shop shopping, shop shops, run running, bake baked, bake baking, dish dishes,
brush brushes, bottle bottles, city cities, make making, mix mixed, mix mixing, cut cutting, brew brewing,
brew brewed, glass glasses, shoe shoes, story stories, stop stopped, car cars, flower flowers, tie ties, love loved,
café cafe, bus buses, lens lenses, gas gases, leaf leaves, shelf shelves, loaf loaves, half halves, knife knives,
life lives, wife wives, scarf scarves, wolf wolves, child children, man men, woman women, foot feet, tooth teeth,
mouse mice, goose geese, person people
"""
NOT_ENGLISH = """
car care, car scar, cup cupboard, organ organic, universe university, new news, ring string, cat catalog, shop shot,
rest restaurant, bar bare, bus business, pan panel, pen pencil, art party, comb combine, pin pine, can cane, car card,
bus busy, leaf leave, knife knight, child chilly, man mane, foot food, base bus, wolf woolly, live leaf
"""


def pairs(text: str) -> list[tuple[str, str]]:
    words = [pair.split() for pair in text.split(",")]
    return [(one, other) for one, other in words]


def test_the_lists_are_long_enough_to_mean_something() -> None:
    assert len(pairs(ROMANIAN)) >= 90
    assert len(pairs(NOT_ROMANIAN)) >= 30
    assert len(pairs(ENGLISH)) >= 30
    assert len(pairs(NOT_ENGLISH)) >= 18


@pytest.mark.parametrize(
    ("language", "text", "same"),
    [("ro", ROMANIAN, True), ("ro", NOT_ROMANIAN, False), ("en", ENGLISH, True), ("en", NOT_ENGLISH, False)],
)
def test_forms_of_a_word_are_one_and_look_alikes_are_not(language: str, text: str, same: bool) -> None:
    wrong = [
        (one, other)
        for one, other in pairs(text)
        if same_word(fold(one), fold(other), language) is not same
        or same_word(fold(other), fold(one), language) != same
    ]
    assert not wrong


@pytest.mark.parametrize(
    "written", ["ceaşcă", "ceașcă", "CEAȘCĂ", "ceas\N{COMBINING COMMA BELOW}ca\N{COMBINING BREVE}", "ceasca"]
)
def test_every_spelling_of_a_letter_is_folded(written: str) -> None:
    assert fold(written) == "ceasca"


def test_letters_without_marks_to_take_off_are_folded_too() -> None:
    assert fold("Łódź Ærø Straße đ") == "lodz aero strasse d"


def test_words_are_found_between_signs() -> None:
    assert words_of("Într-o „ceașcă”, 100% bună_seara!") == ["intr", "o", "ceasca", "100", "buna", "seara"]
    assert words_of("🔥 —") == []


def test_numbers_and_single_letters_match_only_themselves() -> None:
    assert same_word("100", "100", "ro")
    assert not same_word("1000", "100", "de")
    assert not same_word("a", "al", "ro")


def test_other_languages_match_by_the_start_of_a_word() -> None:
    assert same_word("bohne", "bohnen", "de")
    assert same_word("tazza", "tazze", "it")
    assert not same_word("tasse", "tastatur", "de")
    assert not same_word("kaffee", "eiskaffee", "de")
