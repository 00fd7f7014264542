"""Drawings made of numbers, as SVG of our own: a few kilobytes, sharp on paper, readable aloud."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import cos, radians
from typing import Any

from gai_portal.lib.outlines import Ring, area

LETTER = 26  # units that a letter of a label takes, about: labels must not run into each other
LINE = 44
MARGIN = 10


@dataclass
class Box:
    """A rectangle in the units of a drawing; y grows downwards."""

    left: float
    top: float
    right: float
    bottom: float

    @classmethod
    def around(cls, boxes: "list[Box]") -> "Box":
        return cls(
            min(b.left for b in boxes),
            min(b.top for b in boxes),
            max(b.right for b in boxes),
            max(b.bottom for b in boxes),
        )

    def grown(self, by: float) -> "Box":
        return Box(self.left - by, self.top - by, self.right + by, self.bottom + by)

    def meets(self, other: "Box") -> bool:
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )

    @property
    def view_box(self) -> str:
        return f"{self.left:.0f} {self.top:.0f} {self.right - self.left:.0f} {self.bottom - self.top:.0f}"


@dataclass(frozen=True)
class Label:
    """The name of a group of areas, in the middle above or below it."""

    text: str
    x: int
    y: int


@dataclass
class OutlineMap:
    """Areas in their true places and proportions, as the paths of an SVG drawing."""

    box: Box
    paths: dict[str, str]
    group_boxes: dict[str, Box]
    labels: list[Label] = field(default_factory=list)


def outline_map(
    geometries: Mapping[str, Mapping[str, Any]], groups: Mapping[str, str], *, width: int = 1000
) -> OutlineMap | None:
    """A map of GeoJSON geometries by code; `groups` names the island of each. None without any outline.

    Of each area the largest polygon is drawn: that leaves out islets where nobody lives. Longitudes shrink
    with the cosine of the middle latitude, which is true enough for a country of a few degrees.
    """
    rings = {code: _largest_ring(geometry) for code, geometry in geometries.items()}
    points = [point for ring in rings.values() for point in ring]
    if not points:
        return None
    west, east = min(x for x, _ in points), max(x for x, _ in points)
    south, north = min(y for _, y in points), max(y for _, y in points)
    shrink = cos(radians((south + north) / 2))
    scale = width / max((east - west) * shrink, 1e-9)

    placed = {
        code: [(round((x - west) * shrink * scale), round((north - y) * scale)) for x, y in ring]
        for code, ring in rings.items()
        if ring
    }
    boxes = {
        code: Box(
            min(x for x, _ in ring), min(y for _, y in ring), max(x for x, _ in ring), max(y for _, y in ring)
        )
        for code, ring in placed.items()
    }
    group_boxes = {
        group: Box.around([boxes[code] for code in boxes if groups[code] == group]).grown(MARGIN)
        for group in dict.fromkeys(groups[code] for code in boxes)
    }
    labels = _labels(group_boxes)
    label_boxes = [_label_box(label.text, label.x, label.y) for label in labels]
    return OutlineMap(
        box=Box.around([*group_boxes.values(), *label_boxes]),
        paths={code: _path(ring) for code, ring in placed.items()},
        group_boxes=group_boxes,
        labels=labels,
    )


def _largest_ring(geometry: Mapping[str, Any]) -> Ring:
    rings = [[(x, y) for x, y in polygon[0]] for polygon in geometry.get("coordinates", [])]
    return max(rings, key=area, default=[])


def _path(ring: list[tuple[int, int]]) -> str:
    """Relative moves between whole numbers: the shortest way to write a path."""
    x, y = ring[0]
    steps = []
    for next_x, next_y in ring[1:-1]:
        if (next_x, next_y) != (x, y):
            steps.append(f"{next_x - x}{'' if next_y < y else ' '}{next_y - y}")
        x, y = next_x, next_y
    moves = steps[0] if steps else ""
    for step in steps[1:]:
        moves += step if step.startswith("-") else f" {step}"
    return f"M{ring[0][0]} {ring[0][1]}l{moves}z"


def _label_box(text: str, x: float, y: float) -> Box:
    half = len(text) * LETTER / 2
    return Box(x - half, y - LINE * 0.8, x + half, y + LINE * 0.2)


def _labels(group_boxes: Mapping[str, Box]) -> list[Label]:
    """Below each group, or above it where another group or its name lies below."""
    labels: list[Label] = []
    for name, box in group_boxes.items():
        x = (box.left + box.right) / 2
        below, above = box.bottom + LINE * 0.8, box.top - LINE * 0.2
        taken = [other for other_name, other in group_boxes.items() if other_name != name]
        taken += [_label_box(label.text, label.x, label.y) for label in labels]
        is_free = not any(_label_box(name, x, below).meets(other) for other in taken)
        labels.append(Label(name, round(x), round(below if is_free else above)))
    return labels


@dataclass(frozen=True)
class Column:
    """One column of a chart: what is known stands solid, and pale above it what may be."""

    x: int
    width: int
    top: int
    height: int
    may_top: int
    may_height: int
    label: str  # empty where there is no room
    label_x: int
    anchor: str


@dataclass(frozen=True)
class ColumnChart:
    """Values over time, side by side, on one line: `most` is the highest, told at its height."""

    width: int
    height: int
    base: int
    most: int
    columns: list[Column]


def column_chart(
    values: Sequence[tuple[str, float, float | None]], *, width: int = 240, height: int = 96
) -> ColumnChart | None:
    """A small chart of values with a label each; None without any.

    A value is at least and at most so much, which is the same where it is known. One with no upper end is
    drawn pale up to the top. Labels that would touch are left out, but never the first and the last.
    """
    if not values:
        return None
    head, foot = 18, 22
    base = height - foot
    highest = max(most if most is not None else least for _label, least, most in values)
    scale = (base - head) / highest if highest else 0
    step = width / len(values)
    bar = min(round(step * 0.72), 40)
    has_room = max(len(label) for label, _least, _most in values) * 8 < step
    last = len(values) - 1
    columns = []
    for number, (label, least, most) in enumerate(values):
        top = base - round(least * scale)
        may_top = base - round((highest if most is None else most) * scale)
        middle = round((number + 0.5) * step)
        label_x, anchor = middle, "middle"
        if not has_room:
            label_x, anchor = {0: (0, "start"), last: (width, "end")}.get(number, (middle, ""))
        columns.append(
            Column(
                x=middle - bar // 2,
                width=bar,
                top=top,
                height=base - top,
                may_top=may_top,
                may_height=top - may_top,
                label=label if anchor else "",
                label_x=label_x,
                anchor=anchor,
            )
        )
    return ColumnChart(width, height, base, round(highest), columns)
