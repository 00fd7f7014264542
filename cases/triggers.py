"""What the database itself keeps at the desk, whoever writes: pages, admin, scripts or raw SQL."""

from cases.models import GuidanceVersion, PublishedCounts, QuarterCounts, Referral, ReferralStep
from gai_portal.lib.triggers import Trigger, changed, frozen_when

PUBLISHED_STAYS = "What has been published of a desk's counts never changes."
COUNTED_STAYS = "What a quarter counted stays until its year is published."
SHARED_STAYS = "What was sent to a partner never changes; it can only be emptied."
STEP_STAYS = "A step of a referral never changes; its text can only be emptied."
OTHER_THAN_SENT = (
    "OLD.sent_at IS NOT NULL AND (OLD.partner_id <> NEW.partner_id"
    " OR OLD.sent_at IS DISTINCT FROM NEW.sent_at"
    " OR (OLD.reason <> NEW.reason AND NEW.reason <> '')"
    " OR (OLD.shared <> NEW.shared AND NEW.shared <> '{}'))"
)
TOLD_STAYS = "What a card has told never changes."
YEAR_IS_OPEN = (
    "NOT EXISTS (SELECT 1 FROM cases_publishedcounts p WHERE p.municipality_id = OLD.municipality_id"
    " AND p.year = OLD.year AND p.quarter = 0)"
)

TRIGGERS: list[Trigger] = [
    Trigger(PublishedCounts, "UPDATE", "", PUBLISHED_STAYS),
    Trigger(PublishedCounts, "DELETE", "", PUBLISHED_STAYS),
    Trigger(QuarterCounts, "UPDATE", "", COUNTED_STAYS),
    Trigger(QuarterCounts, "DELETE", YEAR_IS_OPEN, COUNTED_STAYS),
    Trigger(Referral, "UPDATE", OTHER_THAN_SENT, SHARED_STAYS),
    Trigger(
        ReferralStep,
        "UPDATE",
        f"{changed(ReferralStep, but={'text'})} OR (OLD.text <> NEW.text AND NEW.text <> '')",
        STEP_STAYS,
    ),
    *frozen_when(GuidanceVersion, "published", TOLD_STAYS),
]
