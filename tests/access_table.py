"""Who may open what: every address of the project x every kind of person. tests/test_access.py walks it.

Columns: PEOPLE. A new address needs a row here, or test_every_address_is_in_the_table fails.
"""

from http import HTTPStatus

OK, FOUND, FORBIDDEN, NOT_FOUND = HTTPStatus.OK, HTTPStatus.FOUND, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND

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
EVERYBODY = [OK] * len(PEOPLE)

GET: dict[str, list[HTTPStatus]] = {}
POST: dict[str, list[HTTPStatus]] = {}
