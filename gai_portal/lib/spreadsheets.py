"""Tables for spreadsheet programs, in which what people typed is text and never a formula."""

import csv
import io
import itertools
import re
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import IO, Any

from django.utils.translation import gettext as _
from import_export.resources import ModelResource
from import_export.widgets import Widget
from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

# Where a spreadsheet program runs a text as a formula: at its start, and in a CSV file also after whatever
# the programs of one country or another cut it at. Quotes that somebody typed before the sign count too:
# otherwise nobody could tell ours from theirs when the file comes back.
START = r"(^|[,;\t\r\n]\"*)"
FORMULA = r"'*[=+\-@\t\r]"
# How a workbook writes a character by its number: _x0041_ is an A. Who types that by hand means the letters.
ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
UNESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
AS_TEXT = "@"
LAST_CHOICE = 5000  # the row down to which a choice is offered
MOST_PARTS = 500  # files in the archive that a workbook is
LARGEST_UNPACKED = 40 * 1024 * 1024
LINES_AT_ONCE = 200
SIGN = re.compile(r"[=+\-@\t\r]")  # without one of these, no program sees a formula
AT_START = re.compile(FORMULA)
TO_QUOTE = re.compile(f"{START}(?={FORMULA})")
QUOTED = re.compile(f"{START}'(?={FORMULA})")


def safe_cell(value: Any) -> Any:
    """A text that a spreadsheet program would run as a formula gets a quote in front; numbers stay."""
    if isinstance(value, str) and AT_START.match(value):
        return f"'{value}"
    return value


def typed_in_cell(cell: str) -> str:
    """What stood in the cell before `safe_cell`."""
    return cell[1:] if cell.startswith("'") and AT_START.match(cell) else cell


def safe_in_csv(value: Any) -> Any:
    """The same in a file that any program may cut into other cells: `x,=1+1` becomes `x,'=1+1`."""
    if isinstance(value, str) and SIGN.search(value):
        return TO_QUOTE.sub(r"\1'", value)
    return value


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
    choices: Mapping[str, str] = field(default_factory=dict)  # by header: what may be chosen, with commas
    # To be filled in and read again: what is typed stays the text that was typed (16.10 is no 16.1).
    is_form: bool = False


def xlsx_bytes(sheets: Iterable[Sheet]) -> bytes:
    """Tables as a workbook, for those that fit in memory."""
    file = io.BytesIO()
    write_xlsx(sheets, file)
    return file.getvalue()


def write_xlsx(sheets: Iterable[Sheet], file: IO[bytes]) -> None:
    """Tables as a workbook, row by row: no memory has to hold them.

    Numbers and days stay what they are; the header stays in sight.
    """
    book = Workbook(write_only=True)
    for sheet in sheets:
        page = book.create_sheet(sheet.title)
        page.freeze_panes = "A2"
        for number, width in enumerate(sheet.widths, start=1):
            page.column_dimensions[get_column_letter(number)].width = width
        for number, label in enumerate(sheet.header, start=1):
            letter = get_column_letter(number)
            if sheet.is_form:
                page.column_dimensions[letter].number_format = AS_TEXT
            if label in sheet.choices:
                allowed = DataValidation(type="list", formula1=f'"{sheet.choices[label]}"', allow_blank=True)
                allowed.add(f"{letter}2:{letter}{LAST_CHOICE}")
                page.data_validations.append(allowed)
        made = _Cells(page, is_form=sheet.is_form)
        page.append([made(label, is_header=True) for label in sheet.header])
        for row in sheet.rows:
            page.append([None if value == "" else made(value) for value in row])
    book.save(file)


class _Cells:
    """Makes the cells of one page. Each look is worked out once: it takes longer than the cell."""

    def __init__(self, page: Any, *, is_form: bool) -> None:
        self.page, self.is_form = page, is_form
        self.looks: dict[tuple[type, bool], Any] = {}

    def __call__(self, value: Any, *, is_header: bool = False) -> WriteOnlyCell:
        """Long texts are broken within their column; characters that a workbook cannot hold are left out."""
        if isinstance(value, str):
            value = ESCAPE.sub("_x005F_", safe_cell(ILLEGAL_CHARACTERS_RE.sub("", value)))
        cell = WriteOnlyCell(self.page, value=value)
        kind = type(value), is_header
        if kind not in self.looks:
            self.looks[kind] = self._look(cell, is_header=is_header)
        cell._style = self.looks[kind]
        return cell

    def _look(self, cell: WriteOnlyCell, *, is_header: bool) -> Any:
        """What openpyxl keeps of a cell's style; a day's has its format already."""
        cell.alignment = Alignment(vertical="top", wrap_text=True)
        if is_header:
            cell.font = Font(bold=True)
        if self.is_form and isinstance(cell.value, str):
            cell.number_format = AS_TEXT
        return cell._style


class UnreadableWorkbook(Exception):
    """A file that is no workbook of ours to read, with the reason in the reader's language."""


@dataclass(frozen=True)
class CellRead:
    """What a cell of a workbook holds. A formula or an error in a cell is a fault of the cell."""

    address: str
    value: Any = None
    fault: str = ""


def read_workbook(file: bytes, *, most_rows: int, most_columns: int) -> dict[str, list[list[CellRead]]]:
    """The rows of every sheet by its title, header first; texts as they stood before `safe_cell`.

    At most `most_rows` are read of each, so that one row more than allowed can be seen by the caller.
    """
    refuse_strange_archive(file)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what openpyxl does not keep: we keep none of it
        try:
            book = load_workbook(io.BytesIO(file), read_only=True, keep_links=False)
            return {
                page.title: [
                    [_read(cell, row, column) for column, cell in enumerate(cells, start=1)]
                    for row, cells in enumerate(
                        page.iter_rows(max_row=most_rows, max_col=most_columns), start=1
                    )
                ]
                for page in book.worksheets
            }
        except Exception as error:  # whatever it trips over: the file is not what a program would write
            raise UnreadableWorkbook(
                _("This workbook is damaged: no program could have saved it.")
            ) from error


def refuse_strange_archive(file: bytes) -> None:
    """Before anything is unpacked: what the file says it is, and how large it would become."""
    if file.startswith(b"\xd0\xcf\x11\xe0"):
        raise UnreadableWorkbook(_("This is a file of an old program, or a protected one. Save it as .xlsx."))
    try:
        with zipfile.ZipFile(io.BytesIO(file)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError) as error:
        raise UnreadableWorkbook(_("This is not a workbook (.xlsx).")) from error
    if "xl/workbook.xml" not in {entry.filename for entry in entries}:
        raise UnreadableWorkbook(_("This is not a workbook (.xlsx)."))
    if len(entries) > MOST_PARTS or sum(entry.file_size for entry in entries) > LARGEST_UNPACKED:
        raise UnreadableWorkbook(_("This workbook is too large to be opened."))


def _read(cell: Any, row: int, column: int) -> CellRead:
    address = f"{get_column_letter(column)}{row}"
    if cell.data_type == "f":
        return CellRead(address, fault=_("a formula: write its result"))
    if cell.data_type == "e":
        return CellRead(address, fault=_("an error of the spreadsheet program"))
    if isinstance(cell.value, str):
        return CellRead(address, typed_in_cell(UNESCAPE.sub(lambda code: chr(int(code[1], 16)), cell.value)))
    return CellRead(address, cell.value)


def csv_lines(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    """The same as `csv_bytes`, some lines at a time: a table of any length that no memory has to hold."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    yield "".encode("utf-8-sig")
    left = itertools.chain([header], ([safe_in_csv(value) for value in row] for row in rows))
    while part := list(itertools.islice(left, LINES_AT_ONCE)):
        text.seek(0)
        text.truncate()
        writer.writerows(part)
        yield text.getvalue().encode()


def csv_bytes(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """A table as programs in Portuguese open it by a double click: UTF-8 with its mark, semicolons."""
    return b"".join(csv_lines(header, rows))
