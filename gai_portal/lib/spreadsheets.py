"""Tables for spreadsheet programs, in which what people typed is text and never a formula."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _
from import_export.resources import ModelResource
from import_export.widgets import Widget
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

# Where a spreadsheet program runs a text as a formula: at its start, and in a CSV file also after whatever
# the programs of one country or another cut it at. Quotes that somebody typed before the sign count too:
# otherwise nobody could tell ours from theirs when the file comes back.
START = r"(^|[,;\t\r\n]\"*)"
FORMULA = r"'*[=+\-@\t\r]"
AT_START = re.compile(FORMULA)
TO_QUOTE = re.compile(f"{START}(?={FORMULA})")
QUOTED = re.compile(f"{START}'(?={FORMULA})")


def safe_cell(value: Any) -> Any:
    """A text that a spreadsheet program would run as a formula gets a quote in front; numbers stay."""
    if isinstance(value, str) and AT_START.match(value):
        return f"'{value}"
    return value


def safe_in_csv(value: Any) -> Any:
    """The same in a file that any program may cut into other cells: `x,=1+1` becomes `x,'=1+1`."""
    return TO_QUOTE.sub(r"\1'", value) if isinstance(value, str) else value


def typed_text(cell: Any) -> Any:
    """What stood in the cell before `safe_in_csv`."""
    return QUOTED.sub(r"\1", cell) if isinstance(cell, str) else cell


class NumberCell(Widget):
    """A number that stays one on the way out, and has to be one on the way in, in any language."""

    def __init__(self, kind: type[Decimal] | type[float]) -> None:
        super().__init__(coerce_to_string=False)
        self.kind = kind

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Decimal | float | None:
        text = str("" if value is None else value).strip()
        if not text:
            return None
        try:
            number = Decimal(text)
        except InvalidOperation:
            number = Decimal("nan")
        if not number.is_finite():
            raise ValueError(_("“{text}” is not a number.").format(text=text))
        return self.kind(number)

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> Any:
        return "" if value is None else value


class SafeModelResource(ModelResource):
    """Rows of a model as a table of named columns, out and in again: what comes back is what went out."""

    class Meta:
        abstract = True

    def export_field(self, field: Any, instance: Any, **kwargs: Any) -> Any:
        value = super().export_field(field, instance, **kwargs)
        return safe_in_csv(value) if isinstance(field.get_value(instance), str) else value

    def before_import_row(self, row: dict[str, Any], **kwargs: Any) -> None:
        for column, cell in row.items():
            row[column] = "" if cell is None else typed_text(cell)  # an empty cell is an empty text


@dataclass(frozen=True)
class Sheet:
    """One table of a workbook."""

    title: str
    header: Sequence[str]
    rows: Iterable[Sequence[Any]]
    widths: Sequence[int] = ()  # in characters; a column without one takes the program's own


def xlsx_bytes(sheets: Iterable[Sheet]) -> bytes:
    """Tables as a workbook. Numbers and days stay what they are; the header stays in sight."""
    book = Workbook(write_only=True)
    for sheet in sheets:
        page = book.create_sheet(sheet.title)
        page.freeze_panes = "A2"
        for number, width in enumerate(sheet.widths, start=1):
            page.column_dimensions[get_column_letter(number)].width = width
        page.append([_cell(page, label, font=Font(bold=True)) for label in sheet.header])
        for row in sheet.rows:
            page.append([_cell(page, value) for value in row])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _cell(page: Any, value: Any, font: Font | None = None) -> WriteOnlyCell:
    """Long texts are broken within their column; characters that a workbook cannot hold are left out."""
    if isinstance(value, str):
        value = safe_cell(ILLEGAL_CHARACTERS_RE.sub("", value))
    cell = WriteOnlyCell(page, value=value)
    cell.alignment = Alignment(vertical="top", wrap_text=True)
    if font:
        cell.font = font
    return cell


def csv_bytes(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """A table as programs in Portuguese open it by a double click: UTF-8 with its mark, semicolons."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([safe_in_csv(value) for value in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")
