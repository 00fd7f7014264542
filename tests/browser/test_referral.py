"""A partner without an account answers a referral on a telephone, in under a minute."""

import time
from urllib.parse import urlsplit

from cases.models import Referral
from tests.browser.checks import assert_usable
from tests.cases.referrals import sent_referral
from tests.factories import CaseFactory, PersonFactory

A_MINUTE = 60  # seconds
READS = 200  # words a minute
TYPES = 15  # seconds for a short answer on a telephone


def test_a_partner_answers_by_the_link_in_under_a_minute_and_sees_nothing_else(
    phone, office_praia, desk_praia, partner, topic
):
    person = PersonFactory(office=office_praia, author=desk_praia, name="Fatoumata Diallo")
    person.consent.partners.add(partner)
    case = CaseFactory(
        office=office_praia, author=desk_praia, person=person, topic=topic, title="Aulas da Fatoumata"
    )
    referral = sent_referral(case=case, partner=partner, author=desk_praia, shared={"name": "x"})
    phone.goto(urlsplit(referral.link()).path)
    assert_usable(phone)
    other = sent_referral(case=case, partner=partner, author=desk_praia, reason="Outro assunto.")
    start = time.monotonic()
    phone.goto(urlsplit(referral.link()).path)
    text = phone.locator("main").inner_text()
    assert "Fatoumata Diallo" in text
    for secret in (case.number, case.title, other.reason, other.reference, str(desk_praia), person.reference):
        assert secret not in text
    assert phone.locator("main a").count() == 0  # no way on from here
    phone.get_by_label("Podemos ajudar: quando e como").tap()
    phone.get_by_label("Em poucas palavras").fill("Terça às 18h, sala 2.")
    phone.get_by_role("button", name="Enviar a resposta").tap()
    phone.get_by_role("heading", name="Obrigado").wait_for()
    by_machine = time.monotonic() - start
    assert by_machine + A_MINUTE * len(text.split()) / READS + TYPES < A_MINUTE
    assert_usable(phone)
    assert Referral.objects.get(pk=referral.pk).state == "answered"


def test_a_link_that_ended_shows_a_plain_page(phone, expected_complaints, office_praia):
    expected_complaints.append("status of 404")
    phone.goto("/referrals/guessed/")
    phone.get_by_role("heading", name="Esta ligação não abre nada").wait_for()
    assert_usable(phone)


def test_the_desk_sends_a_referral_and_the_partner_with_an_account_answers(
    page, open_browser, sign_in, desk_praia, office_praia, partner, partner_user, topic
):
    case = CaseFactory(office=office_praia, author=desk_praia, topic=topic)
    sign_in(page, desk_praia)
    page.goto(case.get_absolute_url())
    page.get_by_role("link", name="Encaminhar para uma entidade").click()
    assert_usable(page)
    page.get_by_role("combobox", name="Entidade parceira").fill("Plataforma")
    page.get_by_role("option", name="Plataforma das Comunidades Africanas").click()
    page.get_by_label("O que se pede à entidade?").fill("Aulas de português à noite.")
    page.get_by_role("button", name="Guardar e rever").click()
    assert_usable(page)
    page.get_by_role("link", name="Enviar", exact=True).click()
    assert_usable(page)
    page.get_by_label("Por uma ligação que entrega em mão ou por mensagem").check()
    page.get_by_role("button", name="Enviar", exact=True).click()
    page.get_by_label("Ligação", exact=True).wait_for()
    assert_usable(page)

    theirs = open_browser()
    sign_in(theirs, partner_user)
    theirs.goto("/workspace/")
    theirs.get_by_role("link", name="Um encaminhamento espera pela sua resposta").click()
    assert_usable(theirs)
    theirs.get_by_role("link", name=Referral.objects.get().reference).click()
    assert_usable(theirs)
    theirs.get_by_label("Resolvido").check()
    theirs.get_by_role("button", name="Enviar a resposta").click()
    theirs.get_by_text("A sua resposta chegou ao GAI Praia").wait_for()
    assert Referral.objects.get().state == "solved"
