"""What colleagues and partners say about a measure goes along when the measure gets another code."""

import pytest

from action_plans.models import ConsultationComment
from action_plans.services.tailoring import add_local_measure
from action_plans.services.updates import decide_update, undo_decisions
from action_plans.workflow import PlanState, UpdateChoice
from tests.action_plans.consultations import running_consultation
from tests.action_plans.factories import issued_template, make_plan
from tests.action_plans.versions import issue_next


@pytest.fixture
def plan(praia):
    issued_template(number=1)
    return make_plan(praia, state=PlanState.CONSULTATION)


@pytest.fixture
def said(plan, desk_praia, planner_praia):
    """Say the same about a measure twice: among colleagues, and as a comment on the draft."""
    consultation = running_consultation(plan.municipality, by=planner_praia, plan=plan)

    def said(code):
        plan.remarks.create(kind="measures", code=code, text=f"Sobre {code}.", by=desk_praia)
        ConsultationComment.objects.create(
            consultation=consultation, kind="measure", code=code, text=f"Sobre {code}."
        )

    return said


def codes_said(plan, code) -> set[str]:
    """Under which codes stands now what was said about `code` at the time."""
    comments = ConsultationComment.objects.filter(consultation__plan=plan)
    rows = [*plan.remarks.all(), *comments]
    return {row.code for row in rows if row.text == f"Sobre {code}."}


def test_it_follows_a_measure_that_goes_on_as_a_local_one_and_back(plan, said, planner_praia, dgi_officer):
    said("REG.M2")
    said("REG.M1")
    issue_next(lambda draft: draft.drop_measure("REG.M2"), by=dgi_officer)
    details = {"against": 2, "version": 1, "by": planner_praia}
    decision = decide_update(plan, "measure", "REG.M2", UpdateChoice.GO_ON, **details)
    assert codes_said(plan, "REG.M2") == {"REG.L1"}
    assert codes_said(plan, "REG.M1") == {"REG.M1"}
    undo_decisions(plan, [decision.pk], by=planner_praia)
    assert codes_said(plan, "REG.M2") == {"REG.M2"}


def test_it_follows_a_local_measure_that_makes_way_for_a_national_one(plan, said, planner_praia, dgi_officer):
    area = plan.template.areas.get(code="ACO")
    local = add_local_measure(plan, area, {"text_pt": "Feira."}, by=planner_praia)
    said(local.code)
    issue_next(lambda draft: draft.add_measure("ACO.L1"), by=dgi_officer)
    details = {"against": 2, "version": 0, "by": planner_praia}
    decide_update(plan, "measure", "ACO.L1", UpdateChoice.TAKE, **details)
    local.refresh_from_db()
    assert local.code == "ACO.L2"
    assert codes_said(plan, "ACO.L1") == {"ACO.L2"}
