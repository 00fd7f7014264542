"""What an item of a plan said before: who wrote it, and bringing it back."""

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from action_plans.services.history import history_of, restore_line
from action_plans.services.tailoring import (
    EditConflict,
    add_local_measure,
    save_indicators,
    save_measure,
    save_section,
)
from action_plans.services.updates import take_untouched
from action_plans.workflow import Decision, PlanState
from tests.action_plans.factories import StrategicGoalFactory, make_plan
from tests.action_plans.versions import issue_next
from tests.factories import PartnerFactory


@pytest.fixture
def plan(praia):
    return make_plan(praia)


@pytest.fixture
def measure(plan, planner_praia):
    """ACO.M1, adapted and then adopted: its own text is in the history alone."""
    measure = plan.measures.get(code="ACO.M1")
    partner = PartnerFactory(code="AEC")
    values = {"decision": Decision.ADAPTED, "text_pt": "O nosso texto.", "partners": [partner]}
    measure = save_measure(measure, values, version=1, by=planner_praia)
    values = {"decision": Decision.ADOPTED, "partners": []}
    return save_measure(measure, values, version=2, by=planner_praia)


def line_of(item, **values):
    return history_of(item).filter(**values)[0].history_id


def test_own_words_come_back_with_their_decision_and_partners(measure, planner_praia):
    assert restore_line(
        measure, line_of(measure, decision="adapted"), version=measure.version, by=planner_praia
    )
    measure.refresh_from_db()
    assert (measure.decision, measure.text_pt) == ("adapted", "O nosso texto.")
    assert [partner.code for partner in measure.partners.all()] == ["AEC"]
    assert measure.history.count() == 4  # created, adapted, adopted, brought back
    assert measure.history.first().history_user == planner_praia


def test_bringing_back_what_it_says_already_changes_nothing(measure, planner_praia):
    assert not restore_line(
        measure, line_of(measure, decision="adopted"), version=measure.version, by=planner_praia
    )
    measure.refresh_from_db()
    assert measure.version == 3


def test_the_version_it_rests_on_is_not_brought_back(measure, planner_praia):
    other = measure.plan.measures.get(code="ACO.M2").based_on
    measure.history.filter(decision="adapted").update(based_on=other)
    base = measure.based_on_id
    restore_line(measure, line_of(measure, decision="adapted"), version=measure.version, by=planner_praia)
    measure.refresh_from_db()
    assert measure.based_on_id == base


def test_nothing_is_brought_back_over_a_colleagues_later_text(measure, planner_praia):
    with pytest.raises(EditConflict):
        restore_line(measure, line_of(measure, decision="adapted"), version=2, by=planner_praia)


def test_a_line_of_another_item_is_refused(measure, planner_praia):
    other = measure.plan.measures.get(code="ACO.M2")
    with pytest.raises(measure.history.model.DoesNotExist):
        restore_line(other, line_of(measure, decision="adapted"), version=other.version, by=planner_praia)


def test_a_plan_that_somebody_decides_on_is_not_written(measure, planner_praia):
    measure.plan.state = PlanState.SUBMITTED
    measure.plan.save()
    with pytest.raises(PermissionDenied):
        restore_line(measure, line_of(measure, decision="adapted"), version=measure.version, by=planner_praia)


def test_a_local_measure_stays_local_and_never_loses_its_words(plan, planner_praia):
    goal = StrategicGoalFactory(code="NIS2")
    area = plan.template.areas.get(code="ACO")
    measure = add_local_measure(plan, area, {"text_pt": "Nossa.", "goals": [goal]}, by=planner_praia)
    national = plan.measures.get(code="ACO.M1").based_on
    measure.history.update(based_on=national, decision=Decision.ADOPTED, text_pt="", deliverable="Um guia")
    restore_line(measure, line_of(measure, text_pt=""), version=measure.version, by=planner_praia)
    measure.refresh_from_db()
    assert (measure.decision, measure.text_pt, measure.deliverable) == ("local", "Nossa.", "Um guia")


def test_chapters_and_indicators_come_back_too(plan, planner_praia):
    section = plan.sections.get(code="S3")
    section = save_section(section, {"text_pt": "Primeiro."}, version=1, by=planner_praia)
    section = save_section(section, {"text_pt": "Segundo."}, version=2, by=planner_praia)
    restore_line(section, line_of(section, text_pt="Primeiro."), version=section.version, by=planner_praia)
    section.refresh_from_db()
    assert section.text_pt == "Primeiro."
    indicator = plan.indicators.get(code="ACO.I1")
    save_indicators(plan, [(indicator, {"target_value": 5, "target_year": 2028}, 1)], by=planner_praia)
    save_indicators(plan, [(indicator, {"target_value": 9}, 2)], by=planner_praia)
    restore_line(indicator, line_of(indicator, target_value=5), version=3, by=planner_praia)
    indicator.refresh_from_db()
    assert indicator.target_value == 5


def test_the_page_restores_and_its_undo_takes_that_back(client, measure, planner_praia):
    client.force_login(planner_praia)
    history = reverse("action_plans:plan_item_history", args=[measure.plan_id, "measures", "ACO.M1"])
    assert "Repor este texto" in client.get(history).content.decode()
    line = line_of(measure, decision="adapted")
    url = reverse("action_plans:plan_item_restore", args=[measure.plan_id, "measures", "ACO.M1", line])
    response = client.post(url, {"version": "3"}, follow=True)
    measure.refresh_from_db()
    assert measure.text_pt == "O nosso texto."
    [message] = response.context["messages"]
    client.post(message.extra_tags)
    measure.refresh_from_db()
    assert (measure.decision, measure.text_pt) == ("adopted", "")


def test_an_outdated_page_says_so_and_changes_nothing(client, measure, planner_praia):
    client.force_login(planner_praia)
    line = line_of(measure, decision="adapted")
    url = reverse("action_plans:plan_item_restore", args=[measure.plan_id, "measures", "ACO.M1", line])
    response = client.post(url, {"version": "2"}, follow=True)
    assert "entretanto" in response.content.decode()
    measure.refresh_from_db()
    assert measure.decision == "adopted"


def test_readers_see_the_history_without_the_buttons(client, measure, dgi_officer):
    client.force_login(dgi_officer)
    history = reverse("action_plans:plan_item_history", args=[measure.plan_id, "measures", "ACO.M1"])
    page = client.get(history).content.decode()
    assert "O nosso texto." in page
    assert "Repor este texto" not in page


def test_a_long_history_is_paged_and_its_last_line_knows_the_one_before(client, plan, planner_praia):
    section = plan.sections.get(code="S3")
    for number in range(1, 26):
        section = save_section(section, {"text_pt": f"Texto {number}."}, version=number, by=planner_praia)
    client.force_login(planner_praia)
    history = reverse("action_plans:plan_item_history", args=[plan.pk, "chapters", "S3"])
    lines = client.get(history).context["lines"]
    assert len(lines) == 20
    assert not lines[-1]["is_first"]
    assert lines[-1]["changes"] == [("texto (português)", "Texto 6.", "Texto 5.")]
    assert client.get(history, {"page": 2}).context["lines"][-1]["is_first"]


def test_the_page_tells_which_partners_came_and_went(client, measure, planner_praia):
    client.force_login(planner_praia)
    url = reverse("action_plans:plan_item_history", args=[measure.plan.pk, "measures", measure.code])
    page = client.get(url).text
    assert page.count("AEC") == 2  # came, and went


def test_a_measure_of_ones_own_is_created_once_and_goes_last(plan, planner_praia, client):
    plan.measures.filter(code="ACO.M1").update(order=99)
    area = plan.measures.get(code="ACO.M2").area
    own = {"text_pt": "Feira.", "is_local_priority": True, "partners": [PartnerFactory(code="AEC")]}
    measure = add_local_measure(plan, area, own, by=planner_praia)
    assert [line.history_type for line in measure.history.all()] == ["+"]
    assert measure.order == 100


def test_a_long_history_costs_what_a_short_one_costs(client, measure, planner_praia, count_queries):
    client.force_login(planner_praia)
    url = reverse("action_plans:plan_item_history", args=[measure.plan.pk, "measures", measure.code])
    save_measure(measure, {"decision": Decision.ADOPTED, "owner": planner_praia}, version=3, by=planner_praia)
    client.get(url)
    short = count_queries(lambda: client.get(url))
    for version in range(4, 14):
        values = {"decision": Decision.ADOPTED, "owner": planner_praia if version % 2 else None}
        save_measure(measure, values, version=version, by=planner_praia)
    assert count_queries(lambda: client.get(url)) == short


def test_the_undo_of_an_undo_does_not_overwrite_a_colleague(client, measure, planner_praia):
    client.force_login(planner_praia)
    line = line_of(measure, decision="adapted")
    url = reverse("action_plans:plan_item_restore", args=[measure.plan_id, "measures", "ACO.M1", line])
    [message] = client.post(url, {"version": "3"}, follow=True).context["messages"]
    measure.refresh_from_db()
    values = {"decision": Decision.ADAPTED, "text_pt": "Do colega.", "reason": ""}
    save_measure(measure, values, version=4, by=planner_praia)
    client.post(message.extra_tags)
    measure.refresh_from_db()
    assert measure.text_pt == "Do colega."


@pytest.mark.parametrize("version", ["", "abc", "²", "9" * 5000])
def test_without_a_version_nothing_is_brought_back(client, measure, planner_praia, version):
    client.force_login(planner_praia)
    line = line_of(measure, decision="adapted")
    url = reverse("action_plans:plan_item_restore", args=[measure.plan_id, "measures", "ACO.M1", line])
    assert client.post(url, {"version": version}).status_code == 302
    measure.refresh_from_db()
    assert measure.decision == "adopted"


def test_a_goal_that_is_gone_and_a_person_who_has_left_do_not_come_back(plan, planner_praia, desk_praia):
    goal = StrategicGoalFactory(code="NIS9")
    area = plan.template.areas.get(code="ACO")
    values = {"text_pt": "Nossa.", "goals": [goal], "owner": desk_praia}
    measure = add_local_measure(plan, area, values, by=planner_praia)
    line = line_of(measure, text_pt="Nossa.")
    measure = save_measure(
        measure, {"goals": [], "text_pt": "Outra.", "owner": None}, version=1, by=planner_praia
    )
    goal.delete()
    desk_praia.memberships.all().delete()
    restore_line(measure, line, version=2, by=planner_praia)
    measure.refresh_from_db()
    assert (measure.text_pt, measure.owner, list(measure.goals.all())) == ("Nossa.", None, [])


def test_a_chapter_that_the_national_level_locked_is_not_written_by_its_history(plan, planner_praia):
    section = plan.sections.get(code="S2")
    section.text_pt = "Antigo."
    section.save()
    with pytest.raises(PermissionDenied):
        restore_line(section, line_of(section), version=section.version, by=planner_praia)


def test_a_measure_that_went_on_as_local_keeps_what_it_serves(plan, planner_praia):
    goal = StrategicGoalFactory(code="NIS2")
    area = plan.template.areas.get(code="ACO")
    measure = add_local_measure(plan, area, {"text_pt": "Nossa.", "goals": [goal]}, by=planner_praia)
    national = plan.measures.get(code="ACO.M2")
    line = measure.history.get()
    line.based_on, line.decision, line.text_pt = national.based_on, Decision.ADOPTED, ""
    line.save()
    line.goals.all().delete()
    restore_line(measure, line.history_id, version=measure.version, by=planner_praia)
    assert list(measure.goals.all()) == [goal]


def test_a_line_that_only_moved_along_with_a_version_names_nobody_and_offers_nothing(
    client, plan, planner_praia, dgi_officer
):
    number = issue_next(lambda draft: draft.reword_measure("ACO.M2"), by=dgi_officer).number
    take_untouched(plan, against=number, by=planner_praia)
    client.force_login(planner_praia)
    address = reverse("action_plans:plan_item_history", args=[plan.pk, "measures", "ACO.M1"])
    response = client.get(address)
    moved, *_ = response.context["lines"]
    assert moved["carried_to"] == number
    assert moved["says_the_same"]
    page = response.content.decode()
    assert f"Passou para a versão {number}, que diz o mesmo" in page
    assert "Repor este texto" not in page


def test_what_differs_only_in_its_partners_can_be_brought_back(client, plan, planner_praia):
    measure = plan.measures.get(code="ACO.M1")
    save_measure(measure, {"partners": [PartnerFactory(code="AEC")]}, version=1, by=planner_praia)
    client.force_login(planner_praia)
    address = reverse("action_plans:plan_item_history", args=[plan.pk, "measures", "ACO.M1"])
    newest, created = client.get(address).context["lines"]
    assert (newest["says_the_same"], created["says_the_same"]) == (True, False)
