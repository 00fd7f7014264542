"""A comment that comes too late is not heard, and is not lost either."""

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from action_plans.models import ConsultationComment, ConsultationInvitation
from action_plans.models.consultation import digest
from action_plans.services.consultation import withdraw_invitation
from tests.action_plans.consultations import running_consultation

TYPED = "O horário da manhã <não> serve a quem trabalha."
SHOWN = "O horário da manhã &lt;não&gt; serve a quem trabalha.</textarea>"


@pytest.fixture
def consultation(praia, planner_praia, partner):
    return running_consultation(praia, by=planner_praia, partners=[partner], is_public=True)


@pytest.fixture
def invitation(consultation):
    return ConsultationInvitation.objects.create(
        consultation=consultation, name="Ana", email="ana@example.org", key_digest=digest("chave")
    )


@pytest.fixture
def address_for(client, consultation, invitation, partner_user):
    """Where each kind of person writes a comment; the partner signs in."""

    def address(who):
        if who == "partner":
            client.force_login(partner_user)
            return reverse("action_plans:consultation_comment", args=[consultation.pk])
        if who == "invited":
            return reverse("consultation_invited_comment", args=["chave"])
        return reverse("public_consultation_comment", args=[consultation.plan.slug])

    return address


@pytest.mark.parametrize("who", ["partner", "invited", "anybody"])
def test_a_comment_sent_after_the_last_day_is_shown_to_be_copied(client, address_for, who):
    url = address_for(who)
    with time_machine.travel(timezone.now() + timedelta(days=15), tick=False):
        if who == "partner":
            url = address_for(who)  # the session of two weeks ago has ended
        page = client.post(url + "?item=measure:ACO.M1", {"text": TYPED})
    assert page.status_code == 409
    assert SHOWN in page.content.decode()
    assert not ConsultationComment.objects.exists()


@pytest.mark.parametrize("who", ["partner", "invited", "anybody"])
def test_a_comment_refused_at_the_last_moment_is_shown_to_be_copied(client, address_for, monkeypatch, who):
    def refuse(*args, **kwargs):
        raise PermissionDenied("It has just ended")

    monkeypatch.setattr("action_plans.views.consultation.comment_on_draft", refuse)
    page = client.post(address_for(who) + "?item=measure:ACO.M1", {"text": TYPED})
    assert page.status_code == 409
    assert SHOWN in page.content.decode()


def test_a_link_withdrawn_at_the_last_moment_shows_nothing_of_what_others_said(
    client, consultation, invitation, planner_praia, monkeypatch
):
    consultation.comments.create(
        text="Dito por outros.", resolution="noted", reply="Sim.", replied_by=planner_praia
    )

    def withdraw_first(*args, **kwargs):
        withdraw_invitation(invitation, by=planner_praia)
        raise PermissionDenied("The link was withdrawn")

    monkeypatch.setattr("action_plans.views.consultation.comment_on_draft", withdraw_first)
    url = reverse("consultation_invited_comment", args=["chave"])
    html = client.post(url + "?item=measure:ACO.M1", {"text": TYPED}).content.decode()
    assert SHOWN in html
    assert "Dito por outros." not in html


def test_a_second_click_after_the_end_is_thanked_like_the_first(client, address_for):
    url, form = address_for("anybody") + "?item=measure:ACO.M1", {"text": TYPED, "once": str(uuid4())}
    assert client.post(url, form).status_code == 302
    with time_machine.travel(timezone.now() + timedelta(days=15), tick=False):
        assert client.post(url, form).status_code == 302
    assert ConsultationComment.objects.count() == 1


def test_whoever_only_looks_after_the_end_reads_what_became_of_the_comments(client, address_for):
    with time_machine.travel(timezone.now() + timedelta(days=15), tick=False):
        page = client.get(address_for("anybody") + "?item=measure:ACO.M1")
    assert page.status_code == 200
    assert "</textarea>" not in page.content.decode()
