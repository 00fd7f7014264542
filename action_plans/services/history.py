"""What an item of a plan said before, and bringing that back. Nothing of it is ever erased."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet

from accounts.models import User
from action_plans.models import Plan, PlanIndicator, PlanMeasure, PlanSection
from action_plans.services.tailoring import (
    EditConflict,
    as_it_is,
    links_in,
    locked_plan,
    save_item,
    set_many_to_many,
    still_there,
)
from action_plans.workflow import Decision

PlanItem = PlanMeasure | PlanSection | PlanIndicator

# What a municipality writes. Where an item belongs and which version it rests on is not brought back with it.
WRITTEN: dict[type, tuple[str, ...]] = {
    PlanSection: ("text_pt", "text_en", "text_fr"),
    PlanIndicator: ("baseline_value", "baseline_year", "target_value", "target_year"),
    PlanMeasure: (
        "decision",
        "text_pt",
        "text_en",
        "text_fr",
        "reason",
        "is_local_priority",
        "responsible_unit",
        "owner_id",
        "starts_on",
        "ends_on",
        "budget_cve",
        "funding_source",
        "deliverable",
    ),
}


def history_of(item: PlanItem) -> QuerySet[Any]:
    """The lines of an item's history, newest first."""
    history: QuerySet[Any] = item.history.select_related("history_user")
    return history.order_by("-history_date", "-history_id")


def former_item(model: Any, plan: Plan, code: str) -> PlanItem | None:
    """What carried this code before: it goes on under another code, or has left the plan (without a row)."""
    lines = model.history.filter(plan_id=plan.pk, code=code)
    line = lines.order_by("-history_date", "-history_id").first()
    if line is None:
        return None
    found: PlanItem = model.objects.filter(plan=plan, pk=line.id).first() or line.instance
    return found


def as_opened(item: PlanItem, version: int) -> dict[str, Any] | None:
    """What an item said in one of its versions, links as sets of keys; None where the history is silent."""
    line = item.history.filter(version=version).order_by("-history_id").first()
    if line is None:
        return None
    values = {name.removesuffix("_id"): getattr(line, name) for name in WRITTEN[type(item)]}
    links = links_in(line) if isinstance(item, PlanMeasure) else {}
    return values | {name: set(keys) for name, keys in links.items()}


def says_the_same(item: PlanItem, line: Any) -> bool:
    """Whether a line of its history has what the item says now, apart from what it is linked to."""
    return all(getattr(line, name) == getattr(item, name) for name in WRITTEN[type(item)])


@transaction.atomic
def restore_line(item: PlanItem, history_id: int, *, version: int, by: User) -> bool:
    """Let an item say again what a line of its history says; False: it says so already.

    `version` is the one that the planner had before them.
    """
    locked_plan(item.plan, by=by)
    item = as_it_is(type(item)._default_manager.select_related("plan", "based_on"), item.pk)
    if isinstance(item, PlanSection) and item.based_on.is_locked:
        raise PermissionDenied(f"{item} is written by the national level")
    if item.version != version:
        raise EditConflict(item)
    line = item.history.get(history_id=history_id)
    values = _values(item, line)
    links: dict[str, Any] = {}
    if isinstance(item, PlanMeasure):
        links = still_there(line, item.plan)
        # Without anybody of that time who is still here, whoever is in charge now stays so.
        values["owner_id"] = links.pop("owner_id") or item.owner_id
    if isinstance(item, PlanMeasure) and item.is_local and not links["goals"]:
        links["goals"] = list(item.goals.values_list("pk", flat=True))  # a local one says what it serves
    if all(getattr(item, name) == value for name, value in values.items()) and all(
        {row.pk for row in getattr(item, name).all()} == set(keys) for name, keys in links.items()
    ):
        return False
    for name, value in values.items():
        setattr(item, name, value)
    if isinstance(item, PlanMeasure):
        set_many_to_many(item, links)
    save_item(item, by=by)
    return True


def _values(item: PlanItem, line: Any) -> dict[str, Any]:
    values = {name: getattr(line, name) for name in WRITTEN[type(item)]}
    if isinstance(item, PlanMeasure) and item.is_local and line.based_on_id is not None:
        values["is_local_priority"] = item.is_local_priority  # as a national measure it needed no say
    if isinstance(item, PlanMeasure) and (item.based_on_id is None) != (line.based_on_id is None):
        # It has become local since (or the other way round): its words come back, its kind stays.
        values["decision"] = item.decision
        if item.decision in {Decision.ADAPTED, Decision.LOCAL} and not values["text_pt"]:
            values |= {name: getattr(item, name) for name in ("text_pt", "text_en", "text_fr")}
        if item.decision == Decision.EXCLUDED:
            values["reason"] = values["reason"] or item.reason
    return values
