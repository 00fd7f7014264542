"""What hangs on an enquiry is as restricted as the enquiry, from whichever side it becomes so."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import AccessLog
from accounts.roles import Role
from cases.models import Appointment, Case, Enquiry, FollowUp, Referral
from cases.services.appointments import keep_appointment
from cases.services.cases import change_case, file_enquiry, name_case
from cases.services.doors import unseal
from cases.services.enquiries import correct_enquiry
from cases.services.people import correct_person
from cases.services.referrals import look_after_referrals
from tests.cases.referrals import in_days, sent_referral
from tests.conftest import member
from tests.factories import AppointmentFactory, CaseFactory, EnquiryFactory, PersonFactory, TopicFactory


@pytest.fixture
def colleague(praia):
    return member("colega.praia@example.org", Role.OFFICER, municipality=praia)


@pytest.fixture
def violence(db):
    return TopicFactory(code="VBG.01", is_restricted=True)


@pytest.fixture
def enquiry(office_praia, desk_praia):
    return EnquiryFactory(office=office_praia, author=desk_praia, note="Foge do marido")


@pytest.fixture
def follow_up(enquiry, office_praia, desk_praia, partner):
    """What the desk has to do since a partner did not answer."""
    kept = {"office": office_praia, "author": desk_praia, "partner": partner}
    referral = sent_referral(case=None, person=None, enquiry=enquiry, **kept)
    Referral.objects.filter(pk=referral.pk).update(due_on=in_days(-1))
    look_after_referrals()
    return FollowUp.objects.get()


@pytest.fixture
def appointment(office_praia, desk_praia):
    at = timezone.now()
    kept = {"office": office_praia, "author": desk_praia, "assigned_to": desk_praia}
    return AppointmentFactory(title="Marido", starts_at=at, ends_at=at + timedelta(minutes=30), **kept)


@pytest.fixture
def secret_case(enquiry, office_praia, desk_praia, coordinator_praia):
    """Of somebody restricted, with the enquiry in it."""
    kept = {"office": office_praia, "author": desk_praia}
    person = PersonFactory(is_restricted=True, **kept)
    case = CaseFactory(person=person, topic=enquiry.topic, assigned_to=coordinator_praia, **kept)
    file_enquiry(enquiry, case, by=desk_praia)
    return Case.objects.get()


def correct(enquiry, **content):
    return correct_enquiry(enquiry, content, version=enquiry.version, by=enquiry.author)


def is_hidden(row, user):
    return not type(row).objects.visible_to(user).filter(pk=row.pk).exists()


def test_what_is_to_be_done_after_an_enquiry_becomes_as_restricted(
    client, enquiry, follow_up, violence, colleague, desk_praia
):
    assert not is_hidden(follow_up, colleague)
    correct(enquiry, topic=violence)
    assert is_hidden(follow_up, colleague)
    assert not is_hidden(follow_up, desk_praia)
    client.force_login(colleague)
    assert follow_up.title not in client.get(reverse("cases:today") + "?whose=all").text
    assert FollowUp.history.latest().is_restricted


def test_so_does_it_when_its_case_is_about_somebody_restricted(follow_up, secret_case, colleague):
    assert Enquiry.objects.get().is_restricted
    assert is_hidden(follow_up, colleague)


@pytest.mark.parametrize("first", ["correct", "keep"])
def test_the_appointment_of_an_enquiry_is_as_restricted(
    enquiry, appointment, violence, colleague, desk_praia, first
):
    if first == "correct":
        enquiry = correct(enquiry, topic=violence)
    keep_appointment(appointment, enquiry, by=desk_praia)
    if first == "keep":
        correct(enquiry, topic=violence)
    assert is_hidden(appointment, colleague)


def test_the_appointment_of_an_enquiry_follows_it_into_a_restricted_case(
    request, enquiry, appointment, colleague, desk_praia
):
    keep_appointment(appointment, enquiry, by=desk_praia)
    request.getfixturevalue("secret_case")
    assert is_hidden(appointment, colleague)


def test_a_case_that_is_open_does_not_open_the_appointment_of_a_restricted_enquiry(
    enquiry, appointment, violence, office_praia, colleague, desk_praia
):
    case = CaseFactory(office=office_praia, author=desk_praia)
    Appointment.objects.update(case=case)
    keep_appointment(appointment, correct(enquiry, topic=violence), by=desk_praia)
    change_case(case, {"title": "Outra coisa"}, version=case.version, by=desk_praia)
    assert not is_hidden(case, colleague)
    assert is_hidden(appointment, colleague)


def test_a_case_with_an_enquiry_that_becomes_restricted_does_so_too(
    enquiry, violence, office_praia, colleague, desk_praia
):
    case = CaseFactory(office=office_praia, author=desk_praia, topic=enquiry.topic)
    correct(file_enquiry(enquiry, case, by=desk_praia), topic=violence)
    assert is_hidden(case, colleague)


def test_so_does_one_whose_enquiry_names_somebody_who_becomes_restricted(
    enquiry, office_praia, colleague, desk_praia
):
    person = PersonFactory(office=office_praia, author=desk_praia)
    case = CaseFactory(office=office_praia, author=desk_praia, topic=enquiry.topic)
    correct(file_enquiry(enquiry, case, by=desk_praia), person=person)
    assert not is_hidden(case, colleague)
    correct_person(person, {"is_restricted": True}, version=person.version, by=desk_praia)
    assert is_hidden(case, colleague)


def test_the_reason_that_opens_an_enquiry_opens_what_hangs_on_it(
    enquiry, follow_up, violence, coordinator_praia
):
    enquiry = correct(enquiry, topic=violence)
    assert is_hidden(follow_up, coordinator_praia)
    unseal(enquiry, reason="Substituo quem adoeceu", by=coordinator_praia)
    assert not is_hidden(follow_up, coordinator_praia)
    assert AccessLog.objects.of(enquiry).filter(user=coordinator_praia).exists()


def test_notes_stay_closed_when_a_restricted_person_is_taken_off_their_case(
    enquiry, secret_case, coordinator_praia, colleague
):
    name_case(secret_case, None, by=coordinator_praia)
    assert is_hidden(enquiry, colleague)
    enquiry.refresh_from_db()
    enquiry = correct(enquiry, place="Palmarejo")  # nor by any small correction
    assert is_hidden(enquiry, colleague)
    case = Case.objects.get()
    change_case(case, {"is_restricted": False}, version=case.version, by=coordinator_praia)
    assert not is_hidden(enquiry, colleague)


def test_a_case_does_not_open_while_one_of_its_enquiries_has_a_restricted_topic(
    enquiry, secret_case, violence, coordinator_praia
):
    enquiry.refresh_from_db()
    correct(enquiry, topic=violence)
    name_case(secret_case, None, by=coordinator_praia)
    case = Case.objects.get()
    change_case(case, {"is_restricted": False}, version=case.version, by=coordinator_praia)
    assert Case.objects.get().is_restricted
    assert Enquiry.objects.get().is_restricted


def test_an_enquiry_without_a_case_opens_with_whom_it_names(enquiry, office_praia, desk_praia, colleague):
    person = PersonFactory(office=office_praia, author=desk_praia, is_restricted=True)
    correct(enquiry, person=person)
    assert is_hidden(enquiry, colleague)
    correct_person(person, {"is_restricted": False}, version=person.version, by=desk_praia)
    assert not is_hidden(enquiry, colleague)
