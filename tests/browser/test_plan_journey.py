"""From a national template to a published plan, in a real browser, each step by whoever it belongs to."""

from datetime import date

from action_plans.models import Plan, PlanMeasure
from action_plans.workflow import Decision, PlanState
from tests.action_plans.factories import issued_template, make_plan
from tests.browser.checks import assert_usable

PLANS = "/workspace/plans/"


def send(page) -> None:
    page.locator("main .form-actions button").first.click()
    page.wait_for_load_state()


def test_a_planner_starts_a_plan_and_decides_by_keyboard(page, sign_in, planner_praia):
    issued_template()
    sign_in(page, planner_praia)
    page.goto(f"{PLANS}new/")
    assert_usable(page)
    page.keyboard.press("Tab")
    page.locator("[name=first_year]").press("Control+Enter")
    page.wait_for_url("**/plans/*/")
    plan = Plan.objects.get()
    page.goto(f"{PLANS}{plan.pk}/measures/ACO.M1/")
    page.locator("[name=decision][value=excluded]").check()
    send(page)
    assert page.locator("[aria-invalid=true]").count() > 0  # no reason was given: said beside the field
    page.locator("[name=reason]").fill("Já é feita pela ilha vizinha.")
    send(page)
    assert PlanMeasure.objects.get(code="ACO.M1").decision == Decision.EXCLUDED
    for path in ("", "areas/ACO/", "areas/ACO/new/", "areas/ACO/indicators/", "chapters/S3/", "preview/"):
        page.goto(f"{PLANS}{plan.pk}/{path}")
        assert_usable(page)


def test_four_people_bring_a_plan_to_the_public(
    page, sign_in, praia, planner_praia, dgi_officer, approver_praia, desk_praia
):
    plan = make_plan(praia, ready=True)
    steps = f"{PLANS}{plan.pk}/steps/"

    sign_in(page, planner_praia)
    page.goto(f"{steps}submit/")
    assert_usable(page)
    send(page)
    sign_in(page, dgi_officer)
    page.goto(f"{steps}endorse/")
    send(page)
    sign_in(page, approver_praia)
    page.goto(f"{steps}approve/")
    page.locator("[name=decided_on]").fill(date(2026, 3, 12).isoformat())
    page.locator("[name=decision_reference]").fill("Deliberação n.º 7/2026")
    send(page)
    page.goto(f"{steps}publish/")
    send(page)
    plan.refresh_from_db()
    assert plan.state == PlanState.PUBLISHED

    page.context.clear_cookies()  # somebody from the street
    page.goto("/plans/")
    page.locator(f"main a[href^='/plans/{plan.slug}/']").first.click()
    page.wait_for_load_state()
    assert_usable(page)
    answer = page.request.get(f"/plans/{plan.slug}/1.pdf")
    assert answer.body().startswith(b"%PDF")
