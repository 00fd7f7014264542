"""What goes out to a spreadsheet and comes back: municipalities, partners, a municipality's own figures."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.translation import gettext as _, gettext_lazy
from import_export.fields import Field
from import_export.widgets import ForeignKeyWidget

from gai_portal.lib.countries import nationality_names
from gai_portal.lib.formats import parse_number
from gai_portal.lib.spreadsheets import NumberCell, SafeModelResource, csv_bytes, typed_text
from gai_portal.lib.text import fold
from municipalities.models import FIRST_YEAR, LAST_YEAR, DemographicFigure, Island, Municipality, Partner
from municipalities.services import FigureRow

Kind = DemographicFigure.Kind
LARGEST_FILE = 200_000  # bytes
MOST_ROWS = 500


class MunicipalityResource(SafeModelResource):
    island = Field(attribute="island", column_name="island", widget=ForeignKeyWidget(Island, "name"))
    area_km2 = Field(attribute="area_km2", column_name="area_km2", widget=NumberCell(Decimal))
    longitude = Field(attribute="longitude", column_name="longitude", widget=NumberCell(float))
    latitude = Field(attribute="latitude", column_name="latitude", widget=NumberCell(float))

    class Meta:
        model = Municipality
        import_id_fields = ["code"]
        fields = [
            "code",
            "island",
            "name",
            "display_name",
            "alternative_name",
            "slug",
            "seat",
            "municipal_day",
            "area_km2",
            "ine_code",
            "longitude",
            "latitude",
            "sources",
            "notes",
        ]
        export_order = fields
        clean_model_instances = True
        skip_unchanged = True

    def get_queryset(self) -> Any:
        return super().get_queryset().select_related("island")


class PartnerResource(SafeModelResource):
    class Meta:
        model = Partner
        import_id_fields = ["code"]
        fields = ["code", "kind", "name_pt", "name_en", "name_fr", "phone", "is_active"]
        export_order = fields
        clean_model_instances = True
        skip_unchanged = True


# A municipality's own figures, as a plain table

FIGURE_COLUMNS = {
    "kind": gettext_lazy("Figure"),
    "nationality": gettext_lazy("Nationality"),
    "year": gettext_lazy("Year"),
    "value": gettext_lazy("Value"),
    "status": gettext_lazy("Status"),
    "source": gettext_lazy("Source"),
}
NEEDED_COLUMNS = ("kind", "year", "value", "source")


@dataclass(frozen=True)
class Fault:
    """Something wrong in a file, by the row of the spreadsheet (the header is row 1) and the column."""

    row: int
    column: str
    problem: str


class FaultyFile(Exception):
    """A file that is refused whole, with everything that is wrong in it."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__(f"{len(faults)} faults")
        self.faults = faults


def figures_template() -> bytes:
    """An empty file to fill in: a line for each kind of figure. A line without a value is passed over."""
    rows = [[str(kind.label), "", "", "", "", ""] for kind in Kind]
    return csv_bytes([str(name) for name in FIGURE_COLUMNS.values()], rows)


def read_figures(content: bytes) -> list[FigureRow]:
    """The figures of a file, whichever separator, encoding and language it is written in.

    FaultyFile: with every fault in it.
    """
    if len(content) > LARGEST_FILE:
        raise FaultyFile([Fault(1, "", _("The file is too large: 200 kB and 500 rows at most."))])
    lines = list(_lines(decoded(content)))
    if not lines:
        raise FaultyFile([Fault(1, "", _("The file is empty."))])
    if len(lines) > MOST_ROWS + 1:
        raise FaultyFile([Fault(1, "", _("The file is too large: 200 kB and 500 rows at most."))])
    reader = _FigureReader()
    columns = reader.header(*lines[0])
    rows = [row for number, cells in lines[1:] if (row := reader.row(number, cells, columns))]
    if not rows and not reader.faults:
        reader.fault(1, "value", _("No row has a value."))
    if reader.faults:
        raise FaultyFile(reader.faults)
    return rows


def decoded(content: bytes) -> str:
    """UTF-8, or what spreadsheet programs in Western Europe wrote before it."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """Each row that is not empty, with its number; cells as they were typed."""
    first = text.partition("\n")[0]
    separator = max(";,\t", key=first.count)
    reader = csv.reader(text.splitlines(keepends=True), delimiter=separator)
    for number, cells in enumerate(reader, start=1):
        if any(cell.strip() for cell in cells):
            yield number, [typed_text(cell.strip()) for cell in cells]


def _in_every_language(names: Any) -> dict[str, str]:
    """What each name of a thing, in any language of the portal, stands for."""
    found: dict[str, str] = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            found |= {fold(str(name)): code for code, name in names().items()}
    return found


class _FigureReader:
    """Reads cells and collects what is wrong with them."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.headings = _in_every_language(lambda: FIGURE_COLUMNS)
        self.kinds = _in_every_language(lambda: dict(Kind.choices))
        self.nationalities = _in_every_language(nationality_names)
        self.met: dict[tuple[str, str, int], int] = {}

    def fault(self, row: int, column: str, problem: str) -> None:
        self.faults.append(Fault(row, str(FIGURE_COLUMNS.get(column, column)), problem))

    def header(self, number: int, cells: list[str]) -> dict[str, int]:
        columns = {}
        for place, cell in enumerate(cells):
            name = fold(cell)
            known = name if name in FIGURE_COLUMNS else self.headings.get(name)
            if known:
                columns[known] = place
            elif cell:
                self.fault(number, cell, _("This column is not known."))
        for name in NEEDED_COLUMNS:
            if name not in columns:
                self.fault(number, name, _("This column is missing."))
        return columns

    def row(self, number: int, cells: list[str], columns: dict[str, int]) -> FigureRow | None:
        """A row without a value says nothing: what is blank stays blank."""
        texts = {
            name: cells[columns[name]] if columns.get(name, len(cells)) < len(cells) else ""
            for name in FIGURE_COLUMNS
        }
        if not texts["value"] or any(name not in columns for name in NEEDED_COLUMNS):
            return None
        before = len(self.faults)
        kind = self._choice(number, "kind", texts["kind"], self.kinds, Kind.values)
        nationality = ""
        if texts["nationality"]:
            codes = set(self.nationalities.values())
            nationality = self._choice(number, "nationality", texts["nationality"], self.nationalities, codes)
            if nationality and kind and kind != Kind.FOREIGN_RESIDENTS:
                self.fault(number, "nationality", _("Only foreign residents are told by nationality."))
        year = self._year(number, texts["year"])
        value = self._value(number, texts["value"], kind)
        self._texts(number, texts)
        if len(self.faults) > before:
            return None
        row = FigureRow(number, kind, nationality, year, value, texts["status"], texts["source"])
        if row.key in self.met:
            said = _("The same figure and year stand already in row {row}.")
            self.fault(number, "kind", said.format(row=self.met[row.key]))
        self.met[row.key] = number
        return row

    def _choice(self, row: int, column: str, text: str, names: dict[str, str], codes: Any) -> str:
        found = next((code for code in codes if fold(code) == fold(text)), None) or names.get(fold(text))
        if found is None:
            said = _("“{text}” is not known.") if text else _("This is missing.")
            self.fault(row, column, said.format(text=text))
        return found or ""

    def _year(self, row: int, text: str) -> int:
        year = int(text) if text.isascii() and text.isdigit() and len(text) == 4 else 0
        if not FIRST_YEAR <= year <= LAST_YEAR:
            self.fault(row, "year", _("Write the year with four digits, for example 2021."))
        return year

    def _value(self, row: int, text: str, kind: str) -> Decimal:
        try:
            value = parse_number(text)
            DemographicFigure(kind=kind, value=value).clean()
        except ValidationError as error:
            self.fault(row, "value", " ".join(error.messages))
            return Decimal(0)
        return value

    def _texts(self, row: int, texts: dict[str, str]) -> None:
        if not texts["source"]:
            self.fault(row, "source", _("Say where the figure comes from."))
        for name in ("status", "source"):
            limit = getattr(DemographicFigure._meta.get_field(name), "max_length", None)
            if limit and len(texts[name]) > limit:
                self.fault(row, name, _("At most {limit} characters.").format(limit=limit))
