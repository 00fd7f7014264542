"""The office's own figures: any span, beside the one before it, and the load for coordinators only."""

from datetime import date, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from cases.statistics import Span
from tests.factories import CaseFactory, EnquiryFactory, LanguageFactory, OutcomeFactory, TopicFactory

PT = {"accept-language": "pt"}


def at(year, month, day, hour=10):
    return datetime(year, month, day, hour, tzinfo=timezone.get_default_timezone())


@pytest.fixture
def meet(desk_praia, office_praia, renewal):
    def log(*moments, **values):
        kept = {"office": office_praia, "author": desk_praia, "topic": renewal} | values
        return [EnquiryFactory(at=moment, **kept) for moment in moments]

    return log


def figures(client, query=""):
    response = client.get(reverse("cases:enquiry_figures") + query, headers=PT)
    assert response.status_code == 200
    return response


def table(response, title):
    rows = {table.title: table.rows for table in response.context["tables"]}
    return {str(row.name): (row.number, row.before) for row in rows[title]}


@pytest.mark.parametrize(
    ("text", "first", "until", "before", "after"),
    [
        ("2026-03", date(2026, 3, 1), date(2026, 4, 1), "2026-02", "2026-04"),
        ("2026-12", date(2026, 12, 1), date(2027, 1, 1), "2026-11", "2027-01"),
        ("2026-Q1", date(2026, 1, 1), date(2026, 4, 1), "2025-Q4", "2026-Q2"),
        ("2026", date(2026, 1, 1), date(2027, 1, 1), "2025", "2027"),
    ],
)
def test_a_span_is_read_from_its_address(text, first, until, before, after):
    span = Span.read(text)
    assert (span.first, span.until, str(span)) == (first, until, text)
    assert (str(span.shifted(-1)), str(span.shifted(1))) == (before, after)


@pytest.mark.parametrize("text", ["", "2026-13", "2026-Q5", "1999", "março", "2026-03-01"])
def test_anything_else_is_this_month(text):
    assert Span.read(text) == Span.around("month", timezone.localdate())


def test_days_are_compared_with_as_many_days_before():
    span = Span("days", date(2026, 3, 10), date(2026, 3, 20))
    assert span.shifted(-1) == Span("days", date(2026, 2, 28), date(2026, 3, 10))


def test_a_month_a_quarter_and_a_year_are_counted_beside_the_former(client, desk_praia, meet):
    meet(at(2026, 3, 1, 0), at(2026, 3, 31, 23), sex="f", nationality="GW", language=LanguageFactory())
    meet(at(2026, 2, 28, 23), at(2026, 1, 5), at(2025, 12, 31, 23))
    client.force_login(desk_praia)
    for period, now, before in (("2026-03", 2, 1), ("2026-Q1", 4, 1), ("2026", 4, 1)):
        response = figures(client, f"?period={period}")
        assert (response.context["total"], response.context["total_before"]) == (now, before)
    month = figures(client, "?period=2026-03")
    assert table(month, "Assuntos") == {"Renovação": (2, 1)}
    assert table(month, "Nacionalidades") == {"Guiné-Bissau": (2, 0), "não indicado": (0, 1)}
    assert table(month, "Sexo") == {"Mulher": (2, 0), "não indicado": (0, 1)}
    assert table(month, "Línguas") == {"Português": (2, 0), "não indicado": (0, 1)}
    assert sum(number for _day, number in month.context["over_time"]) == 2
    assert len(month.context["over_time"]) == 31
    assert len(figures(client, "?period=2026").context["over_time"]) == 12


def test_from_one_day_to_another_both_days_count(client, desk_praia, meet):
    meet(at(2026, 3, 10, 0), at(2026, 3, 12, 23), at(2026, 3, 13, 0), at(2026, 3, 9, 23))
    client.force_login(desk_praia)
    response = figures(client, "?since=2026-03-10&until=2026-03-12")
    assert (response.context["total"], response.context["total_before"]) == (2, 1)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("?since=2026-03-10&until=2026-03-01", "antes do primeiro dia"),
        ("?since=2001-01-01&until=2026-03-01", "no máximo dez anos"),
        ("?since=ontem&until=2026-03-01", "data válida"),
        ("?since=2026-03-01&until=", "obrigatório"),
    ],
)
def test_days_that_make_no_sense_are_told_at_the_field(client, desk_praia, query, said):
    client.force_login(desk_praia)
    response = figures(client, query)
    assert said in response.content.decode()
    assert response.context["span"] == Span.around("month", timezone.localdate())


def test_ages_go_from_young_to_old_and_have_a_chart(client, desk_praia, meet):
    meet(at(2026, 3, 2), age_band="65+")
    meet(at(2026, 3, 2), at(2026, 3, 3), age_band="18-24")
    client.force_login(desk_praia)
    response = figures(client, "?period=2026-03")
    assert list(table(response, "Idade")) == ["18-24", "65+"]
    assert response.content.decode().count('<svg class="chart"') == 2


def test_the_load_of_officers_is_for_coordinators(client, desk_praia, coordinator_praia, office_praia, meet):
    meet(at(2026, 3, 2), at(2026, 2, 2))
    CaseFactory(office=office_praia, author=desk_praia, assigned_to=coordinator_praia)
    client.force_login(desk_praia)
    assert figures(client, "?period=2026-03").context["load"] == []
    client.force_login(coordinator_praia)
    load = figures(client, "?period=2026-03").context["load"]
    assert load == [(desk_praia, 1, 1, 0), (coordinator_praia, 0, 0, 1)]


def test_the_time_to_close_is_the_mean_of_what_was_closed_in_the_span(client, desk_praia, office_praia):
    for days in (2, 4):
        CaseFactory(
            office=office_praia,
            author=desk_praia,
            state="closed",
            outcome=OutcomeFactory(),
            opened_at=at(2026, 3, 10) - timedelta(days=days),
            closed_at=at(2026, 3, 10),
        )
    CaseFactory(office=office_praia, author=desk_praia, opened_at=at(2026, 1, 1))
    client.force_login(desk_praia)
    cases = figures(client, "?period=2026-03").context["cases"]
    assert (cases.opened, cases.closed, cases.running, cases.days) == (2, 2, 1, 3)
    assert figures(client, "?period=2025").context["cases"].days is None


def test_nothing_of_another_office_is_counted(client, desk_sal, meet):
    meet(at(2026, 3, 2), at(2026, 2, 2))
    client.force_login(desk_sal)
    response = figures(client, "?period=2026-03")
    assert (response.context["total"], response.context["total_before"], response.context["load"]) == (
        0,
        0,
        [],
    )


def test_figures_take_the_same_queries_for_any_number(client, coordinator_praia, meet, count_queries):
    client.force_login(coordinator_praia)
    meet(at(2026, 3, 2), language=LanguageFactory())
    figures(client, "?period=2026-03")
    few = count_queries(lambda: figures(client, "?period=2026-03"))
    for number in range(20):
        meet(at(2026, 3, 3), topic=TopicFactory(code=f"TOP.{number}"), sex="f", nationality="SN")
    assert count_queries(lambda: figures(client, "?period=2026-03")) == few


def test_a_long_table_shows_what_is_frequent_and_keeps_the_rest_at_hand(client, desk_praia, office_praia):
    for number in range(20):
        topic = TopicFactory(code=f"TRA.{number:02}", name_pt=f"Assunto {number}")
        EnquiryFactory(office=office_praia, author=desk_praia, topic=topic)
    client.force_login(desk_praia)
    page = client.get(reverse("cases:enquiry_figures"), headers={"accept-language": "pt"}).content.decode()
    assert "Mais 8" in page
    assert [page.count(f">Assunto {number}<") for number in range(20)] == [1] * 20


def test_the_enquiries_behind_the_figures_are_a_table_to_take_along(client, desk_praia, office_praia):
    EnquiryFactory(office=office_praia, author=desk_praia)
    client.force_login(desk_praia)
    day = timezone.localdate()
    page = client.get(reverse("cases:enquiry_figures") + f"?period={day:%Y}").content.decode()
    for ending in ("csv", "xlsx"):
        address = reverse("cases:enquiry_export", args=[ending])
        assert f"{address}?since={day:%Y}-01-01&amp;until={day:%Y}-12-31" in page
