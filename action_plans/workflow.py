"""The lives of a template and of a plan: their states, the moves between them, and who may make each move."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.roles import Role

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


class TemplateState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    ISSUED = "issued", _("Issued")
    SUPERSEDED = "superseded", _("Superseded")


class PlanState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    CONSULTATION = "consultation", _("In consultation")
    SUBMITTED = "submitted", _("Submitted")
    RETURNED = "returned", _("Returned")
    ENDORSED = "endorsed", _("Endorsed")
    APPROVED = "approved", _("Approved by the council")
    PUBLISHED = "published", _("Published")
    REVISING = "revising", _("Under revision")
    CLOSED = "closed", _("Closed")


class Decision(models.TextChoices):
    """What a municipality did with a measure of the national template."""

    UNDECIDED = "undecided", _("Undecided")
    ADOPTED = "adopted", _("Adopted")
    ADAPTED = "adapted", _("Adapted")
    EXCLUDED = "excluded", _("Excluded")
    LOCAL = "local", _("Local")


# What the municipality will do: neither excluded nor undecided.
CARRIED_OUT = frozenset({Decision.ADOPTED, Decision.ADAPTED, Decision.LOCAL})


class UpdateChoice(models.TextChoices):
    """What a planner does with a change of the national template."""

    TAKE = "take", _("Taken")
    ANEW = "anew", _("Taken, to decide anew")
    KEEP = "keep", _("Kept as it was")
    MERGE = "merge", _("Merged")
    LEAVE_OUT = "leave_out", _("Left out")
    GO_ON = "go_on", _("Goes on as a local measure")


@dataclass(frozen=True)
class Transition:
    """One move of a plan along its workflow."""

    name: str
    label: "StrPromise"  # what the button says
    sources: frozenset[PlanState]
    target: PlanState | None  # None: the state that it came from
    actors: frozenset[Role]
    needs_comment: bool = False
    needs_decision: bool = False  # the council decision: date and reference


# Nobody is deciding on it, so its planner may write.
EDITABLE_STATES = frozenset({PlanState.DRAFT, PlanState.CONSULTATION, PlanState.RETURNED, PlanState.REVISING})
# A published edition stays public while the plan is revised, decided on again, or closed.
SUBMITTABLE_STATES = frozenset({PlanState.DRAFT, PlanState.RETURNED, PlanState.REVISING})

# What was decided and published can be carried into the next period.
RENEWABLE_STATES = frozenset({PlanState.PUBLISHED, PlanState.CLOSED})

PLANNERS = frozenset({Role.PLANNER})
APPROVERS = frozenset({Role.APPROVER})
DGI_OFFICERS = frozenset({Role.DGI_OFFICER})

SUBMIT = Transition("submit", _("Submit for endorsement"), SUBMITTABLE_STATES, PlanState.SUBMITTED, PLANNERS)
CONSULT = Transition(
    "consult", _("Open for consultation"), SUBMITTABLE_STATES, PlanState.CONSULTATION, PLANNERS
)
END_CONSULTATION = Transition(
    "end_consultation", _("End the consultation"), frozenset({PlanState.CONSULTATION}), None, PLANNERS
)
TAKE_BACK = Transition(
    "take_back", _("Take back"), frozenset({PlanState.SUBMITTED}), PlanState.RETURNED, PLANNERS
)
ENDORSE = Transition(
    "endorse", _("Endorse"), frozenset({PlanState.SUBMITTED}), PlanState.ENDORSED, DGI_OFFICERS
)
RETURN = Transition(
    "return",
    _("Return with a comment"),
    frozenset({PlanState.SUBMITTED}),
    PlanState.RETURNED,
    DGI_OFFICERS,
    needs_comment=True,
)
SEND_BACK = Transition(
    "send_back",
    _("Send back: the council wants changes"),
    frozenset({PlanState.ENDORSED, PlanState.APPROVED}),
    PlanState.RETURNED,
    APPROVERS,
    needs_comment=True,
)
APPROVE = Transition(
    "approve",
    _("Record the council's approval"),
    frozenset({PlanState.ENDORSED}),
    PlanState.APPROVED,
    APPROVERS,
    needs_decision=True,
)
PUBLISH = Transition("publish", _("Publish"), frozenset({PlanState.APPROVED}), PlanState.PUBLISHED, APPROVERS)
REVISE = Transition(
    "revise", _("Start a revision"), frozenset({PlanState.PUBLISHED}), PlanState.REVISING, PLANNERS
)
CLOSE = Transition("close", _("Close the plan"), frozenset({PlanState.PUBLISHED}), PlanState.CLOSED, PLANNERS)

TRANSITIONS = {
    t.name: t
    for t in (
        SUBMIT,
        CONSULT,
        END_CONSULTATION,
        TAKE_BACK,
        ENDORSE,
        RETURN,
        SEND_BACK,
        APPROVE,
        PUBLISH,
        REVISE,
        CLOSE,
    )
}
