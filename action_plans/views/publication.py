"""In the workspace: how a plan would look if it were published, and what may be noted beside an edition."""

import hashlib
import json
from http import HTTPStatus

from django.contrib import messages
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.http import SignedInRequest
from action_plans import documents
from action_plans.forms.publication import GazetteForm
from action_plans.models import Edition, Plan
from action_plans.permissions import can_record_gazette
from action_plans.services.publication import freeze_plan, record_gazette_reference

LONGEST_PREVIEW = 1_500_000  # characters of all that a plan holds: about a minute's work
SECONDS_TO_MAKE = 120  # after which a preview that was not finished is forgotten
PREVIEW_KEPT = 60 * 60  # seconds


def get_plan(request: SignedInRequest, pk: int) -> Plan:
    return get_object_or_404(Plan.objects.visible_to(request.user), pk=pk)


@require_safe
def plan_preview(request: SignedInRequest, pk: int) -> HttpResponse:
    plan = get_plan(request, pk)
    context = {**documents.document_context(freeze_plan(plan)), "plan_row": plan}
    return render(request, "action_plans/plan_preview.html", context)


@require_safe
def plan_preview_pdf(request: SignedInRequest, pk: int) -> HttpResponse:
    """Made once for the same content, and one at a time for each person: it takes seconds of a processor."""
    plan = get_plan(request, pk)
    snapshot = freeze_plan(plan)
    content = json.dumps(snapshot, sort_keys=True, default=str)
    key, busy = f"plan-preview:{plan.pk}", f"plan-preview-of:{request.user.pk}"
    digest = hashlib.sha256(content.encode()).hexdigest()
    made = cache.get(key)
    if made is None or made[0] != digest:
        if len(content) > LONGEST_PREVIEW:
            return _no_preview(request, plan, HTTPStatus.UNPROCESSABLE_ENTITY)
        if not cache.add(busy, 1, timeout=SECONDS_TO_MAKE):
            return _no_preview(request, plan, HTTPStatus.TOO_MANY_REQUESTS)
        try:
            made = digest, documents.edition_pdf(snapshot)
        finally:
            cache.delete(busy)
        cache.set(key, made, timeout=PREVIEW_KEPT)
    response = HttpResponse(made[1], content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{plan.slug}-projeto.pdf"'
    response["Content-Encoding"] = "identity"
    response["Cache-Control"] = "no-store"
    return response


def _no_preview(request: SignedInRequest, plan: Plan, status: HTTPStatus) -> HttpResponse:
    context = {"plan": plan, "is_busy": status == HTTPStatus.TOO_MANY_REQUESTS}
    return render(request, "action_plans/plan_preview_wait.html", context, status=status)


@require_http_methods(["GET", "POST"])
def edition_gazette(request: SignedInRequest, pk: int) -> HttpResponse:
    plans = Plan.objects.visible_to(request.user)
    edition = get_object_or_404(Edition.objects.select_related("plan").filter(plan__in=plans), pk=pk)
    if not can_record_gazette(request.user, edition):
        raise PermissionDenied
    form = GazetteForm(
        request.POST if request.method == "POST" else None,
        initial={"gazette_reference": edition.gazette_reference},
    )
    if request.method == "POST" and form.is_valid():
        record_gazette_reference(edition, form.cleaned_data["gazette_reference"], by=request.user)
        messages.success(request, _("The reference stands beside the edition now."))
        return redirect(edition.get_absolute_url() + "#about")
    return render(request, "action_plans/edition_gazette.html", {"form": form, "edition": edition})
