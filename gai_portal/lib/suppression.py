"""Statistical disclosure control: published counts that point at nobody, also not by subtraction.

A small count (1 to threshold - 1) is shown as `SMALL`. Totals would give it away again, so further cells are
shown as `HIDDEN` until every hidden cell has a *witness*: another set of counts that fits all that is
published and gives that cell another value. A witness is a proof, so what is published is safe by
construction; where the search finds none, every cell is `WITHHELD`.

The reader is taken to know the rule: a `SMALL` cell is 1 to threshold - 1, a `HIDDEN` one at least threshold,
a `WITHHELD` one anything. Zeros point at nobody and are shown, unless all is withheld.

What has been published cannot be taken back. A year that follows its quarters is suppressed with them as
`earlier`: they stand as they were, and the year hides what would give away one of their cells.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from math import inf
from typing import Any


class Mask(Enum):
    """What stands in a cell instead of its count."""

    SMALL = "small"
    HIDDEN = "hidden"
    WITHHELD = "withheld"


Cell = Any  # hashable
Published = dict[Cell, "int | Mask"]
SEARCH_LIMIT = 50_000  # steps in the search for one witness
WITNESS_SIZES = (4, 6, 8, 11, 15)  # cells that a witness changes, at most: small ones first


@dataclass(frozen=True)
class Sum:
    """One relation that a reader of the tables knows: `total` is the sum of `parts`."""

    total: Cell
    parts: tuple[Cell, ...]

    @property
    def cells(self) -> tuple[Cell, ...]:
        return (*self.parts, self.total)

    def sign(self, cell: Cell) -> int:
        return -1 if cell == self.total else 1


def suppress(
    counts: Mapping[Cell, int],
    sums: Iterable[Sum],
    *,
    earlier: Mapping[Cell, "int | Mask"] | None = None,
    threshold: int = 5,
) -> Published:
    """Publish `counts` under `sums`, all tables of one municipality and period together.

    Hand in every table at once: two calls whose tables share a total know nothing of each other. Cells of
    `counts` that an earlier call published are named in `earlier`, as they stood there, and so they stay.
    """
    return _Suppression(counts, list(sums), earlier or {}, threshold).run()


def ranges(
    published: Mapping[Cell, "int | Mask"], sums: Iterable[Sum], *, threshold: int = 5
) -> dict[Cell, tuple[int, float]]:
    """The least and the most that each cell may be, as any reader can work out from what is published.

    A `SMALL` cell stays 1 to threshold - 1: that is how it is told, also where a reader could narrow it down.
    """
    told = {
        Mask.SMALL: (1, threshold - 1),
        Mask.HIDDEN: (threshold, inf),
        Mask.WITHHELD: (0, inf),
    }
    found: dict[Cell, tuple[int, float]] = {
        cell: told[shown] if isinstance(shown, Mask) else (shown, shown) for cell, shown in published.items()
    }
    open_cells = {cell for cell, shown in published.items() if shown in (Mask.HIDDEN, Mask.WITHHELD)}
    known = [relation for relation in sums if open_cells.intersection(relation.cells)]
    for _round in range(3):  # a bound found in one table narrows the next
        for relation in known:
            for cell in open_cells.intersection(relation.cells):
                low, high = _bounds(cell, relation, found)
                least, most = found[cell]
                found[cell] = (max(least, low), min(most, high))
    return found


def _bounds(cell: Cell, known: Sum, found: Mapping[Cell, tuple[int, float]]) -> tuple[int, float]:
    """What the other cells of one sum leave for `cell`."""
    others = [part for part in known.parts if part != cell]
    least, most = sum(found[part][0] for part in others), sum(found[part][1] for part in others)
    if cell == known.total:
        return least, most
    low = found[known.total][0] - most
    return (0 if low < 0 else int(low)), found[known.total][1] - least


class _Suppression:
    def __init__(
        self,
        counts: Mapping[Cell, int],
        sums: list[Sum],
        earlier: Mapping[Cell, "int | Mask"],
        threshold: int,
    ) -> None:
        self.counts = counts
        self.earlier = earlier
        self.threshold = threshold
        self.masks = {cell: shown for cell, shown in earlier.items() if isinstance(shown, Mask)}
        self.masks |= {
            cell: Mask.SMALL
            for cell, count in counts.items()
            if 0 < count < threshold and cell not in earlier
        }
        self.sums_of: dict[Cell, list[Sum]] = defaultdict(list)
        for known in sums:
            for cell in known.cells:
                self.sums_of[cell].append(known)
        totals = {known.total for known in sums}
        # Cells that may be hidden for the sake of others, the least missed first.
        self.cost = {
            cell: (cell in totals, count == threshold, count, repr(cell))
            for cell, count in counts.items()
            if count >= threshold and cell not in earlier
        }

    def run(self) -> Published:
        # Hiding more only widens what fits, so a witness once found stays one.
        proven: set[Cell] = set()
        for cell in list(self.masks):
            if cell in proven or not self.counts[cell]:
                continue
            witness = self._witness(cell)
            if not witness:
                return dict.fromkeys(self.counts, Mask.WITHHELD) | dict(self.earlier)
            proven |= witness.keys()
            self.masks |= {changed: Mask.HIDDEN for changed in witness if changed not in self.masks}
        return {cell: self.masks.get(cell, count) for cell, count in self.counts.items()}

    def _witness(self, cell: Cell) -> dict[Cell, int]:
        """Changes of counts, `cell`'s among them, that leave every sum true: few, of hidden cells first.

        Cells among them that are not hidden yet have to be. Empty if the search found none.
        """
        sizes = range(1, self.threshold)
        for self.may_hide_more in (False, True):
            for self.most_changes in WITNESS_SIZES:
                self.steps_left = SEARCH_LIMIT
                found = (self._balance({}, cell, step) for size in sizes for step in (size, -size))
                if witness := next(filter(None, found), {}):
                    return witness
        return {}

    def _balance(self, changes: dict[Cell, int], cell: Cell, step: int) -> dict[Cell, int]:
        """Change `cell` by `step` on top of `changes`, then whatever else has to move until all sums hold."""
        self.steps_left -= 1
        if self.steps_left < 0 or len(changes) == self.most_changes or not self._fits(cell, step):
            return {}
        changes = changes | {cell: step}
        for touched in changes:
            for known in self.sums_of[touched]:
                excess = sum(known.sign(other) * changes.get(other, 0) for other in known.cells)
                if excess:
                    movable = (other for other in self._movable(known) if other not in changes)
                    found = (self._balance(changes, other, -excess * known.sign(other)) for other in movable)
                    return next(filter(None, found), {})
        return changes

    def _fits(self, cell: Cell, step: int) -> bool:
        """Whether the cell's mask would be the same after the step."""
        count = self.counts[cell] + step
        return 0 < count < self.threshold if self.counts[cell] < self.threshold else count >= self.threshold

    def _movable(self, known: Sum) -> list[Cell]:
        hidden = [cell for cell in known.cells if cell in self.masks]
        if not self.may_hide_more:
            return hidden
        others = [cell for cell in known.cells if cell in self.cost and cell not in self.masks]
        return hidden + sorted(others, key=self.cost.__getitem__)
