import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.editing.script.marks import lines
from app.editing.script.spoken import prepare, split_scripts, time_tokens
from app.errors import ScriptError
from app.models.voice import SpeechText, WordTime


def said_for(text: SpeechText, shown: str) -> str:
    """What is said for the display token `shown`, without punctuation."""
    token = next(token.index for token in text.tokens if token.text == shown)
    return " ".join(word.text.rstrip(".,!?;:…") for word in text.words if word.token == token)


@pytest.mark.parametrize(
    ("script", "shown", "said"),
    [
        ("Costă 49,99 lei azi", "49,99", "patruzeci și nouă virgulă nouăzeci și nouă de"),
        ("Costă 49,99 lei azi", "lei", "lei"),
        ("Costă 1 leu", "1", "un"),
        ("Costă 100 RON", "RON", "lei"),
        ("Costă 100 RON", "100", "o sută de"),
        ("Costă 15lei", "15lei", "cincisprezece lei"),
        ("Costă 1.299,50 lei.", "1.299,50", "o mie două sute nouăzeci și nouă virgulă cincizeci de"),
        ("Costă 10€", "10€", "zece euro"),
        ("Costă $20", "$20", "douăzeci de dolari"),
        ("Deschis 24/7", "24/7", "douăzeci și patru din șapte"),
        ("Scrie un e-mail", "e-mail", "e-mail"),
        ("Vezi https://www.shop.ro/reduceri?a=1", "https://www.shop.ro/reduceri?a=1", "shop punct ro slash reduceri"),
        ("Vezi shop.ro/x.", "shop.ro/x.", "shop punct ro slash x"),
        ("La contact@shop.ro", "contact@shop.ro", "contact arond shop punct ro"),
        ("Super 🔥 tare", "🔥", ""),
        ("Unu — doi", "—", ""),
        ("Pasul 1️⃣ gata", "1️⃣", ""),
        ("H&M sau C&A", "H&M", "H și M"),
        ("Tu & eu", "&", "și"),
        ("-20% azi", "-20%", "minus douăzeci la sută"),
        ("50 % azi", "%", "la sută"),
        ("La 18:30 fix", "18:30", "optsprezece și treizeci"),
        ("La 14:00 fix", "14:00", "paisprezece"),
        ("La 2:00 fix", "2:00", "două"),
        ("Pe 12.03.2025", "12.03.2025", "doisprezece martie două mii douăzeci și cinci"),
        ("Pe 01.01.2026", "01.01.2026", "întâi ianuarie două mii douăzeci și șase"),
        ("A 2-a oară", "2-a", "doua"),
        ("Al 3-lea pas", "3-lea", "treilea"),
        ("Are 20 cm", "20", "douăzeci de"),
        ("Are 20 cm", "cm", "centimetri"),
        ("Are 5kg", "5kg", "cinci kilograme"),
        ("La 20°C", "20°C", "douăzeci de grade Celsius"),
        ("În 22 de ore", "22", "douăzeci și două"),
        ("În 10-15 minute", "10-15", "zece până la cincisprezece"),
        ("Dl. Popescu", "Dl.", "domnul"),
        ("#BlackFriday", "#BlackFriday", "hashtag Black Friday"),
        ("@shop_ro", "@shop_ro", "arond shop ro"),
        ("și/sau", "și/sau", "și sau"),
        ("Sună la 0722", "0722", "zero șapte doi doi"),
        ("Versiunea 1.2.3", "1.2.3", "unu punct doi punct trei"),
        ("„Bine”", "„Bine”", "Bine"),
        ("Model A4", "A4", "A4"),
        ("Doar 1 000 lei", "1\u00a0000", "o mie de"),
        ("Doar 1 299 lei", "1\u00a0299", "o mie două sute nouăzeci și nouă de"),
        ("Doar 2 000 000 de lei", "2\u00a0000\u00a0000", "două milioane"),
        ("Doar 49,00 lei", "49,00", "patruzeci și nouă de"),
        ("Doar 1.299,00 RON", "1.299,00", "o mie două sute nouăzeci și nouă de"),
        ("Sună la 0722 123 456", "123", "o sută douăzeci și trei"),
        ("La 0722.123.456", "0722.123.456", "zero șapte doi doi o sută douăzeci și trei patru sute cincizeci și șase"),
        ("Ia 2+1 gratis", "2+1", "doi plus unu"),
        ("Peste 5.000+ clienți", "5.000+", "cinci mii plus"),
        ("Program 08:00–18:00", "08:00–18:00", "opt până la optsprezece"),
        ("Program L-V", "L-V", "luni până vineri"),
        ("La ora 18.30", "18.30", "optsprezece și treizeci"),
        ("Are 18.30 mp", "18.30", "optsprezece virgulă treizeci de"),
        ("În 24-48h", "24-48h", "douăzeci și patru până la patruzeci și opt de ore"),
        ("În 10-15 cm", "cm", "centimetri"),
        ("Are 500mg", "500mg", "cinci sute de miligrame"),
        ("Are 256GB", "256GB", "două sute cincizeci și șase de gigabaiți"),
        ("Are 5G", "5G", "5G"),
        ("Un TV 4K", "4K", "4K"),
        ("Mărimea 38 M", "M", "M"),
        ("Peste 10k urmăritori", "10k", "zece mii de"),
        ("Are 2k pe lună", "2k", "două mii"),
        ("Are 1M vizualizări", "1M", "un milion de"),
        ("Nota 4,9/5 stele", "4,9/5", "patru virgulă nouă din cinci"),
        ("Doar 99 lei/lună", "99", "nouăzeci și nouă de"),
        ("Doar 99 lei/lună", "lei/lună", "lei pe lună"),
        ("La 1.200 €/m² azi", "€/m²", "euro pe metru pătrat"),
        ("Doar 5€/zi", "5€/zi", "cinci euro pe zi"),
        ("Poze 10x15cm", "10x15cm", "zece pe cincisprezece centimetri"),
        ("Covor 3 x 2 m", "x", "pe"),
        ("De 2x mai bun", "2x", "de două ori"),
        ("Cam ~5 kg", "~5", "aproximativ cinci"),
        ("Sub < 100 lei", "<", "sub"),
        ("Vârsta ≥18 ani", "≥18", "cel puțin optsprezece"),
        ("Te iubim <3", "<3", ""),
        ("Vezi => aici", "=>", ""),
        ("Vezi -> aici", "->", ""),
        ("Nr. 1 în țară", "1", "unu"),
        ("Nr.1 în țară", "Nr.1", "numărul unu"),
        ("În sec. XXI e", "sec.", "secolul"),
        ("În sec. XXI e", "XXI", "douăzeci și unu"),
        ("Al XX-lea an", "XX-lea", "douăzecilea"),
        ("Clasa a V-a", "V-a", "cincea"),
        ("Mărimea XL", "XL", "XL"),
        ("Pe 1 mai", "1", "întâi"),
        ("Pe 2 iunie", "2", "doi"),
        ("Pe 1 dec. vine", "1", "întâi"),
        ("Pe 1 dec. vine", "dec.", "decembrie"),
        ("În 1-3 mai", "1-3", "unu până la trei"),
    ],
)
def test_romanian_is_said_as_people_say_it(script: str, shown: str, said: str) -> None:
    assert said_for(prepare(script, "ro"), shown) == said


@pytest.mark.parametrize(
    ("script", "shown", "said"),
    [
        ("Only 49,99 lei today", "49,99", "forty nine point nine nine"),
        ("Only $49.99 today", "$49.99", "forty nine dollars and ninety nine cents"),
        ("Only $1.01 today", "$1.01", "one dollar and one cent"),
        ("Only $5.00 today", "$5.00", "five dollars"),
        ("Only €10 today", "€10", "ten euros"),
        ("Raised $2 million", "$2", "two"),
        ("Raised $2 million", "million", "million dollars"),
        ("Open 24/7", "24/7", "twenty four seven"),
        ("Send an e-mail", "e-mail", "e-mail"),
        ("See shop.ro/x", "shop.ro/x", "shop dot ro slash x"),
        ("See https://my-shop.com", "https://my-shop.com", "my dash shop dot com"),
        ("Mail info@shop.com!", "info@shop.com!", "info at shop dot com"),
        ("So good 🔥🔥 wow", "🔥🔥", ""),
        ("You & me", "&", "and"),
        ("50% off", "50%", "fifty percent"),
        ("At 9:05 sharp", "9:05", "nine oh five"),
        ("At 10:00 sharp", "10:00", "ten o'clock"),
        ("At 10:00 am", "10:00", "ten"),
        ("On 2025-03-12", "2025-03-12", "march twelfth twenty twenty five"),
        ("On 03/12/2025", "03/12/2025", "march twelfth twenty twenty five"),
        ("In 2024 we", "2024", "twenty twenty four"),
        ("We sold 2024 bags", "2024", "two thousand and twenty four"),
        ("The 21st bag", "21st", "twenty first"),
        ("It is 6 ft tall", "ft", "feet"),
        ("Add 1/2 cup", "1/2", "one half"),
        ("Mr. Smith", "Mr.", "mister"),
        ("It's e.g. red", "e.g.", "for example"),
        ("In the U.S. now", "U.S.", "US"),
        ("I don't know", "don't", "don't"),
        ("Minus -5 now", "-5", "minus five"),
        ("Only 1 000 lei", "1\u00a0000", "one thousand"),
        ("Buy 2+1 free", "2+1", "two plus one"),
        ("Open 8:00–18:00", "8:00–18:00", "eight to eighteen"),
        ("Open 8am-6pm", "8am-6pm", "eight AM to six PM"),
        ("Ends 10:30pm", "10:30pm", "ten thirty PM"),
        ("At 9 a.m. sharp", "a.m.", "AM"),
        ("Call 555-123-4567", "555-123-4567", "five five five one two three four five six seven"),
        ("Call 123-4567", "123-4567", "one two three four five six seven"),
        ("It's $10-$20 now", "$10-$20", "ten to twenty dollars"),
        ("Only €20/month", "€20/month", "twenty euros per month"),
        ("Only $5/mo", "$5/mo", "five dollars per month"),
        ("Raised $1.5M", "$1.5M", "one point five million dollars"),
        ("Just 99¢ now", "99¢", "ninety nine cents"),
        ("Has 10k fans", "10k", "ten thousand"),
        ("Rated 4.9/5 stars", "4.9/5", "four point nine out of five"),
        ("From the 1990s", "1990s", "nineteen nineties"),
        ("From the '90s", "'90s", "nineties"),
        ("The No. 1 brand", "No.", "number"),
        ("On Jan. 5 we", "Jan.", "january"),
        ("Chapter IV ends", "IV", "four"),
        ("I am here", "I", "I"),
        ("A 10x15 print", "10x15", "ten by fifteen"),
        ("Runs 2x faster", "2x", "two times"),
    ],
)
def test_english_is_said_as_people_say_it(script: str, shown: str, said: str) -> None:
    assert said_for(prepare(script, "en"), shown) == said


@pytest.mark.parametrize(
    ("language", "script", "shown", "said"),
    [
        ("de", "Nur 49 Euro", "49", "neunundvierzig"),
        ("de", "Nur 3,5 Liter", "3,5", "drei Komma fünf"),
        ("fr", "Sur shop.fr/x", "shop.fr/x", "shop point fr slash x"),
        ("es", "Un 50% menos", "50%", "cincuenta por ciento"),
        ("xx", "Kob 49,99 nu", "49,99", "49,99"),
    ],
)
def test_other_languages_get_what_is_known_of_them(language: str, script: str, shown: str, said: str) -> None:
    assert said_for(prepare(script, language), shown) == said


def test_captions_show_what_was_written() -> None:
    script = "**Doar** azi: -20% la `tot`, pe shop.ro 🔥\n(zâmbește)\n# Hai [pauză] acum!"
    assert [token.text for token in prepare(script, "ro").tokens] == [
        "Doar",
        "azi:",
        "-20%",
        "la",
        "tot,",
        "pe",
        "shop.ro",
        "🔥",
        "Hai",
        "acum!",
    ]


def test_cedillas_are_mended_in_what_is_shown_and_said() -> None:
    text = prepare("Şi ţara", "ro")
    assert [token.text for token in text.tokens] == ["Și", "țara"]
    assert text.text == "Și țara."


def breaks(script: str, language: str = "ro") -> list[str]:
    return [token.text for token in prepare(script, language).tokens if token.breaks_after]


def test_breaks_stand_at_clauses_and_lines() -> None:
    assert breaks("Unu, doi trei. Patru\ncinci șase") == ["Unu,", "trei.", "Patru", "șase"]
    assert breaks("Unu — doi") == ["—", "doi"]


def test_an_emoji_stays_with_the_sentence_it_closes() -> None:
    assert breaks("Gata! 🔥 Hai acum") == ["🔥", "acum"]
    assert breaks("Gata!\n🔥 Hai") == ["Gata!", "Hai"]
    assert breaks("Gata! 🔥 👋\n✅ Hai") == ["👋", "Hai"]


def test_the_stop_of_an_abbreviation_is_no_break() -> None:
    assert breaks("Dl. Popescu, nr. 5 etc. și alții") == ["Popescu,", "alții"]
    assert breaks("Mere, pere etc. Apoi gata") == ["Mere,", "etc.", "gata"]


def test_a_line_is_a_sentence_unless_it_was_only_wrapped() -> None:
    assert prepare("Titlu mare\nVine restul", "ro").text == "Titlu mare. Vine restul."
    assert prepare("o linie ruptă\nîn două", "ro").text == "o linie ruptă în două."


def test_items_of_a_list_are_sentences_and_keep_their_numbers() -> None:
    assert prepare("Avem:\n- haine\n- pantofi", "ro").text == "Avem: haine. pantofi."
    assert prepare("1. spală\n2) usucă", "ro").text == "unu, spală. doi, usucă."
    assert breaks("1. spală\n2) usucă") == ["spală", "usucă"]


def test_the_stop_of_a_unit_may_end_a_sentence() -> None:
    assert breaks("Gata în 5 min. Apoi mănânci", "ro") == ["min.", "mănânci"]
    assert breaks("Str. Lungă nr. 3, bl. 7, sc. 1, et. 2") == ["3,", "7,", "1,", "2"]


def test_an_abbreviation_that_is_also_a_word_needs_a_figure() -> None:
    assert prepare("No. Never", "en").text == "No. Never."
    assert prepare("He said no.", "en").text == "He said no."
    assert prepare("Din cap. Apoi gata", "ro").text == "Din cap. Apoi gata."
    assert prepare("Pe 1 dec., la noi etc., mereu", "ro").text == "Pe întâi decembrie, la noi etcetera, mereu."


def test_punctuation_stands_on_the_word_before_it() -> None:
    assert prepare("Da 🔥! Nu… Poate... sau „așa”?", "ro").text == "Da! Nu. Poate, sau așa?"
    assert prepare("Unu — doi", "ro").text == "Unu, doi."


@pytest.mark.parametrize("script", ["", "   \n", "🔥🔥", "[pauză]", "(zâmbește)", "---", "***", "— …"])
def test_nothing_to_say_is_an_error(script: str) -> None:
    with pytest.raises(ScriptError) as caught:
        prepare(script, "ro")
    assert caught.value.instance_code == "empty_script"
    assert caught.value.hint


def test_scripts_are_separated_by_a_line_of_three_dashes() -> None:
    assert split_scripts("unu\n---\ndoi --- trei\n ---  \n\n---\r\npatru") == ["unu", "doi --- trei", "patru"]
    assert split_scripts("\n\n") == []


PARTS = [
    *"49,99 lei 24/7 e-mail shop.ro/x 20 de $2 million 12.03.2025 -20% a 2-a (x) [pauză] **b** 1.2.3 RON".split(),
    *"99999999999999 1.000.000,5 🔥 0722 10-15 € etc. — ... 1️⃣ ² ş #a @b & 9:05 ½ x@y.ro 07/13/2025 % U.S.".split(),
    *"1 299 lei 1\u00a0000 XXI sec. ~5 <3 => 1. - 2x 10x15cm 4,9/5 lei/kg 8am-6pm 08:00–18:00 1M nr.1".split(" "),
    "\n",
    "---",
]
SIGNS = "\u0301\u202e\u200d\ufe0f\0\ud800 \u00a0\n019.,-–:/%€$x+~<IVXM"
NASTY = st.text(st.one_of(st.characters(exclude_categories=()), st.sampled_from(SIGNS)))
SCRIPTS = st.one_of(st.text(), NASTY, st.lists(st.sampled_from(PARTS)).map(" ".join))


@given(SCRIPTS, st.sampled_from(["ro", "en", "de", "ja", "xx"]))
def test_any_script_is_mapped_in_order_or_has_nothing_to_say(script: str, language: str) -> None:
    try:
        text = prepare(script, language)
    except ScriptError:
        return
    assert text.text.split() == [word.text for word in text.words]
    text.text.encode()
    "".join(token.text for token in text.tokens).encode()
    owners = [word.token for word in text.words]
    assert owners == sorted(owners)
    assert set(owners) <= set(range(len(text.tokens)))
    assert [token.index for token in text.tokens] == list(range(len(text.tokens)))
    shown = [token for line in lines(script, language) for token in line.text.split(" ")]
    assert [token.text for token in text.tokens] == shown
    assert "".join("".join(shown).split()) == "".join("".join(line.text for line in lines(script, language)).split())
    assert text.tokens[-1].breaks_after


def test_a_token_lasts_from_its_first_to_its_last_word() -> None:
    text = prepare("🔥 Costă 49,99 lei 🔥 azi", "ro")
    times = [WordTime(word=at, start=at * 0.5, end=at * 0.5 + 0.4) for at in range(len(text.words))]
    tokens = time_tokens(text, times)
    by_text = {token.text: token for token in tokens}
    assert [token.spoken for token in tokens] == [False, True, True, True, False, True]
    assert (tokens[0].start, tokens[0].end) == (0.0, 0.0)
    count = sum(word.token == by_text["49,99"].index for word in text.words)
    assert by_text["49,99"].start == 0.5
    assert by_text["49,99"].end == pytest.approx(0.5 * count + 0.4)
    assert (tokens[4].start, tokens[4].end) == (by_text["lei"].end, by_text["lei"].end)
    assert tokens[-1].breaks_after
