"""A newer template in a browser: taking, keeping, combining, undoing; three towns that do it their way."""

import pytest

from action_plans.models import Template
from action_plans.services.tailoring import save_measure
from action_plans.workflow import Decision
from tests.action_plans.factories import issued_template, make_plan
from tests.action_plans.versions import issue_next
from tests.browser.checks import assert_usable
from tests.conftest import member
from tests.factories import MunicipalityFactory

PLANS = "/workspace/plans/"
OWN = "Medida 1 de Acolhimento, à nossa maneira, com os bairros."


def tailor(plan, code, by, **values):
    row = plan.measures.select_related("plan").get(code=code)
    save_measure(row, values, version=row.version, by=by)


def open_change(page, plan, code, kind="measure") -> None:
    page.goto(f"{PLANS}{plan.pk}/updates/{kind}/{code}/")


def decide(page, choice) -> None:
    page.locator(f"main [name=decision][value={choice}]").check()
    page.locator("main .form-actions button").click()
    page.wait_for_load_state()


def undo(page) -> None:
    page.locator(".message-success button").click()
    page.wait_for_load_state()


def measure(plan, code):
    return plan.measures.filter(code=code).first()


@pytest.fixture
def plan(praia, planner_praia, dgi_officer):
    """Praia has adapted ACO.M1; version 2 rewords it, moves ACO.M2, drops ACO.M3 and adds ACO.M9."""
    issued_template(number=1)
    plan = make_plan(praia)
    tailor(plan, "ACO.M1", planner_praia, decision=Decision.ADAPTED, text_pt=OWN, reason="É assim cá.")
    tailor(plan, "ACO.M3", planner_praia, decision=Decision.ADAPTED, text_pt="Cá continua.", reason="Sim.")

    def edit(draft):
        draft.reword_measure("ACO.M1", "Medida 1 de Acolhimento, em cada localidade.")
        draft.move_measure("ACO.M2", to="REG.O1")
        draft.drop_measure("ACO.M3")
        draft.add_measure("ACO.M9")

    issue_next(edit, by=dgi_officer)
    return plan


def test_reworded_moved_dropped_and_new_items_are_taken_kept_combined_and_given_back(
    page, phone, sign_in, plan, planner_praia
):
    sign_in(page, planner_praia)
    page.goto(f"{PLANS}{plan.pk}/")
    page.locator(f"main a[href='{PLANS}{plan.pk}/updates/']").click()
    page.wait_for_load_state()
    assert page.locator("main .item").count() == 4
    assert_usable(page)

    # Reworded: combined, given back; kept, given back; taken.
    open_change(page, plan, "ACO.M1")
    assert page.locator("main .compare section").count() == 3
    assert page.locator("main ins, main del").count() > 1
    assert not page.locator("[name=text_pt]").is_visible()
    page.locator("main [name=decision][value=merge]").check()
    proposal = page.locator("[name=text_pt]").input_value()
    assert "⟦" in proposal
    assert_usable(page)
    decide(page, "merge")
    assert page.locator("[name=text_pt][aria-invalid=true]").input_value() == proposal
    page.locator("[name=text_pt]").fill("Medida 1 de Acolhimento, em cada localidade, com os bairros.")
    decide(page, "merge")
    assert measure(plan, "ACO.M1").text_pt.startswith("Medida 1 de Acolhimento, em cada localidade, com")
    undo(page)
    assert measure(plan, "ACO.M1").text_pt == OWN
    decide(page, "keep")
    undo(page)
    decide(page, "take")
    assert measure(plan, "ACO.M1").decision == Decision.ADOPTED

    # Moved: taken and given back, kept.
    open_change(page, plan, "ACO.M2")
    assert_usable(page)
    decide(page, "take")
    assert measure(plan, "ACO.M2").area.code == "REG"
    undo(page)
    assert measure(plan, "ACO.M2").area.code == "ACO"
    decide(page, "keep")

    # Dropped: left out and given back, goes on as a local measure.
    open_change(page, plan, "ACO.M3")
    assert_usable(page)
    decide(page, "leave_out")
    assert measure(plan, "ACO.M3") is None
    undo(page)
    assert measure(plan, "ACO.M3").text_pt == "Cá continua."
    decide(page, "go_on")
    assert measure(plan, "ACO.L1").text_pt == "Cá continua."

    # New, on a phone: left out without and with a reason, given back, brought in.
    sign_in(phone, planner_praia)
    open_change(phone, plan, "ACO.M9")
    assert_usable(phone)
    decide(phone, "leave_out")
    assert phone.locator("[name=reason][aria-invalid=true]").is_visible()
    phone.locator("[name=reason]").fill("Não há mar.")
    decide(phone, "leave_out")
    assert measure(plan, "ACO.M9").reason == "Não há mar."
    undo(phone)
    decide(phone, "take")
    assert measure(plan, "ACO.M9").decision == Decision.UNDECIDED
    assert phone.locator("main .empty").is_visible()

    # The list of decisions gives back what a message no longer does.
    page.goto(f"{PLANS}{plan.pk}/updates/decisions/")
    assert_usable(page)
    page.locator("main li", has_text="ACO.M1").first.locator("button").click()
    page.wait_for_load_state()
    assert measure(plan, "ACO.M1").text_pt == OWN


def test_three_towns_answer_a_new_version_each_in_its_way_and_the_map_shows_it(
    page, phone, sign_in, praia, sal, planner_praia, planner_sal, dgi_officer
):
    """The national level rewords one measure, drops one and adds a mandatory one."""
    boavista = MunicipalityFactory(code="CV-BV", name="Boa Vista", display_name="Boa Vista", slug="boavista")
    planner_boavista = member("planner.boavista@example.org", "planner", municipality=boavista)
    issued_template(number=1)
    plans = {town: make_plan(town) for town in (praia, sal, boavista)}
    tailor(plans[praia], "ACO.M1", planner_praia, decision=Decision.ADAPTED, text_pt=OWN, reason="Sim.")
    tailor(plans[sal], "ACO.M1", planner_sal, decision=Decision.ADOPTED)
    tailor(plans[boavista], "ACO.M1", planner_boavista, decision=Decision.EXCLUDED, reason="Já existe.")

    sign_in(page, dgi_officer)
    page.goto("/workspace/template/")
    page.locator("main form button").first.click()
    page.wait_for_load_state()
    draft = Template.objects.drafts().get()
    page.goto(f"/workspace/template/{draft.number}/ACO.M1/")
    page.locator("[name=text_pt]").fill("Medida 1 de Acolhimento, em cada localidade.")
    page.locator("main .form-actions button").first.click()
    page.wait_for_load_state()
    page.goto(f"/workspace/template/{draft.number}/")
    page.locator("button[formaction^='REG.M2/remove/']").click()
    page.locator("[id='REG.M2']").wait_for(state="detached")
    page.goto(f"/workspace/template/{draft.number}/ACO.O1/add/measure/")
    page.locator("[name=code]").fill("ACO.M9")
    page.locator("[name=text_pt]").fill("Medida nova e obrigatória.")
    page.locator("[name=is_mandatory]").check()
    page.locator("main .form-actions button").first.click()
    page.wait_for_load_state()
    page.goto(f"/workspace/template/{draft.number}/issue/")
    page.locator("main form .button").last.click()
    page.wait_for_load_state()
    assert Template.objects.issued().get() == draft

    sign_in(page, planner_praia)
    page.goto("/workspace/notices/")
    for code, choice in (("ACO.M1", "keep"), ("ACO.M9", "take"), ("REG.M2", "go_on")):
        open_change(page, plans[praia], code)
        decide(page, choice)
    sign_in(page, planner_sal)
    page.goto(f"{PLANS}{plans[sal].pk}/updates/")
    page.locator("aside form button").click()
    page.wait_for_load_state()
    open_change(page, plans[sal], "REG.M2")
    decide(page, "leave_out")
    sign_in(page, planner_boavista)
    open_change(page, plans[boavista], "ACO.M1")
    decide(page, "anew")

    assert measure(plans[praia], "ACO.M1").text_pt == OWN
    assert measure(plans[praia], "REG.L1").decision == Decision.LOCAL
    assert measure(plans[sal], "ACO.M1").based_on.text_pt.endswith("em cada localidade.")
    assert measure(plans[sal], "REG.M2") is None
    assert measure(plans[boavista], "ACO.M1").decision == Decision.UNDECIDED

    for window in (page, phone):
        sign_in(window, dgi_officer)
        window.goto("/workspace/template/adoption/")
        assert_usable(window)
    row = page.locator("tbody tr", has=page.get_by_role("link", name="ACO.M1", exact=True))
    assert row.locator("td").all_inner_texts() == ["2", "2", "1", "", "", "", ""]
    row.locator("a").click()
    page.wait_for_load_state()
    assert_usable(page)
    said = {row.locator("th").inner_text(): row.inner_text() for row in page.locator("tbody tr").all()}
    assert "Mantido" in said["Praia 2026-2028"]
    assert "Aceite" in said["Sal 2026-2028"]
    assert "a decidir de novo" in said["Boa Vista 2026-2028"]
