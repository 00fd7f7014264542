"""An address as a square that a telephone reads: SVG of our own, for pages and for paper."""

from collections.abc import Iterable

import segno
from django.utils.html import format_html
from django.utils.safestring import SafeString

QUIET = 4  # modules of white around it, without which many telephones do not find it


def qr_svg(text: str, *, title: str) -> SafeString:
    """The code as one filled shape. It grows with the box it stands in; `title` is what is read aloud."""
    code = segno.make_qr(text, error="m")  # readable with up to 15 % of it stained or folded
    side = code.symbol_size(border=QUIET)[0]
    shape = "".join(
        f"M{start} {row}h{end - start}v1h-{end - start}z"
        for row, modules in enumerate(code.matrix_iter(border=QUIET))
        for start, end in _runs(modules)
    )
    return format_html(
        '<svg class="qr" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {0} {0}" role="img">'
        '<title>{1}</title><rect width="{0}" height="{0}" fill="#ffffff"/>'
        '<path fill="#000000" d="{2}"/></svg>',
        side,
        title,
        shape,
    )


def _runs(modules: Iterable[int]) -> list[tuple[int, int]]:
    """Where the dark stretches of a row begin and end."""
    edges = [
        place
        for place, (before, here) in enumerate(zip([0, *modules], [*modules, 0], strict=True))
        if bool(before) != bool(here)
    ]
    return list(zip(edges[::2], edges[1::2], strict=True))
