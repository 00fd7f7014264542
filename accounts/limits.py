"""How often something may be done. How much is too much stands in one place: ACCOUNT_RATE_LIMITS."""

from copy import copy

from allauth.core import ratelimit
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest


def is_too_often(request: HttpRequest, action: str, *, key: str | None = None, looking: bool = False) -> bool:
    """Count one more `action`; whether it is beyond what the settings allow.

    Looking (GET) is counted only when it is asked for: where somebody may be guessing addresses.

    It is counted as the sign-in library counts wrong passwords: by all workers together, one after another.
    """
    if action not in settings.ACCOUNT_RATE_LIMITS:  # which the library would take for no limit
        raise ImproperlyConfigured(f"No limit is set for {action}")
    if looking and request.method == "GET":
        request = copy(request)
        request.method = "POST"  # the library counts no GET
    return not ratelimit.consume(request, action=action, key=key)
