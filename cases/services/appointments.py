"""Every write to an appointment, with its line of history."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import DESK_ROLES
from cases.models import Appointment, Case, Enquiry, Person
from cases.permissions import can_work_on_appointment, can_work_on_case, can_work_with_person
from cases.services.desk import checked_assignee, held, held_matter, save_next
from cases.workflow import AppointmentState
from gai_portal.lib.locks import locked
from municipalities.models import Office

MOST_SLOTS = 60  # of one joint day


class AppointmentChanged(Exception):
    """Somebody else has changed it since it was opened."""


@transaction.atomic
def make_appointment(content: Mapping[str, Any], *, office: Office, by: User) -> Appointment:
    """Expect somebody at a time. `content`: from when until when, where, for whom, and who receives."""
    if not by.has_role_in(office.municipality_id, DESK_ROLES):
        raise PermissionDenied(f"{by} has no desk at {office}")
    appointment = Appointment(**_held(content), office=office, author=by)
    checked_assignee(appointment.assigned_to, office)
    _check_matter(appointment, by)
    return save_next(appointment, by)


@transaction.atomic
def make_joint_day(
    content: Mapping[str, Any], *, until: datetime, minutes: int, office: Office, by: User
) -> list[Appointment]:
    """A day with another service: free slots one after the other, to be given to people by and by."""
    step, starts_at = timedelta(minutes=minutes), content["starts_at"]
    number = (until - starts_at) // step
    if not 1 <= number <= MOST_SLOTS:
        raise ValidationError(
            _("Between these hours there must be 1 to {most} slots.").format(most=MOST_SLOTS)
        )
    times = [(starts_at + n * step, starts_at + (n + 1) * step) for n in range(number)]
    return [
        make_appointment(dict(content) | {"starts_at": first, "ends_at": last}, office=office, by=by)
        for first, last in times
    ]


@transaction.atomic
def change_appointment(
    appointment: Appointment, content: Mapping[str, Any], *, version: int, by: User
) -> Appointment:
    """Another time, place, person or colleague, unless somebody else changed it after `version`."""
    content = _held(content)
    appointment = _locked(appointment, by)
    if appointment.version != version or not appointment.is_planned:
        raise AppointmentChanged
    former = (appointment.case_id, appointment.person_id, appointment.assigned_to_id)
    for name, value in content.items():
        setattr(appointment, name, value)
    if appointment.assigned_to_id != former[2]:
        checked_assignee(appointment.assigned_to, appointment.office)
    if (appointment.case_id, appointment.person_id) != former[:2]:
        _check_matter(appointment, by)
    return save_next(appointment, by)


@transaction.atomic
def settle_appointment(appointment: Appointment, state: AppointmentState, *, by: User) -> Appointment:
    """The person came, did not come, it was called off; or none of it after all. Twice changes nothing."""
    appointment = _locked(appointment, by)
    if appointment.state == state:
        return appointment
    if appointment.is_recorded:
        raise ValidationError(_("The enquiry of this appointment is recorded: the person came."))
    appointment.state, appointment.enquiry = state, None
    return save_next(appointment, by)


@transaction.atomic
def keep_appointment(appointment: Appointment, enquiry: Enquiry, *, by: User) -> None:
    """Somebody came, and this is what was recorded."""
    appointment = _locked(appointment, by)
    if appointment.is_recorded:
        return  # a colleague was quicker: the contact stands for itself
    appointment.state, appointment.enquiry = AppointmentState.KEPT, enquiry
    if enquiry.person and not (appointment.person or appointment.case):
        appointment.person = enquiry.person
    appointment.is_restricted |= enquiry.is_restricted
    save_next(appointment, by)


def _held(content: Mapping[str, Any]) -> dict[str, Any]:
    """With the case or the person as they are now; they stay where they are until the appointment stands."""
    case, person = content.get("case"), content.get("person")
    if case is not None:
        return {**content, "case": held_matter(case)}
    return {**content, "person": held(person)} if person is not None else dict(content)


def _check_matter(appointment: Appointment, by: User) -> None:
    """A case of this desk, or somebody on record who agrees; it is as restricted as they are."""
    case, person = appointment.case, appointment.person
    if case is not None:
        _check_office(case, appointment)
        if not can_work_on_case(by, case):
            raise PermissionDenied(f"{by} may not work on {case}")
        person = appointment.person = case.person
    elif person is not None:
        _check_office(person, appointment)
        if not can_work_with_person(by, person):
            raise PermissionDenied(f"{by} may not name {person.reference}")
    appointment.is_restricted = any(row is not None and row.is_restricted for row in (case, person))


def _check_office(row: Case | Person, appointment: Appointment) -> None:
    if row.office.municipality_id != appointment.office.municipality_id:
        raise PermissionDenied(f"{row.reference} belongs to another office")


def _locked(appointment: Appointment, by: User) -> Appointment:
    appointment = locked(Appointment.objects.with_names(), appointment.pk)
    if not can_work_on_appointment(by, appointment):
        raise PermissionDenied(f"{by} may not change {appointment.reference}")
    return appointment
