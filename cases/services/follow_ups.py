"""Every write to what the desk has to do by a day."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone, translation
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import DESK_ROLES
from cases.models import Case, DeadlineRule, Enquiry, FollowUp, Person
from cases.models.cases import TITLE_LIMIT
from cases.permissions import (
    can_read,
    can_share_out,
    can_work_on_case,
    can_work_on_follow_up,
    office_of,
)
from cases.services.desk import GONE, checked_assignee, held_matter, locked_case, save_next
from gai_portal.lib.locks import locked
from municipalities.models import Office

if TYPE_CHECKING:
    About = Case | Person | Enquiry | Office


class FollowUpChanged(Exception):
    """Somebody else has changed it since it was opened."""


@transaction.atomic
def add_follow_up(
    about: "About",
    *,
    title: str,
    due_on: date,
    assigned_to: User | None = None,
    source: str = FollowUp.Source.TYPED,
    by: User,
) -> FollowUp:
    """Note something to do by a day: in a case, for somebody on record, after an enquiry, or at an office."""
    match about:
        case Person():
            now: Person = locked(Person.objects.select_related("office", "consent"), about.pk)
            if about.is_standing and now.erased_at:
                raise ValidationError(GONE)
            about = now
        case Case() | Enquiry():
            about = held_matter(about)
    office = about if isinstance(about, Office) else office_of(about)
    may = by.has_role_in(office.municipality_id, DESK_ROLES)
    if not may or not (isinstance(about, Office) or can_read(by, about)):
        raise PermissionDenied(f"{by} may not add to {about}")
    if not title.strip():
        raise ValidationError({"title": _("Write what is to be done.")})
    case = about.case if isinstance(about, Enquiry) else about
    if isinstance(case, Case) and not case.is_running:
        raise ValidationError(_("This case is closed: reopen it first."))
    to = checked_assignee(assigned_to, office)
    return note_follow_up(about, title=title, due_on=due_on, assigned_to=to, source=source, author=by)


def note_follow_up(
    about: "About", *, title: str, due_on: date, assigned_to: User | None, source: str, author: User
) -> FollowUp:
    """The same for the portal itself, inside a transaction of the caller, who sees to the rights."""
    follow_up = FollowUp(
        office=about if isinstance(about, Office) else office_of(about),
        title=title.strip(),
        due_on=due_on,
        assigned_to=assigned_to,
        source=source,
        author=author,
    )
    match about:
        case Case():
            follow_up.case, follow_up.person = about, about.person
        case Person():
            follow_up.person = about
        case Enquiry():
            follow_up.enquiry, follow_up.case, follow_up.person = about, about.case, about.person
    concerned = (about, follow_up.case, follow_up.person)
    follow_up.is_restricted = any(getattr(row, "is_restricted", False) for row in concerned)
    return save_next(follow_up, author)


@transaction.atomic
def set_deadline(case: Case, rule: DeadlineRule, counted_from: date, *, by: User) -> FollowUp:
    """A legal deadline of the case's topic becomes something to do, once the day is known it counts from."""
    case = locked_case(case)
    if not can_work_on_case(by, case):
        raise PermissionDenied(f"{by} may not change {case}")
    if not case.is_running:
        raise ValidationError(_("This case is closed: reopen it first."))
    due_on = deadline_of(rule, counted_from)
    counted = case.follow_ups.open().filter(rule=rule)
    follow_up = counted.select_for_update(of=("self",)).first() or FollowUp(
        office=case.office,
        case=case,
        person=case.person,
        rule=rule,
        source=FollowUp.Source.DEADLINE,
        is_restricted=case.is_restricted,
        assigned_to=case.assigned_to,
        author=by,
    )
    with translation.override(settings.LANGUAGE_CODE):  # colleagues read it in any language
        follow_up.title = Truncator(str(rule)).chars(TITLE_LIMIT)
    follow_up.due_on, follow_up.counted_from = due_on, counted_from
    return save_next(follow_up, by)


def deadline_of(rule: DeadlineRule, counted_from: date) -> date:
    """The last day of a deadline. Terms of hours end on the day of their last hour."""
    if rule.offset_hours is None:
        raise ValidationError(_("The law gives no single term here: write the day by hand."))
    return counted_from + timedelta(days=rule.offset_hours // 24)


@transaction.atomic
def finish_follow_up(follow_up: FollowUp, *, result: str = "", dropped: bool = False, by: User) -> FollowUp:
    """It is done, or no longer needed. A second time changes nothing."""
    follow_up = _locked(follow_up, by)
    if not follow_up.is_open:
        return follow_up
    return end_follow_up(follow_up, result=result, dropped=dropped, by=by)


def end_follow_up(follow_up: FollowUp, *, result: str, dropped: bool, by: User) -> FollowUp:
    """The same for the portal itself, inside a transaction of the caller, who sees to the rights."""
    follow_up.closed_at, follow_up.closed_by = timezone.now(), by
    follow_up.was_dropped, follow_up.result = dropped, result.strip()
    return save_next(follow_up, by)


@transaction.atomic
def reopen_follow_up(follow_up: FollowUp, *, by: User) -> FollowUp:
    """Undo: it is still to be done."""
    if follow_up.case is not None:
        locked_case(follow_up.case)
    follow_up = _locked(follow_up, by)
    if follow_up.is_open:
        return follow_up
    if follow_up.case is not None and not follow_up.case.is_running:
        raise ValidationError(_("This case is closed: reopen it first."))
    if follow_up.rule and FollowUp.objects.open().filter(case=follow_up.case, rule=follow_up.rule).exists():
        raise ValidationError(_("The same deadline is on the list again already."))
    follow_up.closed_at, follow_up.closed_by = None, None
    follow_up.was_dropped, follow_up.result = False, ""
    return save_next(follow_up, by)


@transaction.atomic
def change_follow_up(
    follow_up: FollowUp,
    *,
    title: str,
    due_on: date,
    assigned_to: User | None,
    version: int,
    by: User,
) -> FollowUp:
    """Another day, other words or another colleague, unless somebody else changed it after `version`."""
    follow_up = _locked(follow_up, by)
    if follow_up.version != version or not follow_up.is_open:
        raise FollowUpChanged
    if not title.strip():
        raise ValidationError({"title": _("Write what is to be done.")})
    if assigned_to != follow_up.assigned_to:
        checked_assignee(assigned_to, follow_up.office)
    follow_up.title, follow_up.due_on, follow_up.assigned_to = title.strip(), due_on, assigned_to
    return save_next(follow_up, by)


@transaction.atomic
def share_out(follow_ups: Iterable[FollowUp], to: User | None, *, by: User) -> int:
    """Give several things to do to one colleague: how many changed hands. What is done already stays."""
    number = 0
    for follow_up in follow_ups:
        follow_up = _locked(follow_up, by)
        if not can_share_out(by, follow_up):
            raise PermissionDenied(f"{by} may not share out {follow_up.reference}")
        if follow_up.is_open and follow_up.assigned_to != to:
            follow_up.assigned_to = checked_assignee(to, follow_up.office)
            save_next(follow_up, by)
            number += 1
    return number


def _locked(follow_up: FollowUp, by: User) -> FollowUp:
    follow_up = locked(FollowUp.objects.select_related("office", "assigned_to"), follow_up.pk)
    if not can_work_on_follow_up(by, follow_up):
        raise PermissionDenied(f"{by} may not change {follow_up.reference}")
    return follow_up
