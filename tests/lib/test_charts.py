import re

from gai_portal.lib.charts import outline_map


def square(x: float, y: float, size: float = 0.1) -> dict:
    ring = [[x, y], [x + size, y], [x + size, y + size], [x, y + size], [x, y]]
    return {"type": "MultiPolygon", "coordinates": [[ring]]}


def test_places_keep_their_directions_and_proportions():
    drawing = outline_map(
        {"north": square(0, 1), "south": square(0, 0), "east": square(1, 0)},
        {"north": "North", "south": "South", "east": "East"},
    )
    north, south, east = (drawing.group_boxes[name] for name in ("North", "South", "East"))
    assert north.bottom < south.top
    assert south.right < east.left
    # Near the equator a degree is as long to the east as to the north.
    assert abs((east.left - south.left) - (south.top - north.top)) <= 2


def test_a_path_moves_in_whole_numbers_and_closes():
    drawing = outline_map({"a": square(0, 0)}, {"a": "A"})
    assert re.fullmatch(r"M\d+ \d+l(-?\d+[ -]?)+z", drawing.paths["a"])


def test_of_each_area_the_largest_part_is_drawn():
    geometry = square(0, 0, 1)
    geometry["coordinates"] += square(30, 30, 0.001)["coordinates"]
    drawing = outline_map({"a": geometry}, {"a": "A"})
    assert drawing.paths == outline_map({"a": square(0, 0, 1)}, {"a": "A"}).paths


def test_a_name_goes_above_where_something_lies_below():
    drawing = outline_map(
        {"upper": square(0, 0.32, 0.3), "lower": square(0, 0, 0.3), "far": square(4, 0, 0.3)},
        {"upper": "Upper", "lower": "Lower", "far": "Far"},
    )
    label = {label.text: label for label in drawing.labels}
    assert label["Upper"].y < drawing.group_boxes["Upper"].top
    assert label["Lower"].y > drawing.group_boxes["Lower"].bottom


def test_every_name_lies_inside_the_picture():
    drawing = outline_map({"a": square(0, 0, 0.1), "b": square(1, 1, 0.1)}, {"a": "A long name", "b": "B"})
    assert drawing.box.left < 0
    assert all(drawing.box.top < label.y < drawing.box.bottom for label in drawing.labels)


def test_without_outlines_there_is_no_map():
    assert outline_map({"a": {}}, {"a": "A"}) is None
    assert outline_map({}, {}) is None
