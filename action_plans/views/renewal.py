"""The next period: a new plan that goes on from one that has been decided."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.http import SignedInRequest
from accounts.services import answer_form
from action_plans.forms.renewal import RenewalForm
from action_plans.permissions import can_renew_plan
from action_plans.services.renewal import renew_plan
from action_plans.views.plan import get_plan


@require_http_methods(["GET", "POST"])
def plan_renew(request: SignedInRequest, pk: int) -> HttpResponse:
    """Carry a plan into the next period."""
    plan = get_plan(request, pk)
    if not can_renew_plan(request.user, plan):
        raise PermissionDenied
    form = RenewalForm(request.POST if request.method == "POST" else None, plan=plan)

    def create() -> str:
        url = renew_plan(plan, **form.cleaned_data, by=request.user).get_absolute_url()
        messages.success(request, _("The next plan is there. Its dates and targets wait for you."))
        return url

    if url := answer_form(request, form, create):
        return redirect(url)
    return render(request, "action_plans/plan_renew.html", {"plan": plan, "form": form})
