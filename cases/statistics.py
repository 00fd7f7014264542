"""How many, at the desk. For the office: over a scoped queryset that is handed in.

For everybody else: what has been published, suppressed, as plain numbers. No function for them takes or
returns a row, and none counts anything itself (services/statistics.py does, once for each period).
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import reduce
from operator import add
from typing import Any

from django.conf import settings
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Avg, Count, DateField, DurationField, ExpressionWrapper, F, Q
from django.db.models.functions import TruncDate, TruncMonth
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.models import CaseQuerySet, EnquiryQuerySet, PublishedCounts, Topic
from cases.workflow import RUNNING_STATES
from gai_portal.lib.count_tables import ALL, NOTHING, YEAR, Figure, Tables, columns_of, figure

# By value: how many now, and how many just before.
Counts = dict[Any, tuple[int, int]]
MONTHS_OF = {"month": 1, "quarter": 3, "year": 12}
DAY = timedelta(days=1)
LONGEST_BY_DAY = 31 * DAY


@dataclass(frozen=True)
class Span:
    """Some days in the country's time: a month, a quarter, a year, or from one day to another (`days`)."""

    kind: str
    first: date
    until: date  # the first day after it

    @classmethod
    def around(cls, kind: str, day: date) -> "Span":
        """The month, quarter or year in which a day lies."""
        length = MONTHS_OF[kind]
        first = date(day.year, (day.month - 1) // length * length + 1, 1)
        return cls(kind, first, _months_later(first, length))

    @classmethod
    def read(cls, text: str) -> "Span":
        """The one of `2026-03`, `2026-Q1` or `2026`; this month for anything else."""
        match = re.fullmatch(r"(20\d\d)(?:-(?:Q([1-4])|(0[1-9]|1[0-2])))?", text)
        if match is None:
            return cls.around("month", timezone.localdate())
        year, quarter, month = match.groups()
        if month:
            return cls.around("month", date(int(year), int(month), 1))
        return cls.around("quarter" if quarter else "year", date(int(year), int(quarter or 1) * 3, 1))

    def __str__(self) -> str:
        """As `read` reads it; nothing for one of days."""
        match self.kind:
            case "month":
                return f"{self.first:%Y-%m}"
            case "quarter":
                return f"{self.first:%Y}-Q{self.quarter}"
            case "year":
                return f"{self.first:%Y}"
            case _:
                return ""

    @property
    def quarter(self) -> int:
        return (self.first.month + 2) // 3

    @property
    def last(self) -> date:
        return self.until - DAY

    def shifted(self, steps: int) -> "Span":
        """The one so many of its kind later; of days, as many days."""
        if self.kind in MONTHS_OF:
            return self.around(self.kind, _months_later(self.first, steps * MONTHS_OF[self.kind]))
        length = self.until - self.first
        return Span(self.kind, self.first + steps * length, self.until + steps * length)

    @property
    def starts_at(self) -> datetime:
        return timezone.make_aware(datetime.combine(self.first, time.min))

    @property
    def ends_at(self) -> datetime:
        return timezone.make_aware(datetime.combine(self.until, time.min))

    @property
    def is_told_by_day(self) -> bool:
        return self.until - self.first <= LONGEST_BY_DAY

    def steps(self) -> Iterator[date]:
        """The first days of what it is told by: its days, or the months that it touches."""
        step = self.first if self.is_told_by_day else self.first.replace(day=1)
        while step < self.until:
            yield step
            step = step + DAY if self.is_told_by_day else _months_later(step, 1)


def _months_later(first: date, months: int) -> date:
    years, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    return date(years, month + 1, 1)


def enquiries_by(enquiries: EnquiryQuerySet, fields: Sequence[str], span: Span) -> dict[str, Counts]:
    """How many standing enquiries have each value of each field, now and just before, most frequent first.

    They are gathered once and counted by every field in the same statement, which Django cannot write.
    """
    rows = (
        enquiries.standing()
        .filter(at__gte=span.shifted(-1).starts_at, at__lt=span.ends_at)
        .order_by()
        .annotate(is_now=Q(at__gte=span.starts_at))
        .values_list(*fields, "is_now")
    )
    found: dict[str, Counts] = {name: {} for name in fields}
    try:
        gathered, params = rows.query.sql_with_params()
    except EmptyResultSet:  # an account without an office
        return found
    counted = " UNION ALL ".join(
        f"SELECT '{name}', CAST({name} AS text), COUNT(*) FILTER (WHERE is_now),"
        f" COUNT(*) FILTER (WHERE NOT is_now) FROM gathered GROUP BY {name}"
        for name in fields
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH gathered ({', '.join(fields)}, is_now) AS MATERIALIZED ({gathered}) {counted}", params
        )
        lines = sorted(cursor.fetchall(), key=lambda line: (-line[2], -line[3], line[1] or ""))
    for name, value, number, before in lines:
        found[name][enquiries.model._meta.get_field(name).to_python(value)] = (number, before)
    return found


def enquiries_over_time(enquiries: EnquiryQuerySet, span: Span) -> list[tuple[date, int]]:
    """How many there were each day, or each month of a longer span; days without any count, too."""
    step = TruncDate("at") if span.is_told_by_day else TruncMonth("at", output_field=DateField())
    counted = (
        enquiries.standing()
        .filter(at__gte=span.starts_at, at__lt=span.ends_at)
        .order_by()
        .annotate(step=step)
        .values_list("step")
        .annotate(number=Count("pk"))
    )
    numbers = dict(counted)
    return [(day, numbers.get(day, 0)) for day in span.steps()]


@dataclass(frozen=True)
class CaseFigures:
    """What became of cases in some span, and how many are running now."""

    opened: int
    closed: int
    running: int
    mean: timedelta | None  # from opening to closing, of those closed in the span

    @property
    def days(self) -> int | None:
        return None if self.mean is None else round(self.mean / DAY)


def case_figures(cases: CaseQuerySet, span: Span) -> CaseFigures:
    """One aggregate over the cases that are handed in."""
    closed = Q(closed_at__gte=span.starts_at, closed_at__lt=span.ends_at)
    took = ExpressionWrapper(F("closed_at") - F("opened_at"), output_field=DurationField())
    found = cases.order_by().aggregate(
        opened=Count("pk", filter=Q(opened_at__gte=span.starts_at, opened_at__lt=span.ends_at)),
        closed=Count("pk", filter=closed),
        running=Count("pk", filter=Q(state__in=RUNNING_STATES)),
        mean=Avg(took, filter=closed),
    )
    return CaseFigures(**found)


def officer_load(
    enquiries: EnquiryQuerySet, cases: CaseQuerySet, span: Span
) -> list[tuple[int, int, int, int]]:
    """Of each officer: enquiries recorded in the span and just before, and the cases that they carry now."""
    recorded = enquiries_by(enquiries, ["author"], span)["author"]
    running = cases.running().exclude(assigned_to=None).order_by().values_list("assigned_to")
    carried = dict(running.annotate(number=Count("pk")))
    people = [*recorded, *(pk for pk in carried if pk not in recorded)]
    return [(pk, *recorded.get(pk, (0, 0)), carried.get(pk, 0)) for pk in people]


def most_frequent(enquiries: EnquiryQuerySet, field: str, limit: int) -> list[str]:
    """The values of `field` that a desk meets most often, from its latest enquiries."""
    latest = enquiries.standing().order_by("-at", "-pk").values("pk")[:500]
    counted = (
        enquiries.model._default_manager.filter(pk__in=latest)
        .exclude(**{f"{field}__in": [""]})
        .order_by()
        .values_list(field)
        .annotate(number=Count("pk"))
        .order_by("-number", field)[:limit]
    )
    return [value for value, number in counted if value]


# For everybody outside the office

# What a year tells of each group of topics: by sex and by nationality, which also have totals; by topic.
ACROSS = ("sex", "nationality")
WITHIN = ("topic",)
QUARTERS_OF_A_REPORT = 8


@dataclass(frozen=True, order=True)
class Period:
    """A quarter of a year, or a whole year, in the country's time."""

    year: int
    quarter: int = YEAR

    @classmethod
    def closed(cls, first_year: int, *, on: date) -> "Iterator[Period]":
        """The quarters and years that are over on a day and have had their days of grace, in their order."""
        last = on - timedelta(days=settings.STATISTICS_AFTER_DAYS)
        for year in range(first_year, last.year + 1):
            for quarter in (1, 2, 3, 4, YEAR):
                period = cls(year, quarter)
                if period._ends_before <= last:
                    yield period

    @property
    def is_year(self) -> bool:
        return self.quarter == YEAR

    @property
    def _starts_on(self) -> date:
        return date(self.year, 1 if self.is_year else self.quarter * 3 - 2, 1)

    @property
    def _ends_before(self) -> date:
        is_last = self.quarter in (YEAR, 4)
        return date(self.year + 1, 1, 1) if is_last else date(self.year, self.quarter * 3 + 1, 1)

    @property
    def starts_at(self) -> datetime:
        return timezone.make_aware(datetime.combine(self._starts_on, time.min))

    @property
    def ends_at(self) -> datetime:
        return timezone.make_aware(datetime.combine(self._ends_before, time.min))

    def __str__(self) -> str:
        if self.is_year:
            return str(self.year)
        return _("Q{quarter} {year}").format(quarter=self.quarter, year=self.year)


@dataclass(frozen=True)
class Need:
    """What one desk published of one period, by topics and their groups."""

    period: Period
    tables: Tables

    def of_group(self, group: str) -> Figure:
        """How many enquiries were about any topic of a group."""
        return figure(self.tables, group)

    def of_topic(self, group: str, topic: str) -> Figure:
        """How many were about one topic. Only years tell that."""
        assert self.period.is_year
        return figure(self.tables, group, f"topic:{topic}")

    @property
    def total(self) -> Figure:
        return figure(self.tables)

    @property
    def threshold(self) -> int:
        """Counts below it are not told."""
        return self.tables["threshold"]

    def topics_of(self, group: str) -> dict[str, Figure]:
        """The topics of a group that anybody asked about."""
        return self._split("topic", [group])

    def by_sex(self, groups: Collection[str] | None = None) -> dict[str, Figure]:
        """`f`, `m` and, for what is not stated, an empty name: of some groups, or of all enquiries."""
        return self._split("sex", groups)

    def by_nationality(self, groups: Collection[str] | None = None) -> dict[str, Figure]:
        """ISO codes, `other` for all that have no column of their own, an empty name for not stated."""
        return self._split("nationality", groups)

    def _split(self, family: str, groups: Collection[str] | None) -> dict[str, Figure]:
        rows = [ALL] if groups is None else list(groups)
        return {
            column.partition(":")[2]: reduce(add, (figure(self.tables, row, column) for row in rows), NOTHING)
            for column in columns_of(self.tables, family, rows)
        }


def latest_years(municipality_code: str, number: int) -> list[Need]:
    """What a municipality's desk published of its last years, the latest first."""
    return _needs(municipality_code, number, quarter=YEAR)


def latest_quarters(municipality_code: str, number: int) -> list[Need]:
    """The same of its last quarters, the earliest first."""
    return _needs(municipality_code, number, quarter__gt=YEAR)[::-1]


def published_until(municipality_code: str, month: date) -> tuple[list[Need], Need | None]:
    """Of what is published: the quarters that were over when a month ended, the earliest first, and the year.

    A month's report holds nothing else, so whoever has all reports knows no more than what is published.
    """
    over = Q(year__lt=month.year) | Q(year=month.year, quarter__lte=month.month // 3)
    quarters = _needs(municipality_code, QUARTERS_OF_A_REPORT, over, quarter__gt=YEAR)[::-1]
    last_year = month.year if month.month == 12 else month.year - 1
    return quarters, next(iter(_needs(municipality_code, 1, quarter=YEAR, year__lte=last_year)), None)


def _needs(municipality_code: str, number: int, *conditions: Q, **periods: int) -> list[Need]:
    rows = PublishedCounts.objects.filter(*conditions, municipality=municipality_code, **periods)
    return [
        Need(Period(row.year, row.quarter), row.tables) for row in rows.order_by("-year", "-quarter")[:number]
    ]


def need_by_topic(municipality_code: str, period: Period) -> dict[str, Figure]:
    """How many enquiries were about each group and, over a year, each topic. Nothing before publication."""
    row = PublishedCounts.objects.filter(
        municipality=municipality_code, year=period.year, quarter=period.quarter
    ).first()
    if row is None:
        return {}
    need = Need(period, row.tables)
    groups = {group: need.of_group(group) for group in row.tables["rows"] if group != ALL}
    return groups | {topic: shown for group in groups for topic, shown in need.topics_of(group).items()}


@dataclass(frozen=True)
class TopicName:
    """What a topic is called, in the active language. A group has no `group`."""

    code: str
    group: str
    name: str
    is_active: bool


def topic_names() -> list[TopicName]:
    """Every topic, each group before its own."""
    topics = list(Topic.objects.select_related("parent").order_by("order", "code"))
    topics.sort(key=lambda t: ((t.parent or t).order, (t.parent or t).code, t.parent is not None))
    return [TopicName(t.code, t.parent_id or "", str(t), t.is_active) for t in topics]
