from django.http import HttpRequest

from accounts.models import User


class SignedInRequest(HttpRequest):
    """What every view behind SignedInMiddleware gets."""

    user: User
