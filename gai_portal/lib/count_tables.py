"""Tables of counts over quarters and years, published so that they point at nobody. Knows no app.

What is counted has a row (the group of its topic) and columns of several families (its sex, its nationality).
A quarter publishes its rows alone. A year publishes its rows, each broken down by one family at a time, and
is suppressed together with its quarters, which stand as they were. It is the sum of what the quarters counted
on the day they were published: whatever is put right later, no difference between two tables tells of it.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from typing import Any, TypedDict

from gai_portal.lib.suppression import Mask, Published, Sum, ranges, suppress

ALL = ""  # the row or column that is the total of the others
OTHER = "other"  # the column of all that has none of its own
YEAR = 0  # among the four quarters
Counts = dict[str, dict[str, int]]  # row -> column ("family:value" or ALL) -> how many; no row for ALL
Shown = int | str | list[Any]  # a count, "small", or [mask, least, most]


class Tables(TypedDict):
    """All tables of one period as they were published: what JSON keeps of them. A cell not named is 0."""

    is_withheld: bool  # whole: then a cell not named may be anything
    threshold: int
    rows: dict[str, dict[str, Shown]]


@dataclass(frozen=True)
class Figure:
    """A published count, or a sum of some: a number, or what it is at least and at most, if that is known."""

    least: int
    most: int | None
    mask: Mask | None = None  # of a single cell: why it is not shown

    @property
    def is_exact(self) -> bool:
        return self.least == self.most

    def __add__(self, other: "Figure") -> "Figure":
        if NOTHING in (self, other):
            return self if other == NOTHING else other
        both_end = self.most is not None and other.most is not None
        return Figure(self.least + other.least, (self.most or 0) + (other.most or 0) if both_end else None)


NOTHING = Figure(0, 0)


def tally(records: Iterable[tuple[str, Iterable[str], int]]) -> Counts:
    """Counts of records that each have a row, their columns, and how many they are. 0 makes an empty cell.

    Empty cells count: where one may be withheld like any other, a withheld one need not be more than 0.
    """
    counts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for row, columns, number in records:
        for column in (ALL, *columns):
            counts[row][column] += number
    return {row: dict(columns) for row, columns in counts.items()}


def added(parts: Iterable[Counts]) -> Counts:
    """The sum of several periods."""
    return _merged((row, column, number) for part in parts for row, column, number in _cells(part))


def folded(counts: Counts, family: str, kept: Collection[str]) -> Counts:
    """The same with a column for each value in `kept` and one for all other known ones."""

    def target(column: str) -> str:
        name, _, value = column.partition(":")
        return f"{family}:{OTHER}" if name == family and value and value not in kept else column

    return _merged((row, target(column), number) for row, column, number in _cells(counts))


def _cells(counts: Counts) -> Iterable[tuple[str, str, int]]:
    return ((row, column, number) for row, columns in counts.items() for column, number in columns.items())


def _merged(cells: Iterable[tuple[str, str, int]]) -> Counts:
    counts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for row, column, number in cells:
        counts[row][column] += number
    return {row: dict(columns) for row, columns in counts.items()}


@dataclass(frozen=True)
class _Layout:
    """The cells of one period, and the sums that a reader knows of them.

    Families in `across` also have totals over all rows; those in `within` only divide their row.
    """

    period: int
    counts: Counts
    across: Sequence[str] = ()
    within: Sequence[str] = ()

    def _has(self, column: str, families: Sequence[str]) -> bool:
        return column.partition(":")[0] in families

    def columns(self, row: str, family: str) -> list[str]:
        return [column for column in self.counts[row] if self._has(column, [family])]

    def totals(self) -> dict[str, int]:
        totals: dict[str, int] = {ALL: 0}
        for _row, column, number in _cells(self.counts):
            if column == ALL or self._has(column, self.across):
                totals[column] = totals.get(column, 0) + number
        return totals

    def cells(self) -> dict[Any, int]:
        kept = (*self.across, *self.within)
        cells = {
            (self.period, row, column): number
            for row, column, number in _cells(self.counts)
            if column == ALL or self._has(column, kept)
        }
        return cells | {(self.period, ALL, column): number for column, number in self.totals().items()}

    def sums(self) -> list[Sum]:
        totals = self.totals()
        sums = [
            Sum(
                (self.period, ALL, column),
                tuple((self.period, row, column) for row in self.counts if column in self.counts[row]),
            )
            for column in totals
        ]
        for family in (*self.across, *self.within):
            for row in self.counts:
                columns = self.columns(row, family)
                sums.append(
                    Sum((self.period, row, ALL), tuple((self.period, row, column) for column in columns))
                )
        for family in self.across:  # follows from the others, and spares the search detours
            columns = [column for column in totals if self._has(column, [family])]
            sums.append(Sum((self.period, ALL, ALL), tuple((self.period, ALL, c) for c in columns)))
        return [known for known in sums if known.parts]


def publish_quarter(counts: Counts, *, threshold: int) -> Tables:
    """The rows of one quarter."""
    layout = _Layout(1, counts)
    published = suppress(layout.cells(), layout.sums(), threshold=threshold)
    return _tables(published, layout.sums(), 1, threshold)


def publish_year(
    quarters: Sequence[tuple[Counts, Tables]], *, across: Sequence[str], within: Sequence[str], threshold: int
) -> Tables:
    """All tables of a year, given what each of its quarters counted and published.

    `across` names the families of columns that also have totals over all rows, `within` those that do not.
    """
    layout = _Layout(YEAR, added(counts for counts, _tables in quarters), across, within)
    cells, sums = layout.cells(), layout.sums()
    earlier: dict[Any, int | Mask] = {}
    for number, (counts, tables) in enumerate(quarters, start=1):
        quarter = _Layout(number, counts)
        cells |= quarter.cells()
        sums += quarter.sums()
        earlier |= {cell: _mask(tables, *cell[1:]) for cell in quarter.cells()}
    for row in (ALL, *layout.counts):
        parts = tuple(cell for cell in earlier if cell[1] == row)
        sums.append(Sum((YEAR, row, ALL), parts))
    published = suppress(cells, sums, earlier=earlier, threshold=threshold)
    return _tables(published, sums, YEAR, threshold)


def _tables(published: Published, sums: list[Sum], period: int, threshold: int) -> Tables:
    """The cells of one period as they are kept, each hidden one with what a reader can tell of it."""
    found = ranges(published, sums, threshold=threshold)
    own = {cell: shown for cell, shown in published.items() if cell[0] == period}
    rows: dict[str, dict[str, Shown]] = defaultdict(dict)
    for cell, shown in own.items():
        _period, row, column = cell
        least, most = found[cell]
        match shown:
            case Mask.SMALL:
                rows[row][column] = Mask.SMALL.value
            case Mask():
                rows[row][column] = [shown.value, least, None if most == inf else most]
            case _ if shown:
                rows[row][column] = shown
    is_withheld = set(own.values()) == {Mask.WITHHELD}
    return Tables(is_withheld=is_withheld, threshold=threshold, rows={} if is_withheld else dict(rows))


def _mask(tables: Tables, row: str, column: str) -> "int | Mask":
    """A published cell as `suppress` takes it."""
    if tables["is_withheld"]:
        return Mask.WITHHELD
    shown = tables["rows"].get(row, {}).get(column, 0)
    if isinstance(shown, int):
        return shown
    return Mask(shown if isinstance(shown, str) else shown[0])


def figure(tables: Tables, row: str = ALL, column: str = ALL) -> Figure:
    """One cell, as a reader may know it."""
    shown = tables["rows"].get(row, {}).get(column)
    match shown:
        case None:
            return Figure(0, None, Mask.WITHHELD) if tables["is_withheld"] else NOTHING
        case int():
            return Figure(shown, shown)
        case str():
            return Figure(1, tables["threshold"] - 1, Mask.SMALL)
        case _:
            mask, least, most = shown
            return Figure(least, most, Mask(mask))


def columns_of(tables: Tables, family: str, rows: Mapping[str, Any] | Iterable[str] = (ALL,)) -> list[str]:
    """The columns of one family that some of these rows have anything in."""
    found = {column for row in rows for column in tables["rows"].get(row, {})}
    return sorted(column for column in found if column.partition(":")[0] == family)
