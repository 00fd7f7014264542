"""Publishes what a desk counted: each closed quarter and year once, for good.

Voided enquiries do not count. Restricted ones do: their tables are as coarse as the others and suppressed
with them, and a need that nobody may count is one that no plan answers. What is corrected, voided or entered
late, after the day of publication, changes no published table: a quarter has some days of grace for that.
A year for which an old list has just come in waits as many days again: the list may be undone, or one part of
several.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Min, Q
from django.db.models.functions import ExtractYear
from django.utils import timezone

from cases.models import Enquiry, EnquiryImport, PublishedCounts, QuarterCounts, Topic
from cases.statistics import ACROSS, WITHIN, Period
from gai_portal.lib.count_tables import Counts, Tables, folded, publish_quarter, publish_year, tally
from gai_portal.lib.reference import Tally
from municipalities.models import Municipality

SEXES = {Enquiry.Sex.FEMALE: "f", Enquiry.Sex.MALE: "m"}  # anything else is not stated


def publish_statistics(*, today: date | None = None) -> Tally:
    """Publish every quarter and year that is closed and not published yet. Again, it changes nothing.

    A municipality begins with the year of its first enquiry. Quarters come before their year, and a year only
    after all its quarters.
    """
    today = today or timezone.localdate()
    tally = Tally()
    begun = Enquiry.objects.order_by().values_list("office__municipality").annotate(first=Min("at"))
    published = set(PublishedCounts.objects.values_list("municipality", "year", "quarter"))
    waiting = _years_coming_in(today)
    for municipality, first in begun:
        for period in Period.closed(timezone.localtime(first).year, on=today):
            if (municipality, period.year, period.quarter) in published:
                tally.unchanged += 1
            elif (municipality, period.year) not in waiting and _publish(municipality, period):
                tally.created += 1
    return tally


def _years_coming_in(today: date) -> set[tuple[str, int]]:
    """The municipalities and years of which a list is being recorded, or was a few days ago."""
    state, since = EnquiryImport.State, today - timedelta(days=settings.STATISTICS_AFTER_DAYS)
    lists = EnquiryImport.objects.filter(
        Q(state=state.RUNNING) | Q(state=state.DONE, moved_at__date__gt=since)
    )
    rows = Enquiry.objects.filter(imported__source__in=lists)
    years = rows.order_by().annotate(year=ExtractYear("at")).values_list("office__municipality", "year")
    return set(years.distinct())


@dataclass(frozen=True)
class LateYear:
    """What becomes of a year's enquiries in the published statistics when they come in with an old list."""

    year: int
    counted: int  # in what is still to be published
    too_late: int  # in quarters whose figures are published already, and stay


def late_years(municipality_id: str, quarters: Mapping[tuple[int, int], int]) -> list[LateYear]:
    """The years, the earliest first, of the closed quarters among those in which so many enquiries were."""
    first_year = min((year for year, _quarter in quarters), default=date.max.year)
    closed = {(one.year, one.quarter) for one in Period.closed(first_year, on=timezone.localdate())}
    rows = PublishedCounts.objects.filter(municipality=municipality_id)
    published = set(rows.values_list("year", "quarter"))
    return [
        LateYear(
            year,
            counted=sum(n for at, n in quarters.items() if at[0] == year and at not in published),
            too_late=sum(n for at, n in quarters.items() if at[0] == year and at in published),
        )
        for year in sorted({at[0] for at in quarters if at in closed})
    ]


def earliest_publication() -> date:
    """The first day on which the years of a list that is recorded today may be published."""
    return timezone.localdate() + timedelta(days=settings.STATISTICS_AFTER_DAYS)


@transaction.atomic
def _publish(municipality_id: str, period: Period) -> bool:
    Municipality.objects.select_for_update(no_key=True).get(pk=municipality_id)  # one publisher at a time
    own = PublishedCounts.objects.filter(municipality=municipality_id, year=period.year)
    before = {row.quarter: row.tables for row in own}
    if period.quarter in before:
        return False
    if period.is_year:
        tables = _year(municipality_id, period, before)
    else:
        tables = _quarter(municipality_id, period, before)
    PublishedCounts.objects.create(
        municipality_id=municipality_id, year=period.year, quarter=period.quarter, tables=tables
    )
    if period.is_year:
        QuarterCounts.objects.filter(municipality=municipality_id, year=period.year).delete()
    return True


def _threshold(before: Iterable[Tables]) -> int:
    """One for a whole year, so that nothing is told twice: a changed setting waits for the next."""
    return next((tables["threshold"] for tables in before), settings.SUPPRESSION_THRESHOLD)


def _quarter(municipality_id: str, period: Period, before: dict[int, Tables]) -> Tables:
    counts = count(municipality_id, period)
    QuarterCounts.objects.create(
        municipality_id=municipality_id, year=period.year, quarter=period.quarter, counts=counts
    )
    return publish_quarter(counts, threshold=_threshold(before.values()))


def _year(municipality_id: str, period: Period, before: dict[int, Tables]) -> Tables:
    counted = QuarterCounts.objects.filter(municipality=municipality_id, year=period.year)
    quarters: list[tuple[Counts, Tables]] = [
        (folded(row.counts, "nationality", settings.PUBLISHED_NATIONALITIES), before[row.quarter])
        for row in counted.order_by("quarter")
    ]
    return publish_year(quarters, across=ACROSS, within=WITHIN, threshold=_threshold(before.values()))


def count(municipality_id: str, period: Period) -> Counts:
    """What the standing enquiries of a period were about, with every cell that might have been."""
    topics = {topic.pk: topic.parent_id or topic.pk for topic in Topic.objects.all()}
    nationalities = ("", "other", *settings.PUBLISHED_NATIONALITIES)
    possible = [f"sex:{sex}" for sex in ("", *SEXES.values())]
    possible += [f"nationality:{nationality}" for nationality in nationalities]
    cells = [(group, [f"topic:{topic}", *possible], 0) for topic, group in topics.items()]
    counted = (
        Enquiry.objects.standing()
        .filter(office__municipality=municipality_id, at__gte=period.starts_at, at__lt=period.ends_at)
        .order_by()
        .values_list("topic", "sex", "nationality")
        .annotate(number=Count("pk"))
    )
    for topic, sex, nationality, number in counted:
        columns = [f"topic:{topic}", f"sex:{SEXES.get(sex, '')}", f"nationality:{nationality}"]
        cells.append((topics[topic], columns, number))
    return tally(cells)
