"""What the desk is told of by itself, and what becomes of a record whose agreement nobody renews."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from accounts.models import Notice
from cases.models import Consent, FollowUp, IdentityDocument, Person
from cases.services import reminders
from cases.services.consents import renew_consent, usual_end, withdraw_consent
from cases.services.erasure import erase_person
from cases.services.merging import merge_people
from cases.services.people import correct_person, save_item
from cases.services.reminders import anonymise_ended, remind_of_consents, remind_of_documents
from tests.factories import CaseFactory, FollowUpFactory, LanguageFactory, PersonFactory

START = date(2026, 3, 2)
ENDS = date(2026, 9, 30)


def at(day: date) -> time_machine.travel:
    return time_machine.travel(datetime(day.year, day.month, day.day, 9, tzinfo=UTC), tick=False)


@pytest.fixture
def maria(office_praia, desk_praia) -> Person:
    """On record from 2 March until 30 September, and glad to be reminded of dates."""
    with at(START):
        return PersonFactory(
            office=office_praia,
            author=desk_praia,
            name="Maria Tavares",
            consent__starts_on=START,
            consent__ends_on=ENDS,
            consent__for_reminders=True,
        )


def passport(person: Person, expires_on: date) -> IdentityDocument:
    return IdentityDocument.objects.create(
        person=person, kind="passport", number="X1", country="GW", expires_on=expires_on
    )


def night(day: date) -> None:
    """Last night's daily work, at the desk."""
    with at(day):
        remind_of_documents()
        remind_of_consents()
        anonymise_ended()


def test_a_document_is_reminded_of_a_month_before_it_expires_and_only_once(maria, desk_praia, settings):
    settings.REMINDER_DAYS = 30
    passport(maria, date(2026, 6, 15))
    night(date(2026, 5, 15))
    assert not FollowUp.objects.exists()
    for day in (16, 17):
        night(date(2026, 5, day))
    to_do = FollowUp.objects.get()
    assert to_do.title == "Lembrar a pessoa: Passaporte, com validade até 15 de junho de 2026"
    assert (to_do.person, to_do.assigned_to, to_do.due_on) == (maria, desk_praia, date(2026, 5, 16))
    assert to_do.source == FollowUp.Source.DOCUMENT
    assert to_do.history.get().history_user is None


def test_a_renewed_document_is_reminded_of_again(maria, desk_praia):
    document = passport(maria, date(2026, 4, 1))
    night(date(2026, 3, 20))
    document.refresh_from_db()
    document.expires_on = date(2026, 8, 1)
    with at(date(2026, 3, 20)):
        save_item(document, by=desk_praia)
    night(date(2026, 3, 21))
    assert FollowUp.objects.count() == 1
    night(date(2026, 7, 20))
    assert FollowUp.objects.count() == 2


@pytest.mark.parametrize("purpose", [True, False])
def test_only_whoever_agreed_to_reminders_is_reminded(maria, desk_praia, purpose):
    Consent.objects.filter(pk=maria.consent_id).update(for_reminders=purpose)
    passport(maria, date(2026, 4, 1))
    passport_of_somebody_erased = PersonFactory(consent__for_reminders=True, office=maria.office)
    passport(passport_of_somebody_erased, date(2026, 4, 1))
    erase_person(passport_of_somebody_erased, by=desk_praia)
    night(date(2026, 3, 20))
    assert FollowUp.objects.count() == int(purpose)


def test_the_end_of_an_agreement_is_told_once_in_good_time(maria, client, desk_praia):
    night(date(2026, 8, 30))
    assert not FollowUp.objects.exists()
    for day in (date(2026, 8, 31), date(2026, 9, 1)):
        night(day)
    to_do = FollowUp.objects.get()
    assert to_do.title.startswith("O consentimento de registo termina a 30 de setembro de 2026.")
    client.force_login(desk_praia)
    with at(date(2026, 9, 1)):
        assert to_do.title in client.get(reverse("cases:today")).content.decode()
        assert to_do.title in client.get(maria.get_absolute_url()).content.decode()


def test_who_agrees_again_is_no_longer_asked(maria, desk_praia):
    night(date(2026, 8, 31))
    with at(date(2026, 9, 10)):
        content = {"explained": "…", "language": LanguageFactory(), "form": "signed", "ends_on": usual_end()}
        renew_consent(maria, content, by=desk_praia)
    assert FollowUp.objects.get().closed_by == desk_praia
    night(date(2026, 12, 1))
    maria.refresh_from_db()
    assert (maria.name, FollowUp.objects.count()) == ("Maria Tavares", 1)
    night(date(2028, 9, 1))  # the new one is about to end, too
    assert FollowUp.objects.open().count() == 1


def test_who_does_not_is_made_anonymous_when_the_days_of_grace_are_over(
    maria, coordinator_praia, settings, capsys
):
    settings.CONSENT_GRACE_DAYS = 30
    assert maria.consent.lapses_on == date(2026, 10, 31)
    case = CaseFactory(office=maria.office, author=maria.author, person=maria, title="Renovar o cartão")
    night(date(2026, 8, 31))
    night(date(2026, 10, 30))
    maria.refresh_from_db()
    assert maria.name == "Maria Tavares"
    with at(date(2026, 10, 31)):
        call_command("daily")
    assert "records made anonymous: 1" in capsys.readouterr().out
    maria.refresh_from_db()
    case.refresh_from_db()
    assert (maria.name, maria.erasure, case.person, case.title) == ("", "anonymised", maria, "")
    assert maria.consent.withdrawn_at is None  # nobody took it back
    told = Notice.objects.get(user=coordinator_praia)
    assert maria.reference in told.text
    assert "Maria" not in told.text


def test_who_agrees_again_while_the_job_runs_keeps_their_record(maria, desk_praia, settings, monkeypatch):
    anonymise = reminders.anonymise_person
    day = ENDS + timedelta(days=settings.CONSENT_GRACE_DAYS + 1)
    night(ENDS)

    def slowly(person, *, by):
        renewal = {"explained": "…", "language": LanguageFactory(), "form": "signed", "ends_on": day}
        renew_consent(Person.objects.get(pk=person.pk), renewal, by=desk_praia)
        return anonymise(person, by=by)

    monkeypatch.setattr(reminders, "anonymise_person", slowly)
    with at(day):
        assert reminders.anonymise_ended() == 0
    maria.refresh_from_db()
    assert (maria.name, maria.erased_at) == ("Maria Tavares", None)
    assert not Notice.objects.exists()


def test_nobody_loses_their_record_before_the_office_was_told(maria):
    """The daily work was forgotten for a year: the days of grace begin when the office learns of it."""
    late = date(2027, 9, 1)
    night(late)
    night(late + timedelta(days=29))
    maria.refresh_from_db()
    assert maria.name
    night(late + timedelta(days=30))
    maria.refresh_from_db()
    assert not maria.name


def test_what_was_to_be_asked_goes_with_the_record(maria, desk_praia):
    night(date(2026, 8, 31))
    done = FollowUpFactory(
        office=maria.office, person=maria, case=None, is_restricted=False, title="Telefonar à Maria"
    )
    FollowUp.objects.filter(pk=done.pk).update(closed_at=timezone.now(), closed_by=desk_praia)
    with at(date(2026, 9, 2)):
        withdraw_consent(maria, Consent.Withdrawal.ANONYMISE, by=desk_praia)
    assert [(row.pk, row.title) for row in FollowUp.objects.all()] == [(done.pk, "")]
    assert not FollowUp.history.filter(source=FollowUp.Source.CONSENT).exists()


def test_what_was_merged_into_a_merged_record_is_made_anonymous_with_it(maria, office_praia, desk_praia):
    with at(START):
        first = PersonFactory(office=office_praia, author=desk_praia, name="Bia Tavares")
        second = PersonFactory(office=office_praia, author=desk_praia, name="Mariazinha Tavares")
        merge_people(second, first, by=desk_praia)
        merge_people(maria, second, by=desk_praia)
    night(date(2026, 8, 31))
    night(date(2026, 11, 30))
    assert set(Person.objects.values_list("name", flat=True)) == {""}


def test_a_restricted_record_is_told_to_its_readers_and_a_coordinator_when_there_are_none(
    maria, desk_praia, coordinator_praia
):
    with at(START):
        correct_person(maria, {"is_restricted": True}, version=1, by=desk_praia)
    desk_praia.memberships.all().delete()
    night(date(2026, 8, 31))
    to_do = FollowUp.objects.get()
    assert (to_do.is_restricted, to_do.assigned_to) == (True, None)
    assert not FollowUp.objects.visible_to(coordinator_praia).exists()
    assert maria.reference in Notice.objects.get(user=coordinator_praia).text


def test_the_page_says_from_when_the_record_is_made_anonymous(maria, client, desk_praia):
    client.force_login(desk_praia)
    with at(date(2026, 10, 2)):
        page = client.get(maria.get_absolute_url()).content.decode()
    assert "31 de outubro de 2026" in page
