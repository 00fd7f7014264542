"""A case waits for somebody else: for whom, and when the desk asks again."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.factories import CaseFactory


@pytest.fixture
def case(client, office_praia, desk_praia, renewal):
    client.force_login(desk_praia)
    return CaseFactory(office=office_praia, topic=renewal, author=desk_praia)


def wait(client, case, **said):
    client.post(reverse("cases:case_act", args=[case.pk, "wait"]), said)
    case.refresh_from_db()
    assert case.state == "waiting"


def test_whom_a_case_waits_for_is_a_note_and_the_day_something_to_do(client, case, desk_praia):
    day = timezone.localdate() + timedelta(days=14)
    wait(client, case, what="Resposta da fronteira", until=day.isoformat())
    assert case.notes.get().text == "Resposta da fronteira"
    to_do = case.follow_ups.get()
    assert (to_do.title, to_do.due_on, to_do.assigned_to) == ("Resposta da fronteira", day, desk_praia)


def test_a_day_alone_is_enough(client, case):
    client.cookies["django_language"] = "fr"
    wait(client, case, until="2030-01-31")
    assert case.follow_ups.get().title == "Perguntar se o processo pode continuar"
    assert not case.notes.exists()


def test_a_case_can_wait_without_a_word(client, case):
    wait(client, case)
    assert not case.notes.exists()
    assert not case.follow_ups.exists()
