"""Which encoding a file is in: told by its mark, by what cannot be anything else, or by the letters that it has."""

import pytest

from app.editing.subtitles.decoding import decode, decoded_twice
from app.editing.subtitles.reading import read_subtitles

SRT = "1\n00:00:01,000 --> 00:00:04,000\n{}\n"

OLD = [
    ("cp1250", "Ştiţi că fetiţa cu pălărie şi-a găsit căţelul în grădină"),
    ("iso8859-2", "Ştiţi că fetiţa şi-a găsit căţelul în grădină"),
    ("iso8859-16", "Știți că fetița și-a găsit cățelul în grădină"),
    ("cp1250", "Zażółć gęślą jaźń, proszę państwa"),
    ("cp1250", "Příliš žluťoučký kůň úpěl ďábelské ódy"),
    ("cp1250", "Árvíztűrő tükörfúrógép"),
    ("cp1252", "Où est le café ? Voilà, déjà prêt, garçon ! C’est l’été à Noël"),
    ("cp1252", "Füße, Größe und Äpfel für schöne Mädchen"),
    ("cp1252", "¿Dónde está el niño? ¡Mañana será otro día!"),
    ("cp1252", "Não, não há pão; são três ações, coração"),
    ("cp1252", "Så här är det på svenska, över ån"),
    ("cp1252", "It’s the new one — 20 £ only"),
    ("cp1251", "Привет, это новая обувь со скидкой"),
    ("cp1253", "Καλημέρα, αυτό είναι το νέο προϊόν"),
    ("cp1254", "Şimdi alışveriş yapın, ücretsiz değişim için güzel gün"),
]


@pytest.mark.parametrize(("encoding", "text"), OLD)
def test_old_code_pages_are_told_by_their_letters(encoding: str, text: str) -> None:
    read = read_subtitles(SRT.format(text).encode(encoding))
    assert read.cues[0].text.translate(str.maketrans("şţŞŢ", "șțȘȚ")) == text.translate(str.maketrans("şţŞŢ", "șțȘȚ"))
    assert [finding.code for finding in read.warnings] == ["guessed_encoding"]
    assert read.encoding in read.warnings[0].message


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_unicode_is_unicode(encoding: str) -> None:
    text = "Țesături și șireturi 🔥"
    read = read_subtitles(SRT.format(text).encode(encoding))
    assert read.cues[0].text == text
    assert read.ok and not read.warnings
    codes = {finding.code for finding in read.repairs}
    assert ("byte_order_mark" in codes) == (encoding in {"utf-8-sig", "utf-16", "utf-32"})
    assert ("encoding" in codes) == (not encoding.startswith("utf-8"))


def test_a_byte_that_means_nothing_becomes_a_sign_for_it() -> None:
    found = decode(b"caf\xe9 \x81")
    assert found is not None
    assert (found.text, found.guessed) == ("café \ufffd", True)
    assert read_subtitles(SRT.encode() + b"\xff\xfe\xfd").cues


def test_a_few_lost_bytes_leave_utf_8_what_it_is() -> None:
    data = SRT.format("Țesături și șireturi pentru încălțăminte").encode().replace("ș".encode(), b"\xc8", 1)
    read = read_subtitles(data)
    assert read.cues[0].text == "Țesături \ufffdi șireturi pentru încălțăminte"
    assert [(found.code, found.line) for found in read.warnings] == [("lost_letters", 3)]
    assert read.encoding == "utf-8"


def test_what_is_no_text_has_no_encoding() -> None:
    assert decode(b"\0\1\2\3" * 10) is None
    assert decode(bytes(range(256))) is None


@pytest.mark.parametrize("text", ["șapte țări în câmpie", "Ștefan", "déjà vu 🔥", "ÎȚI"])
def test_what_was_encoded_twice_is_decoded_twice(text: str) -> None:
    assert decoded_twice(text.encode().decode("cp1252")) == text


@pytest.mark.parametrize("text", ["plain", "déjà vu", "șapte", "Ã", "£5", "naïve ’"])
def test_what_was_not_is_left_as_it_is(text: str) -> None:
    assert decoded_twice(text) is None
