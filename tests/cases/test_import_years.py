"""What an old list changes in the published statistics, and that no figure tells of it by subtraction."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from cases.models import EnquiryImport, MonthlyReport, PublishedCounts
from cases.services.import_values import Lists
from cases.services.imports import look_at, undo_import
from cases.services.statistics import late_years, publish_statistics
from cases.statistics import Period, latest_years, need_by_topic
from tests.cases.test_imports import lists, ready, send, take_over
from tests.factories import EnquiryFactory

__all__ = ["lists", "ready", "send", "take_over"]  # fixtures
PT = {"accept-language": "pt"}
TODAY = timezone.localdate
LAST_YEAR = TODAY().year - 1


def rows(number, year, month=2):
    return [f"{1 + n % 28:02}/{month:02}/{year};Renovação" for n in range(number)]


def as_list(*parts):
    return "Data;Assunto\n" + "\n".join(row for part in parts for row in part)


@pytest.fixture
def met(office_praia, desk_praia, renewal):
    """What the desk recorded itself, so that last year is published without any list."""
    at = timezone.make_aware(timezone.datetime(LAST_YEAR, 2, 3, 10))
    for _number in range(12):
        EnquiryFactory(office=office_praia, author=desk_praia, topic=renewal, at=at, sex="f")
    publish_statistics(today=date(LAST_YEAR + 1, 1, 20))


def all_published():
    return list(PublishedCounts.objects.order_by("pk").values("year", "quarter", "tables"))


def after_the_days_of_grace(settings):
    return TODAY() + timedelta(days=settings.STATISTICS_AFTER_DAYS)


def test_a_few_rows_of_a_published_year_change_no_figure_that_anybody_outside_reads(
    met, take_over, office_praia, settings
):
    before = all_published()
    year, quarter = Period(LAST_YEAR), Period(LAST_YEAR, 1)
    told = need_by_topic("CV-PR", year), need_by_topic("CV-PR", quarter), latest_years("CV-PR", 1)
    assert take_over(as_list(rows(2, LAST_YEAR))).recorded == 2
    publish_statistics(today=after_the_days_of_grace(settings))
    published = all_published()
    assert [row for row in published if row["year"] == LAST_YEAR] == before
    after = need_by_topic("CV-PR", year), need_by_topic("CV-PR", quarter), latest_years("CV-PR", 1)
    assert after == told
    assert not MonthlyReport.objects.exists()


def test_a_year_whose_first_quarters_are_published_does_not_tell_of_rows_that_came_later(
    office_praia, desk_praia, renewal, take_over, settings
):
    at = timezone.make_aware(timezone.datetime(LAST_YEAR, 2, 3, 10))
    for _number in range(12):
        EnquiryFactory(office=office_praia, author=desk_praia, topic=renewal, at=at)
    publish_statistics(today=date(LAST_YEAR, 4, 20))
    take_over(as_list(rows(3, LAST_YEAR, month=1), rows(7, LAST_YEAR, month=8)))
    publish_statistics(today=after_the_days_of_grace(settings))
    total = need_by_topic("CV-PR", Period(LAST_YEAR))["RES"]
    parts = [need_by_topic("CV-PR", Period(LAST_YEAR, number))["RES"] for number in (1, 3)]
    assert [(figure.least, figure.most) for figure in parts] == [(12, 12), (7, 7)]
    assert (total.least, total.most) == (19, 19)  # the three of January are in no published figure


def test_a_year_waits_some_days_for_the_rest_of_its_lists(take_over, settings):
    year = LAST_YEAR - 2
    take_over(as_list(rows(8, year)))
    day = after_the_days_of_grace(settings)
    publish_statistics(today=day - timedelta(days=1))
    assert not PublishedCounts.objects.filter(year=year).exists()
    assert PublishedCounts.objects.filter(year=year + 1).exists()  # no list is about that one
    take_over(as_list(rows(6, year, month=8)))
    publish_statistics(today=day)
    figure = need_by_topic("CV-PR", Period(year))["RES"]
    assert (figure.least, figure.most) == (14, 14)


def test_a_list_that_is_still_being_recorded_keeps_its_years_waiting(take_over, settings):
    source = take_over(as_list(rows(8, LAST_YEAR - 2)))
    EnquiryImport.objects.filter(pk=source.pk).update(state="running")
    publish_statistics(today=after_the_days_of_grace(settings) + timedelta(days=9))
    assert not PublishedCounts.objects.filter(year=LAST_YEAR - 2).exists()


def test_what_is_undone_in_time_is_never_published(take_over, desk_praia, settings):
    undo_import(take_over(as_list(rows(8, LAST_YEAR - 2))), by=desk_praia)
    publish_statistics(today=after_the_days_of_grace(settings))
    assert not PublishedCounts.objects.exists()


def test_the_years_say_what_will_be_counted_and_what_comes_too_late(met, ready):
    this = TODAY()
    source = ready(as_list(rows(3, LAST_YEAR), rows(4, LAST_YEAR - 3), [f"{this:%d/%m/%Y};Renovação"]))
    quarters = look_at(source, Lists()).quarters
    assert [(one.year, one.counted, one.too_late) for one in late_years("CV-PR", quarters)] == [
        (LAST_YEAR - 3, 4, 0),
        (LAST_YEAR, 0, 3),
    ]
    assert late_years("CV-PR", {}) == []


def test_nothing_of_a_closed_year_is_recorded_before_its_sender_has_said_so(
    client, met, ready, desk_praia, settings
):
    source = ready(as_list(rows(3, LAST_YEAR), rows(4, LAST_YEAR - 3)))
    client.force_login(desk_praia)
    address = reverse("cases:import_preview", args=[source.pk])
    page = client.get(address, headers=PT).content.decode()
    assert "O que isto muda nas estatísticas publicadas" in page
    assert f"{after_the_days_of_grace(settings):%d/%m/%Y}" in page
    page = client.post(address, headers=PT)
    assert "assinale a caixa" in str(page.context["form"].errors["knows"])
    source.refresh_from_db()
    assert source.is_prepared


def test_a_list_of_this_quarter_is_recorded_without_a_question(client, ready, desk_praia):
    day = TODAY()
    source = ready(as_list([f"{day:%d/%m/%Y};Renovação"]))
    client.force_login(desk_praia)
    page = client.get(reverse("cases:import_preview", args=[source.pk]), headers=PT)
    assert page.context["years"] == []
    assert "estatísticas publicadas" not in page.content.decode()


def test_a_day_of_grace_is_counted_from_when_the_last_row_was_recorded(take_over, settings):
    source = take_over(as_list(rows(8, LAST_YEAR - 2)))
    days = settings.STATISTICS_AFTER_DAYS
    EnquiryImport.objects.filter(pk=source.pk).update(moved_at=timezone.now() - timedelta(days=days))
    publish_statistics(today=TODAY())
    assert PublishedCounts.objects.filter(year=LAST_YEAR - 2).exists()
