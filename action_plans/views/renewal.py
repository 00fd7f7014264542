"""The next period: a new plan that goes on from one that has been decided."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.http import SignedInRequest
from accounts.services import answer_once, first_answer
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
    if request.method == "POST" and form.is_valid():
        # The first POST makes the period taken, which a repeat would be refused for.
        if (url := first_answer(request)) is not None:
            return redirect(url)
        try:
            url = answer_once(
                request, lambda: renew_plan(plan, **form.cleaned_data, by=request.user).get_absolute_url()
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("The next plan is there. Its dates and targets wait for you."))
            return redirect(url)
    return render(request, "action_plans/plan_renew.html", {"plan": plan, "form": form})
