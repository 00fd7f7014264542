"""The workbench by keyboard and on a phone: find a measure, pass the list of areas, decide."""

from action_plans.models import PlanMeasure
from action_plans.workflow import Decision
from tests.action_plans.factories import make_plan
from tests.browser.checks import assert_usable

PLANS = "/workspace/plans/"


def test_a_planner_finds_and_decides_a_measure_by_keyboard(page, phone, sign_in, praia, planner_praia):
    plan = make_plan(praia)
    sign_in(page, planner_praia)
    page.goto(f"{PLANS}{plan.pk}/measures/")
    assert_usable(page)
    page.locator("[name=q]").focus()
    page.keyboard.type("regularizacao")
    page.locator("[name=decision]").select_option("undecided")
    page.locator("[name=q]").press("Enter")
    page.wait_for_url("**q=regularizacao**")
    assert page.locator("#work .item").count() == 2
    page.get_by_role("link", name="Decidir REG.M1").press("Enter")
    page.wait_for_url("**/measures/REG.M1/")
    page.get_by_role("link", name="Passar a lista das áreas").focus()
    page.keyboard.press("Enter")
    for _key in range(5):  # to the first choice, whatever stands before it
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name") == "decision":
            break
    page.keyboard.press("Space")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(lambda url: "REG.M1" not in url)
    assert PlanMeasure.objects.get(code="REG.M1").decision == Decision.ADOPTED
    sign_in(phone, planner_praia)
    phone.goto(f"{PLANS}{plan.pk}/measures/?decision=undecided")
    assert_usable(phone)
