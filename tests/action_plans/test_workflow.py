"""Every state x every move x every person, against a table written out by hand."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone

from accounts.models import Notice
from accounts.roles import Role
from action_plans.models import Plan
from action_plans.permissions import can_make
from action_plans.services import plan as services
from action_plans.services.plan import make_transition
from action_plans.workflow import TRANSITIONS, Decision, PlanState
from tests.action_plans.factories import make_plan
from tests.conftest import StrictClient, member

PEOPLE = [
    "guest",
    "partner_user",
    "desk_praia",
    "coordinator_praia",
    "desk_sal",
    "planner_sal",
    "planner_praia",
    "approver_praia",
    "dgi_officer",
    "dgi_admin",
]
# Whoever is not named here may not make the move; a state that is not named has no moves.
MAY = {
    "draft": {"submit": ("planner_praia", "submitted"), "consult": ("planner_praia", "consultation")},
    "consultation": {"end_consultation": ("planner_praia", "draft")},
    "submitted": {
        "take_back": ("planner_praia", "returned"),
        "endorse": ("dgi_officer", "endorsed"),
        "return": ("dgi_officer", "returned"),
    },
    "returned": {"submit": ("planner_praia", "submitted"), "consult": ("planner_praia", "consultation")},
    "endorsed": {"send_back": ("approver_praia", "returned"), "approve": ("approver_praia", "approved")},
    "approved": {"send_back": ("approver_praia", "returned"), "publish": ("approver_praia", "published")},
    "published": {"revise": ("planner_praia", "revising"), "close": ("planner_praia", "closed")},
    "revising": {"submit": ("planner_praia", "submitted"), "consult": ("planner_praia", "consultation")},
    "closed": {},
}
DECISION = {"decided_on": date(2026, 1, 5), "decision_reference": "Deliberação n.º 1/2026"}


@pytest.fixture(autouse=True)
def _no_edition(monkeypatch):
    """What publishing freezes has its own tests."""
    monkeypatch.setattr(services, "publish_edition", lambda plan, *, by, at=None: None)


def test_the_table_names_every_state():
    assert set(MAY) == set(PlanState.values)


@pytest.mark.parametrize("state", PlanState.values)
@pytest.mark.parametrize("person", PEOPLE)
def test_who_may_make_which_move(request, praia, state, person):
    user = request.getfixturevalue(person)
    plan = Plan(municipality=praia, state=state)
    allowed = {name for name, transition in TRANSITIONS.items() if can_make(user, plan, transition)}
    assert allowed == {name for name, (actor, _target) in MAY[state].items() if actor == person}


@pytest.mark.parametrize("state", PlanState.values)
def test_the_service_refuses_whom_the_table_refuses(request, praia, state):
    plan = make_plan(praia, ready=True, state=state, decided=True)
    for person in PEOPLE:
        user = request.getfixturevalue(person)
        for name, transition in TRANSITIONS.items():
            if MAY[state].get(name, ("", ""))[0] != person:
                with pytest.raises(PermissionDenied):
                    make_transition(plan, transition, by=user, comment="x", **DECISION)
    plan.refresh_from_db()
    assert plan.state == state
    assert not plan.steps.exists()


@pytest.mark.parametrize(("state", "name"), [(state, name) for state, moves in MAY.items() for name in moves])
def test_a_move_changes_the_state_and_is_recorded(request, praia, state, name):
    actor, target = MAY[state][name]
    user = request.getfixturevalue(actor)
    plan = make_plan(praia, ready=True, state=state, decided=state in {"approved", "published"})
    moved = make_transition(plan, TRANSITIONS[name], by=user, comment="Porque sim.", **DECISION)
    step = moved.steps.get()
    assert (moved.state, step.name, step.from_state, step.to_state) == (target, name, state, target)
    assert (step.by, step.comment) == (user, "Porque sim.")


@pytest.mark.parametrize(("state", "name"), [("submitted", "return"), ("endorsed", "send_back")])
def test_going_back_needs_a_comment(request, praia, state, name):
    user = request.getfixturevalue(MAY[state][name][0])
    with pytest.raises(ValidationError) as error:
        make_transition(make_plan(praia, state=state), TRANSITIONS[name], by=user, comment="  ")
    assert "comment" in error.value.message_dict


@pytest.mark.parametrize(
    ("decision", "field"),
    [
        ({**DECISION, "decided_on": None}, "decided_on"),
        ({**DECISION, "decided_on": timezone.localdate() + timedelta(days=2)}, "decided_on"),
        ({**DECISION, "decision_reference": " "}, "decision_reference"),
    ],
)
def test_an_approval_needs_the_decision_of_the_council(praia, approver_praia, decision, field):
    plan = make_plan(praia, state=PlanState.ENDORSED)
    with pytest.raises(ValidationError) as error:
        make_transition(plan, TRANSITIONS["approve"], by=approver_praia, **decision)
    assert field in error.value.message_dict


def test_the_decision_is_forgotten_when_the_plan_is_written_on_again(praia, approver_praia):
    plan = make_plan(praia, state=PlanState.ENDORSED)
    plan = make_transition(plan, TRANSITIONS["approve"], by=approver_praia, **DECISION)
    assert plan.decision_reference == DECISION["decision_reference"]
    plan = make_transition(plan, TRANSITIONS["send_back"], by=approver_praia, comment="Falta verba.")
    assert (plan.decided_on, plan.decision_reference) == (None, "")
    assert plan.steps.get(name="approve").decision_reference == DECISION["decision_reference"]


def test_a_plan_with_gaps_is_not_submitted(praia, planner_praia, client):
    plan = make_plan(praia)
    with pytest.raises(ValidationError):
        make_transition(plan, TRANSITIONS["submit"], by=planner_praia)
    client.force_login(planner_praia)
    page = client.get(reverse("action_plans:plan_step", args=[plan.pk, "submit"]))
    assert [item.text for item in page.context["missing"]]
    for address in ("chapters/S3/", "measures/ACO.M1/", "measures/REG.M2/"):
        assert f"/workspace/plans/{plan.pk}/{address}" in page.content.decode()
    assert client.post(page.request["PATH_INFO"]).status_code == 200
    plan.refresh_from_db()
    assert plan.state == PlanState.DRAFT


def test_a_kept_measure_without_a_responsible_unit_stops_the_submission(praia, planner_praia):
    plan = make_plan(praia, ready=True)
    plan.measures.filter(code="REG.M1").update(responsible_unit="")
    with pytest.raises(ValidationError):
        make_transition(plan, TRANSITIONS["submit"], by=planner_praia)


def test_mandatory_measures_left_out_are_ticked_one_by_one(praia, dgi_officer, client):
    plan = make_plan(praia, ready=True, state=PlanState.SUBMITTED)
    plan.measures.filter(code="ACO.M1").update(decision=Decision.EXCLUDED, reason="Não há desembarques.")
    client.force_login(dgi_officer)
    url = reverse("action_plans:plan_step", args=[plan.pk, "endorse"])
    assert "Não há desembarques." in client.get(url).content.decode()
    refused = client.post(url)
    assert "accepted_exclusions" in refused.context["form"].errors
    assert client.post(url, {"accepted_exclusions": ["ACO.M1"]}).status_code == 302
    assert plan.steps.get().accepted_exclusions == ["ACO.M1"]


def test_whoever_acts_next_is_told(praia, planner_praia, planner_sal, approver_praia, dgi_officer, dgi_admin):
    plan = make_plan(praia, ready=True)
    plan = make_transition(plan, TRANSITIONS["submit"], by=planner_praia)
    assert set(Notice.objects.values_list("user", flat=True)) == {dgi_officer.pk}
    make_transition(plan, TRANSITIONS["endorse"], by=dgi_officer)
    assert Notice.objects.filter(user=approver_praia, url=plan.get_absolute_url()).exists()
    assert not Notice.objects.filter(user__in=[planner_sal, dgi_admin]).exists()


def test_a_notice_says_what_to_do_in_the_words_of_each_role(
    praia, planner_praia, approver_praia, dgi_officer
):
    another = member("another.planner@example.org", Role.PLANNER, municipality=praia)
    plan = make_plan(praia, ready=True)
    plan = make_transition(plan, TRANSITIONS["submit"], by=planner_praia)
    assert "leia o plano e valide-o" in Notice.objects.get(user=dgi_officer).text
    assert "Pode ser retirado" in Notice.objects.get(user=another).text
    plan = make_transition(plan, TRANSITIONS["endorse"], by=dgi_officer)
    told = Notice.objects.get(user=approver_praia)
    assert told.text == (
        "Praia 2026-2028 foi validado pela DGI: leve o plano à câmara e registe a deliberação."
    )
    make_transition(plan, TRANSITIONS["send_back"], by=approver_praia, comment="Faltam prazos.")
    assert "A câmara quer alterações" in Notice.objects.filter(user=planner_praia).latest("pk").text


def test_what_is_missing_is_called_by_its_text(praia, planner_praia, client):
    plan = make_plan(praia)
    client.force_login(planner_praia)
    assert "ACO.M1 Medida 1 de Acolhimento." in client.get(plan.get_absolute_url()).text


def test_a_second_click_says_that_nothing_was_done(praia, planner_praia, client):
    plan = make_plan(praia, ready=True)
    client.force_login(planner_praia)
    url = reverse("action_plans:plan_step", args=[plan.pk, "submit"])
    assert client.post(url).status_code == 302
    again = client.post(url, follow=True)
    assert again.status_code == 200
    assert plan.steps.count() == 1


@pytest.mark.parametrize("state", PlanState.values)
def test_the_page_offers_exactly_the_moves_of_the_table(request, praia, state):
    plan = make_plan(praia, state=state, decided=True)
    for person in ["planner_praia", "approver_praia", "dgi_officer", "dgi_admin", "desk_praia"]:
        client = StrictClient()
        client.force_login(request.getfixturevalue(person))
        page = client.get(plan.get_absolute_url()).content.decode()
        offered = {n for n in TRANSITIONS if reverse("action_plans:plan_step", args=[plan.pk, n]) in page}
        assert offered == {name for name, (actor, _target) in MAY[state].items() if actor == person}
