"""Rows of the access table for the page about one's own office."""

from municipalities.forms import OfficeForm
from municipalities.models import DemographicFigure
from tests.access_table import FORBIDDEN, FOUND, NATIONAL, OK, PRAIA, Builder, Row, only


def office(get) -> dict[str, str]:
    return {"code": get("office_praia").code}


def office_as_opened(get) -> dict[str, str]:
    return {"is_open": "on", "seen": OfficeForm(instance=get("office_praia")).initial["seen"]}


def municipality(get) -> dict[str, str]:
    return {"code": get("praia").pk}


def own_figure(get) -> dict:
    values = {"kind": "population", "year": 2021, "value": 9, "source": "Câmara", "origin": "municipal"}
    return municipality(get) | {
        "pk": DemographicFigure.objects.create(municipality=get("praia"), **values).pk
    }


KEEPERS = ("planner_praia", "coordinator_praia")
# Whoever reads the page and does not keep it; to others it does not exist.
READERS = dict.fromkeys(("desk_praia", "approver_praia", *NATIONAL), FORBIDDEN)

EDITORS = ["coordinator_praia", "dgi_admin"]

GET: dict[str, Row] = {
    "municipalities:figure_list": only(*PRAIA, *NATIONAL),
    "municipalities:figure_create": only(*KEEPERS, **READERS),
    "municipalities:figure_edit": only(*KEEPERS, **READERS),
    "municipalities:figure_import": only(*KEEPERS, **READERS),
    "municipalities:figure_template": only(*KEEPERS, **READERS),
    "municipalities:office_edit": only(*EDITORS, others=FORBIDDEN),
    # A coordinator of a single office goes straight to its page.
    "municipalities:office_list": only("coordinator_praia", gives=FOUND, others=FORBIDDEN, dgi_admin=OK),
}
POST: dict[str, Row] = {
    "municipalities:office_edit": only(*EDITORS, gives=FOUND, others=FORBIDDEN),
    "municipalities:figure_create": only(*KEEPERS, **READERS),  # an empty form comes back
    "municipalities:figure_edit": only(*KEEPERS, **READERS),
    "municipalities:figure_import": only(*KEEPERS, **READERS),
    "municipalities:figure_remove": only(*KEEPERS, gives=FOUND, **READERS),
    "municipalities:figure_restore": only(*KEEPERS, gives=FOUND, **READERS),
}
ARGUMENTS: dict[str, Builder] = {
    "municipalities:office_edit": office,
    "municipalities:figure_list": municipality,
    "municipalities:figure_create": municipality,
    "municipalities:figure_import": municipality,
    "municipalities:figure_template": municipality,
    "municipalities:figure_edit": own_figure,
    "municipalities:figure_remove": own_figure,
    "municipalities:figure_restore": lambda get: municipality(get) | {"token": "nothing"},
}
DATA: dict[str, Builder] = {"municipalities:office_edit": office_as_opened}
