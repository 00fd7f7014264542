"""What to tell people: written by the national level, frozen when published, reviewed, put right by desks."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import Draft, Notice
from cases import reference
from cases.models import DeadlineRule, Guidance, GuidanceSuggestion, GuidanceVersion
from cases.reference import load_reference
from cases.services.guidance import (
    GuidanceChanged,
    answer_suggestion,
    begin_draft,
    confirm_review,
    mark_of,
    publish_guidance,
    suggest_change,
)
from gai_portal.lib.reference import ReferenceFault, read_yaml
from tests.factories import (
    ChecklistItemFactory,
    GuidanceSuggestionFactory,
    GuidanceVersionFactory,
    LanguageFactory,
    PartnerFactory,
    TopicFactory,
)

PT = {"accept-language": "pt"}
TODAY = timezone.localdate()
NEXT_YEAR = TODAY + timedelta(days=365)


@pytest.fixture
def national(client, dgi_officer):
    client.force_login(dgi_officer)
    return client


@pytest.fixture
def card(renewal) -> GuidanceVersion:
    return GuidanceVersionFactory(topic=renewal, say_pt="Custa 1.500$00.", fees=[fee(150_000)])


def fee(cents: int, words: str = "Emissão do título") -> dict:
    return {"what_pt": words, "what_en": "", "what_fr": "", "cents": cents}


def address(name: str, *args) -> str:
    return reverse(f"cases:{name}", args=args)


def draft_of(topic, by, **changes) -> GuidanceVersion:
    draft = begin_draft(topic, by=by)
    for field, value in changes.items():
        setattr(draft, field, value)
    draft.save()
    return draft


def publish(draft, by, **kept) -> GuidanceVersion:
    return publish_guidance(draft, seen=mark_of(draft), review_by=NEXT_YEAR, by=by, **kept)


def typed(draft, **changes) -> dict[str, str]:
    fields = {"say_pt": draft.say_pt, "seen": "", "fees-0-what_pt": "Emissão", "fees-0-amount": "2.500$00"}
    return fields | changes


def seen_on(client, page) -> str:
    return client.get(page).context["form"].initial["seen"]


# Writing and publishing


def test_a_draft_starts_as_a_copy_and_the_published_text_makes_way(renewal, card, dgi_officer):
    draft = draft_of(renewal, dgi_officer, say_pt="Custa 2.500$00.")
    assert (draft.number, draft.fees) == (2, card.fees)
    assert begin_draft(renewal, by=dgi_officer) == draft
    publish(draft, dgi_officer)
    card.refresh_from_db()
    assert card.state == "superseded"
    assert GuidanceVersion.objects.in_force().get().say_pt == "Custa 2.500$00."


def test_publishing_notes_the_review(renewal, dgi_officer):
    draft = draft_of(renewal, dgi_officer, say_pt="Primeiro texto.")
    publish(draft, dgi_officer)
    noted = Guidance.objects.get()
    assert (noted.reviewed_on, noted.review_by) == (TODAY, NEXT_YEAR)
    assert not Guidance.objects.overdue().exists()
    assert Guidance.objects.overdue(NEXT_YEAR + timedelta(days=1)).get() == noted


def test_only_the_national_level_writes(renewal, card, desk_praia, coordinator_praia, planner_praia):
    for user in (desk_praia, coordinator_praia, planner_praia):
        with pytest.raises(PermissionDenied):
            begin_draft(renewal, by=user)
        with pytest.raises(PermissionDenied):
            publish(card, user)
        with pytest.raises(PermissionDenied):
            confirm_review(card.guidance, review_by=NEXT_YEAR, by=user)


@pytest.mark.parametrize(
    ("changes", "kept"),
    [
        ({"say_pt": ""}, {}),
        ({}, {}),  # says the same as what is in force
        ({"say_pt": "Outro."}, {"is_material": True}),
        ({"say_pt": "Outro."}, {"review_by": TODAY}),
    ],
)
def test_what_cannot_be_published_is_refused(renewal, card, dgi_officer, changes, kept):
    draft = draft_of(renewal, dgi_officer, **changes)
    with pytest.raises(ValidationError):
        publish_guidance(draft, seen=mark_of(draft), by=dgi_officer, **{"review_by": NEXT_YEAR} | kept)
    assert GuidanceVersion.objects.in_force().get() == card


def test_a_draft_that_a_colleague_changed_meanwhile_is_not_published_unread(renewal, card, dgi_officer):
    draft = draft_of(renewal, dgi_officer, say_pt="Lido.")
    seen = mark_of(draft)
    GuidanceVersion.objects.filter(pk=draft.pk).update(say_pt="Não lido.")
    with pytest.raises(GuidanceChanged):
        publish_guidance(draft, seen=seen, review_by=NEXT_YEAR, by=dgi_officer)


def test_what_was_told_never_changes_in_the_database(card):
    rows = GuidanceVersion.objects.filter(pk=card.pk)
    for write in (
        lambda: rows.update(say_pt="Outra coisa."),
        lambda: rows.update(fees=[]),
        lambda: rows.update(state="draft"),
        rows.delete,
        lambda: GuidanceVersion.objects.bulk_create(
            [
                GuidanceVersion(
                    guidance=card.guidance,
                    number=9,
                    state="superseded",
                    say_pt="Inventado.",
                    published_at=card.published_at,
                    published_by=card.published_by,
                )
            ]
        ),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            write()


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"number": 1}, "unique|UNIQUE|once_per_number"),
        ({"number": 3, "state": "draft"}, "one_draft|UNIQUE"),
        ({"number": 2, "is_material": True, "change_pt": ""}, "guidance_says_what_has_changed"),
        ({"number": 2, "published_at": timezone.now()}, "guidance_is_published_by_somebody"),
    ],
)
def test_the_database_refuses_an_impossible_version(renewal, dgi_officer, fields, name):
    draft = draft_of(renewal, dgi_officer, say_pt="Um texto.")
    if fields["number"] == 2:
        draft.delete()
    with pytest.raises(IntegrityError, match=name):
        GuidanceVersion.objects.create(guidance=draft.guidance, **fields)


def test_the_first_text_cannot_change_what_was_told_before(renewal, dgi_officer):
    draft = draft_of(renewal, dgi_officer, say_pt="Um texto.")
    with pytest.raises(IntegrityError, match="guidance_says_what_has_changed"):
        GuidanceVersion.objects.filter(pk=draft.pk).update(is_material=True, change_pt="Tudo.")


def test_nothing_is_published_that_says_nothing_in_portuguese(renewal, dgi_officer):
    draft = begin_draft(renewal, by=dgi_officer)
    now = {"published_at": timezone.now(), "published_by": dgi_officer}
    with pytest.raises(IntegrityError, match="guidance_says_something_in_portuguese"):
        GuidanceVersion.objects.filter(pk=draft.pk).update(state="published", say_en="Only English.", **now)


def test_one_text_of_a_card_is_in_force(renewal, card, dgi_officer):
    draft = draft_of(renewal, dgi_officer, say_pt="Outro.")
    now = {"published_at": timezone.now(), "published_by": dgi_officer}
    with pytest.raises(IntegrityError):
        GuidanceVersion.objects.filter(pk=draft.pk).update(state="published", **now)


def test_a_card_is_reviewed_again_later(card):
    with pytest.raises(IntegrityError, match="guidance_is_reviewed_again_later"):
        Guidance.objects.update(reviewed_on=TODAY, review_by=TODAY)


# The national level's pages


def test_a_card_is_written_compared_and_published(national, renewal, card):
    LanguageFactory(code="wo", name_pt="Wolof")
    page = address("guidance_edit", "RES.02")
    assert national.post(address("guidance_begin", "RES.02")).url == page
    fields = typed(card, say_pt="Custa 2.500$00 desde janeiro.", say_en="It costs more.", check="1")
    fields |= {"seen": seen_on(national, page), "other_texts-wo": "Nettali na ko."}
    assert national.post(page, fields).url == address("guidance_publish", "RES.02")
    draft = GuidanceVersion.objects.drafts().get()
    assert draft.fee_rows()[0].amount == Decimal(2500)
    assert draft.languages() == ["pt", "en", "wo"]
    shown = national.get(address("guidance_publish", "RES.02"), headers=PT)
    html = shown.content.decode()
    assert "2\xa0500\xa0CVE" in html
    assert "<del>" in html
    fields = {"seen": shown.context["form"].initial["seen"], "review_by": NEXT_YEAR.isoformat()}
    fields |= {"is_material": "on", "change_pt": "A taxa subiu."}
    assert national.post(address("guidance_publish", "RES.02"), fields).url == address(
        "guidance_detail", "RES.02"
    )
    now = GuidanceVersion.objects.in_force().get()
    assert (now.number, now.is_material, now.change_pt) == (2, True, "A taxa subiu.")
    assert "A taxa subiu." in national.get(address("guidance_version", "RES.02", 1)).content.decode()


def test_a_material_change_has_to_be_said(national, renewal, card, dgi_officer):
    draft_of(renewal, dgi_officer, say_pt="Outro.")
    page = address("guidance_publish", "RES.02")
    fields = {"seen": seen_on(national, page), "review_by": NEXT_YEAR.isoformat(), "is_material": "on"}
    assert "change_pt" in national.post(page, fields).context["form"].errors


def test_a_translation_that_was_left_behind_is_told(national, renewal, dgi_officer):
    GuidanceVersionFactory(topic=renewal, say_pt="Custa 1.500$00.", say_fr="Cela coûte 1.500$00.")
    draft_of(renewal, dgi_officer, say_pt="Custa 2.500$00.")
    html = national.get(address("guidance_publish", "RES.02"), headers=PT).content.decode()
    assert "O texto em português mudou e estes não: Francês." in html


def test_a_language_left_behind_by_a_material_change_is_accepted_and_says_so(
    client, national, renewal, dgi_officer, desk_praia
):
    LanguageFactory(code="wo", name_pt="Wolof")
    texts = {"say_pt": "Custa 1.500$00.", "say_fr": "Cela coûte 1 500.", "other_texts": {"wo": "1 500 la."}}
    GuidanceVersionFactory(topic=renewal, **texts)
    draft = draft_of(renewal, dgi_officer, say_pt="Custa 2.500$00.")
    with pytest.raises(ValidationError):
        publish(draft, dgi_officer, is_material=True, change_pt="A taxa subiu.")
    page = address("guidance_publish", "RES.02")
    fields = {"seen": seen_on(national, page), "review_by": NEXT_YEAR.isoformat(), "is_material": "on"}
    fields |= {"change_pt": "A taxa subiu."}
    refused = national.post(page, fields, headers=PT)
    assert refused.context["form"].errors.keys() == {"accepts_outdated"}
    assert "desatualizadas: Francês, Wolof" in refused.content.decode()
    assert national.post(page, fields | {"accepts_outdated": "on"}).status_code == 302
    assert GuidanceVersion.objects.in_force().get().outdated == ["fr", "wo"]
    client.force_login(desk_praia)
    panel = reverse("cases:topic_card", args=["RES.02"])
    french = client.get(panel, headers={"accept-language": "fr"}).content.decode()
    assert "Cela coûte 1 500." in french
    assert french.index("message-warning") < french.index("Custa 2.500$00.")
    assert "message-warning" not in client.get(panel, headers=PT).content.decode()


def test_a_language_stays_out_of_date_until_it_is_translated(renewal, card, dgi_officer):
    first = draft_of(renewal, dgi_officer, say_en="It costs 1,500.", say_fr="Cela coûte 1 500.")
    publish(first, dgi_officer)
    second = draft_of(renewal, dgi_officer, say_pt="Custa 2.500$00.")
    kept = {"is_material": True, "change_pt": "A taxa subiu.", "accepts_outdated": True}
    assert publish(second, dgi_officer, **kept).outdated == ["en", "fr"]
    third = publish(draft_of(renewal, dgi_officer, say_fr="Cela coûte 2 500."), dgi_officer)
    assert third.outdated == ["en"]


def test_better_wording_leaves_no_language_behind(renewal, dgi_officer):
    GuidanceVersionFactory(topic=renewal, say_pt="Custa 1.500$00.", say_fr="Cela coûte 1 500.")
    draft = draft_of(renewal, dgi_officer, say_pt="São 1.500$00.")
    assert publish(draft, dgi_officer).outdated == []


# Documents and deadlines


@pytest.fixture
def passport(renewal):
    item = ChecklistItemFactory(code="PASSPORT", name_pt="Passaporte")
    renewal.checklists.add(item.checklist)
    renewal.deadlines.add(DeadlineRule.objects.create(code="MONTH", name_pt="Um mês antes do fim."))
    return item


def test_a_card_that_was_told_keeps_its_documents_and_deadlines(
    client, desk_praia, renewal, passport, dgi_officer
):
    GuidanceVersionFactory(topic=renewal)
    type(passport).objects.update(name_pt="Passaporte e cópia")
    renewal.deadlines.clear()
    client.force_login(desk_praia)
    for page in (address("guidance_version", "RES.02", 1), address("topic_card", "RES.02")):
        html = client.get(page).content.decode()
        assert "Passaporte</li>" in html
        assert "Um mês antes do fim." in html
    publish(draft_of(renewal, dgi_officer), dgi_officer)
    assert "Passaporte</li>" in client.get(address("guidance_version", "RES.02", 1)).content.decode()
    html = client.get(address("topic_card", "RES.02")).content.decode()
    assert "Passaporte e cópia" in html
    assert "Um mês antes do fim." not in html


def test_other_documents_are_a_change_that_can_be_material(national, renewal, passport, dgi_officer):
    GuidanceVersionFactory(topic=renewal)
    parts = address("guidance_list") + "?state=parts"
    assert not national.get(parts).context["page"].object_list
    with pytest.raises(ValidationError):
        publish(draft_of(renewal, dgi_officer), dgi_officer)
    type(passport).objects.update(name_pt="Passaporte e cópia")
    assert [row.topic for row in national.get(parts).context["page"]] == [renewal]
    assert (
        "prazos deste assunto mudaram"
        in national.get(address("guidance_detail", "RES.02"), headers=PT).content.decode()
    )
    page = address("guidance_publish", "RES.02")
    html = national.get(page).content.decode()
    assert "cópia" in html[html.index("<ins>") : html.index("</ins>")]
    fields = {"seen": seen_on(national, page), "review_by": NEXT_YEAR.isoformat()}
    national.post(page, fields | {"is_material": "on", "change_pt": "É precisa uma cópia."})
    assert GuidanceVersion.objects.in_force().get().is_material
    assert not national.get(parts).context["page"].object_list


def test_documents_that_change_between_reading_and_publishing_are_read_again(renewal, passport, dgi_officer):
    draft = draft_of(renewal, dgi_officer, say_pt="Lido.")
    seen = mark_of(draft)
    type(passport).objects.update(name_pt="Passaporte e cópia")
    draft = GuidanceVersion.objects.get(pk=draft.pk)
    with pytest.raises(GuidanceChanged):
        publish_guidance(draft, seen=seen, review_by=NEXT_YEAR, by=dgi_officer)


def test_two_who_write_see_both_texts(national, renewal, card, dgi_officer):
    draft = draft_of(renewal, dgi_officer, say_pt="O primeiro.")
    page = address("guidance_edit", "RES.02")
    fields = typed(draft, say_pt="O meu texto.", seen=seen_on(national, page))
    GuidanceVersion.objects.filter(pk=draft.pk).update(say_pt="O da colega.", fees=[fee(900)])
    response = national.post(page, fields)
    html = response.content.decode()
    assert "O da colega." in html
    assert "Emissão do título: 9\xa0CVE" in html
    assert "O meu texto." in html
    again = fields | {"seen": response.context["form"]["seen"].value()}
    assert national.post(page, again).status_code == 302
    draft.refresh_from_db()
    assert draft.say_pt == "O meu texto."


def test_a_colleagues_change_between_reading_and_publishing_is_said(national, renewal, card, dgi_officer):
    draft = draft_of(renewal, dgi_officer, say_pt="Lido.")
    page = address("guidance_publish", "RES.02")
    fields = {"seen": seen_on(national, page), "review_by": NEXT_YEAR.isoformat()}
    GuidanceVersion.objects.filter(pk=draft.pk).update(say_pt="Escrito depois.")
    response = national.post(page, fields)
    assert "Escrito depois." in response.content.decode()
    assert GuidanceVersion.objects.in_force().get() == card
    national.post(page, fields | {"seen": response.context["form"]["seen"].value()})
    assert GuidanceVersion.objects.in_force().get().say_pt == "Escrito depois."


@pytest.mark.parametrize(
    "row",
    [
        {"fees-0-what_pt": "", "fees-0-amount": "500"},
        {"fees-0-what_pt": "Pedido", "fees-0-amount": "muito"},
        {"fees-0-what_pt": "Pedido", "fees-0-amount": ""},
        {"fees-0-what_pt": "x" * 200, "fees-0-amount": "500"},
    ],
)
def test_a_fee_that_is_half_said_is_refused_and_stays_in_its_row(national, renewal, card, dgi_officer, row):
    draft = draft_of(renewal, dgi_officer)
    page = address("guidance_edit", "RES.02")
    response = national.post(page, typed(draft, seen=seen_on(national, page), **row), headers=PT)
    assert response.context["form"].errors.keys() == {"fees"}
    assert f'value="{row["fees-0-amount"]}"' in response.content.decode()


def test_what_is_being_typed_comes_back_fees_and_languages_included(national, renewal, card, dgi_officer):
    LanguageFactory(code="wo", name_pt="Wolof")
    draft = draft_of(renewal, dgi_officer)
    page = address("guidance_edit", "RES.02")
    fields = typed(draft, say_pt="Meio escrito", **{"other_texts-wo": "Ab baat"})
    national.post(address_of_draft(page), fields | {"seen": seen_on(national, page)})
    html = national.get(page).content.decode()
    assert Draft.objects.count() == 1
    for words in ("Meio escrito", "2.500$00", "Ab baat"):
        assert words in html


def address_of_draft(page: str) -> str:
    return f"{reverse('accounts:draft_save')}?form={page}"


def test_a_draft_that_is_dropped_leaves_the_text_in_force(national, renewal, card, dgi_officer):
    draft_of(renewal, dgi_officer, say_pt="Errado.")
    national.post(address("guidance_edit", "RES.02"), {"drop": "1"})
    assert list(GuidanceVersion.objects.all()) == [card]


def test_a_review_without_changes_is_noted(national, card):
    Guidance.objects.update(reviewed_on=TODAY - timedelta(days=400), review_by=TODAY - timedelta(days=1))
    assert national.get(address("guidance_list") + "?state=overdue").context["page"].object_list
    national.post(address("guidance_review", "RES.02"), {"review_by": NEXT_YEAR.isoformat()})
    assert not national.get(address("guidance_list") + "?state=overdue").context["page"].object_list
    for wrong in ("", TODAY.isoformat()):
        national.post(address("guidance_review", "RES.02"), {"review_by": wrong})
        assert Guidance.objects.get().review_by == NEXT_YEAR


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", {"RES.02", "NAC.01"}),
        ("?q=renovacao", {"RES.02"}),
        ("?q=residence+permit", {"RES.02"}),
        ("?q=nac", {"NAC.01"}),
        ("?state=missing", {"NAC.01"}),
        ("?state=draft", {"RES.02"}),
        ("?state=suggested", {"NAC.01"}),
        ("?state=nonsense", {"RES.02", "NAC.01"}),
    ],
)
def test_cards_are_found_by_word_and_state(
    national, renewal, card, dgi_officer, office_praia, query, expected
):
    other = TopicFactory(code="NAC.01", name_pt="Naturalização")
    draft_of(renewal, dgi_officer)
    GuidanceSuggestionFactory(topic=other, office=office_praia)
    rows = national.get(address("guidance_list") + query).context["page"]
    assert {row.topic.code for row in rows} == expected


def test_the_list_takes_the_same_queries_for_any_number(national, card, count_queries):
    few = count_queries(lambda: national.get(address("guidance_list")))
    for _number in range(20):
        GuidanceVersionFactory()
    assert count_queries(lambda: national.get(address("guidance_list"))) == few


def test_a_text_is_shown_as_plain_paragraphs(national, renewal, dgi_officer):
    draft_of(renewal, dgi_officer, say_pt="<script>alert(1)</script> [clique](javascript:alert(1))")
    html = national.get(address("guidance_publish", "RES.02")).content.decode()
    assert "&lt;script&gt;alert(1)" in html
    assert 'href="javascript' not in html


# The desks


def test_a_desk_reads_what_was_told_and_never_a_draft(client, desk_praia, renewal, card, dgi_officer):
    draft_of(renewal, dgi_officer, say_pt="Ainda por decidir.")
    client.force_login(desk_praia)
    assert client.get(address("guidance_version", "RES.02", 1)).status_code == 200
    assert client.get(address("guidance_version", "RES.02", 2)).status_code == 404


def test_a_suggestion_is_sent_read_and_answered(client, desk_praia, renewal, card, dgi_officer):
    client.force_login(desk_praia)
    page = address("suggestion_create", "RES.02")
    assert client.post(page, {"text_pt": "A taxa mudou."}).url == address("suggestion_list")
    assert "GAI Praia sugere" in Notice.objects.get(user=dgi_officer).text
    suggestion = GuidanceSuggestion.objects.get()
    client.force_login(dgi_officer)
    client.post(address("suggestion_answer", suggestion.pk), {"answer_pt": "Obrigada, corrigimos."})
    client.force_login(desk_praia)
    assert "Obrigada, corrigimos." in client.get(address("suggestion_list")).content.decode()
    assert Notice.objects.filter(user=desk_praia).count() == 1
    with pytest.raises(ValidationError):
        answer_suggestion(suggestion, "Outra vez.", by=dgi_officer)


def test_a_suggestion_that_points_at_somebody_is_refused(client, desk_praia, renewal):
    client.force_login(desk_praia)
    response = client.post(address("suggestion_create", "RES.02"), {"text_pt": "O utente do 991 23 45."})
    assert "text_pt" in response.context["form"].errors
    assert not GuidanceSuggestion.objects.exists()


def test_suggestions_end_for_the_day(client, desk_praia, renewal, settings):
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"suggest": "1/d/user"}
    client.force_login(desk_praia)
    for _number in range(2):
        client.post(address("suggestion_create", "RES.02"), {"text_pt": "A taxa mudou."})
    assert GuidanceSuggestion.objects.count() == 1


def test_one_office_does_not_read_what_another_suggests(client, desk_sal, office_praia, dgi_officer):
    suggestion = GuidanceSuggestionFactory(office=office_praia)
    assert not GuidanceSuggestion.objects.visible_to(desk_sal).exists()
    assert GuidanceSuggestion.objects.visible_to(dgi_officer).get() == suggestion
    client.force_login(desk_sal)
    assert suggestion.text_pt not in client.get(address("suggestion_list")).content.decode()


def test_only_a_desk_suggests_and_only_for_its_own_office(renewal, office_praia, desk_sal, planner_praia):
    for user in (desk_sal, planner_praia):
        with pytest.raises(PermissionDenied):
            suggest_change(renewal, office_praia, "Outra coisa.", by=user)


def test_an_answer_is_somebodys(office_praia):
    suggestion = GuidanceSuggestionFactory(office=office_praia)
    with pytest.raises(IntegrityError, match="guidance_suggestion_answered_by_somebody"):
        GuidanceSuggestion.objects.filter(pk=suggestion.pk).update(answer_pt="De ninguém.")


def test_the_list_of_suggestions_takes_the_same_queries_for_any_number(national, office_praia, count_queries):
    GuidanceSuggestionFactory(office=office_praia)
    few = count_queries(lambda: national.get(address("suggestion_list")))
    for _number in range(20):
        GuidanceSuggestionFactory(office=office_praia)
    assert count_queries(lambda: national.get(address("suggestion_list"))) == few


# The reference file


@pytest.fixture
def loaded(db) -> None:
    for entry in read_yaml(reference.TAXONOMY)["referral_partners"]:
        PartnerFactory(code=entry["code"], name_pt=entry["pt"])
    load_reference()


def test_starter_texts_come_as_drafts_that_nobody_is_told(loaded):
    assert GuidanceVersion.objects.drafts().count() == GuidanceVersion.objects.count() > 10
    assert all(draft.source for draft in GuidanceVersion.objects.all())
    fees = GuidanceVersion.objects.get(guidance__topic="RES.07").fee_rows()
    assert [row.amount for row in fees] == [1500, 500]


def test_what_somebody_made_of_a_starter_text_stays(loaded, dgi_officer):
    publish(GuidanceVersion.objects.get(guidance__topic="EDU.04"), dgi_officer)
    GuidanceVersion.objects.filter(guidance__topic="EDU.02").update(say_pt="Meu texto.")
    tally = load_reference()["drafts of guidance cards"]
    assert (tally.created, tally.updated, tally.kept) == (0, 0, 2)
    assert GuidanceVersion.objects.get(guidance__topic="EDU.02").say_pt == "Meu texto."


@pytest.mark.parametrize(
    "card",
    [
        '{topic: XXX.99, say: {pt: "Texto"}}',
        "{topic: ENT.01, say: {}}",
        '{topic: ENT.01, say: {pt: "Texto"}, fees: [{pt: "Taxa"}]}',
        '{topic: ENT.01, say: {pt: "Texto"}, fees: [{pt: "Taxa", amount: "caro"}]}',
    ],
)
def test_a_faulty_file_of_cards_is_refused_whole(loaded, monkeypatch, tmp_path, card):
    path = tmp_path / "guidance.yaml"
    path.write_text(f"cards:\n- {card}\n")
    monkeypatch.setattr(reference, "CARDS", path)
    with pytest.raises(ReferenceFault, match="line 2"):
        load_reference()
