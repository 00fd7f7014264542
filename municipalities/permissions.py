"""Who may change what belongs to the territory. Everybody may read it."""

from accounts.models import User
from accounts.roles import MUNICIPAL_ROLES, Role
from municipalities.models import DemographicFigure, Municipality, Office

OFFICE_WRITERS = frozenset({Role.COORDINATOR})
FIGURE_WRITERS = frozenset({Role.PLANNER, Role.COORDINATOR})
NATIONAL_OFFICE_WRITERS = frozenset({Role.DGI_ADMINISTRATOR})


def can_edit_offices(user: User) -> bool:
    """Whether there may be an office that this person changes."""
    return user.has_national_role(NATIONAL_OFFICE_WRITERS) or bool(user.municipality_ids(OFFICE_WRITERS))


def can_edit_office(user: User, office: Office) -> bool:
    """The coordinator of that municipality's desk, and national administrators."""
    return user.has_national_role(NATIONAL_OFFICE_WRITERS) or user.has_role_in(
        office.municipality_id, OFFICE_WRITERS
    )


def can_read_profile(user: User, municipality: Municipality) -> bool:
    """The page where a municipality's figures are kept; the figures themselves are public."""
    return user.has_national_role() or user.has_role_in(municipality.pk, MUNICIPAL_ROLES)


def can_add_figures(user: User, municipality: Municipality) -> bool:
    return user.has_role_in(municipality.pk, FIGURE_WRITERS)


def can_edit_figure(user: User, figure: DemographicFigure) -> bool:
    """A municipality keeps its own figures; those of the national level are kept in the admin."""
    return figure.is_municipal and user.has_role_in(figure.municipality_id, FIGURE_WRITERS)
