"""The public pages in a real browser, on a desktop and on a phone."""

import pytest
from django.urls import reverse

from tests.browser.checks import assert_usable

PAGES = ["home", "account_login"]


@pytest.mark.parametrize("name", PAGES)
def test_a_public_page_is_usable_on_a_desktop(page, name):
    page.goto(reverse(name))
    assert_usable(page)


@pytest.mark.parametrize("name", PAGES)
def test_a_public_page_is_usable_on_a_phone(phone, name):
    phone.goto(reverse(name))
    assert_usable(phone)
