"""The matrix of goals and municipalities, on a wide screen and on a phone."""

import pytest
from django.urls import reverse

from action_plans.workflow import Decision
from tests.action_plans.factories import StrategicGoalFactory, make_plan
from tests.browser.checks import assert_usable


@pytest.mark.parametrize("window", ["page", "phone"])
def test_the_matrix_leads_down_to_measures_and_up_to_the_goal(
    request, sign_in, dgi_officer, praia, sal, window
):
    plan = make_plan(praia)
    plan.measures.update(decision=Decision.ADOPTED)
    StrategicGoalFactory(code="NIS2", title_pt="Diálogo, solidariedade e parcerias")
    page = request.getfixturevalue(window)
    sign_in(page, dgi_officer)
    page.goto(reverse("action_plans:strategy_coverage"))
    assert_usable(page)
    page.get_by_role("link", name="2026-2028 Praia", exact=True).click()
    assert_usable(page)
    page.get_by_role("link", name="ACO.M1").wait_for()
    page.get_by_role("link", name="Fluxos migratórios").click()
    page.get_by_role("heading", level=1, name="Fluxos migratórios").wait_for()
    assert_usable(page)
