"""The month on paper for the council: words, and of counts only what everybody may read."""

import random
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import AccessLog
from cases.documents import monthly_report_pdf, report_content
from cases.models import MonthlyReport, PublishedCounts
from cases.services.reports import write_report
from gai_portal.lib.count_tables import ALL, Figure, figure, publish_quarter, publish_year
from tests.factories import TopicFactory
from tests.lib.fitting import assert_points_at_nobody
from tests.lib.test_count_tables import FAMILIES, TOPICS, YEAR, random_quarter, what_a_reader_knows
from tests.pdf_ua import assert_pdf_ua

PT = {"accept-language": "pt"}
MARCH = date(2026, 3, 1)
WORDS = "As renovações demoram mais de seis meses.\n\n- Falta um intérprete de wolof."
THRESHOLD = 3


def report_of(office, month, **values):
    return MonthlyReport(office=office, month=month, sent_concerns_pt=WORDS, **values)


@pytest.fixture
def groups(db):
    return [TopicFactory(code=code, name_pt=code) for code in TOPICS]


@pytest.fixture
def publish(praia, groups):
    """A year of two quarters at the desk of Praia, as it would be published."""

    def publish(seed, largest=7):
        generator = random.Random(seed)
        quarters = [random_quarter(generator, largest=largest) for _quarter in range(2)]
        tables = [publish_quarter(counts, threshold=THRESHOLD) for counts in quarters]
        year = publish_year(list(zip(quarters, tables, strict=True)), **FAMILIES, threshold=THRESHOLD)
        for number, published in ((1, tables[0]), (2, tables[1]), (0, year)):
            PublishedCounts.objects.create(municipality=praia, year=2025, quarter=number, tables=published)
        return quarters, tables, year

    return publish


def what_the_reports_tell(office) -> dict[tuple[str, str, str], Figure]:
    """Every count in the reports of two years, by period, row and column."""
    told = {}
    for number in range(24):
        content = report_content(report_of(office, date(2025 + number // 12, number % 12 + 1, 1)))
        told |= {(str(period.quarter - 1), ALL, ALL): total for period, total in content["quarters"]}
        for group, now, in_year in content["groups"]:
            if content["last"]:
                told[str(content["last"].period.quarter - 1), group, ALL] = now
            if content["year"]:
                told[YEAR, group, ALL] = in_year
        told |= {(YEAR, ALL, f"sex:{code}"): shown for code, shown in content["sexes"]}
        told |= {(YEAR, ALL, f"nationality:{code}"): shown for code, shown in content["nationalities"]}
    return told


@pytest.mark.parametrize("seed", range(20))
def test_whoever_has_all_reports_finds_no_small_count(publish, office_praia, seed):
    quarters, tables, year = publish(seed)
    counts, published, sums = what_a_reader_knows(quarters, tables, year)
    told = what_the_reports_tell(office_praia)
    for (period, row, column), shown in told.items():
        assert shown == figure(year if period == YEAR else tables[int(period)], row, column)
    assert_points_at_nobody(
        {cell: counts[cell] for cell in told},
        {cell: published[cell] for cell in told},
        [known for known in sums if set(known.cells) <= told.keys()],
        threshold=THRESHOLD,
    )


def test_the_reports_do_tell(publish, office_praia):
    publish(1, largest=40)
    told = what_the_reports_tell(office_praia)
    assert {period for period, _row, _column in told} == {"0", "1", YEAR}
    assert any(shown.is_exact and shown.least for shown in told.values())


def test_a_report_looks_at_nothing_but_what_is_published(publish, office_praia):
    """No month, no enquiry and no unsuppressed count is asked for: there is nothing to subtract."""
    publish(1)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        report_content(report_of(office_praia, MARCH))
    asked = " ".join(query["sql"] for query in queries)
    assert "cases_publishedcounts" in asked
    assert [table for table in ("cases_enquiry", "cases_quartercounts", "cases_case") if table in asked] == []


@pytest.mark.parametrize(
    ("month", "quarters", "has_year"),
    [
        (date(2025, 2, 1), [], False),
        (date(2025, 3, 1), [1], False),
        (date(2025, 6, 1), [1, 2], False),
        (date(2025, 11, 1), [1, 2], False),
        (date(2025, 12, 1), [1, 2], True),
        (MARCH, [1, 2], True),
    ],
)
def test_a_report_tells_of_what_was_over_when_its_month_was(publish, office_praia, month, quarters, has_year):
    publish(1, largest=40)
    content = report_content(report_of(office_praia, month))
    assert [period.quarter for period, _total in content["quarters"]] == quarters
    assert (content["year"] is not None) is has_year


def test_another_towns_counts_are_not_told(publish, office_sal):
    publish(1, largest=40)
    content = report_content(report_of(office_sal, MARCH))
    assert (content["quarters"], content["groups"], content["year"]) == ([], [], None)


@pytest.mark.once
def test_the_file_can_be_read_by_everybody(
    client, publish, office_praia, office_sal, coordinator_praia, desk_praia
):
    publish(1, largest=40)
    write_report(office_praia, MARCH, WORDS, by=coordinator_praia, send=True)
    client.force_login(desk_praia)
    response = client.get(reverse("cases:report_file", args=["PR", 2026, 3]))
    assert response["Content-Type"] == "application/pdf"
    empty = report_of(office_sal, MARCH, sent_at=MonthlyReport.objects.get().sent_at, sent_by=desk_praia)
    assert_pdf_ua(response.content, monthly_report_pdf(empty))
    assert AccessLog.objects.get(verb="printed").kind == "cases.monthlyreport"


def test_only_what_was_sent_is_printed(client, office_praia, coordinator_praia):
    client.force_login(coordinator_praia)
    address = reverse("cases:report_file", args=["PR", 2026, 3])
    write_report(office_praia, MARCH, WORDS, by=coordinator_praia)
    assert client.get(address).status_code == 404
    report = write_report(office_praia, MARCH, WORDS, by=coordinator_praia, send=True)
    write_report(office_praia, MARCH, "Um rascunho novo.", by=coordinator_praia)
    report.refresh_from_db()
    assert report_content(report)["report"].sent_concerns_pt == WORDS
    assert client.get(address).status_code == 200
