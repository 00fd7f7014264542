"""Every write to a case, with its line of history."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import User
from cases.models import (
    Appointment,
    Case,
    CaseCounter,
    CaseNote,
    ChecklistEntry,
    ChecklistItem,
    Enquiry,
    EnquiryQuerySet,
    FollowUp,
    Outcome,
    Person,
    Referral,
    Topic,
)
from cases.permissions import (
    can_assign_case,
    can_correct_enquiry,
    can_name_case,
    can_open_case,
    can_read,
    can_work_on_case,
    can_work_with_person,
)
from cases.retention import PERSON, leading_to
from cases.services.appointments import settle_appointment
from cases.services.desk import all_held, checked_assignee, held, locked_case, save_enquiry, save_next
from cases.services.follow_ups import add_follow_up
from cases.services.referrals import call_back_what_was_shared, withdraw_referral
from cases.workflow import CLOSE, REOPEN, RESUME, WAIT, AppointmentState, CaseMove
from gai_portal.lib.history import signed
from gai_portal.lib.locks import all_locked, locked
from municipalities.models import Office

# What an officer writes about a case, and may change: the person by `name_case` alone.
CONTENT_FIELDS = ("topic", "title", "person", "priority", "is_restricted")


class CaseChanged(Exception):
    """Somebody else has changed the case since it was opened."""


@transaction.atomic
def open_case(
    content: Mapping[str, Any],
    *,
    office: Office,
    assigned_to: User | None = None,
    enquiry: Enquiry | None = None,
    by: User,
) -> Case:
    """Begin to follow a matter. `content` holds CONTENT_FIELDS, as far as they are known.

    `enquiry` is the contact that it began with; its person is the case's, if none is named.
    """
    if not can_open_case(by, office):
        raise PermissionDenied(f"{by} has no desk at {office}")
    case = Case(**content, office=office, author=by)
    if enquiry is not None and case.person is None and enquiry.person_id:
        case.person = enquiry.person
    case.person = held(case.person)
    _check_person(case, by)
    _restrict(case)
    case.assigned_to = checked_assignee(assigned_to, office)
    case.number = next_number(office)
    _save(case, by)
    if enquiry is not None:
        file_enquiry(enquiry, case, by=by)
    return case


def next_number(office: Office) -> str:
    """The next case number of an office this year, inside the transaction that writes the case.

    The counter's row stays locked until then: numbers have no gaps and none is given twice.
    """
    year = timezone.localdate().year
    CaseCounter.objects.get_or_create(office=office, year=year)
    counter = CaseCounter.objects.select_for_update().get(office=office, year=year)
    counter.last += 1
    counter.save(update_fields=["last"])
    return f"{settings.LABELS['office']}-{office.code}-{year}-{counter.last:05}"


@transaction.atomic
def change_case(case: Case, content: Mapping[str, Any], *, version: int, by: User) -> Case:
    """Change what is written of a case, unless somebody else did so after `version` was read."""
    case = locked_case(case)
    if not can_work_on_case(by, case):
        raise PermissionDenied(f"{by} may not change {case}")
    if case.version != version:
        raise CaseChanged
    if all(getattr(case, name) == value for name, value in content.items()):
        return case
    was_restricted = case.is_restricted
    for name, value in content.items():
        setattr(case, name, value)
    _restrict(case)
    _save(case, by, is_new=False)
    _bring_along(case, by)
    if was_restricted and not case.is_restricted:
        restrict_enquiries(case.enquiries.all(), by=by)
    return case


@transaction.atomic
def name_case(case: Case, person: Person | None, *, by: User) -> Case:
    """Say whose matter it is, or that it is nobody's by name. Its enquiries must not name somebody else."""
    person, _former = all_held(person, case.person)
    case = locked_case(case)
    if not can_name_case(by, case):
        raise PermissionDenied(f"{by} may not name the person of {case}")
    if case.person == person:
        return case
    if person is not None and case.enquiries.exclude(person=None).exclude(person=person).exists():
        raise ValidationError(_("An enquiry of this case names another person. Correct it first."))
    former, case.person = case.person, person
    _check_person(case, by)
    _restrict(case)
    _save(case, by, is_new=False)
    restrict_enquiries(case.enquiries.all(), by=by)
    if person is not None:
        case.enquiries.update(return_code=None)  # nothing ties a name to conversations that were without one
        case.referrals.filter(person=None).update(person=person)  # so that they are erased with the person
    if former is not None:  # before what is to be done: an answer that comes late ends that
        call_back_what_was_shared(case, former, by=by)
    _bring_along(case, by)
    return case


@transaction.atomic
def assign_case(case: Case, to: User | None, *, by: User) -> Case:
    """Give a case to a colleague of its desk, or to nobody; what is to be done in it goes along."""
    case = locked_case(case)
    if not can_assign_case(by, case):
        raise PermissionDenied(f"{by} may not assign {case}")
    former = case.assigned_to_id
    if former == (to.pk if to else None):
        return case
    case.assigned_to = checked_assignee(to, case.office)
    _save(case, by, is_new=False)
    for follow_up in case.follow_ups.open().select_for_update(of=("self",)).filter(assigned_to=former):
        follow_up.assigned_to = to
        save_next(follow_up, by)
    return case


@transaction.atomic
def wait_case(case: Case, *, what: str = "", until: date | None = None, by: User) -> Case:
    """Somebody else has to act first: a note says who or what, and on a day whoever says so asks again."""
    case = _move(case, WAIT, by=by)
    if what.strip():
        add_note(case, text=what, by=by)
    if until is not None:
        with translation.override(settings.LANGUAGE_CODE):  # colleagues read it in any language
            title = what.strip() or _("Ask whether the case can go on")
        add_follow_up(case, title=title, due_on=until, assigned_to=by, by=by)
    return case


def resume_case(case: Case, *, by: User) -> Case:
    """The desk has something to do again."""
    return _move(case, RESUME, by=by)


@transaction.atomic
def close_case(
    case: Case,
    *,
    outcome: Outcome,
    reason: str,
    appointments: Iterable[Appointment] = (),
    referrals: Iterable[Referral] = (),
    by: User,
) -> Case:
    """End a case with what came of it. What was still to be done in it is dropped.

    Of its `appointments` and `referrals` those that are given end with it; the others stay as they are.
    """
    if not reason.strip():
        raise ValidationError({"reason": _("Say how the matter ended.")})
    case = locked_case(case)
    for referral in referrals:
        withdraw_referral(referral, by=by)
    for appointment in appointments:
        settle_appointment(appointment, AppointmentState.CANCELLED, by=by)
    return _move(case, CLOSE, by=by, outcome=outcome, reason=reason.strip())


def reopen_case(case: Case, *, reason: str, by: User) -> Case:
    """Take a closed case up again; why, stands in a note, and how it had ended in its history."""
    if not reason.strip():
        raise ValidationError({"reason": _("Say why the case is taken up again.")})
    return _move(case, REOPEN, by=by, reason=reason.strip())


@transaction.atomic
def _move(case: Case, move: CaseMove, *, by: User, outcome: Outcome | None = None, reason: str = "") -> Case:
    case = locked_case(case)
    if not can_work_on_case(by, case):
        raise PermissionDenied(f"{by} may not change {case}")
    if case.state not in move.sources:
        raise ValidationError(
            _("Meanwhile this case is in the state “{state}”.").format(state=case.get_state_display())
        )
    case.state = move.target
    is_closed = move is CLOSE
    case.closed_at = timezone.now() if is_closed else None
    case.outcome = outcome if is_closed else None
    case.close_reason = reason if is_closed else ""
    _save(case, by, is_new=False)
    if move is REOPEN:
        CaseNote.objects.create(case=case, text=reason, author=by)
    if is_closed:
        for follow_up in case.follow_ups.open().select_for_update(of=("self",)):
            follow_up.closed_at, follow_up.closed_by, follow_up.was_dropped = timezone.now(), by, True
            save_next(follow_up, by)
    return case


@transaction.atomic
def add_note(case: Case, *, text: str, help_given: str = "", by: User) -> CaseNote:
    """Write down what was done or learnt. A closed case takes notes, too: somebody may still call."""
    case = locked_case(case)
    if not can_work_on_case(by, case):
        raise PermissionDenied(f"{by} may not write in {case}")
    return _checked_note(CaseNote(case=case, text=text.strip(), help_given=help_given, author=by))


@transaction.atomic
def correct_note(note: CaseNote, *, text: str, help_given: str = "", by: User) -> CaseNote:
    """Put a note right by a new one; the original stays readable."""
    case = locked_case(note.case)
    if not can_work_on_case(by, case):
        raise PermissionDenied(f"{by} may not write in {case}")
    if CaseNote.objects.filter(corrects=note).exists():
        raise ValidationError(_("A colleague has corrected this note meanwhile."))
    return _checked_note(
        CaseNote(case=case, text=text.strip(), help_given=help_given, author=by, corrects=note)
    )


@transaction.atomic
def tick_checklist(case: Case, item: ChecklistItem, *, is_done: bool, by: User) -> ChecklistEntry:
    """Note that somebody has brought a document, or that it is missing after all."""
    case = locked_case(case)
    if not can_work_on_case(by, case):
        raise PermissionDenied(f"{by} may not change {case}")
    entry, _is_new = ChecklistEntry.objects.update_or_create(
        case=case, item=item, defaults={"is_done": is_done, "by": by, "at": timezone.now()}
    )
    return entry


@transaction.atomic
def file_enquiry(enquiry: Enquiry, case: Case, *, by: User) -> Enquiry:
    """Put a contact under the case that it is part of."""
    case = locked_case(case)
    enquiry = locked(Enquiry.objects.select_related("office", "moved_to", "topic", "person"), enquiry.pk)
    may = can_work_on_case(by, case) and can_correct_enquiry(by, enquiry) and can_read(by, enquiry)
    if not may or enquiry.keeper.municipality_id != case.office.municipality_id:
        raise PermissionDenied(f"{by} may not put {enquiry} under {case}")
    if enquiry.case_id not in (None, case.pk):
        raise ValidationError(_("The enquiry is part of another case already."))
    if enquiry.person_id and case.person_id and enquiry.person_id != case.person_id:
        raise ValidationError(_("The enquiry and the case name two different people."))
    if enquiry.is_restricted:
        restrict_case(case, by=by)
    if case.person_id:
        enquiry.return_code = None  # nothing ties a name to conversations that were without one
    if enquiry.case_id != case.pk:
        enquiry.case = case
        enquiry.restrict()
        save_enquiry(enquiry, by)
    return enquiry


def restrict_case(case: Case, *, by: User) -> None:
    """A restricted enquiry or person makes a restricted case, with what is to be done in it."""
    if not case.is_restricted:
        case.is_restricted = True
        _save(case, by, is_new=False)
        _bring_along(case, by)


def restrict_what_tells_of(person: Person, *, by: User) -> None:
    """What is known of somebody restricted is as restricted as they are."""
    named = Q(person=person) | Q(pk__in=Enquiry.objects.filter(person=person).values("case"))
    cases = all_locked(Case.objects.filter(named, is_restricted=False))
    restrict_enquiries(enquiries_about(person), by=by)
    for case in cases:
        restrict_case(case, by=by)
    models: list[Any] = [FollowUp, Appointment]
    for model in models:
        for row in model.objects.select_for_update().filter(person=person, is_restricted=False):
            row.is_restricted = True
            save_next(row, by)


def enquiries_about(person: Person) -> EnquiryQuerySet:
    """Those that name somebody, or are part of a case of theirs and name nobody."""
    return Enquiry.objects.filter(leading_to(PERSON["Enquiry"], [person.pk]))


def restrict_enquiries(enquiries: EnquiryQuerySet, *, by: User) -> None:
    """After a change of what makes an enquiry restricted: see Enquiry.restrict."""
    for enquiry in all_locked(enquiries.select_related("topic", "person", "case__person")):
        before = enquiry.is_restricted
        enquiry.restrict()
        if enquiry.is_restricted != before:
            save_enquiry(enquiry, by)


def _checked_note(note: CaseNote) -> CaseNote:
    if not note.text:
        raise ValidationError({"text": _("Write the note.")})
    note.full_clean(validate_unique=False)
    note.save()
    return note


def _check_person(case: Case, by: User) -> None:
    """Named only with consent, and only at the desk that keeps the record."""
    person = case.person
    if person is None:
        return
    if person.office.municipality_id != case.office.municipality_id:
        raise PermissionDenied(f"{person.reference} belongs to another office")
    if not can_work_with_person(by, person):
        raise PermissionDenied(f"{by} may not name {person.reference}")


def _restrict(case: Case) -> None:
    """A restricted topic, person or enquiry makes a restricted case."""
    if (
        Topic.objects.filter(pk=case.topic_id, is_restricted=True).exists()
        or (case.person is not None and case.person.is_restricted)
        or (
            case.pk is not None
            and any(one.is_about_restricted() for one in case.enquiries.filter(is_restricted=True))
        )
    ):
        case.is_restricted = True


def _bring_along(case: Case, by: User) -> None:
    """What is to be done in a case, and its appointments, are about the same person, and as restricted."""
    rows: list[Any] = [
        *all_locked(case.follow_ups.select_related("enquiry")),
        *all_locked(case.appointments.select_related("enquiry")),
    ]
    for row in rows:
        is_restricted = case.is_restricted or (row.enquiry is not None and row.enquiry.is_restricted)
        if (row.person_id, row.is_restricted) != (case.person_id, is_restricted):
            row.person, row.is_restricted = case.person, is_restricted
            save_next(row, by)


def _save(case: Case, by: User, *, is_new: bool = True) -> None:
    if not is_new:
        case.version += 1
    signed(case, by).save()
