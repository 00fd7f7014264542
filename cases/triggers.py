"""What the database itself keeps at the desk, whoever writes: pages, admin, scripts or raw SQL."""

from cases.models import PublishedCounts, QuarterCounts
from gai_portal.lib.triggers import Trigger

PUBLISHED_STAYS = "What has been published of a desk's counts never changes."
COUNTED_STAYS = "What a quarter counted stays until its year is published."
YEAR_IS_OPEN = (
    "NOT EXISTS (SELECT 1 FROM cases_publishedcounts p WHERE p.municipality_id = OLD.municipality_id"
    " AND p.year = OLD.year AND p.quarter = 0)"
)

TRIGGERS: list[Trigger] = [
    Trigger(PublishedCounts, "UPDATE", "", PUBLISHED_STAYS),
    Trigger(PublishedCounts, "DELETE", "", PUBLISHED_STAYS),
    Trigger(QuarterCounts, "UPDATE", "", COUNTED_STAYS),
    Trigger(QuarterCounts, "DELETE", YEAR_IS_OPEN, COUNTED_STAYS),
]
