"""The desk in a real browser: by keyboard alone, and on a phone."""

import pytest

from cases.models import Enquiry
from tests.browser.checks import assert_usable
from tests.factories import EnquiryFactory

DESK = "/workspace/desk/"


class Keys:
    """A keyboard that counts what is pressed besides the text that is typed."""

    def __init__(self, page) -> None:
        self.page = page
        self.presses = 0

    def press(self, key: str) -> None:
        self.presses += 1
        self.page.keyboard.press(key)

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)


def test_the_common_case_takes_few_keys(page, sign_in, desk_praia, topic):
    sign_in(page, desk_praia)
    page.goto(DESK)
    keys = Keys(page)
    keys.type("renovacao")
    keys.press("Enter")  # the topic
    keys.press("Control+Enter")  # send
    page.get_by_text("Atendimento registado às").wait_for()
    assert keys.presses <= 12
    enquiry = Enquiry.objects.get()
    assert (enquiry.topic, enquiry.channel_id, enquiry.outcome_id) == (topic, "in_person", "informed")
    page.get_by_role("button", name="Desfazer").first.click()
    page.get_by_text("deixa de contar").wait_for()
    enquiry.refresh_from_db()
    assert enquiry.voided_at is not None


def test_person_and_outcome_are_within_the_keys_too(page, sign_in, desk_praia, topic):
    sign_in(page, desk_praia)
    page.goto(DESK)
    keys = Keys(page)
    keys.type("renovacao")
    keys.press("Enter")  # the topic
    keys.press("Tab")  # channel
    keys.press("Tab")  # person: stays anonymous
    keys.press("Tab")  # sex
    keys.type("m")
    keys.press("Tab")
    keys.press("Tab")  # nationality
    keys.type("guine-bissau")
    keys.press("Tab")
    keys.press("Tab")  # outcome
    keys.press("ArrowDown")
    keys.press("Control+Enter")
    page.get_by_text("Atendimento registado às").wait_for()
    enquiry = Enquiry.objects.get()
    assert (enquiry.nationality, enquiry.sex, enquiry.outcome_id) == ("GW", "f", "referred")
    assert keys.presses <= 12


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
