"""Behind the proxy of docs/operators.md, over a unix socket: the server itself sees no visitor's address."""

import runpy
from http import HTTPStatus
from pathlib import Path

import pytest
from django.conf import settings as django_settings

from accounts.access import client_address

PASSWORD = "three words and more"
FROM_PROXY = {"REMOTE_ADDR": "", "HTTP_X_FORWARDED_FOR": "41.221.192.7", "HTTP_X_FORWARDED_PROTO": "https"}


@pytest.fixture
def behind_proxy(monkeypatch, settings):
    """Everything that BEHIND_PROXY=1 makes of the settings."""
    file = Path(django_settings.BASE_DIR) / "gai_portal" / "settings.py"
    plain = runpy.run_path(str(file))
    monkeypatch.setenv("BEHIND_PROXY", "1")
    for name, value in runpy.run_path(str(file)).items():
        if name.isupper() and value != plain.get(name):
            setattr(settings, name, value)


@pytest.fixture
def officer(desk_praia):
    desk_praia.set_password(PASSWORD)
    desk_praia.save()
    return desk_praia


def test_somebody_signs_in_through_the_socket(client, behind_proxy, officer):
    form = {"login": officer.email, "password": PASSWORD}
    response = client.post("/accounts/login/", form, **FROM_PROXY)
    assert response.status_code == HTTPStatus.FOUND
    assert response["Location"] == "/workspace/"


def test_a_wrong_password_is_answered_through_the_socket(client, behind_proxy, officer):
    response = client.post("/accounts/login/", {"login": officer.email, "password": "no"}, **FROM_PROXY)
    assert response.status_code == HTTPStatus.OK
    assert "login" in response.content.decode()


def test_somebody_asks_for_a_new_password_through_the_socket(client, behind_proxy, officer, mailoutbox):
    response = client.post("/accounts/password/reset/", {"email": officer.email}, **FROM_PROXY)
    assert response.status_code == HTTPStatus.FOUND
    assert [message.to for message in mailoutbox] == [[officer.email]]


def test_the_address_of_a_visitor_is_the_one_that_the_proxy_saw(rf, behind_proxy):
    forged = FROM_PROXY | {"HTTP_X_FORWARDED_FOR": "1.2.3.4, 41.221.192.7"}
    assert client_address(rf.get("/", **forged)) == "41.221.192.7"


def test_without_a_proxy_nobody_chooses_their_own_address(rf):
    assert client_address(rf.get("/", HTTP_X_FORWARDED_FOR="1.2.3.4")) == "127.0.0.1"
