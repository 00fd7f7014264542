"""The first day at a desk, step by step."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.http import SignedInRequest
from cases.services.first_day import guide_for, put_guide_away, see_keys, steps_of
from cases.views.desk import get_offices


@require_http_methods(["GET", "POST"])
def first_day(request: SignedInRequest) -> HttpResponse:
    """What to try on the first day. A POST says that the keys were opened, or that the guide may go."""
    offices = get_offices(request.user)
    if request.method == "POST":
        if "away" in request.POST:
            put_guide_away(by=request.user)
            messages.success(request, _("The guide is put away. You find it again under Keys."))
            return redirect("cases:desk")
        see_keys(by=request.user)
        return redirect("cases:shortcuts")
    steps = steps_of(request.user)
    context = {
        "offices": offices,
        "steps": steps,
        "done": sum(step.is_done for step in steps),
        "next": next((step for step in steps if not step.is_done), None),
        "can_put_away": bool(guide_for(request.user)),
    }
    return render(request, "cases/first_day.html", context)
