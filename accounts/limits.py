"""How often one connection may do what nobody has to sign in for."""

import time

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import HttpRequest


def is_too_often(request: HttpRequest, action: str, *, most: int, seconds: int) -> bool:
    """Count one more `action` of this connection; whether it is beyond `most` within `seconds`.

    The window is part of the key, and the time to live is said at each write: a cache in the database
    forgets it when it counts by itself.
    """
    address = get_adapter().get_client_ip(request)
    key = f"limit:{action}:{address}:{int(time.time()) // seconds}"
    count = cache.get(key, 0) + 1
    cache.set(key, count, seconds)
    return count > most
