"""Keyset paging, tried on steps of users' notices: any model with a time will do."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import RequestFactory

from accounts.models import Notice
from gai_portal.lib.paging import keyset_page
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
START = datetime(2026, 3, 12, 10, 0, tzinfo=UTC)


@pytest.fixture
def notices():
    """Sixty notices, by threes at the same moment."""
    user = UserFactory()
    rows = Notice.objects.bulk_create(Notice(user=user, text=str(n), url="/") for n in range(60))
    for n, row in enumerate(rows):
        row.created_at = START + timedelta(minutes=n // 3, microseconds=n // 3)
    Notice.objects.bulk_update(rows, ["created_at"])
    return rows


def page_at(address: str, queryset=None):
    queryset = Notice.objects.all() if queryset is None else queryset
    return keyset_page(queryset, RequestFactory().get(f"/{address}"), size=25, field="created_at")


def texts(page) -> list[str]:
    return [notice.text for notice in page]


def test_walking_forward_and_back_shows_every_row_once_in_order(notices):
    expected = [str(n) for n in range(59, -1, -1)]
    forward, address = [], ""
    pages = []
    while True:
        page = page_at(address)
        pages.append(texts(page))
        forward += texts(page)
        if not page.next_url:
            break
        address = page.next_url
    assert forward == expected
    assert [len(rows) for rows in pages] == [25, 25, 10]

    back = []
    while page.previous_url:
        page = page_at(page.previous_url)
        back.append(texts(page))
    assert back == [pages[1], pages[0]]
    assert not page.previous_url
    assert page.next_url


def test_each_page_takes_one_query(notices, count_queries):
    second = page_at("").next_url
    third = page_at(second).next_url
    back = page_at(third).previous_url
    assert [count_queries(lambda a=a: page_at(a)) for a in ("", second, third, back)] == [1, 1, 1, 1]


def test_neighbours_keep_the_filters(notices):
    page = page_at("?q=renova%C3%A7%C3%A3o&after=nonsense")
    assert page.next_url.startswith("?q=renova%C3%A7%C3%A3o&after=")


@pytest.mark.parametrize("cursor", ["x", "", "====", "MjAyNg==", "YXxi", "MjAyNi0wMS0wMXwx", "é"])
def test_a_cursor_that_is_not_ours_gives_the_first_page(notices, cursor):
    assert texts(page_at(f"?after={cursor}")) == texts(page_at(""))
    assert texts(page_at(f"?before={cursor}")) == texts(page_at(""))


def test_a_short_first_page_is_shown_full(notices):
    second = page_at("").next_url
    first_of_second = page_at(second).previous_url
    Notice.objects.filter(text="59").delete()
    page = page_at(first_of_second)
    assert texts(page)[0] == "58"
    assert len(page) == 25
    assert not page.previous_url


def test_an_empty_list_has_no_neighbours(db):
    page = page_at("")
    assert (len(page), page.previous_url, page.next_url) == (0, "", "")
