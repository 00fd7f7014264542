"""Signed in for a working day at most."""

from uuid import uuid4

import pytest
import time_machine

from accounts.carrying import account_token

MORNING = "2026-03-12 08:00:00-01:00"
NIGHT = "2026-03-12 18:30:00-01:00"


@pytest.fixture
def busy_day(client, desk_praia):
    """Signed in at eight, and something written in the afternoon, which prolongs the session's row."""
    with time_machine.travel(MORNING, tick=False):
        client.force_login(desk_praia)
    with time_machine.travel("2026-03-12 15:00:00-01:00", tick=False):
        assert client.get("/workspace/").status_code == 200
        session = client.session
        session["busy"] = True
        session.save()


def test_the_session_ends_with_the_working_day_however_busy_it_was(client, busy_day):
    with time_machine.travel(NIGHT, tick=False):
        response = client.get("/workspace/notices/")
    assert response.status_code == 302
    assert response["Location"] == "/accounts/login/?next=/workspace/notices/"


def test_a_form_that_comes_too_late_is_carried_to_the_sign_in(client, busy_day, desk_praia):
    fields = {"note": "Ainda a escrever", "once": str(uuid4())}
    with time_machine.travel(NIGHT, tick=False):
        fields["account"] = account_token(desk_praia)
        response = client.post("/workspace/desk/enquiries/new/", fields)
    assert response.status_code == 401
    assert 'name="carried"' in response.text
