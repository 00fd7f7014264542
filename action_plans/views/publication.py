"""In the workspace: how a plan would look if it were published, and what may be noted beside an edition."""

from django.contrib import messages
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


def get_plan(request: SignedInRequest, pk: int) -> Plan:
    return get_object_or_404(Plan.objects.visible_to(request.user), pk=pk)


@require_safe
def plan_preview(request: SignedInRequest, pk: int) -> HttpResponse:
    plan = get_plan(request, pk)
    context = {**documents.document_context(freeze_plan(plan)), "plan_row": plan}
    return render(request, "action_plans/plan_preview.html", context)


@require_safe
def plan_preview_pdf(request: SignedInRequest, pk: int) -> HttpResponse:
    plan = get_plan(request, pk)
    response = HttpResponse(documents.edition_pdf(freeze_plan(plan)), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{plan.slug}-projeto.pdf"'
    response["Content-Encoding"] = "identity"
    response["Cache-Control"] = "no-store"
    return response


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
