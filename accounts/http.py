"""What requests and answers have in common, whoever asks."""

from django.http import HttpRequest, HttpResponse
from django.utils.cache import add_never_cache_headers

from accounts.models import User


class SignedInRequest(HttpRequest):
    """What every view behind SignedInMiddleware gets."""

    user: User


def kept_private(response: HttpResponse) -> HttpResponse:
    """A page behind a personal link: no cache keeps it, no search engine lists it."""
    add_never_cache_headers(response)
    response["X-Robots-Tag"] = "noindex, nofollow"
    # Not "no-referrer": a browser would then send the form without its origin, and be refused.
    response["Referrer-Policy"] = "same-origin"
    return response
