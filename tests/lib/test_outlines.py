from gai_portal.lib.outlines import area, simplify_together

# Two squares side by side with a wavy common border, walked in opposite directions.
BORDER = [(1.0, 0.0), (1.001, 0.25), (0.999, 0.5), (1.05, 0.75), (1.0, 1.0)]
LEFT = [(0.0, 0.0), (0.5, 0.001), *BORDER, (0.0, 1.0), (0.0, 0.0)]
RIGHT = [(2.0, 0.0), (2.0, 1.0), *BORDER[::-1], (2.0, 0.0)]


def test_neighbours_keep_their_common_border():
    simple = simplify_together({"left": [[LEFT]], "right": [[RIGHT]]}, 0.01)
    left, right = set(simple["left"][0][0]), set(simple["right"][0][0])
    assert left & right == {(1.0, 0.0), (0.999, 0.5), (1.05, 0.75), (1.0, 1.0)}
    assert (0.5, 0.001) not in left
    assert simple["left"][0][0][0] == simple["left"][0][0][-1]


def test_an_island_keeps_its_shape():
    ring = [(0.0, 0.0), (0.5, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0), (0.0, 0.0)]
    [[simple]] = simplify_together({"island": [[ring]]}, 0.01)["island"]
    assert sorted(set(simple)) == [(0.0, 0.0), (0.0, 1.0), (1.0, 0.0), (1.0, 1.0)]
    assert area(simple) == area(ring) == 1.0
