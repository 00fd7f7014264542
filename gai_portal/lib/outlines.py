"""Outlines of areas, made simple together: neighbours keep their common border, without gaps or overlaps."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from math import cos, hypot, radians

Point = tuple[float, float]  # longitude, latitude in degrees
Ring = list[Point]  # closed: the first point is also the last
Polygons = list[list[Ring]]


def simplify_together(outlines: Mapping[str, Polygons], tolerance: float) -> dict[str, Polygons]:
    """The outlines with only the points that lie more than `tolerance` degrees off the simpler line.

    Rings are cut where neighbours begin and end to share points; each piece is simplified once, so that
    both sides of a border stay equal (Douglas-Peucker, in degrees of latitude).
    """
    owners: dict[Point, set[str]] = defaultdict(set)
    for code, polygons in outlines.items():
        for polygon in polygons:
            for ring in polygon:
                for point in ring:
                    owners[point].add(code)

    def simplify_ring(ring: Ring) -> Ring:
        pieces = [_simplify_line(piece, tolerance) for piece in _pieces(ring, owners)]
        return [point for piece in pieces for point in piece[:-1]] + [pieces[-1][-1]]

    return {
        code: [[simplify_ring(ring) for ring in polygon] for polygon in polygons]
        for code, polygons in outlines.items()
    }


def _pieces(ring: Ring, owners: Mapping[Point, set[str]]) -> Iterator[Ring]:
    """The ring, cut at the points where its neighbours change."""
    points = ring[:-1]
    sides = [owners[a] & owners[b] for a, b in zip(points, points[1:] + points[:1], strict=True)]
    cuts = [n for n in range(len(points)) if sides[n - 1] != sides[n]]
    if len(cuts) < 2:  # an island of its own: cut at the point farthest from the first
        first = cuts[0] if cuts else 0
        far = max(range(len(points)), key=lambda n: _distance(points[n], points[first], points[first]))
        cuts = sorted({first, far})
    for start, end in zip(cuts, [*cuts[1:], cuts[0] + len(points)], strict=True):
        yield [points[n % len(points)] for n in range(start, end + 1)]


def _simplify_line(line: Sequence[Point], tolerance: float) -> Ring:
    # The same piece is walked in opposite directions by its two owners: always work in one of them.
    if line[-1] < line[0]:
        return _simplify_line(line[::-1], tolerance)[::-1]
    farthest, offset = 0, 0.0
    for n in range(1, len(line) - 1):
        distance = _distance(line[n], line[0], line[-1])
        if distance > offset:
            farthest, offset = n, distance
    if offset <= tolerance:
        return [line[0], line[-1]]
    return _simplify_line(line[: farthest + 1], tolerance)[:-1] + _simplify_line(line[farthest:], tolerance)


def _distance(point: Point, start: Point, end: Point) -> float:
    """How far a point lies from the line between two others, in degrees of latitude."""
    shrink = cos(radians(point[1]))
    x, y = (point[0] - start[0]) * shrink, point[1] - start[1]
    dx, dy = (end[0] - start[0]) * shrink, end[1] - start[1]
    length = hypot(dx, dy)
    if not length:
        return hypot(x, y)
    along = max(0.0, min(1.0, (x * dx + y * dy) / length**2))
    return hypot(x - along * dx, y - along * dy)


def area(ring: Ring) -> float:
    """In square degrees: enough to tell a large ring from a small one."""
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, ring[1:], strict=False))) / 2
