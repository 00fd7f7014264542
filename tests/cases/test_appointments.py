"""Whom the desk expects: put into the agenda, given to people, kept or missed, printed, reminded of."""

import subprocess
from datetime import date, datetime, time, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError
from django.urls import reverse
from django.utils import timezone

from accounts.access import Verb
from accounts.models import AccessLog
from accounts.roles import Role
from cases.models import Appointment, Contact, Enquiry, FollowUp, timeline
from cases.services.appointments import (
    AppointmentChanged,
    change_appointment,
    keep_appointment,
    make_appointment,
    settle_appointment,
)
from cases.services.cases import change_case
from cases.services.enquiries import undo_enquiry
from cases.services.erasure import anonymise_person, erase_person
from cases.services.follow_ups import share_out
from cases.services.transfers import accept_transfer, offer_transfer
from cases.workflow import AppointmentState
from tests.conftest import member
from tests.factories import (
    AppointmentFactory,
    CaseFactory,
    EnquiryFactory,
    FollowUpFactory,
    PersonFactory,
)
from tests.pdf_ua import assert_pdf_ua

AGENDA, NEW, JOINT_DAY, REMINDERS = (
    "/workspace/desk/appointments/",
    "/workspace/desk/appointments/new/",
    "/workspace/desk/appointments/joint-day/",
    "/workspace/desk/appointments/reminders/",
)


def tomorrow() -> date:
    return timezone.localdate() + timedelta(days=1)


def at(hour: int, minute: int = 0, day: date | None = None) -> datetime:
    return timezone.make_aware(datetime.combine(day or tomorrow(), time(hour, minute)))


def fields(**others) -> dict:
    return {"day": tomorrow().isoformat(), "hour": "10:00", "minutes": "30", "title": "Pai e filha"} | others


@pytest.fixture
def officer(client, desk_praia):
    client.force_login(desk_praia)
    return desk_praia


@pytest.fixture
def colleague(praia, office_praia):
    return member("rosa.lima@example.org", Role.OFFICER, municipality=praia)


@pytest.fixture
def person(office_praia, desk_praia):
    return PersonFactory(office=office_praia, author=desk_praia, name="Binta Djaló")


@pytest.fixture
def case(office_praia, desk_praia, renewal, person):
    return CaseFactory(office=office_praia, author=desk_praia, topic=renewal, person=person)


def test_somebody_known_by_a_few_words_is_put_into_the_agenda(client, officer):
    response = client.post(NEW, fields(assigned_to=officer.pk))
    appointment = Appointment.objects.get()
    assert response.url == f"{AGENDA}?day={tomorrow().isoformat()}"
    assert (appointment.starts_at, appointment.minutes) == (at(10), 30)
    assert (appointment.author, appointment.assigned_to) == (officer, officer)
    html = client.get(response.url).text
    assert "Pai e filha" in html
    assert "10:00–10:30" in html


def test_a_case_or_a_record_is_named_by_its_number(client, officer, case, person):
    client.post(NEW, fields(record=case.number.lower(), title=""))
    client.post(NEW, fields(record=person.reference, hour="11:00", title=""))
    of_case, of_person = Appointment.objects.all()
    assert (of_case.case, of_case.person) == (case, person)
    assert (of_person.case, of_person.person) == (None, person)
    assert case.number in client.get(f"{NEW}?case={case.pk}").text
    assert of_case.reference in client.get(case.get_absolute_url()).text


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"title": ""}, "Escreva para quem é"),
        ({"record": "PR-P999"}, "com este número"),
        ({"record": "GAI-PR-2026-99999"}, "com este número"),
        ({"day": "2020-01-02"}, "Este dia já passou."),
        ({"day": "2199-01-02"}, "próximo ano"),
        ({"minutes": "0"}, "5"),
        ({"hour": "25:99"}, "hora"),
    ],
)
def test_what_cannot_be_is_explained_and_nothing_typed_is_lost(client, officer, wrong, message):
    response = client.post(NEW, fields(**wrong), headers={"accept-language": "pt"})
    assert response.status_code == 200
    assert message in response.text
    assert wrong.get("title", "Pai e filha") in response.text
    assert not Appointment.objects.exists()


def test_who_is_restricted_at_another_office_or_agrees_no_longer_is_not_named(
    client, officer, colleague, office_praia, office_sal, desk_sal
):
    hidden = PersonFactory(office=office_praia, author=colleague, is_restricted=True)
    elsewhere = PersonFactory(office=office_sal, author=desk_sal)
    ended = PersonFactory(
        office=office_praia, consent__starts_on=date(2020, 1, 1), consent__ends_on=date(2021, 1, 1)
    )
    for person in (hidden, elsewhere, ended):
        assert client.post(NEW, fields(record=person.reference)).status_code == 200
        with pytest.raises(PermissionDenied):
            make_appointment(
                {"starts_at": at(9), "ends_at": at(10), "person": person}, office=office_praia, by=officer
            )
    assert not Appointment.objects.exists()


def test_what_is_at_the_same_time_is_told_and_marked(client, officer, colleague, office_praia):
    AppointmentFactory(office=office_praia, assigned_to=officer, starts_at=at(10, 15), title="Um casal")
    AppointmentFactory(office=office_praia, assigned_to=colleague, starts_at=at(10, 15))
    page = client.post(NEW, fields(assigned_to=officer.pk), follow=True)
    assert Appointment.objects.count() == 3
    assert f"{officer} já tem outra marcação à mesma hora: 10:15." in page.text
    assert page.text.count("À mesma hora") == 2
    settle_appointment(Appointment.objects.get(title="Um casal"), AppointmentState.CANCELLED, by=officer)
    assert "À mesma hora" not in client.get(f"{AGENDA}?day={tomorrow().isoformat()}").text


def test_one_right_after_the_other_is_not_at_the_same_time(client, officer, office_praia):
    AppointmentFactory(office=office_praia, assigned_to=officer, starts_at=at(9, 30), ends_at=at(10))
    later = AppointmentFactory(office=office_praia, assigned_to=officer, starts_at=at(10), ends_at=at(11))
    assert not Appointment.objects.at_the_same_time(later).exists()


def test_a_second_click_makes_one_appointment(client, officer):
    once = {"once": "6a7e6a5c-8a3b-4d6e-9b8e-2f1f6f0f7a11"}
    assert client.post(NEW, fields(**once)).url == client.post(NEW, fields(**once)).url
    assert Appointment.objects.count() == 1


def test_a_joint_day_becomes_free_slots_that_are_given_away(client, officer, partner, person):
    data = {"day": tomorrow().isoformat(), "hour": "09:00", "until": "12:00", "minutes": "45"}
    client.post(JOINT_DAY, data | {"place": "Achada Grande", "partner": partner.pk})
    slots = list(Appointment.objects.all())
    assert [timezone.localtime(slot.starts_at).strftime("%H:%M") for slot in slots] == [
        "09:00",
        "09:45",
        "10:30",
        "11:15",
    ]
    assert all(slot.is_free and slot.partner == partner and slot.place == "Achada Grande" for slot in slots)
    assert client.get(f"{AGENDA}?day={tomorrow().isoformat()}").text.count("Hora livre") == 4
    slot = slots[1]
    given = fields(hour="09:45", minutes="45", title="", record=person.reference, version=slot.version)
    client.post(slot.get_absolute_url(), given | {"place": "Achada Grande", "partner": partner.pk})
    slot.refresh_from_db()
    assert slot.person == person
    assert not slot.is_free


@pytest.mark.parametrize(("until", "minutes"), [("09:00", 30), ("08:00", 30), ("09:10", 30), ("23:00", 5)])
def test_a_joint_day_has_some_slots_and_not_hundreds(client, officer, until, minutes):
    data = {"day": tomorrow().isoformat(), "hour": "09:00", "until": until, "minutes": minutes, "place": "X"}
    assert client.post(JOINT_DAY, data).status_code == 200
    assert not Appointment.objects.exists()


def test_two_who_change_the_same_appointment_see_it(client, officer, office_praia, colleague):
    appointment = AppointmentFactory(office=office_praia, starts_at=at(9))
    content = {"title": "Outra pessoa"}
    change_appointment(appointment, content, version=1, by=colleague)
    with pytest.raises(AppointmentChanged):
        change_appointment(appointment, content, version=1, by=officer)
    page = client.post(appointment.get_absolute_url(), fields(version=1, title="Pai e filha"))
    assert page.status_code == 200
    assert "Outra pessoa" in page.text
    assert "Pai e filha" in page.text
    assert client.post(appointment.get_absolute_url(), fields(version=2)).status_code == 302


@pytest.mark.parametrize(("move", "state"), [("came", "kept"), ("missed", "missed"), ("cancel", "cancelled")])
def test_what_became_of_it_is_said_in_one_tap_and_taken_back(client, officer, office_praia, move, state):
    appointment = AppointmentFactory(office=office_praia)
    url = reverse("cases:appointment_settle", args=[appointment.pk, move])
    client.post(url, {"next": "/workspace/desk/today/"})
    appointment.refresh_from_db()
    assert appointment.state == state
    assert appointment.history.latest().history_user == officer
    page = client.post(reverse("cases:appointment_settle", args=[appointment.pk, "again"]), follow=True)
    appointment.refresh_from_db()
    assert appointment.is_planned
    assert page.status_code == 200


def test_one_comes_back_only_to_a_page_of_the_desk(client, officer, office_praia):
    appointment = AppointmentFactory(office=office_praia)
    for asked in ("https://example.org/", "//example.org", "/workspace/desk/\\example.org", "javascript:x"):
        url = reverse("cases:appointment_settle", args=[appointment.pk, "came"])
        assert client.post(url, {"next": asked}).url.startswith(("/workspace/desk/",))


def test_from_the_appointment_straight_into_the_enquiry(client, officer, case, renewal, in_person, informed):
    appointment = AppointmentFactory(
        office=case.office, case=case, person=case.person, place="Mercado", title="Trazer o contrato"
    )
    path = f"{reverse('cases:enquiry_create')}?appointment={appointment.pk}"
    page = client.get(path).text
    assert "Trazer o contrato" in page
    assert f'<option value="{renewal.pk}" selected' in page
    assert case.person.reference in page
    posted = {"topic": renewal.pk, "channel": in_person.pk, "outcome": informed.pk}
    client.post(
        path,
        posted | {"who": "known", "person": case.person.pk, "place": "Mercado", "case_number": case.number},
    )
    enquiry = Enquiry.objects.get()
    appointment.refresh_from_db()
    assert (appointment.state, appointment.enquiry) == (AppointmentState.KEPT, enquiry)
    assert (enquiry.case, enquiry.person, enquiry.place) == (case, case.person, "Mercado")
    assert client.get(path).status_code == 200  # a second one is an ordinary enquiry
    client.post(path, posted)
    assert Enquiry.objects.count() == 2
    with pytest.raises(ValidationError):
        settle_appointment(appointment, AppointmentState.MISSED, by=officer)


def test_an_enquiry_that_no_longer_counts_gives_the_appointment_free(officer, office_praia):
    appointment = AppointmentFactory(office=office_praia)
    enquiry = EnquiryFactory(office=office_praia, author=officer)
    keep_appointment(appointment, enquiry, by=officer)
    undo_enquiry(enquiry, by=officer)
    assert settle_appointment(appointment, AppointmentState.MISSED, by=officer).enquiry is None


def test_an_appointment_is_as_restricted_as_its_case(officer, colleague, case, violence):
    appointment = AppointmentFactory(office=case.office, case=case, person=case.person, author=officer)
    assert Appointment.objects.visible_to(colleague).exists()
    change_case(case, {"topic": violence}, version=1, by=officer)
    assert not Appointment.objects.visible_to(colleague).exists()
    with pytest.raises(PermissionDenied):
        settle_appointment(appointment, AppointmentState.KEPT, by=colleague)


def test_the_agenda_shows_a_day_or_a_week_and_whose(client, officer, colleague, office_praia):
    monday = timezone.localdate() + timedelta(days=7 - timezone.localdate().weekday())
    AppointmentFactory(office=office_praia, starts_at=at(9, day=monday), assigned_to=officer, title="Segunda")
    AppointmentFactory(
        office=office_praia,
        starts_at=at(9, day=monday + timedelta(days=6)),
        assigned_to=colleague,
        title="Domingo",
    )
    AppointmentFactory(office=office_praia, starts_at=at(9, day=monday + timedelta(days=7)), title="Depois")
    day, week = (client.get(f"{AGENDA}?day={monday}{span}").text for span in ("", "&span=week"))
    assert ("Segunda" in day, "Domingo" in day) == (True, False)
    assert ("Segunda" in week, "Domingo" in week, "Depois" in week) == (True, True, False)
    mine = client.get(f"{AGENDA}?day={monday}&span=week&whose=mine").text
    assert "Domingo" not in mine
    assert client.get(f"{AGENDA}?day=99999-99-99&span=x&whose=y&page=z").status_code == 200


def test_the_printed_agenda_names_nobody_and_is_noted(client, officer, case, violence, office_praia):
    AppointmentFactory(office=case.office, case=case, person=case.person, starts_at=at(9), title="Contrato")
    secret = CaseFactory(office=office_praia, author=officer, topic=violence)
    AppointmentFactory(office=office_praia, case=secret, author=officer, starts_at=at(10), title="Segredo")
    response = client.get(f"{reverse('cases:agenda_file')}?day={tomorrow()}&span=week")
    told = subprocess.run(["pdftotext", "-", "-"], input=response.content, capture_output=True, check=True)
    text = told.stdout.decode()
    assert "Contrato" in text
    assert case.number in text
    assert "Segredo" not in text
    assert case.person.name not in text
    assert AccessLog.objects.filter(verb=Verb.PRINTED, user=officer, kind="cases.appointment").count() == 1
    assert_pdf_ua(response.content)


def test_whoever_wants_it_is_reminded_at_a_safe_hour(client, officer, office_praia):
    def expected(name, **others):
        person = PersonFactory(office=office_praia, name=name, **others)
        AppointmentFactory(office=office_praia, person=person, starts_at=at(9))
        return person

    binta = expected("Binta Djaló", consent__for_reminders=True)
    Contact.objects.create(
        person=binta,
        channel="phone",
        value="+2389912345",
        safe_from=time(9),
        safe_until=time(11),
        caution="Não dizer quem telefona.",
    )
    Contact.objects.create(person=binta, channel="phone", value="+2389954321", may_call=False)
    expected("Mamadu Baldé", consent__for_reminders=False)
    expected(
        "Awa Sarr", consent__for_reminders=True, is_restricted=True, author=member_elsewhere(office_praia)
    )
    AppointmentFactory(office=office_praia, starts_at=at(11))
    html = client.get(REMINDERS).text
    assert "Binta Djaló" in html
    assert "991 23 45" in html
    assert "09:00" in html
    assert "Não dizer quem telefona." in html
    assert "995 43 21" not in html
    assert "Mamadu Baldé" not in html
    assert "Awa Sarr" not in html
    assert AccessLog.objects.of(binta).get().verb == Verb.READ
    assert "Binta" not in client.get(f"{REMINDERS}?day={timezone.localdate()}").text


def member_elsewhere(office):
    return member("autor@example.org", Role.OFFICER, municipality=office.municipality)


def test_today_shows_whom_one_expects(client, officer, colleague, office_praia):
    now = timezone.now()
    AppointmentFactory(office=office_praia, starts_at=now, assigned_to=officer, title="Minha")
    AppointmentFactory(office=office_praia, starts_at=now, title="De ninguém")
    AppointmentFactory(office=office_praia, starts_at=now, assigned_to=colleague, title="Da colega")
    AppointmentFactory(office=office_praia, starts_at=now, title="")
    AppointmentFactory(office=office_praia, starts_at=at(9), assigned_to=officer, title="Amanhã cedo")
    html = client.get("/workspace/desk/today/").text
    assert ("Minha" in html, "De ninguém" in html) == (True, True)
    assert not any(title in html for title in ("Da colega", "Hora livre", "Amanhã cedo"))


def test_past_appointments_stand_in_the_persons_timeline(officer, person, office_praia):
    AppointmentFactory(
        office=office_praia, person=person, starts_at=timezone.now() - timedelta(days=3), state="missed"
    )
    moments, _more = timeline(person, officer)
    assert "Senhora com dois filhos" in [moment.title for moment in moments]


def test_what_was_planned_is_called_off_when_a_record_moves_to_another_office(
    case, officer, coordinator_praia, desk_sal, office_sal, sal
):
    coming = AppointmentFactory(office=case.office, case=case, person=case.person, assigned_to=officer)
    receiver = member("coordinator.sal@example.org", Role.COORDINATOR, municipality=sal)
    agreed = {"reason": "Mudou-se para a ilha.", "agreed_on": timezone.localdate()}
    offer = offer_transfer(case.person, to_office=office_sal, by=coordinator_praia, **agreed)
    accept_transfer(offer, assigned_to=desk_sal, by=receiver)
    coming.refresh_from_db()
    assert (coming.office, coming.state) == (office_sal, AppointmentState.CANCELLED)
    assert not Appointment.objects.visible_to(officer).exists()


@pytest.mark.parametrize("forget", [erase_person, anonymise_person])
def test_nothing_of_it_is_left_when_somebody_withdraws(officer, person, office_praia, forget):
    past = make_appointment(
        {
            "starts_at": at(9),
            "ends_at": at(10),
            "person": person,
            "title": "Trazer passaporte",
            "place": "Casa dela",
        },
        office=office_praia,
        by=officer,
    )
    past = settle_appointment(past, AppointmentState.KEPT, by=officer)
    make_appointment(
        {"starts_at": at(11), "ends_at": at(12), "person": person, "title": "Voltar"},
        office=office_praia,
        by=officer,
    )
    forget(person, by=officer)
    left = Appointment.objects.get()
    assert left.pk == past.pk
    told = [
        str(value)
        for row in [*Appointment.objects.values(), *Appointment.history.values()]
        for value in row.values()
    ]
    assert not {"Trazer passaporte", "Casa dela", "Voltar"} & set(told)
    assert (left.person is None) is (forget is erase_person)


def test_the_pages_cost_the_same_for_few_and_many(client, officer, case, office_praia, count_queries):
    day = timezone.localdate()
    case.person.consent.for_reminders = True
    case.person.consent.save()

    def expect(number):
        for n in range(number):
            person = PersonFactory(office=office_praia, consent__for_reminders=True)
            Contact.objects.create(person=person, channel="phone", value="+2389912345")
            starts = at(9, n % 60, day=day)
            AppointmentFactory(
                office=office_praia, case=case, person=person, starts_at=starts, assigned_to=officer
            )

    pages = (AGENDA, f"{REMINDERS}?day={day}", "/workspace/desk/today/", case.get_absolute_url())
    expect(1)
    few = [count_queries(lambda page=page: client.get(page)) for page in pages]
    expect(20)
    assert [count_queries(lambda page=page: client.get(page)) for page in pages] == few


def test_a_coordinator_gives_several_things_to_do_to_one_colleague(
    client, coordinator_praia, officer, colleague, case
):
    rows = [FollowUpFactory(case=case, assigned_to=officer) for _n in range(3)]
    client.force_login(coordinator_praia)
    page = client.get("/workspace/desk/today/?whose=all")
    assert page.text.count('name="follow_ups"') == 3
    data = {"follow_ups": [rows[0].pk, rows[1].pk], "assigned_to": colleague.pk, "whose": "all"}
    response = client.post(reverse("cases:follow_ups_assign"), data)
    assert response.url == "/workspace/desk/today/?whose=all"
    assert list(FollowUp.objects.order_by("pk").values_list("assigned_to", flat=True)) == [
        colleague.pk,
        colleague.pk,
        officer.pk,
    ]
    assert rows[0].history.latest().history_user == coordinator_praia


def test_nothing_is_shared_out_by_others_nor_to_others(
    client, officer, colleague, coordinator_praia, desk_sal, case
):
    row = FollowUpFactory(case=case, assigned_to=officer)
    with pytest.raises(PermissionDenied):
        share_out([row], colleague, by=officer)
    with pytest.raises(ValidationError):
        share_out([row], desk_sal, by=coordinator_praia)
    assert 'name="follow_ups"' not in client.get("/workspace/desk/today/").text
    client.force_login(coordinator_praia)
    client.post(reverse("cases:follow_ups_assign"), {"follow_ups": [row.pk], "assigned_to": desk_sal.pk})
    client.post(reverse("cases:follow_ups_assign"), {"follow_ups": ["x"], "assigned_to": colleague.pk})
    row.refresh_from_db()
    assert row.assigned_to == officer


def test_appointment_ends_after_it_starts(office_praia):
    with pytest.raises(IntegrityError, match="appointment_ends_after_it_starts"):
        AppointmentFactory(office=office_praia, starts_at=at(10), ends_at=at(10))


def test_appointment_with_an_enquiry_was_kept(office_praia, desk_praia):
    with pytest.raises(IntegrityError, match="appointment_with_an_enquiry_was_kept"):
        AppointmentFactory(
            office=office_praia, enquiry=EnquiryFactory(office=office_praia, author=desk_praia)
        )
