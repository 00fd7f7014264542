"""What somebody types is kept on the server: for that account alone, for seven days, and never a password."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Draft
from accounts.services import LONGEST_DRAFT, delete_old_drafts
from tests.factories import UserFactory

FORM = "/workspace/plans/1/measures/ACO.M1/"
SAVE = reverse("accounts:draft_save")
DESK = "/workspace/desk/enquiries/new/"


@pytest.fixture
def officer(client, desk_praia):
    client.force_login(desk_praia)
    return desk_praia


def save(client, fields, form=FORM):
    return client.post(f"{SAVE}?form={form}", fields, headers={"accept-language": "pt"})


def test_the_answer_is_a_sentence_to_show_beside_the_form(client, officer):
    response = save(client, {"text": "Meio escrito"})
    assert response["Content-Type"].startswith("text/plain")
    assert response.text.startswith("Rascunho guardado às")


def test_a_form_has_one_draft_the_latest(client, officer):
    save(client, {"text": "Um"})
    save(client, {"text": "Dois", "goals": ["1", "2"]})
    draft = officer.drafts.get()
    assert draft.fields == {"text": ["Dois"], "goals": ["1", "2"]}
    assert draft.initial == {"text": "Dois", "goals": ["1", "2"]}


def test_it_comes_back_in_the_form_and_says_so(client, officer):
    save(client, {"note": "Veio com a filha."}, form=DESK)
    html = client.get(DESK, headers={"accept-language": "pt"}).text
    assert "Veio com a filha." in html
    assert "Rascunho de" in html


def test_a_draft_can_be_let_go(client, officer):
    save(client, {"note": "Veio com a filha."}, form=DESK)
    response = client.post(reverse("accounts:draft_discard"), {"form": DESK})
    assert response.url == DESK
    assert "Veio com a filha." not in client.get(DESK).text


def test_another_account_never_sees_it_nor_lets_it_go(client, officer, coordinator_praia):
    save(client, {"note": "Só meu."}, form=DESK)
    client.force_login(coordinator_praia)
    assert "Só meu." not in client.get(DESK).text
    client.post(reverse("accounts:draft_discard"), {"form": DESK})
    save(client, {"note": "Da coordenadora."}, form=DESK)
    assert officer.drafts.get().fields["note"] == ["Só meu."]


@pytest.mark.parametrize(("days", "is_there"), [(6.9, True), (7.1, False)])
def test_after_seven_days_it_is_neither_shown_nor_kept(client, officer, days, is_there):
    save(client, {"note": "De há dias."}, form=DESK)
    Draft.objects.update(saved_at=timezone.now() - timedelta(days=days))
    assert ("De há dias." in client.get(DESK).text) is is_there
    delete_old_drafts()
    assert Draft.objects.exists() is is_there


def test_what_is_too_long_is_refused_and_the_last_good_draft_stays(client, officer):
    save(client, {"text": "Bom"})
    response = save(client, {"text": "x" * (LONGEST_DRAFT + 1)})
    assert response.status_code == 413
    assert response.text == "Demasiado longo para guardar como rascunho."
    assert officer.drafts.get().fields == {"text": ["Bom"]}


def test_a_long_text_just_within_the_limit_is_kept(client, officer):
    assert save(client, {"text": "x" * (LONGEST_DRAFT - 4)}).status_code == 200


def test_what_belongs_to_the_machine_and_passwords_are_left_out(client, officer):
    save(
        client,
        {
            "text": "Fica",
            "csrfmiddlewaretoken": "a",
            "account": "b",
            "resumed": "1",
            "password": "segredo",
            "new_Password2": "segredo",
        },
    )
    assert officer.drafts.get().fields == {"text": ["Fica"]}


@pytest.mark.parametrize(
    "form", ["", "/accounts/login/", "https://example.com/workspace/", "/workspace/" + "x" * 200]
)
def test_only_forms_of_the_workspace_have_drafts(client, officer, form):
    assert save(client, {"text": "x"}, form=form).status_code == 404
    assert client.post(reverse("accounts:draft_discard"), {"form": form}).status_code == 404
    assert not Draft.objects.exists()


def test_without_a_session_nothing_is_kept(client, db):
    assert save(client, {"text": "x"}).status_code == 401
    assert not Draft.objects.exists()


def test_a_closed_account_takes_its_drafts_along(client, officer):
    save(client, {"text": "x"})
    other = UserFactory()
    Draft.objects.create(user=other, form=FORM)
    officer.delete()
    assert [draft.user for draft in Draft.objects.all()] == [other]
