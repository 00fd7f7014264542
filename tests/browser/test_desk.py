"""The desk in a real browser: by keyboard alone, and on a phone."""

import time

import pytest

from cases.models import Enquiry
from tests.browser.checks import assert_usable
from tests.factories import EnquiryFactory

DESK = "/workspace/desk/"


# Every press and click that reaches the page, and the letters that were typed; kept across pages of one tab.
COUNTER = """
for (const name of ["keydown", "click"]) {
  addEventListener(name, (event) => {
    if (!event.isTrusted || (name === "click" && !event.detail)) return;  // a click that a key has made
    const isText = name === "keydown" && event.key.length === 1 && !event.ctrlKey;
    const kind = isText ? "typed" : "presses";
    sessionStorage[kind] = Number(sessionStorage[kind] ?? 0) + 1;
  }, true);
}
"""
A_LETTER = 120  # milliseconds, as somebody types who looks at the keyboard
A_PRESS = 400
SECONDS, PRESSES = 30, 12
A_LINE = 44  # pixels of a field


class Officer:
    """Somebody at the desk, at a human pace. The page itself counts what is pressed."""

    def __init__(self, page) -> None:
        page.add_init_script(COUNTER)
        page.goto(DESK)
        self.page = page
        self.began = time.monotonic()

    def type(self, text: str) -> None:
        self.page.keyboard.type(text, delay=A_LETTER)

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.wait_for_timeout(A_PRESS)
            self.page.keyboard.press(key)

    def tap(self, locator) -> None:
        self.page.wait_for_timeout(A_PRESS)
        locator.tap()

    def finish(self) -> tuple[int, float]:
        """Presses beyond typed text, and seconds, until the page says that it is recorded."""
        self.page.get_by_text("Atendimento registado às").wait_for()
        seconds = time.monotonic() - self.began
        presses = int(self.page.evaluate("sessionStorage.presses"))
        assert presses <= PRESSES
        assert seconds < SECONDS
        return presses, seconds


def test_the_common_case_takes_few_keys_and_little_time(page, sign_in, desk_praia, topic):
    sign_in(page, desk_praia)
    officer = Officer(page)
    officer.type("renovacao")
    officer.press("Enter", "Control+Enter")
    assert officer.finish()[0] == 3  # Enter, Control, Enter
    assert int(page.evaluate("sessionStorage.typed")) == len("renovacao")
    enquiry = Enquiry.objects.get()
    assert (enquiry.topic, enquiry.channel_id, enquiry.outcome_id) == (topic, "in_person", "informed")
    page.get_by_role("button", name="Desfazer").first.click()
    page.get_by_text("deixa de contar").wait_for()
    enquiry.refresh_from_db()
    assert enquiry.voided_at is not None


def test_the_common_case_takes_few_taps_on_a_phone(phone, sign_in, desk_praia, office_praia, topic):
    EnquiryFactory(office=office_praia, author=desk_praia, topic=topic)  # what is frequent comes first
    sign_in(phone, desk_praia)
    officer = Officer(phone)
    officer.tap(phone.get_by_role("combobox", name="Assunto"))
    officer.tap(phone.get_by_role("option").first)
    officer.tap(phone.get_by_role("button", name="Registar", exact=True))
    assert officer.finish()[0] == 3
    assert Enquiry.objects.filter(topic=topic).count() == 2


def test_on_a_phone_the_button_is_in_reach_and_covers_no_field_in_use(phone, sign_in, desk_praia, topic):
    sign_in(phone, desk_praia)
    phone.goto(DESK)
    button = phone.get_by_role("button", name="Registar", exact=True)

    def stands() -> tuple[float, float]:
        box = button.bounding_box()
        return box["y"], box["y"] + box["height"]

    assert 0 < stands()[1] <= phone.viewport_size["height"]
    phone.locator("#id_topic").focus()
    for _n in range(12):
        phone.keyboard.press("Tab")
        if button.evaluate("each => each === document.activeElement"):
            break
        box = phone.locator(":focus").bounding_box()
        top, bottom = stands()
        line = min(box["height"], A_LINE)  # of a long text the browser shows the line that is written in
        assert box["y"] + line <= top or box["y"] >= bottom
    assert_usable(phone)


def test_person_and_outcome_are_within_the_keys_too(page, sign_in, desk_praia, topic):
    sign_in(page, desk_praia)
    officer = Officer(page)
    officer.type("renovacao")
    officer.press("Enter", "Tab", "Tab", "Tab")  # topic, channel, person: stays anonymous, sex
    officer.type("m")
    officer.press("Tab", "Tab")  # nationality
    officer.type("guine-bissau")
    officer.press("Tab", "Tab", "ArrowDown", "Control+Enter")  # language, outcome
    officer.finish()
    enquiry = Enquiry.objects.get()
    assert (enquiry.nationality, enquiry.sex, enquiry.outcome_id) == ("GW", "f", "referred")


def test_further_topics_are_found_by_words_and_taken_out_again(page, sign_in, desk_praia, topic):
    sign_in(page, desk_praia)
    page.goto(DESK)
    page.keyboard.type("renovacao")
    page.keyboard.press("Enter")
    page.get_by_text("Mais:").click()
    further = page.get_by_role("combobox", name="Outros assuntos")
    further.press_sequentially("res.01")
    further.press("Enter")
    further.press_sequentially("renova")
    further.press("Enter")
    chips = page.locator(".chips button:visible")
    assert chips.all_inner_texts() == ["Primeiro pedido", "Renovação"]
    page.get_by_role("button", name="Retirar: Renovação").click()
    assert chips.all_inner_texts() == ["Primeiro pedido"]
    assert page.evaluate("document.activeElement.id") == "id_further_topics"
    assert_usable(page)
    further.fill("nada disto")
    page.locator("[name=people]").fill("30")
    page.keyboard.press("Control+Enter")
    page.get_by_role("alert").get_by_text("não está na lista").wait_for()  # nothing is dropped in silence
    further.fill("")
    page.keyboard.press("Control+Enter")
    page.get_by_text("Atendimento registado às").wait_for()
    enquiry = Enquiry.objects.get()
    assert (enquiry.topic, enquiry.further_topics, enquiry.people) == (topic, ("RES.01",), 30)


def test_what_to_say_appears_with_the_topic(page, sign_in, desk_praia, topic, partner):
    topic.partners.add(partner)
    sign_in(page, desk_praia)
    page.goto(DESK)
    page.keyboard.type("renovacao")
    page.keyboard.press("Enter")
    page.get_by_role("complementary").get_by_text(partner.name_pt).wait_for()
    assert_usable(page)


@pytest.mark.parametrize(
    "address", ["", "enquiries/", "figures/", "enquiries/{pk}/", "enquiries/{pk}/correct/"]
)
def test_the_desk_is_usable_on_a_phone(phone, sign_in, desk_praia, office_praia, topic, address):
    enquiry = EnquiryFactory(office=office_praia, author=desk_praia, topic=topic)
    sign_in(phone, desk_praia)
    phone.goto(DESK + address.format(pk=enquiry.pk))
    assert_usable(phone)
