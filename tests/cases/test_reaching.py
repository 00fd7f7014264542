"""What leads to somebody by way of a case or an enquiry is erased, copied and handed over with them."""

from datetime import timedelta
from threading import Thread

import pytest
from django.core.exceptions import ValidationError
from django.db import connections
from django.urls import reverse
from django.utils import timezone

from accounts.models import Draft, User
from accounts.roles import Role
from cases.models import Appointment, Case, CaseNote, Enquiry, FollowUp, Person, Referral, whole_file
from cases.services import erasure
from cases.services.appointments import keep_appointment, make_appointment
from cases.services.cases import add_note, file_enquiry, name_case, open_case
from cases.services.enquiries import correct_enquiry
from cases.services.erasure import empty_old_cases, erase_person
from cases.services.follow_ups import add_follow_up
from cases.services.referrals import draft_referral, send_referral
from cases.services.transfers import accept_transfer, offer_transfer, withdraw_transfer
from tests.conftest import member
from tests.factories import CaseFactory, EnquiryFactory, OutcomeFactory, PersonFactory


@pytest.fixture
def maria(office_praia, desk_praia) -> Person:
    return PersonFactory(office=office_praia, author=desk_praia, name="Maria Tavares")


@pytest.fixture
def enquiry(office_praia, desk_praia) -> Enquiry:
    """Of somebody without a name yet."""
    return EnquiryFactory(office=office_praia, author=desk_praia, note="Maria disse segredo", place="segredo")


@pytest.fixture
def expected(office_praia, desk_praia) -> Appointment:
    """Somebody known by a few words."""
    now = timezone.now()
    content = {"starts_at": now, "ends_at": now + timedelta(minutes=30), "title": "segredo"}
    content["place"] = "segredo"
    return make_appointment(content, office=office_praia, by=desk_praia)


@pytest.fixture
def referral(enquiry, partner, desk_praia) -> Referral:
    referral = draft_referral(enquiry, partner=partner, reason="segredo", by=desk_praia)
    day = timezone.localdate() + timedelta(days=5)
    return send_referral(referral, way="link", due_on=day, by=desk_praia)


def named_by_the_case(enquiry: Enquiry, maria: Person, by: User) -> None:
    case = open_case({"topic": enquiry.topic}, office=enquiry.office, enquiry=enquiry, by=by)
    name_case(case, maria, by=by)


def filed_under_the_case(enquiry: Enquiry, maria: Person, by: User) -> None:
    case = CaseFactory(office=enquiry.office, author=by, person=maria, topic=enquiry.topic)
    file_enquiry(enquiry, case, by=by)


def named_afterwards(enquiry: Enquiry, maria: Person, by: User) -> None:
    enquiry.refresh_from_db()
    correct_enquiry(enquiry, {"person": maria}, version=enquiry.version, by=by)


WAYS = [named_by_the_case, filed_under_the_case, named_afterwards]


@pytest.mark.parametrize("name", WAYS)
def test_what_was_written_before_somebody_was_named_is_copied_and_erased_with_them(
    enquiry, expected, referral, maria, desk_praia, name
):
    add_follow_up(enquiry, title="segredo", due_on=timezone.localdate(), by=desk_praia)
    keep_appointment(expected, enquiry, by=desk_praia)
    name(enquiry, maria, desk_praia)
    copy = whole_file(maria, desk_praia).as_data()
    assert [len(copy[kind]) for kind in ("enquiry", "appointment", "followup", "referral")] == [1, 1, 1, 1]
    assert copy["referralstep"]

    assert referral.link()
    erase_person(maria, by=desk_praia)
    enquiry.refresh_from_db()
    expected.refresh_from_db()
    referral.refresh_from_db()
    assert (enquiry.note, enquiry.place, expected.title, expected.place) == ("", "", "", "")
    assert (referral.reason, referral.state, referral.link()) == ("", "withdrawn", "")
    assert not FollowUp.objects.exclude(title="").exists()
    for model in (Enquiry, Appointment, FollowUp):
        for row in model.history.values():
            assert "segredo" not in str(row)


def test_what_is_somebody_elses_stays_theirs(enquiry, expected, maria, office_praia, desk_praia):
    """Another person came than was expected."""
    other = PersonFactory(office=office_praia, author=desk_praia)
    Appointment.objects.update(person=other)
    named_afterwards(enquiry, maria, desk_praia)
    enquiry.refresh_from_db()
    keep_appointment(expected, enquiry, by=desk_praia)
    assert whole_file(maria, desk_praia).as_data()["appointment"] == []
    erase_person(maria, by=desk_praia)
    expected.refresh_from_db()
    assert (expected.person, expected.title) == (other, "segredo")


def test_an_appointment_that_somebody_kept_is_theirs(enquiry, expected, maria, desk_praia):
    Person.objects.update(is_restricted=True)
    maria.refresh_from_db()
    named_afterwards(enquiry, maria, desk_praia)
    enquiry.refresh_from_db()
    keep_appointment(expected, enquiry, by=desk_praia)
    expected.refresh_from_db()
    assert (expected.person, expected.is_restricted) == (maria, True)


def test_what_is_to_be_done_follows_whoever_the_enquiry_names(enquiry, maria, office_praia, desk_praia):
    follow_up = add_follow_up(enquiry, title="Ligar", due_on=timezone.localdate(), by=desk_praia)
    for person in (maria, PersonFactory(office=office_praia, author=desk_praia), None):
        named_afterwards(enquiry, person, desk_praia)
        follow_up.refresh_from_db()
        assert follow_up.person == person


def test_why_a_nameless_case_was_offered_goes_with_whom_it_names_later(
    maria, office_praia, office_sal, desk_praia, coordinator_praia
):
    case = CaseFactory(office=office_praia, author=desk_praia)
    day = timezone.localdate()
    offer = offer_transfer(case, to_office=office_sal, reason="segredo", agreed_on=day, by=coordinator_praia)
    withdraw_transfer(offer, by=coordinator_praia)
    name_case(case, maria, by=coordinator_praia)
    erase_person(maria, by=desk_praia)
    offer.refresh_from_db()
    assert offer.reason == ""


def test_an_appointment_of_an_enquiry_moves_with_it(
    enquiry, expected, maria, sal, office_sal, desk_praia, coordinator_praia
):
    receiver = member("c.sal@example.org", Role.COORDINATOR, municipality=sal)
    keep_appointment(expected, enquiry, by=desk_praia)
    Enquiry.objects.update(person=maria)
    day = timezone.localdate()
    offer = offer_transfer(maria, to_office=office_sal, reason="Mudou", agreed_on=day, by=coordinator_praia)
    accept_transfer(offer, by=receiver)
    assert not Appointment.objects.visible_to(desk_praia).exists()
    assert Appointment.objects.visible_to(receiver).exists()


@pytest.mark.parametrize("page", ["desk", "enquiry_create", "enquiry_handed"])
@pytest.mark.parametrize("field", ["person", "case_number"])
def test_what_was_begun_about_somebody_goes_with_them(maria, office_praia, desk_praia, page, field):
    other = PersonFactory(office=office_praia, author=desk_praia)
    values = {}
    for person in (maria, other):
        case = CaseFactory(office=office_praia, author=desk_praia, person=person)
        values[person] = str(person.pk) if field == "person" else case.number
    form = reverse(f"cases:{page}", args=[1] if page == "enquiry_handed" else [])
    draft = Draft.objects.create(user=desk_praia, form=form, fields={field: [values[other]]})
    erase_person(maria, by=desk_praia)
    assert Draft.objects.get() == draft
    draft.fields = {field: [values[other]], "note": ["foge do marido"]}
    draft.save()
    erase_person(other, by=desk_praia)
    assert not Draft.objects.exists()


@pytest.mark.parametrize("is_named", [False, True])
def test_an_old_case_is_emptied_with_its_enquiries_that_name_nobody(
    enquiry, referral, maria, office_praia, desk_praia, settings, is_named
):
    old = timezone.now() - timedelta(days=settings.CASE_TEXT_DAYS + 1)
    case = CaseFactory(
        office=office_praia, author=desk_praia, state="closed", closed_at=old, outcome=OutcomeFactory()
    )
    Enquiry.objects.update(case=case, person=maria if is_named else None)
    empty_old_cases()
    enquiry.refresh_from_db()
    referral.refresh_from_db()
    kept = ("Maria disse segredo", "segredo") if is_named else ("", "")
    assert (enquiry.note, referral.reason, enquiry.case) == (*kept, case)
    assert empty_old_cases() == 0


@pytest.mark.django_db(transaction=True)
def test_nobody_writes_a_note_while_a_record_is_erased(maria, office_praia, desk_praia, monkeypatch):
    case = CaseFactory(office=office_praia, author=desk_praia, person=maria)
    add_note(case, text="antiga", by=desk_praia)
    emptied, threads, during, refused = erasure._emptied, [], [], []
    opened = Case.objects.select_related("person").get(pk=case.pk)  # before, by whoever writes

    def write() -> None:
        try:
            add_note(opened, text="nova", by=desk_praia)
        except ValidationError as error:
            refused.append(error)
        finally:
            connections.close_all()

    def slowly(model, fates):
        if model is CaseNote and not threads:
            threads.append(Thread(target=write))
            threads[0].start()
            threads[0].join(1)
            during.append(threads[0].is_alive())
        return emptied(model, fates)

    monkeypatch.setattr(erasure, "_emptied", slowly)
    erase_person(maria, by=desk_praia)
    threads[0].join()
    assert during == [True]  # whoever writes waits until it is done
    assert len(refused) == 1
    assert not CaseNote.objects.filter(text__in=["antiga", "nova"]).exists()
