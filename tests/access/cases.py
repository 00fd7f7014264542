"""Rows of the access table for the desk."""

from tests.access_table import DESK_PRAIA, FORBIDDEN, FOUND, Builder, Row, only
from tests.factories import EnquiryFactory, TopicFactory

DESKS = (*DESK_PRAIA, "desk_sal")

GET: dict[str, Row] = {
    "cases:desk": only(*DESKS),
    "cases:enquiry_list": only(*DESKS),
    "cases:enquiry_create": only(*DESKS),
    "cases:enquiry_detail": only(*DESK_PRAIA),
    "cases:enquiry_correct": only(*DESK_PRAIA),
    "cases:enquiry_void": only(*DESK_PRAIA),
    "cases:enquiry_figures": only(*DESKS),
    "cases:topic_card": only(*DESKS),
}
POST: dict[str, Row] = {
    "cases:desk": only(*DESKS),  # an empty form comes back
    "cases:enquiry_create": only(*DESKS),
    "cases:enquiry_correct": only(*DESK_PRAIA),
    "cases:enquiry_void": only(*DESK_PRAIA, gives=FOUND),
    "cases:enquiry_undo": only("desk_praia", gives=FOUND, coordinator_praia=FORBIDDEN),
}


def enquiry(get):
    return {"pk": EnquiryFactory(office=get("office_praia"), author=get("desk_praia")).pk}


ARGUMENTS: dict[str, Builder] = {
    **dict.fromkeys(
        [
            "cases:enquiry_detail",
            "cases:enquiry_correct",
            "cases:enquiry_void",
            "cases:enquiry_undo",
        ],
        enquiry,
    ),
    "cases:topic_card": lambda get: {"code": TopicFactory(code="RES.02").code},
}
DATA: dict[str, Builder] = {"cases:enquiry_void": lambda get: {"reason": "Recorded twice"}}
