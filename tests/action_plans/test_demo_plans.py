"""The invented plans: at every stage, the same each time, and plainly invented."""

from datetime import timedelta
from unittest import mock

import pytest
import yaml
from django.core import mail
from django.db.models import F
from django.utils import timezone

from accounts.models import Notice
from accounts.roles import Role
from action_plans import demo
from action_plans.demo_goals import load_demo_goals
from action_plans.demo_updates import load_demo_update
from action_plans.models import (
    Edition,
    EditionFile,
    Plan,
    PlanIndicator,
    PlanMeasure,
    StrategicGoal,
    StrategicIndicator,
    Template,
    UpdateDecision,
)
from action_plans.reference import load_reference as load_templates
from action_plans.services.edition_changes import edition_changes
from action_plans.services.inbox import inbox_of
from action_plans.workflow import Decision, PlanState
from cases.reference import load_reference as load_topics
from municipalities.reference import load_reference as load_territory
from tests.action_plans.editions import STAND_IN
from tests.factories import MembershipFactory

STATES = [("CV-PR", "published"), ("CV-CA", "returned"), ("CV-SV", "draft")]


@pytest.fixture
def people(db):
    load_territory()
    load_topics()
    load_templates()
    MembershipFactory(role=Role.DGI_OFFICER)
    for municipality, _state in STATES:
        for role in (Role.PLANNER, Role.APPROVER):
            MembershipFactory(role=role, municipality_id=municipality)


@pytest.fixture
def content(tmp_path):
    """The file that ships, with three of its plans."""
    content = yaml.safe_load(demo.DATA.read_text())
    content["plans"] = [row for row in content["plans"] if (row["municipality"], row["state"]) in STATES]
    assert len(content["plans"]) == len(STATES)
    path = tmp_path / "plans.yaml"
    path.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False))
    return path


def load(path):
    with mock.patch("action_plans.services.publication.edition_pdf", return_value=STAND_IN):
        return demo.load_demo_plans(path)


def test_plans_at_several_stages_are_loaded_once(people, content):
    assert load(content).created == 3
    praia, santa_catarina, sao_vicente = (Plan.objects.get(municipality=code) for code, _state in STATES)
    assert all(plan.is_demo for plan in Plan.objects.all())

    edition = praia.editions.get()
    assert praia.state == PlanState.PUBLISHED
    assert not praia.measures.undecided().exists()
    decisions = set(praia.measures.values_list("decision", flat=True))
    assert decisions == {Decision.ADOPTED, Decision.ADAPTED, Decision.EXCLUDED, Decision.LOCAL}
    assert "inventada" in edition.snapshot["decision"]["reference"]
    assert edition.snapshot["is_demo"]
    assert timezone.now() - edition.published_at > timedelta(days=100)
    times = list(praia.steps.order_by("at").values_list("at", flat=True))
    assert praia.created_at < times[0]
    assert times[-1] == edition.published_at

    assert santa_catarina.state == PlanState.CONSULTATION
    assert santa_catarina.steps.get(to_state=PlanState.RETURNED).comment
    consultation = santa_catarina.consultations.get()
    assert "inventada" in consultation.introduction
    assert consultation.comments.heard().count() == 2
    assert PlanMeasure.objects.filter(plan=sao_vicente).undecided().count() == 44 - 31
    # Nobody has to act on what is invented.
    assert not Notice.objects.exists()
    assert mail.outbox == []

    assert (load(content).created, load(content).unchanged) == (0, 3)
    assert Edition.objects.count() == 1


def test_the_dates_of_the_demonstration_follow_one_another(people, content):
    load(content)
    template = Template.objects.get()
    for plan in Plan.objects.all():
        assert template.issued_at < plan.created_at
        decided_on = plan.decided_on or timezone.localdate(plan.created_at)
        assert all(m.starts_on > decided_on for m in plan.measures.exclude(starts_on=None))
        assert all(m.starts_on < m.ends_on for m in plan.measures.exclude(starts_on=None))


def test_a_target_lies_where_the_indicator_shall_go(people, content):
    load(content)
    known = PlanIndicator.objects.exclude(baseline_value=None)
    falling = {i.code for i in known if i.target_value < i.baseline_value}
    assert falling <= {"DIV.I2"}  # discrimination shall become rarer
    assert not known.filter(code="DIV.I2", target_value__gte=F("baseline_value")).exists()
    assert not known.filter(based_on__unit="percent", target_value__gt=100).exists()


def test_one_plan_has_been_revised_and_published_again(people, content):
    for role in (Role.PLANNER, Role.APPROVER):
        MembershipFactory(role=role, municipality_id="CV-BV")
    rows = yaml.safe_load(demo.DATA.read_text())
    rows["plans"] = [row for row in rows["plans"] if row["municipality"] == "CV-BV"]
    content.write_text(yaml.safe_dump(rows, allow_unicode=True, sort_keys=False))
    load(content)
    second, first = Edition.objects.order_by("-number")
    assert [file.edition for file in EditionFile.objects.order_by("edition__number")] == [first, second]
    assert first.published_at < second.published_at
    whats = {change.what for change in edition_changes(first.snapshot, second.snapshot)}
    assert whats == {"changed", "taken_up", "left_out", "dropped"}
    times = list(second.plan.steps.order_by("at").values_list("at", flat=True))
    assert times == sorted(times)
    assert PlanMeasure.history.filter(history_date__gt=second.published_at).count() == 0


def test_without_its_people_a_municipality_gets_no_plan(db, content):
    load_territory()
    load_topics()
    load_templates()
    MembershipFactory(role=Role.DGI_OFFICER)
    assert load(content).created == 0


def test_a_second_version_gives_open_plans_something_to_look_at_and_leaves_the_others_alone(people, content):
    load(content)
    praia, santa_catarina, sao_vicente = (Plan.objects.get(municipality=code) for code, _state in STATES)
    before = list(praia.measures.values())
    assert load_demo_update().created == 1
    assert list(praia.measures.values()) == before
    assert not praia.measures.undecided().exists()
    for plan in (santa_catarina, sao_vicente):
        inbox = inbox_of(plan)
        assert inbox.changes
        assert inbox.looked_at == 4
    choices = UpdateDecision.objects.values_list("choice", flat=True)
    assert set(choices) == {"take", "keep", "merge", "leave_out", "go_on"}
    first, second = Template.objects.order_by("number")
    assert first.issued_at < second.issued_at < min(UpdateDecision.objects.values_list("at", flat=True))
    assert not Notice.objects.filter(url__contains="updates").exists()
    assert (load_demo_update().created, load_demo_update().unchanged) == (0, 1)


def test_without_invented_plans_there_is_no_second_version(people):
    assert load_demo_update().created == 0


def test_the_invented_goals_say_that_they_are_and_are_loaded_once(people):
    assert (load_demo_goals().created, load_demo_goals().unchanged) == (5, 5)
    goals = StrategicGoal.objects.exclude(parent=None)
    assert all(goal.title_pt.startswith("(Demonstração)") for goal in goals)
    assert {goal.parent.code for goal in goals} == {"NIS1", "NIS2", "NIS3", "NIS4"}
    assert all("inventado" in row.source for row in StrategicIndicator.objects.all())
    for row in [*goals, *StrategicIndicator.objects.all()]:
        row.full_clean()


def test_invented_plans_serve_some_of_the_invented_goals(people, content):
    load_demo_goals()
    load(content)
    load_demo_update()
    serving = {goal.code for goal in StrategicGoal.objects.exclude(local_measures=None)}
    assert "NIS1.1" in serving
    in_force = StrategicGoal.objects.filter(template_measures__objective__area__template__state="issued")
    assert {"NIS1.2", "NIS2.1"} <= {goal.code for goal in in_force}
