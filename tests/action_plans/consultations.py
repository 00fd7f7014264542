"""Drafts that are open to comments."""

from datetime import timedelta

from django.utils import timezone

from action_plans.models import Consultation, Plan
from action_plans.workflow import PlanState
from municipalities.models import Municipality
from tests.action_plans.factories import make_plan


def running_consultation(municipality: Municipality, *, by, partners=(), **fields) -> Consultation:
    """A plan in consultation that takes comments for two more weeks."""
    plan: Plan = fields.pop("plan", None) or make_plan(municipality, ready=True, state=PlanState.CONSULTATION)
    values = {"closes_on": timezone.localdate() + timedelta(days=14), "opened_by": by, **fields}
    consultation = Consultation.objects.create(plan=plan, **values)
    consultation.partners.set(partners)
    return consultation
