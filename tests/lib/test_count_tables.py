"""What a desk publishes of its quarters and years, tried on small random desks by somebody who tries all."""

import random
from itertools import product

import pytest

from gai_portal.lib.count_tables import (
    ALL,
    NOTHING,
    Counts,
    Figure,
    Tables,
    added,
    columns_of,
    figure,
    folded,
    publish_quarter,
    publish_year,
    tally,
)
from gai_portal.lib.suppression import Mask, Published, Sum
from tests.lib.fitting import assert_points_at_nobody

TOPICS = {"A": ["topic:a1", "topic:a2"], "B": ["topic:b1"]}
SEXES = ["sex:f", "sex:m"]
NATIONALITIES = ["nationality:GW", "nationality:other"]
FAMILIES = {"across": ["sex", "nationality"], "within": ["topic"]}
YEAR = "year"


def random_quarter(generator: random.Random, largest: int) -> Counts:
    kinds = [(row, topic) for row, topics in TOPICS.items() for topic in topics]
    empty = [(row, (topic, *SEXES, *NATIONALITIES), 0) for row, topic in kinds]
    met = []
    for _number in range(generator.randrange(largest + 1)):
        row, topic = generator.choice(kinds)
        met.append((row, (topic, generator.choice(SEXES), generator.choice(NATIONALITIES)), 1))
    return tally(empty + met)


def what_a_reader_knows(
    quarters: list[Counts], published: list[Tables], year: Tables
) -> tuple[dict, Published, list[Sum]]:
    """True counts, what stands in each cell, and every sum: written down again, not taken from the code."""
    periods = [*range(len(quarters)), YEAR]
    true = [*quarters, added(quarters)]
    tables = [*published, year]
    columns = {period: [ALL] for period in periods}
    columns[YEAR] = [ALL, *SEXES, *NATIONALITIES]
    counts, shown = {}, {}

    def put(number, row, column, count):
        cell = (str(periods[number]), row, column)
        seen = figure(tables[number], row, column)
        assert seen.least <= count
        assert seen.most is None or count <= seen.most
        counts[cell], shown[cell] = count, seen.least if seen.is_exact else seen.mask

    for number, period in enumerate(periods):
        for row, column in product(TOPICS, columns[period]):
            put(number, row, column, true[number][row][column])
        for column in columns[period]:
            put(number, ALL, column, sum(true[number][row][column] for row in TOPICS))
    for row, topics in TOPICS.items():
        for topic in topics:
            put(len(quarters), row, topic, true[-1][row][topic])

    def cells(period, rows, names):
        return tuple((str(period), row, name) for row, name in product(rows, names))

    sums = [
        Sum((str(period), ALL, column), cells(period, TOPICS, [column]))
        for period in periods
        for column in columns[period]
    ]
    for row in [ALL, *TOPICS]:
        sums += [Sum((YEAR, row, ALL), cells(YEAR, [row], part)) for part in (SEXES, NATIONALITIES)]
        sums.append(Sum((YEAR, row, ALL), tuple((str(period), row, ALL) for period in periods[:-1])))
    sums += [Sum((YEAR, row, ALL), cells(YEAR, [row], topics)) for row, topics in TOPICS.items()]
    return counts, shown, sums


@pytest.mark.parametrize("seed", range(60))
def test_nobody_finds_a_small_count_in_all_that_a_desk_has_published(seed):
    generator = random.Random(seed)
    quarters = [random_quarter(generator, largest=7) for _quarter in range(2)]
    published = [publish_quarter(counts, threshold=3) for counts in quarters]
    year = publish_year(list(zip(quarters, published, strict=True)), **FAMILIES, threshold=3)
    counts, shown, sums = what_a_reader_knows(quarters, published, year)
    assert_points_at_nobody(counts, shown, sums, threshold=3)


def a_desk(seed: int, size: int) -> tuple[list[tuple[Counts, Tables]], Tables]:
    """A year at a desk of about the country's shape: 23 groups of 4 topics, a few of them asked for most."""
    generator = random.Random(seed)
    groups = [f"G{number}" for number in range(23)]
    weights = [50 / (number + 1) for number in range(23)]
    nationalities = [f"nationality:{number}" for number in range(10)]
    sexes = ["sex:m", "sex:f", "sex:"]
    empty = [(g, (f"topic:{g}.{n}", *sexes, *nationalities), 0) for g in groups for n in range(4)]
    quarters = []
    for _quarter in range(4):
        met = []
        for _number in range(size // 4):
            group = generator.choices(groups, weights)[0]
            topic = f"topic:{group}.{generator.choices(range(4), [6, 3, 2, 1])[0]}"
            sex = generator.choices(sexes, [60, 33, 7])[0]
            nationality = generator.choices(nationalities, [37, 13, 10, 8, 7, 5, 5, 5, 5, 5])[0]
            met.append((group, (topic, sex, nationality), 1))
        counts = tally(empty + met)
        quarters.append((counts, publish_quarter(counts, threshold=5)))
    return quarters, publish_year(quarters, **FAMILIES, threshold=5)


@pytest.mark.parametrize(("size", "least_shown"), [(200, 0.5), (2000, 0.8)])
def test_a_year_of_a_real_desk_stays_useful(size, least_shown):
    quarters, year = a_desk(seed=1, size=size)
    assert not year["is_withheld"]
    assert figure(year).is_exact
    counts = added(counts for counts, _tables in quarters)
    large = [row for row, columns in counts.items() if columns[ALL] >= 5]
    assert sum(figure(year, row).is_exact for row in large) >= least_shown * len(large)


def test_a_year_tells_no_more_of_a_quarter_than_the_quarter_did():
    quarters, year = a_desk(seed=2, size=120)
    for counts, tables in quarters:
        for row in counts:
            if figure(tables, row).mask is Mask.SMALL:
                others = [figure(other, row) for _counts, other in quarters if other is not tables]
                known = figure(year, row)
                least = known.least - sum(part.most or 0 for part in others)
                most = (known.most or 99) - sum(part.least for part in others)
                assert max(least, 1) < min(most, 4)


def test_counts_are_added_and_columns_folded():
    one = tally([("A", ["nationality:GW"], 2), ("A", ["nationality:IT"], 1), ("B", ["nationality:"], 4)])
    assert one == {
        "A": {ALL: 3, "nationality:GW": 2, "nationality:IT": 1},
        "B": {ALL: 4, "nationality:": 4},
    }
    assert added([one, one])["A"][ALL] == 6
    few = folded(one, "nationality", ["GW"])
    assert few["A"] == {ALL: 3, "nationality:GW": 2, "nationality:other": 1}
    assert few["B"] == one["B"]


def test_a_cell_that_is_not_named_is_empty_unless_all_is_withheld():
    tables = Tables(is_withheld=False, threshold=5, rows={"A": {ALL: 7, "sex:f": "small"}})
    assert figure(tables, "A") == Figure(7, 7)
    assert figure(tables, "A", "sex:f") == Figure(1, 4, Mask.SMALL)
    assert figure(tables, "B") == NOTHING
    withheld = Tables(is_withheld=True, threshold=5, rows={})
    assert figure(withheld, "B") == Figure(0, None, Mask.WITHHELD)
    assert columns_of(tables, "sex", ["A"]) == ["sex:f"]


def test_figures_add_up_to_what_is_known_of_their_sum():
    assert Figure(3, 3) + Figure(4, 4) == Figure(7, 7)
    assert NOTHING + Figure(1, 4, Mask.SMALL) == Figure(1, 4, Mask.SMALL)
    assert Figure(7, 7) + Figure(1, 4, Mask.SMALL) == Figure(8, 11)
    assert Figure(7, 7) + Figure(5, None, Mask.HIDDEN) == Figure(12, None)
