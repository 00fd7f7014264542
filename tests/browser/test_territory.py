"""The map and the pages of municipalities, with the whole territory loaded."""

import pytest

from municipalities.models import Municipality
from municipalities.reference import load_demo_offices, load_reference
from tests.action_plans.editions import published_plan
from tests.browser.checks import assert_usable

PAGES = ["/", "/municipalities/", "/municipalities/?q=sao", "/municipalities/praia/", "/municipalities/maio/"]


@pytest.fixture(autouse=True)
def territory(transactional_db):
    load_reference()
    load_demo_offices()
    published_plan(Municipality.objects.get(code="CV-PR"))


@pytest.mark.parametrize("url", PAGES)
def test_a_page_is_usable_on_a_desktop(page, url):
    page.goto(url)
    assert_usable(page)


@pytest.mark.parametrize("url", PAGES)
def test_a_page_is_usable_on_a_phone(phone, url):
    phone.goto(url)
    assert_usable(phone)


def test_a_newcomer_finds_an_office_by_keyboard_alone(page):
    page.goto("/")
    page.locator("#municipality").focus()
    page.keyboard.type("Boa")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/municipalities/boa-vista/")


def test_the_map_is_walked_by_keyboard(page):
    page.goto("/municipalities/")
    first = page.locator("svg.map:not(.map-island) a").first
    first.focus()
    page.keyboard.press("Tab")
    focused = page.locator("svg.map a:focus")
    assert focused.count() == 1
    address = focused.get_attribute("href")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{address}")
