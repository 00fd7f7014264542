"""The language: what was chosen, else what the browser asks for, else Portuguese."""

import pytest

pytestmark = pytest.mark.django_db


def language_of(response) -> str:
    return response.text.partition('<html lang="')[2].partition('"')[0]


def test_portuguese_when_nothing_is_known(client):
    assert language_of(client.get("/")) == "pt-CV"
    assert language_of(client.get("/", headers={"accept-language": "zh"})) == "pt-CV"


@pytest.mark.parametrize(("asked", "given"), [("fr-SN,fr;q=0.9", "fr"), ("en-GB", "en"), ("pt-BR", "pt-CV")])
def test_the_browser_is_asked_when_nothing_was_chosen(client, asked, given):
    assert language_of(client.get("/", headers={"accept-language": asked})) == given


def test_a_choice_is_remembered_and_beats_the_browser(client):
    response = client.get("/language/fr/", {"next": "/municipalities/?q=sal"})
    assert (response.status_code, response.url) == (302, "/municipalities/?q=sal")
    cookie = response.cookies["django_language"]
    assert cookie.value == "fr"
    assert cookie["max-age"] == 365 * 24 * 60 * 60
    assert cookie["samesite"] == "Lax"
    assert language_of(client.get("/", headers={"accept-language": "en"})) == "fr"


@pytest.mark.parametrize(
    "target",
    [
        "https://example.com/",
        "//example.com/",
        "/\\example.com",
        "\\\\example.com",
        "javascript:alert(1)",
        "http:///example.com",
        "",
    ],
)
def test_it_leads_nowhere_else(client, target):
    assert client.get("/language/en/", {"next": target}).url == "/"


def test_an_unknown_language_is_no_address(client):
    response = client.get("/language/de/")
    assert response.status_code == 404
    assert not response.cookies


def test_the_cookie_is_secure_where_the_portal_is(client, settings):
    settings.HTTPS = True
    assert client.get("/language/en/").cookies["django_language"]["secure"]
