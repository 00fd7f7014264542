"""The lives of a case, a referral and a guidance card: their states, and the moves between them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext_lazy as _, pgettext_lazy

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


class CaseState(models.TextChoices):
    OPEN = "open", pgettext_lazy("state of a case", "Open")
    WAITING = "waiting", _("Waiting for somebody else")
    CLOSED = "closed", _("Closed")
    REOPENED = "reopened", _("Reopened")


# The desk has something to do, or waits for somebody.
RUNNING_STATES = frozenset({CaseState.OPEN, CaseState.WAITING, CaseState.REOPENED})


@dataclass(frozen=True)
class CaseMove:
    """One move of a case along its life. Whoever works on the case may make it."""

    name: str
    label: "StrPromise"  # what the button says
    sources: frozenset[CaseState]
    target: CaseState


WAIT = CaseMove("wait", _("Wait"), frozenset({CaseState.OPEN, CaseState.REOPENED}), CaseState.WAITING)
RESUME = CaseMove("resume", _("Go on"), frozenset({CaseState.WAITING}), CaseState.OPEN)
CLOSE = CaseMove("close", _("Close"), RUNNING_STATES, CaseState.CLOSED)
REOPEN = CaseMove("reopen", _("Reopen"), frozenset({CaseState.CLOSED}), CaseState.REOPENED)
CASE_MOVES = (WAIT, RESUME, CLOSE, REOPEN)


def moves_from(state: str) -> list[CaseMove]:
    """What can be done with a case in a state, in the order of the buttons."""
    return [move for move in CASE_MOVES if state in move.sources]


class ReferralState(models.TextChoices):
    DRAFT = "draft", pgettext_lazy("state of a referral", "Draft")
    SENT = "sent", pgettext_lazy("state of a referral", "Sent")
    RECEIVED = "received", pgettext_lazy("state of a referral", "Received")
    ANSWERED = "answered", pgettext_lazy("state of a referral", "Answered")
    SOLVED = "solved", pgettext_lazy("state of a referral", "Solved")
    REFUSED = "refused", pgettext_lazy("state of a referral", "Refused")
    UNANSWERED = "unanswered", pgettext_lazy("state of a referral", "No answer in time")
    WITHDRAWN = "withdrawn", pgettext_lazy("state of a referral", "Withdrawn")


# The partner has not said yet what it does about it.
AWAITED_STATES = frozenset({ReferralState.SENT, ReferralState.RECEIVED})
# The partner sees it and can still say something, late answers too.
OPEN_STATES = AWAITED_STATES | {ReferralState.ANSWERED, ReferralState.UNANSWERED}
# A partner with an account has it on its list.
PARTNER_STATES = OPEN_STATES | {ReferralState.SOLVED, ReferralState.REFUSED}


@dataclass(frozen=True)
class ReferralMove:
    """One move of a referral: by the desk, by the partner that it was sent to, or by the daily job."""

    sources: frozenset[ReferralState]
    target: ReferralState
    needs_text: bool = False


SEND = ReferralMove(OPEN_STATES | {ReferralState.DRAFT}, ReferralState.SENT)  # once more, too
LAPSE = ReferralMove(AWAITED_STATES, ReferralState.UNANSWERED)
WITHDRAW = ReferralMove(OPEN_STATES | {ReferralState.DRAFT}, ReferralState.WITHDRAWN)
# What a partner says; the desk writes it down when it was said in another way.
ANSWERS = {
    move.target: move
    for move in (
        ReferralMove(frozenset({ReferralState.SENT, ReferralState.UNANSWERED}), ReferralState.RECEIVED),
        ReferralMove(OPEN_STATES, ReferralState.ANSWERED, needs_text=True),
        ReferralMove(OPEN_STATES, ReferralState.SOLVED),
        ReferralMove(OPEN_STATES, ReferralState.REFUSED, needs_text=True),
    )
}


def answers_from(state: str) -> list[ReferralState]:
    """What a partner can say about a referral in a state, in the order of the form."""
    return [said for said, move in ANSWERS.items() if state in move.sources]


class GuidanceState(models.TextChoices):
    """A text of a card is born as a draft, comes in force, and makes way for the next one."""

    DRAFT = "draft", _("Draft")
    PUBLISHED = "published", _("In force")
    SUPERSEDED = "superseded", _("Superseded")


class TransferState(models.TextChoices):
    ASKED = "asked", pgettext_lazy("state of a transfer", "Asked for")
    OFFERED = "offered", _("Offered")
    ACCEPTED = "accepted", pgettext_lazy("state of a transfer", "Accepted")
    REFUSED = "refused", pgettext_lazy("state of a transfer", "Refused")
    WITHDRAWN = "withdrawn", pgettext_lazy("state of a transfer", "Withdrawn")


# Somebody still has to answer.
OPEN_TRANSFER_STATES = frozenset({TransferState.ASKED, TransferState.OFFERED})


@dataclass(frozen=True)
class TransferMove:
    """One move of a transfer. Coordinators make it: of the office that sends, or of the one that receives."""

    name: str
    label: "StrPromise"  # what the button says
    source: TransferState
    target: TransferState
    by_sender: bool


OFFER_TRANSFER = TransferMove(
    "offer", _("Offer the transfer"), TransferState.ASKED, TransferState.OFFERED, by_sender=True
)
DECLINE_TRANSFER = TransferMove(
    "decline", _("Decline the question"), TransferState.ASKED, TransferState.REFUSED, by_sender=True
)
CANCEL_TRANSFER = TransferMove(
    "cancel", _("Take the question back"), TransferState.ASKED, TransferState.WITHDRAWN, by_sender=False
)
ACCEPT_TRANSFER = TransferMove(
    "accept", _("Accept the transfer"), TransferState.OFFERED, TransferState.ACCEPTED, by_sender=False
)
REFUSE_TRANSFER = TransferMove(
    "refuse", _("Refuse the transfer"), TransferState.OFFERED, TransferState.REFUSED, by_sender=False
)
WITHDRAW_TRANSFER = TransferMove(
    "withdraw", _("Withdraw the offer"), TransferState.OFFERED, TransferState.WITHDRAWN, by_sender=True
)
# In the order of the buttons.
TRANSFER_MOVES = {
    move.name: move
    for move in (
        ACCEPT_TRANSFER,
        OFFER_TRANSFER,
        REFUSE_TRANSFER,
        DECLINE_TRANSFER,
        WITHDRAW_TRANSFER,
        CANCEL_TRANSFER,
    )
}


class AppointmentState(models.TextChoices):
    PLANNED = "planned", pgettext_lazy("state of an appointment", "Planned")
    KEPT = "kept", _("Came")
    MISSED = "missed", _("Did not come")
    CANCELLED = "cancelled", pgettext_lazy("state of an appointment", "Cancelled")


# What becomes of an appointment, by the word in the address. Each can be taken back.
APPOINTMENT_MOVES = {
    "came": AppointmentState.KEPT,
    "missed": AppointmentState.MISSED,
    "cancel": AppointmentState.CANCELLED,
    "again": AppointmentState.PLANNED,
}
