"""Signing in, and the pages about people."""

from tests.access_table import (
    FORBIDDEN,
    FOUND,
    NOT_FOUND,
    OK,
    Builder,
    Row,
    everybody,
    only,
    signed_in,
)
from tests.factories import InvitationFactory, MembershipFactory, NoticeFactory

ANSWERABLE = ("coordinator_praia", "planner_praia", "approver_praia", "planner_sal")
# The sign-in page has no use for somebody who has signed in.
SIGN_IN_PAGE: Row = everybody(FOUND) | {"anonymous": OK}
ENDING: Row = only("coordinator_praia", others=NOT_FOUND, planner_praia=FORBIDDEN, approver_praia=FORBIDDEN)
ENDING |= {"dgi_admin": FORBIDDEN}  # does it in the admin

GET: dict[str, Row] = {
    "account_login": SIGN_IN_PAGE,
    "account_logout": signed_in(),
    "account_signup": everybody(NOT_FOUND),
    "account_inactive": everybody(),
    "account_change_password": signed_in(),
    "account_reset_password": everybody(),
    "account_reset_password_done": everybody(),
    "account_reset_password_from_key": everybody(),
    "account_reset_password_from_key_done": everybody(),
    "accounts:resume": signed_in(FOUND),
    "accounts:notice_list": signed_in(),
    "accounts:profile": signed_in(),
    "accounts:person_list": only(*ANSWERABLE, others=FORBIDDEN),
    "accounts:person_invite": only(*ANSWERABLE, others=FORBIDDEN),
    "accounts:membership_end": ENDING,
}
POST: dict[str, Row] = {
    "account_login": SIGN_IN_PAGE,
    "account_logout": everybody(FOUND),
    "account_change_password": signed_in(),
    "account_reset_password": everybody(),
    "account_reset_password_from_key": everybody(),
    "accounts:resume": signed_in(FOUND),
    "accounts:draft_save": signed_in(),
    "accounts:draft_discard": signed_in(FOUND),
    "accounts:notice_open": only("desk_praia", gives=FOUND),
    "accounts:notice_read_all": signed_in(FOUND),
    "accounts:profile": signed_in(),
    "accounts:person_invite": only(*ANSWERABLE, others=FORBIDDEN),
    "accounts:invitation_withdraw": ENDING | {"coordinator_praia": FOUND},
    "accounts:invitation_answer": only("guest", gives=FOUND),
    "accounts:membership_end": ENDING,
}


def officer_of_praia(get) -> dict:
    return {"pk": MembershipFactory(municipality=get("praia")).pk}


def invitation(get, **fields) -> dict:
    return {"pk": InvitationFactory(municipality=get("praia"), **fields).pk}


ARGUMENTS: dict[str, Builder] = {
    "account_reset_password_from_key": lambda get: {"uidb36": "1", "key": "used-up"},
    "accounts:notice_open": lambda get: {"pk": NoticeFactory(user=get("desk_praia")).pk},
    "accounts:membership_end": officer_of_praia,
    "accounts:invitation_withdraw": invitation,
    "accounts:invitation_answer": lambda get: invitation(get, user=get("guest")),
}
QUERY = {"accounts:draft_save": "?form=/workspace/desk/"}
DATA: dict[str, Builder] = {
    "accounts:draft_discard": lambda get: {"form": "/workspace/desk/"},
}
