"""The inbox: what happened, in the reader's own language, and for that reader alone."""

import pytest
from django.core import mail
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _, gettext_lazy

from accounts.models import Notice
from accounts.services import mark_read, notify
from tests.factories import NoticeFactory, UserFactory

LIST = reverse("accounts:notice_list")


@pytest.fixture
def reader(client, desk_praia):
    client.force_login(desk_praia)
    return desk_praia


def test_each_person_reads_it_in_their_own_language(db, django_capture_on_commit_callbacks):
    people = [UserFactory(language=language) for language in ("pt", "en", "fr")]
    with django_capture_on_commit_callbacks(execute=True):
        notify(people, text=gettext_lazy("Notices"), url="/workspace/")
    expected = ["Avisos", "Notices", "Avis"]
    assert [notice.text for notice in Notice.objects.order_by("pk")] == expected
    assert [message.subject for message in mail.outbox] == expected
    assert [message.to for message in mail.outbox] == [[person.email] for person in people]


def test_a_callable_is_translated_when_it_is_called(db):
    notify([UserFactory(language="fr")], text=lambda: _("Notices"), url="/workspace/")
    assert Notice.objects.get().text == "Avis"


def test_the_mail_leads_to_the_portal_by_its_public_address(db, settings, django_capture_on_commit_callbacks):
    settings.SITE_URL = "https://portal.example.cv"
    with django_capture_on_commit_callbacks(execute=True):
        notify([UserFactory()], text="Aconteceu.", url="/workspace/plans/7/", body="Mais\n\num parágrafo.")
    assert "https://portal.example.cv/workspace/plans/7/" in mail.outbox[0].body
    assert "um parágrafo." in mail.outbox[0].body


def test_a_subject_never_has_a_second_line(db, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        notify([UserFactory()], text="Uma\nBcc: outro@example.org", url="/workspace/")
    assert mail.outbox[0].subject == "Uma Bcc: outro@example.org"


def test_one_person_named_twice_hears_once(db):
    person = UserFactory()
    notify([person, person], text="Aconteceu.", url="/workspace/")
    assert Notice.objects.count() == 1


def test_a_very_long_sentence_is_shortened(db):
    notify([UserFactory()], text="x" * 500, url="/workspace/")
    assert len(Notice.objects.get().text) == 300


def test_no_mail_leaves_when_the_writes_are_taken_back(transactional_db):
    with transaction.atomic():
        notify([UserFactory()], text="Aconteceu.", url="/workspace/")
        transaction.set_rollback(True)
    assert mail.outbox == []
    assert not Notice.objects.exists()


def test_a_mail_server_that_is_down_stops_nobodys_work(db, monkeypatch, django_capture_on_commit_callbacks):
    def fail(self, messages):
        raise OSError("no route to host")

    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", fail)
    with django_capture_on_commit_callbacks(execute=True):
        notify([UserFactory()], text="Aconteceu.", url="/workspace/")
    assert Notice.objects.exists()


def test_the_newest_stand_first_and_new_ones_are_marked(client, reader):
    NoticeFactory(user=reader, text="Antigo.")
    NoticeFactory(user=reader, text="Recente.")
    html = client.get(LIST, headers={"accept-language": "pt"}).text
    assert html.index("Recente.") < html.index("Antigo.")
    assert html.count("<strong>Recente.</strong>") == 1
    assert "2 avisos novos" in html


def test_opening_one_marks_it_and_leads_there(client, reader):
    notice = NoticeFactory(user=reader, url="/workspace/profile/")
    response = client.post(reverse("accounts:notice_open", args=[notice.pk]))
    assert response.url == "/workspace/profile/"
    notice.refresh_from_db()
    first_read_at = notice.read_at
    client.post(reverse("accounts:notice_open", args=[notice.pk]))
    notice.refresh_from_db()
    assert notice.read_at == first_read_at is not None


def test_nobody_opens_or_reads_those_of_others(client, reader, coordinator_praia):
    notice = NoticeFactory(user=coordinator_praia, text="Só para ela.")
    assert client.post(reverse("accounts:notice_open", args=[notice.pk])).status_code == 404
    assert "Só para ela." not in client.get(LIST).text
    client.post(reverse("accounts:notice_read_all"))
    notice.refresh_from_db()
    assert notice.read_at is None


def test_all_can_be_marked_as_read(client, reader):
    for _number in range(3):
        NoticeFactory(user=reader)
    client.post(reverse("accounts:notice_read_all"))
    assert not Notice.objects.unread().exists()
    mark_read(reader)  # with nothing left it does nothing


def test_a_long_inbox_is_paged_and_costs_the_same(client, reader, count_queries):
    NoticeFactory(user=reader)
    few = count_queries(lambda: client.get(LIST))
    for number in range(40):
        NoticeFactory(user=reader, text=f"Aviso {number}.")
    assert count_queries(lambda: client.get(LIST)) == few
    assert client.get(LIST).text.count('class="item item-split"') == 25
    assert client.get(f"{LIST}?page=2").text.count('class="item item-split"') == 16


def test_what_a_notice_quotes_stays_text(client, reader):
    NoticeFactory(user=reader, text="<script>x</script>")
    assert "<script>x" not in client.get(LIST).text
