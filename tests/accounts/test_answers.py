"""Creating forms, sent twice: the second one is led where the first one was, and makes nothing."""

from uuid import uuid4

import pytest
from django.urls import reverse

from accounts.models import Draft, User
from action_plans.models import PlanMeasure, StrategicGoal, StrategicIndicator, Strategy
from cases.models import Enquiry
from tests.action_plans.factories import make_plan
from tests.factories import ChannelFactory, OutcomeFactory, TopicFactory


@pytest.fixture
def strategy(db):
    strategy = Strategy.objects.create(code="ENI", title_pt="Estratégia")
    StrategicGoal.objects.create(strategy=strategy, code="NIS1", title_pt="Pilar")


def an_enquiry(praia):
    topic = TopicFactory(code="RES.02", parent=TopicFactory(code="RES"))
    fields = {"topic": topic.pk, "channel": ChannelFactory().pk, "outcome": OutcomeFactory().pk}
    return reverse("cases:enquiry_create"), fields, Enquiry


def an_invitation(praia):
    fields = {"email": "new@example.org", "name": "Nova", "role": f"planner:{praia.pk}"}
    return reverse("accounts:person_invite"), fields, User


def a_local_measure(praia):
    address = reverse("action_plans:plan_measure_create", args=[make_plan(praia).pk, "ACO"])
    return address, {"text_pt": "Feira", "is_local_priority": "on", "version": 1}, PlanMeasure


def a_goal(praia):
    fields = {"code": "NIS1.1", "title_pt": "Meta", "order": 1, "parent": StrategicGoal.objects.get().pk}
    return reverse("action_plans:goal_create"), fields, StrategicGoal


def a_goal_indicator(praia):
    address = reverse("action_plans:goal_indicator_create", args=["NIS1"])
    return address, {"text_pt": "Quantos", "unit": "number", "order": 1}, StrategicIndicator


@pytest.mark.parametrize(
    ("who", "form"),
    [
        ("desk_praia", an_enquiry),
        ("planner_praia", an_invitation),
        ("planner_praia", a_local_measure),
        ("dgi_officer", a_goal),
        ("dgi_officer", a_goal_indicator),
    ],
)
def test_the_second_is_led_where_the_first_was_and_the_draft_is_gone(
    client, request, praia, strategy, who, form
):
    user = request.getfixturevalue(who)
    client.force_login(user)
    address, fields, model = form(praia)
    before = model.objects.count()
    fields |= {"once": str(uuid4())}
    Draft.objects.create(user=user, form=address, fields={"text_pt": ["Feira"]})
    first = client.post(address, fields)
    assert first.status_code == 302, first.context["form"].errors
    assert client.post(address, fields).headers["Location"] == first.headers["Location"]
    assert model.objects.count() == before + 1
    assert not Draft.objects.exists()
