"""Drafts of forms: kept while somebody writes, gone once the form was sent."""

from uuid import uuid4

import pytest
from django.urls import reverse

from accounts.models import Draft
from action_plans.models import PlanMeasure
from action_plans.workflow import Decision
from tests.action_plans.factories import make_plan
from tests.factories import ChannelFactory, OutcomeFactory, TopicFactory

SAVE = reverse("accounts:draft_save")
ENQUIRY = "/workspace/desk/enquiries/new/"


@pytest.fixture
def fields(desk_praia):
    topic = TopicFactory(code="RES.02", parent=TopicFactory(code="RES"))
    fields = {"topic": topic.pk, "channel": ChannelFactory().pk, "outcome": OutcomeFactory().pk}
    return fields | {"once": str(uuid4())}


def test_a_draft_that_comes_after_its_form_was_sent_is_refused(client, desk_praia, fields):
    client.force_login(desk_praia)
    client.post(ENQUIRY, fields)
    response = client.post(f"{SAVE}?form={ENQUIRY}", fields | {"note": "Tarde demais"})
    assert response.status_code == 409
    assert not Draft.objects.exists()


def test_a_draft_written_while_its_form_was_being_sent_is_not_shown(client, desk_praia, fields):
    client.force_login(desk_praia)
    client.post(f"{SAVE}?form={ENQUIRY}", fields | {"note": "Ao mesmo tempo"})
    overtaken = Draft.objects.get()
    client.post(ENQUIRY, fields)
    overtaken.save(force_insert=True)  # the save had begun before, and ended after
    assert "Ao mesmo tempo" not in client.get(ENQUIRY).text


def test_a_form_that_was_refused_keeps_its_draft(client, desk_praia, fields):
    client.force_login(desk_praia)
    client.post(ENQUIRY, fields | {"topic": ""})
    client.post(f"{SAVE}?form={ENQUIRY}", fields | {"note": "Ainda a escrever"})
    assert "Ainda a escrever" in client.get(ENQUIRY).text


def test_a_saved_measure_takes_no_late_draft_either(client, praia, planner_praia):
    plan = make_plan(praia)
    address = reverse("action_plans:plan_measure", args=[plan.pk, "ACO.M1"])
    measure = PlanMeasure.objects.get(plan=plan, code="ACO.M1")
    client.force_login(planner_praia)
    sent = {
        "decision": Decision.EXCLUDED,
        "reason": "Já é feita.",
        "version": measure.version,
        "once": str(uuid4()),
    }
    assert client.post(address, sent).status_code == 302
    assert client.post(f"{SAVE}?form={address}", sent | {"reason": "Antigo"}).status_code == 409
    assert "Antigo" not in client.get(address).text
