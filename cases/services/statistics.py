"""Publishes what a desk counted: each closed quarter and year once, for good.

Voided enquiries do not count. Restricted ones do: their tables are as coarse as the others and suppressed
with them, and a need that nobody may count is one that no plan answers. What is corrected, voided or entered
late, after the day of publication, changes no published table: a quarter has some days of grace for that.
"""

from collections.abc import Iterable
from datetime import date

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Min
from django.utils import timezone

from cases.models import Enquiry, PublishedCounts, QuarterCounts, Topic
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
    for municipality, first in begun:
        for period in Period.closed(timezone.localtime(first).year, on=today):
            if (municipality, period.year, period.quarter) in published:
                tally.unchanged += 1
            elif _publish(municipality, period):
                tally.created += 1
    return tally


@transaction.atomic
def _publish(municipality_id: str, period: Period) -> bool:
    Municipality.objects.select_for_update().get(pk=municipality_id)  # one publisher at a time
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
