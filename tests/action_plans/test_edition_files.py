"""The PDF of an edition follows its publication: nobody waits for it, and no page pretends to have it."""

import hashlib
import io

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from pypdf import PdfReader

from action_plans.models import Edition, EditionFile
from action_plans.services import publication
from action_plans.services.publication import make_file, make_missing_files, publish_edition
from action_plans.workflow import PlanState
from tests.action_plans.editions import STAND_IN, published_plan, stand_in
from tests.action_plans.factories import make_plan

PLAN = "/plans/praia-2026-2028/"
WITH_A_WORKER = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}


@pytest.fixture
def approved(praia):
    return make_plan(praia, ready=True, state=PlanState.APPROVED)


@pytest.fixture
def fresh(approved, approver_praia) -> Edition:
    """An edition of a moment ago."""
    return publish_edition(approved, by=approver_praia)


def publish_by_the_page(client, plan):
    return client.post(reverse("action_plans:plan_step", args=[plan.pk, "publish"]))


def page(client, address, status=200):
    response = client.get(address, headers={"accept-language": "pt"})
    assert response.status_code == status
    return response.content.decode()


def test_whoever_publishes_does_not_wait_for_the_pdf(
    transactional_db, client, approved, approver_praia, settings
):
    settings.TASKS = WITH_A_WORKER
    client.force_login(approver_praia)
    with stand_in() as render:
        assert publish_by_the_page(client, approved).status_code == 302
        assert not render.called
        assert "O PDF está a ser preparado." in page(client, PLAN)
        call_command("db_worker", batch=True, interval=0, verbosity=0)
    assert EditionFile.objects.get().sha256 == hashlib.sha256(STAND_IN).hexdigest()
    html = page(client, PLAN)
    assert "a ser preparado" not in html
    assert f'href="{PLAN}1.pdf"' in html


def test_without_a_worker_it_is_there_at_once(client, approved, approver_praia):
    client.force_login(approver_praia)
    with stand_in():
        publish_by_the_page(client, approved)
    assert f'href="{PLAN}1.pdf"' in page(client, PLAN)


def test_until_then_every_page_says_so(client, fresh):
    html = page(client, PLAN)
    assert "O PDF está a ser preparado." in html
    assert f"{PLAN}1.pdf" not in html
    waiting = client.get(f"{PLAN}1.pdf", headers={"accept-language": "pt"})
    assert waiting.status_code == 503
    assert waiting["Retry-After"]
    assert "no-store" in waiting["Cache-Control"]
    assert "O PDF está a ser preparado" in waiting.content.decode()
    assert "Está a ser preparado." in page(client, f"/plans/verify/?code={fresh.verification_code}")
    assert client.get(f"{PLAN}1.json").json()["files"] == []
    for table in ("csv", "xlsx"):
        assert client.get(f"{PLAN}1.{table}").status_code == 200


def test_the_code_on_the_page_is_the_one_in_the_file(fresh, monkeypatch):
    seen = {}

    def render(snapshot, *, verification_code):
        seen.update(snapshot=snapshot, code=verification_code)
        return STAND_IN

    monkeypatch.setattr(publication, "edition_pdf", render)
    make_file(fresh)
    assert seen == {"snapshot": fresh.snapshot, "code": fresh.verification_code}


def test_of_two_that_are_made_at_once_the_first_one_counts(fresh, monkeypatch):
    with stand_in():
        first = make_file(fresh)
    monkeypatch.setattr(publication, "edition_pdf", lambda *args, **kwargs: b"%PDF another")
    assert make_file(fresh) == first
    assert bytes(EditionFile.objects.get().pdf) == STAND_IN


def test_the_night_makes_what_is_missing_and_nothing_twice(fresh, capsys):
    with stand_in() as render:
        call_command("daily")
        assert "missing PDFs of editions: 1 made" in capsys.readouterr().out
        call_command("daily")
        assert "missing PDFs of editions: 0 made" in capsys.readouterr().out
    assert render.call_count == 1


def test_one_that_cannot_be_made_keeps_no_other_waiting(fresh, sal, planner_sal, monkeypatch, client):
    other = publish_edition(make_plan(sal, ready=True, state=PlanState.APPROVED), by=planner_sal)

    def render(snapshot, *, verification_code):
        if verification_code == fresh.verification_code:
            raise RuntimeError("no font")
        return STAND_IN

    monkeypatch.setattr(publication, "edition_pdf", render)
    with pytest.raises(RuntimeError, match="Praia"):
        make_missing_files()
    assert [file.edition for file in EditionFile.objects.all()] == [other]
    with pytest.raises(CommandError, match="missing PDFs"):
        call_command("daily")
    assert "O PDF está a ser preparado." in page(client, PLAN)


def test_a_pdf_that_fails_does_not_take_the_publication_back(client, approved, approver_praia, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError("no font")

    monkeypatch.setattr(publication, "edition_pdf", fail)
    client.force_login(approver_praia)
    assert publish_by_the_page(client, approved).status_code == 302
    approved.refresh_from_db()
    assert approved.state == PlanState.PUBLISHED
    assert "O PDF está a ser preparado." in page(client, PLAN)


def test_editions_with_a_file_are_not_looked_at_again(praia, fresh, sal):
    published_plan(sal)
    assert list(Edition.objects.without_file()) == [fresh]


def test_the_admin_says_that_there_is_nothing_to_download_yet(client, dgi_officer, fresh):
    client.force_login(dgi_officer)
    fields = {"action": "download_pdf", "_selected_action": [fresh.plan.pk]}
    response = client.post(reverse("admin:action_plans_plan_changelist"), fields, follow=True)
    assert "Nenhum destes planos tem ainda um PDF publicado." in response.content.decode()


def test_the_approvers_button_leads_to_the_edition_and_its_document(
    transactional_db, client, approved, approver_praia
):
    """The whole way, on every database."""
    client.force_login(approver_praia)
    publish_by_the_page(client, approved)
    edition = approved.editions.get()
    pdf = client.get(reverse("edition_pdf", args=[approved.slug, 1])).content
    assert hashlib.sha256(pdf).hexdigest() == edition.files.get().sha256
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
    assert edition.verification_code[:4] in text
    assert "Medida 1 de Acolhimento." in text
