"""Who may change what belongs to the territory. Everybody may read it."""

from accounts.models import User
from accounts.roles import Role
from municipalities.models import Office

OFFICE_WRITERS = frozenset({Role.COORDINATOR})
NATIONAL_OFFICE_WRITERS = frozenset({Role.DGI_ADMINISTRATOR})


def can_edit_offices(user: User) -> bool:
    """Whether there may be an office that this person changes."""
    return user.has_national_role(NATIONAL_OFFICE_WRITERS) or bool(user.municipality_ids(OFFICE_WRITERS))


def can_edit_office(user: User, office: Office) -> bool:
    """The coordinator of that municipality's desk, and national administrators."""
    return user.has_national_role(NATIONAL_OFFICE_WRITERS) or user.has_role_in(
        office.municipality_id, OFFICE_WRITERS
    )
