"""Carrying a plan into the next period: its decisions and unfinished measures, not its dates and targets."""

from collections.abc import Collection
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Model
from simple_history.utils import bulk_create_with_history

from accounts.models import User
from action_plans.models import Plan, PlanIndicator, PlanMeasure, PlanSection, UpdateDecision
from action_plans.permissions import can_renew_plan
from action_plans.services.inbox import PLAN_ITEMS
from action_plans.services.plan import refuse_bad_period
from action_plans.services.tailoring import remember_links
from action_plans.workflow import Decision, UpdateChoice
from municipalities.models import Municipality

# Each belongs to the years of the plan that it was written for.
OF_THE_PERIOD: dict[type[Model], dict[str, Any]] = {
    PlanSection: {},
    PlanMeasure: {"starts_on": None, "ends_on": None},
    PlanIndicator: {"target_value": None, "target_year": None},
}


@transaction.atomic
def renew_plan(
    plan: Plan, first_year: int, last_year: int, *, finished: Collection[str] = (), by: User
) -> Plan:
    """Start the next period's plan from this one.

    Every item keeps the version that it is based on, so that the newest template meets it in the update
    inbox. `finished` are codes of measures that are done: a local one stays behind, a national one arrives
    undecided, because the new plan has to say something about it.
    """
    towns = Municipality.objects.select_for_update(of=("self",), no_key=True)
    municipality = towns.get(pk=plan.municipality_id)
    plan = Plan.objects.select_for_update(of=("self",)).get(pk=plan.pk)
    if not can_renew_plan(by, plan):
        raise PermissionDenied(f"{by} may not carry {plan} into the next period")
    refuse_bad_period(municipality, first_year, last_year)
    renewed = Plan.objects.create(
        municipality=municipality,
        template=plan.newest_template,  # the new one starts from what this one has arrived at
        carried_over_from=plan,
        first_year=first_year,
        last_year=last_year,
        slug=f"{municipality.slug}-{first_year}-{last_year}",
        is_demo=plan.is_demo,
    )
    _copy(plan.sections.all(), PlanSection, renewed, by=by)
    _copy(plan.indicators.all(), PlanIndicator, renewed, by=by)
    _copy_measures(plan, renewed, set(finished), by=by)
    _copy_kept(plan, renewed, set(finished))
    return renewed


def _copy(rows: Any, model: type[Model], plan: Plan, *, by: User, **changes: Any) -> list[Any]:
    fields = [
        field.attname for field in model._meta.concrete_fields if field.name not in {"id", "plan", "version"}
    ]
    copies: list[Any] = [
        model(plan=plan, **{name: getattr(row, name) for name in fields} | OF_THE_PERIOD[model] | changes)
        for row in rows
    ]
    return bulk_create_with_history(copies, model, default_user=by)


def _copy_measures(plan: Plan, renewed: Plan, finished: set[str], *, by: User) -> None:
    measures = list(plan.measures.prefetch_related("partners", "goals").order_by("order", "code"))
    going_on = [measure for measure in measures if measure.code not in finished]
    again = [measure for measure in measures if measure.code in finished and not measure.is_local]
    undecided = {"decision": Decision.UNDECIDED, "text_pt": "", "text_en": "", "text_fr": "", "reason": ""}
    _copy(going_on, PlanMeasure, renewed, by=by)
    _copy(again, PlanMeasure, renewed, by=by, **undecided)
    _copy_links([*going_on, *again], renewed)


def _copy_links(measures: list[PlanMeasure], renewed: Plan) -> None:
    copies = dict(renewed.measures.values_list("code", "pk"))
    for name, column in (("partners", "partner_id"), ("goals", "strategicgoal_id")):
        through: Any = getattr(PlanMeasure, name).through
        through.objects.bulk_create(
            through(planmeasure_id=copies[measure.code], **{column: row.pk})
            for measure in measures
            for row in getattr(measure, name).all()
        )
    remember_links(renewed.measures.all())


def _copy_kept(plan: Plan, renewed: Plan, finished: set[str]) -> None:
    """What the municipality has looked at and kept does not come back with the new period.

    It does for finished measures: they arrive undecided, and are decided with the newest wording in view.
    """
    kept = []
    for decision in plan.update_decisions.standing().filter(choice=UpdateChoice.KEEP).order_by("pk"):
        items = PLAN_ITEMS[decision.kind]._default_manager.filter(plan=renewed, code=decision.code)
        item = items.filter(based_on__isnull=False).first()
        if item is None or (decision.kind == UpdateDecision.Kind.MEASURE and decision.code in finished):
            continue
        decision.pk, decision._state.adding = None, True
        decision.plan, decision.item_id, decision.item_version = renewed, item.pk, item.version
        decision.before = {}
        kept.append(decision)
    UpdateDecision.objects.bulk_create(kept)
