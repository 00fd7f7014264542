import re

from gai_portal.lib.charts import column_chart, outline_map


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


def test_a_column_stands_solid_as_far_as_its_value_is_known():
    chart = column_chart([("T1", 10, 10), ("T2", 5, 20), ("T3", 0, 0)], width=300, height=100)
    known, partly, none = chart.columns
    assert chart.most == 20
    assert known.may_height == 0
    assert partly.height == known.height / 2
    assert partly.may_top + partly.may_height == partly.top
    assert (none.height, none.may_height) == (0, 0)
    assert all(column.x >= 0 and column.x + column.width <= 300 for column in chart.columns)


def test_a_column_without_an_upper_end_reaches_the_top():
    chart = column_chart([("T1", 10, 10), ("T2", 5, None)])
    assert chart.columns[1].may_top == chart.columns[0].top


def test_labels_that_would_touch_leave_the_first_and_the_last():
    many = column_chart([(f"T{number} 2025", 1, 1) for number in range(8)])
    assert [column.label for column in many.columns if column.label] == ["T0 2025", "T7 2025"]
    assert (many.columns[0].label_x, many.columns[-1].label_x) == (0, many.width)
    few = column_chart([("2010", 1, 1), ("2021", 2, 2)])
    assert [column.label for column in few.columns] == ["2010", "2021"]


def test_no_values_make_no_chart_and_zeros_a_flat_one():
    assert column_chart([]) is None
    assert column_chart([("T1", 0, 0)]).columns[0].height == 0
