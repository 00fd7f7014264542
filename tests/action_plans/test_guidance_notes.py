"""What the national level advises on a measure or an area reaches the planner who decides about it."""

import pytest
from django.urls import reverse

from action_plans.models import TemplateArea, TemplateMeasure
from tests.action_plans.factories import TemplateFactory, fill_template, issue, make_plan


@pytest.fixture
def plan(praia):
    draft = fill_template(TemplateFactory(number=1))
    TemplateMeasure.objects.filter(code="ACO.M1").update(guidance_pt="Comece pelo horário.")
    TemplateArea.objects.filter(code="ACO").update(guidance_pt="Fale com as associações.")
    issue(draft)
    return make_plan(praia)


@pytest.fixture
def planner(client, planner_praia):
    client.force_login(planner_praia)
    return client


def test_a_planner_reads_the_advice_beside_the_decision(planner, plan):
    page = planner.get(reverse("action_plans:plan_measure", args=[plan.pk, "ACO.M1"])).content.decode()
    assert "O que o nível nacional aconselha" in page
    assert "Comece pelo horário." in page


def test_a_measure_without_advice_says_nothing_of_it(planner, plan):
    page = planner.get(reverse("action_plans:plan_measure", args=[plan.pk, "ACO.M2"])).content.decode()
    assert "O que o nível nacional aconselha" not in page


def test_the_advice_on_an_area_stands_above_its_measures(planner, plan):
    page = planner.get(reverse("action_plans:plan_area", args=[plan.pk, "ACO"])).content.decode()
    assert page.index("Fale com as associações.") < page.index("Medida 1 de Acolhimento.")
