"""Rows of the access table for what the desks tell people."""

from tests.access_table import DESK_PRAIA, FOUND, NATIONAL, Builder, Row, everybody, only
from tests.factories import GuidanceSuggestionFactory, GuidanceVersionFactory, RecallFactory

DESKS = (*DESK_PRAIA, "desk_sal")

GET: dict[str, Row] = {
    "cases:suggestion_create": only(*DESKS),
    "cases:suggestion_list": only(*DESKS, *NATIONAL),
    "cases:suggestion_answer": only(*NATIONAL),
    "public_guidance_list": everybody(),
    "public_guidance": everybody(),
    "cases:guidance_sheet": only(*DESKS),
    "cases:recall_list": only(*DESKS),
    "cases:guidance_list": only(*NATIONAL),
    "cases:guidance_export": only(*NATIONAL),
    "cases:guidance_import": only(*NATIONAL),
    "cases:guidance_detail": only(*NATIONAL),
    "cases:guidance_edit": only(*NATIONAL),
    "cases:guidance_publish": only(*NATIONAL),
    "cases:guidance_version": only(*NATIONAL),  # a draft; what was told is read by the desks too
}
POST: dict[str, Row] = {
    "cases:suggestion_create": only(*DESKS),  # an empty form comes back
    "cases:suggestion_answer": only(*NATIONAL),
    "cases:recall_mark": only(*DESK_PRAIA, gives=FOUND),
    "cases:recall_reopen": only(*DESK_PRAIA, gives=FOUND),
    "cases:guidance_import": only(*NATIONAL),
    "cases:guidance_edit": only(*NATIONAL),
    "cases:guidance_publish": only(*NATIONAL),
    "cases:guidance_begin": only(*NATIONAL, gives=FOUND),
    "cases:guidance_review": only(*NATIONAL, gives=FOUND),
}


def card(get):
    return {"code": GuidanceVersionFactory(state="draft").guidance.topic_id}


def recall(get):
    return {"pk": RecallFactory(enquiry__office=get("office_praia"), enquiry__author=get("desk_praia")).pk}


ARGUMENTS: dict[str, Builder] = {
    **dict.fromkeys(
        [
            "cases:guidance_detail",
            "cases:guidance_edit",
            "cases:guidance_publish",
            "cases:guidance_begin",
            "cases:guidance_review",
            "cases:suggestion_create",
            "cases:guidance_sheet",
        ],
        card,
    ),
    **dict.fromkeys(["cases:recall_mark", "cases:recall_reopen"], recall),
    "public_guidance": lambda get: {"code": GuidanceVersionFactory().guidance.topic_id},
    "cases:guidance_version": lambda get: card(get) | {"number": 1},
    "cases:suggestion_answer": lambda get: {
        "pk": GuidanceSuggestionFactory(office=get("office_praia"), author=get("desk_praia")).pk
    },
}
