"""Carries what somebody typed across a lost session, for the same account only.

Each form in the workspace names, signed, the account that it was made for (`{% form_keys %}`). A POST that
arrives after the session has ended is sealed into the sign-in page; once that account has signed in, it is
repeated. Nothing of it is kept on the server meanwhile, nor in the browser's storage.
"""

from typing import TypedDict

from django.contrib.auth import get_user_model
from django.core import signing
from django.http import HttpRequest

from accounts.models import User

ACCOUNT_SALT = "accounts.form"
CARRIED_SALT = "accounts.carried"
LONGEST_OPEN_FORM = 7 * 24 * 60 * 60  # seconds: as long as drafts are kept
LONGEST_SIGN_IN = 60 * 60  # seconds from the lost POST to its repetition
MOST_CARRIED = 500_000  # characters of all names and values together
NEVER_CARRIED = frozenset({"csrfmiddlewaretoken", "account", "carried"})


class Carried(TypedDict):
    """A POST that waits for its author to sign in."""

    account: int
    path: str
    fields: list[tuple[str, str]]


def account_token(user: User) -> str:
    return signing.dumps(user.pk, salt=ACCOUNT_SALT)


def account_of_form(request: HttpRequest) -> int | None:
    """The account that the posted form was made for, if it says so and is not older than a week."""
    try:
        return signing.loads(request.POST.get("account", ""), salt=ACCOUNT_SALT, max_age=LONGEST_OPEN_FORM)
    except signing.BadSignature:
        return None


def _may_be_carried(name: str) -> bool:
    return name not in NEVER_CARRIED and "password" not in name.lower()


def carry(request: HttpRequest) -> Carried | None:
    """What a POST holds, or None when it cannot be said whose it is or when it is too large."""
    account = account_of_form(request)
    if account is None:
        return None
    fields = [
        (name, value) for name, values in request.POST.lists() if _may_be_carried(name) for value in values
    ]
    if sum(len(name) + len(value) for name, value in fields) > MOST_CARRIED:
        return None
    return Carried(account=account, path=request.get_full_path(), fields=fields)


def seal(carried: Carried) -> str:
    return signing.dumps(carried, salt=CARRIED_SALT, compress=True)


def unseal(text: str) -> Carried | None:
    try:
        return signing.loads(text, salt=CARRIED_SALT, max_age=LONGEST_SIGN_IN)
    except signing.BadSignature:
        return None


def person_of(carried: Carried) -> User | None:
    return get_user_model().objects.filter(pk=carried["account"], is_active=True).first()
