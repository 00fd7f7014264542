"""Guessing passwords, and asking for new ones: what somebody outside can learn or break by trying."""

from http import HTTPStatus
from smtplib import SMTPServerDisconnected

import pytest
from django.conf import settings as installed
from django.contrib.messages.storage.fallback import FallbackStorage
from django.core.cache import caches
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.tasks import forget_old_tries
from accounts.views import PasswordResetView
from gai_portal import settings as real

PASSWORD = "three words and more"
TOO_MANY = "Too many wrong passwords"


@pytest.fixture
def officer(desk_praia):
    desk_praia.set_password(PASSWORD)
    desk_praia.save()
    return desk_praia


@pytest.fixture
def sign_in(client, officer):
    """Tries to sign in; answers whether it was let in, refused, or not even listened to."""

    def sign_in(password, *, login=officer.email, **environ) -> str:
        data = {"login": login, "password": password}
        response = client.post("/accounts/login/", data, HTTP_ACCEPT_LANGUAGE="en", **environ)
        if response.status_code == HTTPStatus.FOUND:
            client.logout()
            return "in"
        return "too many" if TOO_MANY in response.content.decode() else "wrong"

    return sign_in


def test_after_five_wrong_passwords_the_sixth_is_not_looked_at(sign_in):
    assert [sign_in("wrong") for _ in range(5)] == ["wrong"] * 5
    assert sign_in(PASSWORD) == "too many"


def test_another_host_name_begins_no_new_count(sign_in):
    assert [sign_in("wrong", HTTP_HOST=f"localhost:{1000 + i}") for i in range(5)] == ["wrong"] * 5
    assert sign_in("wrong", HTTP_HOST="127.0.0.1:2000") == "too many"


@pytest.mark.parametrize(
    "spelling", ["DESK.PRAIA@example.org", " desk.praia@example.org ", "de\u017fk.praia@example.org"]
)
def test_another_spelling_of_the_address_begins_no_new_count(sign_in, spelling):
    for _ in range(5):
        sign_in("wrong")
    assert sign_in("wrong", login=spelling) == "too many"


def test_nobody_elsewhere_locks_a_colleague_out(sign_in):
    for _ in range(10):
        sign_in("wrong", REMOTE_ADDR="203.0.113.5")
    assert sign_in(PASSWORD) == "in"


def test_going_from_place_to_place_ends_too(sign_in):
    tries = [sign_in("wrong", REMOTE_ADDR=f"203.0.113.{i}") for i in range(31)]
    assert tries == ["wrong"] * 30 + ["too many"]


def test_the_right_password_costs_nobody_a_try(sign_in):
    assert [sign_in(PASSWORD) for _ in range(40)] == ["in"] * 40


def test_all_processes_count_together():
    assert real.CACHES["default"]["BACKEND"] == "django.core.cache.backends.db.DatabaseCache"
    assert installed.CACHES.keys() == real.CACHES.keys()


def test_the_table_in_which_they_count_comes_with_the_migrations(db):
    assert real.CACHES["default"]["LOCATION"] in connection.introspection.table_names()


def test_wrong_passwords_are_counted_in_it(settings, sign_in):
    settings.CACHES = real.CACHES
    for _ in range(5):
        sign_in("wrong")
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM portal_cache")
        assert cursor.fetchone()[0]
    assert sign_in("wrong") == "too many"


def test_counts_whose_time_is_over_go_at_night(settings, db):
    settings.CACHES = real.CACHES
    caches["default"].set("over", 1, timeout=-1)
    caches["default"].set("running", 1, timeout=300)
    assert forget_old_tries() == "1 counts"
    assert caches["default"].get("running") == 1


def test_the_link_leads_to_the_portal_whatever_the_request_calls_it(client, officer, mailoutbox, settings):
    settings.SITE_URL = "https://portal.example.cv"
    client.post("/accounts/password/reset/", {"email": officer.email}, HTTP_HOST="localhost:6666")
    assert "https://portal.example.cv/accounts/password/reset/key/" in mailoutbox[0].body
    assert "6666" not in mailoutbox[0].body


def test_the_link_opens_the_page_where_a_password_is_chosen(client, officer, mailoutbox, settings):
    client.post("/accounts/password/reset/", {"email": officer.email})
    path = mailoutbox[0].body.partition(settings.SITE_URL)[2].split()[0]
    page = client.get(path, follow=True)
    new = {"password1": "another few words", "password2": "another few words"}
    client.post(page.request["PATH_INFO"], new)
    officer.refresh_from_db()
    assert officer.check_password("another few words")


class TestAskingForALink:
    """The answer is the same, and takes the same work, for an address with an account and one without."""

    @pytest.fixture
    def ask(self, rf, db):
        def ask(email):
            request = rf.post("/accounts/password/reset/", {"email": email})
            request.session = {}
            request._messages = FallbackStorage(request)
            with CaptureQueriesContext(connection) as queries:
                response = PasswordResetView.as_view()(request)
            return response, len(queries)

        return ask

    def test_the_mail_leaves_after_the_answer(self, ask, officer, mailoutbox):
        response, _queries = ask(officer.email)
        assert response.status_code == HTTPStatus.FOUND
        assert mailoutbox == []
        response.close()
        assert [message.to for message in mailoutbox] == [[officer.email]]

    def test_until_then_nobody_looks_whether_there_is_an_account(self, ask, officer, mailoutbox):
        known, queries_known = ask(officer.email)
        unknown, queries_unknown = ask("nobody@example.org")
        assert queries_known == queries_unknown == 0
        assert known["Location"] == unknown["Location"]
        unknown.close()
        assert mailoutbox == []

    def test_a_mail_server_that_is_down_shows_in_the_log_only(self, ask, officer, monkeypatch, caplog):
        def fail(*args, **kwargs):
            raise SMTPServerDisconnected

        monkeypatch.setattr("django.core.mail.EmailMessage.send", fail)
        ask(officer.email)[0].close()
        assert "could not be sent" in caplog.text
