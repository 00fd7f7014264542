"""The public site and the signed-in home."""

from accounts.models import Handover
from tests.access_table import FORBIDDEN, FOUND, NOT_FOUND, Builder, everybody, only, signed_in
from tests.factories import MembershipFactory

ANSWERABLE = ("coordinator_praia", "planner_praia", "approver_praia", "planner_sal", "dgi_admin")
# Who works in a town hall is known to those who answer for its people; a desk's work is its coordination's.
LEAVING = only(
    "coordinator_praia", "dgi_admin", others=NOT_FOUND, planner_praia=FORBIDDEN, approver_praia=FORBIDDEN
)

GET = {
    "home": everybody(),
    "healthz": everybody(),
    "favicon": everybody(FOUND),
    "choose_language": everybody(FOUND),
    "municipality_list": everybody(),
    "municipality_detail": everybody(),
    "workspace": signed_in(),
    "handover_list": only(*ANSWERABLE, others=FORBIDDEN),
    "handover_create": LEAVING,
    "handover_detail": only("coordinator_praia", "desk_praia", "dgi_admin"),
    "handover_briefing": only("coordinator_praia", "desk_praia", dgi_admin=FORBIDDEN),
}
POST = {"handover_create": LEAVING | {"coordinator_praia": FOUND, "dgi_admin": FOUND}}


def officer(get) -> dict:
    return {"pk": MembershipFactory(municipality=get("praia")).pk}


def handover(get) -> dict:
    membership = MembershipFactory(municipality=get("praia"))
    row = Handover.objects.create(
        leaver=membership.user,
        successor=get("desk_praia"),
        municipality=get("praia"),
        by=get("coordinator_praia"),
    )
    return {"pk": row.pk}


ARGUMENTS: dict[str, Builder] = {
    "handover_create": officer,
    "handover_detail": handover,
    "handover_briefing": handover,
    "choose_language": lambda get: {"code": "fr"},
    "municipality_detail": lambda get: {"slug": get("praia").slug},
}
