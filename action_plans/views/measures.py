"""All measures of a plan in one list: what is undecided, adapted, left out or local, and any word of it."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.http import SignedInRequest
from action_plans.forms.tailoring import MeasureFilterForm
from action_plans.models import PlanMeasure
from action_plans.permissions import can_edit_plan
from action_plans.statistics import plan_progress
from action_plans.views.plan import get_plan
from action_plans.workflow import Decision
from gai_portal.lib.text import fold

MEASURES_PER_PAGE = 25


@require_safe
def plan_measure_list(request: SignedInRequest, pk: int) -> HttpResponse:
    plan = get_plan(request, pk)
    progress = plan_progress(plan)
    form = MeasureFilterForm(request.GET, areas=progress.areas)
    chosen = form.cleaned_data if form.is_valid() else {}
    measures = plan.measures.with_place().order_by("order", "code")
    if decision := chosen.get("decision"):
        measures = measures.filter(decision=decision)
    if area := chosen.get("area"):
        measures = measures.in_area(area)
    words = fold(chosen.get("q") or "").split()
    found = [measure for measure in measures if all(word in searchable(measure) for word in words)]
    places = {row.area.code: place for place, row in enumerate(progress.areas)}
    found.sort(key=lambda measure: places[measure.area.code])  # area by area, each in its own order
    context = {
        "plan": plan,
        "progress": progress,
        "area": None,
        "form": form,
        "is_filtered": any(chosen.values()),
        "page": Paginator(found, MEASURES_PER_PAGE).get_page(request.GET.get("page")),
        "can_edit": can_edit_plan(request.user, plan),
    }
    return render(request, "action_plans/plan_measure_list.html", context)


def searchable(measure: PlanMeasure) -> str:
    """Its code, its national and its own words in every language, and who answers for it, folded."""
    texts = [measure.code, measure.responsible_unit, measure.reason]
    sources: list[object] = [measure] if measure.decision in {Decision.ADAPTED, Decision.LOCAL} else []
    sources += [measure.based_on] if measure.based_on else []
    for source in sources:
        texts += [getattr(source, name) for name in ("text_pt", "text_en", "text_fr")]
    return fold(" ".join(texts))
