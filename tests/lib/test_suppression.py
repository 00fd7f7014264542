"""What is published points at nobody: proved by trying all that fits, on small random tables."""

import random
from collections.abc import Callable

import pytest

from gai_portal.lib.suppression import Mask, Published, Sum, ranges, suppress
from tests.lib.fitting import Counts, another_value_fits, assert_points_at_nobody


def linked_tables(rows: int, tables: list[int], draw: Callable[[], int]) -> tuple[Counts, list[Sum]]:
    """Tables that share their rows, as topic x sex and topic x age band do, with all their totals."""
    counts: Counts = {}
    sums = [Sum(("all", "all"), tuple((f"r{row}", "all") for row in range(rows)))]
    for row in range(rows):
        counts[f"r{row}", "all"] = draw() + draw()
    counts["all", "all"] = sum(counts.values())
    for table, size in enumerate(tables):
        columns = [f"t{table}c{column}" for column in range(size)]
        for row in range(rows):
            left = counts[f"r{row}", "all"]
            for column in columns[:-1]:
                counts[f"r{row}", column] = min(draw(), left)
                left -= counts[f"r{row}", column]
            counts[f"r{row}", columns[-1]] = left
            sums.append(Sum((f"r{row}", "all"), tuple((f"r{row}", column) for column in columns)))
        for column in columns:
            counts["all", column] = sum(counts[f"r{row}", column] for row in range(rows))
            sums.append(Sum(("all", column), tuple((f"r{row}", column) for row in range(rows))))
        sums.append(Sum(("all", "all"), tuple(("all", column) for column in columns)))
    return counts, sums


@pytest.mark.parametrize("seed", range(80))
def test_more_than_one_value_fits_every_hidden_cell(seed):
    generator = random.Random(seed)
    rows, tables = generator.choice([(2, [2]), (2, [3]), (3, [2]), (3, [3]), (2, [2, 2]), (3, [2, 2])])
    counts, sums = linked_tables(rows, tables, draw=lambda: generator.choice([0, 0, 1, 2, 3, 4, 6]))
    assert_points_at_nobody(counts, suppress(counts, sums, threshold=3), sums, threshold=3)


def two_quarters_and_their_year(draw: Callable[[], int]) -> tuple[Counts, list[Sum], list[list[Sum]]]:
    """Topics by quarter, and over both quarters by sex: counts, all sums, and those of each quarter."""
    rows, quarters, sexes = ["r0", "r1"], ["q0", "q1"], ["f", "m"]
    counts = {(row, quarter): draw() for row in rows for quarter in quarters}
    for row in rows:
        counts[row, "all"] = sum(counts[row, quarter] for quarter in quarters)
        counts[row, "f"] = min(draw(), counts[row, "all"])
        counts[row, "m"] = counts[row, "all"] - counts[row, "f"]
    for column in [*quarters, *sexes, "all"]:
        counts["all", column] = sum(counts[row, column] for row in rows)
    by_row = {
        column: Sum(("all", column), tuple((row, column) for row in rows))
        for column in [*quarters, *sexes, "all"]
    }
    across = [
        Sum((row, "all"), tuple((row, part) for part in parts))
        for row in [*rows, "all"]
        for parts in [quarters, sexes]
    ]
    return counts, [*by_row.values(), *across], [[by_row[quarter]] for quarter in quarters]


@pytest.mark.parametrize("seed", range(60))
def test_a_year_gives_away_nothing_of_the_quarters_published_before(seed):
    generator = random.Random(seed)
    counts, sums, sums_of_quarters = two_quarters_and_their_year(
        draw=lambda: generator.choice([0, 1, 2, 3, 4, 5, 7])
    )
    earlier: Published = {}
    for known in sums_of_quarters:
        cells = known[0].cells
        earlier |= suppress({cell: counts[cell] for cell in cells}, known, threshold=3)
    published = suppress(counts, sums, earlier=earlier, threshold=3)
    assert earlier.items() <= published.items()
    assert_points_at_nobody(counts, published, sums, threshold=3)


def test_a_year_would_give_its_quarters_away_if_it_knew_nothing_of_them():
    counts = {"q1": 3, "q2": 10, "year": 13}
    sums = [Sum("year", ("q1", "q2"))]
    earlier = {"q1": Mask.SMALL, "q2": 10}
    assert suppress(counts, sums, earlier=earlier) == earlier | {"year": Mask.HIDDEN}


@pytest.mark.parametrize("seed", range(40))
def test_a_reader_narrows_a_hidden_cell_down_but_never_to_its_value(seed):
    generator = random.Random(seed)
    counts, sums = linked_tables(4, [3, 2], draw=lambda: generator.choice([0, 1, 3, 7, 12, 20]))
    published = suppress(counts, sums)
    for cell, (least, most) in ranges(published, sums).items():
        assert least <= counts[cell] <= most
        assert (least == most) is not isinstance(published[cell], Mask)


def test_the_proof_notices_a_cell_that_subtraction_gives_away():
    counts = {("all", "all"): 30, ("r0", "all"): 2, ("r1", "all"): 28}
    sums = [Sum(("all", "all"), (("r0", "all"), ("r1", "all")))]
    careless = counts | {("r0", "all"): Mask.SMALL}
    assert not another_value_fits(("r0", "all"), counts, careless, sums, 5)


def test_a_small_cell_takes_a_second_one_with_it():
    counts = {"all": 30, "f": 2, "m": 10, "x": 18}
    published = suppress(counts, [Sum("all", ("f", "m", "x"))])
    assert published == {"all": 30, "f": Mask.SMALL, "m": Mask.HIDDEN, "x": 18}


@pytest.mark.parametrize("counts", [{"all": 30, "f": 12, "m": 18}, {"all": 12, "f": 0, "m": 12}])
def test_counts_that_point_at_nobody_are_published_as_they_are(counts):
    assert suppress(counts, [Sum("all", ("f", "m"))]) == counts


@pytest.mark.parametrize("seed", range(3))
def test_a_real_quarter_keeps_most_of_its_figures(seed):
    generator = random.Random(seed)
    counts, sums = linked_tables(24, [3, 8, 12], draw=lambda: generator.choice([0, 1, 3, 7, 12, 20, 40]))
    published = suppress(counts, sums)
    small = sum(0 < count < 5 for count in counts.values())
    assert small > 20
    assert sum(shown is Mask.HIDDEN for shown in published.values()) < small


def test_a_small_total_of_ones_gives_none_of_them_away():
    """Four cells that are not empty make a total below 5 only if each is 1: the total may not say so."""
    quarters = dict.fromkeys(["q1", "q2", "q3", "q4"], 1)
    sums = [Sum("year", tuple(quarters))]
    earlier = dict.fromkeys(quarters, Mask.SMALL)
    published = suppress({**quarters, "year": 4}, sums, earlier=earlier)
    assert published == {**earlier, "year": Mask.WITHHELD}
    assert ranges(published, sums)["year"] == (4, 16)
