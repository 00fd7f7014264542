"""The desk: what enquiries are about, and the record of each contact."""

from cases.models.enquiries import (
    NOTE_LIMIT,
    Change,
    Enquiry,
    EnquiryQuerySet,
    describe,
    label_of,
)
from cases.models.statistics import PublishedCounts, QuarterCounts, QuarterCountsQuerySet
from cases.models.topics import (
    Channel,
    Checklist,
    ChecklistItem,
    DeadlineRule,
    Language,
    LegalStatus,
    Outcome,
    ReferenceRow,
    RequesterType,
    Topic,
    TopicQuerySet,
)

__all__ = [
    "NOTE_LIMIT",
    "Change",
    "Channel",
    "Checklist",
    "ChecklistItem",
    "DeadlineRule",
    "Enquiry",
    "EnquiryQuerySet",
    "Language",
    "LegalStatus",
    "Outcome",
    "PublishedCounts",
    "QuarterCounts",
    "QuarterCountsQuerySet",
    "ReferenceRow",
    "RequesterType",
    "Topic",
    "TopicQuerySet",
    "describe",
    "label_of",
]
