"""A plan is carried into the next period: decisions go on, dates and targets start anew."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from action_plans.models import Plan, PlanMeasure
from action_plans.services.inbox import inbox_of
from action_plans.services.renewal import renew_plan
from action_plans.services.updates import decide_update, undo_decisions
from action_plans.workflow import Decision, PlanState, UpdateChoice
from tests.action_plans.factories import StrategicGoalFactory, make_plan
from tests.action_plans.versions import issue_next
from tests.factories import PartnerFactory


@pytest.fixture
def plan(praia):
    plan = make_plan(praia, ready=True, state=PlanState.CLOSED)
    measure = plan.measures.get(code="ACO.M1")
    measure.decision, measure.text_pt, measure.reason = (
        Decision.ADAPTED,
        "O nosso texto.",
        "É diferente aqui.",
    )
    measure.starts_on, measure.ends_on = date(2026, 1, 1), date(2026, 12, 31)
    measure.budget_cve = 250000
    measure.save()
    measure.partners.add(PartnerFactory(code="AEC"))
    local = PlanMeasure.objects.create(
        plan=plan,
        local_area=plan.template.areas.get(code="ACO"),
        code="ACO.L1",
        decision=Decision.LOCAL,
        text_pt="Nossa.",
        responsible_unit="Gabinete",
    )
    local.goals.add(StrategicGoalFactory(code="NIS2"))
    return plan


def renewed(plan, planner, **kwargs):
    return renew_plan(plan, 2029, 2031, by=planner, **kwargs)


def test_decisions_and_own_words_go_on_and_dates_do_not(plan, planner_praia):
    new = renewed(plan, planner_praia)
    assert (new.state, new.carried_over_from, new.period) == ("draft", plan, "2029-2031")
    measure = new.measures.get(code="ACO.M1")
    assert (measure.decision, measure.text_pt, measure.reason) == (
        "adapted",
        "O nosso texto.",
        "É diferente aqui.",
    )
    assert (measure.starts_on, measure.ends_on, measure.budget_cve) == (None, None, 250000)
    assert [partner.code for partner in measure.partners.all()] == ["AEC"]
    assert [goal.code for goal in new.measures.get(code="ACO.L1").goals.all()] == ["NIS2"]
    assert new.sections.get(code="S3").text_pt == "O nosso texto."
    indicator = new.indicators.get(code="ACO.I1")
    assert (indicator.target_value, indicator.target_year) == (None, None)


def test_each_item_rests_on_the_version_it_rested_on(plan, planner_praia):
    new = renewed(plan, planner_praia)
    for rows in ("measures", "sections", "indicators"):
        before = dict(getattr(plan, rows).values_list("code", "based_on"))
        assert dict(getattr(new, rows).values_list("code", "based_on")) == before


def test_the_old_plan_stays_as_it_was(plan, planner_praia):
    before = list(plan.measures.order_by("pk").values())
    renewed(plan, planner_praia, finished=["ACO.M1", "ACO.L1"])
    assert list(plan.measures.order_by("pk").values()) == before


def test_what_is_finished_is_decided_anew_or_stays_behind(plan, planner_praia):
    new = renewed(plan, planner_praia, finished=["ACO.M1", "ACO.L1"])
    measure = new.measures.get(code="ACO.M1")
    assert (measure.decision, measure.text_pt, measure.reason) == ("undecided", "", "")
    assert not new.measures.filter(code="ACO.L1").exists()


def test_every_copied_item_begins_its_own_history(plan, planner_praia):
    measure = renewed(plan, planner_praia).measures.get(code="ACO.M1")
    line = measure.history.get()
    assert (measure.version, line.history_user) == (1, planner_praia)
    assert {row.partner for row in line.partners.all()} == set(measure.partners.all())


@pytest.mark.parametrize("state", [PlanState.DRAFT, PlanState.SUBMITTED, PlanState.REVISING])
def test_only_what_was_published_or_closed_is_carried_over(praia, planner_praia, state):
    with pytest.raises(PermissionDenied):
        renewed(make_plan(praia, state=state), planner_praia)


@pytest.mark.parametrize("person", ["planner_sal", "approver_praia", "dgi_officer"])
def test_only_its_own_planner_carries_it_over(request, plan, person):
    with pytest.raises(PermissionDenied):
        renewed(plan, request.getfixturevalue(person))


def test_periods_do_not_overlap(plan, planner_praia):
    with pytest.raises(ValidationError, match="2026-2028"):
        renew_plan(plan, 2028, 2030, by=planner_praia)


def test_the_page_proposes_the_next_years_and_a_second_click_makes_no_second_plan(
    client, plan, planner_praia
):
    client.force_login(planner_praia)
    url = reverse("action_plans:plan_renew", args=[plan.pk])
    page = client.get(url)
    assert page.context["form"]["first_year"].value() == 2029
    posted = {"first_year": "2029", "last_year": "2031", "finished": ["ACO.M2"]}
    posted["once"] = "0f8fad5b-d9cb-469f-a165-70867728950e"
    first, second = client.post(url, posted), client.post(url, posted)
    assert first.url == second.url
    assert Plan.objects.count() == 2


def test_an_overlap_is_said_and_the_ticks_are_kept(client, plan, planner_praia):
    client.force_login(planner_praia)
    url = reverse("action_plans:plan_renew", args=[plan.pk])
    response = client.post(url, {"first_year": "2028", "last_year": "2030", "finished": ["ACO.M2"]})
    assert response.status_code == 200
    assert response.context["form"].errors["first_year"]
    assert response.context["form"]["finished"].value() == ["ACO.M2"]


@pytest.fixture
def kept(plan, planner_praia, dgi_officer):
    """Version 2 rewords three items, and the planner keeps what the plan has."""

    def edit(draft):
        draft.reword_measure("ACO.M1")
        draft.reword_measure("ACO.M2")
        draft.reword_indicator("ACO.I1")

    number = issue_next(edit, by=dgi_officer).number
    Plan.objects.filter(pk=plan.pk).update(state=PlanState.REVISING)
    for kind, code in (("measure", "ACO.M1"), ("measure", "ACO.M2"), ("indicator", "ACO.I1")):
        details = {"against": number, "version": 1, "by": planner_praia}
        decide_update(plan, kind, code, UpdateChoice.KEEP, **details)
    assert inbox_of(plan).changes == []
    Plan.objects.filter(pk=plan.pk).update(state=PlanState.CLOSED)
    return plan


def test_what_was_looked_at_and_kept_does_not_come_back_with_the_new_period(kept, planner_praia):
    new = renewed(kept, planner_praia)
    assert inbox_of(new).changes == []
    decision = new.update_decisions.get(code="ACO.M1")
    assert (decision.item_id, decision.item_version) == (new.measures.get(code="ACO.M1").pk, 1)
    assert decision.at == kept.update_decisions.get(code="ACO.M1").at  # when it was decided
    assert undo_decisions(new, [decision.pk], by=planner_praia)
    assert [change.code for change in inbox_of(new).changes] == ["ACO.M1"]


def test_a_finished_measure_is_decided_with_the_newest_wording_in_view(kept, planner_praia):
    new = renewed(kept, planner_praia, finished=["ACO.M2"])
    assert [change.code for change in inbox_of(new).changes] == ["ACO.M2"]


def test_a_keep_that_was_undone_is_not_carried_over(kept, planner_praia):
    Plan.objects.filter(pk=kept.pk).update(state=PlanState.REVISING)
    undo_decisions(kept, [kept.update_decisions.get(code="ACO.M1").pk], by=planner_praia)
    Plan.objects.filter(pk=kept.pk).update(state=PlanState.CLOSED)
    assert [change.code for change in inbox_of(renewed(kept, planner_praia)).changes] == ["ACO.M1"]


def test_the_new_plan_starts_from_the_version_that_the_old_one_arrived_at(plan, planner_praia, dgi_officer):
    template = issue_next(lambda draft: draft.reword_measure("ACO.M1"), by=dgi_officer)
    Plan.objects.filter(pk=plan.pk).update(state=PlanState.REVISING)
    details = {"against": template.number, "version": 1, "by": planner_praia}
    decide_update(plan, "measure", "ACO.M1", UpdateChoice.TAKE, **details)
    Plan.objects.filter(pk=plan.pk).update(state=PlanState.CLOSED)
    assert renewed(plan, planner_praia).template == template


def test_the_measures_are_listed_area_by_area(client, plan, planner_praia):
    client.force_login(planner_praia)
    page = client.get(reverse("action_plans:plan_renew", args=[plan.pk]))
    offered = page.context["form"].fields["finished"].choices
    assert [(area, [code for code, _text in rows]) for area, rows in offered] == [
        ("Acolhimento", ["ACO.L1", "ACO.M1", "ACO.M2", "ACO.M3"]),
        ("Regularização", ["REG.M1", "REG.M2"]),
    ]


def test_the_next_plan_says_what_is_to_be_set_anew_and_leads_to_the_former(client, plan, planner_praia):
    new = renewed(plan, planner_praia)
    client.force_login(planner_praia)
    page = client.get(new.get_absolute_url())
    assert [[said for said, _url in row.links] for row in page.context["to_set"]] == [
        ["4 medidas sem início ou fim", "1 indicador sem meta"],
        ["2 medidas sem início ou fim", "1 indicador sem meta"],
    ]
    assert f'<a href="{plan.get_absolute_url()}">' in page.content.decode()
    assert f'<a href="{new.get_absolute_url()}">' in client.get(plan.get_absolute_url()).content.decode()
