"""A form that arrives after the session has ended: its author goes on from there, and nobody else does."""

import html
import re
from unittest import mock
from uuid import uuid4

import pytest
from django.core import signing
from django.test import Client
from django.urls import reverse

from accounts import carrying
from cases.models import Enquiry
from tests.factories import ChannelFactory, OutcomeFactory, TopicFactory

DESK = "/workspace/desk/enquiries/new/"
LOGIN = reverse("account_login")
RESUME = reverse("accounts:resume")
PASSWORD = "morabeza-para-todos"


@pytest.fixture
def author(desk_praia):
    return with_password(desk_praia)


@pytest.fixture
def somebody_else(coordinator_praia):
    return with_password(coordinator_praia)


def with_password(user):
    user.set_password(PASSWORD)
    user.save()
    return user


@pytest.fixture
def fields(author):
    topic = TopicFactory(code="RES.02", parent=TopicFactory(code="RES"))
    return {
        "topic": topic.pk,
        "channel": ChannelFactory().pk,
        "outcome": OutcomeFactory().pk,
        "note": 'Disse: "volto <amanhã> & trago o passaporte"',
        "once": str(uuid4()),
        "account": carrying.account_token(author),
    }


def lost(client, fields):
    """The sign-in page in answer to a POST without a session."""
    response = client.post(DESK, fields, headers={"accept-language": "pt"})
    assert response.status_code == 401
    return response.text


def carried_in(page) -> str:
    found = re.search(r'name="carried" value="([^"]+)"', page)
    return html.unescape(found[1]) if found else ""


def sign_in(client, user, carried, password=PASSWORD):
    return client.post(LOGIN, {"login": user.email, "password": password, "carried": carried})


def hidden_fields(page) -> dict:
    form = page[page.index("data-resume") :].partition("</form>")[0]
    pairs = re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form)
    return {name: html.unescape(value) for name, value in pairs}


def test_the_sign_in_page_takes_the_fields_along(client, fields, author):
    page = lost(client, fields)
    assert "o que escreveu está guardado" in page
    assert author.email in page
    assert "passaporte" not in page  # sealed, not readable over a shoulder
    assert not Enquiry.objects.exists()


def test_its_author_goes_on_and_it_is_recorded_once(client, fields, author):
    response = sign_in(client, author, carried_in(lost(client, fields)))
    assert response.url == RESUME
    again = hidden_fields(client.get(RESUME).text)
    assert again["note"] == fields["note"]
    assert client.post(DESK, again).status_code == 302
    assert Enquiry.objects.get().note == fields["note"]
    assert client.get(RESUME).url == reverse("workspace")  # there is nothing left to send
    client.post(DESK, again)  # by the browser's back button
    assert Enquiry.objects.count() == 1


def test_a_wrong_password_in_between_loses_nothing(client, fields, author):
    page = sign_in(client, author, carried_in(lost(client, fields)), password="errada").text
    assert sign_in(client, author, carried_in(page)).url == RESUME
    assert hidden_fields(client.get(RESUME).text)["note"] == fields["note"]


def test_somebody_else_who_signs_in_there_gets_nothing_of_it(client, fields, somebody_else):
    response = sign_in(client, somebody_else, carried_in(lost(client, fields)))
    assert response.url == reverse("workspace")
    assert carrying.HELD not in client.session
    page = client.get(response.url, headers={"accept-language": "pt"}).text
    assert "pertencia a outra conta" in page
    assert "passaporte" not in page
    assert client.get(RESUME).status_code == 302
    assert not Enquiry.objects.exists()


def test_a_held_form_is_not_shown_to_whoever_signs_in_next(client, fields, author, somebody_else):
    sign_in(client, author, carried_in(lost(client, fields)))
    held = client.session[carrying.HELD]
    client.force_login(somebody_else)  # on the same computer: the session is a new one
    assert carrying.HELD not in client.session
    session = client.session
    session[carrying.HELD] = held  # and even if it were not
    session.save()
    assert client.get(RESUME).status_code == 302


def test_what_was_typed_can_be_dropped(client, fields, author):
    sign_in(client, author, carried_in(lost(client, fields)))
    client.post(RESUME)
    assert carrying.HELD not in client.session
    assert not Enquiry.objects.exists()


def tampered(text):
    return text[:-3] + ("abc" if text[-3:] != "abc" else "abd")


def sealed_by_another_door(text):
    return signing.dumps({"account": 1, "path": "/", "fields": []}, salt="another")


@pytest.mark.parametrize("change", [tampered, sealed_by_another_door, lambda text: "x", lambda text: ""])
def test_what_was_not_sealed_here_is_carried_nowhere(client, fields, author, change):
    response = sign_in(client, author, change(carried_in(lost(client, fields))))
    assert response.url == reverse("workspace")
    assert carrying.HELD not in client.session


def test_after_an_hour_it_is_too_late(client, fields, author):
    carried = carried_in(lost(client, fields))
    with mock.patch("django.core.signing.time.time", return_value=signing.time.time() + 3700):
        assert sign_in(client, author, carried).url == reverse("workspace")
    assert not Enquiry.objects.exists()


@pytest.mark.parametrize("say", [lambda user: "", lambda user: "x", lambda user: signing.dumps(user.pk)])
def test_a_form_that_says_not_whose_it_is_is_not_carried(client, fields, author, say):
    page = lost(client, fields | {"account": say(author)})
    assert carried_in(page) == ""
    assert "não foi guardado" in page


def test_a_form_that_was_open_for_more_than_a_week_is_not_carried(client, fields, author):
    with mock.patch("django.core.signing.time.time", return_value=signing.time.time() - 8 * 86400):
        old = carrying.account_token(author)
    assert carried_in(lost(client, fields | {"account": old})) == ""


def test_a_huge_paste_is_not_carried_and_says_so(client, fields):
    page = lost(client, fields | {"note": "x" * (carrying.MOST_CARRIED + 1)})
    assert carried_in(page) == ""
    assert "não foi guardado" in page


def test_a_password_is_never_carried(client, author):
    fields = {"account": carrying.account_token(author), "oldpassword": "segredo", "password1": "segredo"}
    response = client.post(reverse("account_change_password"), fields)
    assert carrying.unseal(carried_in(response.text))["fields"] == []


def test_the_sign_in_page_that_carries_is_kept_by_no_browser(client, fields):
    response = client.post(DESK, fields)
    assert "no-store" in response["Cache-Control"]
    assert not response.cookies.get("messages")


def test_a_form_of_another_account_is_refused_while_signed_in(client, fields, somebody_else):
    client.force_login(somebody_else)
    response = client.post(DESK, fields, follow=True, headers={"accept-language": "pt"})
    assert "foi aberto por outra conta" in response.text
    assert not Enquiry.objects.exists()


def test_a_form_older_than_the_last_sign_in_is_sent_once_more(fields, author):
    """Its CSRF token is of the session before: the same account is asked, not refused."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(author)
    response = client.post(DESK, fields | {"csrfmiddlewaretoken": "a" * 64})
    assert response.url == RESUME
    again = hidden_fields(client.get(RESUME).text)
    assert client.post(DESK, again).status_code == 302
    assert Enquiry.objects.get().note == fields["note"]


def test_a_forged_form_from_elsewhere_is_refused(fields, author):
    client = Client(enforce_csrf_checks=True)
    client.force_login(author)
    del fields["account"]
    assert client.post(DESK, fields).status_code == 403
    assert not Enquiry.objects.exists()
