"""The square that a telephone reads: the same modules as the standard's, with the white around them."""

import re

import segno

from gai_portal.lib.qr import QUIET, qr_svg

ADDRESS = "https://portal.example.cv/plans/verify/?code=7K3M-PT9X"


def drawn(svg: str) -> list[list[int]]:
    """The modules as the shape fills them."""
    side = int(re.search(r'viewBox="0 0 (\d+) \1"', svg)[1])
    modules = [[0] * side for _row in range(side)]
    for x, y, width in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\3z", svg):
        for column in range(int(x), int(x) + int(width)):
            modules[int(y)][column] = 1
    return modules


def test_what_is_drawn_is_the_code():
    expected = segno.make_qr(ADDRESS, error="m").matrix_iter(border=QUIET)
    assert drawn(qr_svg(ADDRESS, title="x")) == [list(row) for row in expected]


def test_there_is_white_on_every_side():
    modules = drawn(qr_svg(ADDRESS, title="x"))
    for edge in (modules[:QUIET], modules[-QUIET:], zip(*modules, strict=True)):
        rows = list(edge)[:QUIET]
        assert not any(map(any, rows))


def test_it_is_one_filled_shape_with_a_name_and_nothing_inline():
    svg = qr_svg(ADDRESS, title='Endereço & "código"')
    assert "<title>Endereço &amp; &quot;código&quot;</title>" in svg
    assert 'fill="#000000"' in svg
    assert "style" not in svg
    assert svg.count("<path") == 1
