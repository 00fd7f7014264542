"""The card beside the form, on paper and as a message; which text somebody was told; the public pages."""

import re
from datetime import timedelta
from urllib.parse import parse_qs, urlparse

import pytest
from django.db import IntegrityError
from django.urls import reverse
from django.utils import timezone, translation

from cases.models import Checklist, DeadlineRule, Enquiry, GuidanceVersion, Topic
from cases.services.codes import give_code
from cases.services.doors import told_by_thread
from cases.services.enquiries import correct_enquiry
from cases.services.guidance import begin_draft, mark_of, publish_guidance
from cases.views.guidance import card_of
from tests.factories import (
    ChecklistItemFactory,
    EnquiryFactory,
    GuidanceVersionFactory,
    LanguageFactory,
    TopicFactory,
)


def fee(cents: int) -> dict:
    return {"what_pt": "Emissão", "what_en": "", "what_fr": "", "cents": cents}


PT, EN, FR = ({"accept-language": code} for code in ("pt", "en", "fr"))
FORM = "/workspace/desk/"


@pytest.fixture
def desk(client, desk_praia):
    client.force_login(desk_praia)
    return client


@pytest.fixture
def languages(db):
    return [LanguageFactory(code=code, name_pt=name) for code, name in [("fr", "Francês"), ("wo", "Wolof")]]


@pytest.fixture
def card(renewal, languages) -> GuidanceVersion:
    return GuidanceVersionFactory(
        topic=renewal,
        say_pt="Peça a renovação **um mês** antes.",
        say_fr="Demandez le renouvellement un mois avant.",
        where_pt="Direção de Estrangeiros",
        legal_basis="Lei n.º 66/VIII/2014",
        fees=[fee(150_000)],
        other_texts={"wo": "Yeesal ko weer bala muy jeex."},
    )


def panel(desk, headers=PT) -> str:
    return desk.get(reverse("cases:topic_card", args=["RES.02"]), headers=headers).content.decode()


def test_the_panel_shows_the_card_and_names_the_form(desk, card):
    html = panel(desk)
    for words in (
        "<strong>um mês</strong>",
        "1\xa0500\xa0CVE",
        "Direção de Estrangeiros",
        "Lei n.º 66/VIII/2014",
    ):
        assert words in html
    assert f'name="guidance" value="{card.pk}" form="enquiry"' in html
    assert 'id="enquiry"' in desk.get(FORM).content.decode()


def test_the_panel_reads_in_the_order_in_which_an_officer_speaks(desk, renewal, card):
    renewal.checklists.add(ChecklistItemFactory().checklist)
    renewal.deadlines.add(DeadlineRule.objects.create(code="MONTH", name_pt="Um mês antes."))
    GuidanceVersionFactory(
        topic=renewal, number=2, fees=[fee(150_000)], where_pt="DEF", legal_basis="Lei n.º 66/VIII/2014"
    )
    headings = re.findall(r"<h3>(.+?)</h3>", panel(desk))
    assert headings == [
        "O que dizer",
        "Documentos",
        "Taxas",
        "Onde",
        "Prazos",
        "Base legal",
        "Última revisão",
    ]


def test_a_topic_without_a_card_says_so(desk, renewal):
    html = panel(desk)
    assert "Ainda nada mais" in html
    assert 'name="guidance"' not in html


def test_a_draft_is_not_told(desk, renewal):
    GuidanceVersionFactory(topic=renewal, state="draft", say_pt="Ainda por decidir.")
    assert "Ainda por decidir." not in panel(desk)


def messages(card) -> dict[str, str]:
    topic = Topic.objects.get(pk="RES.02")
    with translation.override("en"):  # whatever the officer reads
        return {way.code: way.text for way in card_of(topic)["hand_overs"]}


def test_a_message_has_all_that_is_to_be_done_in_the_persons_language(renewal, languages, settings):
    settings.SITE_URL = "https://portal.example"
    item = ChecklistItemFactory(name_fr="Copie du passeport", required="if_asked")
    renewal.checklists.add(item.checklist)
    rule = DeadlineRule.objects.create(code="MONTH", name_pt="Um mês antes.", name_fr="Un mois avant.")
    renewal.deadlines.add(rule)
    fees = [fee(150_000), fee(0) | {"what_fr": "Formulaire"}]
    texts = {"say_pt": "Peça **antes**.", "say_fr": "Demandez avant.", "where_pt": "Na DEF", "fees": fees}
    card = GuidanceVersionFactory(topic=renewal, **texts)
    assert messages(card)["fr"] == (
        "Renovação (en portugais)\n\nDemandez avant.\n\nPièces\n- Copie du passeport (si demandé)\n\n"
        "Frais\n- Emissão (en portugais) – 1\xa0500\xa0CVE\n- Formulaire – gratuit\n\n"
        "Où\nNa DEF (en portugais)\n\nDélais\n- Un mois avant.\n\n"
        "Cette fiche sur internet\xa0: https://portal.example/guidance/RES.02/"
    )
    assert "1\xa0500\xa0CVE" in messages(card)["pt"]
    assert "*" not in messages(card)["pt"]


def test_a_message_in_a_further_language_says_what_of_it_is_portuguese(card):
    said = messages(card)["wo"].split("\n\n")
    assert said[:3] == [
        "Renovação (em português)",
        "Wolof\nYeesal ko weer bala muy jeex.",
        "Em português",
    ]


def test_a_message_that_is_out_of_date_brings_the_text_that_holds(card, renewal, dgi_officer):
    draft = begin_draft(renewal, by=dgi_officer)
    draft.say_pt = "Peça dois meses antes."
    draft.save()
    kept = {"is_material": True, "change_pt": "São dois meses.", "accepts_outdated": True}
    review_by = timezone.localdate() + timedelta(days=365)
    publish_guidance(draft, seen=mark_of(draft), review_by=review_by, by=dgi_officer, **kept)
    texts = messages(draft)
    for code in ("fr", "wo"):
        assert "Peça dois meses antes." in texts[code]
    assert texts["pt"].count("Peça dois meses antes.") == 1


def test_a_message_is_sent_by_another_program_to_a_number_that_only_it_knows(card):
    topic = Topic.objects.with_guidance().get(pk="RES.02")
    ways = {way.code: way for way in card_of(topic)["hand_overs"]}
    assert list(ways) == ["pt", "fr", "wo"]
    address = urlparse(ways["fr"].whatsapp)
    assert (address.netloc, address.path) == ("wa.me", "/")
    assert parse_qs(address.query) == {"text": [ways["fr"].text]}
    assert ways["fr"].sms.startswith("sms:?&body=Renova")


@pytest.mark.parametrize(("language", "told"), [("wo", "wo"), ("", None), ("en", None), ("xx", None)])
def test_the_enquiry_keeps_which_text_was_told_and_in_which_language(desk, card, fields, language, told):
    desk.post(FORM, fields | {"guidance": str(card.pk), "guidance_language": language})
    enquiry = Enquiry.objects.get()
    assert (enquiry.guidance, enquiry.guidance_language_id) == (card, told)
    html = desk.get(enquiry.get_absolute_url(), headers=PT).content.decode()
    assert reverse("cases:guidance_version", args=["RES.02", 1]) in html
    assert ("entregue em: Wolof" in html) is (told == "wo")


@pytest.mark.parametrize("value", ["", "nonsense", "999999", "9" * 30, "²", "-1"])
def test_anything_that_is_no_version_of_the_topics_card_is_dropped(desk, card, fields, value):
    desk.post(FORM, fields | {"guidance": value, "guidance_language": "wo"})
    enquiry = Enquiry.objects.get()
    assert (enquiry.guidance, enquiry.guidance_language) == (None, None)


def test_neither_another_topics_card_nor_a_draft_was_told(desk, renewal, fields):
    draft = GuidanceVersionFactory(topic=renewal, state="draft")
    for other in (GuidanceVersionFactory(), draft):
        desk.post(FORM, fields | {"guidance": str(other.pk)})
    assert [enquiry.guidance for enquiry in Enquiry.objects.all()] == [None, None]


def test_a_form_that_comes_back_still_says_how_it_was_handed_over(desk, card, fields):
    sent = fields | {"guidance": str(card.pk), "guidance_language": "wo", "minutes": "9999"}
    assert '<option value="wo" selected>' in desk.post(FORM, sent).content.decode()


def test_a_correction_keeps_what_was_told_until_the_topic_is_another(desk, card, fields, desk_praia):
    desk.post(FORM, fields | {"guidance": str(card.pk), "guidance_language": "wo"})
    enquiry = correct_enquiry(Enquiry.objects.get(), {"note": "Mais."}, version=1, by=desk_praia)
    assert (enquiry.guidance, enquiry.guidance_language_id) == (card, "wo")
    correct_enquiry(enquiry, {"topic": TopicFactory()}, version=2, by=desk_praia)
    enquiry.refresh_from_db()
    assert (enquiry.guidance, enquiry.guidance_language) == (None, None)


def test_the_correction_page_does_not_touch_it(desk, card, fields):
    desk.post(FORM, fields | {"guidance": str(card.pk)})
    enquiry = Enquiry.objects.get()
    sent = fields | {"version": 1, "note": "Corrigida.", "guidance": ""}
    assert desk.post(reverse("cases:enquiry_correct", args=[enquiry.pk]), sent).status_code == 302
    enquiry.refresh_from_db()
    assert (enquiry.note, enquiry.guidance) == ("Corrigida.", card)


def test_nothing_is_handed_over_that_was_not_given(office_praia, languages):
    enquiry = EnquiryFactory(office=office_praia)
    with pytest.raises(IntegrityError, match="enquiry_handed_over_a_card_that_was_given"):
        Enquiry.objects.filter(pk=enquiry.pk).update(guidance_language="wo")


def test_a_return_code_tells_which_text_was_given(desk, card, fields, desk_sal):

    desk.post(FORM, fields | {"guidance": str(card.pk)})
    enquiry = Enquiry.objects.get()
    give_code(enquiry, by=enquiry.author)
    enquiry.refresh_from_db()
    assert [told.guidance for told in told_by_thread(enquiry.return_code, by=desk_sal)] == [card]


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("", "Peça a renovação"),
        ("?language=fr", "Demandez le renouvellement"),
        ("?language=wo", "Yeesal ko"),
        ("?language=nonsense", "Peça a renovação"),
    ],
)
def test_the_card_prints_in_the_persons_language(desk, card, query, words):
    html = desk.get(reverse("cases:guidance_sheet", args=["RES.02"]) + query, headers=PT).content.decode()
    assert words in html
    assert "1\xa0500\xa0CVE" in html


def test_a_topic_without_a_card_prints_its_documents(desk, renewal):
    assert desk.get(reverse("cases:guidance_sheet", args=["RES.02"])).status_code == 200


# Everybody's


def test_cards_in_force_are_public_and_others_are_not(client, card, renewal):
    GuidanceVersionFactory(state="draft", say_pt="Rascunho.")
    html = client.get("/guidance/", headers=PT).content.decode()
    assert html.count('<a href="/guidance/RES.02/">') == 1
    assert html.count("/guidance/TOP") == 0
    assert client.get("/guidance/RES.02/").status_code == 200
    assert client.get("/guidance/XXX.99/").status_code == 404
    Topic.objects.filter(pk="RES.02").update(is_active=False)
    assert client.get("/guidance/RES.02/").status_code == 404


def test_a_missing_translation_shows_the_portuguese_text_and_says_so(client, card):
    english = client.get("/guidance/RES.02/", headers=EN).content.decode()
    assert "in Portuguese" in english
    assert "Peça a renovação" in english
    french = client.get("/guidance/RES.02/", headers=FR).content.decode()
    assert "Demandez le renouvellement" in french


@pytest.mark.parametrize(
    ("query", "number"), [("renovacao", 1), ("residence permit", 1), ("renouvellement mois", 1), ("casa", 0)]
)
def test_a_card_is_found_by_its_topic_and_its_words(client, card, query, number):
    assert len(client.get("/guidance/", {"q": query}).context["page"]) == number


def test_what_should_have_been_reviewed_says_so(client, card):
    type(card.guidance).objects.update(reviewed_on="2020-01-01", review_by="2021-01-01")
    assert "pergunte se ainda se aplica" in client.get("/guidance/RES.02/", headers=PT).content.decode()


@pytest.mark.parametrize("address", ["/guidance/", "/guidance/RES.02/"])
def test_public_pages_take_the_same_queries_for_any_number(client, card, renewal, count_queries, address):
    renewal.checklists.add(ChecklistItemFactory().checklist)
    few = count_queries(lambda: client.get(address))
    for number in range(20):
        GuidanceVersionFactory(topic__parent=renewal.parent)
        checklist = Checklist.objects.create(code=f"LIST{number}", name_pt="Lista")
        ChecklistItemFactory(code=f"ITEM{number}", checklist=checklist)
        renewal.checklists.add(checklist)
    assert count_queries(lambda: client.get(address)) == few


def test_the_panel_takes_the_same_queries_for_any_number_of_languages(desk, card, count_queries):
    address = reverse("cases:topic_card", args=["RES.02"])
    few = count_queries(lambda: desk.get(address))
    other = GuidanceVersionFactory(other_texts={f"x{n}": "Texto" for n in range(20)})
    assert count_queries(lambda: desk.get(reverse("cases:topic_card", args=[other.guidance.topic_id]))) <= few
