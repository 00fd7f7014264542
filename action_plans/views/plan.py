"""Plans as wholes: the list, a new one, the overview, and each step of the workflow."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.http import SignedInRequest
from accounts.roles import MUNICIPAL_ROLES, Role
from accounts.services import answer_form
from action_plans.forms.plan import PlanFilterForm, PlanForm, StepForm
from action_plans.models import Plan, Template
from action_plans.models.plan import PlanQuerySet
from action_plans.permissions import (
    available_transitions,
    can_edit_plan,
    can_make,
    can_read_plans,
    can_renew_plan,
)
from action_plans.services.inbox import inbox_of, inboxes_of
from action_plans.services.plan import create_plan, make_transition
from action_plans.services.readiness import (
    excluded_mandatory_measures,
    indicators_without_target,
    still_to_set,
    unseen_mandatory_measures,
    what_is_missing,
)
from action_plans.statistics import plan_contents, plan_progress
from action_plans.tasks import make_missing_files
from action_plans.workflow import CONSULT, PUBLISH, SUBMIT, TRANSITIONS
from gai_portal.lib.text import fold
from municipalities.models import Municipality

PAGE_SIZE = 25


def get_plan(request: SignedInRequest, pk: int) -> Plan:
    """The plan, or 404 for somebody who must not even know of it."""
    plans = Plan.objects.visible_to(request.user).select_related(
        "municipality", "template", "carried_over_from"
    )
    return get_object_or_404(plans, pk=pk)


def planned_municipalities(request: SignedInRequest) -> list[Municipality]:
    return list(Municipality.objects.filter(pk__in=request.user.municipality_ids({Role.PLANNER})))


@require_safe
def plan_list(request: SignedInRequest) -> HttpResponse:
    if not can_read_plans(request.user):
        raise PermissionDenied
    form = PlanFilterForm(request.GET)
    plans = _filtered(Plan.objects.visible_to(request.user), form)
    rows = (
        plans.with_progress()
        .select_related("municipality__island")
        .order_by("municipality__display_name", "-first_year")
    )
    is_national = request.user.has_national_role()
    without_plan = Municipality.objects.none()
    if is_national and not any(request.GET.values()):
        without_plan = Municipality.objects.filter(plans=None).order_by("display_name")
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "inboxes": inboxes_of(plan for plan in page.object_list if plan.is_editable),
        "is_national": is_national,
        "is_filtered": any(request.GET.get(name) for name in form.fields),
        "without_plan": without_plan,
        "can_create": bool(request.user.municipality_ids({Role.PLANNER})),
    }
    return render(request, "action_plans/plan_list.html", context)


def _filtered(plans: PlanQuerySet, form: PlanFilterForm) -> PlanQuerySet:
    if not form.is_valid():
        return plans
    data = form.cleaned_data
    if data["state"]:
        plans = plans.filter(state=data["state"])
    if data["island"]:
        plans = plans.filter(municipality__island=data["island"])
    if data["q"]:
        name = fold(data["q"])
        plans = plans.filter(
            Q(municipality__display_name__fold__contains=name)
            | Q(municipality__alternative_name__fold__contains=name)
            | Q(slug__contains=name)
        )
    return plans


@require_http_methods(["GET", "POST"])
def plan_create(request: SignedInRequest) -> HttpResponse:
    municipalities = planned_municipalities(request)
    if not municipalities:
        raise PermissionDenied
    form = PlanForm(request.POST if request.method == "POST" else None, municipalities=municipalities)

    def create() -> str:
        data = form.cleaned_data
        plan = create_plan(data["municipality"], data["first_year"], data["last_year"], by=request.user)
        return plan.get_absolute_url()

    if url := answer_form(request, form, create):
        return redirect(url)
    context = {"form": form, "template": Template.objects.issued().first()}
    return render(request, "action_plans/plan_create.html", context)


@require_safe
def plan_detail(request: SignedInRequest, pk: int) -> HttpResponse:
    plan = get_plan(request, pk)
    context = {
        "plan": plan,
        "progress": plan_progress(plan),
        "sections": plan.sections.select_related("based_on").order_by("based_on__order", "code"),
        "steps": plan.steps.select_related("by"),
        "can_edit": can_edit_plan(request.user, plan),
        "transitions": available_transitions(request.user, plan),
        "open_remarks": plan.remarks.open().count(),
        "can_renew": can_renew_plan(request.user, plan),
        "missing": what_is_missing(plan) if plan.is_editable else [],
        "to_set": still_to_set(plan) if plan.is_editable else [],
        "renewals": plan.renewals.all(),
        "inbox": inbox_of(plan),
        "without_target": indicators_without_target(plan),
        "indicator_count": plan.indicators.count(),
        "edition": plan.editions.order_by("-number").first(),
        "latest_comment": plan.steps.exclude(comment="").select_related("by").first(),
        "is_local": bool(request.user.municipality_ids(MUNICIPAL_ROLES)),
    }
    return render(request, "action_plans/plan_detail.html", context)


@require_http_methods(["GET", "POST"])
def plan_step(request: SignedInRequest, pk: int, name: str) -> HttpResponse:
    """One move of the workflow on a page of its own: what it means, what has to be said, and the button."""
    plan = get_plan(request, pk)
    if name not in TRANSITIONS:
        raise Http404
    transition = TRANSITIONS[name]
    if not can_make(request.user, plan, transition):
        return _too_late_or_refused(request, plan, name)
    if transition is CONSULT:  # whom, until when: a page of its own
        return redirect("action_plans:consultation_open", plan.pk)
    unseen = unseen_mandatory_measures(plan)
    form = StepForm(
        request.POST if request.method == "POST" else None,
        transition=transition,
        excluded=excluded_mandatory_measures(plan),
        unseen=unseen,
    )
    if request.method == "POST" and form.is_valid():
        try:
            plan = make_transition(plan, transition, by=request.user, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            if transition is PUBLISH:
                make_missing_files.enqueue()
                messages.success(request, _published(plan))
            else:
                messages.success(request, _("%(plan)s: %(state)s.") % {"plan": plan, "state": _state(plan)})
            return redirect(plan)
    missing = what_is_missing(plan) if transition is SUBMIT else []
    context = {
        "plan": plan,
        "transition": transition,
        "form": form,
        "missing": missing,
        "inbox": inbox_of(plan) if transition is SUBMIT else None,
        "unseen": unseen,
    }
    if transition is PUBLISH:
        context["contents"] = plan_contents(plan)
    return render(request, "action_plans/plan_step.html", context)


def _published(plan: Plan) -> str:
    """What has just been made public, with the way to it and to what comes next."""
    edition = plan.editions.order_by("-number")[0]
    return format_html(
        '{} <a href="{}">{}</a> · <a href="{}">{}</a>',
        _("%(plan)s: edition %(number)s is public now.") % {"plan": plan, "number": edition.number},
        edition.get_absolute_url(),
        _("Open the public page"),
        reverse("action_plans:edition_gazette", args=[edition.pk]),
        _("Enter the reference of the official gazette, once it is printed"),
    )


def _state(plan: Plan) -> str:
    return plan.get_state_display()


def _too_late_or_refused(request: SignedInRequest, plan: Plan, name: str) -> HttpResponse:
    """Somebody whose role makes this move finds the plan already moved, by a colleague or a second click."""
    transition = TRANSITIONS[name]
    in_time = Plan(pk=plan.pk, municipality_id=plan.municipality_id, state=min(transition.sources))
    if not can_make(request.user, in_time, transition):
        raise PermissionDenied
    messages.info(
        request, _("Nothing was done: the state of the plan is “%(state)s” now.") % {"state": _state(plan)}
    )
    return redirect(plan)
