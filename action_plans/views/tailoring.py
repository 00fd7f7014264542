"""The workbench: measures, chapters and indicators of one plan, one decision at a time."""

from copy import copy
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import SignedInRequest
from accounts.services import answer_form, close_draft, restore_draft
from action_plans.forms.tailoring import (
    ItemForm,
    LocalMeasureForm,
    MeasureForm,
    SectionForm,
)
from action_plans.models import Plan, PlanMeasure
from action_plans.models.plan import PlanMeasureQuerySet
from action_plans.permissions import can_edit_plan, can_read_evidence
from action_plans.services.history import former_item
from action_plans.services.tailoring import (
    MOST_LOCAL_IN_AN_AREA,
    MOST_LOCAL_MEASURES,
    EditConflict,
    ItemGone,
    NoRoom,
    add_local_measure,
    adopt_undecided,
    remove_local_measure,
    save_measure,
    save_section,
    undo,
)
from action_plans.statistics import AreaProgress, Evidence, PlanProgress, area_evidence, plan_progress
from action_plans.views.conflict import conflict_page
from action_plans.views.discussion import remarks_of
from action_plans.views.gone import gives_back_what_was_typed, gone_page, kept_draft, opened_for_another
from action_plans.views.plan import get_plan
from action_plans.views.shown import warn_of_translations
from action_plans.workflow import Decision
from gai_portal.lib.content import content_text
from municipalities.statistics import latest_figures

FILTERS = [Decision.UNDECIDED, Decision.ADOPTED, Decision.ADAPTED, Decision.EXCLUDED, Decision.LOCAL]


def get_area(progress: PlanProgress, code: str) -> AreaProgress:
    area = progress.of(code)
    if area is None:
        raise Http404
    return area


def refuse_readers(request: SignedInRequest, plan: Plan) -> None:
    """403 for somebody who reads the plan but may not write it (now)."""
    if not can_edit_plan(request.user, plan):
        raise PermissionDenied


def units_of(plan: Plan) -> list[str]:
    """Units named in this plan before, offered while somebody types another."""
    units = plan.measures.exclude(responsible_unit="").order_by("responsible_unit")
    return list(units.values_list("responsible_unit", flat=True).distinct())


def next_undecided(plan: Plan, after: PlanMeasure) -> PlanMeasure | None:
    """The next measure to decide, from here to the end of the plan and then from its beginning."""
    undecided = plan.measures.undecided().exclude(pk=after.pk).order_by("order", "code")
    return undecided.filter(order__gt=after.order).first() or undecided.first()


def evidence_for(request: SignedInRequest, plan: Plan, code: str) -> Evidence | None:
    """What the desk's published counts say of an area; None for somebody who must not compare them."""
    return area_evidence(plan.municipality_id, code) if can_read_evidence(request.user, plan) else None


@require_safe
def plan_area(request: SignedInRequest, pk: int, code: str) -> HttpResponse:
    plan = get_plan(request, pk)
    progress = plan_progress(plan)
    area = get_area(progress, code)
    chosen = request.GET.get("decision", "")
    measures: PlanMeasureQuerySet = plan.measures.with_place().in_area(code).order_by("order", "code")
    if chosen in FILTERS:
        measures = measures.filter(decision=chosen)
    context = {
        "plan": plan,
        "progress": progress,
        "area": area,
        "measures": measures,
        "chosen": chosen,
        "tabs": [
            (value, Decision(value).label, area.counts[value]) for value in FILTERS if area.counts.get(value)
        ],
        "total": area.total + area.local,
        "can_edit": can_edit_plan(request.user, plan),
        "units": units_of(plan),
        "following": _following(progress, code),
        "evidence": evidence_for(request, plan, code),
        "figures": latest_figures(plan.municipality_id),
    }
    return render(request, "action_plans/plan_area.html", context)


def _following(progress: PlanProgress, code: str) -> AreaProgress | None:
    codes = [area.area.code for area in progress.areas]
    position = codes.index(code) + 1
    return progress.areas[position] if position < len(codes) else None


@require_POST
def plan_area_adopt(request: SignedInRequest, pk: int, code: str) -> HttpResponse:
    plan = get_plan(request, pk)
    refuse_readers(request, plan)
    area = get_area(plan_progress(plan), code)
    unit = request.POST.get("responsible_unit", "").strip()
    unit = unit[: PlanMeasure._meta.get_field("responsible_unit").max_length]
    count, token = adopt_undecided(plan, code, responsible_unit=unit, by=request.user)
    text = ngettext("%(count)d measure adopted.", "%(count)d measures adopted.", count) % {"count": count}
    undo_url = reverse("action_plans:plan_undo", args=[plan.pk, token])
    messages.success(request, text, extra_tags=undo_url if count else "")
    return redirect("action_plans:plan_area", plan.pk, area.area.code)


@require_POST
def plan_undo(request: SignedInRequest, pk: int, token: str) -> HttpResponse:
    plan = get_plan(request, pk)
    refuse_readers(request, plan)
    measures = undo(plan, token, by=request.user)
    if not measures:
        messages.info(request, _("There was nothing left to undo."))
        return redirect(plan)
    messages.success(request, _("Undone."))
    return redirect("action_plans:plan_area", plan.pk, measures[0].area.code)


def _get_measure(plan: Plan, code: str) -> PlanMeasure:
    return get_object_or_404(plan.measures.with_place(), code=code)


def _measure_form(request: SignedInRequest, plan: Plan, measure: PlanMeasure, initial: Any) -> ItemForm:
    kind = LocalMeasureForm if measure.is_local else MeasureForm
    return kind(
        request.POST if request.method == "POST" else None, instance=measure, plan=plan, initial=initial
    )


@require_http_methods(["GET", "POST"])
@gives_back_what_was_typed(MeasureForm)
def plan_measure(request: SignedInRequest, pk: int, code: str) -> HttpResponse:
    """The tailoring screen: the national text, the decision, and who does what by when."""
    plan = get_plan(request, pk)
    measure = plan.measures.with_place().filter(code=code).first()
    if measure is None or opened_for_another(request.POST, measure):
        return gone_page(request, plan, "measures", code, MeasureForm)
    can_edit = can_edit_plan(request.user, plan)
    form = draft = None
    stray: list[Any] = []
    if request.method == "POST" or can_edit:
        if not can_edit:
            raise PermissionDenied
        draft, stray = kept_draft(request, measure, MeasureForm)
        form = _measure_form(request, plan, _get_measure(plan, code), draft and draft.initial)
    if form is not None and request.method == "POST" and form.is_valid():
        try:
            save_measure(measure, form.values, version=form.opened_version, by=request.user)
        except EditConflict as conflict:
            return conflict_page(request, plan, measure, conflict, form)
        except ItemGone:
            return gone_page(request, plan, "measures", code, MeasureForm)
        close_draft(request)
        warn_of_translations(request, vars(measure), form.values)
        return _after_saving(request, plan, measure)
    progress = plan_progress(plan)
    context = {
        "plan": plan,
        "measure": measure,
        "form": form,
        "draft": draft,
        "stray": stray,
        "can_edit": can_edit,
        "progress": progress,
        "area": get_area(progress, measure.area.code),
        "units": units_of(plan) if can_edit else [],
        "national_goals": measure.based_on.goals.all() if measure.based_on else measure.goals.all(),
        "proposed_partners": measure.based_on.partners.all() if measure.based_on else [],
        "partners": measure.partners.all(),
        "evidence": evidence_for(request, plan, measure.area.code),
        "figures": latest_figures(plan.municipality_id),
        **_neighbours(plan, measure),
        **remarks_of(request, plan, "measures", code),
    }
    return render(request, "action_plans/plan_measure.html", context)


def _neighbours(plan: Plan, measure: PlanMeasure) -> dict[str, Any]:
    siblings = list(plan.measures.in_area(measure.area.code).order_by("order", "code").only("code", "plan"))
    codes = [row.code for row in siblings]
    position = codes.index(measure.code)
    return {
        "position": position + 1,
        "sibling_count": len(codes),
        "previous": siblings[position - 1] if position else None,
        "next": siblings[position + 1] if position + 1 < len(codes) else None,
    }


def _after_saving(request: SignedInRequest, plan: Plan, measure: PlanMeasure) -> HttpResponse:
    if "next" in request.POST:
        following = next_undecided(plan, measure)
        if following is not None:
            messages.success(request, _("%(code)s saved.") % {"code": measure.code})
            return redirect("action_plans:plan_measure", plan.pk, following.code)
        messages.success(request, _("%(code)s saved. Every measure is decided.") % {"code": measure.code})
        return redirect(plan)
    messages.success(request, _("%(code)s saved.") % {"code": measure.code})
    return redirect("action_plans:plan_area", plan.pk, measure.area.code)


@require_http_methods(["GET", "POST"])
@gives_back_what_was_typed(LocalMeasureForm)
def plan_measure_create(request: SignedInRequest, pk: int, code: str) -> HttpResponse:
    plan = get_plan(request, pk)
    refuse_readers(request, plan)
    progress = plan_progress(plan)
    area = get_area(progress, code)
    draft = restore_draft(request)
    form = LocalMeasureForm(
        request.POST if request.method == "POST" else None, plan=plan, initial=draft and draft.initial
    )

    def create() -> str:
        try:
            measure = add_local_measure(plan, area.area, form.values, by=request.user)
        except NoRoom as full:
            text = _(
                "A plan has at most %(area)s measures of its own in an area, %(plan)s in all. Join some."
            )
            limits = {"area": MOST_LOCAL_IN_AN_AREA, "plan": MOST_LOCAL_MEASURES}
            raise ValidationError(text, params=limits) from full
        messages.success(request, _("The measure was added."))
        return reverse("action_plans:plan_area", args=[plan.pk, code]) + f"#{measure.code}"

    if url := answer_form(request, form, create):
        return redirect(url)
    context = {"plan": plan, "area": area, "progress": progress, "form": form, "units": units_of(plan)}
    context["draft"] = draft
    return render(request, "action_plans/plan_measure_create.html", context)


@require_POST
def plan_measure_remove(request: SignedInRequest, pk: int, code: str) -> HttpResponse:
    plan = get_plan(request, pk)
    refuse_readers(request, plan)
    measure = plan.measures.with_place().filter(code=code, decision=Decision.LOCAL).first()
    is_national = measure is None and plan.measures.filter(code=code).exists()
    if is_national or (measure is None and former_item(PlanMeasure, plan, code) is None):
        raise Http404
    try:
        if measure is None:
            raise ItemGone
        token = remove_local_measure(measure, by=request.user)
    except ItemGone:
        messages.info(request, _("%(code)s was removed already.") % {"code": code})
        return redirect(plan)
    messages.success(
        request,
        _("%(code)s removed.") % {"code": code},
        extra_tags=reverse("action_plans:plan_undo", args=[plan.pk, token]),
    )
    return redirect("action_plans:plan_area", plan.pk, measure.area.code)


@require_http_methods(["GET", "POST"])
@gives_back_what_was_typed(SectionForm)
def plan_section(request: SignedInRequest, pk: int, code: str) -> HttpResponse:
    plan = get_plan(request, pk)
    section = plan.sections.select_related("based_on", "plan").filter(code=code).first()
    if section is None or opened_for_another(request.POST, section):
        return gone_page(request, plan, "chapters", code, SectionForm)
    writable = can_edit_plan(request.user, plan) and not section.based_on.is_locked
    form = draft = None
    stray: list[Any] = []
    if request.method == "POST" or writable:
        if not writable:
            raise PermissionDenied
        draft, stray = kept_draft(request, section, SectionForm)
        form = SectionForm(
            request.POST if request.method == "POST" else None,
            instance=copy(section),
            initial=draft and draft.initial,
        )
    if form is not None and request.method == "POST" and form.is_valid():
        try:
            save_section(section, form.values, version=form.opened_version, by=request.user)
        except EditConflict as conflict:
            return conflict_page(request, plan, section, conflict, form)
        except ItemGone:
            return gone_page(request, plan, "chapters", code, SectionForm)
        close_draft(request)
        warn_of_translations(request, vars(section), form.values)
        messages.success(
            request, _("Chapter “%(title)s” saved.") % {"title": content_text(section.based_on, "title")}
        )
        return redirect(plan)
    context = {"plan": plan, "section": section, "form": form, "draft": draft, "stray": stray}
    context |= remarks_of(request, plan, "chapters", code)
    return render(request, "action_plans/plan_section.html", context)
