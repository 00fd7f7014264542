"""What the desk does twice by a second tap, and what it writes for colleagues who read another language."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from cases.models import CaseNote, DeadlineRule
from cases.services.follow_ups import set_deadline
from cases.workflow import ReferralState
from tests.cases.referrals import key_of, sent_referral
from tests.factories import (
    CaseDocumentFactory,
    CaseFactory,
    EnquiryFactory,
    FollowUpFactory,
    PersonFactory,
)


@pytest.mark.parametrize("choice", ["erase", "anonymise"])
def test_a_second_tap_on_withdraw_is_no_refusal(client, office_praia, desk_praia, choice):
    person = PersonFactory(office=office_praia, author=desk_praia)
    client.force_login(desk_praia)
    url = reverse("cases:consent_withdraw", args=[person.pk])
    for _tap in range(2):
        assert client.post(url, {"choice": choice}).status_code == 302
    assert client.get(url).status_code == 403


def test_a_second_tap_on_void_is_no_refusal(client, office_praia, desk_praia):
    enquiry = EnquiryFactory(office=office_praia, author=desk_praia)
    client.force_login(desk_praia)
    url = reverse("cases:enquiry_void", args=[enquiry.pk])
    for _tap in range(2):
        assert client.post(url, {"reason": "Registado duas vezes"}).status_code == 302
    enquiry.refresh_from_db()
    assert enquiry.history.count() == 2  # recorded, and voided once


def test_a_second_tap_on_remove_is_no_refusal(client, office_praia, desk_praia, coordinator_praia):
    document = CaseDocumentFactory(
        case=CaseFactory(office=office_praia, author=desk_praia), added_by=desk_praia
    )
    url = reverse("cases:document_remove", args=[document.pk])
    for who in (desk_praia, coordinator_praia):
        client.force_login(who)
        assert client.post(url).status_code == 302
    document.refresh_from_db()
    assert document.removed_by == desk_praia


def test_a_deadline_is_written_in_the_offices_language(office_praia, desk_praia, renewal):
    rule = DeadlineRule.objects.create(
        code="D1", name_pt="Pedir antes " + "do fim " * 40, name_fr="Demander avant", offset_hours=-360
    )
    case = CaseFactory(office=office_praia, author=desk_praia, topic=renewal)
    with translation.override("fr"):
        deadline = set_deadline(case, rule, timezone.localdate() + timedelta(days=60), by=desk_praia)
    assert deadline.title.startswith("Pedir antes")
    assert deadline.title.endswith("…")


def test_what_a_partner_answers_in_french_is_written_in_the_offices_language(
    client, office_praia, desk_praia
):
    case = CaseFactory(office=office_praia, author=desk_praia)
    referral = sent_referral(case=case, author=desk_praia)
    referral.follow_up = FollowUpFactory(office=office_praia, author=desk_praia, case=case)
    referral.save()
    client.cookies["django_language"] = "fr"
    client.post(reverse("referral_link", args=[key_of(referral)]), {"state": ReferralState.SOLVED})
    referral.follow_up.refresh_from_db()
    with translation.override("pt"):
        assert referral.follow_up.result == ReferralState.SOLVED.label


def test_a_note_of_the_evening_carries_that_day(office_praia, desk_praia):
    """23:30 in Praia is the next day in UTC."""
    at = datetime(2026, 3, 2, 0, 30, tzinfo=UTC)
    assert str(CaseNote(case=CaseFactory(office=office_praia), author=desk_praia, at=at)).endswith(
        "2026-03-01"
    )
