"""The adoption map of the national level: who has taken what of the national template."""

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.http import SignedInRequest
from action_plans.models import UpdateDecision
from action_plans.permissions import can_read_adoption
from action_plans.services.adoption import OUTCOMES, adoption_map
from action_plans.services.inbox import PLAN_ITEMS
from gai_portal.lib.content import content_text

PAGE_SIZE = 50


@require_safe
def template_adoption(request: SignedInRequest) -> HttpResponse:
    """Version x municipality, and every change of the newer versions with what became of it."""
    if not can_read_adoption(request.user):
        raise PermissionDenied
    adoption = adoption_map()
    items = adoption.items() if adoption.in_force else []
    context = {
        "adoption": adoption,
        "rows": [
            (row, [(number, row.by_version[number]) for number in adoption.versions])
            for row in adoption.plans
        ],
        "page": Paginator(items, PAGE_SIZE).get_page(request.GET.get("page")),
        "outcomes": [label for label, _choices in OUTCOMES],
    }
    return render(request, "action_plans/template_adoption.html", context)


@require_safe
def template_adoption_item(request: SignedInRequest, kind: str, code: str) -> HttpResponse:
    """One item: who took it, kept theirs, combined the two, and who has not looked yet."""
    if not can_read_adoption(request.user):
        raise PermissionDenied
    adoption = adoption_map()
    key = (kind, code)
    if kind not in PLAN_ITEMS or adoption.contents is None or not adoption.contents.knows(key):
        raise Http404
    national = adoption.contents.newest(key)
    context = {
        "adoption": adoption,
        "kind_label": UpdateDecision.Kind(kind).label,
        "code": code,
        "national": national,
        "name": content_text(national.values, "title" if kind == "section" else "text"),
        "is_in_force": adoption.contents.get(adoption.contents.in_force, key) is not None,
        "rows": [
            (row.plan, row.standings.get(key), row.decision_about(key), row.change_of(key))
            for row in adoption.plans
        ],
    }
    return render(request, "action_plans/template_adoption_item.html", context)
