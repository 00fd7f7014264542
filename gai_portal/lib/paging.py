"""Pages of a long list, newest first, found by key: the last page costs as much as the first.

Nothing is counted and nothing is skipped by number, so a page takes one query however long the list is.
"""

import base64
import binascii
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest

Row = TypeVar("Row", bound=Model)

PAGE_SIZE = 25


@dataclass(frozen=True)
class KeysetPage(Generic[Row]):
    """One page: its rows, and the addresses of its neighbours (empty where there is none)."""

    rows: Sequence[Row]
    previous_url: str = ""
    next_url: str = ""

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)


@dataclass(frozen=True)
class Cursor:
    """The place of one row in the order, carried in the address. It says nothing that the list doesn't."""

    at: datetime
    pk: int

    @classmethod
    def read(cls, text: str) -> "Cursor | None":
        """None for anything that we did not write ourselves: the visitor then gets the first page."""
        try:
            at, _, pk = base64.b64decode(text.encode(), altchars=b"-_", validate=True).decode().partition("|")
            cursor = cls(datetime.fromisoformat(at), int(pk))
            cursor.at.astimezone(UTC)  # a database asks for it, and no year has five digits
        except (binascii.Error, ValueError, OverflowError):
            return None
        return cursor if cursor.at.tzinfo and 0 <= cursor.pk < 2**63 else None

    def __str__(self) -> str:
        return base64.urlsafe_b64encode(f"{self.at.isoformat()}|{self.pk}".encode()).decode()


def _older(field: str, cursor: Cursor) -> Q:
    # The first condition alone would do less, but it is the one that a database turns into an index range.
    return Q(**{f"{field}__lte": cursor.at}) & (Q(**{f"{field}__lt": cursor.at}) | Q(pk__lt=cursor.pk))


def _newer(field: str, cursor: Cursor) -> Q:
    return Q(**{f"{field}__gte": cursor.at}) & (Q(**{f"{field}__gt": cursor.at}) | Q(pk__gt=cursor.pk))


def keyset_page(
    queryset: QuerySet[Row], request: HttpRequest, *, size: int = PAGE_SIZE, field: str = "at"
) -> KeysetPage[Row]:
    """The page of `queryset` that `?after=` or `?before=` names, newest first by `field` and key.

    The neighbours' addresses keep the rest of the query string, so filters survive paging. The field must
    not be null, and needs an index that ends in it and the key, both descending.
    """

    def url(**place: Any) -> str:
        query = request.GET.copy()
        for name in ("after", "before"):
            query.pop(name, None)
        for name, row in place.items():
            query[name] = str(Cursor(getattr(row, field), row.pk))
        return f"?{query.urlencode()}"

    before = Cursor.read(request.GET.get("before", ""))
    after = Cursor.read(request.GET.get("after", "")) if before is None else None

    if before is not None:
        rows = list(queryset.filter(_newer(field, before)).order_by(field, "pk")[: size + 1])
        has_newer, rows = len(rows) > size, rows[:size][::-1]
        if len(rows) == size:
            return KeysetPage(rows, url(before=rows[0]) if has_newer else "", url(after=rows[-1]))
        # Fewer than a page are newer: that is the first page, shown full.

    page = queryset.order_by(f"-{field}", "-pk")
    if after is not None:
        page = page.filter(_older(field, after))
    rows = list(page[: size + 1])
    has_older, rows = len(rows) > size, rows[:size]
    previous_url = ""
    if after is not None:  # somebody came from a newer page
        previous_url = url(before=rows[0]) if rows else url()
    return KeysetPage(rows, previous_url, url(after=rows[-1]) if has_older else "")
