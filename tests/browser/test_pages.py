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


def test_on_a_phone_the_way_around_is_one_button_away(phone, sign_in, desk_praia):
    sign_in(phone, desk_praia)
    phone.goto(reverse("workspace"))
    head = phone.locator("h1").bounding_box()
    assert head["y"] < 220  # the page begins in the upper third of a small telephone
    phone.locator("summary", has_text="Menu").click()
    assert phone.get_by_role("link", name="Atendimento", exact=True).is_visible()
    assert phone.get_by_role("link", name=desk_praia.name).is_visible()
    assert phone.get_by_role("link", name="Français").is_visible()
    assert_usable(phone)
    phone.get_by_role("button", name="Terminar sessão").click()
    phone.wait_for_load_state()
    assert "/workspace/" not in phone.url


def test_the_menu_and_the_tabs_of_the_desk_do_not_repeat_each_other(page, sign_in, desk_praia):
    sign_in(page, desk_praia)
    page.goto(reverse("cases:desk"))
    menu = page.get_by_role("navigation", name="Principal").get_by_role("link").all_inner_texts()
    tabs = page.locator(".tabs").get_by_role("link").all_inner_texts()
    assert not set(menu) & set(tabs)
