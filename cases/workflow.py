"""The life of a case: its states, and the moves between them."""

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
