"""The card beside the form, in a real browser."""

from cases.models import Enquiry
from tests.browser.checks import assert_usable
from tests.factories import GuidanceVersionFactory, LanguageFactory


def test_a_card_that_is_sent_is_recorded_with_its_language(page, sign_in, desk_praia, topic):
    LanguageFactory(code="fr", name_pt="Francês")
    version = GuidanceVersionFactory(topic=topic, say_fr="Demandez le renouvellement un mois avant.")
    sign_in(page, desk_praia)
    page.goto("/workspace/desk/")
    page.keyboard.type("renovacao")
    page.keyboard.press("Enter")
    page.get_by_text("Entregar por mensagem").click()
    french = page.locator("[data-language=fr]")
    french.locator("summary").click()
    assert_usable(page)
    whatsapp = french.get_by_role("link", name="WhatsApp")
    assert whatsapp.get_attribute("href").startswith("https://wa.me/?text=")
    whatsapp.evaluate("link => link.addEventListener('click', (event) => event.preventDefault())")
    whatsapp.click()
    page.get_by_role("button", name="Registar", exact=True).click()
    page.get_by_text("Atendimento registado às").wait_for()
    enquiry = Enquiry.objects.get()
    assert (enquiry.guidance, enquiry.guidance_language_id) == (version, "fr")
