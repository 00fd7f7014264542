"""Carries what somebody typed across a lost session, for the same account only.

Each form in the workspace names, signed, the account that it was made for (`{% form_keys %}`). A POST that
arrives after the session has ended is sealed into the sign-in page; once that account has signed in, it is
repeated. Until then the server keeps nothing of it, and the browser's storage never does.
"""

from http import HTTPStatus
from typing import TypedDict

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import add_never_cache_headers

from accounts.forms import LoginForm
from accounts.models import User

ACCOUNT_SALT = "accounts.form"
CARRIED_SALT = "accounts.carried"
LONGEST_OPEN_FORM = 7 * 24 * 60 * 60  # seconds: as long as drafts are kept
LONGEST_SIGN_IN = 60 * 60  # seconds from the lost POST to its repetition
MOST_CARRIED = 500_000  # characters of all names and values together
NEVER_CARRIED = frozenset({"csrfmiddlewaretoken", "account", "carried", "resumed"})
HELD = "held_post"  # the session's key


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


def hold(request: HttpRequest, carried: Carried) -> None:
    """Keep a POST in its author's own session until it is repeated."""
    request.session[HELD] = carried


def held(request: HttpRequest) -> Carried | None:
    """What waits for the person who has signed in; another's is dropped."""
    carried = request.session.get(HELD)
    return carried if carried and carried["account"] == request.user.pk else None


def let_go(request: HttpRequest) -> None:
    request.session.pop(HELD, None)


def ask_to_sign_in(request: HttpRequest, carried: Carried | None = None) -> HttpResponse:
    """The sign-in page in answer to a POST whose session has ended, with the POST sealed into it."""
    carried = carried or carry(request)
    author = User.objects.filter(pk=carried["account"]).first() if carried else None
    form = LoginForm(request=request, initial={"login": author.email if author else ""})
    context = {
        "form": form,
        "carried": seal(carried) if carried else "",
        "session_ended": True,
        "next": reverse("workspace"),
    }
    response = render(request, "account/login.html", context, status=HTTPStatus.UNAUTHORIZED)
    add_never_cache_headers(response)
    return response
