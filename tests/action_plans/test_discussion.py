"""Colleagues talk about an item of a plan; it stays inside."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import Notice, User
from action_plans.models import Remark
from action_plans.permissions import can_remark
from action_plans.services.discussion import make_remark, reopen_remark, settle_remark, who_may_remark
from action_plans.services.publication import freeze_plan
from action_plans.services.tailoring import add_local_measure, remove_local_measure
from tests.action_plans.factories import make_plan


@pytest.fixture
def plan(praia):
    return make_plan(praia)


def say(plan, by, text="Custa mais do que parece.", **about):
    values = {"kind": "measures", "code": "ACO.M1", "url": "/workspace/", **about}
    return make_remark(plan, text=text, by=by, **values)


def test_the_planners_and_who_spoke_before_are_told(
    plan, desk_praia, planner_praia, dgi_officer, approver_praia
):
    say(plan, desk_praia)
    assert set(Notice.objects.values_list("user", flat=True)) == {planner_praia.pk}
    Notice.objects.all().delete()
    say(plan, dgi_officer)
    assert set(Notice.objects.values_list("user", flat=True)) == {planner_praia.pk, desk_praia.pk}


def test_who_has_left_is_not_told(plan, desk_praia, planner_praia):
    say(plan, desk_praia)
    desk_praia.memberships.update(ends_on=timezone.localdate().replace(year=2021))
    Notice.objects.all().delete()
    say(plan, planner_praia)
    assert not Notice.objects.exists()


def test_the_query_for_who_may_remark_agrees_with_the_rule(
    plan,
    desk_praia,
    coordinator_praia,
    planner_praia,
    approver_praia,
    planner_sal,
    dgi_officer,
    dgi_admin,
    guest,
):
    desk_praia.memberships.update(ends_on=timezone.localdate().replace(year=2021))
    allowed = {user.pk for user in User.objects.all() if can_remark(user, plan)}
    assert set(who_may_remark(plan).values_list("pk", flat=True)) == allowed
    assert {planner_praia.pk, dgi_officer.pk} < allowed


def test_the_rights_of_earlier_speakers_are_asked_in_one_query(
    plan, planner_praia, desk_praia, coordinator_praia, approver_praia, dgi_officer, count_queries
):
    say(plan, desk_praia)
    say(plan, planner_praia)  # whose own rights are known from now on
    with_one = count_queries(lambda: say(plan, planner_praia))
    for speaker in (coordinator_praia, approver_praia, dgi_officer):
        say(plan, speaker)
    assert count_queries(lambda: say(plan, planner_praia)) == with_one


@pytest.mark.parametrize("person", ["planner_sal", "partner_user", "guest", "dgi_admin"])
def test_others_do_not_speak(request, plan, person):
    with pytest.raises(PermissionDenied):
        say(plan, request.getfixturevalue(person))


def test_a_remark_is_written_settled_and_opened_again(client, plan, desk_praia, planner_praia):
    client.force_login(desk_praia)
    url = reverse("action_plans:plan_remark_create", args=[plan.pk, "measures", "ACO.M1"])
    posted = {"text": "Custa mais.", "once": "0f8fad5b-d9cb-469f-a165-70867728950e"}
    assert client.post(url, posted).url == client.post(url, posted).url  # a second click adds nothing
    remark = Remark.objects.get()
    client.force_login(planner_praia)
    page = client.get(reverse("action_plans:plan_measure", args=[plan.pk, "ACO.M1"])).content.decode()
    assert "Custa mais." in page
    settle = reverse("action_plans:plan_remark_settle", args=[plan.pk, remark.pk])
    response = client.post(settle, follow=True)
    remark.refresh_from_db()
    assert remark.settled_by == planner_praia
    [message] = response.context["messages"]
    client.post(message.extra_tags)
    remark.refresh_from_db()
    assert remark.settled_at is None


def test_settling_twice_changes_nothing(plan, desk_praia, planner_praia):
    remark = say(plan, desk_praia)
    assert settle_remark(remark, by=planner_praia)
    assert not settle_remark(remark, by=desk_praia)
    remark.refresh_from_db()
    assert remark.settled_by == planner_praia


def test_only_planners_and_its_author_settle_it(plan, desk_praia, coordinator_praia):
    remark = say(plan, desk_praia)
    for step in (settle_remark, reopen_remark):
        with pytest.raises(PermissionDenied):
            step(remark, by=coordinator_praia)


def test_an_empty_remark_is_refused_beside_the_field(client, plan, planner_praia):
    client.force_login(planner_praia)
    url = reverse("action_plans:plan_remark_create", args=[plan.pk, "chapters", "S3"])
    assert client.post(url, {"text": " "}).context["form"].errors.keys() == {"text"}


@pytest.mark.parametrize(("kind", "code"), [("measures", "NO.SUCH"), ("indicators", "ACO.I1"), ("x", "S3")])
def test_what_is_not_there_cannot_be_remarked_on(client, plan, planner_praia, kind, code):
    client.force_login(planner_praia)
    url = reverse("action_plans:plan_remark_create", args=[plan.pk, kind, code])
    assert client.get(url).status_code == 404


def test_the_database_wants_to_know_who_settled_it(plan, desk_praia):
    with pytest.raises(IntegrityError, match="remark_settled_by_somebody"), transaction.atomic():
        Remark.objects.create(
            plan=plan, kind="measures", code="ACO.M1", text="x", by=desk_praia, settled_at=timezone.now()
        )


def test_no_remark_is_ever_part_of_the_document(plan, desk_praia):
    say(plan, desk_praia, text="Só entre nós.")
    assert "Só entre nós." not in str(freeze_plan(plan))


def test_the_list_shows_what_is_open_and_its_queries_do_not_grow(
    client, plan, desk_praia, planner_praia, count_queries
):
    settle_remark(say(plan, desk_praia, text="Já visto."), by=planner_praia)
    say(plan, desk_praia)
    client.force_login(planner_praia)
    url = reverse("action_plans:plan_remarks", args=[plan.pk])
    page = client.get(url).content.decode()
    assert "Custa mais" in page
    assert "Já visto." not in page
    assert "Já visto." in client.get(url, {"show": "all"}).content.decode()
    few = count_queries(lambda: client.get(url))
    for number in range(19):
        say(plan, desk_praia, text=f"Mais {number}")
    assert count_queries(lambda: client.get(url)) == few


# What becomes of it when its item moves or goes


@pytest.fixture
def left_out(plan, desk_praia, planner_praia):
    """A remark on a measure that has left the plan since."""
    measure = add_local_measure(
        plan, plan.template.areas.get(code="ACO"), {"text_pt": "Feira."}, by=planner_praia
    )
    remark = say(plan, desk_praia, code=measure.code)
    remove_local_measure(measure, by=planner_praia)
    return remark


def test_a_remark_on_what_has_left_the_plan_is_read_and_settled_in_the_list(client, left_out, planner_praia):
    client.force_login(planner_praia)
    url = reverse("action_plans:plan_remarks", args=[left_out.plan_id])
    page = client.get(url).content.decode()
    history = reverse("action_plans:plan_item_history", args=[left_out.plan_id, "measures", left_out.code])
    assert history in page
    assert client.get(history).status_code == 200
    settle = reverse("action_plans:plan_remark_settle", args=[left_out.plan_id, left_out.pk])
    assert settle in page
    assert client.post(settle).url == url
    left_out.refresh_from_db()
    assert left_out.settled_by == planner_praia


def test_settling_in_the_list_comes_back_to_the_list(client, plan, desk_praia, planner_praia):
    remark = say(plan, desk_praia)
    client.force_login(planner_praia)
    settle = reverse("action_plans:plan_remark_settle", args=[plan.pk, remark.pk])
    url = reverse("action_plans:plan_remarks", args=[plan.pk])
    assert client.post(settle, {"from": "list"}).url == url
    assert client.post(settle, {"from": "list", "show": "all"}).url == f"{url}?show=all"


def test_a_remark_typed_while_its_measure_goes_is_kept(client, left_out, planner_praia):
    client.force_login(planner_praia)
    url = reverse("action_plans:plan_remark_create", args=[left_out.plan_id, "measures", left_out.code])
    client.post(url, {"text": "E agora?"})
    assert left_out.plan.remarks.filter(code=left_out.code, text="E agora?").exists()
