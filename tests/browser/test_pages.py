"""The public pages in a real browser, on a desktop and on a phone."""

import gzip

import pytest
from django.urls import reverse

from tests.browser.checks import assert_usable

PAGES = ["home", "municipality_list", "public_plan_list", "account_login"]


@pytest.mark.parametrize("name", PAGES)
def test_a_public_page_is_usable_on_a_desktop(page, name):
    page.goto(reverse(name))
    assert_usable(page)


@pytest.mark.parametrize("name", PAGES)
def test_a_public_page_is_usable_on_a_phone(phone, name):
    phone.goto(reverse(name))
    assert_usable(phone)


def test_a_first_visit_is_light_enough_for_a_weak_line(phone):
    answers = []
    phone.on("response", lambda answer: answers.append(answer))
    phone.goto(reverse("home"), wait_until="networkidle")
    weights = {answer.url: len(gzip.compress(answer.body(), 9)) for answer in answers}
    assert weights[phone.url] <= 15_000, "the page itself"
    assert len(weights) <= 6
    assert sum(weights.values()) <= 60_000
