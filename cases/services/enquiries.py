"""Every write at the desk, with its line of history."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from cases.models import MORE_FIELDS, Appointment, Enquiry, FollowUp, ReturnCode
from cases.permissions import (
    can_correct_enquiry,
    can_log_enquiry,
    can_undo_enquiry,
    can_void_enquiry,
    can_work_with_person,
)
from cases.services.cases import restrict_case
from cases.services.codes import continued
from cases.services.desk import GONE, all_held, held, locked_case, save_enquiry, save_next
from cases.services.recalls import list_if_outdated
from gai_portal.lib.history import signed
from gai_portal.lib.locks import locked

# What the person at the desk says, and a correction may change.
CONTENT_FIELDS = (
    "office",
    "at",
    "topic",
    "channel",
    "outcome",
    "sex",
    "age_band",
    "nationality",
    "language",
    "note",
    "person",
    *MORE_FIELDS,
)


class EnquiryChanged(Exception):
    """Somebody else has changed the enquiry since it was opened for correction."""


@transaction.atomic
def log_enquiry(content: Mapping[str, Any], *, return_code: ReturnCode | None = None, by: User) -> Enquiry:
    """Record one contact at the desk. `content` holds the fields of CONTENT_FIELDS, and which card was told.

    `return_code` is that of somebody who comes back without a name: the conversation goes on under it.
    """
    enquiry = Enquiry(**content, author=by)
    enquiry.person = held(enquiry.person)
    if not can_log_enquiry(by, enquiry.office):
        raise PermissionDenied(f"{by} has no desk at {enquiry.office}")
    _ascribe(enquiry, by)
    _keep_card_of_topic(enquiry)
    enquiry.restrict()
    if return_code is not None:
        enquiry.return_code = continued(return_code)
    signed(enquiry, by).save()
    list_if_outdated(enquiry)
    return enquiry


@transaction.atomic
def correct_enquiry(enquiry: Enquiry, content: Mapping[str, Any], *, version: int, by: User) -> Enquiry:
    """Change what was recorded, unless somebody else did so after `version` was read."""
    case = enquiry.case
    named, *_others = all_held(content.get("person"), enquiry.person, case.person if case else None)
    if named is not None:
        content = {**content, "person": named}
    if case is not None:  # nobody names another person in it meanwhile
        locked_case(case)
    enquiry = _locked(enquiry)
    if enquiry.moved_to_id:  # it stays counted where the contact was
        content = {**content, "office": enquiry.office}
    if not can_correct_enquiry(by, enquiry):
        raise PermissionDenied(f"{by} may not correct {enquiry}")
    if enquiry.version != version:
        raise EnquiryChanged
    if all(getattr(enquiry, name) == value for name, value in content.items()):
        return enquiry
    former = enquiry.person_id
    for name, value in content.items():
        setattr(enquiry, name, value)
    _keep_card_of_topic(enquiry)
    if enquiry.person_id != former:
        _ascribe(enquiry, by)
        if enquiry.case and enquiry.person and enquiry.case.person_id not in (None, enquiry.person_id):
            raise ValidationError(
                {"person": _("This enquiry is part of a case of somebody else. Correct the case first.")}
            )
    if enquiry.person_id or enquiry.people:
        enquiry.return_code = None  # nothing ties a name to conversations that were without one
    if not can_log_enquiry(by, enquiry.keeper):
        raise PermissionDenied(f"{by} has no desk at {enquiry.keeper}")
    enquiry.restrict()
    if enquiry.person_id != former:
        _bring_along(enquiry, former, by)
    save_enquiry(enquiry, by)
    if enquiry.is_restricted and enquiry.case:
        restrict_case(enquiry.case, by=by)
    return enquiry


@transaction.atomic
def void_enquiry(enquiry: Enquiry, *, reason: str, by: User) -> Enquiry:
    """Take an enquiry out of lists and counts. It stays on record, with who did it and why."""
    enquiry = _locked(enquiry)
    if not can_void_enquiry(by, enquiry):
        raise PermissionDenied(f"{by} may not void {enquiry}")
    if not reason.strip():
        raise ValidationError(_("Say why this enquiry does not count."))
    return _void(enquiry, reason.strip(), by)


@transaction.atomic
def undo_enquiry(enquiry: Enquiry, *, by: User) -> Enquiry:
    """The author takes back what was just logged. A second time changes nothing."""
    enquiry = _locked(enquiry)
    if enquiry.voided_at is not None and enquiry.author == by:
        return enquiry
    if not can_undo_enquiry(by, enquiry):
        raise PermissionDenied(f"{by} may no longer undo {enquiry}")
    return _void(enquiry, "", by)


def _keep_card_of_topic(enquiry: Enquiry) -> None:
    """The card of another topic than the enquiry's was not what the person was told."""
    if enquiry.guidance is not None and enquiry.guidance.guidance.topic_id != enquiry.topic_id:
        enquiry.guidance = enquiry.guidance_language = None


def _ascribe(enquiry: Enquiry, by: User) -> None:
    """Named only with consent. What the enquiry leaves open is taken from the record of its person."""
    person = enquiry.person
    if person is None:
        return
    if person.erased_at is not None:
        raise ValidationError({"person": GONE})
    if not can_work_with_person(by, person) or not can_log_enquiry(by, person.office):
        raise PermissionDenied(f"{by} may not name {person.reference}")
    if person.office.municipality_id != enquiry.keeper.municipality_id:
        raise PermissionDenied(f"{person.reference} belongs to another office")
    enquiry.sex = enquiry.sex or person.sex
    enquiry.nationality = enquiry.nationality or person.nationality
    enquiry.language = enquiry.language or person.language
    enquiry.age_band = enquiry.age_band or person.age_band_on(timezone.localdate(enquiry.at))


def _bring_along(enquiry: Enquiry, former: int | None, by: User) -> None:
    """What hangs on the enquiry is about the same person, so that it is read and erased with them."""
    person = enquiry.person
    if former is None:  # what was shared once of somebody else stays theirs
        enquiry.referrals.filter(person=None).update(person=person)
    hanging = {"enquiry": enquiry, "case": None, "person": former}
    to_do: list[Any] = [
        *FollowUp.objects.select_for_update(of=("self",)).filter(**hanging),
        *Appointment.objects.select_for_update(of=("self",)).filter(**hanging),
    ]
    for row in to_do:
        row.person = person
        row.is_restricted |= enquiry.is_restricted
        save_next(row, by)


def _locked(enquiry: Enquiry) -> Enquiry:
    related = (
        *("office", "moved_to", "topic", "channel", "outcome", "language", "requester", "author"),
        *("person__office", "case__person"),
    )
    found: Enquiry = locked(Enquiry.objects.select_related(*related), enquiry.pk)
    return found


def _void(enquiry: Enquiry, reason: str, by: User) -> Enquiry:
    enquiry.voided_at, enquiry.voided_by, enquiry.void_reason = timezone.now(), by, reason
    save_enquiry(enquiry, by)
    return enquiry
