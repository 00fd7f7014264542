"""What becomes of each field of those who sign in. A test fails on one that is not listed."""

from enum import Enum

from accounts.carrying import HELD
from accounts.sessions import SEARCHES, SIGNED_IN_AT


class Fate(Enum):
    """What happens to a field, and when."""

    KEEP = "kept: says nothing about a person"
    STAFF = "kept while what the account recorded is kept: an account is closed, never deleted"
    WEEK = "deleted with its row after seven days, by the daily work"
    INBOX = "kept with its owner's account: a sentence and an address, never a name from a record"
    LOG = "kept for good: that somebody read a record, never what stands in it"


FIELDS: dict[str, dict[str, Fate]] = {
    "User": {
        "id": Fate.KEEP,
        "password": Fate.STAFF,
        "last_login": Fate.STAFF,
        "email": Fate.STAFF,
        "name": Fate.STAFF,
        "language": Fate.STAFF,
        "is_active": Fate.KEEP,
        "joined_at": Fate.STAFF,
        "session_round": Fate.KEEP,
    },
    "Membership": {
        "id": Fate.KEEP,
        "user": Fate.STAFF,
        "role": Fate.STAFF,
        "municipality": Fate.STAFF,
        "partner": Fate.STAFF,
        "starts_on": Fate.STAFF,
        "ends_on": Fate.STAFF,
        "accepted_at": Fate.STAFF,
        "invited_as": Fate.STAFF,
        "given_at": Fate.STAFF,
        "given_by": Fate.STAFF,
        "ended_at": Fate.STAFF,
    },
    # `moved` holds bare keys of records.
    "Handover": dict.fromkeys(["id", "leaver", "successor", "municipality", "by", "at", "moved"], Fate.STAFF),
    "OneTimeKey": dict.fromkeys(["key", "user", "result_url", "used_at"], Fate.WEEK),
    # `fields` is what somebody typed, and may be about anybody.
    "Draft": dict.fromkeys(["id", "user", "form", "fields", "saved_at"], Fate.WEEK),
    "Notice": dict.fromkeys(["id", "user", "text", "url", "created_at", "read_at"], Fate.INBOX),
    "AccessLog": dict.fromkeys(
        [
            "id",
            "at",
            "user",
            "who",
            "scope",
            "address",
            "verb",
            "kind",
            "key",
            "label",
            "municipality",
            "why",
        ],
        Fate.LOG,
    ),
}

# What a session holds beside the account, and until when.
SESSION: dict[str, str] = {
    HELD: "what somebody typed, until it is sent again or dropped: for a working day at most",
    SEARCHES: "what somebody looked for at a desk: used for an hour, gone with the next search and with any "
    "record that is erased, kept for a working day at most",
    SIGNED_IN_AT: "when somebody signed in, for a working day",
}
