"""Somebody without a name is given a code at one office and goes on at another, on a telephone."""

from cases.models import Enquiry
from tests.browser.checks import assert_usable
from tests.browser.conftest import PHONE
from tests.factories import EnquiryFactory


def test_a_code_is_given_printed_and_brought_to_another_office(
    page, open_browser, sign_in, desk_praia, desk_sal, office_praia, topic
):
    met = EnquiryFactory(office=office_praia, author=desk_praia, topic=topic, note="tem medo do patrão")
    sign_in(page, desk_praia)
    page.goto(met.get_absolute_url())
    page.get_by_role("link", name="Dar um código de regresso").click()
    page.get_by_role("heading", name="Dar um código de regresso").wait_for()
    assert_usable(page)
    page.get_by_label("Francês").check()
    page.get_by_role("button", name="Mostrar o código e o talão").click()
    page.locator(".slip-code").wait_for()
    assert_usable(page)
    code = page.locator(".slip-code").inner_text()
    assert "Votre code" in page.locator(".slip").inner_text()
    page.emulate_media(media="print")
    assert page.locator(".slip").is_visible()
    assert not page.get_by_role("heading", level=1).is_visible()

    phone = open_browser(PHONE, has_touch=True)
    sign_in(phone, desk_sal)
    phone.goto("/workspace/desk/")
    phone.get_by_role("link", name="Alguém traz um código").tap()
    phone.get_by_role("heading", name="Alguém traz um código").wait_for()
    assert_usable(phone)
    phone.get_by_label("Código de regresso").fill(code.replace("-", " ").lower())
    phone.get_by_role("button", name="Abrir").tap()
    phone.get_by_role("heading", name="O que já se tratou").wait_for()
    assert_usable(phone)
    told = phone.locator("main").inner_text()
    assert str(topic) in told
    assert "patrão" not in told
    phone.get_by_role("link", name="Continuar: registar um atendimento").tap()
    phone.get_by_role("heading", name="Registar atendimento").wait_for()
    assert_usable(phone)
    phone.get_by_role("combobox", name="Assunto").fill(str(topic))
    phone.keyboard.press("ArrowDown")
    phone.keyboard.press("Enter")
    phone.get_by_role("button", name="Registar", exact=True).tap()
    phone.get_by_role("link", name="Código de regresso").wait_for()
    met.refresh_from_db()
    assert Enquiry.objects.filter(return_code=met.return_code).count() == 2
