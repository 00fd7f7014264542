"""What a newer version of the national template changes in a plan, item by item. Reads only.

An item is compared as the plan holds it (the row that it is based on) with the version in force. What the
municipality has looked at and kept does not come back until a later version changes that item once more.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import Any

from django.core.cache import caches
from django.db.models import BooleanField, ExpressionWrapper, F, Q, Value
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from action_plans.models import (
    Plan,
    PlanIndicator,
    PlanMeasure,
    PlanSection,
    Template,
    UpdateDecision,
)
from action_plans.services.comparison import flags, texts
from action_plans.services.content import KINDS, Item, items_of_versions
from action_plans.workflow import Decision, UpdateChoice

Key = tuple[str, str]  # kind and national code

PLAN_ITEMS: dict[str, type[PlanSection | PlanMeasure | PlanIndicator]] = {
    "section": PlanSection,
    "measure": PlanMeasure,
    "indicator": PlanIndicator,
}
# What changed, in words: these are the filters of the inbox.
ASPECTS: dict[str, Promise] = {
    "new": _("New"),
    "dropped": _("Dropped"),
    "reworded": _("Reworded"),
    "moved": _("Moved"),
    "mandatory": _("Now mandatory"),
    "translated": _("Translation changed"),
    "details": _("Other details"),
}
WORDS = ("title_pt", "text_pt")
NUMBERS = ("baseline_value", "baseline_year", "target_value", "target_year")


@dataclass(frozen=True)
class National:
    """One item of one version of the national template, with its place in it."""

    version: int
    item: Item
    area: str
    position: int  # among its kind

    def says_the_same(self, other: "National | None") -> bool:
        return other is not None and (self.item, self.area) == (other.item, other.area)

    @property
    def values(self) -> Mapping[str, Any]:
        return self.item.values

    @property
    def is_locked(self) -> bool:
        return bool(self.values.get("is_locked"))


@dataclass(frozen=True)
class Standing:
    """Where one item of a plan stands: the version it is based on, and the last one it was compared with."""

    base: int
    seen: int
    decision: str = ""  # of a measure
    has_own_text: bool = False
    has_numbers: bool = False

    def get_decision_display(self) -> str:
        return str(Decision(self.decision).label)


@dataclass(frozen=True)
class Change:
    """One item that the version in force words, places or treats otherwise than the plan does."""

    kind: str
    code: str
    standing: Standing | None  # None: the plan does not have it
    before: National | None
    after: National | None  # None: the version in force does not have it

    @cached_property
    def aspects(self) -> list[str]:
        if self.before is None:
            return ["new", "mandatory"] if self.becomes_mandatory else ["new"]
        if self.after is None:
            return ["dropped"]
        old, new = self.before.item, self.after.item
        changed = {name for name, value in texts(new).items() if texts(old).get(name) != value}
        translated = any(name[:-3] + "_pt" in WORDS for name in changed)
        found = {
            "reworded": changed & set(WORDS),
            "moved": (old.parent, self.before.area) != (new.parent, self.after.area),
            "mandatory": self.becomes_mandatory,
            "translated": translated and not changed & set(WORDS),
            "details": self.other_details or any(name[:-3] + "_pt" not in WORDS for name in changed),
        }
        return [aspect for aspect in ASPECTS if found.get(aspect)]

    @property
    def other_details(self) -> bool:
        """Whether a flag or a link changes, beside becoming mandatory."""
        assert self.before is not None
        assert self.after is not None
        old, new = flags(self.before.item), flags(self.after.item)
        changed = {name for name, value in new.items() if old.get(name) != value}
        return bool(changed - ({"is_mandatory"} if self.becomes_mandatory else set()))

    @property
    def becomes_mandatory(self) -> bool:
        was = bool(self.before and self.before.values.get("is_mandatory"))
        return bool(self.after and self.after.values.get("is_mandatory")) and not was

    @property
    def shown(self) -> National:
        """The newest wording that there is."""
        shown = self.after or self.before
        assert shown is not None
        return shown

    @property
    def area(self) -> str:
        return self.shown.area

    @property
    def kind_label(self) -> str:
        return str(UpdateDecision.Kind(self.kind).label)

    @property
    def called(self) -> str:
        return f"{self.kind_label} {self.code}"

    @property
    def heading(self) -> str:
        """The field that names it in a list."""
        return "title" if self.kind == "section" else "text"

    @property
    def heading_before(self) -> str:
        return self._heading(self.before)

    @property
    def heading_after(self) -> str:
        return self._heading(self.after)

    def _heading(self, national: National | None) -> str:
        """Its Portuguese name, to be compared; none where there is nothing to compare."""
        if self.before is None or self.after is None or national is None:
            return ""
        return str(national.values[f"{self.heading}_pt"])

    @property
    def decision(self) -> str:
        return self.standing.decision if self.standing else ""

    @property
    def has_own_text(self) -> bool:
        return bool(self.standing and self.standing.has_own_text)

    @property
    def replaces_text(self) -> bool:
        """Whether taking it puts the national words in the place of the municipality's own."""
        if not self.has_own_text or self.before is None or self.after is None:
            return False
        if self.kind == "section" and not self.before.is_locked and self.after.is_locked:
            return True
        new = self.after.values.get("text_pt")
        return bool(new) and self.before.values.get("text_pt") != new

    @property
    def changes_unit(self) -> bool:
        """Numbers in another unit say something else: taking it, they start again."""
        return bool(
            self.before
            and self.after
            and self.standing
            and self.standing.has_numbers
            and self.before.values.get("unit") != self.after.values.get("unit")
        )

    @property
    def is_untouched(self) -> bool:
        """The municipality has put nothing of its own into it that the change concerns."""
        if self.before is None or self.after is None:
            return False
        if self.kind == "measure" and self.decision == Decision.EXCLUDED:
            return not {"reworded", "mandatory"} & set(self.aspects)
        return not self.has_own_text and not self.changes_unit

    @property
    def choices(self) -> list[UpdateChoice]:
        """What may be done with it: asked by the page and by the service."""
        if self.before is None:
            return [UpdateChoice.TAKE, *([UpdateChoice.LEAVE_OUT] if self.kind == "measure" else [])]
        if self.after is None:
            return [UpdateChoice.LEAVE_OUT, *self._instead_of_dropping()]
        if self.decision == Decision.EXCLUDED:
            return [UpdateChoice.TAKE, UpdateChoice.ANEW]
        if self.before.is_locked or self.after.is_locked:
            return [UpdateChoice.TAKE]
        return [UpdateChoice.TAKE, UpdateChoice.KEEP, *([UpdateChoice.MERGE] if self.replaces_text else [])]

    def _instead_of_dropping(self) -> list[UpdateChoice]:
        assert self.before is not None
        if self.kind == "measure":
            return [] if self.decision == Decision.EXCLUDED else [UpdateChoice.GO_ON]
        return [] if self.before.is_locked else [UpdateChoice.KEEP]


@dataclass
class Inbox:
    """What a plan has to look at in the version in force, and what follows by itself with its next step."""

    template: Template | None
    changes: list[Change] = field(default_factory=list)
    # What stands in the version in force in the same words: to be carried over.
    unchanged: dict[Key, National] = field(default_factory=dict)
    looked_at: int = 0  # items that some version changed and the planner has decided about

    @property
    def total(self) -> int:
        return self.looked_at + len(self.changes)

    @property
    def is_empty(self) -> bool:
        return not self.changes and not self.unchanged

    @property
    def untouched(self) -> list[Change]:
        return [change for change in self.changes if change.is_untouched]

    def find(self, kind: str, code: str) -> Change | None:
        return next((c for c in self.changes if (c.kind, c.code) == (kind, code)), None)


class Versions:
    """The contents of the versions that some plans rest on, and of the one in force."""

    def __init__(self, numbers: Iterable[int], in_force: int) -> None:
        self.in_force = in_force
        self.items = _contents({*numbers, in_force})

    def get(self, number: int, key: Key) -> National | None:
        return self.items[number].get(key)

    def compare(self, standings: Mapping[Key, Standing]) -> tuple[list[Change], dict[Key, National]]:
        """The changes that are still open, in the order of the document, and what is unchanged."""
        changes: list[Change] = []
        unchanged: dict[Key, National] = {}
        for key, standing in standings.items():
            before, after = self.get(standing.base, key), self.get(self.in_force, key)
            assert before is not None
            if after is not None and before.says_the_same(after):
                if standing.base != self.in_force:
                    unchanged[key] = after
            elif not _same(self.get(standing.seen, key), after):
                changes.append(Change(*key, standing, before, after))
        for key, after in self.items[self.in_force].items():
            if key not in standings:
                changes.append(Change(*key, None, None, after))
        changes.sort(key=lambda change: self.place_of(change.kind, change.shown))
        return changes, unchanged

    def knows(self, key: Key) -> bool:
        return any(key in items for items in self.items.values())

    def newest(self, key: Key) -> National:
        """The newest wording of an item that some version has."""
        numbers = [self.in_force, *sorted(self.items, reverse=True)]
        return next(found for number in numbers if (found := self.get(number, key)) is not None)

    def changed_in(self, key: Key) -> list[int]:
        """The versions in which an item differs from the one before: worded anew, moved, new, dropped."""
        numbers = sorted(self.items)
        return [
            later
            for earlier, later in pairwise(numbers)
            if not _same(self.get(earlier, key), self.get(later, key))
        ]

    def place_of(self, kind: str, national: National) -> tuple[int, int, int]:
        """For sorting, in the order of the version in force; areas that it dropped come last."""
        area = self.areas.get(national.area, len(self.areas))
        return area, list(PLAN_ITEMS).index(kind), national.position

    @cached_property
    def areas(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for national in self.items[self.in_force].values():
            found.setdefault(national.area, len(found))
        return found


def _contents(numbers: Iterable[int]) -> dict[int, dict[Key, National]]:
    """The items of several issued versions, which never change: each is read once in a while only."""
    issued = Template.objects.public().filter(number__in=set(numbers))
    names = {
        f"national-items-{number}-{at:%Y%m%dT%H%M%S.%f}": number
        for number, at in issued.values_list("number", "issued_at")
        if at is not None
    }
    known = {names[name]: items for name, items in caches["pages"].get_many(names).items()}
    read = {
        number: placed(number, items)
        for number, items in items_of_versions(set(names.values()) - set(known)).items()
    }
    caches["pages"].set_many({name: read[number] for name, number in names.items() if number in read})
    return known | read


def _same(one: National | None, other: National | None) -> bool:
    return one.says_the_same(other) if one else other is None


def placed(number: int, items: Iterable[Item]) -> dict[Key, National]:
    """Those that plans hold, each with its place."""
    areas: dict[str, str] = {}  # of each objective
    counts = dict.fromkeys(PLAN_ITEMS, 0)
    found = {}
    for item in items:
        if item.kind == "objective":
            areas[item.code] = item.parent
        elif item.kind in PLAN_ITEMS:
            counts[item.kind] += 1
            area = areas.get(item.parent, "")
            found[item.kind, item.code] = National(number, item, area, counts[item.kind])
    return found


def standings_of(plans: Iterable[Plan]) -> dict[int, dict[Key, Standing]]:
    """Every national item of each plan, by the plan's key. Local measures stand on nothing."""
    pks = [plan.pk for plan in plans]
    kept: dict[tuple[int, str, str], int] = {}
    decisions = UpdateDecision.objects.standing().filter(plan__in=pks, choice=UpdateChoice.KEEP)
    for row in decisions.order_by("template__number").values_list("plan", "kind", "code", "template__number"):
        kept[row[:3]] = row[3]
    found: dict[int, dict[Key, Standing]] = {pk: {} for pk in pks}
    for kind, model in PLAN_ITEMS.items():
        items = model._default_manager.filter(plan__in=pks, based_on__isnull=False)
        base = F(f"based_on__{KINDS[kind].model.template_path}__number")
        for plan, code, number, *own in items.order_by().values_list("plan", "code", base, *OWN[kind]):
            standing = Standing(number, max(number, kept.get((plan, kind, code), 0)), *own)
            found[plan][kind, code] = standing
    return found


def _whether(condition: Q) -> ExpressionWrapper:
    return ExpressionWrapper(condition, output_field=BooleanField())


OWN: dict[str, list[Any]] = {
    "section": [Value(""), _whether(~Q(text_pt=""))],
    "measure": [F("decision"), _whether(Q(decision=Decision.ADAPTED))],
    "indicator": [
        Value(""),
        Value(value=False),
        _whether(Q(baseline_value__isnull=False) | Q(target_value__isnull=False)),
    ],
}


def inboxes_of(plans: Iterable[Plan]) -> dict[int, Inbox]:
    """The inbox of each plan, by the plan's key: as many queries as for one."""
    plans = list(plans)
    in_force = Template.objects.issued().first() if plans else None
    if in_force is None:
        return {plan.pk: Inbox(None) for plan in plans}
    standings = standings_of(plans)
    numbers = {n for rows in standings.values() for row in rows.values() for n in (row.base, row.seen)}
    versions = Versions(numbers, in_force.number)
    looked_at = UpdateDecision.objects.standing().filter(plan__in=[plan.pk for plan in plans])
    decided: dict[int, set[Key]] = {plan.pk: set() for plan in plans}
    for pk, kind, code in looked_at.values_list("plan", "kind", "code"):
        decided[pk].add((kind, code))
    inboxes = {}
    for plan in plans:
        changes, unchanged = versions.compare(standings[plan.pk])
        still_open = {(change.kind, change.code) for change in changes}
        inboxes[plan.pk] = Inbox(in_force, changes, unchanged, len(decided[plan.pk] - still_open))
    return inboxes


def inbox_of(plan: Plan) -> Inbox:
    return inboxes_of([plan])[plan.pk]
