"""Whoever acts next on a plan is told what to do, each in the words of their own role."""

from functools import partial
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.translation import gettext as _, gettext_lazy

from accounts.models import User
from accounts.roles import NATIONAL_ROLES, Role
from accounts.services import notify
from action_plans.models import Plan
from action_plans.workflow import (
    APPROVE,
    CONSULT,
    END_CONSULTATION,
    ENDORSE,
    PUBLISH,
    RETURN,
    REVISE,
    SEND_BACK,
    SUBMIT,
    TAKE_BACK,
    TRANSITIONS,
    Transition,
)

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

# By the step that was made and the role that it concerns.
SENTENCES: dict[tuple[str, Role], "StrPromise"] = {
    (SUBMIT.name, Role.DGI_OFFICER): gettext_lazy(
        "{plan} was submitted: read it, then endorse it or return it with a comment."
    ),
    (SUBMIT.name, Role.PLANNER): gettext_lazy(
        "{plan} was submitted. It can be taken back until {authority} has answered."
    ),
    (CONSULT.name, Role.PLANNER): gettext_lazy(
        "{plan} is in consultation: read the comments and answer them."
    ),
    (END_CONSULTATION.name, Role.PLANNER): gettext_lazy(
        "The consultation on {plan} is over: answer what is open, then submit the plan."
    ),
    (TAKE_BACK.name, Role.PLANNER): gettext_lazy("{plan} was taken back: it can be written in again."),
    (ENDORSE.name, Role.APPROVER): gettext_lazy(
        "{plan} was endorsed by {authority}: take the plan to the council and record its decision."
    ),
    (RETURN.name, Role.PLANNER): gettext_lazy(
        "{plan} was returned by {authority}: read the comment, change the plan and submit it again."
    ),
    (SEND_BACK.name, Role.PLANNER): gettext_lazy(
        "The council wants changes in {plan}: read the comment, change the plan and submit it again."
    ),
    (APPROVE.name, Role.APPROVER): gettext_lazy(
        "The council's decision on {plan} is recorded: publish the plan."
    ),
    (PUBLISH.name, Role.PLANNER): gettext_lazy("{plan} is public. Start a revision when it has to change."),
    (REVISE.name, Role.PLANNER): gettext_lazy("{plan} is under revision: it can be written in again."),
}


def tell_who_acts_next(plan: Plan, transition: Transition, *, by: User) -> None:
    """Tell everybody but `by` who may move the plan on from its new state. Nobody is told twice."""
    told = {by.pk}
    roles = {role for step in TRANSITIONS.values() if plan.state in step.sources for role in step.actors}
    for role in sorted(roles):
        place = None if role in NATIONAL_ROLES else plan.municipality_id
        users = list(User.objects.with_role({role}, place).exclude(pk__in=told))
        notify(users, text=partial(sentence, plan, transition, role), url=plan.get_absolute_url())
        told |= {user.pk for user in users}


def sentence(plan: Plan, transition: Transition, role: Role) -> str:
    """What happened to a plan, and what somebody with this role does about it; in the active language."""
    text = SENTENCES.get((transition.name, role))
    if text is None:
        return _("%(plan)s: %(state)s.") % {"plan": plan, "state": plan.get_state_display()}
    return str(text).format(plan=plan, authority=settings.LABELS["authority"])
