"""What a planner writes into a plan, item by item: nothing overwritten unseen, all of it in the history."""

from collections.abc import Iterable
from typing import Any

from django.core import signing
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Max, QuerySet
from simple_history.utils import bulk_update_with_history

from accounts.models import User
from accounts.roles import MUNICIPAL_ROLES
from action_plans.models import Plan, PlanIndicator, PlanMeasure, PlanSection, TemplateArea
from action_plans.permissions import can_edit_plan
from action_plans.workflow import Decision
from gai_portal.lib.history import signed

UNDO_SALT = "action_plans.undo"
UNDO_FOR = 24 * 60 * 60  # seconds
OWN_TEXTS = ("text_pt", "text_en", "text_fr")
MANY_TO_MANY = ("goals", "partners")
MOST_LOCAL_IN_AN_AREA, MOST_LOCAL_MEASURES = 20, 100


class EditConflict(Exception):
    """Somebody else has saved this item since the page was opened."""

    def __init__(self, current: Any) -> None:
        super().__init__(str(current))
        self.current = current


class ItemGone(Exception):
    """Somebody else has taken this item out of the plan since the page was opened."""


def as_it_is(items: QuerySet[Any], pk: int) -> Any:
    """An item as it is stored now, read under the plan's lock. ItemGone: it is not there any more."""
    item = items.filter(pk=pk).first()
    if item is None:
        raise ItemGone
    return item


def locked_plan(plan: Plan, *, by: User) -> Plan:
    """The plan's row, locked, so that it is not submitted while somebody saves a part of it."""
    plan = Plan.objects.select_for_update(of=("self",)).select_related("municipality").get(pk=plan.pk)
    if not can_edit_plan(by, plan):
        raise PermissionDenied(f"{by} may not write {plan}")
    return plan


def save_item(item: Any, *, by: User) -> None:
    """Store an item as its next version, with a line in its history. Every change of an item passes here."""
    item.version += 1
    signed(item, by).save()


@transaction.atomic
def save_measure(measure: PlanMeasure, values: dict[str, Any], *, version: int, by: User) -> PlanMeasure:
    """Write a decision and all that goes with it; `version` is the one that the planner had before them."""
    locked_plan(measure.plan, by=by)
    measure = as_it_is(PlanMeasure.objects.with_place().select_related("plan"), measure.pk)
    if measure.version != version:
        raise EditConflict(measure)
    values = _without_what_the_decision_drops(values)
    for name, value in values.items():
        if name not in MANY_TO_MANY:
            setattr(measure, name, value)
    set_many_to_many(measure, values)
    save_item(measure, by=by)
    return measure


def _without_what_the_decision_drops(values: dict[str, Any]) -> dict[str, Any]:
    """An adopted measure has no words of its own; the history keeps those that it had."""
    values = dict(values)
    if values.get("decision") in {Decision.ADOPTED, Decision.EXCLUDED, Decision.UNDECIDED}:
        values.update(dict.fromkeys(OWN_TEXTS, ""))
    if values.get("decision") in {Decision.ADOPTED, Decision.UNDECIDED}:
        values["reason"] = ""
    return values


def set_many_to_many(measure: PlanMeasure, values: dict[str, Any]) -> None:
    """Without a history line of their own: the one that the save writes holds them too."""
    row: Any = measure
    row.skip_history_when_saving = True
    for name in MANY_TO_MANY:
        if name in values:
            getattr(measure, name).set(values[name])
    del row.skip_history_when_saving


def remember_links(measures: Iterable[PlanMeasure]) -> None:
    """Add goals and partners to the newest history line of each measure: writing in bulk leaves them out."""
    keys = [measure.pk for measure in measures]
    lines = dict(
        PlanMeasure.history.filter(id__in=keys).order_by("history_id").values_list("id", "history_id")
    )
    for name in MANY_TO_MANY:
        links = getattr(PlanMeasure, name).through.objects.filter(planmeasure__in=keys).values()
        remembered = getattr(PlanMeasure.history.model, name).model
        remembered.objects.bulk_create(
            remembered(history_id=lines[link["planmeasure_id"]], **link) for link in links
        )


class NoRoom(Exception):
    """An area or the plan has as many measures of the municipality's own as one can read and carry out."""


def has_room(plan: Plan, area: TemplateArea) -> bool:
    own = plan.measures.filter(decision=Decision.LOCAL)
    in_area = own.filter(local_area__code=area.code).count()
    return in_area < MOST_LOCAL_IN_AN_AREA and own.count() < MOST_LOCAL_MEASURES


@transaction.atomic
def add_local_measure(plan: Plan, area: TemplateArea, values: dict[str, Any], *, by: User) -> PlanMeasure:
    """A measure of the municipality's own, after the national ones of an area. NoRoom: there are too many."""
    plan = locked_plan(plan, by=by)
    if not has_room(plan, area):
        raise NoRoom
    measure = PlanMeasure(
        plan=plan,
        local_area=area,
        code=next_local_code(plan, area),
        decision=Decision.LOCAL,
        order=(plan.measures.aggregate(last=Max("order"))["last"] or 0) + 1,
        **{name: value for name, value in values.items() if name not in MANY_TO_MANY},
    )
    create_measure(measure, values, by=by)
    return measure


def create_measure(measure: PlanMeasure, values: dict[str, Any], *, by: User) -> None:
    """Store a new measure; its first history line holds its goals and partners too."""
    measure.save_without_historical_record()  # type: ignore[attr-defined]  # simple_history adds it
    set_many_to_many(measure, values)
    signed(measure, by).save()
    # Saved twice, because links need a row to hang on; to those who read the history it was created once.
    line = measure.history.latest("history_id").history_id
    PlanMeasure.history.filter(history_id=line).update(history_type="+")


def next_local_code(plan: Plan, area: TemplateArea) -> str:
    """ACO.L3 after ACO.L2, even when ACO.L2 has been removed: a code is never given twice."""
    prefix = f"{area.code}.L"
    used = PlanMeasure.history.filter(plan_id=plan.pk, code__startswith=prefix)
    numbers = [code.removeprefix(prefix) for code in used.values_list("code", flat=True).distinct()]
    return f"{prefix}{max((int(number) for number in numbers if number.isdigit()), default=0) + 1}"


@transaction.atomic
def remove_local_measure(measure: PlanMeasure, *, by: User) -> str:
    """Take out a measure of the municipality's own. Returns the token that brings it back.

    ItemGone: a colleague has done so already.
    """
    plan = locked_plan(measure.plan, by=by)
    measure = as_it_is(plan.measures.filter(decision=Decision.LOCAL), measure.pk)
    last = measure.history.latest("history_date", "history_id")
    signed(measure, by).delete()
    return _undo_token(plan, by, {"restore": last.history_id})


@transaction.atomic
def adopt_undecided(plan: Plan, area_code: str, *, responsible_unit: str = "", by: User) -> tuple[int, str]:
    """Adopt all that is undecided in an area. Returns how many, and the token that takes it back."""
    plan = locked_plan(plan, by=by)
    measures = list(plan.measures.undecided().in_area(area_code))
    undo = []
    for measure in measures:
        given_unit = bool(responsible_unit and not measure.responsible_unit)
        measure.decision = Decision.ADOPTED
        measure.responsible_unit = measure.responsible_unit or responsible_unit
        measure.version += 1
        undo.append([measure.pk, measure.version, given_unit])
    _update_with_history(measures, by=by)
    return len(measures), _undo_token(plan, by, {"adopted": undo})


def _update_with_history(measures: list[PlanMeasure], *, by: User) -> None:
    rows: list[Any] = measures
    fields = ["decision", "responsible_unit", "version"]
    bulk_update_with_history(rows, PlanMeasure, fields, default_user=by)
    remember_links(measures)


def _undo_token(plan: Plan, by: User, what: dict[str, Any]) -> str:
    return signing.dumps({"plan": plan.pk, "by": by.pk, **what}, salt=UNDO_SALT, compress=True)


@transaction.atomic
def undo(plan: Plan, token: str, *, by: User) -> list[PlanMeasure]:
    """Take back what `token` stands for, except what somebody has worked on since. Returns what changed."""
    try:
        what = signing.loads(token, salt=UNDO_SALT, max_age=UNDO_FOR)
    except signing.BadSignature:
        return []
    if (what["plan"], what["by"]) != (plan.pk, by.pk):
        return []
    plan = locked_plan(plan, by=by)
    return _unadopt(plan, what["adopted"], by=by) if "adopted" in what else _restore(plan, what, by=by)


def _unadopt(plan: Plan, rows: Iterable[tuple[int, int, bool]], *, by: User) -> list[PlanMeasure]:
    known = {pk: (version, given_unit) for pk, version, given_unit in rows}
    measures = []
    for measure in plan.measures.filter(pk__in=known, decision=Decision.ADOPTED):
        version, given_unit = known[measure.pk]
        if measure.version != version:
            continue
        measure.decision = Decision.UNDECIDED
        if given_unit:
            measure.responsible_unit = ""
        measure.version += 1
        measures.append(measure)
    _update_with_history(measures, by=by)
    return measures


def _restore(plan: Plan, what: dict[str, Any], *, by: User) -> list[PlanMeasure]:
    measure = restore_measure(plan, what["restore"], by=by)
    return [measure] if measure else []


def restore_measure(plan: Plan, history_id: int, *, by: User) -> PlanMeasure | None:
    """Bring back a removed measure as a line of its history has it; None when its code is taken again."""
    last = PlanMeasure.history.get(plan_id=plan.pk, history_id=history_id)
    if plan.measures.filter(code=last.code).exists():
        return None
    measure: PlanMeasure = last.instance
    measure.version += 1
    links = still_there(last, plan)
    measure.owner_id = links.pop("owner_id")
    create_measure(measure, links, by=by)
    return measure


def links_in(line: Any) -> dict[str, list[int]]:
    """The goals and partners that a measure had when a line of its history was written."""
    return {
        "goals": [row.strategicgoal_id for row in line.goals.all()],
        "partners": [row.partner_id for row in line.partners.all()],
    }


def still_there(line: Any, plan: Plan) -> dict[str, Any]:
    """Whom and what a line of a measure's history points to, as far as it can be brought back.

    Goals and partners that were removed since stay away; who has left since is not put in charge again.
    """
    owner = User.objects.with_role(MUNICIPAL_ROLES, plan.municipality_id).filter(pk=line.owner_id).first()
    links = {name: standing_keys(name, keys) for name, keys in links_in(line).items()}
    return {"owner_id": owner and owner.pk, **links}


def standing_keys(name: str, keys: Iterable[int]) -> list[int]:
    """Of the goals or partners with these keys, those that have not been removed."""
    model: Any = PlanMeasure._meta.get_field(name).related_model
    return list(model._default_manager.filter(pk__in=keys).values_list("pk", flat=True))


@transaction.atomic
def save_section(section: PlanSection, values: dict[str, Any], *, version: int, by: User) -> PlanSection:
    """Write the municipality's own text of a chapter that the national level did not lock."""
    locked_plan(section.plan, by=by)
    section = as_it_is(PlanSection.objects.select_related("plan", "based_on"), section.pk)
    if section.based_on.is_locked:
        raise PermissionDenied(f"{section} is written by the national level")
    if section.version != version:
        raise EditConflict(section)
    for name, value in values.items():
        setattr(section, name, value)
    save_item(section, by=by)
    return section


@transaction.atomic
def save_indicators(
    plan: Plan, changes: Iterable[tuple[PlanIndicator, dict[str, Any], int]], *, by: User
) -> int:
    """Write the baselines and targets that changed, all or none. Returns how many."""
    plan = locked_plan(plan, by=by)
    count = 0
    for indicator, values, version in changes:
        current = as_it_is(plan.indicators.select_related("based_on"), indicator.pk)
        if current.version != version:
            raise EditConflict(current)
        for name, value in values.items():
            setattr(current, name, value)
        save_item(current, by=by)
        count += 1
    return count
