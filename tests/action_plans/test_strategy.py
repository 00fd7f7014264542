"""The strategy's goals, and what the plans of the municipalities do for them."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse

from action_plans.models import Plan, PlanMeasure, StrategicGoal, StrategicIndicator, TemplateMeasure
from action_plans.services.renewal import renew_plan
from action_plans.services.strategy import remove_goal, remove_indicator, save_strategy_item
from action_plans.services.tailoring import add_local_measure
from action_plans.statistics import coverage, goals_in_order
from action_plans.workflow import Decision, PlanState
from tests.action_plans.editions import published_plan
from tests.action_plans.factories import (
    StrategicGoalFactory,
    StrategicIndicatorFactory,
    StrategyFactory,
    TemplateFactory,
    fill_template,
    issue,
    issued_template,
    make_plan,
)
from tests.factories import MunicipalityFactory


@pytest.fixture
def strategy(db):
    return StrategyFactory()


def goal_form(**fields):
    return {"code": "NIS9", "title_pt": "Novo objetivo", "order": "1", **fields}


def test_a_goal_is_added_under_a_pillar(client, dgi_officer, strategy):
    pillar = StrategicGoalFactory(code="NIS1")
    client.force_login(dgi_officer)
    page = client.get(reverse("action_plans:goal_create"), {"pillar": "NIS1"})
    assert 'value="NIS1.1"' in page.content.decode()
    url = reverse("action_plans:goal_create")
    response = client.post(url, goal_form(code="NIS1.1", parent=pillar.pk), follow=True)
    assert StrategicGoal.objects.get(code="NIS1.1").parent == pillar
    assert "Novo objetivo" in response.content.decode()


def test_a_goal_does_not_hang_on_a_goal(client, dgi_officer, strategy):
    goal = StrategicGoalFactory(code="NIS1.1", parent=StrategicGoalFactory(code="NIS1"))
    client.force_login(dgi_officer)
    response = client.post(reverse("action_plans:goal_create"), goal_form(parent=goal.pk))
    assert response.status_code == 200
    assert response.context["form"].errors["parent"]
    assert 'value="Novo objetivo"' in response.content.decode()  # nothing typed is lost


def test_a_pillar_with_goals_does_not_become_a_goal(client, dgi_officer, strategy):
    StrategicGoalFactory(code="NIS1.1", parent=StrategicGoalFactory(code="NIS1"))
    other = StrategicGoalFactory(code="NIS2")
    client.force_login(dgi_officer)
    url = reverse("action_plans:goal_edit", args=["NIS1"])
    response = client.post(url, {"title_pt": "Pilar", "order": "1", "parent": other.pk})
    assert response.context["form"].errors["parent"]


@pytest.mark.parametrize("code", ["nis 1", "NIS1..2", "NIS1."])
def test_a_code_is_capital_letters_digits_and_stops(client, dgi_officer, strategy, code):
    client.force_login(dgi_officer)
    response = client.post(reverse("action_plans:goal_create"), goal_form(code=code))
    assert response.context["form"].errors["code"]


def test_the_same_code_is_refused_beside_the_field(client, dgi_officer, strategy):
    StrategicGoalFactory(code="NIS9")
    client.force_login(dgi_officer)
    response = client.post(reverse("action_plans:goal_create"), goal_form())
    assert response.context["form"].errors["code"] == ["Outro objetivo já tem este código."]


def test_a_goal_that_something_hangs_on_stays(client, dgi_officer, db):
    issued_template()  # its measures are tagged with NIS1
    free = StrategicGoalFactory(code="NIS7")
    client.force_login(dgi_officer)
    client.post(reverse("action_plans:goal_remove", args=["NIS1"]))
    client.post(reverse("action_plans:goal_remove", args=[free.code]))
    assert list(StrategicGoal.objects.values_list("code", flat=True)) == ["NIS1"]


def test_only_who_keeps_the_strategy_writes_in_it(planner_praia, strategy):
    goal = StrategicGoal(strategy=strategy, code="NIS1")
    indicator = StrategicIndicator(goal=goal)
    for write in (
        lambda: save_strategy_item(goal, by=planner_praia),
        lambda: remove_goal(goal, by=planner_praia),
        lambda: remove_indicator(indicator, by=planner_praia),
    ):
        with pytest.raises(PermissionDenied):
            write()


def test_an_indicator_is_added_edited_and_removed(client, dgi_officer, db):
    goal = StrategicGoalFactory(code="NIS1")
    client.force_login(dgi_officer)
    content = {"text_pt": "Taxa de resposta", "unit": "percent", "target_value": "80", "target_year": "2030"}
    client.post(reverse("action_plans:goal_indicator_create", args=["NIS1"]), content)
    indicator = goal.indicators.get()
    page = client.get(goal.get_absolute_url()).content.decode()
    assert "Taxa de resposta" in page
    url = reverse("action_plans:goal_indicator_edit", args=["NIS1", indicator.pk])
    seen = client.get(url).context["form"]["seen"].value()
    client.post(url, content | {"text_pt": "Taxa de resposta em 30 dias", "seen": seen})
    indicator.refresh_from_db()
    assert indicator.text_pt == "Taxa de resposta em 30 dias"
    client.post(reverse("action_plans:goal_indicator_remove", args=["NIS1", indicator.pk]))
    assert not StrategicIndicator.objects.exists()


def test_a_value_without_its_year_is_refused_beside_the_year(client, dgi_officer, db):
    StrategicGoalFactory(code="NIS1")
    client.force_login(dgi_officer)
    url = reverse("action_plans:goal_indicator_create", args=["NIS1"])
    response = client.post(url, {"text_pt": "Taxa", "unit": "percent", "target_value": "80"})
    assert response.context["form"].errors.keys() == {"target_year"}


def test_the_database_refuses_a_value_without_its_year(db):
    with pytest.raises(IntegrityError, match="strategic_indicator_value_with_its_year"), transaction.atomic():
        StrategicIndicatorFactory(baseline_value=3)


def test_only_measures_that_will_be_carried_out_count(praia):
    plan = make_plan(praia)
    plan.measures.filter(code="ACO.M1").update(decision=Decision.ADOPTED)
    plan.measures.filter(code="ACO.M2").update(decision=Decision.EXCLUDED, reason="Não se aplica.")
    goal = StrategicGoal.objects.get(code="NIS1")
    assert coverage([plan]).counts == {(plan.pk, goal.pk): 1}


def test_a_local_measure_counts_for_the_goals_it_names(praia, planner_praia):
    plan = make_plan(praia)
    goal = StrategicGoalFactory(code="NIS2")
    area = plan.template.areas.get(code="ACO")
    add_local_measure(plan, area, {"text_pt": "Nossa.", "goals": [goal]}, by=planner_praia)
    assert coverage([plan]).counts == {(plan.pk, goal.pk): 1}


def test_a_measure_with_two_goals_of_a_pillar_counts_once_for_the_pillar(praia):
    template = fill_template(TemplateFactory(number=1))
    pillar = StrategicGoal.objects.get(code="NIS1")
    children = [StrategicGoalFactory(code=f"NIS1.{n}", parent=pillar) for n in (1, 2)]
    TemplateMeasure.objects.get(code="ACO.M1").goals.set(children)
    issue(template)
    plan = make_plan(praia)
    plan.measures.filter(code__in=["ACO.M1", "ACO.M2"]).update(decision=Decision.ADOPTED)
    counts = coverage([plan]).counts
    assert counts == {(plan.pk, pillar.pk): 2, **{(plan.pk, child.pk): 1 for child in children}}


def test_of_a_municipality_the_plan_in_force_counts_and_until_there_is_one_the_newest(praia, sal):
    in_force = published_plan(praia, first_year=2025, last_year=2027).plan
    prepared = make_plan(praia, first_year=2028, last_year=2030)
    make_plan(sal, first_year=2020, last_year=2022, state=PlanState.CLOSED)
    other = make_plan(sal)
    assert set(Plan.objects.counted()) == {in_force, other}
    assert list(Plan.objects.following()) == [prepared]
    assert list(Plan.objects.in_force()) == [in_force]


def test_what_is_published_before_its_first_year_does_not_count_yet(praia):
    in_force = published_plan(praia, first_year=2020, last_year=2098).plan
    later = published_plan(praia, first_year=2099, last_year=2101).plan
    assert list(Plan.objects.counted()) == [in_force]
    assert list(Plan.objects.following()) == [later]


def test_the_matrix_keeps_the_plan_in_force_when_the_next_one_is_prepared(
    client, planner_praia, dgi_officer, praia
):
    in_force = published_plan(praia, first_year=2025, last_year=2027).plan
    StrategicGoalFactory(code="NIS2")
    prepared = renew_plan(in_force, 2028, 2030, by=planner_praia)
    prepared.measures.update(decision=Decision.UNDECIDED)
    client.force_login(dgi_officer)
    response = client.get(reverse("action_plans:strategy_coverage"))
    rows = [(plan, [count for _goal, count in cells]) for _place, plan, cells in response.context["rows"]]
    assert rows == [(in_force, [5, 0]), (prepared, [0, 0])]
    assert [number for _goal, number in response.context["totals"]] == [1, 0]
    page = response.content.decode()
    assert page.count("<small>em vigor</small>") == page.count("<small>em preparação</small>") == 1
    # Each number leads to the measures that it counts.
    assert f'<a href="{reverse("action_plans:plan_coverage", args=[in_force.pk])}#NIS1">5<' in page
    goal = client.get(reverse("action_plans:goal_detail", args=["NIS1"]))
    assert goal.context["plans"] == [(in_force, 5), (prepared, 0)]


def test_each_pillar_is_followed_by_its_goals(strategy):
    second, first = StrategicGoalFactory(code="NIS2", order=2), StrategicGoalFactory(code="NIS1", order=1)
    child = StrategicGoalFactory(code="NIS1.1", order=1, parent=first)
    assert goals_in_order() == [first, child, second]


def test_the_matrix_shows_counts_gaps_and_towns_without_a_plan(client, dgi_officer, praia, sal):
    plan = make_plan(praia)
    plan.measures.update(decision=Decision.ADOPTED)
    StrategicGoalFactory(code="NIS2", title_pt="Diálogo")
    client.force_login(dgi_officer)
    response = client.get(reverse("action_plans:strategy_coverage"))
    assert [goal.code for goal in response.context["uncovered"]] == ["NIS2"]
    rows = {str(place): cells for place, _plan, cells in response.context["rows"]}
    assert [count for _goal, count in rows["Praia"]] == [5, 0]
    assert rows["Sal"] == []


def test_the_way_from_plan_to_goal_and_back(client, planner_praia, praia):
    plan = make_plan(praia)
    plan.measures.update(decision=Decision.ADOPTED)
    client.force_login(planner_praia)
    page = client.get(reverse("action_plans:plan_coverage", args=[plan.pk])).content.decode()
    assert reverse("action_plans:plan_measure", args=[plan.pk, "ACO.M1"]) in page
    assert reverse("action_plans:goal_detail", args=["NIS1"]) in page
    up = client.get(reverse("action_plans:goal_detail", args=["NIS1"])).content.decode()
    assert f"{reverse('action_plans:plan_coverage', args=[plan.pk])}#NIS1" in up


def test_a_planner_sees_only_her_own_plan_on_a_goals_page(client, planner_praia, praia, sal):
    make_plan(praia)
    make_plan(sal)
    client.force_login(planner_praia)
    response = client.get(reverse("action_plans:goal_detail", args=["NIS1"]))
    assert [str(plan.municipality) for plan, _count in response.context["plans"]] == ["Praia"]


@pytest.mark.parametrize("address", ["strategy_coverage", "strategy_detail"])
def test_queries_do_not_grow_with_municipalities_and_goals(
    client, dgi_officer, praia, count_queries, address
):
    make_plan(praia).measures.update(decision=Decision.ADOPTED)
    StrategicIndicatorFactory(goal__code="NIS1")
    client.force_login(dgi_officer)
    url = reverse(f"action_plans:{address}")
    few = count_queries(lambda: client.get(url))
    for number in range(2, 22):
        pillar = StrategicGoalFactory(code=f"NIS{number}")
        StrategicIndicatorFactory(goal=StrategicGoalFactory(code=f"NIS{number}.1", parent=pillar))
        make_plan(MunicipalityFactory()).measures.update(decision=Decision.ADOPTED)
    assert PlanMeasure.objects.count() > 100
    assert count_queries(lambda: client.get(url)) == few


def test_two_who_edit_a_goal_at_once_see_both_texts(client, dgi_officer, strategy):
    goal = StrategicGoalFactory(code="NIS1", title_pt="Antes")
    client.force_login(dgi_officer)
    url = reverse("action_plans:goal_edit", args=["NIS1"])
    seen = client.get(url).context["form"]["seen"].value()
    StrategicGoal.objects.filter(pk=goal.pk).update(title_pt="Da colega")
    response = client.post(url, {"title_pt": "Meu texto", "order": goal.order, "seen": seen})
    text = response.content.decode()
    assert "Da colega" in text
    assert "Meu texto" in text
    assert StrategicGoal.objects.get().title_pt == "Da colega"
    seen = response.context["form"]["seen"].value()  # both have been seen
    client.post(url, {"title_pt": "Meu texto", "order": goal.order, "seen": seen})
    assert StrategicGoal.objects.get().title_pt == "Meu texto"


def test_two_who_edit_an_indicator_at_once_see_both_texts(client, dgi_officer, strategy):
    goal = StrategicGoalFactory(code="NIS1")
    row = StrategicIndicatorFactory(goal=goal, text_pt="Antes")
    client.force_login(dgi_officer)
    url = reverse("action_plans:goal_indicator_edit", args=["NIS1", row.pk])
    seen = client.get(url).context["form"]["seen"].value()
    StrategicIndicator.objects.filter(pk=row.pk).update(text_pt="Da colega")
    response = client.post(
        url, {"text_pt": "Meu texto", "unit": row.unit, "source": row.source, "seen": seen}
    )
    assert "Da colega" in response.content.decode()
    assert StrategicIndicator.objects.get().text_pt == "Da colega"


def test_the_history_of_a_goal_tells_who_changed_it_and_its_indicators(
    client, dgi_officer, strategy, count_queries
):
    goal = StrategicGoalFactory(code="NIS1", title_pt="Antes")
    client.force_login(dgi_officer)
    edit = reverse("action_plans:goal_edit", args=["NIS1"])

    def rename(title):
        seen = client.get(edit).context["form"]["seen"].value()
        client.post(edit, {"title_pt": title, "order": goal.order, "seen": seen})

    rename("Depois")
    content = {"text_pt": "Taxa de resposta", "unit": "percent", "target_value": "80", "target_year": "2030"}
    client.post(reverse("action_plans:goal_indicator_create", args=["NIS1"]), content)
    client.post(reverse("action_plans:goal_indicator_remove", args=["NIS1", goal.indicators.get().pk]))
    url = reverse("action_plans:goal_history", args=["NIS1"])
    lines = client.get(url).context["lines"]
    told = [(row.history_type, str(row.history_user), [change[1:] for change in said]) for row, said in lines]
    assert told[0][:2] == ("-", "Officer Dgi")
    assert ("Taxa de resposta", "") in told[1][2]
    assert told[2] == ("~", "Officer Dgi", [("Depois", "Antes")])
    few = count_queries(lambda: client.get(url))
    for number in range(12):
        rename(f"Título {number}")
    assert count_queries(lambda: client.get(url)) == few
