"""Signing in and a forgotten password: plain words, and no way to find out who has an account."""

import re

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from tests.factories import UserFactory

LOGIN = reverse("account_login")
RESET = reverse("account_reset_password")
PASSWORD = "morabeza-para-todos"


@pytest.fixture
def person(db):
    user = UserFactory(email="pessoa@example.org", language="fr")
    user.set_password(PASSWORD)
    user.save()
    return user


def ask(client, email, language="pt"):
    return client.post(RESET, {"email": email}, headers={"accept-language": language}, follow=True)


def sign_in(client, login, password=PASSWORD):
    return client.post(LOGIN, {"login": login, "password": password}, headers={"accept-language": "pt"})


def without_what_was_typed(html, *typed):
    for text in typed:
        html = html.replace(text, "…")
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", html)


def test_whoever_asks_gets_the_same_answer_known_or_not(client, person):
    known, unknown = (ask(client, email) for email in (person.email, "ninguem@example.org"))
    assert known.redirect_chain == unknown.redirect_chain
    assert known.text == unknown.text
    assert "Se existir uma conta com esse endereço" in known.text


def test_only_a_known_address_gets_mail_and_strangers_none(client, person):
    ask(client, "ninguem@example.org")
    assert mail.outbox == []
    ask(client, person.email.upper())
    assert [message.to for message in mail.outbox] == [[person.email]]


def test_the_mail_speaks_the_language_of_whoever_gets_it(client, person):
    ask(client, person.email, language="en")
    assert "mot de passe" in mail.outbox[0].body
    assert "GAI" in mail.outbox[0].subject + mail.outbox[0].body


def test_a_closed_account_gets_no_link(client, person):
    person.is_active = False
    person.save()
    ask(client, person.email)
    assert not any("/password/reset/key/" in message.body for message in mail.outbox)


def test_the_link_sets_a_new_password_and_ends_other_sessions(client, person):
    elsewhere = Client()
    elsewhere.force_login(person)
    ask(client, person.email)
    path = re.search(r"https?://[^/]+(/accounts/password/reset/key/\S+)", mail.outbox[0].body)[1]
    form = client.get(path, follow=True).redirect_chain[-1][0]
    fields = {"password1": "outras-quatro-palavras", "password2": "outras-quatro-palavras"}
    assert client.post(form, fields).status_code == 302
    person.refresh_from_db()
    assert person.check_password("outras-quatro-palavras")
    assert elsewhere.get("/workspace/").status_code == 302


@pytest.mark.parametrize(
    ("first", "second", "message"),
    [
        ("outras-quatro-palavras", "outras-quatro-palavra", "As duas palavras-passe não são iguais."),
        ("curta", "curta", "10"),
        ("password1234", "password1234", "comum"),
    ],
)
def test_a_weak_or_mistyped_password_is_explained(client, person, first, second, message):
    client.force_login(person)
    fields = {"oldpassword": PASSWORD, "password1": first, "password2": second}
    html = client.post(reverse("account_change_password"), fields, headers={"accept-language": "pt"}).text
    assert message in html
    assert first not in html  # a password never comes back into a page
    person.refresh_from_db()
    assert person.check_password(PASSWORD)


def test_signing_in_tells_not_whether_the_account_exists(client, person):
    known = sign_in(client, person.email, "errada").text
    unknown = sign_in(client, "ninguem@example.org", "errada").text
    assert "O e-mail ou a palavra-passe não estão certos." in known
    assert without_what_was_typed(known, person.email) == without_what_was_typed(
        unknown, "ninguem@example.org"
    )


def test_an_address_is_the_same_in_any_case(client, person):
    assert sign_in(client, "Pessoa@Example.ORG").status_code == 302


def test_a_closed_account_signs_in_nowhere(client, person):
    person.is_active = False
    person.save()
    sign_in(client, person.email)
    assert client.get("/workspace/").status_code == 302


def test_nobody_opens_an_account_on_their_own(client, db):
    page = client.get("/accounts/signup/", headers={"accept-language": "pt"})
    assert page.status_code == 404
    assert client.post("/accounts/signup/", {"email": "x@example.org"}).status_code in {403, 404, 405}


@pytest.mark.parametrize("target", ["https://example.com/", "//example.com", "javascript:alert(1)"])
def test_signing_in_leads_nowhere_else(client, person, target):
    response = client.post(
        f"{LOGIN}?next={target}", {"login": person.email, "password": PASSWORD, "next": target}
    )
    assert response.url == reverse("workspace")
