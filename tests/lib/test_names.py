"""Names as they are heard: what is written in different ways and sounds alike comes together."""

import pytest

from gai_portal.lib.names import parts_of, sound_of, spellings_of, words_of


def sounds(name: str) -> set[str]:
    return {sound for _spelling, sound in parts_of(name)}


@pytest.mark.parametrize(
    "names",
    [
        ("Djaló", "Jaló", "Diallo", "Djalo", "Jallow"),
        ("Gonçalves", "Goncalves", "GONÇALVES"),
        ("Gonçalves", "Gonsalves"),
        ("Mamadou", "Mamadu", "Mamadú"),
        ("Ousmane", "Usmane"),
        ("Zhang", "Chang"),
        ("Qian", "Chien"),
        ("Tsai", "Cai"),
        ("N'Diaye", "Ndiaye", "Diaye", "Njie"),
        ("Gueye", "Guèye", "Geye"),
        ("Wane", "Ouane"),
        ("Sanhá", "Sagna", "Sanya"),
        ("Cissé", "Sissé"),
        ("Khadija", "Cadija", "Khadidja"),
        ("Teixeira", "Texeira"),
        ("Filipe", "Philippe"),
        ("Yara", "Iara"),
        ("Joaquim", "Joaquin"),
        ("Xiao Ming", "Xiaoming"),
        ("Sousa", "Souza"),
    ],
)
def test_one_name_in_several_spellings_has_a_sound_in_common(names):
    first, *others = names
    assert all(sounds(first) & sounds(other) for other in others)


@pytest.mark.parametrize(("one", "other"), [("Maria", "Fátima"), ("Tavares", "Semedo"), ("Mendes", "Lopes")])
def test_different_names_have_different_sounds(one, other):
    assert not sounds(one) & sounds(other)


def test_small_words_accents_and_apostrophes_do_not_count():
    assert words_of("D'Almeida-da  Cruz, José") == ["dalmeida", "cruz", "jose"]


def test_a_name_of_small_words_alone_keeps_them():
    assert words_of("De") == ["de"]


def test_a_dropped_cedilla_is_read_both_ways():
    assert set(spellings_of("conceiçao")) == {"konseisao", "konseikao"}


def test_names_in_other_scripts_stand_for_themselves():
    assert parts_of("张伟") == {("张伟", "张伟")}


def test_a_name_without_letters_has_no_parts():
    assert parts_of(" - ") == set()


def test_a_word_of_vowels_has_a_sound():
    assert sound_of("ia") == "A"


def test_a_very_long_name_is_cut_to_what_a_column_holds():
    parts = parts_of(" ".join(["Mbalambaduka" * 10] * 40))
    assert max(len(spelling) for spelling, _sound in parts) <= 40
    assert len(parts) <= 24
