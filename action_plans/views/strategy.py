"""The national strategy: its goals, and how the plans of the municipalities serve them."""

from copy import copy
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Count, Max, Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import SignedInRequest
from accounts.services import answer_form
from action_plans.forms.strategy import (
    EditGoalForm,
    EditStrategicIndicatorForm,
    GoalForm,
    StrategicIndicatorForm,
)
from action_plans.models import Plan, StrategicGoal, StrategicIndicator, Strategy, TemplateMeasure
from action_plans.permissions import can_read_coverage, can_read_plans, can_write_strategy
from action_plans.services.strategy import remove_goal, remove_indicator, save_strategy_item
from action_plans.statistics import coverage
from action_plans.views.plan import get_plan
from action_plans.views.shown import changes_of, warn_of_translations
from action_plans.workflow import Decision, TemplateState
from municipalities.models import Municipality

HISTORY_LINES = 20  # on a page


def get_goal(code: str) -> StrategicGoal:
    return get_object_or_404(StrategicGoal.objects.select_related("parent", "strategy"), code=code)


def refuse_readers(request: SignedInRequest) -> None:
    """403 for whoever reads the strategy but does not keep it."""
    if not can_write_strategy(request.user):
        raise PermissionDenied


@require_safe
def strategy_detail(request: SignedInRequest) -> HttpResponse:
    """The strategy as one document: pillars, their goals, and the indicators of each."""
    goals = list(StrategicGoal.objects.with_template_measures().prefetch_related("indicators"))
    context = {
        "strategy": Strategy.objects.first(),
        "goals": goals,
        "pillars": [
            (pillar, [goal for goal in goals if goal.parent_id == pillar.pk])
            for pillar in goals
            if pillar.is_pillar
        ],
        "can_edit": can_write_strategy(request.user),
        "can_read_coverage": can_read_coverage(request.user),
    }
    return render(request, "action_plans/strategy_detail.html", context)


@require_safe
def strategy_coverage(request: SignedInRequest) -> HttpResponse:
    """Goal x municipality: how many measures serve it, and where none does."""
    if not can_read_coverage(request.user):
        raise PermissionDenied
    visible = Plan.objects.visible_to(request.user)
    counted = {plan.municipality_id: plan for plan in visible.counted()}
    plans = [*counted.values(), *visible.following().order_by("first_year")]
    covered = coverage(plans)
    municipalities = Municipality.objects.select_related("island")
    totals = [(goal, covered.plans_serving(goal, counted.values())) for goal in covered.goals]
    context = {
        "goals": covered.goals,
        "rows": [
            (place, plan, covered.row(plan.pk) if plan else [])
            for place in municipalities
            for plan in [plan for plan in plans if plan.municipality_id == place.pk] or [None]
        ],
        "in_force": set(visible.in_force().values_list("pk", flat=True)),
        "totals": totals,
        "uncovered": [goal for goal, serving in totals if not serving],
        "total": len(municipalities),
        "with_plan": len(counted),
    }
    return render(request, "action_plans/strategy_coverage.html", context)


@require_safe
def goal_detail(request: SignedInRequest, code: str) -> HttpResponse:
    """One goal: down to the measures of the national template, and to those of each plan one may read."""
    goal = get_goal(code)
    served = Q(goals=goal) | Q(goals__parent=goal)
    template_measures = (
        TemplateMeasure.objects.filter(served, objective__area__template__state=TemplateState.ISSUED)
        .select_related("objective__area")
        .distinct()
        .order_by("objective__area__order", "objective__order", "order", "code")
    )
    visible = Plan.objects.visible_to(request.user).select_related("municipality")
    plans = sorted([*visible.counted(), *visible.following()], key=str)
    covered = coverage(plans) if can_read_plans(request.user) else None
    context = {
        "goal": goal,
        "indicators": goal.indicators.all(),
        "children": goal.children.all(),
        "template_measures": template_measures,
        "plans": [(plan, covered.counts.get((plan.pk, goal.pk), 0)) for plan in plans] if covered else [],
        "in_force": set(visible.in_force().values_list("pk", flat=True)),
        "can_edit": can_write_strategy(request.user),
    }
    return render(request, "action_plans/goal_detail.html", context)


@require_safe
def plan_coverage(request: SignedInRequest, pk: int) -> HttpResponse:
    """One plan, read from the strategy: which of its measures serve each goal, and which goals have none."""
    plan = get_plan(request, pk)
    measures = plan.measures.with_place().carried_out().prefetch_related("goals", "based_on__goals")
    serving: dict[int, list[Any]] = {}
    without_goal = []
    for measure in measures:
        goals = measure.goals.all() if measure.decision == Decision.LOCAL else measure.based_on.goals.all()
        for goal_pk in {goal.pk for goal in goals}:
            serving.setdefault(goal_pk, []).append(measure)
        if not goals:
            without_goal.append(measure)
    covered = coverage([plan])
    context = {
        "plan": plan,
        "rows": [(goal, count, serving.get(goal.pk, [])) for goal, count in covered.row(plan.pk)],
        "without_goal": without_goal,
    }
    return render(request, "action_plans/plan_coverage.html", context)


@require_http_methods(["GET", "POST"])
def goal_create(request: SignedInRequest) -> HttpResponse:
    refuse_readers(request)
    strategy = Strategy.objects.first()
    if strategy is None:
        raise Http404
    pillar = StrategicGoal.objects.pillars().filter(code=request.GET.get("pillar", "")).first()
    siblings = StrategicGoal.objects.filter(parent=pillar)
    last = siblings.aggregate(last=Max("order"), number=Count("pk"))
    initial = {"parent": pillar, "order": (last["last"] or 0) + 1}
    if pillar:
        initial["code"] = f"{pillar.code}.{last['number'] + 1}"
    form = GoalForm(request.POST or None, strategy=strategy, initial=initial)

    def create() -> str:
        save_strategy_item(form.instance, by=request.user)
        messages.success(request, _("The goal was added."))
        return form.instance.get_absolute_url()

    if url := answer_form(request, form, create):
        return redirect(url)
    return render(request, "action_plans/goal_form.html", {"form": form, "goal": None})


@require_http_methods(["GET", "POST"])
def goal_edit(request: SignedInRequest, code: str) -> HttpResponse:
    refuse_readers(request)
    goal = get_goal(code)
    form = EditGoalForm(request.POST or None, instance=get_goal(code), strategy=goal.strategy)
    with transaction.atomic():
        if request.method == "POST" and form.is_valid():
            save_strategy_item(form.instance, by=request.user)
            warn_of_translations(request, vars(goal), form.cleaned_data)
            messages.success(request, _("%(code)s saved.") % {"code": goal.code})
            return redirect(goal)
    return render(request, "action_plans/goal_form.html", {"form": form, "goal": goal})


@require_POST
def goal_remove(request: SignedInRequest, code: str) -> HttpResponse:
    """Take out a goal that nothing hangs on."""
    refuse_readers(request)
    goal = get_goal(code)
    try:
        remove_goal(goal, by=request.user)
    except ValidationError as refusal:
        messages.error(request, refusal.message)
        return redirect(goal)
    messages.success(request, _("%(code)s removed.") % {"code": code})
    return redirect("action_plans:strategy_detail")


@require_safe
def goal_history(request: SignedInRequest, code: str) -> HttpResponse:
    """Who changed a goal and its indicators, the latest first; also those that were removed."""
    refuse_readers(request)
    goal = get_goal(code)
    lines = (goal.history, StrategicIndicator.history.filter(goal_id=goal.pk))
    rows: list[Any] = [row for part in lines for row in part.select_related("history_user")]
    rows.sort(key=lambda row: (row.history_date, row.history_id), reverse=True)
    page = Paginator(rows, HISTORY_LINES).get_page(request.GET.get("page"))
    context = {"goal": goal, "page": page, "lines": [(row, changes_of(row, rows)) for row in page]}
    return render(request, "action_plans/goal_history.html", context)


@require_http_methods(["GET", "POST"])
def goal_indicator_create(request: SignedInRequest, code: str) -> HttpResponse:
    refuse_readers(request)
    goal = get_goal(code)
    indicator = StrategicIndicator(goal=goal, order=goal.indicators.count() + 1)
    form = StrategicIndicatorForm(request.POST or None, instance=indicator)

    def create() -> str:
        save_strategy_item(indicator, by=request.user)
        messages.success(request, _("The indicator was added."))
        return goal.get_absolute_url()

    if url := answer_form(request, form, create):
        return redirect(url)
    context = {"form": form, "goal": goal, "indicator": None}
    return render(request, "action_plans/goal_indicator_form.html", context)


def get_indicator(code: str, pk: int) -> StrategicIndicator:
    return get_object_or_404(StrategicIndicator.objects.select_related("goal"), goal__code=code, pk=pk)


@require_http_methods(["GET", "POST"])
def goal_indicator_edit(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    refuse_readers(request)
    indicator = get_indicator(code, pk)
    form = EditStrategicIndicatorForm(request.POST or None, instance=copy(indicator))
    with transaction.atomic():
        if request.method == "POST" and form.is_valid():
            save_strategy_item(form.instance, by=request.user)
            warn_of_translations(request, vars(indicator), form.cleaned_data)
            messages.success(request, _("Indicator saved."))
            return redirect(indicator.goal)
    context = {"form": form, "goal": indicator.goal, "indicator": indicator}
    return render(request, "action_plans/goal_indicator_form.html", context)


@require_POST
def goal_indicator_remove(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    refuse_readers(request)
    indicator = get_indicator(code, pk)
    remove_indicator(indicator, by=request.user)
    messages.success(request, _("Indicator removed."))
    return redirect(indicator.goal)
