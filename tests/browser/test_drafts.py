"""What somebody is typing, kept by a real browser, and let go of when it is sent."""

import pytest

from accounts.models import Draft
from cases.models import Enquiry
from tests.action_plans.factories import make_plan
from tests.browser.test_desk import DESK
from tests.factories import CaseFactory

PLANS = "/workspace/plans/"


@pytest.mark.parametrize("address", ["measures/ACO.M1/", "areas/ACO/new/", "chapters/S3/"])
def test_what_a_planner_types_comes_back(page, sign_in, praia, planner_praia, address):
    plan = make_plan(praia)
    sign_in(page, planner_praia)
    page.goto(f"{PLANS}{plan.pk}/{address}")
    if page.locator("[name=decision]").count():
        page.locator("[name=decision][value=adapted]").check()
    page.locator("[name=text_pt]").fill("Um texto que ainda não está pronto")
    page.get_by_text("Rascunho guardado às").wait_for()
    page.goto(f"{PLANS}{plan.pk}/{address}")
    assert page.locator("[name=text_pt]").input_value() == "Um texto que ainda não está pronto"
    page.get_by_role("button", name="Descartar").click()
    page.wait_for_load_state()
    assert page.locator("[name=text_pt]").input_value() == ""


def test_what_an_officer_types_in_a_long_form_comes_back(page, sign_in, desk_praia, office_praia, topic):
    case = CaseFactory(office=office_praia, author=desk_praia, topic=topic).get_absolute_url()
    sign_in(page, desk_praia)
    page.goto(f"{DESK}people/")
    page.locator("[name=q]").fill("Fatumata Djaló")
    page.locator("[name=q]").press("Enter")
    page.get_by_role("link", name="Registar um novo utente").click()
    page.locator("[name=caution]").wait_for()
    forms = {page.url: "caution", f"{DESK}cases/new/": "title"}
    forms |= {f"{case}note/": "text", f"{case}close/": "reason", f"{case}refer/": "reason"}
    for address, field in forms.items():
        page.goto(address)
        page.locator(f"[name={field}]").fill("Ainda a meio")
        page.get_by_text("Rascunho guardado às").wait_for()
        page.goto(address)
        assert page.locator(f"[name={field}]").input_value() == "Ainda a meio"
    assert Draft.objects.count() == len(forms)


def record(page) -> None:
    """Type, and send before the pause after which a draft is saved."""
    page.goto(DESK)
    page.keyboard.type("renovacao")
    page.keyboard.press("Enter")
    page.locator("[name=note]").fill("Só para este atendimento")
    page.keyboard.press("Control+Enter")
    page.get_by_text("Atendimento registado às").wait_for()


def test_a_recorded_enquiry_leaves_no_draft(page, sign_in, desk_praia, topic):
    sign_in(page, desk_praia)
    record(page)
    page.wait_for_timeout(2000)
    page.get_by_role("button", name="Desfazer").first.click()
    page.get_by_text("deixa de contar").wait_for()
    page.goto(DESK)
    assert page.locator("[name=note]").input_value() == ""
    assert page.locator("select[name=topic]").input_value() == ""
    assert (Enquiry.objects.count(), Draft.objects.count()) == (1, 0)


def test_a_save_that_is_under_way_is_called_off_by_sending(page, sign_in, desk_praia, topic):
    held = []
    page.route("**/workspace/drafts/?*", lambda route: held.append(route))  # it never arrives
    sign_in(page, desk_praia)
    page.goto(DESK)
    with page.expect_request("**/workspace/drafts/?*"):
        page.locator("[name=note]").fill("A meio")
    with page.expect_event("requestfailed", lambda request: "/workspace/drafts/" in request.url):
        page.locator("[name=note]").press("Control+Enter")  # refused: no topic
    page.get_by_role("alert").first.wait_for()
    assert len(held) == 1
    assert page.locator("[name=note]").input_value() == "A meio"
