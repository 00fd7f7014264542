"""The first day at a desk: steps that tick themselves off by what was really done."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership
from cases.models import FirstDay
from cases.services.enquiries import correct_enquiry
from cases.services.first_day import NEW_FOR, guide_for, put_guide_away, steps_of
from tests.factories import CaseFactory, EnquiryFactory

PAGE = reverse("cases:first_day")
PT = {"accept-language": "pt"}


def done(user):
    return [step.key for step in steps_of(user) if step.is_done]


@pytest.fixture
def newcomer(desk_praia):
    Membership.objects.filter(user=desk_praia).update(starts_on=timezone.localdate())
    return desk_praia


def test_each_step_ticks_itself_off_by_what_was_done(
    client, newcomer, office_praia, renewal, in_person, informed
):
    assert done(newcomer) == []
    client.force_login(newcomer)
    enquiry = EnquiryFactory(office=office_praia, author=newcomer, topic=renewal)
    assert done(newcomer) == ["record"]
    correct_enquiry(enquiry, {"sex": "f"}, version=1, by=newcomer)
    assert done(newcomer) == ["record", "correct"]
    client.post(reverse("cases:person_search"), {"q": "Semedo"}, follow=True)
    assert done(newcomer)[2:] == ["search"]
    CaseFactory(office=office_praia, author=newcomer, topic=renewal)
    client.get(reverse("cases:blank_form_file"))
    assert done(newcomer)[3:] == ["case", "paper"]
    response = client.post(PAGE)
    assert response.url == reverse("cases:shortcuts")
    assert done(newcomer)[5:] == ["keys"]
    assert guide_for(newcomer) == []
    assert "Já fez tudo" in client.get(PAGE, headers=PT).content.decode()


def test_what_a_colleague_did_ticks_nothing_off(newcomer, coordinator_praia, office_praia, renewal):
    enquiry = EnquiryFactory(office=office_praia, author=coordinator_praia, topic=renewal)
    correct_enquiry(enquiry, {"sex": "f"}, version=1, by=coordinator_praia)
    CaseFactory(office=office_praia, author=coordinator_praia, topic=renewal)
    assert done(newcomer) == []


@pytest.mark.parametrize("page", ["cases:desk", "cases:today"])
def test_somebody_new_is_led_to_the_guide_until_it_is_put_away(client, newcomer, page):
    client.force_login(newcomer)
    assert PAGE in client.get(reverse(page)).content.decode()
    client.post(PAGE, {"away": "1"})
    client.post(PAGE, {"away": "1"})  # twice is once
    assert PAGE not in client.get(reverse(page)).content.decode()
    assert FirstDay.objects.count() == 1
    assert client.get(PAGE).status_code == 200  # and still there for whoever looks for it


def test_who_has_been_here_for_long_is_not_led_to_it(client, desk_praia):
    Membership.objects.update(starts_on=timezone.localdate() - NEW_FOR - timedelta(days=1))
    assert guide_for(desk_praia) == []
    client.force_login(desk_praia)
    assert PAGE not in client.get(reverse("cases:desk")).content.decode()
    assert PAGE in client.get(reverse("cases:shortcuts")).content.decode()


def test_who_has_no_desk_has_no_first_day(planner_praia):
    Membership.objects.update(starts_on=timezone.localdate())
    assert guide_for(planner_praia) == []


def test_the_guide_costs_the_same_for_any_number_of_enquiries(
    client, newcomer, office_praia, renewal, count_queries
):
    client.force_login(newcomer)
    EnquiryFactory(office=office_praia, author=newcomer, topic=renewal)
    client.get(PAGE)
    few = count_queries(lambda: client.get(PAGE))
    for _number in range(20):
        EnquiryFactory(office=office_praia, author=newcomer, topic=renewal)
    assert count_queries(lambda: client.get(PAGE)) == few


def test_the_guide_that_was_put_away_stays_its_users_own(newcomer, coordinator_praia):
    put_guide_away(by=coordinator_praia)
    assert guide_for(newcomer) != []
