import time

from django.template import Context, Template
from django.utils import translation
from hypothesis import given, settings, strategies as st

from gai_portal.lib.differences import Conflict, merge_texts, word_differences

WORDS = st.sampled_from(["casa", "rua", "de", "e", "mercado", "balcão", ",", ".", "\n", "2027"])
TEXTS = st.lists(WORDS, max_size=14).map(" ".join)


def words(text: str) -> list[str]:
    return text.replace("\n", " \n ").replace(",", " , ").replace(".", " . ").replace("\n", "¶").split()


def side(segments, *kinds: str) -> list[str]:
    return words(" ".join(segment.text for segment in segments if segment.kind in kinds))


def only_text(parts) -> str:
    assert all(isinstance(part, str) for part in parts)
    return "".join(parts)


def test_words_that_went_and_came_are_told_apart_from_those_that_stayed():
    assert word_differences("Abrir um balcão na câmara.", "Abrir dois balcões na câmara.") == [
        ("same", "Abrir"),
        ("removed", " um balcão"),
        ("added", " dois balcões"),
        ("same", " na câmara."),
    ]


def test_a_short_word_between_two_changes_does_not_break_them_into_pieces():
    segments = word_differences("o registo de entradas", "o arquivo de saídas")
    assert [kind for kind, _text in segments] == ["same", "removed", "added"]


def test_a_text_compared_with_itself_or_spaced_otherwise_has_no_difference():
    assert word_differences("um  dois\r\ntrês", "um dois\ntrês") == [("same", "um dois\ntrês")]
    assert word_differences("", "") == []


@given(TEXTS, TEXTS)
@settings(max_examples=200, deadline=None)
def test_both_texts_can_be_read_back_from_their_differences(before, after):
    segments = word_differences(before, after)
    assert side(segments, "same", "removed") == words(before.strip())
    assert side(segments, "same", "added") == words(after.strip())


def test_changes_in_different_places_are_both_taken():
    base = "Abrir um balcão na câmara municipal, com horário de manhã."
    theirs = "Abrir dois balcões na câmara municipal, com horário de manhã."
    ours = "Abrir um balcão na câmara municipal, com horário até às 20 horas."
    merged = "Abrir dois balcões na câmara municipal, com horário até às 20 horas."
    assert only_text(merge_texts(base, theirs, ours)) == merged


def test_the_same_words_changed_by_both_are_shown_in_both_wordings():
    parts = merge_texts("Abrir um balcão em 2027.", "Abrir dois balcões em 2027.", "Abrir um posto em 2027.")
    assert parts == ["Abrir", Conflict("um balcão", "dois balcões", "um posto"), " em 2027."]


def test_the_same_change_on_both_sides_is_no_conflict():
    assert only_text(merge_texts("um balcão", "dois balcões", "dois balcões")) == "dois balcões"


def test_a_paragraph_added_by_one_side_stays_a_paragraph():
    assert (
        only_text(merge_texts("Um.\nDois.", "Um.\nDois.\nTrês.", "Um só.\nDois.")) == "Um só.\nDois.\nTrês."
    )


@given(TEXTS, TEXTS)
@settings(max_examples=200, deadline=None)
def test_what_only_one_side_changed_is_that_side(base, changed):
    assert words(only_text(merge_texts(base, base, changed))) == words(changed.strip())
    assert words(only_text(merge_texts(base, changed, base))) == words(changed.strip())


@given(TEXTS, TEXTS, TEXTS)
@settings(max_examples=200, deadline=None)
def test_no_word_of_either_side_is_lost_without_the_other_having_taken_it_out(base, theirs, ours):
    parts = merge_texts(base, theirs, ours)
    said = words(" ".join(f"{p.theirs} {p.ours}" if isinstance(p, Conflict) else p for p in parts))
    for new_words in (
        set(words(theirs.strip())) - set(words(base)),
        set(words(ours.strip())) - set(words(base)),
    ):
        assert new_words <= set(said)


def test_the_longest_texts_are_compared_in_a_moment():
    """20,000 characters of common words, every seventh of them changed."""
    vocabulary = [
        "de",
        "que",
        "e",
        "o",
        "da",
        "em",
        "um",
        "para",
        "com",
        "não",
        "uma",
        "os",
        "no",
        "se",
        "na",
    ]
    old = [vocabulary[(n * n + n // 7) % len(vocabulary)] for n in range(5000)]
    new = [f"{word}{n}" if n % 7 == 0 else word for n, word in enumerate(old)]
    began = time.monotonic()
    word_differences(" ".join(old), " ".join(new))
    merge_texts(" ".join(old), " ".join(new), " ".join(old[::2]))
    assert time.monotonic() - began < 2


def test_marks_are_words_too_and_what_people_typed_is_escaped():
    template = Template("{% load portal %}{% word_differences a b %}")
    with translation.override("pt"):
        html = template.render(Context({"a": "um <b>", "b": "dois <b>"}))
    assert '<del><span class="visually-hidden">[retirado: </span>um<span' in html
    assert '<ins><span class="visually-hidden">[acrescentado: </span>dois<span' in html
    assert "&lt;b&gt;" in html
    assert "<b>" not in html
