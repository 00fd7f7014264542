"""The desk: what enquiries are about, the record of each contact, and people who agreed to be on record."""

from cases.models.cases import (
    Case,
    CaseCounter,
    CaseNote,
    CaseQuerySet,
    ChecklistEntry,
    OfCaseQuerySet,
)
from cases.models.consents import Consent
from cases.models.enquiries import (
    NOTE_LIMIT,
    AgeBand,
    Change,
    Enquiry,
    EnquiryQuerySet,
    Sex,
    describe,
    label_of,
)
from cases.models.file_history import changes_in_file
from cases.models.follow_ups import FollowUp, FollowUpQuerySet
from cases.models.people import (
    NAME_LIMIT,
    Alias,
    Contact,
    IdentityDocument,
    Merge,
    NamePart,
    Person,
    PersonQuerySet,
    document_key,
)
from cases.models.restricted import UNSEALED_FOR, OfPersonQuerySet, RestrictedQuerySet
from cases.models.search import Found, find_people, likely_duplicates
from cases.models.statistics import PublishedCounts, QuarterCounts, QuarterCountsQuerySet
from cases.models.timeline import Moment, timeline
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
    "NAME_LIMIT",
    "NOTE_LIMIT",
    "UNSEALED_FOR",
    "AgeBand",
    "Alias",
    "Case",
    "CaseCounter",
    "CaseNote",
    "CaseQuerySet",
    "Change",
    "Channel",
    "Checklist",
    "ChecklistEntry",
    "ChecklistItem",
    "Consent",
    "Contact",
    "DeadlineRule",
    "Enquiry",
    "EnquiryQuerySet",
    "FollowUp",
    "FollowUpQuerySet",
    "Found",
    "IdentityDocument",
    "Language",
    "LegalStatus",
    "Merge",
    "Moment",
    "NamePart",
    "OfCaseQuerySet",
    "OfPersonQuerySet",
    "Outcome",
    "PublishedCounts",
    "QuarterCounts",
    "QuarterCountsQuerySet",
    "Person",
    "PersonQuerySet",
    "ReferenceRow",
    "RequesterType",
    "RestrictedQuerySet",
    "Sex",
    "Topic",
    "TopicQuerySet",
    "changes_in_file",
    "describe",
    "find_people",
    "document_key",
    "label_of",
    "likely_duplicates",
    "timeline",
]
