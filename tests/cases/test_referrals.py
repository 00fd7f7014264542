"""A matter is sent to a partner, with what the person agreed to share and nothing else, and is answered."""

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.core import mail
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone, translation

from accounts.access import Verb
from accounts.models import AccessLog, Notice
from cases.models import (
    Contact,
    Enquiry,
    FollowUp,
    IdentityDocument,
    Referral,
    ReferralStep,
    shareable,
    timeline,
)
from cases.services import referrals
from cases.services.cases import close_case
from cases.services.consents import renew_consent, withdraw_consent
from cases.services.erasure import anonymise_person
from cases.services.referrals import (
    ReferralChanged,
    answer_referral,
    change_referral,
    draft_referral,
    look_after_referrals,
    send_referral,
    withdraw_referral,
)
from cases.workflow import ANSWERS, OPEN_STATES, ReferralState
from tests.cases.referrals import in_days, sent_referral
from tests.cases.test_erasure import everything_in
from tests.factories import (
    CaseFactory,
    EnquiryFactory,
    OutcomeFactory,
    PartnerFactory,
    PersonFactory,
    ReferralFactory,
)

REASON = "Aulas de português à noite."


@pytest.fixture
def fatou(office_praia, desk_praia, partner):
    """Somebody who agreed to share with one partner."""
    person = PersonFactory(office=office_praia, author=desk_praia, name="Fatoumata Diallo")
    person.consent.partners.add(partner)
    Contact.objects.create(person=person, channel="phone", value="+2389912345", caution="Só à tarde")
    IdentityDocument.objects.create(person=person, kind="passport", number="AB123456", country="SN")
    return person


@pytest.fixture
def case(office_praia, desk_praia, renewal, fatou):
    return CaseFactory(office=office_praia, author=desk_praia, topic=renewal, person=fatou)


@pytest.fixture
def anonymous(office_praia, desk_praia, renewal) -> Enquiry:
    return EnquiryFactory(office=office_praia, author=desk_praia, topic=renewal)


def phone_of(person) -> str:
    return f"phone-{person.contacts.get().pk}"


def sent(case, partner, **fields) -> Referral:
    return sent_referral(case=case, partner=partner, author=case.author, **fields)


def told(user) -> list[str]:
    return list(Notice.objects.filter(user=user).values_list("text", flat=True))


def test_nothing_personal_goes_along_by_itself(case, partner, desk_praia):
    referral = draft_referral(case, partner=partner, reason=REASON, by=desk_praia)
    assert (referral.state, referral.shared, referral.person) == ("draft", {}, case.person)


def test_an_anonymous_matter_can_be_referred(anonymous, partner, desk_praia):
    referral = draft_referral(anonymous, partner=partner, reason=REASON, by=desk_praia)
    assert (referral.enquiry, referral.case, referral.person) == (anonymous, None, None)
    with pytest.raises(ValidationError):
        draft_referral(anonymous, partner=partner, reason=REASON, shares=["name"], by=desk_praia)


def test_what_is_ticked_is_taken_from_the_record_with_the_care_it_needs(case, partner, desk_praia, fatou):
    shares = ["name", phone_of(fatou)]
    referral = draft_referral(case, partner=partner, reason=REASON, shares=shares, by=desk_praia)
    assert list(referral.shared.values()) == [
        "Fatoumata Diallo",
        "991 23 45 (chamadas; Não deixar recado; Só à tarde)",
    ]


def test_a_number_that_is_not_to_be_called_is_not_offered_to_a_partner(fatou):
    nothing = {"may_call": False, "may_text": False, "may_whatsapp": False}
    fatou.contacts.update(**nothing)
    fatou.contacts.create(channel="email", value="fatou@example.org", **nothing)
    assert "phone" not in {key.partition("-")[0] for key in shareable(fatou)}
    assert "fatou@example.org" in shareable(fatou).values()


def test_a_number_goes_along_with_how_it_may_be_used(fatou):
    fatou.contacts.update(may_call=False, may_text=True, may_whatsapp=True, whose="da irmã", caution="")
    with translation.override("fr"):  # the partner reads Portuguese, whoever writes
        assert shareable(fatou)[phone_of(fatou)] == "991 23 45 (da irmã; SMS; WhatsApp)"
        fatou.contacts.update(may_call=True, may_leave_message=True, may_text=False, may_whatsapp=False)
        assert shareable(fatou)[phone_of(fatou)] == "991 23 45 (da irmã; chamadas)"


def test_nothing_is_shared_with_a_partner_whom_the_person_did_not_name(case, desk_praia):
    with pytest.raises(ValidationError):
        draft_referral(case, partner=PartnerFactory(), reason=REASON, shares=["name"], by=desk_praia)


def test_nothing_is_shared_once_the_agreement_has_ended(case, partner, desk_praia, fatou):
    draft = draft_referral(case, partner=partner, reason=REASON, shares=["name"], by=desk_praia)
    fatou.consent.partners.clear()
    with pytest.raises(ValidationError):
        send_referral(draft, way="letter", due_on=in_days(9), by=desk_praia)


def test_a_reason_that_points_at_somebody_is_refused(case, partner, desk_praia):
    for reason in ["", "Telefonar para 991 23 45.", "Passaporte AB123456", "fatou@example.org"]:
        with pytest.raises(ValidationError):
            draft_referral(case, partner=partner, reason=reason, by=desk_praia)


def test_sending_takes_what_the_record_says_on_that_day(case, partner, desk_praia, fatou):
    draft = draft_referral(case, partner=partner, reason=REASON, shares=["name"], by=desk_praia)
    type(fatou).objects.filter(pk=fatou.pk).update(name="Fatoumata Djaló")
    referral = send_referral(draft, way="letter", due_on=in_days(9), by=desk_praia)
    assert referral.shared == {"name": "Fatoumata Djaló"}
    assert referral.state == "sent"
    step = referral.steps.get()
    assert (step.way, step.by) == ("letter", desk_praia)
    line = AccessLog.objects.of(fatou).get(verb=Verb.SHARED)
    assert line.why.startswith(f"{referral.reference}, {partner}, ")


def test_a_contact_that_is_gone_is_not_shared(case, partner, desk_praia, fatou):
    draft = draft_referral(case, partner=partner, reason=REASON, shares=[phone_of(fatou)], by=desk_praia)
    fatou.contacts.all().delete()
    with pytest.raises(ValidationError):
        send_referral(draft, way="letter", due_on=in_days(9), by=desk_praia)


def test_what_was_sent_never_changes_in_the_database_itself(case, partner):
    referral = sent(case, partner, shared={"name": "x"})
    other = PartnerFactory()
    for values in ({"shared": {"name": "y"}}, {"reason": "Outro"}, {"partner": other}, {"sent_at": None}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Referral.objects.filter(pk=referral.pk).update(**values)
    with pytest.raises(IntegrityError), transaction.atomic():
        referral.steps.update(state="solved")
    draft = ReferralFactory(case=case)
    assert Referral.objects.filter(pk=draft.pk).update(reason="Outro") == 1


def test_a_day_for_the_answer_lies_ahead_and_an_email_has_an_address(case, partner, desk_praia):
    draft = ReferralFactory(case=case, partner=partner)
    for fields in ({"due_on": in_days(0)}, {"due_on": in_days(400)}, {"way": "email"}):
        with pytest.raises(ValidationError):
            send_referral(draft, **({"way": "letter", "due_on": in_days(9)} | fields), by=desk_praia)


def test_partners_with_an_account_are_told_without_anything_personal(case, partner, partner_user):
    referral = sent(case, partner, shared={"name": "x"})
    [text] = told(partner_user)
    assert referral.reference in text
    assert "Diallo" not in text


@pytest.mark.parametrize("state", list(ANSWERS))
def test_the_officer_is_told_what_the_partner_says(case, partner, partner_user, desk_praia, state):
    referral = sent(case, partner)
    answer_referral(referral, state=state, text="Terça às 18h.", way="account", by=partner_user)
    referral.refresh_from_db()
    assert referral.state == state
    assert referral.reference in told(desk_praia)[0]
    assert AccessLog.objects.of(referral).filter(verb=Verb.ANSWERED, user=partner_user).exists()


def test_an_answer_and_a_refusal_need_a_sentence(case, partner, partner_user):
    referral = sent(case, partner)
    for state in ("answered", "refused"):
        with pytest.raises(ValidationError):
            answer_referral(referral, state=state, text=" ", way="account", by=partner_user)


def test_what_was_solved_or_refused_is_not_answered_again(case, partner, partner_user):
    referral = sent(case, partner)
    answer_referral(referral, state="solved", way="account", by=partner_user)
    with pytest.raises(ValidationError):
        answer_referral(referral, state="received", way="account", by=partner_user)


def test_an_answer_that_is_sent_twice_counts_once(case, partner, partner_user):
    referral, once = sent(case, partner), uuid4()
    for _twice in range(2):
        answer_referral(referral, state="solved", way="account", by=partner_user, once=once)
    assert referral.steps.filter(state="solved").count() == 1


def test_the_key_of_another_form_is_no_key(case, partner, partner_user):
    once = uuid4()
    for referral in (sent(case, partner), sent(case, partner)):
        answer_referral(referral, state="solved", way="account", by=partner_user, once=once)
    assert ReferralStep.objects.filter(state="solved").count() == 2


def test_no_other_partner_and_no_stranger_answers(case, partner, desk_sal, guest, dgi_officer):
    referral = sent(case, partner)
    for stranger in (desk_sal, guest, dgi_officer):
        for way in ("account", "desk"):
            with pytest.raises(PermissionDenied):
                answer_referral(referral, state="received", way=way, by=stranger)
    with pytest.raises(PermissionDenied):
        answer_referral(referral, state="received", way="link", key="guessed")


def test_a_partner_has_only_what_was_sent_to_it(case, partner, partner_user):
    referral = sent(case, partner)
    ReferralFactory(case=case, partner=partner)  # a draft
    sent(case, PartnerFactory())
    withdrawn = sent(case, partner)
    withdraw_referral(withdrawn, by=case.author)
    assert list(Referral.objects.sent_to(partner_user)) == [referral]


def test_the_desk_writes_down_what_a_partner_said_on_the_telephone(case, partner, desk_praia):
    referral = sent(case, partner)
    answer_referral(referral, state="answered", text="Terça às 18h.", way="desk", by=desk_praia)
    assert referral.steps.last().way == "desk"
    assert told(desk_praia) == []  # who wrote it knows it


def test_a_draft_that_a_colleague_changed_or_sent_is_not_overwritten(case, partner, desk_praia):
    draft = draft_referral(case, partner=partner, reason=REASON, by=desk_praia)
    change_referral(draft, partner=partner, reason="Aulas de dia.", version=1, by=desk_praia)
    with pytest.raises(ReferralChanged):
        change_referral(draft, partner=partner, reason="Meu texto.", version=1, by=desk_praia)
    referral = send_referral(draft, way="letter", due_on=in_days(9), by=desk_praia)
    with pytest.raises(ReferralChanged):
        change_referral(referral, partner=partner, reason="Tarde.", version=referral.version, by=desk_praia)


def test_it_is_withdrawn_once_and_sent_no_more(case, partner, desk_praia):
    referral = sent(case, partner)
    for _twice in range(2):
        withdraw_referral(referral, by=desk_praia)
    assert referral.steps.filter(state="withdrawn").count() == 1
    with pytest.raises(ValidationError):
        send_referral(referral, way="letter", due_on=in_days(9), by=desk_praia)


def test_a_closed_case_and_a_voided_enquiry_are_not_referred(case, anonymous, partner, desk_praia):
    close_case(case, outcome=OutcomeFactory(), reason="Feito.", by=desk_praia)
    case.refresh_from_db()
    anonymous.voided_at, anonymous.voided_by = timezone.now(), desk_praia
    anonymous.save()
    for about in (case, anonymous):
        with pytest.raises(PermissionDenied):
            draft_referral(about, partner=partner, reason=REASON, by=desk_praia)


def test_it_is_as_restricted_as_its_case(case, partner, desk_praia, coordinator_praia):
    referral = sent(case, partner)
    assert Referral.objects.visible_to(coordinator_praia).get() == referral
    type(case).objects.filter(pk=case.pk).update(is_restricted=True)
    assert not Referral.objects.visible_to(coordinator_praia).exists()
    assert not ReferralStep.objects.visible_to(coordinator_praia).exists()
    assert Referral.objects.visible_to(desk_praia).get() == referral


def test_it_stands_in_the_persons_file_with_what_was_shared(case, partner, desk_praia, fatou):
    sent(case, partner, shared={"name": "x"})
    moment = next(each for each in timeline(fatou, desk_praia)[0] if "Plataforma" in each.title)
    assert any("Nome" in detail for detail in moment.details)


# Every night


def later(days):
    return time_machine.travel(timezone.now() + timedelta(days=days), tick=False)


def test_a_partner_is_reminded_once_before_the_day(case, partner, partner_user):
    sent(case, partner, days=14)
    assert look_after_referrals() == "0 reminded, 0 without an answer"
    with later(11):
        assert look_after_referrals() == "1 reminded, 0 without an answer"
        assert look_after_referrals() == "0 reminded, 0 without an answer"
    assert len(told(partner_user)) == 2


def test_a_partner_is_reminded_by_email_with_a_link_that_opens(
    case, partner, settings, django_capture_on_commit_callbacks
):
    referral = sent(case, partner, way="email", email="porta@example.org", days=14)
    with later(12), django_capture_on_commit_callbacks(execute=True):
        assert look_after_referrals() == "1 reminded, 0 without an answer"
    assert referral.link() in mail.outbox[-1].body
    sent(case, partner, way="email", email="porta@example.org", days=14)
    settings.SECRET_KEY = "another one"
    with later(12):
        assert look_after_referrals() == "0 reminded, 0 without an answer"


def test_a_letter_alone_reminds_nobody(case, partner):
    sent(case, partner, way="letter", days=14)
    with later(12):
        assert look_after_referrals() == "0 reminded, 0 without an answer"


def test_without_an_answer_in_time_the_desk_has_something_to_do(case, partner, desk_praia):
    referral = sent(case, partner, days=14)
    with later(15):
        assert look_after_referrals() == "0 reminded, 1 without an answer"
        assert look_after_referrals() == "0 reminded, 0 without an answer"
        assert list(FollowUp.objects.visible_to(desk_praia).due()) == list(FollowUp.objects.all())
    follow_up = FollowUp.objects.get()
    assert (follow_up.case, follow_up.source, follow_up.assigned_to) == (case, "referral", desk_praia)
    assert referral.reference in follow_up.title
    referral.refresh_from_db()
    assert referral.state == "unanswered"
    assert referral.is_open  # a late answer is taken


@pytest.mark.parametrize("then", ["answered late", "sent once more", "withdrawn"])
def test_what_the_desk_had_to_do_is_dropped_when_it_goes_on(case, partner, partner_user, desk_praia, then):
    referral = sent(case, partner, days=14)
    with later(15):
        look_after_referrals()
    if then == "answered late":
        answer_referral(referral, state="solved", way="account", by=partner_user)
    elif then == "withdrawn":
        withdraw_referral(referral, by=desk_praia)
    else:
        send_referral(referral, way="link", due_on=in_days(40), by=desk_praia)
    follow_up = FollowUp.objects.get()
    assert follow_up.was_dropped
    with later(60):
        look_after_referrals()
    assert FollowUp.objects.open().count() == (then == "sent once more")


def test_whoever_has_left_the_desk_is_given_nothing_to_do(anonymous, partner, desk_praia, coordinator_praia):
    referral = sent_referral(case=None, enquiry=anonymous, partner=partner, author=desk_praia)
    desk_praia.memberships.update(ends_on=in_days(5))
    with later(15):
        look_after_referrals()
    follow_up = FollowUp.objects.get()
    assert (follow_up.enquiry, follow_up.assigned_to) == (referral.enquiry, None)
    assert told(desk_praia) == []
    assert referral.reference in told(coordinator_praia)[0]


def test_a_closed_case_gets_nothing_to_do(case, partner, desk_praia):
    sent(case, partner)
    close_case(case, outcome=OutcomeFactory(), reason="Feito.", by=desk_praia)
    with later(15):
        assert look_after_referrals() == "0 reminded, 1 without an answer"
    assert not FollowUp.objects.exists()


# What is known of somebody


def test_the_partner_sees_it_no_longer_than_the_person_agrees(case, partner, desk_praia, fatou):
    referral = sent(case, partner, shared={"name": "x"})
    assert referral.seen_by_partner() == [("Nome", "Fatoumata Diallo")]
    consent = {"explained": "De novo.", "language": fatou.consent.language, "form": "signed"}
    renew_consent(fatou, consent | {"ends_on": in_days(300)}, by=desk_praia)
    assert Referral.objects.get().seen_by_partner() == []


@pytest.mark.parametrize("choice", ["erase", "anonymise"])
def test_who_withdraws_their_consent_is_in_no_referral_any_more(
    case, partner, partner_user, desk_praia, fatou, choice
):
    referral = sent(case, partner, shared={"name": "x", phone_of(fatou): "x"}, reason="Fala da Fatoumata.")
    answer_referral(referral, state="answered", text="A Diallo veio.", way="account", by=partner_user)
    withdraw_consent(fatou, choice, by=desk_praia)
    left = everything_in()
    assert [text for text in ("Fatoumata", "Diallo", "991 23 45") if text in left] == []
    referral.refresh_from_db()
    assert (referral.shared, referral.reason, referral.link_digest) == ({}, "", "")
    assert referral.state == "withdrawn"
    assert not Referral.objects.sent_to(partner_user).exists()
    assert "apague" in told(partner_user)[0].lower()
    with later(15):
        look_after_referrals()
    assert not FollowUp.objects.exists()
    assert (referral.person is None) == (choice == "erase")


@pytest.mark.parametrize("shared", [{"name": "x"}, {}])
def test_a_partner_who_was_told_something_is_asked_by_email_to_delete_it(
    case, partner, desk_praia, fatou, shared, django_capture_on_commit_callbacks
):
    sent(case, partner, shared=shared, way="email", email="porta@example.org")
    draft_referral(case, partner=partner, reason=REASON, shares=["name"], by=desk_praia)
    with django_capture_on_commit_callbacks(execute=True):
        withdraw_consent(fatou, "erase", by=desk_praia)
    assert [message.to for message in mail.outbox] == [["porta@example.org"]] * len(shared)
    assert not any("Diallo" in message.body for message in mail.outbox)
    assert set(Referral.objects.values_list("state", flat=True)) == {"withdrawn"}


# The database itself


def test_a_referral_is_of_a_case_or_an_enquiry(case, anonymous):
    for fields in ({"case": None, "office": case.office, "person": None}, {"enquiry": anonymous}):
        with pytest.raises(IntegrityError, match="referral_of_a_case_or_an_enquiry"), transaction.atomic():
            ReferralFactory(**({"case": case} | fields))


def test_a_referral_that_was_sent_has_a_day_for_the_answer(case):
    for state in OPEN_STATES:
        refused = pytest.raises(IntegrityError, match="referral_sent_with_a_day_for_the_answer")
        with refused, transaction.atomic():
            ReferralFactory(case=case, state=ReferralState(state))


def test_who_was_erased_since_the_page_was_opened_is_not_written_into_a_referral(case, partner, desk_praia):
    opened = type(case).objects.select_related("person__consent", "person__office").get(pk=case.pk)
    anonymise_person(case.person, by=desk_praia)
    with pytest.raises(ValidationError):
        draft_referral(opened, partner=partner, reason=REASON, shares=["name"], by=desk_praia)


def test_a_case_that_was_closed_since_the_page_was_opened_is_not_referred(case, partner, desk_praia):
    opened = type(case).objects.get(pk=case.pk)
    close_case(case, outcome=OutcomeFactory(), reason="Resolvido.", by=desk_praia)
    with pytest.raises(PermissionDenied):
        draft_referral(opened, partner=partner, reason=REASON, by=desk_praia)


def test_sent_once_more_while_the_night_goes_through_the_late_ones_it_does_not_lapse(
    case, partner, desk_praia, monkeypatch
):
    late = sent(case, partner)
    Referral.objects.update(due_on=in_days(-1))
    lapse = referrals._lapse

    def lapse_after_sending(pk):
        send_referral(late, way="link", due_on=in_days(14), by=desk_praia)
        return lapse(pk)

    monkeypatch.setattr(referrals, "_lapse", lapse_after_sending)
    look_after_referrals()
    late.refresh_from_db()
    assert (late.state, late.follow_up) == (ReferralState.SENT, None)


def test_two_nights_at_once_remind_once(case, partner):
    soon = sent(case, partner, days=1, email="ola@parceiro.example")
    Referral.objects.update(reminded_at=timezone.now())
    mail.outbox.clear()
    assert not referrals._remind(soon.pk)
    assert mail.outbox == []


def test_a_referral_whose_mail_does_not_go_tells_who_sent_it(
    office_praia, desk_praia, partner, monkeypatch, django_capture_on_commit_callbacks
):
    def fail(self, messages):
        raise OSError("no route to host")

    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", fail)
    case = CaseFactory(office=office_praia, author=desk_praia)
    referral = ReferralFactory(case=case, partner=partner, author=desk_praia)
    day = timezone.localdate() + timedelta(days=14)
    with django_capture_on_commit_callbacks(execute=True):
        send_referral(referral, way="email", email="a@example.org", due_on=day, by=desk_praia)
    notice = desk_praia.notices.get()
    assert referral.reference in notice.text
    assert notice.url == referral.get_absolute_url()
