"""What an enquiry may say beyond the common case: further topics, duration, languages, a group, a place."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError
from django.urls import reverse
from django.utils import timezone

from cases.models import Enquiry, RequesterType
from cases.services.erasure import anonymise_person
from cases.services.statistics import publish_statistics
from cases.statistics import latest_quarters
from gai_portal.lib.count_tables import NOTHING, Figure
from tests.factories import EnquiryFactory, LanguageFactory, PersonFactory, TopicFactory

CREATE = "/workspace/desk/enquiries/new/"


@pytest.fixture
def desk(client, desk_praia, office_praia):
    client.force_login(desk_praia)
    return client


@pytest.fixture
def tax_number(db):
    return TopicFactory(code="NEG.01", name_pt="Número de identificação fiscal")


@pytest.fixture
def details(tax_number):
    RequesterType.objects.create(code="relative", name_pt="Familiar")
    LanguageFactory(code="wo", name_pt="Wolof")
    return {
        "further_topics": [tax_number.pk],
        "requester": "relative",
        "minutes": "15",
        "further_languages": ["wo"],
        "interpreter": "missing",
        "people": "30",
        "place": "Mercado de Sucupira",
    }


def test_all_details_are_recorded_and_shown(desk, fields, details):
    html = desk.post(CREATE, fields | details, follow=True).text
    enquiry = Enquiry.objects.get()
    assert enquiry.further_topics == ("NEG.01",)
    assert (enquiry.requester_id, enquiry.minutes, enquiry.people) == ("relative", 15, 30)
    assert (enquiry.further_languages, enquiry.interpreter) == (("wo",), "missing")
    for said in ("Número de identificação fiscal", "Familiar", "15", "Wolof", "30", "Mercado de Sucupira"):
        assert said in html


def test_the_folded_part_opens_when_something_stands_or_is_wrong_in_it(desk, fields, details):
    assert "more" in desk.get(CREATE).text
    assert not desk.get(CREATE).context["form"].says_more()
    assert desk.post(CREATE, fields | {"minutes": "muito"}).context["form"].says_more()


def test_the_main_topic_and_language_are_not_repeated_among_the_further_ones(desk, fields, details):
    sent = {"further_topics": [fields["topic"], "NEG.01"], "language": "wo", "further_languages": ["wo"]}
    desk.post(CREATE, fields | sent)
    enquiry = Enquiry.objects.get()
    assert (enquiry.further_topics, enquiry.further_languages) == (("NEG.01",), ())


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("minutes", "0"),
        ("minutes", "721"),
        ("minutes", "muito"),
        ("people", "1"),
        ("people", "2001"),
        ("place", "x" * 121),
        ("further_topics", ["ZZ.99"]),
        ("further_languages", ["zz"]),
        ("interpreter", "maybe"),
        ("requester", "nobody"),
    ],
)
def test_an_impossible_detail_is_told_beside_its_field(desk, fields, details, field, value):
    response = desk.post(CREATE, fields | {field: value})
    assert list(response.context["form"].errors) == [field]
    assert not Enquiry.objects.exists()


def test_five_further_topics_are_the_most(desk, fields):
    codes = [TopicFactory(code=f"TRA.0{number}").pk for number in range(6)]
    assert "further_topics" in desk.post(CREATE, fields | {"further_topics": codes}).context["form"].errors
    desk.post(CREATE, fields | {"further_topics": codes[:5]})
    assert Enquiry.objects.get().further_topics == tuple(codes[:5])


def test_a_further_topic_that_is_restricted_restricts_the_enquiry(desk, fields, violence, coordinator_praia):
    desk.post(CREATE, fields | {"further_topics": [violence.pk]})
    enquiry = Enquiry.objects.get()
    assert enquiry.is_restricted
    assert not Enquiry.objects.visible_to(coordinator_praia).exists()


def test_a_group_is_recorded_without_a_name(desk, fields, office_praia, desk_praia):
    person = PersonFactory(office=office_praia, author=desk_praia)
    response = desk.post(CREATE, fields | {"who": "known", "person": person.pk, "people": "12"})
    assert list(response.context["form"].errors) == ["people"]


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"minutes": 0}, "enquiry_lasts_minutes_of_a_day"),
        ({"minutes": 721}, "enquiry_lasts_minutes_of_a_day"),
        ({"people": 1}, "enquiry_of_a_group_is_of_several"),
        ({"people": 2001}, "enquiry_of_a_group_is_of_several"),
    ],
)
def test_the_database_refuses_impossible_details(db, values, constraint):
    with pytest.raises(IntegrityError, match=constraint):
        EnquiryFactory(**values)


def test_the_database_names_nobody_of_a_group(office_praia):
    with pytest.raises(IntegrityError, match="enquiry_of_a_group_names_nobody"):
        EnquiryFactory(office=office_praia, people=3, person=PersonFactory(office=office_praia))


def test_a_correction_of_details_stands_in_the_history(desk, fields, details):
    desk.post(CREATE, fields | details)
    enquiry = Enquiry.objects.get()
    address = reverse("cases:enquiry_correct", args=[enquiry.pk])
    form = desk.get(address).context["form"]
    assert form["further_topics"].value() == ("NEG.01",)
    at = timezone.localtime(enquiry.at)
    when = {"day": at.date().isoformat(), "hour": f"{at:%H:%M}", "version": enquiry.version}
    desk.post(address, fields | details | when)
    assert enquiry.history.count() == 1  # nothing was changed
    desk.post(address, fields | details | when | {"further_topics": [], "place": "Escola"})
    html = desk.get(enquiry.get_absolute_url()).text
    assert "<del>Número de identificação fiscal</del>" in html
    assert "<del>Mercado de Sucupira</del> <ins>Escola</ins>" in html


def test_the_same_as_the_last_one_repeats_what_and_where_but_not_who(desk, fields, details):
    desk.post(CREATE, fields | details | {"sex": "f"})
    form = desk.get(CREATE, {"same": "1"}).context["form"]
    assert (form["further_topics"].value(), form["place"].value()) == (("NEG.01",), "Mercado de Sucupira")
    assert not form["people"].value()
    assert not form["sex"].value()


def test_the_next_sheet_of_an_earlier_day_begins_with_that_day(desk, fields):
    day = (timezone.localdate() - timedelta(days=3)).isoformat()
    response = desk.post(CREATE, fields | {"day": day, "another": "1"}, follow=True)
    assert response.context["form"]["day"].value() == day


def test_details_wait_in_a_draft(desk, fields, details):
    desk.post(reverse("accounts:draft_save") + f"?form={CREATE}", fields | details)
    form = desk.get(CREATE).context["form"]
    assert form["further_topics"].value() == "NEG.01"
    assert 'value="NEG.01" selected' in str(form["further_topics"])
    assert form.says_more()


def test_without_javascript_details_stay_while_the_guidance_is_shown(desk, fields, details):
    TopicFactory(code="TRA.01")
    further = ["NEG.01", "TRA.01"]
    response = desk.post(CREATE, fields | details | {"further_topics": further, "show_topic": "1"})
    assert response.context["form"]["further_topics"].value() == further


def test_an_enquiry_is_about_its_further_topics_too(desk, office_praia, tax_number, renewal):
    both = EnquiryFactory(office=office_praia, topic=renewal, further_topics=("NEG.01", "RES.03"))
    EnquiryFactory(office=office_praia, topic=renewal, further_topics=("NEG.011",))
    assert list(Enquiry.objects.about(["NEG.01"])) == [both]


def test_each_of_a_group_is_reached_and_one_by_any_other_enquiry(office_praia, desk_praia):
    assert Enquiry.objects.reached() == 0
    EnquiryFactory(office=office_praia, author=desk_praia, people=30)
    EnquiryFactory(office=office_praia, author=desk_praia)
    assert Enquiry.objects.reached() == 31


def test_what_is_published_counts_enquiries_by_their_main_topic_alone(office_praia, renewal, tax_number):
    at = timezone.make_aware(timezone.datetime(2025, 2, 14, 10))
    for _ in range(8):
        EnquiryFactory(office=office_praia, topic=renewal, at=at, further_topics=("NEG.01",), people=40)
    publish_statistics(today=date(2025, 4, 20))
    [need] = latest_quarters("CV-PR", 8)
    assert (need.total, need.of_group("RES"), need.of_group("NEG.01")) == (
        Figure(8, 8),
        Figure(8, 8),
        NOTHING,
    )


def test_the_place_goes_when_the_person_is_made_anonymous(office_praia, desk_praia):
    person = PersonFactory(office=office_praia, author=desk_praia)
    enquiry = EnquiryFactory(office=office_praia, author=desk_praia, person=person, place="Rua dela")
    enquiry.save()  # a row of history
    anonymise_person(person, by=desk_praia)
    enquiry.refresh_from_db()
    assert enquiry.place == ""
    assert set(enquiry.history.values_list("place", flat=True)) == {""}
