"""The month in words: by the coordinator, for the national level, without anybody in it."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, models
from django.urls import reverse
from django.utils import timezone

from accounts.models import Draft, Notice
from cases.models import MonthlyReport
from cases.services.reports import write_report
from cases.views.reports import last_month
from gai_portal.lib.personal import pointing_at_somebody
from tests.factories import OfficeFactory

PT = {"accept-language": "pt"}
MARCH = date(2026, 3, 1)
WORDS = "As renovações demoram mais de seis meses."


def address(office, month=MARCH):
    return reverse("cases:report_edit", args=[office.code, month.year, month.month])


def overview(client, month="2026-03"):
    return client.get(reverse("cases:report_overview") + f"?month={month}", headers=PT)


@pytest.mark.parametrize(
    "text",
    [
        "Ligar ao 991 23 45.",
        "Telefone +238 9912345",
        "tel. (238) 991-23-45",
        "Escrever a maria@example.org",
        "Passaporte AB1234567",
        "BI 20051234F",
    ],
)
def test_what_points_at_somebody_is_found(text):
    assert pointing_at_somebody(text)


@pytest.mark.parametrize(
    "text",
    [
        WORDS,
        "Taxa de 5.500$00 desde 12/03/2026, plano 2026-2028.",
        "O lote 2026/2027 e a lei 66/VIII/2014 mudaram; 1.200.000$00 em multas.",
        "Medida REG.M1, assunto RES.02, COVID19 já não conta.",
    ],
)
def test_days_sums_and_codes_point_at_nobody(text):
    assert pointing_at_somebody(text) == []


def test_a_report_is_kept_then_sent_then_read(client, coordinator_praia, office_praia, dgi_officer):
    client.force_login(coordinator_praia)
    client.post(address(office_praia), {"concerns_pt": WORDS, "keep": "1"})
    report = MonthlyReport.objects.get()
    assert report.sent_at is None
    client.force_login(dgi_officer)
    assert WORDS not in overview(client).content.decode()
    client.force_login(coordinator_praia)
    seen = client.get(address(office_praia)).context["form"]["seen"].value()
    client.post(address(office_praia), {"concerns_pt": WORDS, "send": "1", "seen": seen})
    assert "GAI Praia enviou as suas principais preocupações de março de 2026" in Notice.objects.get().text
    client.force_login(dgi_officer)
    page = overview(client).content.decode()
    assert WORDS in page
    assert "1 de 1 gabinetes" in page


def test_a_revision_waits_until_it_is_sent_again(client, coordinator_praia, office_praia, dgi_officer):
    write_report(office_praia, MARCH, WORDS, by=coordinator_praia, send=True)
    report = write_report(office_praia, MARCH, "Outro texto.", by=coordinator_praia)
    assert report.is_changed
    client.force_login(dgi_officer)
    page = overview(client).content.decode()
    assert WORDS in page
    assert "Outro texto." not in page
    write_report(office_praia, MARCH, "Outro texto.", by=coordinator_praia, send=True)
    assert "Outro texto." in overview(client).content.decode()
    assert Notice.objects.count() == 2
    write_report(office_praia, MARCH, "Outro texto.", by=coordinator_praia, send=True)
    assert Notice.objects.count() == 2  # nothing new


def test_who_has_not_sent_is_visible(client, office_praia, office_sal, coordinator_praia, dgi_officer):
    write_report(office_praia, MARCH, WORDS, by=coordinator_praia, send=True)
    client.force_login(dgi_officer)
    response = overview(client)
    assert [bool(report) for _office, report in response.context["rows"]].count(False) == 1
    assert "Em falta" in response.content.decode()


@pytest.mark.parametrize("month", ["2090-01", "2026-Q1", "nonsense"])
def test_a_month_that_is_none_or_not_over_gives_the_last_one(client, dgi_officer, month):
    client.force_login(dgi_officer)
    assert overview(client, month).context["month"] == last_month().first


def test_a_telephone_number_is_refused_and_nothing_typed_is_lost(client, coordinator_praia, office_praia):
    client.force_login(coordinator_praia)
    text = f"{WORDS} Ligar ao 991 23 45."
    response = client.post(address(office_praia), {"concerns_pt": text, "send": "1"}, headers=PT)
    page = response.content.decode()
    assert "Retire o que aponta para uma pessoa: 991 23 45" in page
    assert text in page
    assert not MonthlyReport.objects.exists()
    with pytest.raises(ValidationError):
        write_report(office_praia, MARCH, text, by=coordinator_praia)


def test_only_a_coordinator_of_the_office_writes(desk_praia, desk_sal, office_praia):
    for user in (desk_praia, desk_sal):
        with pytest.raises(PermissionDenied):
            write_report(office_praia, MARCH, WORDS, by=user)


def test_a_month_that_is_not_over_has_no_report(client, coordinator_praia, office_praia):
    today = timezone.localdate()
    with pytest.raises(ValidationError):
        write_report(office_praia, today, WORDS, by=coordinator_praia)
    client.force_login(coordinator_praia)
    assert client.get(address(office_praia, today)).status_code == 404
    assert client.get("/workspace/desk/reports/PR/2026/13/").status_code == 404


def test_colleagues_read_it_and_another_office_does_not(
    client, coordinator_praia, desk_praia, desk_sal, office_praia
):
    month = (timezone.localdate().replace(day=1) - timedelta(days=1)).replace(day=1)
    write_report(office_praia, month, WORDS, by=coordinator_praia)
    for user, reads in ((desk_praia, True), (desk_sal, False)):
        client.force_login(user)
        page = client.get(reverse("cases:report_list"), headers=PT).content.decode()
        assert (WORDS in page) is reads
        assert MonthlyReport.objects.visible_to(user).exists() is reads


def test_there_is_nothing_to_subtract():
    """No column of a report holds a number beside its key."""
    numbers = (models.IntegerField, models.FloatField, models.DecimalField, models.JSONField)
    columns = [field.name for field in MonthlyReport._meta.concrete_fields if isinstance(field, numbers)]
    assert columns == ["id"]


def test_a_report_is_once_per_office_and_month(coordinator_praia, office_praia):
    kept = {"office": office_praia, "month": MARCH, "concerns_pt": WORDS, "written_by": coordinator_praia}
    MonthlyReport.objects.create(**kept)
    with pytest.raises(IntegrityError):
        MonthlyReport.objects.create(**kept)


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"month": date(2026, 3, 2)}, "report_of_a_whole_month"),
        ({"sent_at": timezone.now()}, "report_sent_by_somebody"),
    ],
)
def test_a_report_is_of_a_whole_month_and_sent_by_somebody(coordinator_praia, office_praia, values, name):
    kept = {"office": office_praia, "month": MARCH, "concerns_pt": WORDS, "written_by": coordinator_praia}
    with pytest.raises(IntegrityError, match=name):
        MonthlyReport.objects.create(**kept | values)


def test_the_overview_takes_the_same_queries_for_any_number(
    client, coordinator_praia, office_praia, dgi_officer, count_queries
):
    client.force_login(dgi_officer)
    overview(client)
    few = count_queries(lambda: overview(client))
    for _number in range(20):
        office = OfficeFactory(municipality=office_praia.municipality)
        write_report(office, MARCH, WORDS, by=coordinator_praia, send=True)
    Notice.objects.all().delete()
    assert count_queries(lambda: overview(client)) == few


def test_two_coordinators_do_not_overwrite_each_others_unsent_month(client, coordinator_praia, office_praia):
    client.force_login(coordinator_praia)
    seen = client.get(address(office_praia)).context["form"]["seen"].value()
    client.post(address(office_praia), {"concerns_pt": WORDS, "keep": "1", "seen": seen})
    mine = {"concerns_pt": "Falta alojamento.", "keep": "1", "seen": seen}
    response = client.post(address(office_praia), mine)
    page = response.content.decode()
    assert WORDS in page
    assert "Falta alojamento." in page
    assert MonthlyReport.objects.get().concerns_pt == WORDS
    client.post(address(office_praia), mine | {"seen": response.context["form"]["seen"].value()})
    assert MonthlyReport.objects.get().concerns_pt == "Falta alojamento."


def test_a_draft_that_was_begun_before_a_colleague_wrote_overwrites_nothing(
    client, coordinator_praia, office_praia
):
    client.force_login(coordinator_praia)
    seen = client.get(address(office_praia)).context["form"]["seen"].value()
    Draft.objects.create(
        user=coordinator_praia,
        form=address(office_praia),
        fields={"concerns_pt": ["Falta alojamento."], "seen": [seen]},
    )
    write_report(office_praia, MARCH, WORDS, by=coordinator_praia)
    form = client.get(address(office_praia)).context["form"]
    sent = {name: form[name].value() for name in ("concerns_pt", "seen")} | {"keep": "1"}
    assert client.post(address(office_praia), sent).context["form"].differences
    assert MonthlyReport.objects.get().concerns_pt == WORDS
