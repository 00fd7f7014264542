"""Who may open what: every address of the project x every kind of person. tests/test_access.py walks it.

Each app keeps its rows in tests/access/<app>.py, as up to five dictionaries by the address's name:

    GET, POST   the answer for each kind of person: a row made by `everybody`, `signed_in` or `only`
    ARGUMENTS   how to build what the address names: a function of `get`, which hands out test fixtures
    DATA        the fields of a POST, likewise; without it the POST is empty
    QUERY       a query string, where an address needs one

A new address needs a row, or test_every_address_is_in_the_table fails.
"""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

OK, FOUND, FORBIDDEN, NOT_FOUND = HTTPStatus.OK, HTTPStatus.FOUND, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND
# A POST without a session: the sign-in page, which carries the fields along.
SIGN_IN = HTTPStatus.UNAUTHORIZED

PEOPLE = [
    "anonymous",
    "guest",
    "partner_user",
    "desk_sal",
    "planner_sal",
    "desk_praia",
    "coordinator_praia",
    "planner_praia",
    "approver_praia",
    "dgi_officer",
    "dgi_admin",
]
# What a row may also be told by.
DESK_PRAIA = ("desk_praia", "coordinator_praia")
PLANS_PRAIA = ("planner_praia", "approver_praia")
PRAIA = DESK_PRAIA + PLANS_PRAIA
SAL = ("desk_sal", "planner_sal")
NATIONAL = ("dgi_officer", "dgi_admin")

Row = dict[str, HTTPStatus]
Builder = Callable[[Callable[[str], Any]], dict[str, Any]]


def everybody(gives: HTTPStatus = OK) -> Row:
    """A public address."""
    return dict.fromkeys(PEOPLE, gives)


def signed_in(gives: HTTPStatus = OK, **exceptions: HTTPStatus) -> Row:
    """Everybody who has signed in; an anonymous reader is sent to the sign-in page (see `post`)."""
    row = dict.fromkeys(PEOPLE, gives) | {"anonymous": FOUND} | exceptions
    assert row.keys() == set(PEOPLE), exceptions
    return row


def only(
    *people: str, gives: HTTPStatus = OK, others: HTTPStatus = NOT_FOUND, **exceptions: HTTPStatus
) -> Row:
    """The people named get `gives`, all others who have signed in `others`."""
    return signed_in(others, **dict.fromkeys(people, gives), **exceptions)
