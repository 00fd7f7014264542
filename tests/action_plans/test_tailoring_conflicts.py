"""Two people write the same item: neither loses a word, and what one did not touch is not called hers."""

import re

import pytest
from django.urls import reverse

from accounts.roles import Role
from action_plans.models import PlanIndicator, TemplateMeasure
from action_plans.services.plan import create_plan
from action_plans.services.tailoring import (
    EditConflict,
    adopt_undecided,
    save_indicators,
    save_measure,
    save_section,
)
from action_plans.workflow import Decision
from tests.action_plans.factories import TemplateFactory, fill_template, issue
from tests.conftest import member
from tests.factories import PartnerFactory


@pytest.fixture
def plan(praia, planner_praia, partner):
    """As a planner starts it; the template proposes a partner for ACO.M1."""
    template = fill_template(TemplateFactory())
    TemplateMeasure.objects.get(objective__area__template=template, code="ACO.M1").partners.add(partner)
    issue(template)
    return create_plan(praia, 2026, 2028, by=planner_praia)


@pytest.fixture
def colleague(praia):
    return member("colega.praia@example.org", Role.PLANNER, municipality=praia)


@pytest.fixture
def planner(client, planner_praia):
    client.force_login(planner_praia)
    return planner_praia


def address(name, *args):
    return reverse(f"action_plans:{name}", args=args)


def post(client, url, status, fields):
    response = client.post(url, fields, headers={"accept-language": "pt"})
    assert response.status_code == status
    return response.content.decode()


def compared(html) -> dict:
    """What the page sets side by side: label -> (saved now, yours)."""
    pattern = r"<h2>([^<]+)</h2>\s*<div class=\"compare\">.*?<p>(.*?)</p>.*?<p>(.*?)</p>"
    return {label: (theirs, mine) for label, theirs, mine in re.findall(pattern, html, re.DOTALL)}


def value_of(html, name) -> str:
    """What the form on the page would send for a field of text."""
    return re.search(rf'name="{re.escape(name)}"[^>]*value="([^"]*)"', html)[1]


# Measures


@pytest.fixture
def measure(plan):
    return plan.measures.get(code="ACO.M1")


def measure_address(measure):
    return address("plan_measure", measure.plan_id, measure.code)


def saved_by(user, measure, **values):
    values = {"decision": Decision.ADOPTED} | values
    return save_measure(measure, values, version=measure.version, by=user)


def test_only_what_both_changed_stands_side_by_side(client, planner, colleague, measure, partner):
    hers = {"responsible_unit": "Divisão Social", "budget_cve": "2000.00", "funding_source": "Câmara"}
    saved_by(colleague, measure, **hers)
    mine = {"version": 1, "decision": "adopted", "responsible_unit": "Divisão da Educação"}
    html = post(client, measure_address(measure), 409, mine | {"partners": [partner.pk]})
    assert compared(html) == {"Unidade responsável": ("Divisão Social", "Divisão da Educação")}
    assert "Orçamento, Fonte de financiamento" in html  # hers alone: already so in the form
    assert value_of(html, "budget_cve") == "2.000$00"
    assert value_of(html, "funding_source") == "Câmara"
    assert value_of(html, "responsible_unit") == "Divisão da Educação"
    assert value_of(html, "version") == "2"
    measure.refresh_from_db()
    assert measure.responsible_unit == "Divisão Social"  # nothing is overwritten unseen


def test_saving_ones_own_text_instead_keeps_what_the_other_alone_changed(client, planner, colleague, measure):
    saved_by(colleague, measure, responsible_unit="Divisão Social", budget_cve="2000.00")
    fields = {"version": 1, "decision": "adopted", "responsible_unit": "Divisão da Educação"}
    html = post(client, measure_address(measure), 409, fields)
    again = {name: value_of(html, name) for name in ("version", "responsible_unit", "budget_cve")}
    post(client, measure_address(measure), 302, again | {"decision": "adopted"})
    measure.refresh_from_db()
    assert (measure.responsible_unit, str(measure.budget_cve)) == ("Divisão da Educação", "2000.00")
    assert [line.history_user for line in measure.history.all()[:2]] == [planner, colleague]


def test_a_third_person_in_between_is_met_as_well(client, planner, colleague, measure):
    measure = saved_by(colleague, measure, responsible_unit="Um")
    html = post(
        client, measure_address(measure), 409, {"version": 1, "decision": "excluded", "reason": "Porque."}
    )
    saved_by(colleague, measure, responsible_unit="Dois")
    fields = {"version": value_of(html, "version"), "decision": "excluded", "reason": "Porque."}
    html = post(client, measure_address(measure), 409, fields)
    assert compared(html)["Decisão"] == ("Adotada", "Deixada de fora")


def test_proposed_partners_that_nobody_touched_are_no_difference(
    client, planner, colleague, measure, partner
):
    saved_by(colleague, measure, partners=[partner, PartnerFactory(code="OIM")])
    html = post(
        client, measure_address(measure), 409, {"version": 1, "decision": "adopted", "partners": [partner.pk]}
    )
    assert "Entidades parceiras" not in compared(html)
    assert len(re.findall(r'name="partners"[^>]*checked', html)) == 2


def test_an_owner_a_day_and_a_sum_are_told_as_people_write_them(client, planner, colleague, measure):
    saved_by(colleague, measure, owner=colleague, starts_on="2026-03-01", budget_cve="1500.00")
    fields = {
        "version": 1,
        "decision": "adopted",
        "owner": planner.pk,
        "starts_on": "2026-09-01",
        "budget_cve": "900",
    }
    found = compared(post(client, measure_address(measure), 409, fields))
    assert found["Começo"] == ("1 de março de 2026", "1 de setembro de 2026")
    assert found["Orçamento"] == ("1.500$00", "900$00")
    assert found["Quem presta contas"] == (str(colleague), str(planner))


def test_after_a_step_in_bulk_the_partners_are_still_known(plan, colleague, measure, partner):
    """History lines written in bulk hold the links too: else bringing one back would drop them."""
    adopt_undecided(plan, "ACO", by=colleague)
    for version in (1, 2):
        line = measure.history.get(version=version)
        assert [row.partner for row in line.partners.all()] == [partner]


# Chapters


def test_two_texts_of_a_chapter_stand_side_by_side(client, planner, colleague, plan):
    section = plan.sections.get(code="S3")
    save_section(section, {"text_pt": "Da colega."}, version=1, by=colleague)
    url = address("plan_section", plan.pk, "S3")
    html = post(client, url, 409, {"version": 1, "text_pt": "Meu texto.", "text_en": ""})
    assert compared(html) == {"Texto (português)": ("Da colega.", "Meu texto.")}
    assert "colega" in html.lower()
    post(client, url, 302, {"version": value_of(html, "version"), "text_pt": "Os dois textos."})
    section.refresh_from_db()
    assert section.text_pt == "Os dois textos."


def test_the_same_words_twice_are_said_to_be_the_same(client, planner, colleague, plan):
    save_section(plan.sections.get(code="S3"), {"text_pt": "Igual."}, version=1, by=colleague)
    html = post(client, address("plan_section", plan.pk, "S3"), 409, {"version": 1, "text_pt": "Igual."})
    assert "Escreveram ambos o mesmo." in html


def test_whoever_changed_nothing_is_told_so(client, planner, colleague, plan):
    save_section(plan.sections.get(code="S3"), {"text_pt": "Da colega."}, version=1, by=colleague)
    html = post(client, address("plan_section", plan.pk, "S3"), 409, {"version": 1, "text_pt": ""})
    assert "Não tinha alterado nada." in html
    assert compared(html) == {}


# Indicators


def fields_of(code="ACO.I1", version=1, **typed):
    blank = {"baseline_value": "", "baseline_year": "", "target_value": "", "target_year": ""}
    return {f"{code}-{name}": value for name, value in ({"version": version} | blank | typed).items()}


def saved_indicator(plan, user, **values):
    indicator = plan.indicators.get(code="ACO.I1")
    save_indicators(plan, [(indicator, values, indicator.version)], by=user)


def test_untouched_numbers_are_not_called_mine(client, planner, colleague, plan):
    saved_indicator(plan, colleague, baseline_value="40", baseline_year=2025)
    url = address("plan_indicators", plan.pk, "ACO")
    html = post(client, url, 409, fields_of(target_value="80", target_year="2028"))
    assert set(compared(html)) == {"Meta", "Ano"}  # what I typed; her baseline is in the form already
    assert value_of(html, "ACO.I1-baseline_value") == "40"
    assert value_of(html, "ACO.I1-target_value") == "80"
    names = ("version", "baseline_value", "baseline_year", "target_value", "target_year")
    again = {f"ACO.I1-{name}": value_of(html, f"ACO.I1-{name}") for name in names}
    post(client, url, 302, again)
    indicator = PlanIndicator.objects.get(plan=plan, code="ACO.I1")
    assert (indicator.baseline_value, indicator.target_value) == (40, 80)


def test_an_indicator_that_i_did_not_touch_is_no_conflict(client, planner, colleague, plan):
    """My page is older than hers, but I wrote nothing into it: hers stays, without a question."""
    saved_indicator(plan, colleague, target_value="12.5", target_year=2028)
    post(client, address("plan_indicators", plan.pk, "ACO"), 302, fields_of())
    indicator = PlanIndicator.objects.get(plan=plan, code="ACO.I1")
    assert (str(indicator.target_value), indicator.version) == ("12.50", 2)


def test_the_others_of_the_page_are_carried_along(client, planner, colleague, plan):
    """One of two indicators was changed by somebody else: the other one's numbers are not lost."""
    saved_indicator(plan, colleague, target_value="5", target_year=2027)
    other = {"ACO.I9-version": "1", "ACO.I9-target_value": "7"}
    sent = fields_of(target_value="80", target_year="2028") | other
    html = post(client, address("plan_indicators", plan.pk, "ACO"), 409, sent)
    assert value_of(html, "ACO.I9-target_value") == "7"


# Below the pages


@pytest.mark.parametrize("kind", ["measure", "section"])
def test_a_stale_version_is_refused_by_the_service_itself(plan, planner_praia, kind):
    if kind == "measure":
        item = plan.measures.get(code="ACO.M1")
        saved_by(planner_praia, item)
        with pytest.raises(EditConflict):
            save_measure(item, {"decision": Decision.ADOPTED}, version=1, by=planner_praia)
    else:
        item = plan.sections.get(code="S3")
        save_section(item, {"text_pt": "Um."}, version=1, by=planner_praia)
        with pytest.raises(EditConflict):
            save_section(item, {"text_pt": "Dois."}, version=1, by=planner_praia)
