"""Remarks among colleagues: beside each item, and all of a plan in one list."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import SignedInRequest
from accounts.services import answer_form
from action_plans.forms.discussion import RemarkForm
from action_plans.models import Plan, PlanMeasure, PlanSection, Remark
from action_plans.permissions import can_remark, can_settle_remark
from action_plans.services.discussion import make_remark, reopen_remark, settle_remark
from action_plans.services.history import former_item
from action_plans.views.plan import get_plan
from action_plans.views.shown import names_of

PAGE_SIZE = 25
MODELS: dict[str, Any] = {Remark.Kind.MEASURE: PlanMeasure, Remark.Kind.CHAPTER: PlanSection}
PAGES = {Remark.Kind.MEASURE: "action_plans:plan_measure", Remark.Kind.CHAPTER: "action_plans:plan_section"}


def address_of(plan: Plan, kind: str, code: str) -> str:
    """The page of the item, where its remarks stand."""
    return reverse(PAGES[Remark.Kind(kind)], args=[plan.pk, code]) + "#remarks"


def _history_of(plan: Plan, remark: Remark) -> str:
    """Where one reads of an item that has left the plan."""
    return reverse("action_plans:plan_item_history", args=[plan.pk, remark.kind, remark.code])


def remarks_of(request: SignedInRequest, plan: Plan, kind: str, code: str) -> dict[str, Any]:
    """What an item's page shows of the talk about it."""
    remarks = plan.remarks.about(kind, code).select_related("by", "settled_by")
    return {
        "remarks": _with_rights(request, plan, remarks),
        "can_remark": can_remark(request.user, plan),
        "remark_url": reverse("action_plans:plan_remark_create", args=[plan.pk, kind, code]),
    }


def _with_rights(request: SignedInRequest, plan: Plan, remarks: Iterable[Remark]) -> list[Remark]:
    """Remarks of a plan, each knowing whether its reader may settle it."""
    rows = list(remarks)
    for remark in rows:
        remark.plan = plan
        remark.may_settle = can_settle_remark(request.user, remark)  # type: ignore[attr-defined]  # for the page
    return rows


def get_remark(request: SignedInRequest, pk: int, remark: int) -> Remark:
    remarks = Remark.objects.visible_to(request.user).select_related("plan")
    return get_object_or_404(remarks, pk=remark, plan=pk)


def _singular(remark: Remark) -> str:
    return remark.kind.removesuffix("s")


@require_safe
def plan_remarks(request: SignedInRequest, pk: int) -> HttpResponse:
    plan = get_plan(request, pk)
    remarks = plan.remarks.select_related("by", "settled_by")
    is_all = request.GET.get("show") == "all"
    page = Paginator(remarks if is_all else remarks.open(), PAGE_SIZE).get_page(request.GET.get("page"))
    there = {
        *(("measures", code) for code in plan.measures.values_list("code", flat=True)),
        *(("chapters", code) for code in plan.sections.values_list("code", flat=True)),
    }
    names = names_of(plan, [(_singular(remark), remark.code) for remark in page])
    rows = []
    for remark in _with_rights(request, plan, page):
        is_there = (remark.kind, remark.code) in there
        url = address_of(plan, remark.kind, remark.code) if is_there else _history_of(plan, remark)
        name = names.get((_singular(remark), remark.code), "")
        rows.append({"remark": remark, "url": url, "is_gone": not is_there, "name": name})
    context = {"plan": plan, "page": page, "rows": rows, "is_all": is_all}
    return render(request, "action_plans/plan_remarks.html", context)


def _code_of_now(plan: Plan, kind: str, code: str) -> str:
    """The code of an item, or the one under which it goes on: what somebody typed meanwhile is not lost."""
    if kind not in PAGES:
        raise Http404
    model = MODELS[Remark.Kind(kind)]
    if model._default_manager.filter(plan=plan, code=code).exists():
        return code
    former = former_item(model, plan, code)
    if former is None:
        raise Http404
    return former.code


@require_http_methods(["GET", "POST"])
def plan_remark_create(request: SignedInRequest, pk: int, kind: str, code: str) -> HttpResponse:
    plan = get_plan(request, pk)
    code = _code_of_now(plan, kind, code)
    if not can_remark(request.user, plan):
        raise PermissionDenied
    form = RemarkForm(request.POST if request.method == "POST" else None)
    url = address_of(plan, kind, code)

    def create() -> str:
        text = form.cleaned_data["text"]
        make_remark(plan, kind=kind, code=code, text=text, url=url, by=request.user)
        return url

    if answered := answer_form(request, form, create):
        return redirect(answered)
    context = {"plan": plan, "code": code, "form": form, "url": url}
    return render(request, "action_plans/plan_remark_create.html", context)


@require_POST
def plan_remark_settle(request: SignedInRequest, pk: int, remark: int) -> HttpResponse:
    row = get_remark(request, pk, remark)
    if not can_settle_remark(request.user, row):
        raise PermissionDenied
    if settle_remark(row, by=request.user):
        undo = reverse("action_plans:plan_remark_reopen", args=[pk, remark])
        messages.success(request, _("The remark is settled."), extra_tags=undo)
    else:
        messages.info(request, _("A colleague has settled it already."))
    return _back(request, row)


@require_POST
def plan_remark_reopen(request: SignedInRequest, pk: int, remark: int) -> HttpResponse:
    row = get_remark(request, pk, remark)
    reopen_remark(row, by=request.user)
    messages.success(request, _("The remark is open again."))
    return _back(request, row)


def _back(request: SignedInRequest, remark: Remark) -> HttpResponse:
    """To the list, if the step was taken there or the item has left the plan; else to the item."""
    model = MODELS[Remark.Kind(remark.kind)]
    is_there = model._default_manager.filter(plan=remark.plan, code=remark.code).exists()
    if is_there and request.POST.get("from") != "list":
        return redirect(address_of(remark.plan, remark.kind, remark.code))
    url = reverse("action_plans:plan_remarks", args=[remark.plan_id])
    return redirect(f"{url}?show=all" if request.POST.get("show") == "all" else url)
