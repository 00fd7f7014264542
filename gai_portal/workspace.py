"""The signed-in home: each role's own work, and only that."""

from collections import Counter
from typing import Any

from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.http import SignedInRequest
from accounts.models import User
from accounts.roles import DESK_ROLES, NATIONAL_ROLES, Role
from action_plans.models import Consultation, Plan, Template
from action_plans.services.inbox import inboxes_of
from action_plans.workflow import EDITABLE_STATES, PlanState
from cases.models import Enquiry, Referral
from municipalities.models import Municipality, Partner

LATEST = 5
AWAITING_COUNCIL = frozenset({PlanState.ENDORSED, PlanState.APPROVED})  # the approver's move


@require_safe
def home(request: SignedInRequest) -> HttpResponse:
    user = request.user
    context = {
        "today": timezone.localdate(),
        "memberships": user.current_memberships,
        "invitations": user.memberships.pending().select_related("municipality", "given_by"),
    }
    if user.municipality_ids(DESK_ROLES):
        context["desk"] = desk(user)
    if own := user.municipality_ids({Role.PLANNER}):
        context["planning"] = planning(user, own)
    if own := user.municipality_ids({Role.APPROVER}):
        context["approving"] = approving(user, own)
    if user.has_national_role({Role.DGI_OFFICER}):
        context["oversight"] = oversight(user)
    if user.has_national_role({Role.DGI_ADMINISTRATOR}):
        context["administration"] = administration()
    if user.partner_ids():
        context["partners"] = Partner.objects.filter(pk__in=user.partner_ids())
        context["referrals"] = Referral.objects.sent_to(user).awaited().count()
        asked = Consultation.objects.running().addressed_to(user)
        context["consultations"] = asked.select_related("plan__municipality")[:LATEST]
    return render(request, "gai_portal/workspace.html", context)


def desk(user: User) -> dict[str, Any]:
    """Today's and this month's contacts, and the latest of them."""
    enquiries = Enquiry.objects.visible_to(user).filter(office__in=user.office_ids(DESK_ROLES)).standing()
    now = timezone.localtime()
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    month = today.replace(day=1)
    counts = enquiries.filter(at__gte=month).aggregate(
        month=Count("pk"), today=Count("pk", filter=Q(at__gte=today))
    )
    latest = enquiries.order_by("-at", "-pk")[:LATEST]
    return {"counts": counts, "latest": latest}


def plans_of(user: User, municipality_ids: set[str]) -> Any:
    plans = Plan.objects.visible_to(user).filter(municipality__in=municipality_ids)
    return plans.select_related("municipality").with_progress().order_by("-first_year", "municipality")


def planning(user: User, own: set[str]) -> dict[str, Any]:
    plans = list(plans_of(user, own))
    inboxes = inboxes_of(plan for plan in plans if plan.is_editable)
    return {
        "plans": plans,
        "updates": [(plan, inboxes[plan.pk]) for plan in plans if plan.pk in inboxes],
        "editable": EDITABLE_STATES,
        "has_template": Template.objects.issued().exists(),
        "places": Municipality.objects.filter(pk__in=own).order_by("display_name"),
    }


def approving(user: User, own: set[str]) -> dict[str, Any]:
    plans = list(plans_of(user, own))
    return {
        "waiting": [plan for plan in plans if plan.state in AWAITING_COUNCIL],
        "others": [plan for plan in plans if plan.state not in AWAITING_COUNCIL],
    }


def oversight(user: User) -> dict[str, Any]:
    """Where the template and the plans of all municipalities stand."""
    plans = list(
        Plan.objects.visible_to(user).select_related("municipality").with_progress().order_by("first_year")
    )
    latest = {plan.municipality_id: plan for plan in plans}
    municipalities = list(Municipality.objects.select_related("island"))
    counts = Counter(plan.state for plan in latest.values())
    return {
        "issued": Template.objects.issued().first(),
        "draft": Template.objects.drafts().first(),
        "waiting": [plan for plan in plans if plan.state == PlanState.SUBMITTED],
        "rows": [(municipality, latest.get(municipality.pk)) for municipality in municipalities],
        "total": len(municipalities),
        "with_plan": len(latest),
        "published": sum(counts[state] for state in (PlanState.PUBLISHED, PlanState.REVISING)),
    }


def administration() -> dict[str, Any]:
    return {
        "people": User.objects.filter(is_active=True).count(),
        "national": User.objects.with_role(NATIONAL_ROLES).count(),
    }
