"""A reader who tries everything: what a brute-force proof of suppression asks."""

from gai_portal.lib.suppression import Mask, Published, Sum

Counts = dict[tuple[str, ...], int]


def another_value_fits(cell, counts: Counts, published: Published, sums: list[Sum], threshold: int) -> bool:
    """Whether a reader who tries everything finds counts that fit, with another value in `cell`."""
    top = max(counts.values()) + threshold

    def candidates(name) -> range:
        match published[name]:
            case Mask.SMALL:
                return range(1, threshold)
            case Mask.HIDDEN:
                return range(threshold, top + 1)
            case Mask.WITHHELD:
                return range(top + 1)
            case shown:
                return range(shown, shown + 1)

    def can_hold(known: Sum, guess: Counts) -> bool:
        low = sum(guess[part] if part in guess else candidates(part)[0] for part in known.parts)
        high = sum(guess[part] if part in guess else candidates(part)[-1] for part in known.parts)
        totals = [guess[known.total]] if known.total in guess else candidates(known.total)
        return low <= totals[-1] and high >= totals[0]

    def search(guess: Counts, left: list) -> bool:
        if not left:
            return True
        name, *rest = left
        for value in candidates(name):
            if name == cell and value == counts[name]:
                continue
            further = guess | {name: value}
            if all(can_hold(known, further) for known in sums if name in known.cells) and search(
                further, rest
            ):
                return True
        return False

    hidden = [name for name, shown in published.items() if isinstance(shown, Mask)]
    shown = {name: value for name, value in published.items() if not isinstance(value, Mask)}
    return search(shown, sorted(hidden, key=lambda name: (name != cell, name)))


def assert_points_at_nobody(counts: Counts, published: Published, sums: list[Sum], threshold: int) -> None:
    for cell, shown in published.items():
        if not isinstance(shown, Mask):
            assert shown == counts[cell]
            assert not 0 < shown < threshold
        # Zeros point at nobody, and of what is withheld a sum of published cells may be known anyway.
        elif 0 < counts[cell] < threshold or shown is Mask.HIDDEN:
            assert another_value_fits(cell, counts, published, sums, threshold), (
                f"{cell} is given away by {published}"
            )
