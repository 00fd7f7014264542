"""Notices by e-mail."""

from smtplib import SMTPRecipientsRefused

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend

from accounts.services import notify
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
