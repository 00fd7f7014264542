"""What somebody who leaves passes on of a plan: the measures that they report on."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.utils.text import Truncator
from django.utils.translation import gettext as _, gettext_lazy

from accounts.models import User
from accounts.roles import MUNICIPAL_ROLES
from action_plans.models import PlanMeasure, Remark
from action_plans.permissions import can_hand_over_measures
from action_plans.services.tailoring import save_item
from action_plans.workflow import PlanState
from gai_portal.lib.content import in_active_language
from gai_portal.lib.handovers import Entry, Kind, hand_over as hand_over_kinds


@transaction.atomic
def hand_over(from_: User, to: Mapping[str, User], *, place: str, by: User) -> dict[str, list[int]]:
    """Who reports on a measure changes, in whatever state the plan is: its text does not."""
    if not can_hand_over_measures(by, place):
        raise PermissionDenied(f"{by} may not hand over measures of {place}")
    return hand_over_kinds(KINDS, from_, to, place=place, by=by)


def _measures() -> QuerySet[PlanMeasure]:
    return PlanMeasure.objects.exclude(plan__state=PlanState.CLOSED).exclude(owner=None)


def _held(user: User, place: str) -> QuerySet[PlanMeasure]:
    return _measures().filter(owner=user, plan__municipality=place)


def _move(from_: User, place: str, to: User, by: User) -> list[int]:
    measures = list(_held(from_, place).select_for_update(of=("self",)))
    for measure in measures:
        measure.owner = to
        save_item(measure, by=by)
    return [measure.pk for measure in measures]


def _facts(measure: PlanMeasure) -> list[str]:
    return [str(measure.plan), str(measure.get_decision_display()), measure.responsible_unit]


def _entries(keys: Sequence[int], reader: User) -> list[Entry]:
    rows = PlanMeasure.objects.visible_to(reader).filter(pk__in=keys).with_place()
    measures = list(rows.select_related("plan__municipality").order_by("plan", "order", "code"))
    plans = {measure.plan_id for measure in measures}
    remarks: dict[Any, list[str]] = defaultdict(list)
    open_remarks = Remark.objects.visible_to(reader).filter(plan__in=plans, kind=Remark.Kind.MEASURE).open()
    for remark in open_remarks.select_related("by"):
        said = _("Open remark of {name}: {text}").format(name=remark.by, text=remark.text)
        remarks[remark.plan_id, remark.code].append(said)
    return [
        Entry(
            None,
            measure.code,
            Truncator(in_active_language(measure.wording, "text")[0]).chars(200),
            facts=[fact for fact in _facts(measure) if fact],
            text="\n".join(remarks[measure.plan_id, measure.code]),
            dates=[(measure.ends_on, _("The measure ends"))] if measure.ends_on else [],
        )
        for measure in measures
    ]


KINDS: list[Kind] = [
    Kind(
        "measure",
        gettext_lazy("Measures of a plan to report on"),
        MUNICIPAL_ROLES,
        held=_held,
        move=_move,
        entries=_entries,
        holders=lambda: _measures().order_by().values_list("owner", "plan__municipality").distinct(),
    )
]
