"""Who changed an item of a plan, when, what it said before, and bringing that back."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.http import SignedInRequest
from action_plans.models import Plan, PlanIndicator, PlanMeasure, PlanSection
from action_plans.permissions import can_edit_plan
from action_plans.services.history import PlanItem, history_of, restore_line
from action_plans.services.tailoring import EditConflict
from action_plans.views.plan import get_plan
from action_plans.views.shown import shown
from action_plans.views.tailoring import refuse_readers

ITEMS: dict[str, Any] = {"measures": PlanMeasure, "chapters": PlanSection, "indicators": PlanIndicator}
PAGE_SIZE = 20
NOT_SHOWN = frozenset({"id", "plan", "based_on", "version", "code", "order"})


def get_item(plan: Plan, kind: str, code: str) -> PlanItem:
    if kind not in ITEMS:
        raise Http404
    return get_object_or_404(ITEMS[kind].objects.filter(plan=plan).select_related("based_on"), code=code)


@require_safe
def plan_item_history(request: SignedInRequest, pk: int, kind: str, code: str) -> HttpResponse:
    plan = get_plan(request, pk)
    item = get_item(plan, kind, code)
    can_restore = can_edit_plan(request.user, plan)
    if isinstance(item, PlanSection):
        can_restore = can_restore and not item.based_on.is_locked
    page = Paginator(history_of(item), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "plan": plan,
        "item": item,
        "kind": kind,
        "page": page,
        "lines": history_lines(item, list(page.object_list)),
        "can_restore": can_restore,
    }
    return render(request, "action_plans/plan_history.html", context)


@require_POST
def plan_item_restore(request: SignedInRequest, pk: int, kind: str, code: str, line: int) -> HttpResponse:
    """Bring back what a line of the history says. The undo of it is the same, with the line before."""
    plan = get_plan(request, pk)
    refuse_readers(request, plan)
    item = get_item(plan, kind, code)
    if not item.history.filter(history_id=line).exists():
        raise Http404
    before = history_of(item).values_list("history_id", flat=True)[0]
    version = request.POST.get("version", "")
    history = reverse("action_plans:plan_item_history", args=[plan.pk, kind, code])
    try:
        is_new = restore_line(
            item, line, version=int(version) if version.isdigit() else None, by=request.user
        )
    except EditConflict:
        messages.warning(
            request,
            _("%(code)s was changed by somebody else meanwhile. Look at it here, then choose again.")
            % {"code": code},
        )
        return redirect(history)
    if is_new:
        undo = reverse("action_plans:plan_item_restore", args=[plan.pk, kind, code, before])
        messages.success(request, _("%(code)s says again what it said.") % {"code": code}, extra_tags=undo)
    else:
        messages.info(request, _("%(code)s says so already.") % {"code": code})
    return redirect(history)


def history_lines(item: PlanItem, rows: list[Any]) -> list[dict[str, Any]]:
    """Each saved state with the fields that it changed, newest first."""
    if not rows:
        return []
    last = rows[-1]
    earlier = history_of(item).filter(history_date__lte=last.history_date, history_id__lt=last.history_id)
    fields = [field for field in item._meta.concrete_fields if field.name not in NOT_SHOWN]
    lines = []
    for row, before in zip(rows, [*rows[1:], earlier.first()], strict=True):
        changes = []
        for field in fields:
            new = getattr(row, field.attname)
            old = getattr(before, field.attname) if before else field.get_default()
            if new != old:
                was = shown(field, old) if before else ""
                changes.append((field.verbose_name, shown(field, new), was))
        lines.append({"row": row, "changes": changes, "is_first": before is None})
    return lines
