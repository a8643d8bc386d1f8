import pytest

from app.editing.script.language import FALLBACK, LANGUAGES, detect

SENTENCES = {
    "ro": [
        "Cumpără acum",
        "Cumpara acum",
        "Bună ziua",
        "Buna ziua",
        "Salut tuturor",
        "Salut",
        "Hai la noi",
        "Ceainicul fierbe apa in doua minute.",
        "Ceainicul fierbe apa în două minute.",
        "O geanta care incape tot",
        "Reducere 50% azi",
        "Reduceri de vara",
        "Doar azi",
        "Vezi oferta",
        "Totul la 49,99 lei",
        "Comanda acum pe shop.ro",
        "Livrare gratuita in toata tara",
        "Noua colecție e aici",
        "Noua colectie e aici",
        "Nu rata!",
        "Fă-ți ziua mai bună",
        "Fa-ti ziua mai buna",
        "Cafea proaspata in fiecare dimineata",
        "Un cadou perfect pentru mama",
        "Asta e tot ce ai nevoie",
        "Ai obosit sa cureti?",
        "Uite cum functioneaza",
        "Produs romanesc",
        "Îl vezi? Îl iei.",
        "Transport gratuit",
        "Cel mai bun pret",
        "Ți-a plăcut? Dă follow",
        "Pantofi comozi, pret mic.",
        "Simplu. Rapid. Ieftin.",
        "Mașina de cafea care face totul singură",
        "Te asteptam in magazin",
        "Calitate la pret corect",
        "Bluza perfecta pentru toamna",
        "Super oferta",
        "Merita fiecare leu",
        "Parfum nou, doar la noi",
        "ce mai faci",
        "Lampa care se incarca de la soare",
        "Stoc limitat",
    ],
    "en": [
        "Buy now",
        "Hello",
        "Hello everyone",
        "New kettle, boils in two minutes",
        "Only today",
        "Sale ends soon",
        "This bag fits everything",
        "Free shipping",
        "Get yours today",
        "50% off",
        "Link in bio",
        "Watch this",
        "The best coffee you will ever make",
        "Made for summer",
        "Don't miss out",
        "Simple. Fast. Cheap.",
        "Swipe up to shop",
        "Stop scrolling.",
        "Perfect gift for mom",
        "It just works",
        "Try it for free",
        "You need this",
        "New collection is here",
        "How it works",
        "Small price, big comfort",
        "Say goodbye to dirty floors",
        "Boil water fast",
        "Limited stock",
        "Quality at a fair price",
        "Super deal",
    ],
    "de": [
        "Jetzt kaufen",
        "Der beste Kaffee der Stadt",
        "Nur heute im Angebot",
        "Kostenloser Versand ab 20 Euro",
        "Das ist unser neuer Wasserkocher",
        "Guten Morgen zusammen",
        "Die Tasche, in die alles passt",
    ],
    "fr": [
        "Achetez maintenant",
        "Livraison gratuite partout",
        "Le meilleur café de la ville",
        "C'est tout ce qu'il vous faut",
        "Bonjour à tous",
        "La bouilloire qui chauffe en deux minutes",
        "Aujourd'hui seulement",
    ],
    "es": [
        "Compra ahora",
        "Envío gratis a todo el país",
        "El mejor café de la ciudad",
        "Solo hoy, todo a mitad de precio",
        "Buenos días a todos",
        "Hierve el agua en dos minutos",
        "Una bolsa donde cabe todo",
    ],
    "it": [
        "Compra adesso",
        "Spedizione gratuita in tutta Italia",
        "Il miglior caffè della città",
        "Solo oggi, tutto a metà prezzo",
        "Buongiorno a tutti",
        "Bolle l'acqua in due minuti",
        "Una borsa che contiene tutto",
    ],
    "hu": [
        "Vásároljon most",
        "Ingyenes szállítás",
        "A legjobb kávé a városban",
        "Csak ma, minden fél áron",
        "Jó reggelt mindenkinek",
        "Két perc alatt felforralja a vizet",
        "Ez a táska mindent elbír",
    ],
    "pt": [
        "Compre agora com frete grátis",
        "O melhor café da cidade não espera",
    ],
    "pl": [
        "Kup teraz, darmowa dostawa",
        "Najlepsza kawa w mieście",
    ],
    "nl": [
        "Koop nu, gratis verzending",
        "De beste koffie van de stad",
    ],
    "uk": [
        "Купуйте зараз, безкоштовна доставка",
        "Найкраща кава у місті",
    ],
    "el": [
        "Ο καλύτερος καφές στην πόλη",
    ],
    "bg": [
        "Най-доброто кафе в града",
    ],
}


@pytest.mark.parametrize(("language", "text"), [(lang, text) for lang, texts in SENTENCES.items() for text in texts])
def test_short_lines_are_told_apart(language: str, text: str) -> None:
    assert detect(text) == language


@pytest.mark.parametrize("language", ["ro", "en"])
def test_longer_scripts_are_right_whatever_they_are_made_of(language: str) -> None:
    texts = SENTENCES[language]
    for at in range(len(texts) - 3):
        assert detect(" ".join(texts[at : at + 3])) == language


@pytest.mark.parametrize("text", ["", "50%", "🔥🔥", "https://shop.ro/oferta", "12:30", "[pauză]"])
def test_a_text_without_evidence_gets_the_fallback(text: str) -> None:
    assert detect(text) == FALLBACK


def test_marks_and_addresses_are_no_evidence() -> None:
    assert (
        detect("# **Fierbe apa** repede\n[slow zoom on the kettle]\nvezi pe https://best-shop.com/the-new-thing")
        == "ro"
    )


def test_capitals_are_read_like_small_letters() -> None:
    assert detect("REDUCERI DE VARĂ LA TOATE GENȚILE") == "ro"
    assert detect("SUMMER SALE ON ALL OUR BAGS") == "en"


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("ja", "今すぐ買ってください"),
        ("ko", "지금 구매하세요"),
        ("zh", "现在购买"),
        ("he", "קנו עכשיו"),
        ("ar", "اشتر الآن"),
        ("th", "ซื้อเลย"),
    ],
)
def test_a_writing_system_of_its_own_tells_the_language(language: str, text: str) -> None:
    assert detect(text) == language


def test_the_same_text_always_gives_the_same() -> None:
    assert {detect("Doar azi la noi") for _ in range(20)} == {"ro"}


def test_cedilla_letters_are_romanian_too() -> None:
    assert detect("Cămaşă uşoară pentru toţi") == "ro"


def test_the_languages_of_the_list_are_two_letters() -> None:
    assert all(len(language) == 2 for language in LANGUAGES)
    assert set(SENTENCES) <= set(LANGUAGES)
