"""Names beside the numbers: in the day's list, the agenda and the cases, for whoever may read the person."""

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import AccessLog
from tests.cases.test_speed import cost_of
from tests.conftest import member
from tests.factories import AppointmentFactory, CaseFactory, FollowUpFactory, PersonFactory

PAGES = ["cases:today", "cases:case_list", "cases:appointment_list"]
NAME = "Aissatu Embaló"


@pytest.fixture
def expect(office_praia, desk_praia, renewal):
    """A case of somebody with something to do and an appointment today."""

    def make(name=NAME, *, for_officer=None, **of_person):
        officer = for_officer or desk_praia
        person = PersonFactory(office=office_praia, name=name, author=officer, **of_person)
        kept = {"office": office_praia, "person": person, "author": desk_praia, "assigned_to": desk_praia}
        case = CaseFactory(**kept, topic=renewal)
        FollowUpFactory(**kept, case=case, due_on=timezone.localdate())
        AppointmentFactory(**kept, case=case, starts_at=timezone.now())
        return person

    return make


@pytest.mark.parametrize("page", PAGES)
def test_a_list_names_the_person_on_the_screen_and_notes_it_in_one_line(client, desk_praia, expect, page):
    people = [expect(), expect("Fatou Diop")]
    client.force_login(desk_praia)
    html = client.get(reverse(page)).content.decode()
    assert all(f'<span class="no-print">{person.name}</span>' in html for person in people)
    [line] = AccessLog.objects.filter(user=desk_praia, kind="cases.person")
    assert (line.verb, line.municipality) == ("read", "CV-PR")
    assert all(person.reference in line.label for person in people)


@pytest.mark.parametrize("page", PAGES)
def test_of_a_restricted_person_whoever_may_not_read_them_sees_the_number_only(
    client, praia, desk_praia, expect, page
):
    person = expect(
        for_officer=member("colega@example.org", "officer", municipality=praia), is_restricted=True
    )
    client.force_login(desk_praia)
    html = client.get(reverse(page)).content.decode()
    assert person.cases.get().number in html or person.reference in html
    assert NAME not in html
    assert not AccessLog.objects.filter(kind="cases.person").exists()


@pytest.mark.parametrize(("page", "most"), [*zip(PAGES, (13, 7, 8), strict=True)])
def test_the_names_cost_one_line_of_the_access_log_and_nothing_else(
    client, desk_praia, expect, count_queries, page, most
):
    client.force_login(desk_praia)
    expect()
    assert cost_of(client, count_queries, reverse(page)) <= most
    for number in range(5):
        expect(f"Pessoa {number}")
    assert cost_of(client, count_queries, reverse(page)) <= most


@pytest.mark.parametrize("page", ["cases:case_list", "cases:case_create", "cases:appointment_create"])
def test_who_knows_only_a_name_is_led_to_the_search_for_people(client, desk_praia, page):
    client.force_login(desk_praia)
    html = client.get(reverse(page)).content.decode()
    assert html.count(f'href="{reverse("cases:person_search")}"') >= 1 + (page == "cases:case_list")
