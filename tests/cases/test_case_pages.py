"""A case's pages, as the desk works with them."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import AccessLog
from accounts.roles import Role
from cases.models import Case, CaseNote, FollowUp
from cases.services.cases import change_case, close_case, open_case, tick_checklist
from tests.conftest import member
from tests.factories import (
    AppointmentFactory,
    CaseFactory,
    ChecklistItemFactory,
    EnquiryFactory,
    FollowUpFactory,
    OutcomeFactory,
    PersonFactory,
    ReferralFactory,
)

NEW = "/workspace/desk/cases/new/"


@pytest.fixture
def desk(client, desk_praia):
    client.force_login(desk_praia)
    return client


@pytest.fixture
def case(office_praia, desk_praia, renewal) -> Case:
    return CaseFactory(office=office_praia, author=desk_praia, topic=renewal)


def act(case: Case, name: str) -> str:
    return reverse("cases:case_act", kwargs={"pk": case.pk, "act": name})


def test_a_case_is_opened_from_an_enquiry_and_takes_it_along(desk, desk_praia, office_praia, renewal):
    enquiry = EnquiryFactory(office=office_praia, author=desk_praia, topic=renewal)
    page = desk.get(f"{NEW}?enquiry={enquiry.pk}")
    assert page.context["form"].initial["topic"] == renewal.pk
    fields = {"topic": renewal.pk, "title": "Renovar a residência", "priority": "normal"}
    answer = desk.post(f"{NEW}?enquiry={enquiry.pk}", fields)
    case = Case.objects.get()
    assert answer.url == case.get_absolute_url()
    enquiry.refresh_from_db()
    assert enquiry.case == case
    assert case.assigned_to == desk_praia
    assert enquiry.reference
    assert "Renovar a residência" in desk.get(answer.url).content.decode()


def test_a_case_is_opened_for_somebody_on_record_and_stands_in_their_file(
    desk, desk_praia, office_praia, renewal
):
    person = PersonFactory(office=office_praia, author=desk_praia)
    fields = {"topic": renewal.pk, "title": "Juntar a família", "priority": "high"}
    desk.post(f"{NEW}?person={person.pk}", fields)
    assert Case.objects.get().person == person
    assert "Juntar a família" in desk.get(person.get_absolute_url()).content.decode()


def test_a_topic_is_looked_for_by_code_and_in_any_language_when_a_case_begins(desk, renewal):
    renewal.name_en = "Renewal"
    renewal.save()
    html = desk.get(NEW).content.decode()
    assert f'data-code="{renewal.code}"' in html
    assert re.search('data-search="[^"]*Renewal', html)
    assert re.search('data-search="[^"]*renovacao de tre', html)  # as people call it


def test_a_form_sent_twice_opens_one_case(desk, office_praia, renewal):
    fields = {"topic": renewal.pk, "title": "Visto", "priority": "normal", "once": str(uuid4())}
    first, second = desk.post(NEW, fields), desk.post(NEW, fields)
    assert first.url == second.url
    assert Case.objects.count() == 1


@pytest.mark.parametrize("query", ["enquiry=99999", "enquiry=x", "person=²", "person=99999999999999999999"])
def test_a_case_begins_with_nothing_that_is_not_there(desk, query):
    assert desk.get(f"{NEW}?{query}").status_code == 404


def test_a_case_is_not_begun_with_a_voided_enquiry_nor_twice_with_one(desk, desk_praia, office_praia, case):
    voided = EnquiryFactory(
        office=office_praia, author=desk_praia, voided_at=timezone.now(), voided_by=desk_praia
    )
    assert desk.get(f"{NEW}?enquiry={voided.pk}").status_code == 403
    filed = EnquiryFactory(office=office_praia, author=desk_praia, case=case)
    assert desk.get(f"{NEW}?enquiry={filed.pk}").url == filed.get_absolute_url()


def test_no_case_is_opened_for_somebody_who_agrees_no_longer(desk, desk_praia, office_praia):
    person = PersonFactory(office=office_praia, author=desk_praia)
    person.consent.ends_on = person.consent.starts_on = timezone.localdate() - timedelta(days=2)
    person.consent.save()
    assert desk.get(f"{NEW}?person={person.pk}").status_code == 403


def test_what_was_typed_stays_when_something_is_missing(desk, renewal):
    page = desk.post(NEW, {"title": "Sem assunto", "priority": "normal"})
    assert "Sem assunto" in page.content.decode()
    assert page.context["form"].errors.keys() == {"topic"}


def test_the_list_leaves_closed_cases_out_and_searches_by_number_and_words(desk, case, office_praia):
    closed = CaseFactory(
        office=office_praia,
        title="Já tratado",
        state="closed",
        closed_at=timezone.now(),
        outcome=OutcomeFactory(),
    )
    url = reverse("cases:case_list")
    assert list(desk.get(url).context["page"].rows) == [case]
    assert list(desk.post(url, {"state": "all", "q": "tratado ja"}, follow=True).context["page"].rows) == [
        closed
    ]
    assert list(desk.post(url, {"q": case.number.lower()}, follow=True).context["page"].rows) == [case]
    assert list(desk.get(url, {"mine": "on"}).context["page"].rows) == []
    assert AccessLog.objects.filter(verb="searched", kind="cases.case").count() == 2


def test_reading_a_case_leaves_a_line(desk, desk_praia, case):
    desk.get(case.get_absolute_url())
    assert AccessLog.objects.filter(kind="cases.case", key=str(case.pk), user=desk_praia).exists()


def test_a_case_is_carried_on_closed_and_taken_up_again(desk, case, informed):
    desk.post(act(case, "note"), {"text": "Liguei para a DEF.", "help_given": "informed"})
    desk.post(act(case, "wait"))
    case.refresh_from_db()
    assert case.state == "waiting"
    desk.post(act(case, "close"), {"outcome": informed.pk, "reason": "Recebeu o título."})
    case.refresh_from_db()
    assert (case.state, case.close_reason) == ("closed", "Recebeu o título.")
    text = desk.get(case.get_absolute_url()).content.decode()
    assert "Liguei para a DEF." in text
    assert "Recebeu o título." in text
    desk.post(act(case, "reopen"), {"reason": "Veio com outra carta."})
    case.refresh_from_db()
    assert case.state == "reopened"
    assert "Veio com outra carta." in desk.get(case.get_absolute_url()).content.decode()


def test_closing_a_case_asks_what_becomes_of_its_appointments_and_referrals(
    desk, desk_praia, case, informed, office_praia
):
    page = desk.get(act(case, "close"))
    assert not page.context["form"].fields.keys() & {"appointments", "referrals"}  # nothing to ask
    soon = {"office": office_praia, "author": desk_praia, "case": case}
    called_off, kept = AppointmentFactory(**soon, title="A"), AppointmentFactory(**soon, title="B")
    withdrawn, awaited = ReferralFactory(case=case), ReferralFactory(case=case)
    html = desk.get(act(case, "close")).content.decode()
    for row in (called_off, kept, withdrawn, awaited):
        assert str(row) in html
    sent = {"outcome": informed.pk, "reason": "Feito.", "appointments": [called_off.pk]}
    desk.post(act(case, "close"), sent | {"referrals": [withdrawn.pk]})
    states = []
    for row in (case, called_off, kept, withdrawn, awaited):
        row.refresh_from_db()
        states.append(row.state)
    assert states == ["closed", "cancelled", "planned", "withdrawn", "draft"]


def test_what_is_of_another_case_does_not_end_with_this_one(desk, desk_praia, case, informed, office_praia):
    other = AppointmentFactory(office=office_praia, author=desk_praia, title="De outro")
    page = desk.post(
        act(case, "close"), {"outcome": informed.pk, "reason": "Feito.", "appointments": [other.pk]}
    )
    other.refresh_from_db()
    assert other.state == "planned"
    assert page.status_code == 302


def test_a_case_is_not_closed_without_an_outcome_and_a_reason(desk, case):
    page = desk.post(act(case, "close"), {"reason": ""})
    assert page.context["form"].errors.keys() == {"outcome", "reason"}


def test_a_case_ends_only_with_what_settles_the_matter(desk, case, informed):
    waiting = OutcomeFactory(code="waiting_service", name_pt="À espera de resposta", closes=False)
    offered = desk.get(act(case, "close")).context["form"].fields["outcome"].queryset
    assert list(offered) == [informed]
    page = desk.post(act(case, "close"), {"outcome": waiting.pk, "reason": "Espera."})
    assert page.context["form"].errors.keys() == {"outcome"}


def test_closing_what_a_colleague_has_closed_says_so_and_keeps_the_text(desk, case, informed):
    fields = {"outcome": informed.pk, "reason": "Tudo resolvido."}
    desk.post(act(case, "close"), fields)
    page = desk.post(act(case, "close"), fields)
    assert page.context["form"].non_field_errors()
    assert "Tudo resolvido." in page.content.decode()
    assert desk.get(act(case, "close")).url == case.get_absolute_url()


def test_two_who_correct_a_case_at_once_both_keep_what_they_wrote(desk, case, renewal):
    fields = {"topic": renewal.pk, "priority": "normal", "version": case.version}
    url = reverse("cases:case_edit", args=[case.pk])
    desk.post(url, fields | {"title": "Primeiro"})
    page = desk.post(url, fields | {"title": "Segundo"})
    case.refresh_from_db()
    assert case.title == "Primeiro"
    text = page.content.decode()
    assert "Primeiro" in text
    assert "Segundo" in text


def test_something_to_do_is_added_done_and_taken_up_again(desk, case):
    day = timezone.localdate() - timedelta(days=1)
    desk.post(act(case, "follow-up"), {"title": "Telefonar à câmara", "due_on": day.isoformat()})
    follow_up = FollowUp.objects.get()
    assert "Telefonar à câmara" in desk.get(case.get_absolute_url()).content.decode()
    desk.post(reverse("cases:follow_up_finish", args=[follow_up.pk]))
    follow_up.refresh_from_db()
    assert not follow_up.is_open
    desk.post(reverse("cases:follow_up_reopen", args=[follow_up.pk]))
    follow_up.refresh_from_db()
    assert follow_up.is_open


def test_documents_brought_are_ticked_in_the_case(desk, case):
    item = ChecklistItemFactory()
    item.checklist.topics.add(case.topic)
    desk.post(act(case, "checklist"), {"items": [item.pk]})
    assert case.checklist_entries.get().is_done
    shown = desk.get(case.get_absolute_url()).context["checklist"]["shown"].value()
    assert shown == str(item.pk)
    desk.post(act(case, "checklist"), {"shown": shown})
    assert not case.checklist_entries.get().is_done


def test_what_a_colleague_ticked_meanwhile_stays_ticked(desk, case, coordinator_praia):
    mine, theirs, was_there = (ChecklistItemFactory(code=code) for code in ("MINE", "THEIRS", "THERE"))
    mine.checklist.topics.add(case.topic)
    tick_checklist(case, was_there, is_done=True, by=coordinator_praia)
    page = desk.get(act(case, "checklist"))
    assert 'name="shown"' in page.content.decode()
    shown = page.context["form"]["shown"].value()
    tick_checklist(case, theirs, is_done=True, by=coordinator_praia)
    desk.post(act(case, "checklist"), {"items": [mine.pk], "shown": shown})
    brought = case.checklist_entries.filter(is_done=True)
    assert {entry.item for entry in brought} == {mine, theirs}


def test_a_coordinator_opens_a_restricted_case_only_with_a_reason(
    client, office_praia, desk_praia, coordinator_praia, violence
):
    case = CaseFactory(office=office_praia, author=desk_praia, topic=violence, title="Segredo")
    client.force_login(coordinator_praia)
    url = reverse("cases:unseal", kwargs={"kind": "case", "pk": case.pk})
    assert client.get(case.get_absolute_url()).url == url
    client.post(url, {"reason": "Substituo a colega que está doente."})
    assert "Segredo" in client.get(case.get_absolute_url()).content.decode()


def test_who_gives_a_restricted_case_away_is_led_to_the_list(
    client, office_praia, praia, violence, desk_praia
):
    case = CaseFactory(office=office_praia, topic=violence, assigned_to=desk_praia)
    colleague = member("colega.praia@example.org", Role.OFFICER, municipality=praia)
    client.force_login(desk_praia)
    answer = client.post(act(case, "assign"), {"assigned_to": colleague.pk})
    assert answer.url == reverse("cases:case_list")
    assert client.get(case.get_absolute_url()).status_code == 404


def test_a_corrected_note_shows_the_original_beneath(desk, desk_praia, case):
    note = CaseNote.objects.create(case=case, author=desk_praia, text="Vem segunda.")
    url = reverse("cases:note_correct", kwargs={"pk": case.pk, "note": note.pk})
    assert "Vem segunda." in desk.get(url).content.decode()
    desk.post(url, {"text": "Vem terça."})
    text = desk.get(case.get_absolute_url()).content.decode()
    assert text.index("Vem terça.") < text.index("Vem segunda.")
    again = desk.post(url, {"text": "Vem quarta."})
    assert again.context["form"].non_field_errors()
    assert "Vem quarta." in again.content.decode()


def test_a_note_of_another_case_is_not_there(desk, desk_praia, case, office_praia):
    other = CaseFactory(office=office_praia)
    note = CaseNote.objects.create(case=other, author=desk_praia, text="Outro assunto.")
    url = reverse("cases:note_correct", kwargs={"pk": case.pk, "note": note.pk})
    assert desk.get(url).status_code == 404


@pytest.mark.parametrize("whole", [True, False])
def test_an_enquiry_is_put_under_a_case_by_its_number(desk, desk_praia, office_praia, whole):
    number = f"GAI-PR-{timezone.localdate().year}-00012"
    case = CaseFactory(office=office_praia, number=number)
    enquiry = EnquiryFactory(office=office_praia, author=desk_praia)
    url = reverse("cases:enquiry_file", args=[enquiry.pk])
    assert desk.post(url, {"number": number.lower() if whole else "12"}).url == case.get_absolute_url()
    enquiry.refresh_from_db()
    assert enquiry.case == case


def test_an_enquiry_is_put_under_no_case_that_one_may_not_read(
    desk, desk_praia, office_praia, office_sal, violence
):
    enquiry = EnquiryFactory(office=office_praia, author=desk_praia)
    url = reverse("cases:enquiry_file", args=[enquiry.pk])
    hidden = [CaseFactory(office=office_sal), CaseFactory(office=office_praia, topic=violence)]
    for number in [*(case.number for case in hidden), "99", "-", "²"]:
        page = desk.post(url, {"number": number})
        assert page.context["form"].errors.keys() == {"number"}
    enquiry.refresh_from_db()
    assert enquiry.case is None


def test_an_enquiry_of_somebody_else_is_not_put_under_a_case(desk, desk_praia, office_praia):
    ana, rui = (PersonFactory(office=office_praia, author=desk_praia) for _ in range(2))
    case = CaseFactory(office=office_praia, person=ana)
    enquiry = EnquiryFactory(office=office_praia, author=desk_praia, person=rui)
    page = desk.post(reverse("cases:enquiry_file", args=[enquiry.pk]), {"number": case.number})
    assert page.context["form"].non_field_errors()


def test_an_unknown_act_is_not_there(desk, case):
    assert desk.get(act(case, "burn")).status_code == 404


def test_an_officer_does_not_take_a_case_from_a_colleague(desk, praia, office_praia):
    colleague = member("colega.praia@example.org", Role.OFFICER, municipality=praia)
    case = CaseFactory(office=office_praia, assigned_to=colleague)
    assert desk.get(act(case, "assign")).status_code == 403


def test_queries_do_not_grow_with_what_belongs_to_a_case(desk, desk_praia, case, count_queries):
    def add(number: int) -> None:
        for _ in range(number):
            CaseNote.objects.create(case=case, author=desk_praia, text="Nota")
            FollowUpFactory(case=case, author=desk_praia)
            EnquiryFactory(office=case.office, author=desk_praia, topic=case.topic, case=case)
            CaseFactory(office=case.office, topic=case.topic, person=PersonFactory(office=case.office))

    for url in (case.get_absolute_url(), reverse("cases:case_list")):
        add(1)
        desk.get(url)
        few = count_queries(lambda url=url: desk.get(url))
        add(20)
        assert count_queries(lambda url=url: desk.get(url)) == few


def test_a_common_case_asks_the_database_at_most_thirteen_times(desk, desk_praia, case, count_queries):
    case.person = PersonFactory(office=case.office, author=desk_praia)
    case.save()
    CaseNote.objects.create(case=case, author=desk_praia, text="Nota")
    FollowUpFactory(case=case, author=desk_praia)
    EnquiryFactory(office=case.office, author=desk_praia, topic=case.topic, case=case)
    desk.get(case.get_absolute_url())
    assert count_queries(lambda: desk.get(case.get_absolute_url())) <= 13


def test_what_was_changed_stands_under_the_case_without_a_name(desk, desk_praia, office_praia, renewal):
    person = PersonFactory(office=office_praia, author=desk_praia, name="Aissatu Embaló")
    case = open_case(
        {"topic": renewal, "title": "Renovar", "person": person}, office=office_praia, by=desk_praia
    )
    case = change_case(case, {"title": "Renovar já"}, version=1, by=desk_praia)
    close_case(case, outcome=OutcomeFactory(), reason="Título entregue", by=desk_praia)
    changes = desk.get(case.get_absolute_url()).context["changes"]
    assert [change.by for change in changes] == [desk_praia] * 3
    assert ("Renovar", "Renovar já") in [(old, new) for _label, old, new in changes[1].fields]
    assert "Título entregue" in [new for _label, _old, new in changes[0].fields]
    assert "Aissatu" not in str([change.fields for change in changes])


def test_what_was_restricted_once_stays_with_those_who_read_it_then(
    client, office_praia, desk_praia, praia, renewal
):
    colleague = member("colega.praia@example.org", Role.OFFICER, municipality=praia)
    content = {"topic": renewal, "title": "Muito reservado", "is_restricted": True}
    case = open_case(content, office=office_praia, by=desk_praia)
    change_case(case, {"title": "Já não", "is_restricted": False}, version=1, by=desk_praia)
    client.force_login(colleague)
    text = client.get(case.get_absolute_url()).content.decode()
    assert "Já não" in text
    assert "Muito reservado" not in text


def test_who_closes_a_case_reads_what_is_still_to_be_done(desk, desk_praia, case):
    close = act(case, "close")
    assert "Telefonar amanhã" not in desk.get(close).content.decode()
    FollowUpFactory(case=case, author=desk_praia, title="Telefonar amanhã")
    assert "Telefonar amanhã" in desk.get(close).content.decode()


def test_a_restricted_contact_that_closes_its_case_to_who_put_it_there_leads_back_to_the_contact(
    client, praia, office_praia, desk_praia, case, violence
):
    colleague = member("colega.praia@example.org", Role.OFFICER, municipality=praia)
    enquiry = EnquiryFactory(office=office_praia, author=colleague, topic=violence)
    client.force_login(colleague)
    response = client.post(reverse("cases:enquiry_file", args=[enquiry.pk]), {"number": case.number})
    assert response.url == enquiry.get_absolute_url()
    assert client.get(response.url).status_code == 200
