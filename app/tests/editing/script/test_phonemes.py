from app.editing.script.phonemes import word_samples


def phonemes(text: str, samples: int = 10) -> list[tuple[str, int]]:
    return [(phoneme, samples) for phoneme in text]


def test_one_group_per_word() -> None:
    assert word_samples(phonemes("^ðə ʃˈɑːp.$"), ["ðə", "ʃˈɑːp"]) == {0: range(10, 30), 1: range(40, 90)}


def test_words_said_as_one_are_divided_by_their_sounds() -> None:
    known = word_samples(phonemes("ʃˈɑːp ʌvðə fjˈuːtʃɚ"), ["ʃˈɑːp", "ʌv", "ðə", "fjˈuːtʃɚ"])
    assert known[1] == range(60, 80)
    assert known[2] == range(80, 100)
    assert known[3].start == 110


def test_a_word_said_as_two_lasts_through_both() -> None:
    known = word_samples(phonemes("eɪ fˈoːɹ pˈeɪdʒ"), ["eɪfˈoːɹ", "pˈeɪdʒ"])
    assert known == {0: range(0, 80), 1: range(90, 150)}


def test_a_joining_and_a_parting_in_one_sentence_are_not_taken_for_each_other() -> None:
    known = word_samples(phonemes("ʌvðə eɪ fˈoːɹ"), ["ʌv", "ðə", "eɪfˈoːɹ"])
    assert known == {0: range(0, 20), 1: range(20, 40), 2: range(50, 130)}


def test_a_word_without_a_sound_is_left_out() -> None:
    assert word_samples(phonemes("ðə kˈæt"), ["ðə", "", "kˈæt"]) == {0: range(0, 20), 2: range(30, 70)}


def test_silence_at_punctuation_belongs_to_no_word() -> None:
    row = [("a", 10), (",", 500), (" ", 10), ("b", 10), (".", 900)]
    assert word_samples(row, ["a", "b"]) == {0: range(0, 10), 1: range(520, 530)}


def test_nothing_gives_nothing() -> None:
    assert word_samples([], ["a"]) == {}
    assert word_samples(phonemes("a"), []) == {}
