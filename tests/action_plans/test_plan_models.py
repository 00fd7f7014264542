"""What the database refuses about plans, each rule provoked once."""

from datetime import date
from decimal import Decimal

import pytest
from django.apps import apps
from django.db import IntegrityError, transaction

from action_plans.models import PlanMeasure, PlanStep
from action_plans.workflow import Decision, PlanState
from tests.action_plans.factories import PlanFactory, make_plan


@pytest.fixture
def plan(praia):
    return make_plan(praia)


def refuses(name: str, action) -> None:
    """The database refuses by this very constraint. SQLite names the columns of one that is unique."""
    constraints = {c.name: (model, c) for model in apps.get_models() for c in model._meta.constraints}
    model, constraint = constraints[name]
    columns = [model._meta.get_field(field).column for field in getattr(constraint, "fields", ())]
    in_sqlite = ", ".join(f"{model._meta.db_table}.{column}" for column in columns)
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        action()
    assert name in str(error.value) or (columns and str(error.value).endswith(f" failed: {in_sqlite}"))


def set_measure(plan, **fields):
    return lambda: plan.measures.filter(code="ACO.M1").update(**fields)


def test_a_municipality_has_one_plan_per_first_year(plan, praia):
    refuses("plan_once_per_first_year", lambda: PlanFactory(municipality=praia, slug="other", last_year=2027))


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("plan_ends_after_it_starts", {"last_year": 2025}),
        ("plan_approved_has_a_decision", {"state": PlanState.APPROVED}),
        ("plan_approved_has_a_decision", {"state": PlanState.PUBLISHED, "decided_on": date(2026, 1, 1)}),
    ],
)
def test_a_plan_is_possible(plan, name, fields):
    refuses(name, lambda: type(plan).objects.filter(pk=plan.pk).update(**fields))


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("measure_is_national_or_local", {"decision": Decision.LOCAL, "text_pt": "Nossa"}),
        ("measure_is_national_or_local", {"based_on": None}),
        ("measure_own_text_where_the_decision_needs_it", {"decision": Decision.ADAPTED}),
        ("measure_excluded_with_a_reason", {"decision": Decision.EXCLUDED}),
        ("measure_ends_after_it_starts", {"starts_on": date(2026, 2, 1), "ends_on": date(2026, 1, 1)}),
        ("measure_budget_not_negative", {"budget_cve": Decimal("-1")}),
        ("measure_once_per_plan", {"code": "ACO.M2"}),
    ],
)
def test_a_measure_is_possible(plan, name, fields):
    refuses(name, set_measure(plan, **fields))


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("indicator_baseline_not_negative", {"baseline_value": Decimal("-1")}),
        ("indicator_target_not_negative", {"target_value": Decimal("-1")}),
        ("indicator_once_per_plan", {"code": "REG.I1"}),
    ],
)
def test_an_indicator_is_possible(plan, name, fields):
    refuses(name, lambda: plan.indicators.filter(code="ACO.I1").update(**fields))


def test_a_chapter_stands_once_in_a_plan(plan):
    refuses("section_once_per_plan", lambda: plan.sections.filter(code="S1").update(code="S2"))


def test_a_step_back_carries_a_comment(plan, dgi_officer):
    step = {"name": "return", "from_state": "submitted", "to_state": "returned", "by": dgi_officer}
    refuses("step_back_has_a_comment", lambda: PlanStep.objects.create(plan=plan, **step))


def test_progress_counts_national_measures_only(plan):
    PlanMeasure.objects.create(
        plan=plan,
        code="ACO.L1",
        decision=Decision.LOCAL,
        local_area=plan.template.areas.get(code="ACO"),
        text_pt="Nossa.",
    )
    plan.measures.filter(code="ACO.M1").update(decision=Decision.ADOPTED)
    counted = type(plan).objects.with_progress().get()
    assert (counted.decided_count, counted.measure_count) == (1, 5)
