"""What somebody may do at the desk. Whether they may know of an enquiry at all is `visible_to`."""

from datetime import timedelta

from django.utils import timezone

from accounts.models import User
from accounts.roles import DESK_ROLES, Role
from cases.models import Enquiry
from municipalities.models import Office

UNDO_WITHIN = timedelta(minutes=15)


def can_use_desk(user: User) -> bool:
    return bool(user.municipality_ids(DESK_ROLES))


def coordinates(user: User) -> bool:
    return bool(user.municipality_ids({Role.COORDINATOR}))


def can_log_enquiry(user: User, office: Office) -> bool:
    return user.has_role_in(office.municipality_id, DESK_ROLES)


def can_correct_enquiry(user: User, enquiry: Enquiry) -> bool:
    """Any colleague of the office: the history says who did."""
    return enquiry.voided_at is None and user.has_role_in(enquiry.office.municipality_id, DESK_ROLES)


def can_void_enquiry(user: User, enquiry: Enquiry) -> bool:
    """The author, or a coordinator of the office."""
    if enquiry.voided_at is not None:
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
