"""Referrals as the desk and the partner see them: written, sent, opened by a link, answered."""

from datetime import timedelta
from io import BytesIO
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from accounts.access import Verb
from accounts.models import AccessLog, Draft
from cases.documents import referral_letter_pdf
from cases.models import Case, Contact, Referral
from cases.services.cases import close_case
from cases.services.referrals import answer_referral, send_referral, withdraw_referral
from tests.cases.referrals import in_days, key_of, sent_referral
from tests.factories import (
    CaseFactory,
    EnquiryFactory,
    OutcomeFactory,
    PartnerFactory,
    PersonFactory,
    ReferralFactory,
)
from tests.pdf_ua import assert_pdf_ua

LIST = "/workspace/desk/referrals/"
RECEIVED = "/workspace/desk/referrals/received/"


@pytest.fixture
def desk(client, desk_praia):
    client.force_login(desk_praia)
    return client


@pytest.fixture
def fatou(office_praia, desk_praia, partner):
    person = PersonFactory(office=office_praia, author=desk_praia, name="Fatoumata Diallo")
    person.consent.partners.add(partner)
    Contact.objects.create(person=person, channel="phone", value="+2389912345")
    return person


@pytest.fixture
def case(office_praia, desk_praia, renewal, fatou):
    return CaseFactory(
        office=office_praia, author=desk_praia, topic=renewal, person=fatou, title="Assunto da Fatoumata"
    )


@pytest.fixture
def referral(case, partner) -> Referral:
    """Sent, with the name and nothing else."""
    return sent_referral(case=case, partner=partner, author=case.author, shared={"name": "x"})


def address(referral) -> str:
    return urlsplit(referral.link()).path


def act(referral, name) -> str:
    return reverse(f"cases:referral_{name}", args=[referral.pk])


# At the desk


def test_a_referral_is_written_looked_at_and_sent(desk, case, partner, fatou):
    form = reverse("cases:case_refer", args=[case.pk])
    assert "Fatoumata Diallo" in desk.get(form).content.decode()  # to be ticked
    fields = {"partner": partner.pk, "reason": "Aulas à noite.", "shares": ["name"], "once": uuid4()}
    for _twice in range(2):
        answer = desk.post(form, fields)
    referral = Referral.objects.get()
    assert answer.url == referral.get_absolute_url()
    page = desk.get(answer.url).content.decode()
    assert "O que a entidade parceira vai ver" in page
    sent = desk.post(act(referral, "send"), {"way": "link", "due_on": in_days(10)})
    assert sent.url == referral.get_absolute_url()
    referral.refresh_from_db()
    page = desk.get(sent.url).content.decode()
    assert referral.link() in page
    assert '<svg class="qr"' in page
    assert AccessLog.objects.of(referral).filter(verb=Verb.READ).exists()


def test_what_is_being_written_is_kept_as_a_draft(desk, desk_praia, case, partner):
    form = reverse("cases:case_refer", args=[case.pk])
    Draft.objects.create(user=desk_praia, form=form, fields={"reason": ["A meio da frase"]})
    assert "A meio da frase" in desk.get(form).content.decode()
    desk.post(form, {"partner": partner.pk, "reason": "Inteira."})
    assert not Draft.objects.exists()


def test_faults_are_told_at_their_field_and_nothing_typed_is_lost(desk, case, fatou):
    form = reverse("cases:case_refer", args=[case.pk])
    fields = {"partner": PartnerFactory().pk, "reason": "Aulas à noite.", "shares": ["name"]}
    response = desk.post(form, fields)
    assert response.context["form"].errors.keys() == {"shares"}
    assert "Aulas à noite." in response.content.decode()
    response = desk.post(form, fields | {"shares": [], "reason": "Ligar 991 23 45"})
    assert "Ligar 991 23 45" in response.content.decode()
    assert not Referral.objects.exists()


def test_a_form_without_consent_offers_nothing_to_share(desk, case, fatou, office_praia, desk_praia):
    fatou.consent.partners.clear()
    assert "shares" not in desk.get(reverse("cases:case_refer", args=[case.pk])).context["form"].fields
    enquiry = EnquiryFactory(office=office_praia, author=desk_praia)
    assert "shares" not in desk.get(reverse("cases:enquiry_refer", args=[enquiry.pk])).context["form"].fields


def test_two_who_correct_a_draft_at_once_see_it(desk, case, partner):
    draft = ReferralFactory(case=case, partner=partner, author=case.author)
    Referral.objects.filter(pk=draft.pk).update(reason="Da colega", version=2)
    fields = {"partner": partner.pk, "reason": "Meu texto", "version": 1}
    text = desk.post(act(draft, "edit"), fields).content.decode()
    assert "Da colega" in text
    assert "Meu texto" in text
    assert desk.post(act(draft, "edit"), fields | {"version": 2}).status_code == 302
    draft.refresh_from_db()
    assert draft.reason == "Meu texto"


def test_what_is_refused_is_told_on_the_page_that_it_was_sent_from(desk, case, partner, fatou):
    draft = ReferralFactory(case=case, partner=partner, author=case.author, shared={"name": "x"})
    fields = {"partner": partner.pk, "reason": "Ligar 991 23 45", "version": 1}
    response = desk.post(act(draft, "edit"), fields)
    assert response.context["form"].errors.keys() == {"reason"}
    fatou.consent.partners.clear()
    fields = {"way": "letter", "due_on": in_days(10)}
    assert desk.post(act(draft, "send"), fields).context["form"].non_field_errors()
    answer = {"state": "solved", "text": "x"}
    assert desk.post(act(draft, "answer"), answer).context["form"].errors  # it was not sent yet


def test_what_was_sent_is_not_corrected_any_more(desk, referral):
    assert desk.get(act(referral, "edit")).url == referral.get_absolute_url()


def test_the_letter_holds_what_is_shared_and_the_link_and_is_noted(desk, referral, fatou):
    response = desk.get(act(referral, "letter"))
    text = " ".join(page.extract_text() for page in PdfReader(BytesIO(response.content)).pages)
    assert response["Content-Type"] == "application/pdf"
    assert "Fatoumata Diallo" in text
    assert "991 23 45" not in text
    assert key_of(referral)[:20] in "".join(text.split())
    for row in (referral, fatou):
        assert AccessLog.objects.of(row).filter(verb=Verb.PRINTED).exists()


@pytest.mark.once
def test_the_letter_can_be_read_by_everybody_however_long_it_is(case, partner):
    long = sent_referral(case=case, partner=partner, author=case.author, reason="Palavras simples. " * 50)
    assert_pdf_ua(referral_letter_pdf(long))


def test_the_notice_by_email_holds_the_link_and_nothing_of_the_person(
    desk, case, partner, django_capture_on_commit_callbacks
):
    draft = ReferralFactory(case=case, partner=partner, author=case.author, shared={"name": "x"})
    with django_capture_on_commit_callbacks(execute=True):
        fields = {"way": "email", "email": "porta@example.org", "due_on": in_days(10)}
        desk.post(act(draft, "send"), fields)
    draft.refresh_from_db()
    [message] = mail.outbox
    assert message.to == ["porta@example.org"]
    assert draft.link() in message.body
    for secret in ("Fatoumata", "Diallo", case.number, draft.reason):
        assert secret not in message.body + message.subject
    other = ReferralFactory(case=case, partner=partner, author=case.author)
    assert desk.get(act(other, "send")).context["form"].initial["email"] == "porta@example.org"


def test_an_email_without_an_address_is_refused_beside_the_field(desk, case, partner):
    draft = ReferralFactory(case=case, partner=partner, author=case.author)
    response = desk.post(act(draft, "send"), {"way": "email", "due_on": in_days(10)})
    assert response.context["form"].errors.keys() == {"email"}


def test_an_answer_by_telephone_is_written_down(desk, referral):
    desk.post(act(referral, "answer"), {"state": "answered", "text": "Terça às 18h."})
    assert "Terça às 18h." in desk.get(referral.get_absolute_url()).content.decode()


def test_the_list_shows_those_not_ended_and_what_is_asked_for(desk, case, partner, referral):
    ended = sent_referral(case=case, partner=PartnerFactory(), author=case.author)
    withdraw_referral(ended, by=case.author)
    assert list(desk.get(LIST).context["page"]) == [referral]
    assert list(desk.get(f"{LIST}?state=withdrawn").context["page"]) == [ended]
    assert len(desk.get(f"{LIST}?state=all").context["page"]) == 2
    close_case(case, outcome=OutcomeFactory(), reason="Feito.", by=case.author)
    assert list(desk.get(LIST).context["page"]) == []
    assert list(desk.get(f"{LIST}?state=all&partner={partner.pk}").context["page"]) == [referral]
    assert desk.get(f"{LIST}?state=nonsense&partner=x").status_code == 200


@pytest.mark.parametrize("page", ["list", "case", "received"])
def test_the_queries_do_not_grow_with_the_referrals(
    client, desk_praia, partner_user, case, partner, referral, count_queries, page
):
    client.force_login(partner_user if page == "received" else desk_praia)
    url = {"list": LIST, "case": case.get_absolute_url(), "received": RECEIVED}[page]
    client.get(url)
    one = count_queries(lambda: client.get(url))
    for _number in range(19):
        sent_referral(case=case, partner=partner, author=desk_praia)
    assert count_queries(lambda: client.get(url)) == one


def test_the_list_is_paged(desk, case, partner):
    for _number in range(27):
        ReferralFactory(case=case, partner=partner, author=case.author)
    page = desk.get(LIST).context["page"]
    assert len(page) == 25
    assert len(desk.get(LIST + page.next_url).context["page"]) == 2


def test_case_and_enquiry_show_their_referrals(desk, case, referral, partner, office_praia, desk_praia):
    enquiry = EnquiryFactory(office=office_praia, author=desk_praia, case=case)
    other = sent_referral(case=None, enquiry=enquiry, partner=partner, author=desk_praia)
    text = desk.get(case.get_absolute_url()).content.decode()
    assert referral.reference in text
    assert other.reference in text
    text = desk.get(enquiry.get_absolute_url()).content.decode()
    assert other.reference in text
    assert referral.reference not in text


# By the link


def test_the_link_shows_that_one_referral_and_only_what_is_shared(client, referral, case, desk_praia):
    response = client.get(address(referral))
    text = response.content.decode()
    assert referral.reason in text
    assert "Fatoumata Diallo" in text
    for secret in ("991 23 45", case.number, case.title, str(desk_praia), "/workspace/desk/"):
        assert secret not in text
    assert "no-store" in response["Cache-Control"]
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert response["Referrer-Policy"] == "same-origin"
    for row in (referral, case.person):
        line = AccessLog.objects.of(row).get(verb=Verb.READ)
        assert (line.user, line.who) == (None, f"{referral.partner}: {referral.reference}")


def test_an_answer_by_the_link_reaches_the_desk_once(client, referral):
    fields = {"state": "solved", "text": "Feito.", "once": uuid4()}
    for _twice in range(2):
        response = client.post(address(referral), fields)
        assert "Obrigado" in response.content.decode()
    referral.refresh_from_db()
    assert referral.state == "solved"
    assert referral.steps.filter(state="solved", way="link", by=None).count() == 1


def test_after_a_first_word_the_link_still_takes_the_last_one(client, referral):
    client.post(address(referral), {"state": "received"})
    assert "received" not in client.get(address(referral)).context["form"].fields["state"].choices
    client.post(address(referral), {"state": "refused", "text": "Sem vagas."})
    referral.refresh_from_db()
    assert referral.state == "refused"


def test_a_partner_reads_again_what_it_answered_by_the_link_and_in_its_account(
    client, referral, partner_user
):
    client.post(address(referral), {"state": "answered", "text": "Terça às 18h."})
    page = client.get(address(referral)).content.decode()
    assert page.index("Terça às 18h.") < page.index("<textarea")
    client.force_login(partner_user)
    page = client.get(f"{RECEIVED}{referral.pk}/").content.decode()
    assert page.index("Terça às 18h.") < page.index("<textarea")


def test_a_partner_reads_which_office_has_the_matter_now(client, referral, partner_user, office_sal, case):
    type(office_sal).objects.filter(pk=office_sal.pk).update(phone="241 00 11")
    Case.objects.filter(pk=case.pk).update(office=office_sal)
    client.force_login(partner_user)
    assert "GAI Sal" in client.get(RECEIVED).content.decode()
    for page in (f"{RECEIVED}{referral.pk}/", address(referral)):
        text = client.get(page).content.decode()
        assert "GAI Sal (antes: GAI Praia)<br>241 00 11" in text
    assert "O GAI Sal pede a sua ajuda" in text
    referral = Referral.objects.get(pk=referral.pk)
    assert "GAI Sal" in PdfReader(BytesIO(referral_letter_pdf(referral))).pages[0].extract_text()


def test_a_refusal_needs_a_word_and_keeps_what_was_chosen(client, referral):
    response = client.post(address(referral), {"state": "refused", "text": ""})
    assert response.context["form"].errors.keys() == {"text"}
    assert "Fatoumata Diallo" in response.content.decode()


def test_expired_used_withdrawn_replaced_or_guessed_it_is_one_plain_page(client, case, partner, desk_praia):
    expired, used, withdrawn, replaced = (
        sent_referral(case=case, partner=partner, author=desk_praia, days=14) for _number in range(4)
    )
    urls = [address(each) for each in (expired, used, withdrawn, replaced)]
    with time_machine.travel(timezone.now() + timedelta(days=29), tick=False):
        gone = client.get(urls[0])
    answer_referral(used, state="solved", way="link", key=key_of(used))
    withdraw_referral(withdrawn, by=desk_praia)
    send_referral(replaced, way="link", due_on=in_days(9), by=desk_praia)
    answers = [gone, *(client.get(url) for url in [*urls[1:], "/referrals/guessed/"])]
    assert {answer.status_code for answer in answers} == {404}
    pages = {
        answer.content.decode().replace(path, "").replace(path.replace("/", "%2F"), "")
        for answer, path in zip(answers, [*urls, "/referrals/guessed/"], strict=True)
    }
    assert len(pages) == 1
    for answer in answers:
        assert answer["X-Robots-Tag"] == "noindex, nofollow"


def test_an_answer_that_comes_too_late_is_given_back(client, referral, desk_praia):
    url = address(referral)
    withdraw_referral(referral, by=desk_praia)
    response = client.post(url, {"state": "solved", "text": "Veio ontem."})
    assert response.status_code == 404
    assert "Veio ontem." in response.content.decode()
    assert referral.steps.count() == 2


def test_guessing_links_is_soon_refused(client, referral):
    answers = [client.get(f"/referrals/guess{number}/").status_code for number in range(22)]
    assert answers.count(404) == 20
    assert answers[-1] == 429


def test_answering_by_one_link_is_limited(client, referral):
    fields = {"state": "answered", "text": "Mais uma palavra."}
    for _number in range(20):
        client.post(address(referral), fields)
    response = client.post(address(referral), fields | {"text": "Esta fica."})
    assert "Esta fica." in response.content.decode()
    assert referral.steps.filter(state="answered").count() == 20


def test_the_link_speaks_the_readers_language(client, referral):
    for language, word in {"en": "Answer", "fr": "Réponse"}.items():
        assert word in client.get(address(referral), headers={"Accept-Language": language}).content.decode()


def test_a_changed_secret_shows_no_wrong_link(desk, referral, settings):
    url = address(referral)
    settings.SECRET_KEY = "another one"
    assert referral.link() == ""
    assert Client().get(url).status_code == 200  # those that are on their way still open it


# With an account


def test_a_partner_reads_and_answers_what_was_sent_to_it(client, referral, partner_user, case):
    client.force_login(partner_user)
    assert "espera pela sua resposta" in client.get("/workspace/").content.decode()
    assert list(client.get(RECEIVED).context["page"]) == [referral]
    page = reverse("cases:received_detail", args=[referral.pk])
    text = client.get(page).content.decode()
    assert "Fatoumata Diallo" in text
    assert case.number not in text
    assert AccessLog.objects.of(referral).filter(verb=Verb.READ, user=partner_user).exists()
    assert client.post(page, {"state": "received"}).url == RECEIVED
    referral.refresh_from_db()
    assert referral.state == "received"


def test_a_partner_finds_what_waits_for_its_answer(client, referral, partner_user, case, partner):
    client.force_login(partner_user)
    page = client.get(RECEIVED, headers={"accept-language": "pt"})
    assert "1 espera a sua resposta" in page.content.decode()
    answer_referral(referral, state="answered", text="Terça às 18h.", way="account", by=partner_user)
    other = sent_referral(case=case, partner=partner, author=case.author)
    assert client.get(f"{RECEIVED}?open").context["page"].rows == [other]
    assert set(client.get(RECEIVED).context["page"].rows) == {referral, other}


def test_partners_with_like_names_are_told_apart_by_their_kind(desk, case, partner):
    PartnerFactory(code="IGT", name_pt="Inspeção do Trabalho", kind="public")
    PartnerFactory(code="DGT", name_pt="Inspeção do Trabalho", kind="")
    case.topic.partners.add(partner)
    form = desk.get(reverse("cases:case_refer", args=[case.pk])).context["form"]
    groups = {
        str(label): [str(name) for _pk, name in rows] for label, rows in form.fields["partner"].choices[1:]
    }
    assert list(groups.values()) == [
        [str(partner)],
        ["IGT · Inspeção do Trabalho"],
        ["DGT · Inspeção do Trabalho"],
    ]


def test_a_partner_reads_nobody_elses(client, partner_user, case):
    other = sent_referral(case=case, partner=PartnerFactory(), author=case.author)
    client.force_login(partner_user)
    assert client.get(reverse("cases:received_detail", args=[other.pk])).status_code == 404
    assert client.get(other.get_absolute_url()).status_code == 404
