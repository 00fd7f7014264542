"""What becomes of each field at the desk that can hold something about a person.

Every field of every model named here is listed; a test fails on one that is not. `services.erasure` walks
this table when somebody withdraws their consent: a new model needs its fields here, and in PERSON the ways
from it to the person, and is then erased with all the rest.
"""

from collections.abc import Collection
from enum import Enum

from django.db.models import Q


class Fate(Enum):
    """What happens to a field when its record is due."""

    KEEP = "kept: says nothing about a person"
    COARSE = "kept for statistics: coarse, and shown outside the office only suppressed"
    SHELL = "kept when the record is made anonymous, emptied when it is erased"
    EMPTY = "emptied, in the record and in every row of its history"
    ROW = "deleted with its row, and every row of its history"
    SHORT = "deleted after the import that it waits for, or after some days (IMPORT_DAYS)"
    WORDS = "kept for the office's next list, without what one row alone said, for a term (ENQUIRY_TEXT_DAYS)"
    STAFF = "kept while the account exists: who on the staff did it"


# The ways from a record to the person it is about: the first, and where it names nobody, the others. What
# leads there by way of another record stands before that one. Models whose fields all say ROW are deleted.
PERSON: dict[str, tuple[str, ...]] = {
    "CaseDocument": ("case__person",),
    "CaseNote": ("case__person",),
    "FollowUp": ("person", "case__person", "enquiry__person", "enquiry__case__person"),
    "Appointment": ("person", "case__person", "enquiry__person", "enquiry__case__person"),
    "ReferralStep": (
        "referral__person",
        "referral__case__person",
        "referral__enquiry__person",
        "referral__enquiry__case__person",
    ),
    "Referral": ("person", "case__person", "enquiry__person", "enquiry__case__person"),
    "Transfer": ("person", "case__person"),
    "Enquiry": ("person", "case__person"),
    "Case": ("person",),
    "Person": ("pk",),
    "Alias": ("person",),
    "Contact": ("person",),
    "IdentityDocument": ("person",),
    "NamePart": ("person",),
    "Consent": ("person",),
}

# The same for a case without a name: its words go some time after it was closed.
CASE: dict[str, tuple[str, ...]] = {
    "CaseDocument": ("case",),
    "CaseNote": ("case",),
    "FollowUp": ("case",),
    "ReferralStep": ("referral__case",),
    "Referral": ("case",),
    "Transfer": ("case",),
    "Appointment": ("case",),
    "Case": ("pk",),
}

# And for each enquiry of such a case that names nobody.
ENQUIRY: dict[str, tuple[str, ...]] = {
    "FollowUp": ("enquiry",),
    "ReferralStep": ("referral__enquiry",),
    "Referral": ("enquiry",),
    "Appointment": ("enquiry",),
    "Enquiry": ("pk",),
}


def leading_to(ways: tuple[str, ...], roots: Collection[int]) -> Q:
    """The records from which the ways lead to one of the roots."""
    first, *others = ways
    found = Q(**{f"{first}__in": roots})
    for other in others:
        found |= Q(**{first: None, f"{other}__in": roots})
    return found


# What stands in an emptied field that may not be empty.
STAND_INS: dict[tuple[str, str], str] = {("Consent", "witness"): "–"}

FIELDS: dict[str, dict[str, Fate]] = {
    "Enquiry": {
        "id": Fate.KEEP,
        "office": Fate.KEEP,
        "at": Fate.KEEP,
        "channel": Fate.KEEP,
        "topic": Fate.KEEP,
        "outcome": Fate.KEEP,
        "person": Fate.SHELL,
        "case": Fate.SHELL,
        "return_code": Fate.SHELL,
        "moved_to": Fate.KEEP,
        "sex": Fate.COARSE,
        "age_band": Fate.COARSE,
        "nationality": Fate.COARSE,
        "language": Fate.COARSE,
        "note": Fate.EMPTY,
        "further_topics": Fate.KEEP,
        "requester": Fate.KEEP,
        "minutes": Fate.KEEP,
        "further_languages": Fate.COARSE,
        "interpreter": Fate.KEEP,
        "people": Fate.KEEP,
        "place": Fate.EMPTY,
        "guidance": Fate.KEEP,
        "guidance_language": Fate.COARSE,
        "is_restricted": Fate.KEEP,
        "author": Fate.STAFF,
        "assigned_to": Fate.STAFF,
        "created_at": Fate.KEEP,
        "voided_at": Fate.KEEP,
        "voided_by": Fate.STAFF,
        "void_reason": Fate.EMPTY,
        "version": Fate.KEEP,
    },
    "Person": {
        "id": Fate.KEEP,
        "office": Fate.KEEP,
        "consent": Fate.KEEP,
        "name": Fate.EMPTY,
        "born_on": Fate.EMPTY,
        "sex": Fate.SHELL,
        "nationality": Fate.SHELL,
        "language": Fate.SHELL,
        "legal_status": Fate.EMPTY,
        "is_restricted": Fate.KEEP,
        "author": Fate.STAFF,
        "assigned_to": Fate.STAFF,
        "created_at": Fate.KEEP,
        "merged_into": Fate.KEEP,
        "erased_at": Fate.KEEP,
        "erasure": Fate.KEEP,
        "version": Fate.KEEP,
    },
    "Alias": dict.fromkeys(["id", "person", "name", "kind"], Fate.ROW),
    "Contact": dict.fromkeys(
        [
            "id",
            "person",
            "channel",
            "value",
            "tail",
            "whose",
            "may_call",
            "may_text",
            "may_whatsapp",
            "may_leave_message",
            "safe_from",
            "safe_until",
            "caution",
            "verified_at",
        ],
        Fate.ROW,
    ),
    "IdentityDocument": dict.fromkeys(
        ["id", "person", "kind", "number", "number_key", "country", "expires_on", "reminded_of"], Fate.ROW
    ),
    "NamePart": dict.fromkeys(["id", "person", "municipality", "spelling", "sound"], Fate.ROW),
    # That somebody agreed, and when they took it back, is the proof that the office acted rightly.
    "Consent": {
        "id": Fate.KEEP,
        "person": Fate.KEEP,
        "explained": Fate.KEEP,
        "language": Fate.COARSE,
        "form": Fate.KEEP,
        "witness": Fate.EMPTY,
        "for_follow_up": Fate.KEEP,
        "for_reminders": Fate.KEEP,
        "starts_on": Fate.KEEP,
        "ends_on": Fate.KEEP,
        "recorded_by": Fate.STAFF,
        "recorded_at": Fate.KEEP,
        "withdrawn_at": Fate.KEEP,
        "withdrawn_by": Fate.STAFF,
        "withdrawal": Fate.KEEP,
    },
    "Case": {
        "id": Fate.KEEP,
        "office": Fate.KEEP,
        "number": Fate.KEEP,
        "topic": Fate.KEEP,
        "person": Fate.SHELL,
        "title": Fate.EMPTY,
        "priority": Fate.KEEP,
        "state": Fate.KEEP,
        "is_restricted": Fate.KEEP,
        "author": Fate.STAFF,
        "assigned_to": Fate.STAFF,
        "opened_at": Fate.KEEP,
        "closed_at": Fate.KEEP,
        "outcome": Fate.KEEP,
        "close_reason": Fate.EMPTY,
        "version": Fate.KEEP,
    },
    "CaseDocument": dict.fromkeys(
        [
            "id",
            "case",
            "title",
            "file",
            "content_type",
            "size",
            "added_by",
            "added_at",
            "removed_by",
            "removed_at",
        ],
        Fate.ROW,
    ),
    "CaseNote": {
        "id": Fate.KEEP,
        "case": Fate.KEEP,
        "text": Fate.EMPTY,
        "help_given": Fate.KEEP,
        "author": Fate.STAFF,
        "at": Fate.KEEP,
        "corrects": Fate.KEEP,
    },
    # Which document of a list was brought says nothing once the case has no name.
    "ChecklistEntry": {
        "id": Fate.KEEP,
        "case": Fate.KEEP,
        "item": Fate.KEEP,
        "is_done": Fate.KEEP,
        "by": Fate.STAFF,
        "at": Fate.KEEP,
    },
    "FollowUp": {
        "id": Fate.KEEP,
        "office": Fate.KEEP,
        "case": Fate.KEEP,
        "person": Fate.SHELL,
        "enquiry": Fate.SHELL,
        "title": Fate.EMPTY,
        "due_on": Fate.KEEP,
        "source": Fate.KEEP,
        "rule": Fate.KEEP,
        "counted_from": Fate.KEEP,
        "is_restricted": Fate.KEEP,
        "author": Fate.STAFF,
        "assigned_to": Fate.STAFF,
        "created_at": Fate.KEEP,
        "closed_at": Fate.KEEP,
        "closed_by": Fate.STAFF,
        "was_dropped": Fate.KEEP,
        "result": Fate.EMPTY,
        "version": Fate.KEEP,
    },
    "Referral": {
        "id": Fate.KEEP,
        "office": Fate.KEEP,
        "case": Fate.KEEP,
        "enquiry": Fate.KEEP,  # which leads to nobody any more
        "person": Fate.SHELL,
        "partner": Fate.KEEP,
        "reason": Fate.EMPTY,
        "shared": Fate.EMPTY,
        "state": Fate.KEEP,
        "due_on": Fate.KEEP,
        "email": Fate.KEEP,  # the partner's
        "author": Fate.STAFF,
        "created_at": Fate.KEEP,
        "sent_at": Fate.KEEP,
        "reminded_at": Fate.KEEP,
        "follow_up": Fate.KEEP,
        "link_seed": Fate.EMPTY,
        "link_digest": Fate.EMPTY,
        "link_ends_at": Fate.EMPTY,
        "version": Fate.KEEP,
    },
    "ReferralStep": {
        "id": Fate.KEEP,
        "referral": Fate.KEEP,
        "state": Fate.KEEP,
        "way": Fate.KEEP,
        "text": Fate.EMPTY,
        "at": Fate.KEEP,
        "by": Fate.STAFF,
        "once": Fate.KEEP,
    },
    "Appointment": {
        "id": Fate.KEEP,
        "office": Fate.KEEP,
        "starts_at": Fate.KEEP,
        "ends_at": Fate.KEEP,
        "place": Fate.EMPTY,
        "partner": Fate.KEEP,
        "case": Fate.KEEP,
        "person": Fate.SHELL,
        "title": Fate.EMPTY,
        "state": Fate.KEEP,
        "enquiry": Fate.SHELL,
        "is_restricted": Fate.KEEP,
        "author": Fate.STAFF,
        "assigned_to": Fate.STAFF,
        "created_at": Fate.KEEP,
        "version": Fate.KEEP,
    },
    "CaseCounter": dict.fromkeys(["id", "office", "year", "last"], Fate.KEEP),
    "Merge": {
        "id": Fate.KEEP,
        "kept": Fate.KEEP,
        "gone": Fate.KEEP,
        "by": Fate.STAFF,
        "at": Fate.KEEP,
        "moved": Fate.KEEP,
        "undone_at": Fate.KEEP,
        "undone_by": Fate.STAFF,
    },
}
# That a record went from one office to another says nothing of the person once it is empty.
FIELDS["Transfer"] = dict.fromkeys(
    ["id", "from_office", "to_office", "person", "case", "state", "agreed_on", "moved"], Fate.KEEP
)
FIELDS["Transfer"] |= dict.fromkeys(["asked_at", "offered_at", "decided_at"], Fate.KEEP)
FIELDS["Transfer"] |= dict.fromkeys(["asked_by", "offered_by", "decided_by"], Fate.STAFF)
FIELDS["Transfer"] |= dict.fromkeys(["reason", "answer"], Fate.EMPTY)
# Words about a month, without personal data; what looks like it is refused.
FIELDS["MonthlyReport"] = dict.fromkeys(
    ["id", "office", "month", "concerns_pt", "sent_concerns_pt", "sent_at", "written_at"], Fate.KEEP
) | dict.fromkeys(["sent_by", "written_by"], Fate.STAFF)
# Columns that say who somebody is are dropped when the list is read, before anything is stored.
FIELDS["EnquiryImport"] = (
    dict.fromkeys(["id", "office", "checksum", "columns", "other_sheets"], Fate.KEEP)
    | dict.fromkeys(["state", "rows", "looked_at", "recorded", "repeated", "faulty"], Fate.KEEP)
    | dict.fromkeys(["notes_left_out", "sent_at", "moved_at", "undone_at", "file_name"], Fate.KEEP)
    | dict.fromkeys(["file", "faults"], Fate.SHORT)
    | {"meanings": Fate.WORDS}
    | dict.fromkeys(["author", "undone_by"], Fate.STAFF)
)
FIELDS["ImportedRow"] = dict.fromkeys(["id", "source", "enquiry", "key"], Fate.KEEP)
# That somebody was to be told again; whom, stands in the enquiry or the case.
FIELDS["Recall"] = dict.fromkeys(
    ["id", "version", "enquiry", "case", "at", "done_at", "was_dropped", "tries", "tried_at"], Fate.KEEP
) | {"done_by": Fate.STAFF}
# Written by the national level for everybody; a desk's suggestion is refused when it points at somebody.
FIELDS["Guidance"] = dict.fromkeys(["id", "topic", "reviewed_on", "review_by"], Fate.KEEP)
FIELDS["GuidanceVersion"] = (
    dict.fromkeys(["id", "loaded", "guidance", "number", "state", "is_material", "change_pt"], Fate.KEEP)
    | dict.fromkeys(["say_pt", "say_en", "say_fr", "where_pt", "where_en", "where_fr"], Fate.KEEP)
    | dict.fromkeys(["legal_basis", "source", "fees", "other_texts", "published_at"], Fate.KEEP)
    | dict.fromkeys(["documents", "deadlines", "outdated"], Fate.KEEP)
    | {"published_by": Fate.STAFF}
)
FIELDS["GuidanceSuggestion"] = dict.fromkeys(
    ["id", "topic", "office", "text_pt", "at", "answer_pt", "answered_at"], Fate.KEEP
) | dict.fromkeys(["author", "answered_by"], Fate.STAFF)
FIELDS["FirstDay"] = {"id": Fate.KEEP} | dict.fromkeys(["user", "keys_seen_at", "dismissed_at"], Fate.STAFF)
# What was published stays; the counts behind it go when their year is published.
COUNTS = ("id", "municipality", "year", "quarter")
FIELDS["PublishedCounts"] = dict.fromkeys((*COUNTS, "published_at"), Fate.KEEP) | {"tables": Fate.COARSE}
FIELDS["QuarterCounts"] = dict.fromkeys(COUNTS, Fate.KEEP) | {"counts": Fate.COARSE}
# Anonymous, and gone with all that it ties together on the day it ends (services.codes).
FIELDS["ReturnCode"] = dict.fromkeys(["id", "digest", "given_at", "ends_on"], Fate.KEEP) | {
    "given_by": Fate.STAFF
}
# A row of history repeats the record and adds when, what and who.
for name in ("Enquiry", "Person", "Case", "FollowUp", "Appointment"):
    FIELDS[f"Historical{name}"] = FIELDS[name] | {
        "history_id": Fate.KEEP,
        "history_date": Fate.KEEP,
        "history_change_reason": Fate.EMPTY,
        "history_type": Fate.KEEP,
        "history_user": Fate.STAFF,
    }
del FIELDS["HistoricalEnquiry"]["return_code"]  # the history leaves it out
for name in ("Alias", "Contact", "IdentityDocument"):
    added = ("history_id", "history_date", "history_change_reason", "history_type", "history_user")
    FIELDS[f"Historical{name}"] = FIELDS[name] | dict.fromkeys(added, Fate.ROW)
