"""What changes from one version of the national template to the next, item by item."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any

from action_plans.models import Template
from action_plans.services.content import HEADING, Item, items_of

HEADING_KIND = "heading"  # title, notice and usual length of a plan, compared as if they were an item


@dataclass(frozen=True)
class Place:
    """Where an item stands: under which parent, and as which of its like."""

    parent: str
    position: int


@dataclass(frozen=True)
class Rewording:
    """One text in one language, as it was and as it is. A new translation was empty before."""

    name: str  # text, title, summary, guidance, notice
    language: str
    before: str
    after: str


@dataclass(frozen=True)
class Reflagging:
    """What is no text: a flag, a choice, a number, or the codes of linked rows."""

    name: str
    before: Any
    after: Any


@dataclass(frozen=True)
class Change:
    """What happened to one item. It may be reworded and moved and reflagged at once."""

    was: Item | None
    now: Item | None
    chapter: str  # the code of the chapter or area in which a reader finds it
    moved: tuple[Place, Place] | None = None
    rewordings: tuple[Rewording, ...] = ()
    reflaggings: tuple[Reflagging, ...] = ()

    @property
    def item(self) -> Item:
        item = self.now or self.was
        assert item is not None
        return item

    @property
    def code(self) -> str:
        return self.item.code

    @property
    def is_added(self) -> bool:
        return self.was is None

    @property
    def is_dropped(self) -> bool:
        return self.now is None


@dataclass
class Comparison:
    """Changes in the order of the newer document; what was dropped stands where it used to stand."""

    changes: list[Change] = field(default_factory=list)
    items: dict[str, Item] = field(default_factory=dict)  # of both versions, as they are said last

    def __bool__(self) -> bool:
        return bool(self.changes)

    @property
    def added(self) -> list[Item]:
        return [change.now for change in self.changes if change.was is None and change.now]

    @property
    def dropped(self) -> list[Item]:
        return [change.was for change in self.changes if change.now is None and change.was]

    @property
    def reworded(self) -> list[tuple[Item, Item]]:
        """As it was, as it is."""
        return [(c.was, c.now) for c in self.changes if c.rewordings and c.was and c.now]

    @property
    def moved(self) -> list[Item]:
        return [change.item for change in self.changes if change.moved]

    @property
    def reflagged(self) -> list[Item]:
        """Mandatory, goals, lead, partners, unit …"""
        return [change.item for change in self.changes if change.reflaggings]


def compare_templates(before: Template, after: Template) -> Comparison:
    """Two whole versions, title and notice included, in a number of queries that does not grow."""
    return compare_versions([heading_of(before), *items_of(before)], [heading_of(after), *items_of(after)])


def heading_of(template: Template) -> Item:
    values = {name: getattr(template, name) for name in HEADING}
    return Item(kind=HEADING_KIND, code="", parent="", values=values)


def compare_versions(before: Iterable[Item], after: Iterable[Item]) -> Comparison:
    """Items are the same when they carry the same code."""
    old, new = {item.code: item for item in before}, {item.code: item for item in after}
    old_places, new_places = _places(old.values()), _places(new.values())
    stayed = [code for code in old if code in new and old[code].parent == new[code].parent]
    displaced = codes_out_of_order(stayed, [code for code in new if code in set(stayed)], new)
    changes = []
    for code in _reading_order(list(old), list(new)):
        was, now = old.get(code), new.get(code)
        change = Change(was, now, chapter=_chapter(code, new if now else old))
        if was and now:
            has_moved = was.parent != now.parent or code in displaced
            change = Change(
                was,
                now,
                chapter=change.chapter,
                moved=(old_places[code], new_places[code]) if has_moved else None,
                rewordings=tuple(_rewordings(was, now)),
                reflaggings=tuple(_reflaggings(was, now)),
            )
            if not (change.moved or change.rewordings or change.reflaggings):
                continue
        changes.append(change)
    return Comparison(changes, {**old, **new})


def texts(item: Item) -> dict[str, str]:
    return {name: value for name, value in item.values.items() if name.endswith(("_pt", "_en", "_fr"))}


def flags(item: Item) -> dict[str, Any]:
    return {name: value for name, value in item.values.items() if name not in texts(item)} | item.links


def _rewordings(was: Item, now: Item) -> Iterable[Rewording]:
    before, after = texts(was), texts(now)
    for column in after:
        if before.get(column, "") != after[column]:
            name, _, language = column.rpartition("_")
            yield Rewording(name, language, before.get(column, ""), after[column])


def _reflaggings(was: Item, now: Item) -> Iterable[Reflagging]:
    before, after = flags(was), flags(now)
    for name, value in after.items():
        if before.get(name) != value:
            yield Reflagging(name, before.get(name), value)


def _places(items: Iterable[Item]) -> dict[str, Place]:
    counts: dict[tuple[str, str], int] = {}
    places = {}
    for item in items:
        group = (item.kind, item.parent)
        counts[group] = counts.get(group, 0) + 1
        places[item.code] = Place(item.parent, counts[group])
    return places


def _chapter(code: str, items: Mapping[str, Item]) -> str:
    while (item := items.get(code)) and item.parent:
        code = item.parent
    return code


def _reading_order(old: list[str], new: list[str]) -> list[str]:
    """All codes of the newer version, and each that is gone after the one that it used to follow."""
    order, stands = list(new), set(new)
    before = None
    for code in old:
        if code not in stands:
            order.insert(order.index(before) + 1 if before is not None else 0, code)
        before = code
    return order


def codes_out_of_order(before: list[str], after: list[str], items: Mapping[str, Item]) -> set[str]:
    """Codes that changed places among those that hang on the same parent."""
    groups: dict[tuple[str, str], tuple[list[str], list[str]]] = {}
    for side, codes in enumerate((before, after)):
        for code in codes:
            place = (items[code].kind, items[code].parent)
            groups.setdefault(place, ([], []))[side].append(code)
    displaced = set()
    for old, new in groups.values():
        kept: set[str] = set()
        for block in SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks():
            kept.update(new[block.b : block.b + block.size])
        displaced.update(set(new) - kept)
    return displaced
