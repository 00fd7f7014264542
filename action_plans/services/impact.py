"""What issuing a version will mean for the plans that are being written: known before anybody presses."""

from dataclasses import dataclass

from action_plans.models import Plan, Template
from action_plans.services.content import items_of
from action_plans.services.inbox import Change, Versions, placed, standings_of
from action_plans.workflow import EDITABLE_STATES, Decision, PlanState


@dataclass
class Impact:
    """What a new version will bring into the inbox of one plan."""

    plan: Plan
    changes: list[Change]

    @property
    def changed(self) -> int:
        """Items whose national text, flags or place change."""
        return len(self._changed)

    @property
    def adapted(self) -> int:
        """Of these, measures that the municipality has adapted."""
        return sum(change.decision == Decision.ADAPTED for change in self._changed)

    @property
    def dropped(self) -> int:
        """Items that the new version no longer has."""
        return sum(change.after is None for change in self.changes)

    @property
    def added(self) -> int:
        """Items that the plan does not have yet."""
        return sum(change.before is None for change in self.changes)

    @property
    def _changed(self) -> list[Change]:
        return [change for change in self.changes if change.before and change.after]


def plans_touched(draft: Template) -> list[Impact]:
    """Every open plan that has something to take, keep or merge once `draft` is issued.

    An item is compared with the version that this item is based on, so a plan may hold items of several.
    The queries do not grow with the plans, their items, or the versions.
    """
    plans = list(Plan.objects.filter(state__in=EDITABLE_STATES).select_related("municipality"))
    standings = standings_of(plans)
    numbers = {
        number for rows in standings.values() for row in rows.values() for number in (row.base, row.seen)
    }
    versions = Versions(numbers, draft.number)
    versions.items[draft.number] = placed(draft.number, items_of(draft))
    impacts = [Impact(plan, versions.compare(standings[plan.pk])[0]) for plan in plans]
    return [impact for impact in impacts if impact.changes]


def plans_to_come() -> int:
    """Plans that somebody is deciding on or that are published: they meet the version when they reopen."""
    return Plan.objects.exclude(state__in=[*EDITABLE_STATES, PlanState.CLOSED]).count()
