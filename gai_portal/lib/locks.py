"""Rows that wait for each other. Knows no app.

Two transactions that lock the same rows lock them in one order, or PostgreSQL ends one of them: a person, a
case, an enquiry, and then what hangs on them (a referral before what is to be done for it, an appointment, a
document, a transfer); several of a kind by their keys. A row that a new one names is locked, too: writing a
person's note counts as locking the person. The row of an account, an office or a municipality is locked with
`no_key`, so that nobody waits who writes something else of theirs.
"""

from typing import Any

from django.db import models


def locked(rows: "models.QuerySet[Any]", pk: Any) -> Any:
    """One row, locked until the transaction ends, read with what `rows` joins to it.

    In two steps: PostgreSQL loses a row from a join when, while it waited for the lock, the row came to point
    elsewhere, as a record does that moves to another office.
    """
    alone = rows.model._base_manager.select_for_update().filter(pk=pk)
    list(alone.values_list("pk"))
    return rows.get(pk=pk)


def all_locked(rows: "models.QuerySet[Any]") -> "list[Any]":
    """The same for all rows: those that are still among them once they are locked."""
    keys = list(rows.order_by("pk").values_list("pk", flat=True))
    alone = rows.model._base_manager.select_for_update().filter(pk__in=keys).order_by("pk")
    list(alone.values_list("pk"))
    return list(rows.filter(pk__in=keys))
