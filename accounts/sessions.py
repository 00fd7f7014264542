"""How long somebody stays signed in: a working day at most, however busy the day is."""

import time
from typing import Any

from django.conf import settings
from django.http import HttpRequest

SIGNED_IN_AT = "signed_in_at"
SEARCHES = "cases.searches"  # what was looked for at a desk: [key, words, when in seconds]


def note_sign_in(request: HttpRequest, **kwargs: Any) -> None:
    request.session[SIGNED_IN_AT] = int(time.time())


def is_over(request: HttpRequest) -> bool:
    """Each write prolongs a session's row; the day is counted from the sign-in."""
    return time.time() > request.session.get(SIGNED_IN_AT, 0) + settings.SESSION_COOKIE_AGE
