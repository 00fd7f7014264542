"""When something is missing or refused, the page says what to do, in the visitor's language."""

import pytest
from django.core.exceptions import PermissionDenied
from django.template.loader import render_to_string
from django.test import Client
from django.views.csrf import csrf_failure
from django.views.defaults import permission_denied, server_error

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("language", "words", "code"),
    [
        ("pt", "Não há nenhuma página neste endereço", "pt-CV"),
        ("en", "There is no page at this address", "en"),
        ("fr", "Il n’y a pas de page à cette adresse", "fr"),
        ("de", "Não há nenhuma página neste endereço", "pt-CV"),
    ],
)
def test_an_unknown_address_is_answered_helpfully(language, words, code):
    answer = Client(headers={"accept-language": language}).get("/nowhere/")
    page = answer.content.decode()
    assert answer.status_code == 404
    assert words in page
    assert f'<html lang="{code}">' in page
    assert "/municipalities/" in page
    assert not answer.cookies


def test_a_refusal_says_that_nothing_was_changed(rf, desk_praia):
    request = rf.get("/workspace/")
    request.user = desk_praia
    answer = permission_denied(request, PermissionDenied())
    assert answer.status_code == 403
    assert "<h1>" in answer.content.decode()


def test_a_form_that_waited_too_long_is_explained(rf, guest):
    request = rf.post("/workspace/")
    request.user = guest
    answer = csrf_failure(request)
    assert answer.status_code == 403
    assert 'class="page-head"' in answer.content.decode()


def test_the_last_resort_needs_nothing(rf):
    answer = server_error(rf.get("/"))
    assert answer.status_code == 500
    assert "Algo falhou do nosso lado" in answer.content.decode()
    assert render_to_string("500.html") == answer.content.decode()
