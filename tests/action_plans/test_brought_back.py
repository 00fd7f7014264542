"""What is brought back into a plan meets the world as it is now: some of it may have gone meanwhile."""

import pytest
from django.utils import timezone

from accounts.roles import Role
from action_plans.services.history import history_of, restore_line
from action_plans.services.inbox import inbox_of
from action_plans.services.tailoring import add_local_measure, remove_local_measure, save_measure, undo
from action_plans.services.updates import decide_update, undo_decisions
from action_plans.workflow import Decision, UpdateChoice
from tests.action_plans.factories import StrategicGoalFactory, issued_template, make_plan
from tests.action_plans.versions import issue_next
from tests.conftest import member
from tests.factories import PartnerFactory


@pytest.fixture
def plan(praia):
    issued_template(number=1)
    return make_plan(praia)


@pytest.fixture
def colleague(praia):
    return member("colega.praia@example.org", Role.PLANNER, municipality=praia)


@pytest.fixture
def linked(colleague):
    """Two goals, two partners and an owner: of each one will go."""
    return {
        "goals": [StrategicGoalFactory(code="NIS8"), StrategicGoalFactory(code="NIS9")],
        "partners": [PartnerFactory(code="AEC"), PartnerFactory(code="OIM")],
        "owner": colleague,
    }


def let_go(linked):
    linked["goals"][1].delete()
    linked["partners"][1].delete()
    linked["owner"].memberships.update(ends_on=timezone.localdate().replace(year=2021))


def links_of(measure):
    return (
        [goal.code for goal in measure.goals.all()],
        [partner.code for partner in measure.partners.all()],
        measure.owner,
    )


def test_a_removed_measure_comes_back_without_what_has_gone_meanwhile(plan, linked, planner_praia):
    area = plan.template.areas.get(code="ACO")
    measure = add_local_measure(plan, area, {"text_pt": "Feira.", **linked}, by=planner_praia)
    token = remove_local_measure(measure, by=planner_praia)
    let_go(linked)
    [back] = undo(plan, token, by=planner_praia)
    assert links_of(plan.measures.get(pk=back.pk)) == (["NIS8"], ["AEC"], None)


def test_a_measure_left_out_with_an_update_comes_back_without_what_has_gone(
    plan, linked, planner_praia, dgi_officer
):
    measure = plan.measures.get(code="REG.M2")
    values = {"decision": Decision.ADOPTED, "partners": linked["partners"], "owner": linked["owner"]}
    save_measure(measure, values, version=1, by=planner_praia)
    issue_next(lambda draft: draft.drop_measure("REG.M2"), by=dgi_officer)
    decision = decide_update(
        plan, "measure", "REG.M2", UpdateChoice.LEAVE_OUT, against=2, version=2, by=planner_praia
    )
    let_go(linked)
    assert undo_decisions(plan, [decision.pk], by=planner_praia)
    assert links_of(plan.measures.get(code="REG.M2")) == ([], ["AEC"], None)


def test_the_goals_of_before_come_back_without_those_removed_meanwhile(
    plan, linked, planner_praia, dgi_officer
):
    measure = plan.measures.get(code="REG.M2")
    measure.goals.set(linked["goals"])
    issue_next(lambda draft: draft.drop_measure("REG.M2"), by=dgi_officer)
    decision = decide_update(
        plan, "measure", "REG.M2", UpdateChoice.GO_ON, against=2, version=1, by=planner_praia
    )
    let_go(linked)
    assert undo_decisions(plan, [decision.pk], by=planner_praia)
    assert links_of(plan.measures.get(code="REG.M2"))[0] == ["NIS8"]
    assert inbox_of(plan).find("measure", "REG.M2")


def test_a_line_of_the_history_puts_nobody_in_charge_who_has_left(plan, linked, planner_praia):
    measure = plan.measures.get(code="ACO.M1")
    values = {"decision": Decision.ADOPTED, "partners": linked["partners"], "owner": linked["owner"]}
    measure = save_measure(measure, values, version=1, by=planner_praia)
    values = {"decision": Decision.ADOPTED, "partners": [], "owner": planner_praia}
    measure = save_measure(measure, values, version=2, by=planner_praia)
    let_go(linked)
    line = history_of(measure).filter(version=2)[0].history_id
    assert restore_line(measure, line, version=3, by=planner_praia)
    assert links_of(plan.measures.get(code="ACO.M1")) == ([], ["AEC"], planner_praia)
