"""A planner on a line that drops, in a session that ends: what was typed is found again."""

import pytest
from django.contrib.sessions.models import Session

from accounts.models import Draft
from action_plans.models import PlanIndicator, PlanMeasure, PlanSection
from tests.action_plans.factories import make_plan

PLANS = "/workspace/plans/"
OWN = "Um texto longo que ninguém quer escrever duas vezes."
# Every form of the workbench: its address, a field that somebody types into, and what stands there later.
FORMS = {
    "measures/ACO.M1/": ("text_pt", OWN, lambda plan: PlanMeasure.objects.get(code="ACO.M1").text_pt),
    "areas/ACO/new/": ("text_pt", OWN, lambda plan: PlanMeasure.objects.get(code="ACO.L1").text_pt),
    "chapters/S3/": ("text_pt", OWN, lambda plan: PlanSection.objects.get(code="S3").text_pt),
    "areas/ACO/indicators/": (
        "ACO.I1-target_value",
        "125",
        lambda plan: str(int(PlanIndicator.objects.get(code="ACO.I1").target_value)),
    ),
}


@pytest.fixture
def plan(praia):
    return make_plan(praia)


def write(page, name: str, text: str) -> None:
    """What each form needs besides, and then the text."""
    if page.locator("[name=decision]").count():
        page.locator("[name=decision][value=adapted]").check()
    if page.locator("[name=is_local_priority]").count():
        page.locator("[name=is_local_priority]").check()
    if name.endswith("target_value"):
        page.locator(f"[name='{name.replace('value', 'year')}']").fill("2028")
    page.locator(f"[name='{name}']").fill(text)


def send(page) -> None:
    page.locator("main form[data-draft-url] .form-actions button").first.click()


@pytest.mark.parametrize("address", FORMS)
def test_a_dropped_connection_loses_nothing(page, sign_in, plan, planner_praia, expected_complaints, address):
    expected_complaints.append("ERR_INTERNET_DISCONNECTED")
    name, text, stored = FORMS[address]
    sign_in(page, planner_praia)
    page.goto(f"{PLANS}{plan.pk}/{address}")
    page.context.set_offline(True)
    write(page, name, text)
    page.get_by_text("Sem ligação: o que escreve ainda não está a ser guardado.").wait_for()
    send(page)  # the page stays, with what was typed
    page.wait_for_timeout(300)
    assert page.locator(f"[name='{name}']").input_value() == text
    assert not Draft.objects.exists()
    page.context.set_offline(False)
    page.get_by_text("Rascunho guardado às").wait_for()
    page.goto(f"{PLANS}{plan.pk}/{address}")
    assert page.locator(f"[name='{name}']").is_visible()
    assert page.locator(f"[name='{name}']").input_value() == text
    send(page)
    page.wait_for_url(lambda url: address not in url)
    assert stored(plan) == text


@pytest.mark.parametrize("address", FORMS)
def test_an_ended_session_loses_nothing(page, sign_in, plan, planner_praia, expected_complaints, address):
    expected_complaints.append("status of 401")
    planner_praia.set_password("uma-frase-comprida")
    planner_praia.save()
    name, text, stored = FORMS[address]
    sign_in(page, planner_praia)
    page.goto(f"{PLANS}{plan.pk}/{address}")
    Session.objects.all().delete()
    write(page, name, text)
    page.get_by_text("A sua sessão terminou.").wait_for()
    send(page)
    page.locator("[name=password]").fill("uma-frase-comprida")
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url(lambda url: PLANS in url and address not in url)
    assert stored(plan) == text


def test_a_page_with_text_that_is_kept_nowhere_does_not_close_unasked(
    page, sign_in, plan, planner_praia, expected_complaints
):
    expected_complaints.append("ERR_INTERNET_DISCONNECTED")
    sign_in(page, planner_praia)
    page.goto(f"{PLANS}{plan.pk}/chapters/S3/")
    page.context.set_offline(True)
    write(page, "text_pt", OWN)
    page.get_by_text("Sem ligação: o que escreve ainda não está a ser guardado.").wait_for()
    asked = []

    def stay(dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    page.close(run_before_unload=True)
    page.wait_for_timeout(500)
    assert asked == ["beforeunload"]
    assert page.locator("[name=text_pt]").input_value() == OWN
