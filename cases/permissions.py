"""What somebody may do at the desk. Whether they may know of an enquiry at all is `visible_to`."""

from datetime import timedelta

from django.db import models
from django.utils import timezone

from accounts.models import User
from accounts.permissions import can_administer_people
from accounts.roles import DESK_ROLES, NATIONAL_ROLES, Role
from cases.models import (
    Appointment,
    Case,
    Enquiry,
    EnquiryImport,
    FollowUp,
    Merge,
    Person,
    Recall,
    Referral,
    RestrictedQuerySet,
    Transfer,
)
from cases.workflow import CANCEL_TRANSFER, OFFER_TRANSFER, TransferMove
from municipalities.models import Office, Partner

UNDO_WITHIN = timedelta(minutes=15)


def can_write_report(user: User, office: Office) -> bool:
    return user.has_role_in(office.municipality_id, {Role.COORDINATOR})


def can_write_guidance(user: User) -> bool:
    """What the desks tell people is the national level's to write."""
    return user.has_national_role(NATIONAL_ROLES)


def can_mark_recall(user: User, recall: Recall) -> bool:
    """Whoever works on the case, or with the enquiry."""
    if recall.case is not None:
        return can_work_on_case(user, recall.case)
    enquiry = recall.enquiry
    return enquiry is not None and can_correct_enquiry(user, enquiry) and can_read(user, enquiry)


def can_suggest_change(user: User, office: Office) -> bool:
    return user.has_role_in(office.municipality_id, DESK_ROLES)


def can_use_desk(user: User) -> bool:
    return bool(user.municipality_ids(DESK_ROLES))


def coordinates(user: User) -> bool:
    return bool(user.municipality_ids({Role.COORDINATOR}))


def can_log_enquiry(user: User, office: Office) -> bool:
    return user.has_role_in(office.municipality_id, DESK_ROLES)


def can_correct_enquiry(user: User, enquiry: Enquiry) -> bool:
    """Any colleague of the office: the history says who did."""
    return enquiry.voided_at is None and user.has_role_in(enquiry.keeper.municipality_id, DESK_ROLES)


def can_give_code(user: User, enquiry: Enquiry) -> bool:
    """To one person without a name; whoever reads the enquiry gives it, or takes it back."""
    is_of_one = enquiry.person_id is None and enquiry.people is None
    return is_of_one and can_correct_enquiry(user, enquiry) and can_read(user, enquiry)


def can_void_enquiry(user: User, enquiry: Enquiry) -> bool:
    """The author, or a coordinator of the office. What went to another office stays counted in this one."""
    if enquiry.voided_at is not None or enquiry.moved_to_id is not None:
        return False
    if user.has_role_in(enquiry.office.municipality_id, {Role.COORDINATOR}):
        return True
    return enquiry.author_id == user.pk and user.has_role_in(enquiry.office.municipality_id, DESK_ROLES)


def can_undo_enquiry(user: User, enquiry: Enquiry) -> bool:
    """The author, while the person is still there."""
    return (
        enquiry.author_id == user.pk
        and can_void_enquiry(user, enquiry)
        and timezone.now() - enquiry.created_at <= UNDO_WITHIN
    )


def can_prepare_import(user: User, source: EnquiryImport) -> bool:
    """Whoever sent the list, until its rows are recorded: nobody else sees what stands in it."""
    return source.author_id == user.pk and can_log_enquiry(user, source.office)


def can_undo_import(user: User, source: EnquiryImport) -> bool:
    """Whoever sent the list, or a coordinator of the office."""
    if source.state != EnquiryImport.State.DONE:
        return False
    if user.has_role_in(source.office.municipality_id, {Role.COORDINATOR}):
        return True
    return can_prepare_import(user, source)


def can_read(user: User, row: models.Model) -> bool:
    """Whether somebody sees a record of a desk, asked of the same queryset as every page."""
    if getattr(row, "read_by", None) == user.pk:
        return True
    rows = type(row)._default_manager.all()
    return isinstance(rows, RestrictedQuerySet) and rows.visible_to(user).filter(pk=row.pk).exists()


def office_of(row: Case | Enquiry | Person) -> Office:
    """Whose a record is today: an enquiry may have gone to another office with its person."""
    return row.keeper if isinstance(row, Enquiry) else row.office


def can_record_person(user: User, office: Office) -> bool:
    return user.has_role_in(office.municipality_id, DESK_ROLES)


def can_work_with_person(user: User, person: Person) -> bool:
    """Whoever reads the record, while it stands and the person agrees to it."""
    return person.is_standing and person.consent.holds_on() and can_read(user, person)


def can_renew_consent(user: User, person: Person) -> bool:
    return person.is_standing and can_read(user, person)


def can_erase_person(user: User, person: Person) -> bool:
    """Any officer who reads the record: nobody has to wait for the one who wrote it."""
    return person.erased_at is None and can_read(user, person)


def can_give_copy(user: User, person: Person) -> bool:
    """Whoever reads a standing record may hand its copy to the person, also when the agreement has ended."""
    return person.is_standing and can_read(user, person)


def can_merge_people(user: User, kept: Person, gone: Person) -> bool:
    """Two standing records of one municipality, both read by the one who merges them."""
    return (
        kept.pk != gone.pk
        and kept.office.municipality_id == gone.office.municipality_id
        and can_work_with_person(user, kept)
        and gone.is_standing
        and can_read(user, gone)
    )


def can_undo_merge(user: User, merge: Merge) -> bool:
    return Merge.objects.undoable_by(user).filter(pk=merge.pk).exists()


def can_unseal(user: User, row: models.Model) -> bool:
    """A coordinator, of a restricted record of their own office that they do not see."""
    rows = type(row)._default_manager.all()
    return isinstance(rows, RestrictedQuerySet) and rows.sealed_to(user).filter(pk=row.pk).exists()


def can_open_case(user: User, office: Office) -> bool:
    return user.has_role_in(office.municipality_id, DESK_ROLES)


def can_work_on_case(user: User, case: Case) -> bool:
    """Whoever reads it and works in the municipality whose office has it."""
    return user.has_role_in(case.office.municipality_id, DESK_ROLES) and can_read(user, case)


def can_name_case(user: User, case: Case) -> bool:
    """Whoever works on a case names somebody while nobody is; another person is a coordinator's matter."""
    if not can_work_on_case(user, case):
        return False
    return case.person_id is None or user.has_role_in(case.office.municipality_id, {Role.COORDINATOR})


def can_assign_case(user: User, case: Case) -> bool:
    """A coordinator, whoever has it or opened it, and anybody at the desk while nobody has it."""
    if not can_work_on_case(user, case):
        return False
    if user.has_role_in(case.office.municipality_id, {Role.COORDINATOR}):
        return True
    return case.assigned_to_id is None or user.pk in {case.assigned_to_id, case.author_id}


def can_work_on_appointment(user: User, appointment: Appointment) -> bool:
    return user.has_role_in(appointment.office.municipality_id, DESK_ROLES) and can_read(user, appointment)


def can_share_out(user: User, follow_up: FollowUp) -> bool:
    """A coordinator gives what is to be done to colleagues, several things at once."""
    return user.has_role_in(follow_up.office.municipality_id, {Role.COORDINATOR})


def can_work_on_follow_up(user: User, follow_up: FollowUp) -> bool:
    return user.has_role_in(follow_up.office.municipality_id, DESK_ROLES) and can_read(user, follow_up)


def can_hand_over_desk(user: User, municipality_id: str) -> bool:
    """Whoever coordinates there, or keeps the accounts: what moves is not read by it."""
    return can_administer_people(user) or user.has_role_in(municipality_id, {Role.COORDINATOR})


def _knows_person_of(user: User, row: Case | Enquiry | Referral) -> bool:
    """Whether somebody may read whom it is about, if it names anybody."""
    return row.person_id is None or Person.objects.visible_to(user).filter(pk=row.person_id).exists()


def can_refer(user: User, about: Case | Enquiry) -> bool:
    """Whoever works on the case, while it runs, or on the enquiry."""
    if not _knows_person_of(user, about):
        return False
    if isinstance(about, Case):
        return about.is_running and can_work_on_case(user, about)
    return can_correct_enquiry(user, about) and can_read(user, about)


def can_work_on_referral(user: User, referral: Referral) -> bool:
    """Whoever works on its case or its enquiry; what comes back after the case was closed is taken, too."""
    if not _knows_person_of(user, referral):
        return False
    if referral.case is not None:
        return can_work_on_case(user, referral.case)
    return can_refer(user, referral.about)


def can_answer_referral(user: User, referral: Referral) -> bool:
    """Somebody who speaks for the partner that it was sent to."""
    return type(referral).objects.sent_to(user).filter(pk=referral.pk).exists()


def can_share(user: User, person: Person, partner: Partner) -> bool:
    """Tell a partner who somebody is: only while they agree to this very partner."""
    return can_work_with_person(user, person) and person.consent.covers(partner)


def can_offer_record(user: User, record: Person | Case) -> bool:
    """A coordinator offers what they read: a person with all their cases, or a case without a name."""
    if not user.has_role_in(record.office.municipality_id, {Role.COORDINATOR}):
        return False
    if isinstance(record, Person):
        return can_work_with_person(user, record)
    return record.person_id is None and can_work_on_case(user, record)


def can_make(user: User, transfer: Transfer, move: TransferMove) -> bool:
    """A coordinator of the office whose move it is; to offer what was asked for, one who reads the record."""
    office = transfer.from_office if move.by_sender else transfer.to_office
    if transfer.state != move.source:
        return False
    if move is CANCEL_TRANSFER and transfer.asked_by_id == user.pk:
        return user.has_role_in(office.municipality_id, DESK_ROLES)
    if not user.has_role_in(office.municipality_id, {Role.COORDINATOR}):
        return False
    return move is not OFFER_TRANSFER or can_offer_record(user, transfer.record)


def can_read_sent(user: User, transfer: Transfer) -> bool:
    """The desk of the office that handed it over, for some days."""
    until = transfer.read_until
    return (
        until is not None
        and timezone.localdate() <= until
        and user.has_role_in(transfer.from_office.municipality_id, DESK_ROLES)
    )
