"""What changes from one version of the national template to another, and which plans it touches."""

import pytest
from django.urls import reverse

from action_plans.models import (
    Template,
    TemplateArea,
    TemplateIndicator,
    TemplateMeasure,
    TemplateObjective,
    TemplateSection,
)
from action_plans.services.comparison import Place, Reflagging, Rewording, compare_templates
from action_plans.services.impact import plans_to_come, plans_touched
from action_plans.services.tailoring import save_measure
from action_plans.services.template import issue_template, move_item, remove_item, save_item, start_draft
from action_plans.workflow import Decision, PlanState
from tests.action_plans.factories import issued_template, make_plan
from tests.factories import MunicipalityFactory, PartnerFactory


@pytest.fixture
def first(db) -> Template:
    template = issued_template(number=1)
    PartnerFactory(code="PAC", name_pt="Plataforma das Comunidades Africanas")
    return template


@pytest.fixture
def draft(first, dgi_officer) -> Template:
    return start_draft(by=dgi_officer)


@pytest.fixture
def officer(client, dgi_officer):
    client.force_login(dgi_officer)
    return client


def of(template: Template, code: str, model=TemplateMeasure):
    return model.objects.get(**{model.template_path: template, "code": code})


def change(first, draft, code):
    return next(c for c in compare_templates(first, draft).changes if c.code == code)


def test_a_copy_differs_in_nothing(first, draft):
    assert not compare_templates(first, draft)


def test_words_are_compared_in_every_language(first, draft, dgi_officer):
    measure = of(draft, "ACO.M2")
    measure.text_pt, measure.text_fr, measure.guidance_pt = "Outra medida.", "Mesure 2", "Comece cedo."
    save_item(measure, {}, by=dgi_officer)
    assert change(first, draft, "ACO.M2").rewordings == (
        Rewording("text", "pt", "Medida 2 de Acolhimento.", "Outra medida."),
        Rewording("text", "fr", "", "Mesure 2"),
        Rewording("guidance", "pt", "", "Comece cedo."),
    )


def test_a_move_says_from_where_to_where(first, draft, dgi_officer):
    measure = of(draft, "ACO.M1")
    measure.objective = of(draft, "REG.O1", TemplateObjective)
    save_item(measure, {}, by=dgi_officer)
    assert change(first, draft, "ACO.M1").moved == (Place("ACO.O1", 1), Place("REG.O1", 3))
    move_item(of(draft, "S1", TemplateSection), up=False, by=dgi_officer)
    moved = [c for c in compare_templates(first, draft).changes if c.moved]
    assert {c.code for c in moved} in ({"ACO.M1", "S1"}, {"ACO.M1", "S2"})


def test_a_flag_says_which_from_what_to_what(first, draft, dgi_officer):
    measure = of(draft, "ACO.M1")
    measure.is_mandatory = False
    pac = PartnerFactory(code="OIM")
    save_item(measure, {"partners": [pac], "goals": []}, by=dgi_officer)
    assert change(first, draft, "ACO.M1").reflaggings == (
        Reflagging("is_mandatory", before=True, after=False),
        Reflagging("partners", [], ["OIM"]),
        Reflagging("goals", ["NIS1"], []),
    )


def test_title_notice_and_length_count_as_well(first, draft):
    Template.objects.filter(pk=draft.pk).update(notice_en="Notice", default_years=4)
    draft.refresh_from_db()
    heading = change(first, draft, "")
    assert heading.rewordings == (Rewording("notice", "en", "", "Notice"),)
    assert heading.reflaggings == (Reflagging("default_years", 3, 4),)


def test_what_was_dropped_stands_where_it_stood(first, draft, dgi_officer):
    remove_item(of(draft, "ACO.M2"), by=dgi_officer)
    remove_item(of(draft, "S1", TemplateSection), by=dgi_officer)
    measure = of(draft, "ACO.M3")
    measure.text_pt = "Outra."
    save_item(measure, {}, by=dgi_officer)
    changes = compare_templates(first, draft).changes
    assert [(c.code, c.is_dropped, c.chapter) for c in changes] == [
        ("S1", True, "S1"),
        ("ACO.M2", True, "ACO"),
        ("ACO.M3", False, "ACO"),
    ]


def test_the_page_compares_the_newest_with_the_one_before_unless_others_are_chosen(
    officer, draft, dgi_officer
):
    measure = of(draft, "ACO.M1")
    measure.text_pt, measure.is_mandatory = "Medida primeira de Acolhimento.", False
    measure.objective = of(draft, "REG.O1", TemplateObjective)
    save_item(measure, {"partners": PartnerFactory._meta.model.objects.filter(code="PAC")}, by=dgi_officer)
    url = reverse("action_plans:template_compare")
    response = officer.get(url)
    page = response.content.decode()
    assert (response.context["before"].number, response.context["after"].number) == (1, 2)
    assert "<del>" in page
    assert "primeira" in page
    assert "ACO.O1 · Objetivo de Acolhimento, posição 1" in page
    assert "REG.O1 · Objetivo de Regularização, posição 3" in page
    assert "<del>sim</del> <ins>não</ins>" in page
    assert "<ins>PAC · Plataforma das Comunidades Africanas</ins>" in page
    back = officer.get(url, {"before": 2, "after": 1})
    assert "<del>não</del> <ins>sim</ins>" in back.content.decode()
    same = officer.get(url, {"before": 1, "after": 1})
    assert "dizem o mesmo" in same.content.decode()
    assert officer.get(url, {"before": "x", "after": 99}).context["after"].number == 2


def test_a_draft_is_compared_by_the_national_level_alone(client, draft, planner_praia):
    client.force_login(planner_praia)
    response = client.get(reverse("action_plans:template_compare"), {"after": 2, "before": 1})
    assert response.context["after"].number == 1
    assert "Rascunho" not in response.content.decode()


def test_a_comparison_costs_the_same_whatever_its_length(officer, draft, count_queries):
    url = reverse("action_plans:template_compare")
    TemplateMeasure.objects.filter(objective__area__template=draft, code="ACO.M1").update(text_pt="Um")
    officer.get(url)
    before = count_queries(lambda: officer.get(url))
    area = TemplateArea.objects.get(template=draft, code="REG")
    for number in range(20):
        objective = TemplateObjective.objects.create(area=area, code=f"X.O{number}", text_pt="x", order=9)
        TemplateMeasure.objects.create(objective=objective, code=f"X.M{number}", text_pt="x")
    TemplateMeasure.objects.filter(objective__area__template=draft).update(is_mandatory=True)
    assert count_queries(lambda: officer.get(url)) == before


# What issuing touches


@pytest.fixture
def plans(first, praia, sal, planner_praia):
    """Praia has adapted ACO.M1; Sal has adopted all; a third plan is published."""
    of_praia, of_sal = make_plan(praia), make_plan(sal, ready=True)
    values = {"decision": Decision.ADAPTED, "text_pt": "À nossa maneira."}
    save_measure(of_praia.measures.get(code="ACO.M1"), values, version=1, by=planner_praia)
    make_plan(MunicipalityFactory(), state=PlanState.PUBLISHED)
    return of_praia, of_sal


@pytest.fixture
def changed(draft, plans, dgi_officer):
    """ACO.M1 and an indicator reworded, REG.M2 dropped, two measures added, an area renamed."""
    TemplateMeasure.objects.filter(objective__area__template=draft, code="ACO.M1").update(text_pt="Novo.")
    TemplateIndicator.objects.filter(objective__area__template=draft, code="ACO.I1").update(text_pt="Novo.")
    TemplateArea.objects.filter(template=draft, code="ACO").update(title_pt="Novo")
    remove_item(of(draft, "REG.M2"), by=dgi_officer)
    objective = of(draft, "REG.O1", TemplateObjective)
    for code in ("REG.M8", "REG.M9"):
        save_item(TemplateMeasure(objective=objective, code=code, text_pt="Nova"), {}, by=dgi_officer)
    return draft


def test_each_open_plan_is_told_with_what_it_has_to_decide(changed, plans):
    impacts = {impact.plan: impact for impact in plans_touched(changed)}
    assert set(impacts) == set(plans)
    of_praia, of_sal = (impacts[plan] for plan in plans)
    assert (of_praia.changed, of_praia.adapted, of_praia.dropped, of_praia.added) == (2, 1, 1, 2)
    assert (of_sal.changed, of_sal.adapted, of_sal.dropped, of_sal.added) == (2, 0, 1, 2)
    assert plans_to_come() == 1


def test_an_item_is_compared_with_the_version_that_it_is_based_on(changed, plans, dgi_officer):
    """Praia took the new text of one item; the next version leaves it alone, and Sal has both to decide."""
    of_praia, of_sal = plans
    issue_template(changed, by=dgi_officer)
    of_praia.measures.filter(code="ACO.M1").update(based_on=of(changed, "ACO.M1"))
    third = start_draft(by=dgi_officer)
    TemplateMeasure.objects.filter(objective__area__template=third, code="ACO.M2").update(text_pt="Outro.")
    impacts = {impact.plan: impact.changed for impact in plans_touched(third)}
    assert impacts == {of_praia: 2, of_sal: 3}


def test_a_version_that_changes_no_item_of_a_plan_touches_none(draft, plans):
    TemplateArea.objects.filter(template=draft, code="ACO").update(summary_pt="Resumo")
    assert plans_touched(draft) == []


def test_the_reckoning_costs_the_same_for_any_number_of_plans(changed, plans, count_queries):
    plans_touched(changed)  # issued versions are remembered from here on
    before = count_queries(lambda: plans_touched(changed))
    for _number in range(5):
        make_plan(MunicipalityFactory())
    assert count_queries(lambda: plans_touched(changed)) == before


def test_the_issuing_page_names_the_plans(officer, changed, plans):
    page = officer.get(reverse("action_plans:template_issue", args=[2])).content.decode()
    for plan in plans:
        assert f'href="{plan.get_absolute_url()}"' in page
    assert "Mais 1 plano está em decisão ou publicado" in page
