"""Two who write what belongs together lock it in one order: both get done, neither undoes the other's work.

On PostgreSQL; SQLite has one writer at a time, there the second one only begins later.
"""

from concurrent.futures import wait
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone

from accounts.roles import Role
from cases.models import DeadlineRule, FollowUp, IdentityDocument, Referral
from cases.services import (
    cases,
    enquiries,
    erasure,
    follow_ups,
    people,
    referrals,
    reminders,
    statistics,
    transfers,
)
from cases.statistics import Period
from cases.workflow import AppointmentState
from gai_portal import handover
from tests.cases.at_once import crossing
from tests.conftest import member
from tests.factories import AppointmentFactory, CaseFactory, EnquiryFactory, FollowUpFactory, PersonFactory

pytestmark = pytest.mark.django_db(transaction=True)


def in_days(days):
    return timezone.localdate() + timedelta(days=days)


@pytest.fixture
def maria(office_praia, desk_praia):
    return PersonFactory(office=office_praia, author=desk_praia)


@pytest.fixture
def ana(office_praia, desk_praia):
    return PersonFactory(office=office_praia, author=desk_praia)


@pytest.fixture
def matter(maria, desk_praia):
    return CaseFactory(office=maria.office, author=desk_praia, assigned_to=desk_praia, person=maria)


@pytest.fixture
def nobodys(office_praia, desk_praia):
    return CaseFactory(office=office_praia, author=desk_praia)


def refused(said):
    """What neither of them may meet: an error of the database."""
    return [each for each in said if isinstance(each, Exception)]


# One order


def test_whoever_leaves_finishes_the_note_that_they_are_writing(aside, matter, desk_praia, coordinator_praia):
    membership = desk_praia.memberships.get()
    to = {kind.name: coordinator_praia for kind in handover.KINDS}
    said = crossing(
        aside,
        lambda: cases.add_note(matter, text="Telefonou.", by=desk_praia),
        (cases, "_checked_note"),
        lambda: handover.hand_over(membership, to, by=coordinator_praia),
    )
    assert refused(said) == []
    matter.refresh_from_db()
    assert matter.assigned_to == coordinator_praia
    assert matter.notes.count() == 1


def test_somebody_is_handed_over_with_their_case_while_a_note_is_written(
    aside, maria, matter, desk_praia, coordinator_praia
):
    maria.assigned_to = desk_praia
    maria.save()
    to = {kind.name: coordinator_praia for kind in handover.KINDS}
    said = crossing(
        aside,
        lambda: handover.hand_over(desk_praia.memberships.get(), to, by=coordinator_praia),
        (handover, "end_membership"),
        lambda: cases.add_note(matter, text="Telefonou.", by=coordinator_praia),
    )
    assert refused(said) == []


def test_a_document_is_put_right_while_the_daily_work_reminds_of_it(aside, maria, desk_praia):
    maria.consent.for_reminders = True
    maria.consent.save()
    document = IdentityDocument.objects.create(
        person=maria, kind="passport", number="AB 123", country="GW", expires_on=in_days(5)
    )
    stale = IdentityDocument.objects.select_related("person__office").get(pk=document.pk)
    stale.number = "AB 1234"
    said = crossing(
        aside,
        reminders.remind_of_documents,
        (reminders, "_remind"),
        lambda: people.save_item(stale, by=desk_praia),
    )
    assert refused(said) == []
    document.refresh_from_db()
    assert document.number == "AB 1234"
    assert FollowUp.objects.get().person == maria


def test_a_case_is_closed_with_its_appointment_while_a_colleague_changes_it(
    aside, nobodys, desk_praia, coordinator_praia, informed
):
    expected = AppointmentFactory(office=nobodys.office, author=desk_praia, case=nobodys)
    said = crossing(
        aside,
        lambda: cases.close_case(
            nobodys, outcome=informed, reason="Fim.", appointments=[expected], by=desk_praia
        ),
        (cases, "_move"),  # has the appointment, and did not have the case
        lambda: cases.change_case(nobodys, {"is_restricted": True}, version=1, by=coordinator_praia),
    )
    assert [type(each) for each in refused(said)] == [cases.CaseChanged]
    expected.refresh_from_db()
    assert expected.state == AppointmentState.CANCELLED


def test_a_record_is_taken_over_while_its_person_is_erased(
    aside, maria, office_sal, desk_praia, coordinator_praia, sal
):
    there = member("coordena.sal@example.org", Role.COORDINATOR, municipality=sal)
    transfer = transfers.offer_transfer(
        maria,
        to_office=office_sal,
        reason="Vive agora no Sal.",
        agreed_on=timezone.localdate(),
        by=coordinator_praia,
    )
    said = crossing(
        aside,
        lambda: transfers.accept_transfer(transfer, by=there),
        (transfers, "_locked_rows"),  # has the transfer, and did not have the person
        lambda: erasure.erase_person(maria, by=desk_praia),
    )
    assert [type(each).__name__ for each in refused(said)] == ["PermissionDenied"]  # it is Sal's by now
    maria.refresh_from_db()
    assert (maria.office, maria.erased_at) == (office_sal, None)


def test_a_late_answer_comes_while_the_case_gets_another_person(
    aside, maria, ana, matter, desk_praia, coordinator_praia, partner
):
    maria.consent.partners.add(partner)
    draft = referrals.draft_referral(matter, partner=partner, reason="Aulas.", shares=["name"], by=desk_praia)
    referral = referrals.send_referral(draft, way="link", due_on=in_days(1), by=desk_praia)
    Referral.objects.filter(pk=referral.pk).update(due_on=in_days(-1))
    referrals.look_after_referrals()
    said = crossing(
        aside,
        lambda: referrals.answer_referral(referral, state="solved", way="desk", by=coordinator_praia),
        (referrals, "_check"),  # has the referral, and not yet what is to be done
        lambda: cases.name_case(matter, ana, by=coordinator_praia),
    )
    assert refused(said) == []
    referral.refresh_from_db()
    assert not referral.follow_up.is_open


def test_what_is_to_be_done_is_added_while_the_person_is_erased(aside, matter, maria, desk_praia):
    said = crossing(
        aside,
        lambda: follow_ups.add_follow_up(matter, title="Telefonar", due_on=in_days(1), by=desk_praia),
        (follow_ups, "note_follow_up"),  # has the case, and names the person
        lambda: erasure.erase_person(maria, by=desk_praia),
    )
    assert refused(said) == []
    maria.refresh_from_db()
    assert maria.erased_at


def test_two_cases_exchange_their_people(aside, maria, ana, matter, desk_praia, coordinator_praia):
    other = CaseFactory(office=ana.office, author=desk_praia, person=ana)
    said = crossing(
        aside,
        lambda: cases.name_case(matter, ana, by=coordinator_praia),
        (cases, "_check_person"),
        lambda: cases.name_case(other, maria, by=coordinator_praia),
    )
    assert refused(said) == []


def test_a_person_is_recorded_while_figures_are_published(aside, office_praia, desk_praia, praia):
    """Whoever writes something of a municipality has a share in its row."""
    follow = lambda: member("nova@example.org", Role.OFFICER, municipality=praia)  # noqa: E731
    with transaction.atomic():
        statistics._publish(praia.pk, Period(2025, 1))
        recorded = aside(follow)
        wait([recorded], timeout=2)
        assert recorded.done() or connection.vendor == "sqlite"
    recorded.result()


# What somebody else has done meanwhile stays done


def test_what_was_done_stays_done_when_its_enquiry_gets_a_name(aside, maria, desk_praia):
    enquiry = EnquiryFactory(office=maria.office, author=desk_praia)
    to_do = follow_ups.add_follow_up(enquiry, title="Telefonar", due_on=in_days(0), by=desk_praia)
    said = crossing(
        aside,
        lambda: enquiries.correct_enquiry(enquiry, {"person": maria}, version=1, by=desk_praia),
        (enquiries, "save_next"),  # the follow-up was read, and is not written yet
        lambda: follow_ups.finish_follow_up(to_do, result="Avisada.", by=desk_praia),
    )
    assert refused(said) == []
    to_do.refresh_from_db()
    assert (to_do.is_open, to_do.result, to_do.person) == (False, "Avisada.", maria)


def test_a_deadline_that_was_met_stays_met(aside, nobodys, desk_praia):
    rule = DeadlineRule.objects.create(code="VISA.15", name_pt="Pedir 15 dias antes", offset_hours=-360)
    nobodys.topic.deadlines.add(rule)
    met = follow_ups.set_deadline(nobodys, rule, in_days(60), by=desk_praia)
    said = crossing(
        aside,
        lambda: follow_ups.set_deadline(nobodys, rule, in_days(61), by=desk_praia),
        (follow_ups, "save_next"),
        lambda: follow_ups.finish_follow_up(FollowUp.objects.get(pk=met.pk), result="Feito.", by=desk_praia),
    )
    assert refused(said) == []
    met.refresh_from_db()
    assert (met.is_open, met.result) == (False, "Feito.")


def test_a_case_and_its_enquiry_never_name_two_people(
    aside, maria, ana, nobodys, desk_praia, coordinator_praia
):
    enquiry = EnquiryFactory(office=nobodys.office, author=desk_praia, case=nobodys)
    said = crossing(
        aside,
        lambda: enquiries.correct_enquiry(enquiry, {"person": ana}, version=1, by=desk_praia),
        (enquiries, "_bring_along"),
        lambda: cases.name_case(nobodys, maria, by=coordinator_praia),
    )
    assert [type(each) for each in refused(said)] == [ValidationError]
    nobodys.refresh_from_db()
    enquiry.refresh_from_db()
    assert (nobodys.person, enquiry.person) == (None, ana)


# Nothing is left to do in a closed case


def test_what_was_done_is_not_taken_up_again_while_its_case_is_closed(aside, nobodys, desk_praia, informed):
    done = FollowUpFactory(case=nobodys, author=desk_praia)
    follow_ups.finish_follow_up(done, by=desk_praia)
    said = crossing(
        aside,
        lambda: follow_ups.reopen_follow_up(done, by=desk_praia),
        (follow_ups, "save_next"),
        lambda: cases.close_case(nobodys, outcome=informed, reason="Fim.", by=desk_praia),
    )
    assert refused(said) == []
    assert not nobodys.follow_ups.open().exists()


def test_nothing_is_to_be_done_after_an_enquiry_of_a_closed_case(nobodys, desk_praia, informed):
    enquiry = EnquiryFactory(office=nobodys.office, author=desk_praia, case=nobodys)
    cases.close_case(nobodys, outcome=informed, reason="Fim.", by=desk_praia)
    with pytest.raises(ValidationError):
        follow_ups.add_follow_up(enquiry, title="Telefonar", due_on=in_days(1), by=desk_praia)
    assert not FollowUp.objects.exists()
