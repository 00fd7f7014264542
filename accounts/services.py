"""Writes around people that touch more than one row, and what every form in the portal shares."""

from collections.abc import Callable
from uuid import UUID

from django.db import IntegrityError, transaction

from accounts.http import SignedInRequest
from accounts.models import OneTimeKey


def answer_once(request: SignedInRequest, create: Callable[[], str]) -> str:
    """Run `create`, which writes rows and returns the address of the result, once per one-time key.

    A second POST of the same form (a double click, a retry on a bad line) gets the first one's address
    and writes nothing. The key comes from the form's hidden field `once`, put there by `{% form_keys %}`.
    A missing or malformed key counts as a new form.
    """
    try:
        key = UUID(request.POST.get("once", ""))
    except ValueError:
        return create()
    try:
        with transaction.atomic():
            row = OneTimeKey.objects.create(key=key, user=request.user, result_url="")
            row.result_url = create()
            row.save(update_fields=["result_url"])
            return row.result_url
    except IntegrityError:
        first = OneTimeKey.objects.filter(key=key, user=request.user).first()
        if first is None:  # another constraint was broken, by `create` itself
            raise
        return first.result_url
