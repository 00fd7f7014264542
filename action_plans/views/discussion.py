"""Remarks among colleagues: beside each item, and all of a plan in one list."""

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
from action_plans.models import Plan, Remark
from action_plans.permissions import can_remark, can_settle_remark
from action_plans.services.discussion import make_remark, reopen_remark, settle_remark
from action_plans.views.plan import get_plan

PAGE_SIZE = 25
PAGES = {Remark.Kind.MEASURE: "action_plans:plan_measure", Remark.Kind.CHAPTER: "action_plans:plan_section"}


def address_of(plan: Plan, kind: str, code: str) -> str:
    """The page of the item, where its remarks stand."""
    return reverse(PAGES[Remark.Kind(kind)], args=[plan.pk, code]) + "#remarks"


def remarks_of(request: SignedInRequest, plan: Plan, kind: str, code: str) -> dict[str, Any]:
    """What an item's page shows of the talk about it."""
    remarks = list(plan.remarks.about(kind, code).select_related("by", "settled_by"))
    for remark in remarks:
        remark.plan = plan
        remark.may_settle = can_settle_remark(request.user, remark)  # type: ignore[attr-defined]
    return {
        "remarks": remarks,
        "can_remark": can_remark(request.user, plan),
        "remark_url": reverse("action_plans:plan_remark_create", args=[plan.pk, kind, code]),
    }


def get_remark(request: SignedInRequest, pk: int, remark: int) -> Remark:
    remarks = Remark.objects.visible_to(request.user).select_related("plan")
    return get_object_or_404(remarks, pk=remark, plan=pk)


@require_safe
def plan_remarks(request: SignedInRequest, pk: int) -> HttpResponse:
    plan = get_plan(request, pk)
    remarks = plan.remarks.select_related("by", "settled_by")
    is_all = request.GET.get("show") == "all"
    page = Paginator(remarks if is_all else remarks.open(), PAGE_SIZE).get_page(request.GET.get("page"))
    rows = [(remark, address_of(plan, remark.kind, remark.code)) for remark in page]
    context = {"plan": plan, "page": page, "rows": rows, "is_all": is_all}
    return render(request, "action_plans/plan_remarks.html", context)


@require_http_methods(["GET", "POST"])
def plan_remark_create(request: SignedInRequest, pk: int, kind: str, code: str) -> HttpResponse:
    plan = get_plan(request, pk)
    if kind not in PAGES or not getattr(plan, {"chapters": "sections"}.get(kind, kind)).filter(code=code):
        raise Http404
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
    return redirect(address_of(row.plan, row.kind, row.code))


@require_POST
def plan_remark_reopen(request: SignedInRequest, pk: int, remark: int) -> HttpResponse:
    row = get_remark(request, pk, remark)
    reopen_remark(row, by=request.user)
    messages.success(request, _("The remark is open again."))
    return redirect(address_of(row.plan, row.kind, row.code))
