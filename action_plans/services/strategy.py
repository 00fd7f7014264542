"""Every write to the national strategy: its goals and the indicators of each, with their history."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from action_plans.models import StrategicGoal, StrategicIndicator
from action_plans.permissions import can_write_strategy
from gai_portal.lib.history import signed
from gai_portal.lib.locks import locked


def save_strategy_item(item: StrategicGoal | StrategicIndicator, *, by: User) -> None:
    """Write a goal or an indicator, new or put right."""
    _check(by)
    signed(item, by).save()


@transaction.atomic
def remove_goal(goal: StrategicGoal, *, by: User) -> None:
    """Only what nothing hangs on can go: measures and editions name goals by their code."""
    _check(by)
    goal = locked(StrategicGoal.objects.all(), goal.pk)
    if goal.is_in_use():
        message = _("%(code)s stays: goals, indicators or measures hang on it.")
        raise ValidationError(message % {"code": goal.code})
    signed(goal, by).delete()


def remove_indicator(indicator: StrategicIndicator, *, by: User) -> None:
    _check(by)
    signed(indicator, by).delete()


def _check(by: User) -> None:
    if not can_write_strategy(by):
        raise PermissionDenied(f"{by} may not write the strategy")
