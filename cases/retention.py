"""What becomes of each field at the desk that can hold something about a person.

Every field of every model named here is listed; a test fails on one that is not. The terms are not built
yet: enquiries are anonymous, and the daily job that acts on this table comes with people's files.
"""

from enum import Enum


class Fate(Enum):
    """What happens to a field when its record is due."""

    KEEP = "kept: says nothing about a person"
    COARSE = "kept for statistics: coarse, and shown outside the office only suppressed"
    EMPTY = "emptied, in the record and in every row of its history"
    STAFF = "kept while the account exists: who on the staff did it"


FIELDS: dict[str, dict[str, Fate]] = {
    "Enquiry": {
        "id": Fate.KEEP,
        "office": Fate.KEEP,
        "at": Fate.KEEP,
        "channel": Fate.KEEP,
        "topic": Fate.KEEP,
        "outcome": Fate.KEEP,
        "sex": Fate.COARSE,
        "age_band": Fate.COARSE,
        "nationality": Fate.COARSE,
        "language": Fate.COARSE,
        "note": Fate.EMPTY,
        "is_restricted": Fate.KEEP,
        "author": Fate.STAFF,
        "assigned_to": Fate.STAFF,
        "created_at": Fate.KEEP,
        "voided_at": Fate.KEEP,
        "voided_by": Fate.STAFF,
        "void_reason": Fate.EMPTY,
        "version": Fate.KEEP,
    },
}
# What was published stays; the counts behind it go when their year is published.
COUNTS = ("id", "municipality", "year", "quarter")
FIELDS["PublishedCounts"] = dict.fromkeys((*COUNTS, "published_at"), Fate.KEEP) | {"tables": Fate.COARSE}
FIELDS["QuarterCounts"] = dict.fromkeys(COUNTS, Fate.KEEP) | {"counts": Fate.COARSE}
# A row of history repeats the record and adds when, what and who.
FIELDS["HistoricalEnquiry"] = FIELDS["Enquiry"] | {
    "history_id": Fate.KEEP,
    "history_date": Fate.KEEP,
    "history_change_reason": Fate.EMPTY,
    "history_type": Fate.KEEP,
    "history_user": Fate.STAFF,
}
