"""Remarks among colleagues: said, settled, taken up again. What is said about an item follows it."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import MUNICIPAL_ROLES, Role
from accounts.services import notify
from action_plans.models import ConsultationComment, Plan, PlanMeasure, Remark
from action_plans.permissions import can_remark, can_settle_remark


@transaction.atomic
def make_remark(plan: Plan, *, kind: str, code: str, text: str, url: str, by: User) -> Remark:
    """Say something about an item; the plan's planners, and who spoke about it before, are told."""
    if not can_remark(by, plan):
        raise PermissionDenied(f"{by} may not remark on {plan}")
    before = plan.remarks.about(kind, code).values("by")
    remark = Remark.objects.create(plan=plan, kind=kind, code=code, text=text, by=by)
    planners = User.objects.with_role({Role.PLANNER}, plan.municipality_id)
    involved = Q(pk__in=planners.values("pk")) | Q(pk__in=before)
    notify(
        who_may_remark(plan).filter(involved).exclude(pk=by.pk),  # who has left since reads no more
        text=lambda: (
            _("%(plan)s, %(code)s: %(name)s has written a remark.") % {"plan": plan, "code": code, "name": by}
        ),
        url=url,
    )
    return remark


def who_may_remark(plan: Plan) -> QuerySet[User]:
    """Everybody for whom `can_remark` says yes, in one query."""
    colleagues = User.objects.with_role(MUNICIPAL_ROLES, plan.municipality_id)
    return colleagues | User.objects.with_role({Role.DGI_OFFICER})


def follow_measure(measure: PlanMeasure, *, former: str) -> None:
    """A measure goes on under another code: what colleagues and partners said about it goes along."""
    measure.plan.remarks.about(Remark.Kind.MEASURE, former).update(code=measure.code)
    ConsultationComment.objects.filter(
        consultation__plan=measure.plan_id, kind=ConsultationComment.Kind.MEASURE, code=former
    ).update(code=measure.code)


@transaction.atomic
def settle_remark(remark: Remark, *, by: User) -> bool:
    """Somebody has seen to it. False: it was settled already."""
    remark = Remark.objects.select_for_update(of=("self",)).select_related("plan").get(pk=remark.pk)
    if not can_settle_remark(by, remark):
        raise PermissionDenied(f"{by} may not settle {remark}")
    if remark.settled_at is not None:
        return False
    remark.settled_at, remark.settled_by = timezone.now(), by
    remark.save(update_fields=["settled_at", "settled_by"])
    return True


@transaction.atomic
def reopen_remark(remark: Remark, *, by: User) -> None:
    """It was not seen to after all."""
    remark = Remark.objects.select_for_update(of=("self",)).select_related("plan").get(pk=remark.pk)
    if not can_settle_remark(by, remark):
        raise PermissionDenied(f"{by} may not open {remark} again")
    remark.settled_at = remark.settled_by = None
    remark.save(update_fields=["settled_at", "settled_by"])
