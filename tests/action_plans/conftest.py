import pytest

from action_plans.models import PlanMeasure
from action_plans.workflow import Decision, PlanState
from tests.action_plans.editions import publish
from tests.action_plans.factories import make_plan


@pytest.fixture
def edition_with_a_local_measure(praia, approver_praia):
    """All five national measures decided, one of them left out, and one of the municipality's own."""
    plan = make_plan(praia, ready=True, state=PlanState.PUBLISHED)
    PlanMeasure.objects.filter(plan=plan, code="REG.M2").update(
        decision=Decision.EXCLUDED, reason="Falta pessoal."
    )
    PlanMeasure.objects.create(
        plan=plan,
        local_area=plan.template.areas.get(code="REG"),
        code="REG.L1",
        order=99,
        decision=Decision.LOCAL,
        text_pt="Medida local.",
        is_local_priority=True,
        budget_cve="1000.50",
    )
    return publish(plan, by=approver_praia)
