"""The office's enquiries as a table: what it holds, what it never holds, and that it is noted."""

import csv
import io
from datetime import date, datetime

import pytest
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from accounts.models import AccessLog
from cases.models import Topic
from cases.views import exports
from tests.factories import EnquiryFactory, LanguageFactory, PersonFactory, TopicFactory

PT = {"accept-language": "pt"}


def table(client, query="", ending="csv"):
    response = client.get(reverse("cases:enquiry_export", args=[ending]) + query, headers=PT)
    assert response.status_code == 200
    return response.getvalue()


def rows(client, query=""):
    text = table(client, query).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";"))


@pytest.fixture
def renewed(desk_praia, office_praia, renewal):
    return EnquiryFactory(
        office=office_praia,
        author=desk_praia,
        topic=renewal,
        at=datetime(2026, 3, 5, 9, 30, tzinfo=timezone.get_default_timezone()),
        sex="f",
        age_band="25-34",
        nationality="GW",
        language=LanguageFactory(),
        note="=1+1; volta amanhã",
    )


def test_an_enquiry_is_a_row_of_named_columns(client, desk_praia, renewed):
    client.force_login(desk_praia)
    (row,) = rows(client)
    assert row["Número"] == str(renewed)
    assert (row["Data"], row["Hora"]) == ("2026-03-05", "09:30")
    assert (row["Código do assunto"], row["Assunto"]) == ("RES.02", "Renovação")
    assert (row["Código da nacionalidade"], row["Nacionalidade"]) == ("GW", "Guiné-Bissau")
    assert (row["Sexo"], row["Língua"]) == ("Mulher", "Português")
    assert row["Nota"] == "'=1+1; volta amanhã"  # text, and no formula


def test_what_else_it_was_about_stands_in_columns_of_its_own(client, desk_praia, renewed):
    TopicFactory(code="TRA.01", name_pt="Procura de emprego")
    renewed.further_topics, renewed.minutes, renewed.people = ["TRA.01"], 20, 6
    renewed.place = "Mercado"
    renewed.save()
    client.force_login(desk_praia)
    (row,) = rows(client)
    assert row["Outros assuntos"] == "Procura de emprego"
    assert (row["Duração em minutos"], row["Pessoas no grupo"], row["Local"]) == ("20", "6", "Mercado")


def test_a_further_topic_that_is_sensitive_keeps_what_was_written(client, desk_praia, renewed):
    TopicFactory(code="SAU.01", is_sensitive=True)
    renewed.further_topics, renewed.place = ["SAU.01"], "Mercado"
    renewed.save()
    client.force_login(desk_praia)
    (row,) = rows(client)
    assert (row["Nota"], row["Local"]) == ("", "")


def test_it_names_nobody(client, desk_praia, office_praia, renewed):
    person = PersonFactory(office=office_praia, author=desk_praia, name="Quimbombo Semedo")
    renewed.person = person
    renewed.save()
    client.force_login(desk_praia)
    text = table(client).decode()
    assert "Quimbombo" not in text
    assert person.reference not in text


@pytest.mark.parametrize("sensitive", ["topic", "group"])
def test_a_note_on_a_sensitive_topic_stays_in_the_portal(client, desk_praia, renewed, sensitive):
    code = {"topic": "RES.02", "group": "RES"}[sensitive]
    Topic.objects.filter(code=code).update(is_sensitive=True)
    client.force_login(desk_praia)
    assert [row["Nota"] for row in rows(client)] == [""]


def test_restricted_ones_are_in_it_for_whoever_reads_them(
    client, desk_praia, coordinator_praia, office_praia, violence
):
    EnquiryFactory(office=office_praia, author=desk_praia, topic=violence, note="segredo")
    client.force_login(coordinator_praia)
    assert rows(client) == []
    client.force_login(desk_praia)
    assert [row["Nota"] for row in rows(client)] == [""]


def test_the_filters_of_the_list_hold(client, desk_praia, office_praia, renewed):
    other = EnquiryFactory(office=office_praia, author=desk_praia, topic=TopicFactory(code="TRA.01"))
    client.force_login(desk_praia)
    assert [row["Número"] for row in rows(client, "?topic=RES")] == [str(renewed)]
    assert [row["Número"] for row in rows(client, "?since=2026-04-01")] == [str(other)]
    searched = client.post(reverse("cases:enquiry_list"), {"q": "amanha"}).url
    assert [row["Número"] for row in rows(client, f"?{searched.partition('?')[2]}")] == [str(renewed)]


def test_a_workbook_holds_the_same_with_days_as_days(client, desk_praia, renewed):
    client.force_login(desk_praia)
    page = load_workbook(io.BytesIO(table(client, ending="xlsx"))).active
    header, row = list(page.iter_rows(values_only=True))
    assert header[0] == "Número"
    assert row[2].date() == date(2026, 3, 5)
    assert row[-1].startswith("'=")


def test_a_workbook_that_is_too_long_is_refused_in_plain_words(client, desk_praia, renewed, monkeypatch):
    monkeypatch.setattr(exports, "MOST_IN_A_WORKBOOK", 0)
    client.force_login(desk_praia)
    response = client.get(reverse("cases:enquiry_export", args=["xlsx"]), headers=PT, follow=True)
    assert "não cabem num livro" in response.content.decode()
    assert not AccessLog.objects.exists()


def test_it_is_noted_without_the_words_of_a_search(client, desk_praia, renewed):
    client.force_login(desk_praia)
    searched = client.post(reverse("cases:enquiry_list"), {"q": "Quimbombo", "topic": "RES"}).url
    table(client, f"?{searched.partition('?')[2]}")
    line = AccessLog.objects.get()
    assert (line.verb, line.kind, line.municipality) == ("exported", "cases.enquiry", "CV-PR")
    assert line.label == "CSV topic=RES q"


def test_it_takes_the_same_queries_for_any_number_of_rows(client, desk_praia, renewed, count_queries):
    client.force_login(desk_praia)
    table(client)
    few = count_queries(lambda: table(client))
    for _number in range(20):
        EnquiryFactory(office=renewed.office, author=desk_praia, topic=TopicFactory())
    assert count_queries(lambda: table(client)) == few


def test_another_kind_of_file_does_not_exist(client, desk_praia):
    client.force_login(desk_praia)
    assert client.get(reverse("cases:enquiry_export", args=["ods"])).status_code == 404
