"""A referral as the desk sends it, for tests."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from cases.models import Referral
from cases.services.referrals import send_referral
from tests.factories import ReferralFactory


def in_days(days: int) -> Any:
    return timezone.localdate() + timedelta(days=days)


def sent_referral(*, days: int = 14, way: str = "link", email: str = "", **fields: Any) -> Referral:
    """Sent by its author, who has a desk at the office."""
    draft = ReferralFactory(**fields)
    return send_referral(draft, way=way, due_on=in_days(days), email=email, by=draft.author)


def key_of(referral: Referral) -> str:
    """What stands in the address of its link."""
    return referral.link().rstrip("/").rpartition("/")[2]
