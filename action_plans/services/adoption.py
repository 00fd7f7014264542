"""Who has taken what: the versions that the plans rest on, and each changed item across them."""

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.utils.translation import pgettext_lazy

from action_plans.models import Plan, Template, UpdateDecision
from action_plans.services.inbox import Change, Key, National, Standing, Versions, standings_of
from action_plans.workflow import PlanState, UpdateChoice

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

# The choices as the national level counts them.
OUTCOMES: list[tuple["StrPromise", set[UpdateChoice]]] = [
    (pgettext_lazy("so many plans", "Took it"), {UpdateChoice.TAKE, UpdateChoice.ANEW}),
    (pgettext_lazy("so many plans", "Kept theirs"), {UpdateChoice.KEEP}),
    (pgettext_lazy("so many plans", "Combined both"), {UpdateChoice.MERGE}),
    (pgettext_lazy("so many plans", "Left it out"), {UpdateChoice.LEAVE_OUT}),
    (pgettext_lazy("so many plans", "Made it local"), {UpdateChoice.GO_ON}),
]


@dataclass
class PlanAdoption:
    """One plan: how many items stand on which version, are kept against a newer one, wait for a look."""

    plan: Plan
    standings: dict[Key, Standing]
    changes: list[Change]
    decisions: list[UpdateDecision]  # standing ones, the latest first

    @property
    def by_version(self) -> Counter[int]:
        return Counter(standing.base for standing in self.standings.values())

    @property
    def kept(self) -> int:
        return sum(standing.seen > standing.base for standing in self.standings.values())

    @property
    def open(self) -> int:
        return len(self.changes)

    def last_choices(self) -> dict[Key, str]:
        """What was decided last about each item, whichever version it was about."""
        return {(d.kind, d.code): d.choice for d in reversed(self.decisions)}

    def decision_about(self, key: Key) -> UpdateDecision | None:
        return next((d for d in self.decisions if (d.kind, d.code) == key), None)

    def change_of(self, key: Key) -> Change | None:
        return next((c for c in self.changes if (c.kind, c.code) == key), None)


@dataclass
class ItemAdoption:
    """One item that some version changed: how many plans did what with it."""

    kind: str
    code: str
    national: National
    changed_in: list[int]  # versions
    choices: Counter[str] = field(default_factory=Counter)
    open: int = 0

    @property
    def counts(self) -> list[tuple["StrPromise", int]]:
        """What was done with it, in a word for each, and how often."""
        return [(label, sum(self.choices[choice] for choice in choices)) for label, choices in OUTCOMES]

    @property
    def heading(self) -> str:
        return "title" if self.kind == "section" else "text"

    @property
    def kind_label(self) -> str:
        return str(UpdateDecision.Kind(self.kind).label)


@dataclass
class Adoption:
    """The whole map."""

    in_force: Template | None
    versions: list[int]
    plans: list[PlanAdoption]
    contents: Versions | None = None

    def items(self) -> list[ItemAdoption]:
        """What newer versions changed, in the order of the one in force: decided by some, or open for some.

        Each plan counts once for an item: as open, or by its last decision about it.
        """
        assert self.contents is not None
        found: dict[Key, ItemAdoption] = {}
        for plan in self.plans:
            is_open = {(change.kind, change.code) for change in plan.changes}
            for key in is_open:
                self._item(found, key).open += 1
            for key, choice in plan.last_choices().items():
                if key not in is_open:
                    self._item(found, key).choices[choice] += 1
        place = self.contents.place_of
        return sorted(found.values(), key=lambda item: place(item.kind, item.national))

    def _item(self, found: dict[Key, ItemAdoption], key: Key) -> ItemAdoption:
        if key not in found:
            assert self.contents is not None
            found[key] = ItemAdoption(*key, self.contents.newest(key), self.contents.changed_in(key))
        return found[key]


def adoption_map() -> Adoption:
    """As many queries for one plan as for twenty-two, for one version as for ten."""
    going_on = Plan.objects.exclude(state=PlanState.CLOSED).select_related("municipality")
    plans = list(going_on.order_by("municipality__display_name", "first_year"))
    in_force = Template.objects.issued().first()
    versions = list(Template.objects.public().order_by("number").values_list("number", flat=True))
    if in_force is None:
        return Adoption(None, [], [])
    standings = standings_of(plans)
    contents = Versions(versions, in_force.number)
    decisions: dict[int, list[UpdateDecision]] = {}
    rows = UpdateDecision.objects.standing().filter(plan__in=plans).select_related("template", "by")
    for decision in rows.order_by("-pk"):
        decisions.setdefault(decision.plan_id, []).append(decision)
    return Adoption(
        in_force,
        versions,
        [
            PlanAdoption(
                plan,
                standings[plan.pk],
                contents.compare(standings[plan.pk])[0],
                decisions.get(plan.pk, []),
            )
            for plan in plans
        ],
        contents,
    )
