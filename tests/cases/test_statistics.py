"""What leaves the desk as statistics: published once, suppressed, and the same ever after."""

from datetime import date, datetime, time
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.utils import timezone, translation

from cases import statistics
from cases.models import Enquiry, PublishedCounts, QuarterCounts
from cases.services.enquiries import correct_enquiry, void_enquiry
from cases.services.statistics import publish_statistics
from cases.statistics import Period, latest_quarters, latest_years, need_by_topic
from gai_portal.lib.count_tables import NOTHING, Figure
from gai_portal.lib.suppression import Mask
from tests.factories import EnquiryFactory, TopicFactory

pytestmark = pytest.mark.django_db
FIRST = Period(2025, 1)


@pytest.fixture
def topics():
    """Two groups of two topics each, and one restricted."""
    made = {}
    for group in ("RES", "TRA"):
        parent = TopicFactory(code=group, name_pt=f"Grupo {group}", order=len(made))
        for number in (1, 2):
            code = f"{group}.0{number}"
            made[code] = TopicFactory(code=code, name_pt=f"Assunto {code}", parent=parent, order=number)
    violence = TopicFactory(code="VBG", name_pt="Violência", restricted=True, order=9)
    made["VBG.01"] = TopicFactory(code="VBG.01", parent=violence, restricted=True, order=1)
    return made


@pytest.fixture
def meet(topics, office_praia, desk_praia):
    """Records a number of enquiries in the middle of a month."""

    def meet(code: str, number: int, month: int = 2, year: int = 2025, **what) -> list[Enquiry]:
        at = timezone.make_aware(datetime.combine(date(year, month, 14), time(10, 30)))
        what = {"office": office_praia, "author": desk_praia, "sex": "m", "nationality": "GW", **what}
        return [EnquiryFactory(topic=topics[code], at=at, **what) for _number in range(number)]

    return meet


def test_a_quarter_is_published_by_groups_with_small_counts_hidden(meet):
    meet("RES.01", 8)
    meet("RES.02", 4)
    meet("TRA.01", 3)
    tally = publish_statistics(today=date(2025, 4, 20))
    assert (tally.created, tally.unchanged) == (1, 0)
    [need] = latest_quarters("CV-PR", 8)
    assert need.period == FIRST
    assert need.total == Figure(15, 15)
    assert need.of_group("TRA") == Figure(1, 4, Mask.SMALL)
    assert need.of_group("RES").mask is Mask.HIDDEN  # or the small one follows by subtraction
    assert need.of_group("VBG") == NOTHING


def test_a_quarter_waits_for_its_days_of_grace(meet, settings):
    meet("RES.01", 8)
    settings.STATISTICS_AFTER_DAYS = 15
    assert publish_statistics(today=date(2025, 4, 15)).created == 0
    assert publish_statistics(today=date(2025, 4, 16)).created == 1


def test_a_second_run_changes_nothing_and_a_year_follows_its_quarters(meet):
    meet("RES.01", 8)
    assert publish_statistics(today=date(2026, 3, 1)).created == 5
    tally = publish_statistics(today=date(2026, 3, 1))
    assert (tally.created, tally.unchanged) == (0, 5)
    periods = PublishedCounts.objects.order_by("pk").values_list("year", "quarter")
    assert list(periods) == [(2025, 1), (2025, 2), (2025, 3), (2025, 4), (2025, 0)]
    assert not QuarterCounts.objects.exists()


def test_what_was_published_stays_when_an_enquiry_changes_afterwards(
    meet, topics, desk_praia, coordinator_praia
):
    first, second, *_others = meet("RES.01", 12)
    meet("TRA.01", 7)
    publish_statistics(today=date(2025, 4, 20))
    correct_enquiry(first, {"topic": topics["TRA.01"]}, version=first.version, by=desk_praia)
    void_enquiry(second, reason="Engano.", by=coordinator_praia)
    meet("RES.01", 3)  # entered late
    publish_statistics(today=date(2026, 2, 1))
    [year] = latest_years("CV-PR", 2)
    assert latest_quarters("CV-PR", 8)[0].of_group("RES") == Figure(12, 12)
    # The year is the sum of its published quarters: no difference tells of the three late ones.
    assert year.of_group("RES") == Figure(12, 12)
    assert year.total == Figure(19, 19)


def test_voided_enquiries_do_not_count_and_restricted_ones_do(meet, coordinator_praia):
    meet("VBG.01", 6, sex="f")
    [voided, *_rest] = meet("RES.01", 9)
    void_enquiry(voided, reason="Engano.", by=coordinator_praia)
    publish_statistics(today=date(2025, 4, 20))
    [need] = latest_quarters("CV-PR", 8)
    assert (need.of_group("VBG"), need.of_group("RES")) == (Figure(6, 6), Figure(8, 8))


def test_a_year_tells_topics_sex_and_nationality(meet):
    meet("RES.01", 10, sex="f", nationality="SN")
    meet("RES.02", 20, month=5)
    meet("TRA.01", 9, month=8, sex="x", nationality="FR")
    meet("TRA.02", 6, month=11, sex="", nationality="")
    publish_statistics(today=date(2026, 2, 1))
    [year] = latest_years("CV-PR", 1)
    assert year.topics_of("RES") == {"RES.01": Figure(10, 10), "RES.02": Figure(20, 20)}
    assert year.of_topic("RES", "RES.02") == Figure(20, 20)
    assert year.by_sex() == {"": Figure(15, 15), "f": Figure(10, 10), "m": Figure(20, 20)}
    assert year.by_sex(["RES"]) == {"f": Figure(10, 10), "m": Figure(20, 20)}
    assert year.by_nationality(["RES", "TRA"]) == {
        "": Figure(6, 6),
        "GW": Figure(20, 20),
        "SN": Figure(10, 10),
        "other": Figure(9, 9),
    }
    assert need_by_topic("CV-PR", Period(2025))["RES.01"] == Figure(10, 10)
    assert need_by_topic("CV-PR", Period(2025, 2)) == {"RES": Figure(20, 20)}


def test_nothing_is_known_of_a_town_without_a_desk_or_of_an_open_quarter(meet, sal):
    meet("RES.01", 8)
    publish_statistics(today=date(2025, 3, 1))
    assert latest_quarters("CV-PR", 8) == latest_years("CV-PR", 2) == latest_quarters("CV-SL", 8) == []
    assert need_by_topic("CV-SL", FIRST) == {}


def test_a_threshold_counts_from_the_next_year_on(meet, settings):
    meet("RES.01", 7)
    meet("RES.01", 7, month=5)
    publish_statistics(today=date(2025, 4, 20))
    settings.SUPPRESSION_THRESHOLD = 10
    publish_statistics(today=date(2025, 7, 20))
    assert [need.tables["threshold"] for need in latest_quarters("CV-PR", 8)] == [5, 5]


def test_the_database_keeps_what_was_published(meet):
    meet("RES.01", 8)
    publish_statistics(today=date(2025, 4, 20))
    published, counted = PublishedCounts.objects.get(), QuarterCounts.objects.get()
    for refused in (
        lambda: PublishedCounts.objects.update(year=2024),
        published.delete,
        lambda: QuarterCounts.objects.update(counts={}),
        counted.delete,
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            refused()


@pytest.mark.parametrize(
    ("model", "values", "constraint"),
    [
        (PublishedCounts, {"quarter": 5, "tables": {}}, "counts_published_of_a_quarter_or_a_year"),
        (QuarterCounts, {"quarter": 0, "counts": {}}, "quarter_is_one_of_four"),
    ],
)
def test_a_quarter_is_one_of_four(praia, model, values, constraint):
    with pytest.raises(IntegrityError, match=constraint):
        model.objects.create(municipality=praia, year=2025, **values)


@pytest.mark.parametrize("model", [PublishedCounts, QuarterCounts])
def test_a_period_is_published_once(praia, model):
    content = {"tables": {}} if model is PublishedCounts else {"counts": {}}
    model.objects.create(municipality=praia, year=2025, quarter=1, **content)
    with pytest.raises(IntegrityError):
        model.objects.create(municipality=praia, year=2025, quarter=1, **content)


def test_periods_follow_each_other_each_year_after_its_quarters(settings):
    settings.STATISTICS_AFTER_DAYS = 0
    with translation.override("pt"):
        names = [str(period) for period in Period.closed(2024, on=date(2025, 8, 1))]
    assert names == ["T1 2024", "T2 2024", "T3 2024", "T4 2024", "2024", "T1 2025", "T2 2025"]
    assert timezone.localtime(Period(2025, 4).ends_at) == timezone.localtime(Period(2026, 1).starts_at)


def test_topics_come_as_plain_names_each_group_before_its_own(topics):
    names = statistics.topic_names()
    codes = ["RES", "RES.01", "RES.02", "TRA", "TRA.01", "TRA.02", "VBG", "VBG.01"]
    assert [name.code for name in names] == codes
    assert (names[0].group, names[1].group, names[1].name) == ("", "RES", "Assunto RES.01")


def test_publishing_and_reading_take_the_same_queries_for_any_number_of_enquiries(meet, count_queries):
    meet("RES.01", 1)
    few = count_queries(lambda: publish_statistics(today=date(2025, 4, 20)))
    meet("RES.01", 15, year=2026)
    meet("TRA.01", 15, year=2026)
    publish_statistics(today=date(2026, 2, 1))
    assert count_queries(lambda: publish_statistics(today=date(2026, 4, 20))) == few
    assert count_queries(lambda: latest_quarters("CV-PR", 8)) == 1


def test_the_command_says_what_it_did(meet):
    meet("RES.01", 1)
    out = StringIO()
    call_command("publish_statistics", stdout=out)
    assert "statistics: " in out.getvalue()
    assert " 0 updated" in out.getvalue()
