"""How many, at the desk. For the office: over a scoped queryset that is handed in."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time

from django.db.models import Count
from django.utils import timezone

from cases.models import EnquiryQuerySet


@dataclass(frozen=True)
class Month:
    """A calendar month, in the country's time."""

    first: date

    @classmethod
    def read(cls, text: str) -> "Month":
        """The month of `2026-03`; this one for anything else."""
        match = re.fullmatch(r"(20\d\d)-(0[1-9]|1[0-2])", text)
        if match is None:
            return cls(timezone.localdate().replace(day=1))
        return cls(date(int(match[1]), int(match[2]), 1))

    def __str__(self) -> str:
        return f"{self.first:%Y-%m}"

    def shifted(self, months: int) -> "Month":
        years, month = divmod(self.first.year * 12 + self.first.month - 1 + months, 12)
        return Month(date(years, month + 1, 1))

    def starts_at(self) -> datetime:
        return timezone.make_aware(datetime.combine(self.first, time.min))


def enquiries_by(enquiries: EnquiryQuerySet, field: str, month: Month) -> dict[str, int]:
    """How many standing enquiries of a month have each value of `field`, the most frequent first."""
    counted = (
        enquiries.standing()
        .filter(at__gte=month.starts_at(), at__lt=month.shifted(1).starts_at())
        .order_by()
        .values_list(field)
        .annotate(number=Count("pk"))
        .order_by("-number", field)
    )
    return dict(counted)


def most_frequent(enquiries: EnquiryQuerySet, field: str, limit: int) -> list[str]:
    """The values of `field` that a desk meets most often, from its latest enquiries."""
    latest = enquiries.standing().order_by("-at", "-pk").values("pk")[:500]
    counted = (
        enquiries.filter(pk__in=latest)
        .exclude(**{f"{field}__in": [""]})
        .order_by()
        .values_list(field)
        .annotate(number=Count("pk"))
        .order_by("-number", field)[:limit]
    )
    return [value for value, number in counted if value]
