"""Texts in other languages beside a Portuguese one: said when they may be out of date, marked once a page."""

import pytest
from django.urls import reverse
from django.utils import translation

from action_plans.services.tailoring import save_measure
from action_plans.services.template import start_draft
from action_plans.workflow import Decision
from gai_portal.lib.forms import languages_left_behind
from tests.action_plans.factories import StrategicGoalFactory, issued_template, make_plan

BEFORE = {"text_pt": "Antes", "text_en": "Before", "text_fr": ""}


@pytest.mark.parametrize(
    ("after", "languages"),
    [
        ({"text_pt": "Depois"}, ["English"]),
        ({"text_pt": "Depois", "text_en": "After"}, []),
        ({"text_pt": "Depois", "text_en": ""}, []),
        ({"text_pt": "Depois", "text_fr": "Après"}, ["English"]),
        ({"text_en": "Earlier"}, []),
    ],
)
def test_a_language_is_left_behind_when_only_portuguese_was_changed(after, languages):
    with translation.override("en"):
        assert languages_left_behind(BEFORE, BEFORE | after) == languages


def warned(client, url, content):
    page = client.get(url).context["form"]
    kept = ("version", "item", "seen", "objective")
    carried = {name: page[name].value() for name in kept if name in page.fields}
    return "O texto em português mudou" in client.post(url, carried | content, follow=True).content.decode()


def test_whoever_rewords_an_own_text_is_told_to_look_at_its_translations(client, praia, planner_praia):
    plan = make_plan(praia)
    own = {"decision": Decision.ADAPTED, "text_pt": "Nosso.", "text_en": "Ours."}
    save_measure(plan.measures.get(code="ACO.M1"), own, version=1, by=planner_praia)
    client.force_login(planner_praia)
    url = reverse("action_plans:plan_measure", args=[plan.pk, "ACO.M1"])
    assert warned(client, url, own | {"text_pt": "Nosso, outra vez."})
    assert not warned(client, url, own | {"text_pt": "Mais uma vez.", "text_en": "Once more."})


def test_so_is_whoever_rewords_the_template_or_the_strategy(client, db, dgi_officer):
    goal = StrategicGoalFactory(code="NIS1", title_pt="Antes", title_en="Before")
    issued_template()
    client.force_login(dgi_officer)
    draft = start_draft(by=dgi_officer)
    url = reverse("action_plans:template_item_edit", args=[draft.number, "ACO.M1"])
    assert warned(client, url, {"text_pt": "Outra redação.", "text_en": "Measure 1 of ACO."})
    url = reverse("action_plans:goal_edit", args=["NIS1"])
    assert warned(client, url, {"title_pt": "Depois", "title_en": "Before", "order": goal.order})


def test_a_page_without_translations_says_so_once(client, praia, planner_praia):
    plan = make_plan(praia)
    client.force_login(planner_praia)
    client.get(reverse("choose_language", args=["fr"]))
    for name, args in [
        ("plan_detail", []),
        ("plan_area", ["ACO"]),
        ("plan_measure", ["ACO.M1"]),
        ("plan_measure_list", []),
        ("plan_indicators", ["ACO"]),
        ("plan_coverage", []),
    ]:
        page = client.get(reverse(f"action_plans:{name}", args=[plan.pk, *args])).content.decode()
        assert page.count("(en portugais)") == 0
        assert page.count("est en portugais") == 1, name


def test_the_codes_under_the_measures_are_explained(client, db):
    template = issued_template()
    page = client.get(reverse("template_public")).content.decode()
    assert template.state == "issued"
    assert "<dt>NIS1</dt><dd>Fluxos migratórios" in page
