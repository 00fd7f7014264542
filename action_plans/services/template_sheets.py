"""A national template as a workbook: one sheet per kind of item, read and written.

The sheets' titles and the headers never change and are in no language: they are the names of the fields in
the YAML file. The first sheet says in the reader's language what each of them holds.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from action_plans.models import Template
from action_plans.services.content import KINDS, Item, link_names, linkable
from action_plans.services.template_file import (
    FIELDS,
    HEADING_FIELDS,
    MOST_ITEMS,
    PARENTS,
    YEARS,
    Choice,
    Content,
    FaultyFile,
    Field,
    FileFault,
    Flag,
    Link,
    Place,
    RawItem,
    Words,
    checked,
    content_of,
)
from gai_portal.lib.spreadsheets import CellRead, Sheet, UnreadableWorkbook, read_workbook, xlsx_bytes

TITLES = {
    "section": "chapters",
    "area": "areas",
    "objective": "objectives",
    "measure": "measures",
    "indicator": "indicators",
}
HEADING_TITLE = "template"
README_TITLE = "read me"
CODES_TITLE = "codes"
MOST_COLUMNS = 60
BROAD, NARROW = 48, 16  # characters
BOOLEANS = "TRUE,FALSE"


# Writing


def template_workbook(template: Template) -> bytes:
    return xlsx_bytes(sheets(content_of(template), link_names()))


def sheets(content: Content, names: Mapping[tuple[str, str], str]) -> Iterator[Sheet]:
    yield Sheet(README_TITLE, [_("Sheet"), _("Column"), _("What it holds")], list(_readme()), [14, 24, 90])
    heading = [column for words in HEADING_FIELDS for column in words.columns]
    values = [content.heading[column] for column in heading]
    yield Sheet(
        HEADING_TITLE,
        [*heading, YEARS],
        [[*values, content.heading["default_years"]]],
        [BROAD] * len(heading),
        is_form=True,
    )
    for kind, title in TITLES.items():
        header = headers(kind)
        wide = {column for part in FIELDS[kind] if isinstance(part, Words) for column in part.columns}
        rows = [_row(item) for item in content.items if item.kind == kind]
        widths = [BROAD if column in wide else NARROW for column in header]
        yield Sheet(title, header, rows, widths, dict(_choices(kind)), is_form=True)
    yield Sheet(CODES_TITLE, [_("Column"), _("Code"), _("Meaning")], list(_codes(names)), [18, 14, 80])


def headers(kind: str) -> list[str]:
    parent = [PARENTS[kind]] if kind in PARENTS else []
    return ["code", *parent, *(column for part in FIELDS[kind] for column in part.columns)]


def _row(item: Item) -> list[Any]:
    row: list[Any] = [item.code, *([item.parent] if item.kind in PARENTS else [])]
    for part in FIELDS[item.kind]:
        if isinstance(part, Words):
            row += [item.values[column] for column in part.columns]
        elif isinstance(part, Link):
            codes = [c.removeprefix(part.prefix) for c in item.links[part.link] if c.startswith(part.prefix)]
            row.append(", ".join(codes))
        elif isinstance(part, Choice) and part.is_list:
            row.append(", ".join(item.values[part.column]))
        else:
            row.append(item.values[part.column])
    return row


def _choices(kind: str) -> Iterator[tuple[str, str]]:
    for part in FIELDS[kind]:
        if isinstance(part, Flag):
            yield part.name, BOOLEANS
        elif isinstance(part, Choice) and not part.is_list:
            yield part.name, ",".join(part.choices.values)


def _readme() -> Iterator[list[str]]:
    yield ["", "", _("One row is one item. Items stand in the order of the rows; add, move and delete rows.")]
    yield [
        "",
        "",
        _("Leave the names of the sheets and the headers as they are: they are the same everywhere."),
    ]
    yield ["", "", _("Several codes in one cell have commas between them. The codes are on the last sheet.")]
    yield [
        "",
        "",
        _("A text that begins with = + - or @ has a ' in front, so that no program runs it; leave it."),
    ]
    yield ["", "", _("Nothing is stored until you have seen what would change.")]
    for words in HEADING_FIELDS:
        yield [HEADING_TITLE, _columns(words), _about(Template, words)]
    yield [HEADING_TITLE, YEARS, _field_name(Template, "default_years")]
    for kind, title in TITLES.items():
        model = KINDS[kind].model
        yield [title, "code", _("Code: the same in every version; capital letters, digits and full stops.")]
        if kind in PARENTS:
            yield [title, PARENTS[kind], _("Code of the item above that it belongs to.")]
        for part in FIELDS[kind]:
            yield [title, _columns(part), _about(model, part)]


def _columns(part: Field) -> str:
    return ", ".join(part.columns)


def _about(model: type[models.Model], part: Field) -> str:
    if isinstance(part, Words):
        name = _field_name(model, f"{part.name}_pt")
        needed = _("Required in Portuguese.")
        return f"{name}. {needed}" if part.is_needed else name
    if isinstance(part, Flag):
        return f"{_field_name(model, part.column)}: TRUE, FALSE"
    if isinstance(part, Choice):
        said = ", ".join(f"{value} ({label})" for value, label in part.choices.choices)
        return f"{_field_name(model, part.column)}: {said}"
    codes = _("codes") if part.is_list else _("one code")
    return f"{_field_name(model, part.link)}: {codes}"


def _field_name(model: type[models.Model], name: str) -> str:
    field: Any = model._meta.get_field(name)
    return capfirst(str(field.verbose_name))


def _codes(names: Mapping[tuple[str, str], str]) -> Iterator[list[str]]:
    for kind in ("measure", "indicator"):
        for part in FIELDS[kind]:
            if isinstance(part, Link):
                for (link, code), said in names.items():
                    if link == part.link and code.startswith(part.prefix):
                        yield [part.name, code.removeprefix(part.prefix), said.partition(" · ")[2]]


# Reading


def read_xlsx_file(file: bytes) -> Content:
    """The content of an uploaded workbook. FaultyFile: with every fault and its cell."""
    try:
        book = read_workbook(file, most_rows=MOST_ITEMS + 2, most_columns=MOST_COLUMNS)
    except UnreadableWorkbook as error:
        raise FaultyFile([FileFault(Place(), str(error))]) from error
    return content_from_sheets(book, linkable())


def content_from_sheets(
    book: Mapping[str, list[list[CellRead]]], known: Mapping[str, Mapping[str, models.Model]]
) -> Content:
    reader = SheetReader(book)
    missing = [title for title in (HEADING_TITLE, *TITLES.values()) if title not in book]
    if missing:
        raise FaultyFile([FileFault(Place(sheet=title), _("this sheet is missing")) for title in missing])
    headings = list(reader.rows("", HEADING_TITLE, [c for w in HEADING_FIELDS for c in w.columns] + [YEARS]))
    rows = [row for kind, title in TITLES.items() for row in reader.rows(kind, title, headers(kind))]
    if len(headings) != 1:
        reader.refuse(Place(sheet=HEADING_TITLE), _("exactly one row is expected"))
        raise FaultyFile(reader.faults)
    return checked(headings[0], rows, known, reader.faults)


class SheetReader:
    """Hands out raw items, and collects what no cell may hold."""

    def __init__(self, book: Mapping[str, list[list[CellRead]]]) -> None:
        self.book = book
        self.faults: list[FileFault] = []

    def refuse(self, place: Place, problem: str) -> None:
        self.faults.append(FileFault(place, problem))

    def rows(self, kind: str, title: str, header: list[str]) -> Iterator[RawItem]:
        lines = self.book[title]
        columns = self.columns(title, lines[0] if lines else [], header)
        parts = {column: part for part in FIELDS.get(kind, ()) for column in part.columns}
        for cells in lines[1:]:
            if not any(cell.fault or cell.value not in (None, "") for cell in cells):
                continue
            places = {
                name: Place(name, sheet=title, cell=cells[index].address)
                for name, index in columns.items()
                if index < len(cells)
            }
            values = {
                name: self.value(places[name], cells[index], parts.get(name))
                for name, index in columns.items()
                if index < len(cells)
            }
            yield RawItem(kind, values, lambda name, found=places: found.get(name, Place(name, sheet=title)))  # type: ignore[misc]  # a default binds the loop's value

    def columns(self, title: str, cells: list[CellRead], header: list[str]) -> dict[str, int]:
        """Where each column stands; all have to be there, and nothing else."""
        found: dict[str, int] = {}
        for index, cell in enumerate(cells):
            name = str(cell.value or "").strip()
            place = Place(name, sheet=title, cell=cell.address)
            if name in found:
                self.refuse(place, _("the column “%(name)s” stands twice") % {"name": name})
            elif name in header:
                found[name] = index
            elif name:
                self.refuse(place, _("there is no column “%(name)s”") % {"name": name})
        for name in header:
            if name not in found:
                self.refuse(Place(name, sheet=title), _("the column “%(name)s” is missing") % {"name": name})
        return found

    def value(self, place: Place, cell: CellRead, part: Field | None) -> Any:
        value = cell.value
        if cell.fault:
            self.refuse(place, cell.fault)
            return None
        if place.field == YEARS:
            return int(value) if _is_whole(value) else value
        if isinstance(part, Flag):
            return self.flag(place, value)
        if value is not None and not isinstance(value, str):
            if _is_whole(value):
                value = str(int(value))
            else:
                self.refuse(place, _("not a text: set the cell's format to text and write it again"))
                value = None
        if isinstance(part, Link | Choice) and part.is_list:
            codes = (value or "").replace(";", ",").replace("\n", ",").split(",")
            return [code.strip() for code in codes if code.strip()]
        return value.strip() if value and not isinstance(part, Words) else value

    def flag(self, place: Place, value: Any) -> bool:
        if value is None or isinstance(value, bool):
            return bool(value)
        word = str(value).strip().casefold()
        if word in FLAG_WORDS:
            return FLAG_WORDS[word]
        self.refuse(place, _("TRUE or FALSE is expected"))
        return False


# What people write instead of a program's own true and false.
FLAG_WORDS = {"": False}
FLAG_WORDS |= dict.fromkeys(("true", "verdadeiro", "vrai", "yes", "sim", "oui", "1", "x"), True)
FLAG_WORDS |= dict.fromkeys(("false", "falso", "faux", "no", "não", "nao", "non", "0"), False)


def _is_whole(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and float(value).is_integer()
