"""All measures of a plan in one list: found by word, by code, by decision and by area."""

import pytest
from django.urls import reverse

from action_plans.models import PlanMeasure, TemplateMeasure
from action_plans.services.tailoring import add_local_measure, save_measure
from action_plans.workflow import Decision
from tests.action_plans.factories import make_plan

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan(praia, planner_praia):
    """ACO.M2 adapted, ACO.M3 left out, REG.L1 local, the others undecided."""
    plan = make_plan(praia)
    adapted = {"decision": Decision.ADAPTED, "text_pt": "Abrir às terças à noite no bairro da Achada."}
    excluded = {"decision": Decision.EXCLUDED, "reason": "Já é feita pela ilha vizinha."}
    for code, values in {"ACO.M2": adapted, "ACO.M3": excluded}.items():
        measure = PlanMeasure.objects.get(plan=plan, code=code)
        save_measure(measure, values, version=measure.version, by=planner_praia)
    area = plan.template.areas.get(code="REG")
    local = {"text_pt": "Círculo de conversação.", "is_local_priority": True}
    add_local_measure(plan, area, local, by=planner_praia)
    return plan


@pytest.fixture
def find(client, plan, planner_praia):
    client.force_login(planner_praia)
    url = reverse("action_plans:plan_measure_list", args=[plan.pk])

    def find(**query) -> list[str]:
        return [measure.code for measure in client.get(url, query).context["page"]]

    return find


def test_without_a_filter_all_are_there_in_the_order_of_the_plan(find):
    assert find() == ["ACO.M1", "ACO.M2", "ACO.M3", "REG.M1", "REG.M2", "REG.L1"]


def test_an_item_of_a_newer_version_stays_with_its_area(find, plan):
    PlanMeasure.objects.filter(plan=plan, code="REG.M1").update(order=0)
    assert find() == ["ACO.M1", "ACO.M2", "ACO.M3", "REG.M1", "REG.M2", "REG.L1"]


@pytest.mark.parametrize(
    ("decision", "codes"),
    [
        ("undecided", ["ACO.M1", "REG.M1", "REG.M2"]),
        ("adopted", []),
        ("adapted", ["ACO.M2"]),
        ("excluded", ["ACO.M3"]),
        ("local", ["REG.L1"]),
    ],
)
def test_a_decision_is_found_across_all_areas(find, decision, codes):
    assert find(decision=decision) == codes


@pytest.mark.parametrize(
    ("words", "codes"),
    [
        ("achada noite", ["ACO.M2"]),  # own words, in any order
        ("circulo conversacao", ["REG.L1"]),  # without accents
        ("vizinha", ["ACO.M3"]),  # the reason
        ("reg.m", ["REG.M1", "REG.M2"]),  # the code
        ("measure 2", ["ACO.M2", "REG.M2"]),  # the national text, also in another language
        ("nada disto", []),
    ],
)
def test_a_word_or_a_code_is_found(find, words, codes):
    assert find(q=words) == codes


def test_filters_go_together_and_nonsense_filters_nothing(find):
    assert find(decision="undecided", area="REG") == ["REG.M1", "REG.M2"]
    assert find(decision="undecided", area="REG", q="m2") == ["REG.M2"]
    assert len(find(decision="nonsense")) == 6


def test_the_list_is_paged_and_its_cost_does_not_grow(client, find, plan, count_queries):
    few = count_queries(find)
    template_measure = TemplateMeasure.objects.get(code="REG.M1")
    for number in range(30):
        PlanMeasure.objects.create(plan=plan, based_on=template_measure, code=f"X.M{number}", order=100)
    assert count_queries(find) == few
    assert len(find()) == 25
    assert len(find(page=2)) == 11


def test_a_reader_finds_without_links_to_decide(client, plan, dgi_officer):
    client.force_login(dgi_officer)
    html = client.get(reverse("action_plans:plan_measure_list", args=[plan.pk])).content.decode()
    assert "ACO.M2" in html
    assert "Decidir" not in html
