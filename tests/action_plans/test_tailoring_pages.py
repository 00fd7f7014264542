"""The workbench around the forms: what is taken back, where one comes next, and what a page costs."""

import re

import pytest
from django.urls import reverse

from accounts.roles import Role
from action_plans.models import PlanIndicator, PlanMeasure
from action_plans.services.tailoring import add_local_measure, adopt_undecided, remove_local_measure, undo
from action_plans.workflow import Decision, PlanState
from tests.action_plans.factories import (
    StrategicGoalFactory,
    TemplateFactory,
    TemplateIndicatorFactory,
    TemplateMeasureFactory,
    fill_template,
    issue,
    make_plan,
)
from tests.conftest import member
from tests.factories import MunicipalityFactory, PartnerFactory


@pytest.fixture
def plan(praia):
    return make_plan(praia)


@pytest.fixture
def planner(client, planner_praia):
    client.force_login(planner_praia)
    return planner_praia


def address(name, *args):
    return reverse(f"action_plans:{name}", args=args)


def decisions(plan, area="ACO"):
    return list(plan.measures.in_area(area).order_by("code").values_list("decision", flat=True))


def undo_address(client, response) -> str:
    """Where the link beside the message leads."""
    html = client.get(response.url).content.decode()
    return re.search(r'action="(/workspace/plans/\d+/undo/[^"]+)"', html)[1]


# Undo


def test_what_is_left_in_an_area_is_adopted_in_one_step_and_taken_back(client, planner, plan):
    PlanMeasure.objects.filter(code="ACO.M1").update(decision=Decision.EXCLUDED, reason="Já existe.")
    response = client.post(address("plan_area_adopt", plan.pk, "ACO"), {"responsible_unit": "Divisão Social"})
    assert decisions(plan) == ["excluded", "adopted", "adopted"]
    assert decisions(plan, "REG") == ["undecided", "undecided"]
    assert plan.measures.get(code="ACO.M2").responsible_unit == "Divisão Social"
    client.post(undo_address(client, response))
    assert decisions(plan) == ["excluded", "undecided", "undecided"]
    assert plan.measures.get(code="ACO.M2").responsible_unit == ""


def test_undo_leaves_alone_what_somebody_has_worked_on_since(plan, planner_praia):
    _count, token = adopt_undecided(plan, "ACO", by=planner_praia)
    PlanMeasure.objects.filter(code="ACO.M2").update(version=9, responsible_unit="Minha")
    undo(plan, token, by=planner_praia)
    assert decisions(plan) == ["undecided", "adopted", "undecided"]


def test_undo_works_once(client, planner, plan):
    response = client.post(address("plan_area_adopt", plan.pk, "ACO"))
    where = undo_address(client, response)
    client.post(where)
    PlanMeasure.objects.filter(plan=plan, code="ACO.M1").update(decision=Decision.ADOPTED)
    again = client.post(where, follow=True, headers={"accept-language": "pt"})
    assert "Já não havia nada para desfazer." in again.content.decode()
    assert decisions(plan) == ["adopted", "undecided", "undecided"]


def test_a_unit_that_stood_there_before_stays(plan, planner_praia):
    PlanMeasure.objects.filter(code="ACO.M1").update(responsible_unit="Já cá estava")
    _count, token = adopt_undecided(plan, "ACO", responsible_unit="Outra", by=planner_praia)
    assert plan.measures.get(code="ACO.M1").responsible_unit == "Já cá estava"
    undo(plan, token, by=planner_praia)
    assert plan.measures.get(code="ACO.M1").responsible_unit == "Já cá estava"


def test_a_local_measure_that_was_removed_comes_back_whole(client, planner, plan):
    goal, partner = StrategicGoalFactory(), PartnerFactory()
    values = {"text_pt": "Local.", "budget_cve": 1500, "goals": [goal], "partners": [partner]}
    add_local_measure(plan, plan.template.areas.get(code="ACO"), values, by=planner)
    response = client.post(address("plan_measure_remove", plan.pk, "ACO.L1"))
    assert not plan.measures.filter(code="ACO.L1").exists()
    client.post(undo_address(client, response))
    measure = plan.measures.get(code="ACO.L1")
    assert (measure.text_pt, measure.budget_cve) == ("Local.", 1500)
    assert [*measure.goals.all(), *measure.partners.all()] == [goal, partner]


def test_a_national_measure_cannot_be_removed(client, planner, plan):
    assert client.post(address("plan_measure_remove", plan.pk, "ACO.M1")).status_code == 404
    assert plan.measures.filter(code="ACO.M1").exists()


def test_the_code_of_a_removed_measure_is_not_given_again(plan, planner_praia):
    area = plan.template.areas.get(code="ACO")
    first = add_local_measure(plan, area, {"text_pt": "Um.", "is_local_priority": True}, by=planner_praia)
    remove_local_measure(first, by=planner_praia)
    second = add_local_measure(plan, area, {"text_pt": "Dois.", "is_local_priority": True}, by=planner_praia)
    assert (first.code, second.code) == ("ACO.L1", "ACO.L2")


@pytest.mark.parametrize("token", ["", "x", "eyJ4IjoxfQ:1:x"])
def test_a_token_that_nobody_gave_undoes_nothing(plan, planner_praia, token):
    adopt_undecided(plan, "ACO", by=planner_praia)
    assert undo(plan, token, by=planner_praia) == []
    assert decisions(plan) == ["adopted"] * 3


def test_a_token_is_its_owners_and_its_plans(praia, plan, planner_praia, sal):
    _count, token = adopt_undecided(plan, "ACO", by=planner_praia)
    colleague = member("colega@example.org", Role.PLANNER, municipality=praia)
    both = member("ambos@example.org", Role.PLANNER, municipality=sal)
    assert undo(plan, token, by=colleague) == []
    assert undo(make_plan(sal), token, by=both) == []
    assert decisions(plan) == ["adopted"] * 3


def test_nothing_is_undone_once_the_plan_was_submitted(client, planner, plan):
    response = client.post(address("plan_area_adopt", plan.pk, "ACO"))
    where = undo_address(client, response)
    type(plan).objects.filter(pk=plan.pk).update(state=PlanState.SUBMITTED)
    assert client.post(where).status_code == 403
    assert decisions(plan) == ["adopted"] * 3


# The way through


def test_saving_leads_to_the_next_undecided_measure_and_around_the_end(client, planner, plan):
    PlanMeasure.objects.filter(plan=plan, code="ACO.M2").update(decision=Decision.ADOPTED)
    fields = {"version": 1, "decision": "adopted", "next": "1"}
    response = client.post(address("plan_measure", plan.pk, "ACO.M1"), fields)
    assert response.url == address("plan_measure", plan.pk, "ACO.M3")
    for code in ("ACO.M3", "REG.M1"):
        response = client.post(address("plan_measure", plan.pk, code), fields)
    assert response.url == address("plan_measure", plan.pk, "REG.M2")
    response = client.post(address("plan_measure", plan.pk, "REG.M2"), fields, follow=True)
    assert response.redirect_chain[-1][0] == plan.get_absolute_url()


def test_the_screen_shows_how_far_the_plan_has_come(client, planner, plan):
    adopt_undecided(plan, "ACO", by=planner)
    html = client.get(
        address("plan_measure", plan.pk, "REG.M1"), headers={"accept-language": "pt"}
    ).content.decode()
    assert re.search(r"3\s+de\s+5", re.sub(r"<[^>]+>", " ", html))


@pytest.mark.parametrize(
    ("decision", "found"), [("undecided", 2), ("adopted", 1), ("", 3), ("nonsense", 3), ("local", 0)]
)
def test_an_area_can_be_narrowed_by_decision(client, planner, plan, decision, found):
    PlanMeasure.objects.filter(plan=plan, code="ACO.M1").update(decision=Decision.ADOPTED)
    response = client.get(address("plan_area", plan.pk, "ACO"), {"decision": decision})
    assert len(response.context["measures"]) == found


# What a page costs


def big_plan(municipality):
    """A plan of a template with twenty measures and twenty indicators in its first area, and local ones."""
    template = fill_template(TemplateFactory())
    objective = template.areas.get(code="ACO").objectives.get()
    for number in range(20):
        TemplateMeasureFactory(objective=objective, code=f"ACO.X{number}", order=number + 10)
        TemplateIndicatorFactory(objective=objective, code=f"ACO.Y{number}", order=number + 10)
    issue(template)
    plan = make_plan(municipality, template=template)
    for number in range(20):
        local = PlanMeasure.objects.create(
            plan=plan,
            local_area=template.areas.get(code="ACO"),
            code=f"ACO.L{number}",
            decision=Decision.LOCAL,
            text_pt="Local.",
            is_local_priority=True,
        )
        local.partners.add(PartnerFactory())
    return plan


PAGES = [
    ("plan_area", "ACO"),
    ("plan_measure", "ACO.M1"),
    ("plan_measure_create", "ACO"),
    ("plan_indicators", "ACO"),
    ("plan_detail",),
    ("plan_preview",),
]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page[0])
def test_a_page_of_a_plan_costs_the_same_for_few_and_many_items(
    client, planner, plan, sal, planner_sal, count_queries, page
):
    name, *arguments = page

    def open_it(which):
        assert client.get(address(name, which.pk, *arguments)).status_code == 200

    big = big_plan(sal)
    open_it(plan)  # what is kept between requests is kept now
    few = count_queries(lambda: open_it(plan))
    client.force_login(planner_sal)
    assert count_queries(lambda: open_it(big)) == few


def test_the_list_of_plans_costs_the_same_for_one_and_twenty(client, dgi_officer, plan, count_queries):
    client.force_login(dgi_officer)

    def open_it():
        response = client.get(address("plan_list"))
        return len(response.context["page"].object_list)

    assert open_it() == 1
    few = count_queries(open_it)
    for number in range(19):
        make_plan(MunicipalityFactory(slug=f"m{number}"))
    assert open_it() == 20
    assert count_queries(open_it) == few


def test_the_steps_of_a_plan_do_not_cost_more_when_there_are_many(client, planner, plan, count_queries):
    def open_it():
        assert client.get(plan.get_absolute_url()).status_code == 200

    def step():
        plan.steps.create(name="submit", from_state="draft", to_state="submitted", by=planner)

    step()
    open_it()  # what the national version says is read once and kept
    few = count_queries(open_it)
    for _number in range(19):
        step()
    assert count_queries(open_it) == few


def test_saving_twenty_indicators_is_refused_or_done_as_a_whole(client, planner, praia):
    plan = big_plan(praia)
    codes = [f"ACO.Y{number}" for number in range(20)]
    fields = {}
    for code in codes:
        fields |= {f"{code}-version": "1", f"{code}-target_value": "5", f"{code}-target_year": "2028"}
    response = client.post(address("plan_indicators", plan.pk, "ACO"), fields | {"ACO.Y7-target_value": "-5"})
    assert response.status_code == 200
    assert not PlanIndicator.objects.exclude(target_value=None).exists()
    assert client.post(address("plan_indicators", plan.pk, "ACO"), fields).status_code == 302
    assert PlanIndicator.objects.filter(target_value=5).count() == 20
