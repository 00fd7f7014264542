"""The roles of the portal and the scope that each one has: a municipality, a partner, or the nation."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What somebody does in one municipality, for one partner, or for the nation."""

    PARTNER = "partner", _("Partner")
    OFFICER = "officer", _("Desk officer")
    COORDINATOR = "coordinator", _("Desk coordinator")
    PLANNER = "planner", _("Municipal planner")
    APPROVER = "approver", _("Municipal approver")
    DGI_OFFICER = "dgi_officer", _("National officer")
    DGI_ADMINISTRATOR = "dgi_administrator", _("National administrator")


PARTNER_ROLES = frozenset({Role.PARTNER})
DESK_ROLES = frozenset({Role.OFFICER, Role.COORDINATOR})
PLAN_ROLES = frozenset({Role.PLANNER, Role.APPROVER})
MUNICIPAL_ROLES = DESK_ROLES | PLAN_ROLES
NATIONAL_ROLES = frozenset({Role.DGI_OFFICER, Role.DGI_ADMINISTRATOR})
