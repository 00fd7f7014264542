"""Notices by e-mail."""

from smtplib import SMTPRecipientsRefused

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend

from accounts.services import mail_to, notify
from tests.factories import UserFactory

REFUSED = "gone@example.org"


class ChoosyBackend(EmailBackend):
    """A mail server that refuses one address, and the whole batch with it."""

    def send_messages(self, messages):
        for message in messages:
            if REFUSED in message.to:
                raise SMTPRecipientsRefused({REFUSED: (550, b"No such mailbox")})
        return super().send_messages(messages)


@pytest.mark.django_db(transaction=True)
def test_an_address_that_is_refused_keeps_nobody_else_from_their_mail(settings, caplog):
    settings.EMAIL_BACKEND = f"{__name__}.ChoosyBackend"
    people = [UserFactory(email=email) for email in ("a@example.org", REFUSED, "b@example.org")]
    notify(people, text="Um plano espera.", url="/workspace/")
    assert [message.to for message in mail.outbox] == [["a@example.org"], ["b@example.org"]]
    assert "could not be sent" in caplog.text


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_down", [True, False])
def test_who_writes_to_somebody_outside_is_told_at_once_if_the_mail_did_not_go(
    settings, monkeypatch, is_down
):
    settings.EMAIL_BACKEND = f"{__name__}.ChoosyBackend"
    if is_down:  # refused already when it is opened

        def refuse(connection):
            raise ConnectionRefusedError

        monkeypatch.setattr(ChoosyBackend, "open", refuse)
    author = UserFactory(language="en")
    letter = {"template": "accounts/email/notice.txt", "by": author, "about": "/workspace/desk/"}
    letter |= {"user": author, "text": "Peço resposta.", "body": "", "url": "https://example.org/"}
    mail_to(REFUSED, subject="Your answer", **letter)
    notice = author.notices.get()
    assert notice.text.startswith("The e-mail “Your answer” to gone@example.org did not go.")
    assert notice.url == "/workspace/desk/"
    if not is_down:
        mail_to("a@example.org", subject="Your answer", **letter)
        assert author.notices.count() == len(mail.outbox) == 1
