"""Statistical disclosure control: published counts that point at nobody, also not by subtraction.

A small count (1 to threshold - 1) is shown as `SMALL`. Totals would give it away again, so further cells are
shown as `HIDDEN` until every hidden cell has a *witness*: another set of counts that fits all that is
published and gives that cell another value. A witness is a proof, so what is published is safe by
construction. Where none is found on either side of the threshold (a total of 4 that is made of four parts:
each must be 1), some cells are `WITHHELD`; where none is found at all, every cell is.

The reader is taken to know the rule: a `SMALL` cell is 1 to threshold - 1, a `HIDDEN` one at least threshold,
a `WITHHELD` one anything. Zeros point at nobody and are shown, unless one is withheld for the sake of others.

What has been published cannot be taken back. A year that follows its quarters is suppressed with them as
`earlier`: they stand as they were, and the year hides what would give away one of their cells.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum, IntEnum
from math import inf
from typing import Any


class Mask(Enum):
    """What stands in a cell instead of its count."""

    SMALL = "small"
    HIDDEN = "hidden"
    WITHHELD = "withheld"


Cell = Any  # hashable
Published = dict[Cell, "int | Mask"]
SEARCH_LIMIT = 2_000  # steps in the search for one witness of one size
WITNESS_SIZES = (4, 6, 8, 11, 15, 20, 30)  # cells that a witness changes, at most: small ones first


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


class Reach(IntEnum):
    """What a witness may change, from what costs the reader nothing to what costs most."""

    MASKED = 0  # cells that are not shown anyway
    HIDE = 1  # also shown ones, which then have to be hidden
    WITHHOLD = 2  # also across the threshold: such a cell may not even tell on which side it is


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
        self.sums = sums
        self.sums_of: dict[Cell, list[int]] = defaultdict(list)
        for number, known in enumerate(sums):
            for cell in known.cells:
                self.sums_of[cell].append(number)
        totals = {known.total for known in sums}
        # Cells that may be masked for the sake of others, the least missed first.
        self.cost = {
            cell: (cell in totals, count == threshold, count, repr(cell))
            for cell, count in counts.items()
            if cell not in earlier
        }
        self.changes: dict[Cell, int] = {}
        self.excess: dict[int, int] = {}  # by how much the changes have put which sums out of balance

    def run(self) -> Published:
        # Masking more only widens what fits, so a witness once found stays one.
        proven: set[Cell] = set()
        for cell in list(self.masks):
            if cell in proven or not self.counts[cell]:
                continue
            witness = self._witness(cell)
            if not witness:
                return dict.fromkeys(self.counts, Mask.WITHHELD) | dict(self.earlier)
            proven |= witness.keys()
            for changed, step in witness.items():
                if changed not in self.earlier:
                    self.masks[changed] = self._mask_over(changed, step)
        return {cell: self.masks.get(cell, count) for cell, count in self.counts.items()}

    def _mask_over(self, cell: Cell, step: int) -> Mask:
        """The narrowest mask that fits both the count of a cell and what a witness says it may be."""
        shown = self.masks.get(cell, Mask.HIDDEN)
        values = (self.counts[cell], self.counts[cell] + step)
        return shown if all(self._told(shown, value) for value in values) else Mask.WITHHELD

    def _told(self, shown: Mask, value: int) -> bool:
        match shown:
            case Mask.SMALL:
                return 0 < value < self.threshold
            case Mask.HIDDEN:
                return value >= self.threshold
            case Mask.WITHHELD:
                return value >= 0

    def _witness(self, cell: Cell) -> dict[Cell, int]:
        """Changes of counts, `cell`'s among them, that leave every sum true: few, of masked cells first.

        Cells among them that are not masked yet have to be. Empty if the search found none.
        """
        steps = [step for size in range(1, self.threshold) for step in (size, -size)]
        for self.reach in Reach:
            for self.most_changes in WITNESS_SIZES:
                self.steps_left = SEARCH_LIMIT
                self.changes, self.excess = {}, {}
                if any(self._can_move(cell, step) and self._balance(cell, step) for step in steps):
                    return self.changes
        return {}

    def _balance(self, cell: Cell, step: int) -> bool:
        """Change `cell` by `step` on top of the changes so far, then whatever else has to move until all
        sums hold. A sum with few ways out is put right first, by a cell that puts other sums right as well.
        """
        self.steps_left -= 1
        if self.steps_left < 0 or len(self.changes) == self.most_changes:
            return False
        self._move(cell, step)
        if not self.excess:
            return True
        ways = min((self._ways_out(number) for number in self.excess), key=len)
        if any(self._balance(*way) for way in sorted(ways, key=self._rank)):
            return True
        self._move(cell, -step)
        del self.changes[cell]
        return False

    def _move(self, cell: Cell, step: int) -> None:
        self.changes[cell] = step
        for number in self.sums_of[cell]:
            self.excess[number] = self.excess.get(number, 0) + self.sums[number].sign(cell) * step
            if not self.excess[number]:
                del self.excess[number]

    def _ways_out(self, number: int) -> list[tuple[Cell, int]]:
        """Each single change that would make one sum true again."""
        known, excess = self.sums[number], self.excess[number]
        changes = ((cell, -excess * known.sign(cell)) for cell in known.cells if cell not in self.changes)
        return [change for change in changes if self._can_move(*change)]

    def _rank(self, way: tuple[Cell, int]) -> tuple[Any, ...]:
        """What puts most sums right comes first, then what masks nothing new, then what is least missed."""
        cell, step = way
        before = [self.excess.get(number, 0) for number in self.sums_of[cell]]
        after = [
            excess + self.sums[number].sign(cell) * step
            for number, excess in zip(self.sums_of[cell], before, strict=True)
        ]
        still_wrong = sum(map(bool, after)) - sum(map(bool, before))
        return still_wrong, cell not in self.masks, self.cost.get(cell, ())

    def _can_move(self, cell: Cell, step: int) -> bool:
        """Whether `cell` may be something else by `step`, as far as a reader can tell or may be let guess."""
        value = self.counts[cell] + step
        shown = self.masks.get(cell)
        if shown is not None and self._told(shown, value):
            return True
        if self.reach == Reach.MASKED or cell not in self.cost:
            return False
        if shown is None and min(self.counts[cell], value) >= self.threshold:
            return True
        return self.reach == Reach.WITHHOLD and value >= 0
