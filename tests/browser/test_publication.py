"""Published plans in a browser: read, checked and printed by anybody, on any screen."""

import pytest

from action_plans.models import PlanMeasure
from action_plans.workflow import Decision, PlanState
from tests.action_plans.editions import publish
from tests.action_plans.factories import make_plan
from tests.browser.checks import assert_usable


@pytest.fixture
def edition(transactional_db, praia, approver_praia):
    plan = make_plan(praia, ready=True, state=PlanState.PUBLISHED)
    PlanMeasure.objects.filter(code="ACO.M2").update(
        decision=Decision.ADAPTED, text_pt="Uma medida comprida. " * 40, budget_cve=250_000
    )
    PlanMeasure.objects.filter(code="REG.M1").update(decision=Decision.EXCLUDED, reason="Já existe.")
    return publish(plan, by=approver_praia)


@pytest.mark.parametrize("locale", ["pt-PT", "fr-FR"])
def test_a_plan_can_be_read_on_every_screen(edition, open_browser, locale):
    for width in (1280, 360):
        page = open_browser({"width": width, "height": 800}, locale=locale)
        for address in ("/plans/", "/plans/praia-2026-2028/"):
            page.goto(address)
            assert_usable(page)


def test_anybody_checks_a_code(edition, phone):
    phone.goto("/plans/")
    phone.get_by_role("link", name="Verificar se um documento é a edição atual").click()
    phone.get_by_label("Código de verificação").fill(edition.verification_code.lower())
    phone.get_by_role("button", name="Verificar").click()
    assert phone.get_by_text("Sim, esta é a edição atual.").is_visible()
    assert_usable(phone)


def test_from_the_list_to_the_document_in_two_steps(edition, page):
    page.goto("/plans/")
    page.get_by_role("link", name="MAPII 2026–2028").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Praia 2026–2028"
    answer = page.request.get(page.get_by_role("link", name="PDF em português").get_attribute("href"))
    assert answer.headers["content-type"] == "application/pdf"
