"""What was typed when a session ended goes on once, from whichever tab, and never in a circle."""

import re
from uuid import uuid4

import pytest
from django.test import Client

from accounts.carrying import account_token
from tests.factories import UserFactory

ENQUIRY = "/workspace/desk/enquiries/new/"
LOGIN = "/accounts/login/"


@pytest.fixture
def strict(db) -> Client:
    """A browser in which nobody is signed in, of a server that checks where forms come from."""
    return Client(enforce_csrf_checks=True)


def token_of(page) -> str:
    return re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text)[1]


def sealed(client: Client, user) -> str:
    """The sign-in page that a lost form is answered with carries it along."""
    fields = {"note": "Ainda a escrever", "once": uuid4(), "account": account_token(user)}
    response = client.post(ENQUIRY, fields)
    assert response.status_code == 401
    return re.search(r'name="carried" value="([^"]+)"', response.text)[1]


def test_a_second_tab_goes_on_where_the_first_one_signed_in(client, desk_praia):
    carried = sealed(client, desk_praia)
    client.force_login(desk_praia)
    response = client.post(LOGIN, {"login": desk_praia.email, "password": "whatever", "carried": carried})
    assert response.headers["Location"] == "/workspace/resume/"
    assert "Ainda a escrever" in client.get("/workspace/resume/").text


def test_a_second_tab_goes_on_although_its_page_is_older_than_the_sign_in(strict, client, desk_praia):
    carried = sealed(client, desk_praia)
    strict.force_login(desk_praia)
    response = strict.post(LOGIN, {"carried": carried, "csrfmiddlewaretoken": "a" * 64})
    assert response.headers["Location"] == "/workspace/resume/"
    assert "Ainda a escrever" in strict.get("/workspace/resume/").text


def test_a_sign_in_page_that_is_too_old_keeps_what_it_carries(strict, client, desk_praia):
    carried = sealed(client, desk_praia)
    response = strict.post(LOGIN, {"carried": carried, "csrfmiddlewaretoken": "a" * 64})
    assert response.status_code == 401
    assert 'name="carried"' in response.text


def test_nobody_else_who_signed_in_meanwhile_gets_it(client, desk_praia):
    carried = sealed(client, desk_praia)
    client.force_login(UserFactory(email="other@example.org"))
    response = client.post(LOGIN, {"carried": carried})
    assert response.headers["Location"] == "/workspace/"
    assert "Ainda a escrever" not in client.get("/workspace/resume/", follow=True).text


def test_a_form_that_is_refused_again_is_not_sent_in_a_circle(strict, desk_praia):
    """So it is when the proxy tells another origin than the browser."""
    strict.force_login(desk_praia)
    fields = {"note": "Ainda a escrever", "account": account_token(desk_praia)}
    elsewhere = {"origin": "https://elsewhere.example"}
    first = strict.post(ENQUIRY, fields, headers=elsewhere)
    assert first.headers["Location"] == "/workspace/resume/"
    page = strict.get("/workspace/resume/")
    fields |= {"csrfmiddlewaretoken": token_of(page), "resumed": "1"}
    assert strict.post(ENQUIRY, fields, headers=elsewhere).status_code == 403
    assert "Ainda a escrever" in strict.get("/workspace/resume/").text
