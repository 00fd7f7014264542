"""Rows of the access table for the national template and the plans, in the workspace and in public."""

from tests.access_table import FORBIDDEN, FOUND, NATIONAL, PRAIA, Builder, Row, everybody, only
from tests.action_plans.editions import published_plan
from tests.action_plans.factories import make_plan


def plan(get):
    return {"pk": make_plan(get("praia")).pk}


def slug(get):
    return {"slug": published_plan(get("praia"), by=get("approver_praia")).plan.slug}


def edition(get):
    return {**slug(get), "number": 1}


def edition_pk(get):
    return {"pk": published_plan(get("praia"), by=get("approver_praia")).pk}


insiders_of_edition = dict.fromkeys(
    ("desk_praia", "coordinator_praia", "planner_praia", *NATIONAL), FORBIDDEN
)

GET: dict[str, Row] = {
    "public_plan_list": everybody(),
    "public_plan": everybody(),
    "edition_detail": everybody(),
    "edition_pdf": everybody(),
    "edition_json": everybody(),
    "edition_csv": everybody(),
    "edition_check": everybody(),
    "action_plans:plan_preview": only(*PRAIA, *NATIONAL),
    "action_plans:plan_preview_pdf": only(*PRAIA, *NATIONAL),
    "action_plans:edition_gazette": only("approver_praia", **insiders_of_edition),
}
POST: dict[str, Row] = {
    "action_plans:edition_gazette": only("approver_praia", gives=FOUND, **insiders_of_edition),
}
ARGUMENTS: dict[str, Builder] = {
    "public_plan": slug,
    "edition_detail": edition,
    "edition_pdf": edition,
    "edition_json": edition,
    "edition_csv": edition,
    "action_plans:plan_preview": plan,
    "action_plans:plan_preview_pdf": plan,
    "action_plans:edition_gazette": edition_pk,
}
DATA: dict[str, Builder] = {}
