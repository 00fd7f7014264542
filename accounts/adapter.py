"""Sign-in as the portal wants it."""

from contextlib import nullcontext
from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest
from django.utils import translation
from django.utils.translation import gettext_lazy as _


class AccountAdapter(DefaultAccountAdapter):
    """Nobody opens an account on their own, and everything is said in the portal's own words."""

    error_messages: ClassVar[dict[str, Any]] = DefaultAccountAdapter.error_messages | {
        "account_inactive": _("This account was closed."),
        "email_password_mismatch": _("The e-mail or the password is not right."),
        "too_many_login_attempts": _("Too many wrong passwords for this account. Try again in five minutes."),
        "enter_current_password": _("Type your present password."),
        "incorrect_password": _("The password is not right."),
        "invalid_password_reset": _("This link no longer works."),
        "rate_limited": _("Too many tries in a short time. Wait five minutes."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """In the language of whoever gets it."""
        user = context.get("user")
        with translation.override(user.language) if user else nullcontext():
            super().send_mail(template_prefix, email, {"labels": settings.LABELS, **context})
