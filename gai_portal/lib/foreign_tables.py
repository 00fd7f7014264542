"""Tables that others made: a heading row somewhere, any separator and encoding of a spreadsheet program.

What a file is called counts for nothing. Whatever stands in it becomes text; a formula is never computed.
Knows no app.
"""

import csv
import io
import re
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any

from babel.dates import get_month_names
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from gai_portal.lib.spreadsheets import (
    UNESCAPE,
    UnreadableWorkbook,
    refuse_strange_archive,
    typed_in_cell,
)
from gai_portal.lib.text import fold

MOST_COLUMNS = 60
LONGEST_CELL = 5_000  # characters
HEADING_WITHIN = 15  # rows: titles and dates often stand above the headings
SEPARATORS = ";,\t|"
LETTERS = set("áâãàçéêíóôõúÁÂÃÀÇÉÊÍÓÔÕÚ")
OLD_WINDOWS, OLD_DOS = "cp1252", "cp850"  # what Excel in Portuguese writes without being asked
LANGUAGES = ("pt", "en", "fr")
SHEET_DAY_0 = date(1899, 12, 30)  # a spreadsheet program's days are counted from here
SHEET_DAYS = range(20_000, 80_000)  # 1954 to 2119


@dataclass(frozen=True)
class ForeignTable:
    """One table: its headings, its rows with where each stands, and sheets that did not fit to it."""

    header: list[str]
    rows: list[tuple[str, list[str]]]
    left_out: list[str] = field(default_factory=list)

    def column(self, number: int) -> list[str]:
        """What stands in one column; empty cells are left out."""
        return [cells[number] for _place, cells in self.rows if cells[number]]


def read_table(content: bytes, *, most_rows: int) -> ForeignTable:
    """The table of a workbook or text file. Refuses with the reason in plain words."""
    if not content.strip():
        raise ValidationError(_("The file is empty."))
    if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        try:
            sheets = list(_sheets(content, most_rows + HEADING_WITHIN))
        except UnreadableWorkbook as error:
            raise ValidationError(str(error)) from error
    else:
        sheets = [("", list(_lines(_decoded(content), most_rows + HEADING_WITHIN)))]
    return _joined(sheets, most_rows)


def _sheets(content: bytes, most: int) -> Iterator[tuple[str, list[list[str]]]]:
    """The visible sheets of a workbook."""
    refuse_strange_archive(content)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what openpyxl does not keep: we keep none of it
        try:
            book = load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
            for page in book.worksheets:
                if page.sheet_state == "visible":
                    rows = page.iter_rows(max_row=most + 1, max_col=MOST_COLUMNS, values_only=True)
                    yield page.title, [[_text(cell) for cell in row] for row in rows]
        except Exception as error:  # whatever it trips over: the file is not what a program would write
            raise UnreadableWorkbook(
                _("This workbook is damaged: no program could have saved it.")
            ) from error


def _text(value: Any) -> str:
    """A cell as it would be typed: days as 2026-03-12, whole numbers without a point."""
    match value:
        case None:
            return ""
        case datetime():
            return f"{value:%Y-%m-%d}" if value.time() == time() else f"{value:%Y-%m-%d %H:%M}"
        case date():
            return f"{value:%Y-%m-%d}"
        case time():
            return f"{value:%H:%M}"
        case float() if value.is_integer():
            return str(int(value))
        case str():
            return typed_in_cell(UNESCAPE.sub(lambda code: chr(int(code[1], 16)), value)).strip()[
                :LONGEST_CELL
            ]
        case _:
            return str(value)[:LONGEST_CELL]


def _decoded(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    if b"\x00" in content or content.startswith(b"%PDF"):
        raise ValidationError(_("This is neither a workbook (.xlsx) nor a CSV file, whatever its name says."))
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        guesses = [content.decode(encoding, errors="replace") for encoding in (OLD_WINDOWS, OLD_DOS)]
        return max(guesses, key=lambda text: sum(letter in LETTERS for letter in text))


def _lines(text: str, most: int) -> Iterator[list[str]]:
    text = text.lstrip("\ufeff")
    named = re.match(r"sep=(.)\r?\n", text, re.IGNORECASE)
    separator = named[1] if named else _separator(text)
    text = text[named.end() :] if named else text
    try:
        for number, row in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=separator)):
            if number > most:
                return
            yield [cell.strip()[:LONGEST_CELL] for cell in row[:MOST_COLUMNS]]
    except csv.Error as error:
        raise ValidationError(
            _("The file cannot be cut into rows: a quotation mark is missing somewhere.")
        ) from error


def _separator(text: str) -> str:
    """The one that cuts most of the first lines into equally many cells."""
    start = text.splitlines()[:30]

    def evenness(separator: str) -> tuple[int, int]:
        try:
            widths = Counter(len(row) for row in csv.reader(start, delimiter=separator) if len(row) > 1)
        except csv.Error:
            return 0, 0
        width, lines = max(widths.items(), key=lambda item: item[1], default=(0, 0))
        return lines, width

    return max(SEPARATORS, key=evenness)


def _joined(sheets: list[tuple[str, list[list[str]]]], most_rows: int) -> ForeignTable:
    """The first sheet with rows under headings, and the others that have the same headings."""
    header: list[str] = []
    rows: list[tuple[str, list[str]]] = []
    left_out = []
    for title, lines in sheets:
        top = _heading_row(lines)
        if top is None:
            continue
        here = _trimmed(lines[top])
        if header and list(map(fold, here)) != list(map(fold, header)):
            left_out.append(title)
            continue
        header = header or here
        prefix = f"{title}: " if len(sheets) > 1 else ""
        for number, cells in enumerate(lines[top + 1 :], start=top + 2):
            if any(cells):
                rows.append((f"{prefix}{number}", cells))
        if len(rows) > most_rows:
            raise ValidationError(
                _(
                    "This list has more than {number} rows. Send it in parts, for example one for each year."
                ).format(number=f"{most_rows:_}".replace("_", " "))
            )
    if not rows:
        raise ValidationError(_("There are no rows below the headings."))
    if any(written_day(heading) for heading in header):
        raise ValidationError(
            _("The list begins with an enquiry. Put a row above it that says what each column holds.")
        )
    width = max(len(header), *(len(_trimmed(cells)) for _place, cells in rows))
    header = [
        name or _("Column {letter}").format(letter=get_column_letter(number))
        for number, name in enumerate(_padded(header, width), start=1)
    ]
    return ForeignTable(header, [(place, _padded(cells, width)) for place, cells in rows], left_out)


def _heading_row(lines: list[list[str]]) -> int | None:
    """The first row that is about as wide as the table: not the title above it."""
    filled = [sum(map(bool, cells)) for cells in lines[:HEADING_WITHIN]]
    widest = max(filled, default=0)
    return next((number for number, cells in enumerate(filled) if cells and cells * 2 >= widest), None)


def _trimmed(cells: Iterable[str]) -> list[str]:
    kept = list(cells)
    while kept and not kept[-1]:
        kept.pop()
    return kept


def _padded(cells: list[str], width: int) -> list[str]:
    return [*cells, *[""] * (width - len(cells))][:width]


# Days and hours as people write them


@cache
def _months() -> dict[str, int]:
    return {
        fold(name): number
        for language in LANGUAGES
        for number, name in get_month_names("wide", locale=language).items()
    }


def _month(word: str) -> int | None:
    """A month by its number, or by its name or the beginning of it, in any of our languages."""
    if word.isdigit():
        return int(word)
    found = {number for name, number in _months().items() if len(word) >= 3 and name.startswith(word)}
    return found.pop() if len(found) == 1 else None


def written_day(text: str) -> date | None:
    """12/03/2026, 12-3-26, 12 de março de 2026, 2026-03-12 or a sheet's own number; None for anything else.

    The day comes before the month, as in all our languages.
    """
    text = fold(text).strip()
    if text.isdigit() and int(text) in SHEET_DAYS:
        return SHEET_DAY_0 + timedelta(days=int(text))
    if match := re.match(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)", text):
        year, month, day = match[1], match[2], match[3]
    elif match := re.match(
        r"(?:\w+(?:-feira)?,? )?(\d{1,2})(?:er|\.?º|o)?(?: de |[-/. ]+)([a-z]+|\d{1,2})\.?"
        r"(?: de |[-/., ]+)(\d{4}|\d{2})(?!\d)",
        text,
    ):
        day, month, year = match[1], match[2], match[3]
    else:
        return None
    number = _month(month)
    full_year = int(year) + (2000 if len(year) == 2 else 0)
    try:
        return date(full_year, number, int(day)) if number else None
    except ValueError:
        return None


def written_hour(text: str) -> time | None:
    """10:30, 10h30, 10h, or the hour after a day; None for anything else."""
    match = re.search(r"(?<!\d)(\d{1,2})(?:[:h](\d{2})|h)(?!\d)", fold(text))
    if match is None:
        return None
    try:
        return time(int(match[1]), int(match[2] or 0))
    except ValueError:
        return None
