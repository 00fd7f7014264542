"""Keys at the desk: shown on `?`, and switched off by whom they disturb."""

from tests.browser.checks import assert_usable
from tests.browser.test_desk import DESK

LIST = DESK + "enquiries/"


def test_one_key_leads_on_and_a_question_mark_shows_them_all(page, sign_in, desk_praia, topic):
    sign_in(page, desk_praia)
    page.goto(LIST)
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Teclas no balcão")
    dialog.wait_for()
    assert_usable(page)
    page.keyboard.press("Escape")
    dialog.wait_for(state="detached")
    page.keyboard.press("r")
    page.wait_for_url(f"**{DESK}")
    page.keyboard.type("unr?")  # the topic has the focus: these are letters
    assert page.locator("#id_topic").input_value() == "unr?"
    assert page.get_by_role("dialog").count() == 0


def test_escape_leaves_the_topic_so_that_the_keys_work(page, sign_in, desk_praia, topic):
    sign_in(page, desk_praia)
    page.goto(DESK)
    page.keyboard.type("renov")
    page.keyboard.press("Escape")  # closes the list
    assert page.evaluate("document.activeElement.id") == "id_topic"
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    page.get_by_role("dialog", name="Teclas no balcão").wait_for()


def test_the_additional_fields_open_by_a_key(page, sign_in, desk_praia, topic):
    sign_in(page, desk_praia)
    page.goto(DESK)
    page.locator("h1").click()
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("m")
    page.locator("[name=people]").wait_for(state="visible")


def test_keys_of_one_character_can_be_switched_off(page, sign_in, desk_praia, topic):
    sign_in(page, desk_praia)
    page.goto(DESK + "shortcuts/")
    assert_usable(page)
    page.get_by_role("checkbox").uncheck()
    page.goto(LIST)
    page.keyboard.press("r")
    page.keyboard.press("?")
    page.wait_for_timeout(300)
    assert page.url.endswith(LIST)
    assert page.get_by_role("dialog").count() == 0
