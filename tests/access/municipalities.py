"""Rows of the access table for the page about one's own office."""

from tests.access_table import FORBIDDEN, FOUND, OK, Builder, Row, only


def office(get) -> dict[str, str]:
    return {"code": get("office_praia").code}


EDITORS = ["coordinator_praia", "dgi_admin"]

GET: dict[str, Row] = {
    "municipalities:office_edit": only(*EDITORS, others=FORBIDDEN),
    # A coordinator of a single office goes straight to its page.
    "municipalities:office_list": only("coordinator_praia", gives=FOUND, others=FORBIDDEN, dgi_admin=OK),
}
POST: dict[str, Row] = {"municipalities:office_edit": only(*EDITORS, gives=FOUND, others=FORBIDDEN)}
ARGUMENTS: dict[str, Builder] = {"municipalities:office_edit": office}
DATA: dict[str, Builder] = {"municipalities:office_edit": lambda get: {"is_open": "on"}}
