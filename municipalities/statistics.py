"""A municipality's profile: its known figures, kind by kind and year by year."""

from collections.abc import Iterable
from dataclasses import dataclass

from gai_portal.lib.charts import ColumnChart, column_chart
from municipalities.models import DemographicFigure

Kind = DemographicFigure.Kind


@dataclass(frozen=True)
class Series:
    """One kind of figure over the years, the earliest first: one figure a year."""

    figures: list[DemographicFigure]

    @property
    def label(self) -> str:
        return self.figures[0].label

    @property
    def latest(self) -> DemographicFigure:
        return self.figures[-1]


def figure_order(figure: DemographicFigure) -> tuple[int, str, int, bool]:
    """By kind as the model lists them, the newest first, the national level's before the municipality's."""
    return Kind.values.index(figure.kind), figure.nationality, -figure.year, figure.is_municipal


def profile(figures: Iterable[DemographicFigure]) -> list[Series]:
    """Where two say something of the same year, the national level's figure is taken."""
    by_kind: dict[tuple[str, str], dict[int, DemographicFigure]] = {}
    for figure in sorted(figures, key=figure_order):
        by_kind.setdefault((figure.kind, figure.nationality), {}).setdefault(figure.year, figure)
    return [Series([years[year] for year in sorted(years)]) for years in by_kind.values()]


def charts(series: Iterable[Series]) -> list[tuple[str, ColumnChart]]:
    """A drawing of each kind, with its name: worth it from the second year on."""
    drawn = [
        (
            row.label,
            column_chart([(str(f.year), float(f.value), float(f.value)) for f in row.figures], width=360),
        )
        for row in series
        if len(row.figures) > 1
    ]
    return [(label, chart) for label, chart in drawn if chart]


def latest_figures(municipality_code: str) -> list[DemographicFigure]:
    """The newest figure of each kind, all nationalities together."""
    figures = DemographicFigure.objects.filter(municipality=municipality_code, nationality="")
    return [row.latest for row in profile(figures)]
