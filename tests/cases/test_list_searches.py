"""What somebody looks for in a list of the desk stands in no address: it may be a name."""

import re
import secrets
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases.models import Case, Enquiry
from cases.services.erasure import erase_person
from cases.views.searches import SEARCHES
from tests.factories import CaseFactory, EnquiryFactory, PersonFactory

PAGES = ["cases:enquiry_list", "cases:case_list"]
WORD = "Quimbombo"


@pytest.fixture
def desk(client, desk_praia):
    client.force_login(desk_praia)
    return client


@pytest.fixture
def rows(office_praia, desk_praia, renewal):
    """More than a page of what is looked for, and something else."""
    kept = {"office": office_praia, "author": desk_praia, "topic": renewal}
    for _ in range(30):
        EnquiryFactory(**kept, note=f"para {WORD}")
        CaseFactory(**kept, title=f"para {WORD}")
    EnquiryFactory(**kept, note="Outra coisa")
    CaseFactory(**kept, title="Outra coisa")


def addresses(html):
    return [link for link in re.findall('(?:href|action)="([^"]*)', html) if WORD.lower() in link.lower()]


@pytest.mark.parametrize("page", PAGES)
def test_no_address_holds_what_was_looked_for(desk, rows, page):
    response = desk.post(reverse(page), {"q": WORD, "state": "open", "topic": "RES"}, follow=True)
    [(address, _status)] = response.redirect_chain
    assert WORD not in address
    html = response.content.decode()
    assert f'value="{WORD}"' in html
    assert addresses(html) == []
    assert response.context["page"].next_url


@pytest.mark.parametrize("page", PAGES)
def test_paging_and_the_way_back_keep_the_search_and_the_filters(desk, rows, page):
    first = desk.post(reverse(page), {"q": WORD, "topic": "RES", "state": "open"}).url
    assert ("topic=RES" in first) == (page == "cases:enquiry_list")
    assert ("state=open" in first) == (page == "cases:case_list")
    shown = desk.get(first).context["page"]
    following = desk.get(reverse(page) + shown.next_url).context["page"]
    assert (len(shown), len(following)) == (25, 5)
    assert desk.get(reverse(page) + following.previous_url).context["page"].rows == shown.rows
    assert desk.get(first).context["page"].rows == shown.rows


@pytest.mark.parametrize("page", PAGES)
def test_a_word_in_an_address_is_not_looked_for(desk, rows, page):
    assert "Outra" not in desk.post(reverse(page), {"q": WORD}, follow=True).content.decode()
    model = Enquiry if page == "cases:enquiry_list" else Case
    shown = desk.get(reverse(page), {"q": WORD}).context["page"].rows
    assert list(shown) == list(model.objects.order_by("-pk")[:25])
    assert len(desk.session[SEARCHES]) == 1


@pytest.mark.parametrize("page", [*PAGES, "export"])
def test_a_search_that_is_over_shows_nothing_and_says_so(desk, rows, page, time_machine, coordinator_praia):
    found = desk.post(reverse("cases:enquiry_list" if page == "export" else page), {"q": WORD}).url
    if page == "export":
        found = f"{reverse('cases:enquiry_export', args=['csv'])}?{found.partition('?')[2]}"
    other = Client()
    other.force_login(coordinator_praia)
    readers = [other]
    time_machine.move_to(timezone.now() + timedelta(minutes=61))
    for reader in [*readers, desk]:
        response = reader.get(found, follow=True)
        assert not response.context["page"].rows
        assert "Pesquise de novo" in response.content.decode()


def test_a_search_in_a_list_does_not_open_the_way_to_a_new_person(desk, office_praia):
    found = desk.post(reverse("cases:enquiry_list"), {"q": WORD}).url
    create = f"{reverse('cases:person_create')}?{found.partition('?')[2]}"
    assert desk.get(create).url == reverse("cases:person_search")


@pytest.mark.parametrize("page", PAGES)
def test_an_empty_search_is_the_whole_list(desk, rows, page):
    assert desk.post(reverse(page), {"q": " "}).url == reverse(page)


@pytest.mark.parametrize("page", PAGES)
def test_words_that_are_too_long_find_nothing_and_say_why(desk, rows, page):
    response = desk.post(reverse(page), {"q": "x" * 101}, follow=True)
    assert not response.context["page"].rows
    assert response.context["filter"].errors["q"]


def test_nor_are_they_looked_for_in_what_is_downloaded(desk, rows):
    found = desk.post(reverse("cases:enquiry_list"), {"q": "x" * 101}).url
    answer = desk.get(f"{reverse('cases:enquiry_export', args=['csv'])}?{found.partition('?')[2]}")
    assert answer.url == found


@pytest.mark.parametrize("page", PAGES)
def test_a_session_keeps_little_of_what_somebody_looks_for(desk, page):
    for _ in range(3):
        desk.post(reverse(page), {"q": secrets.token_hex(100_000)})
    assert sum(len(row.session_data) for row in Session.objects.all()) < 5_000


def test_searches_that_are_over_go_when_the_next_is_read(desk, rows, time_machine):
    found = desk.post(reverse("cases:enquiry_list"), {"q": WORD}).url
    time_machine.move_to(timezone.now() + timedelta(minutes=61))
    desk.get(found)
    assert WORD not in str(dict(desk.session))


def test_what_was_looked_for_goes_with_any_record_that_is_erased(desk, desk_praia, office_praia):
    person = PersonFactory(office=office_praia, author=desk_praia, name="Fatoumata Diallo")
    desk.post(reverse("cases:person_search"), {"q": "Fatoumata Diallo"})
    erase_person(person, by=desk_praia)
    assert not any("Fatoumata" in str(row.get_decoded()) for row in Session.objects.all())
    assert desk.get(reverse("cases:person_search")).status_code == 200  # still signed in
