"""Versions of the national template beside each other: comparing any two, putting the next in force."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.http import SignedInRequest
from action_plans.forms.template import ComparisonForm
from action_plans.models import Template
from action_plans.permissions import can_issue_template
from action_plans.services.comparison import compare_templates
from action_plans.services.content import link_names
from action_plans.services.impact import plans_to_come, plans_touched
from action_plans.services.template import IncompleteTemplate, NotADraft, find_faults, issue_template
from action_plans.views.template import get_template, too_late


def comparison_of(before: Template, after: Template) -> dict[str, Any]:
    """What includes/_template_comparison.html shows."""
    return {"comparison": compare_templates(before, after), "names": link_names()}


@require_safe
def template_compare(request: SignedInRequest) -> HttpResponse:
    """What is different between two versions; unless others are chosen, the newest and the one before it."""
    versions = list(Template.objects.visible_to(request.user))
    form = ComparisonForm(request.GET, versions=versions)
    before, after = form.chosen()
    context: dict[str, Any] = {"form": form, "before": before, "after": after}
    if before and after:
        context |= comparison_of(before, after)
    return render(request, "action_plans/template_compare.html", context)


@require_http_methods(["GET", "POST"])
def template_issue(request: SignedInRequest, number: int) -> HttpResponse:
    """What issuing would change and which plans it touches, then the button."""
    draft = get_template(request, number)
    if request.method == "POST":
        try:
            issue_template(draft, by=request.user)
        except NotADraft:
            return too_late(request, draft)
        except IncompleteTemplate:
            return redirect("action_plans:template_issue", number)
        text = _("Version %(number)s is in force. New plans start from it.") % {"number": number}
        messages.success(request, text)
        return redirect(draft)
    if not draft.is_draft:
        return too_late(request, draft)
    if not can_issue_template(request.user, draft):
        raise PermissionDenied
    current = Template.objects.issued().first()
    context: dict[str, Any] = {"template": draft, "current": current, "faults": find_faults(draft)}
    if current and not context["faults"]:
        context |= comparison_of(current, draft)
        context |= {"impacts": plans_touched(draft), "to_come": plans_to_come()}
    return render(request, "action_plans/template_issue.html", context)
