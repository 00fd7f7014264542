"""A plan as a whole: how it begins, and each move along its workflow."""

import datetime
from collections.abc import Collection
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from simple_history.utils import bulk_create_with_history

from accounts.models import User
from action_plans.models import (
    Plan,
    PlanIndicator,
    PlanMeasure,
    PlanSection,
    PlanStep,
    Template,
    TemplateIndicator,
    TemplateMeasure,
)
from action_plans.permissions import can_create_plan, can_make
from action_plans.services.next_steps import tell_who_acts_next
from action_plans.services.publication import publish_edition
from action_plans.services.readiness import (
    excluded_mandatory_measures,
    unseen_mandatory_measures,
    what_is_missing,
)
from action_plans.services.tailoring import remember_links
from action_plans.workflow import (
    CONSULT,
    EDITABLE_STATES,
    END_CONSULTATION,
    ENDORSE,
    PUBLISH,
    SUBMIT,
    PlanState,
    Transition,
)
from municipalities.models import Municipality

LONGEST_PERIOD = 10  # years
EARLIEST_YEAR = 2012  # the national strategy is of that year


@transaction.atomic
def create_plan(municipality: Municipality, first_year: int, last_year: int, *, by: User) -> Plan:
    """Start a plan from the template in force: every measure of it arrives undecided."""
    if not can_create_plan(by, municipality.pk):
        raise PermissionDenied(f"{by} may not create a plan of {municipality}")
    # Two planners who start a plan at once queue here, so that the second sees the first's.
    Municipality.objects.select_for_update(of=("self",), no_key=True).get(pk=municipality.pk)
    template = Template.objects.issued().first()
    if template is None:
        raise ValidationError(
            _("There is no national template in force yet. A plan can start as soon as one is issued.")
        )
    refuse_bad_period(municipality, first_year, last_year)
    plan = Plan.objects.create(
        municipality=municipality,
        template=template,
        first_year=first_year,
        last_year=last_year,
        slug=f"{municipality.slug}-{first_year}-{last_year}",
    )
    _copy_items(plan, by=by)
    return plan


def refuse_bad_period(municipality: Municipality, first_year: int, last_year: int) -> None:
    """A period has its years in order, is not absurdly long, and meets no other plan of the municipality."""
    if first_year < EARLIEST_YEAR:
        message = _("Write a year from %(year)s on.") % {"year": EARLIEST_YEAR}
        raise ValidationError({"first_year": message})
    if first_year > timezone.localdate().year + LONGEST_PERIOD:
        raise ValidationError({"first_year": _("This year is too far away. Check it.")})
    if last_year < first_year:
        raise ValidationError({"last_year": _("The last year is before the first.")})
    if last_year - first_year >= LONGEST_PERIOD:
        message = _("A plan covers at most %(years)s years.") % {"years": LONGEST_PERIOD}
        raise ValidationError({"last_year": message})
    met = municipality.plans.filter(first_year__lte=last_year, last_year__gte=first_year).first()
    if met is not None:
        message = _("%(municipality)s already has a plan for %(period)s. Two plans cannot share a year.")
        raise ValidationError({"first_year": message % {"municipality": municipality, "period": met.period}})


def _copy_items(plan: Plan, *, by: User) -> None:
    measures = (
        TemplateMeasure.objects.filter(objective__area__template=plan.template)
        .order_by("objective__area__order", "objective__area__code", "objective__order", "order", "code")
        .prefetch_related("partners")
    )
    indicators = TemplateIndicator.objects.filter(objective__area__template=plan.template).order_by("code")
    sections: list[Any] = [
        PlanSection(plan=plan, based_on=row, code=row.code) for row in plan.template.sections.all()
    ]
    bulk_create_with_history(sections, PlanSection, default_user=by)
    rows: list[Any] = [
        PlanMeasure(plan=plan, based_on=row, code=row.code, order=number)
        for number, row in enumerate(measures, start=1)
    ]
    created = bulk_create_with_history(rows, PlanMeasure, default_user=by)
    # The partners that the national level proposes are a start; the municipality changes them as it likes.
    through = PlanMeasure.partners.through
    partners = {row.pk: row.partners.all() for row in measures}
    through.objects.bulk_create(
        through(planmeasure_id=row.pk, partner_id=partner.pk)
        for row in created
        for partner in partners[row.based_on_id]
    )
    remember_links(created)
    own: list[Any] = [PlanIndicator(plan=plan, based_on=row, code=row.code) for row in indicators]
    bulk_create_with_history(own, PlanIndicator, default_user=by)


@transaction.atomic
def make_transition(
    plan: Plan,
    transition: Transition,
    *,
    by: User,
    comment: str = "",
    decided_on: datetime.date | None = None,
    decision_reference: str = "",
    accepted_exclusions: Collection[str] = (),
    at: datetime.datetime | None = None,
    tells: bool = True,
) -> Plan:
    """Move a plan along its workflow, record who did it, and tell whoever acts next.

    `at` is when it happened, if that was not now; without `tells`, nobody gets a notice.
    """
    plan = Plan.objects.select_for_update(of=("self",)).select_related("municipality").get(pk=plan.pk)
    if not can_make(by, plan, transition):
        raise PermissionDenied(f"{by} may not {transition.name} {plan}")
    comment, decision_reference = comment.strip(), decision_reference.strip()
    if transition.needs_comment and not comment:
        raise ValidationError({"comment": _("Say what has to change.")})
    if transition.needs_decision:
        _refuse_bad_decision(decided_on, decision_reference)
    if transition is SUBMIT and what_is_missing(plan):
        raise ValidationError(_("The plan is not complete yet: see what is missing below."))
    excluded = [
        *(measure.code for measure in excluded_mandatory_measures(plan)),
        *(measure.code for measure in unseen_mandatory_measures(plan)),
    ]
    if transition is ENDORSE and set(excluded) - set(accepted_exclusions):
        raise ValidationError(
            {"accepted_exclusions": _("Tick each mandatory measure whose exclusion you accept.")}
        )
    target = transition.target or _came_from(plan)
    step = PlanStep(
        plan=plan,
        name=transition.name,
        from_state=plan.state,
        to_state=target,
        by=by,
        at=at or timezone.now(),
        comment=comment,
        accepted_exclusions=excluded if transition is ENDORSE else [],
    )
    plan.state = target
    if transition.needs_decision:
        plan.decided_on = step.decided_on = decided_on
        plan.decision_reference = step.decision_reference = decision_reference
    elif target in EDITABLE_STATES:
        # What the council decided was about the text as it stood; the step and the edition remember it.
        plan.decided_on, plan.decision_reference = None, ""
    plan.save(update_fields=["state", "decided_on", "decision_reference"])
    step.save()
    if transition is END_CONSULTATION:
        plan.consultations.filter(closed_at=None).update(closed_at=step.at)
    if transition is PUBLISH:
        publish_edition(plan, by=by, at=at)
    if tells:
        tell_who_acts_next(plan, transition, by=by)
    return plan


def _came_from(plan: Plan) -> str:
    """The state in which the plan was before its consultation began."""
    opened = plan.steps.filter(name=CONSULT.name).values_list("from_state", flat=True).first()
    return opened or PlanState.DRAFT


def _refuse_bad_decision(decided_on: datetime.date | None, decision_reference: str) -> None:
    errors = {}
    if decided_on is None:
        errors["decided_on"] = _("Write the date of the council's decision.")
    elif decided_on > timezone.localdate():
        errors["decided_on"] = _("The date of the council's decision is in the future.")
    if not decision_reference:
        errors["decision_reference"] = _("Write the reference of the decision, for example its number.")
    if errors:
        raise ValidationError(errors)
