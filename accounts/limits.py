"""How often one connection may do what nobody has to sign in for."""

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import HttpRequest


def is_too_often(request: HttpRequest, action: str, *, most: int, seconds: int) -> bool:
    """Count one more `action` of this connection; whether it is beyond `most` within `seconds`."""
    key = f"limit:{action}:{get_adapter().get_client_ip(request)}"
    cache.add(key, 0, seconds)
    try:
        return cache.incr(key) > most
    except ValueError:  # it has run out between the two calls
        return False
