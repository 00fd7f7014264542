"""Published counts in words, and charts of them."""

from collections.abc import Iterable
from typing import Any

from django import template
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from gai_portal.lib.charts import ColumnChart, column_chart
from gai_portal.lib.count_tables import Figure
from gai_portal.lib.countries import nationality_name
from gai_portal.lib.suppression import Mask

register = template.Library()


def whole(number: int) -> str:
    return number_format(number, force_grouping=True)


@register.filter
def figure_words(figure: Figure) -> str:
    """`412`, `<5`, `hidden`; and of a sum that is not known for sure `118 to 126` or `at least 118`."""
    if figure.is_exact:
        return whole(figure.least)
    if figure.mask is Mask.SMALL and figure.most is not None:
        return f"<{figure.most + 1}"
    if figure.mask is not None:
        return _("hidden")
    if figure.most is None:
        return _("at least {least}").format(least=whole(figure.least))
    return _("{least} to {most}").format(least=whole(figure.least), most=whole(figure.most))


@register.filter
def nationality(code: str) -> str:
    return nationality_name(code)


@register.inclusion_tag("includes/_columns.html")
def chart(drawing: ColumnChart | None, label: str) -> dict[str, Any]:
    """A drawing that is ready, with what it shows in words."""
    return {"chart": drawing, "label": label}


@register.inclusion_tag("includes/_columns.html")
def figure_columns(figures: Iterable[tuple[Any, Figure]], label: str) -> dict[str, Any]:
    """A chart of published counts by period, for those who see; give the numbers in a table beside it."""
    values = [(str(name), figure.least, figure.most) for name, figure in figures]
    return {"chart": column_chart(values), "label": label}
