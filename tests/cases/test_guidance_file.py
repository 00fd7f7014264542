"""The cards as a file: taken along, translated, and brought back as drafts after a comparison."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from cases import reference
from cases.guidance_file import CardsReader, cards_yaml
from cases.models import GuidanceVersion
from tests.factories import GuidanceVersionFactory, LanguageFactory, TopicFactory

PT = {"accept-language": "pt"}
PAGE = "/workspace/guidance/import/"


@pytest.fixture
def national(client, dgi_officer):
    client.force_login(dgi_officer)
    return client


@pytest.fixture
def card(renewal) -> GuidanceVersion:
    LanguageFactory(code="wo", name_pt="Wolof")
    return GuidanceVersionFactory(
        topic=renewal,
        say_pt="Peça:\n\n- antes do fim;\n- na DEF.",
        where_pt="Na DEF",
        legal_basis="Lei n.º 66/VIII/2014",
        fees=[
            {"what_pt": "Emissão", "what_en": "", "what_fr": "", "cents": 150_000},
            {"what_pt": "Selo", "what_en": "Stamp", "what_fr": "", "cents": 5_050},
        ],
        other_texts={"wo": "Laaj ko."},
    )


def sent(text: str) -> dict:
    return {"file": SimpleUploadedFile("cards.yaml", text.encode())}


def confirmed(page, *codes: str) -> dict:
    form = page.context["hidden"]
    return {"content": form["content"].value(), "seen": form["seen"].value(), "topic": codes}


def test_what_goes_out_comes_back_the_same(national, card):
    answer = national.get(reverse("cases:guidance_export"))
    assert answer["Content-Disposition"] == 'attachment; filename="guidance.yaml"'
    text = answer.content.decode()
    assert "      - antes do fim;" in text.splitlines()  # a block, for people to read
    page = national.post(PAGE, sent(text), headers=PT)
    assert page.context["rows"] == []
    assert "O ficheiro tem 1 ficha." in page.content.decode()


def test_our_own_starter_cards_can_be_brought_in(db):
    for entry in reference.DeskFile(reference.CARDS).content["cards"]:
        TopicFactory(code=entry["topic"])
    reader = CardsReader(reference.CARDS.read_bytes())
    assert reader.faults == []
    assert len(reader.cards) > 10


def test_a_translation_that_comes_back_becomes_a_draft_and_leaves_the_rest(national, card):
    text = "cards: [{topic: RES.02, say: {fr: 'Demandez avant.', wo: ''}}]"
    page = national.post(PAGE, sent(text), headers=PT)
    assert [row.topic.pk for row in page.context["rows"]] == ["RES.02"]
    assert "<ins>" in page.content.decode()
    assert not GuidanceVersion.objects.drafts().exists()
    assert national.post(PAGE, confirmed(page, "RES.02")).url == reverse("cases:guidance_list")
    draft = GuidanceVersion.objects.drafts().get()
    assert (draft.say_fr, draft.say_pt, draft.fees) == ("Demandez avant.", card.say_pt, card.fees)
    assert draft.other_texts == {}
    assert GuidanceVersion.objects.in_force().get() == card


def test_a_card_of_a_topic_without_one_is_new_and_what_is_not_ticked_stays_out(national, card):
    other = TopicFactory(code="NAC.01", name_pt="Naturalização")
    text = "cards: [{topic: NAC.01, say: {pt: 'Cinco anos.'}}, {topic: RES.02, source: 'aai.gov.cv'}]"
    page = national.post(PAGE, sent(text), headers=PT)
    assert len(page.context["rows"]) == 2
    national.post(PAGE, confirmed(page, "NAC.01", "XXX.99"))
    assert GuidanceVersion.objects.drafts().get().guidance.topic == other


def test_a_card_that_changed_meanwhile_is_compared_again(national, card, renewal):
    page = national.post(PAGE, sent("cards: [{topic: RES.02, say: {pt: 'Do ficheiro.'}}]"))
    draft = GuidanceVersionFactory(topic=renewal, number=2, state="draft", say_pt="Da colega.")
    again = national.post(PAGE, confirmed(page, "RES.02"), headers=PT)
    assert "mudou entretanto" in again.content.decode()
    draft.refresh_from_db()
    assert draft.say_pt == "Da colega."
    national.post(PAGE, confirmed(again, "RES.02"))
    draft.refresh_from_db()
    assert draft.say_pt == "Do ficheiro."


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("cards: [", 2, "YAML"),
        ("outra: 1", 1, "cards: espera-se uma lista"),
        ("cards:\n- topic: XXX.99", 2, "“XXX.99” não é um assunto"),
        ("cards:\n- topic: RES.02\n- topic: RES.02", 3, "está aqui duas vezes"),
        ("cards:\n- topic: RES.02\n  sai: {pt: Olá}", 3, "sai: este campo não é conhecido"),
        ("cards:\n- topic: RES.02\n  say: {pt: 12}", 3, "pt: "),
        ("cards:\n- topic: RES.02\n  say: {xx: Olá}", 3, "xx: esta língua não é conhecida"),
        ("cards:\n- topic: RES.02\n  fees: [{pt: Taxa, amount: caro}]", 3, "amount: "),
        ("cards:\n- topic: RES.02\n  fees: [{amount: 100}]", 3, "pt: diga"),
        (f"cards:\n- topic: RES.02\n  say: {{pt: {'a' * 4001}}}", 3, "no máximo"),
        ("cards: &a\n- *a", 2, "referências"),
    ],
)
def test_a_faulty_file_says_what_and_where_and_nothing_is_taken_over(national, card, text, line, problem):
    page = national.post(PAGE, sent(text), headers=PT)
    faults = page.context["faults"]
    assert [fault.line for fault in faults] == [line]
    assert problem in faults[0].problem
    assert problem in page.content.decode()
    assert not GuidanceVersion.objects.drafts().exists()


@pytest.mark.parametrize("data", [{}, sent("x" * 1_100_000), {"file": SimpleUploadedFile("a", b"\xff\xfe")}])
def test_what_is_no_file_of_cards_is_refused_at_the_field(national, data):
    assert national.post(PAGE, data).context["form"].errors.keys() == {"file"}


def test_the_file_takes_the_same_queries_for_any_number(card, count_queries):
    few = count_queries(cards_yaml)
    for _number in range(20):
        GuidanceVersionFactory()
    assert count_queries(cards_yaml) == few
