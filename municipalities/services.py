"""What a municipality writes about itself: its own figures, each with its history."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.core import signing
from django.core.exceptions import PermissionDenied
from django.db import transaction
from simple_history.utils import bulk_create_with_history, bulk_update_with_history

from accounts.models import User
from gai_portal.lib.history import signed
from gai_portal.lib.reference import Tally
from municipalities.models import DemographicFigure, Municipality
from municipalities.permissions import can_add_figures, can_edit_figure

UNDO_SALT = "municipalities.figures"
UNDO_FOR = 24 * 60 * 60  # seconds


@dataclass(frozen=True)
class FigureRow:
    """A figure as a file has it, and where it stands there."""

    number: int
    kind: str
    nationality: str
    year: int
    value: Decimal
    status: str
    source: str

    @property
    def key(self) -> tuple[str, str, int]:
        return self.kind, self.nationality, self.year

    @property
    def label(self) -> str:
        return DemographicFigure(kind=self.kind, nationality=self.nationality).label


def save_figure(figure: DemographicFigure, *, by: User) -> DemographicFigure:
    """Write a figure of the municipality's own, new or corrected."""
    if figure.pk is None:
        figure.origin = DemographicFigure.Origin.MUNICIPAL
    if not can_edit_figure(by, figure):
        raise PermissionDenied(f"{by} may not write {figure}")
    signed(figure, by).save()
    return figure


@transaction.atomic
def remove_figure(figure: DemographicFigure, *, by: User) -> str:
    """Take out a figure of the municipality's own. Returns the token that brings it back."""
    figure = DemographicFigure.objects.select_for_update(of=("self",)).get(pk=figure.pk)
    if not can_edit_figure(by, figure):
        raise PermissionDenied(f"{by} may not remove {figure}")
    last = figure.history.latest("history_date", "history_id")
    signed(figure, by).delete()
    return signing.dumps({"by": by.pk, "line": last.history_id}, salt=UNDO_SALT)


@transaction.atomic
def restore_figure(municipality: Municipality, token: str, *, by: User) -> DemographicFigure | None:
    """Bring back what was removed, unless there is a figure in its place already."""
    if not can_add_figures(by, municipality):
        raise PermissionDenied(f"{by} may not write figures of {municipality}")
    try:
        what = signing.loads(token, salt=UNDO_SALT, max_age=UNDO_FOR)
    except signing.BadSignature:
        return None
    lines = DemographicFigure.history.filter(municipality=municipality, history_id=what["line"])
    line = lines.first()
    if line is None or what["by"] != by.pk:
        return None
    figure: DemographicFigure = line.instance
    taken = DemographicFigure.objects.filter(
        municipality=municipality,
        kind=figure.kind,
        nationality=figure.nationality,
        year=figure.year,
        origin=figure.origin,
    )
    if taken.exists():
        return None
    return save_figure(figure, by=by)


def own_figures(municipality: Municipality) -> dict[tuple[str, str, int], DemographicFigure]:
    own = municipality.figures.filter(origin=DemographicFigure.Origin.MUNICIPAL)
    return {(figure.kind, figure.nationality, figure.year): figure for figure in own}


def compare_figures(municipality: Municipality, rows: Iterable[FigureRow]) -> list[tuple[FigureRow, str]]:
    """What an import would do with each row: `new`, `changed`, or `same`."""
    known = own_figures(municipality)
    return [(row, _difference(row, known.get(row.key))) for row in rows]


def _difference(row: FigureRow, figure: DemographicFigure | None) -> str:
    if figure is None:
        return "new"
    is_same = (figure.value, figure.status, figure.source) == (row.value, row.status, row.source)
    return "same" if is_same else "changed"


@transaction.atomic
def import_figures(municipality: Municipality, rows: Iterable[FigureRow], *, by: User) -> Tally:
    """Write all rows of a file as figures of the municipality's own. No other figure changes."""
    municipality = Municipality.objects.select_for_update(of=("self",)).get(pk=municipality.pk)
    if not can_add_figures(by, municipality):
        raise PermissionDenied(f"{by} may not write figures of {municipality}")
    known, new, changed, tally = own_figures(municipality), [], [], Tally()
    for row, difference in compare_figures(municipality, rows):
        if difference == "same":
            tally.unchanged += 1
            continue
        values = {"value": row.value, "status": row.status, "source": row.source}
        if difference == "new":
            kind, nationality, year = row.key
            place = {"kind": kind, "nationality": nationality, "year": year}
            origin = DemographicFigure.Origin.MUNICIPAL
            new.append(DemographicFigure(municipality=municipality, origin=origin, **place, **values))
            continue
        figure = known[row.key]
        for name, value in values.items():
            setattr(figure, name, value)
        changed.append(figure)
    bulk_create_with_history(new, DemographicFigure, default_user=by)
    bulk_update_with_history(changed, DemographicFigure, ["value", "status", "source"], default_user=by)
    tally.created, tally.updated = len(new), len(changed)
    return tally
