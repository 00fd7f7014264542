"""Sign-in as the portal wants it."""

import unicodedata
from contextlib import nullcontext
from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.internal import ratelimit
from django.conf import settings
from django.http import HttpRequest
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from accounts.services import password_link

LIMITS = "allauth.account"  # whose settings name the rates: ACCOUNT_RATE_LIMITS


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

    def get_reset_password_from_key_url(self, key: str) -> str:
        """The portal's own address, whatever the request believes it to be."""
        uid, _hyphen, token = key.partition("-")
        return password_link(uid, token)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Few wrong passwords from one place, and more for one account from everywhere.

        So nobody guesses on by changing places, and nobody elsewhere locks a colleague out.
        """
        super().pre_authenticate(request, **credentials)
        everywhere = ratelimit.consume(
            request, app=LIMITS, action="login_failed_everywhere", key=_folded(credentials)
        )
        if everywhere is None:
            raise self.validation_error("too_many_login_attempts")
        self._login_failed_rl_usage.usage += everywhere.usage  # given back when the password is right

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        return f"{_folded(credentials)} from {ratelimit.get_ip(request)}"

    def _delete_login_attempts_cached_email(self, request: HttpRequest, **credentials: Any) -> None:
        super()._delete_login_attempts_cached_email(request, **credentials)
        ratelimit.clear(request, app=LIMITS, action="login_failed_everywhere", key=_folded(credentials))

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """In the language of whoever gets it."""
        user = context.get("user")
        with translation.override(user.language) if user else nullcontext():
            super().send_mail(template_prefix, email, {"labels": settings.LABELS, **context})


def _folded(credentials: dict[str, Any]) -> str:
    """An account's name, however it is typed: databases know more spellings of a letter than two."""
    return unicodedata.normalize("NFKC", credentials.get("email", "")).strip().casefold()
