"""The indicators of one area: where they stand today and where they shall stand."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.http import SignedInRequest
from accounts.models import Draft
from accounts.services import close_draft, restore_draft
from action_plans.forms.tailoring import IndicatorForm
from action_plans.models import Plan, PlanIndicator
from action_plans.permissions import can_edit_plan
from action_plans.services.tailoring import EditConflict, ItemGone, save_indicators
from action_plans.statistics import plan_progress
from action_plans.views.conflict import conflict_page, touched_fields
from action_plans.views.gone import gives_back_what_was_typed
from action_plans.views.plan import get_plan


def _indicators(plan: Plan, code: str) -> list[PlanIndicator]:
    rows = plan.indicators.select_related("based_on__objective__area", "based_on__source")
    return list(
        rows.filter(based_on__objective__area__code=code).order_by(
            "based_on__objective__order", "based_on__order", "code"
        )
    )


def _drafted(draft: Draft | None, code: str) -> dict[str, Any] | None:
    """What somebody had typed for one of the indicators, version included."""
    prefix = f"{code}-"
    if draft is None:
        return None
    return {
        name.removeprefix(prefix): value for name, value in draft.initial.items() if name.startswith(prefix)
    }


def _is_untouched(form: IndicatorForm) -> bool:
    """It differs from what is saved now only because somebody else has saved it since the page was opened."""
    return form.opened_version != form.instance.version and not touched_fields(form, form.instance)


@require_http_methods(["GET", "POST"])
@gives_back_what_was_typed(IndicatorForm)
def plan_indicators(request: SignedInRequest, pk: int, code: str) -> HttpResponse:
    plan = get_plan(request, pk)
    progress = plan_progress(plan)
    area = progress.of(code)
    if area is None:
        raise Http404
    can_edit = can_edit_plan(request.user, plan)
    if request.method == "POST" and not can_edit:
        raise PermissionDenied
    draft = restore_draft(request) if can_edit else None
    forms = [
        IndicatorForm(
            request.POST if f"{row.code}-version" in request.POST else None,
            instance=row,
            plan=plan,
            prefix=row.code,
            initial=_drafted(draft, row.code),
        )
        for row in _indicators(plan, code)
    ]
    sent = [form for form in forms if form.is_bound]
    valid = [form.is_valid() for form in sent]  # of each, so that every message shows
    if request.method == "POST" and all(valid):
        changed = [form for form in sent if form.has_changed() and not _is_untouched(form)]
        rows = [(form.instance, form.values, form.opened_version) for form in changed]
        try:
            count = save_indicators(plan, rows, by=request.user)
        except EditConflict as conflict:
            form = next(form for form in changed if form.instance.pk == conflict.current.pk)
            return conflict_page(request, plan, form.instance, conflict, form)
        except ItemGone:  # its values are numbers of the measure that went: there is nothing to copy them to
            messages.warning(
                request,
                _("Nothing was saved: an indicator has left the plan meanwhile. Look at it, then save."),
            )
            return redirect(request.path)
        close_draft(request)
        messages.success(request, _("Indicators saved.") if count else _("Nothing was changed."))
        return redirect("action_plans:plan_area", plan.pk, code)
    context = {
        "plan": plan,
        "area": area,
        "progress": progress,
        "forms": forms,
        "can_edit": can_edit,
        "draft": draft,
        "invalid": [form for form in forms if form.errors],
    }
    return render(request, "action_plans/plan_indicators.html", context)
