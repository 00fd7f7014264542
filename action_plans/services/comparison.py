"""What changes from one version of the national template to the next."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from action_plans.services.content import Item


@dataclass
class Comparison:
    """Items by what happened to them. An item may be reworded and moved and reflagged at once."""

    added: list[Item] = field(default_factory=list)
    reworded: list[tuple[Item, Item]] = field(default_factory=list)  # as it was, as it is
    moved: list[Item] = field(default_factory=list)
    reflagged: list[Item] = field(default_factory=list)  # mandatory, goals, lead, partners, unit …
    dropped: list[Item] = field(default_factory=list)

    def __bool__(self) -> bool:
        return any([self.added, self.reworded, self.moved, self.reflagged, self.dropped])


def compare_versions(before: Iterable[Item], after: Iterable[Item]) -> Comparison:
    """Items are the same when they carry the same code."""
    old, new = {item.code: item for item in before}, {item.code: item for item in after}
    stayed = [code for code in old if code in new and old[code].parent == new[code].parent]
    displaced = codes_out_of_order(stayed, [code for code in new if code in set(stayed)], new)
    comparison = Comparison(
        added=[item for code, item in new.items() if code not in old],
        dropped=[item for code, item in old.items() if code not in new],
    )
    for code, item in new.items():
        was = old.get(code)
        if was is None:
            continue
        if texts(was) != texts(item):
            comparison.reworded.append((was, item))
        if was.parent != item.parent or code in displaced:
            comparison.moved.append(item)
        if flags(was) != flags(item):
            comparison.reflagged.append(item)
    return comparison


def texts(item: Item) -> dict[str, object]:
    return {name: value for name, value in item.values.items() if name.endswith(("_pt", "_en", "_fr"))}


def flags(item: Item) -> tuple[dict[str, object], dict[str, list[str]]]:
    return {name: value for name, value in item.values.items() if name not in texts(item)}, item.links


def codes_out_of_order(before: list[str], after: list[str], items: dict[str, Item]) -> set[str]:
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
