"""A case has one number for life, one desk that works on it, and a history that forgets nothing."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connections
from django.utils import timezone

from accounts.access import Verb, record_access
from accounts.roles import Role
from cases.models import Case, CaseNote, DeadlineRule, FollowUp
from cases.services.cases import (
    CaseChanged,
    add_note,
    assign_case,
    change_case,
    close_case,
    correct_note,
    file_enquiry,
    name_case,
    open_case,
    reopen_case,
    resume_case,
    tick_checklist,
    wait_case,
)
from cases.services.consents import withdraw_consent
from cases.services.follow_ups import (
    FollowUpChanged,
    add_follow_up,
    change_follow_up,
    finish_follow_up,
    reopen_follow_up,
    set_deadline,
)
from cases.services.people import correct_person
from tests.cases.test_erasure import everything_in
from tests.conftest import member
from tests.factories import (
    CaseFactory,
    ChecklistItemFactory,
    EnquiryFactory,
    FollowUpFactory,
    OfficeFactory,
    OutcomeFactory,
    PersonFactory,
)


@pytest.fixture
def colleague(praia):
    return member("colega.praia@example.org", Role.OFFICER, municipality=praia)


@pytest.fixture
def coordinator(praia):
    return member("coordena.praia@example.org", Role.COORDINATOR, municipality=praia)


@pytest.fixture
def case(office_praia, desk_praia, renewal) -> Case:
    return open_case({"topic": renewal, "title": "Renovar"}, office=office_praia, by=desk_praia)


@pytest.fixture
def within_15_days(db) -> DeadlineRule:
    return DeadlineRule.objects.create(code="D1", name_pt="Pedir até 15 dias antes", offset_hours=-15 * 24)


def test_numbers_of_an_office_and_year_follow_each_other(
    office_praia, office_sal, desk_praia, renewal, praia
):
    second = OfficeFactory(municipality=praia, code="PR2")
    year = timezone.localdate().year
    offices = [office_praia, second, office_praia]
    numbers = [open_case({"topic": renewal}, office=office, by=desk_praia).number for office in offices]
    assert numbers == [f"GAI-PR-{year}-00001", f"GAI-PR2-{year}-00001", f"GAI-PR-{year}-00002"]


def test_numbers_begin_anew_each_year(office_praia, desk_praia, renewal, time_machine):
    time_machine.move_to("2026-12-31 22:00 +0000")
    assert open_case({"topic": renewal}, office=office_praia, by=desk_praia).number == "GAI-PR-2026-00001"
    time_machine.move_to("2027-01-01 12:00 +0000")
    assert open_case({"topic": renewal}, office=office_praia, by=desk_praia).number == "GAI-PR-2027-00001"


def test_a_case_that_could_not_be_opened_takes_no_number(office_praia, desk_praia, renewal, office_sal):
    stranger = member("sal@example.org", Role.OFFICER, municipality=office_sal.municipality)
    with pytest.raises(ValidationError):
        open_case({"topic": renewal}, office=office_praia, assigned_to=stranger, by=desk_praia)
    assert open_case({"topic": renewal}, office=office_praia, by=desk_praia).number.endswith("-00001")


@pytest.mark.django_db(transaction=True)
def test_twenty_at_once_get_twenty_consecutive_numbers(office_praia, desk_praia, renewal):
    def open_one(_nth: int) -> str:
        try:
            return open_case({"topic": renewal}, office=office_praia, by=desk_praia).number
        finally:
            connections.close_all()

    with ThreadPoolExecutor(20) as pool:
        numbers = sorted(pool.map(open_one, range(20)))
    year = timezone.localdate().year
    assert numbers == [f"GAI-PR-{year}-{nth:05}" for nth in range(1, 21)]


def test_only_the_desk_of_the_office_opens_a_case(office_sal, desk_praia, renewal):
    with pytest.raises(PermissionDenied):
        open_case({"topic": renewal}, office=office_sal, by=desk_praia)


def test_a_case_takes_over_the_person_of_the_enquiry_it_began_with(office_praia, desk_praia, renewal):
    person = PersonFactory(office=office_praia, author=desk_praia)
    enquiry = EnquiryFactory(office=office_praia, author=desk_praia, person=person)
    case = open_case({"topic": renewal}, office=office_praia, enquiry=enquiry, by=desk_praia)
    enquiry.refresh_from_db()
    assert (case.person, enquiry.case, enquiry.version) == (person, case, 2)


def test_a_restricted_topic_or_person_makes_a_restricted_case(office_praia, desk_praia, renewal, violence):
    hidden = PersonFactory(office=office_praia, author=desk_praia, is_restricted=True)
    assert open_case({"topic": violence}, office=office_praia, by=desk_praia).is_restricted
    case = open_case({"topic": renewal, "person": hidden}, office=office_praia, by=desk_praia)
    assert case.is_restricted


def test_a_case_with_a_restricted_enquiry_stays_restricted(office_praia, desk_praia, renewal, violence):
    enquiry = EnquiryFactory(office=office_praia, author=desk_praia, topic=violence)
    case = CaseFactory(office=office_praia, author=desk_praia, topic=renewal, assigned_to=desk_praia)
    file_enquiry(enquiry, case, by=desk_praia)
    case.refresh_from_db()
    content = {"title": "", "topic": renewal, "priority": case.priority, "is_restricted": False}
    assert change_case(case, content, version=case.version, by=desk_praia).is_restricted


def test_a_case_becomes_restricted_with_its_person_and_so_does_what_is_to_be_done(
    office_praia, desk_praia, colleague, renewal
):
    person = PersonFactory(office=office_praia, author=desk_praia)
    case = open_case({"topic": renewal, "person": person}, office=office_praia, by=desk_praia)
    follow_up = add_follow_up(case, title="Telefonar", due_on=timezone.localdate(), by=desk_praia)
    assert FollowUp.objects.visible_to(colleague).filter(pk=follow_up.pk).exists()
    correct_person(person, {"is_restricted": True}, version=person.version, by=desk_praia)
    assert not Case.objects.visible_to(colleague).filter(pk=case.pk).exists()
    assert not FollowUp.objects.visible_to(colleague).filter(pk=follow_up.pk).exists()
    assert FollowUp.objects.visible_to(desk_praia).filter(pk=follow_up.pk).exists()


def test_a_coordinator_who_gave_a_reason_for_the_case_sees_what_is_to_be_done_in_it(
    office_praia, desk_praia, coordinator, violence
):
    case = open_case({"topic": violence}, office=office_praia, by=desk_praia)
    follow_up = add_follow_up(case, title="Telefonar", due_on=timezone.localdate(), by=desk_praia)
    assert not FollowUp.objects.visible_to(coordinator).filter(pk=follow_up.pk).exists()
    record_access(Verb.UNSEALED, case, by=coordinator, why="A colega adoeceu")
    assert FollowUp.objects.visible_to(coordinator).filter(pk=follow_up.pk).exists()


def test_two_who_change_a_case_at_once_do_not_overwrite_each_other(case, desk_praia, colleague):
    changed = change_case(case, {"title": "Renovar a dois"}, version=1, by=colleague)
    assert (changed.title, changed.version) == ("Renovar a dois", 2)
    with pytest.raises(CaseChanged):
        change_case(case, {"title": "Renovar só"}, version=1, by=desk_praia)


def test_the_life_of_a_case(case, desk_praia, informed):
    assert wait_case(case, by=desk_praia).state == "waiting"
    assert resume_case(case, by=desk_praia).state == "open"
    closed = close_case(case, outcome=informed, reason="Título entregue", by=desk_praia)
    assert (closed.state, closed.outcome, closed.close_reason) == ("closed", informed, "Título entregue")
    again = reopen_case(case, reason="Título com erro", by=desk_praia)
    assert (again.state, again.outcome, again.close_reason, again.closed_at) == ("reopened", None, "", None)
    assert [note.text for note in case.notes.all()] == ["Título com erro"]
    assert "Título entregue" in case.history.values_list("close_reason", flat=True)


def test_a_move_that_a_colleague_has_made_is_said_and_not_made_twice(case, desk_praia, informed):
    close_case(case, outcome=informed, reason="Resolvido", by=desk_praia)
    with pytest.raises(ValidationError, match="estado"):
        close_case(case, outcome=informed, reason="Outra vez", by=desk_praia)


@pytest.mark.parametrize("move", [close_case, reopen_case])
def test_closing_and_reopening_need_a_reason(case, desk_praia, informed, move):
    extra = {"outcome": informed} if move is close_case else {}
    with pytest.raises(ValidationError):
        move(case, reason="  ", by=desk_praia, **extra)


def test_closing_drops_what_was_still_to_be_done(case, desk_praia, informed):
    follow_up = add_follow_up(case, title="Telefonar", due_on=timezone.localdate(), by=desk_praia)
    close_case(case, outcome=informed, reason="Resolvido", by=desk_praia)
    follow_up.refresh_from_db()
    assert (follow_up.was_dropped, follow_up.closed_by) == (True, desk_praia)


def test_whoever_has_a_case_passes_it_on_with_what_is_to_be_done(case, desk_praia, colleague, coordinator):
    assign_case(case, desk_praia, by=desk_praia)
    follow_up = add_follow_up(
        case, title="Telefonar", due_on=timezone.localdate(), assigned_to=desk_praia, by=desk_praia
    )
    assert assign_case(case, colleague, by=coordinator).assigned_to == colleague
    follow_up.refresh_from_db()
    assert follow_up.assigned_to == colleague


def test_an_officer_takes_no_case_away_from_a_colleague(case, desk_praia, colleague, praia):
    third = member("terceira.praia@example.org", Role.OFFICER, municipality=praia)
    assign_case(case, colleague, by=desk_praia)
    with pytest.raises(PermissionDenied):
        assign_case(case, third, by=third)


def test_work_is_given_only_to_a_colleague_of_the_desk(case, desk_praia, planner_praia):
    with pytest.raises(ValidationError):
        assign_case(case, planner_praia, by=desk_praia)
    with pytest.raises(ValidationError):
        add_follow_up(case, title="Ir", due_on=timezone.localdate(), assigned_to=planner_praia, by=desk_praia)


def test_a_correction_keeps_the_original_note(case, desk_praia, colleague):
    note = add_note(case, text="Faltam 2 fotos", help_given="informed", by=desk_praia)
    right = correct_note(note, text="Falta 1 foto", by=colleague)
    assert list(CaseNote.objects.standing()) == [right]
    assert right.corrects == note
    with pytest.raises(ValidationError):
        correct_note(note, text="Faltam 3 fotos", by=desk_praia)


def test_a_note_says_something(case, desk_praia):
    with pytest.raises(ValidationError):
        add_note(case, text="  ", by=desk_praia)


def test_the_last_word_on_a_document_of_the_checklist_counts(case, desk_praia, colleague):
    item = ChecklistItemFactory()
    tick_checklist(case, item, is_done=True, by=desk_praia)
    entry = tick_checklist(case, item, is_done=False, by=colleague)
    assert (case.checklist_entries.get(), entry.is_done, entry.by) == (entry, False, colleague)


def test_a_contact_about_another_person_is_not_put_under_the_case(case, office_praia, desk_praia):
    first, second = (PersonFactory(office=office_praia, author=desk_praia) for _ in range(2))
    name_case(case, first, by=desk_praia)
    with pytest.raises(ValidationError):
        file_enquiry(EnquiryFactory(office=office_praia, person=second), case, by=desk_praia)


def test_a_contact_of_another_office_is_not_put_under_the_case(case, office_sal, desk_praia):
    with pytest.raises(PermissionDenied):
        file_enquiry(EnquiryFactory(office=office_sal), case, by=desk_praia)


def test_a_legal_deadline_is_counted_from_its_day_and_counted_anew_when_that_was_wrong(
    case, desk_praia, within_15_days
):
    first = set_deadline(case, within_15_days, date(2027, 3, 31), by=desk_praia)
    assert (first.due_on, first.source) == (date(2027, 3, 16), "deadline")
    again = set_deadline(case, within_15_days, date(2027, 4, 30), by=desk_praia)
    assert (again.pk, again.due_on) == (first.pk, date(2027, 4, 15))


def test_a_deadline_without_a_single_term_is_written_by_hand(case, desk_praia):
    open_ended = DeadlineRule.objects.create(code="D7", name_pt="Pode ser cancelada")
    with pytest.raises(ValidationError):
        set_deadline(case, open_ended, date(2027, 3, 31), by=desk_praia)


def test_something_to_do_is_done_once_and_can_be_undone(case, desk_praia):
    follow_up = add_follow_up(case, title="Telefonar", due_on=timezone.localdate(), by=desk_praia)
    done = finish_follow_up(follow_up, result="Atendeu", by=desk_praia)
    assert finish_follow_up(done, result="Outra vez", by=desk_praia).result == "Atendeu"
    assert reopen_follow_up(done, by=desk_praia).is_open


def test_something_to_do_is_moved_by_one_at_a_time(case, desk_praia, colleague):
    today = timezone.localdate()
    follow_up = add_follow_up(case, title="Telefonar", due_on=today, by=desk_praia)
    asked = {"title": "Telefonar", "due_on": today + timedelta(days=3), "assigned_to": None, "version": 1}
    assert change_follow_up(follow_up, **asked, by=colleague).due_on == today + timedelta(days=3)
    with pytest.raises(FollowUpChanged):
        change_follow_up(follow_up, **asked, by=desk_praia)


def test_due_and_overdue(case, desk_praia):
    today = timezone.localdate()
    late, now, later = (
        add_follow_up(case, title="Ir", due_on=today + timedelta(days=days), by=desk_praia)
        for days in (-1, 0, 1)
    )
    assert set(FollowUp.objects.due()) == {late, now}
    assert set(FollowUp.objects.overdue()) == {late}
    assert (late.is_overdue, now.is_overdue, later.is_overdue) == (True, False, False)


def test_nobody_adds_work_to_what_they_do_not_read(office_praia, desk_praia, colleague, violence):
    case = open_case({"topic": violence}, office=office_praia, by=desk_praia)
    with pytest.raises(PermissionDenied):
        add_follow_up(case, title="Ir", due_on=timezone.localdate(), by=colleague)
    with pytest.raises(PermissionDenied):
        add_note(case, text="Nota", by=colleague)


@pytest.mark.parametrize("choice", ["erase", "anonymise"])
def test_who_takes_their_agreement_back_leaves_an_emptied_case_under_its_number(
    office_praia, desk_praia, renewal, informed, choice
):
    person = PersonFactory(office=office_praia, author=desk_praia, name="Fatoumata Diallo")
    case = open_case(
        {"topic": renewal, "title": "Diallo renova", "person": person}, office=office_praia, by=desk_praia
    )
    change_case(case, {"title": "Diallo renova já"}, version=1, by=desk_praia)
    note = add_note(case, text="Diallo ligou", by=desk_praia)
    correct_note(note, text="Diallo não ligou", by=desk_praia)
    follow_up = add_follow_up(case, title="Ligar a Diallo", due_on=timezone.localdate(), by=desk_praia)
    finish_follow_up(follow_up, result="Diallo atendeu", by=desk_praia)
    close_case(case, outcome=informed, reason="Diallo tem o título", by=desk_praia)
    withdraw_consent(person, choice, by=desk_praia)
    assert "Diallo" not in everything_in()
    case.refresh_from_db()
    assert case.number.startswith("GAI-PR-")
    assert (case.person_id == person.pk) is (choice == "anonymise")


def test_a_closed_case_has_an_outcome(db):
    with pytest.raises(IntegrityError, match="case_closed_with_an_outcome"):
        CaseFactory(state="closed", closed_at=timezone.now())


def test_only_a_closed_case_has_an_outcome(db):
    with pytest.raises(IntegrityError, match="case_closed_with_an_outcome"):
        CaseFactory(outcome=OutcomeFactory())


def test_a_follow_up_is_done_by_somebody(db):
    with pytest.raises(IntegrityError, match="follow_up_done_by_somebody"):
        FollowUpFactory(closed_at=timezone.now())


def test_a_deadline_knows_the_day_it_counts_from(db, within_15_days):
    with pytest.raises(IntegrityError, match="follow_up_counted_by_a_rule"):
        FollowUpFactory(rule=within_15_days)


def test_a_deadline_stands_once_in_a_case(db, within_15_days):
    row = FollowUpFactory(rule=within_15_days, counted_from=date(2026, 1, 1))
    with pytest.raises(IntegrityError):
        FollowUpFactory(case=row.case, rule=within_15_days, counted_from=date(2026, 2, 1))


def test_a_document_stands_once_on_a_case_s_checklist(case, desk_praia):
    item = ChecklistItemFactory()
    case.checklist_entries.create(item=item, by=desk_praia)
    with pytest.raises(IntegrityError):
        case.checklist_entries.create(item=item, by=desk_praia)


def test_nothing_new_is_to_be_done_in_a_closed_case(case, desk_praia, informed):
    close_case(case, outcome=informed, reason="Resolvido", by=desk_praia)
    with pytest.raises(ValidationError):
        add_follow_up(case, title="Telefonar", due_on=timezone.localdate(), by=desk_praia)


def test_a_contact_is_part_of_one_case(case, office_praia, desk_praia, renewal):
    enquiry = EnquiryFactory(office=office_praia, author=desk_praia)
    file_enquiry(enquiry, case, by=desk_praia)
    with pytest.raises(ValidationError):
        open_case({"topic": renewal}, office=office_praia, enquiry=enquiry, by=desk_praia)
    assert file_enquiry(enquiry, case, by=desk_praia).case == case
