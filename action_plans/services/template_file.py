"""What a file with a national template may hold, whatever its format: fields, their rules, their faults.

A reader (template_yaml, template_sheets) turns a file into raw items that know where each of their fields
stands; `checked` makes content of them, or tells every fault with its place.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from action_plans.models import Template, TemplateIndicator, TemplateSection
from action_plans.models.template import TEXT_LIMIT, item_code
from action_plans.services.content import HEADING, Item, items_of
from gai_portal.lib.pasted import tidy, tidy_line

LANGUAGES = ("pt", "en", "fr")
MOST_ITEMS = 3000
LONGEST_CODE = TemplateSection._meta.get_field("code").max_length
LONGEST_TITLE = TemplateSection._meta.get_field("title_pt").max_length


@dataclass(frozen=True)
class Words:
    """A text in three languages: columns `text_pt`, `text_en`, `text_fr`."""

    name: str
    is_needed: bool = False
    is_line: bool = False

    @property
    def columns(self) -> list[str]:
        return [f"{self.name}_{language}" for language in LANGUAGES]


@dataclass(frozen=True)
class Flag:
    name: str
    column: str

    @property
    def columns(self) -> list[str]:
        return [self.name]


@dataclass(frozen=True)
class Choice:
    """One code out of a short list, or several."""

    name: str
    column: str
    choices: type[models.TextChoices]
    is_list: bool = False

    @property
    def columns(self) -> list[str]:
        return [self.name]


@dataclass(frozen=True)
class Link:
    """Codes of rows of another table."""

    name: str
    link: str
    prefix: str = ""  # that the code has in content: `sdg:`
    is_list: bool = True

    @property
    def columns(self) -> list[str]:
        return [self.name]


Field = Words | Flag | Choice | Link
TITLE = Words("title", is_needed=True, is_line=True)
TEXT = Words("text", is_needed=True)
GUIDANCE = Words("guidance")
FIELDS: dict[str, tuple[Field, ...]] = {
    "section": (
        TITLE,
        Flag("required", "is_required"),
        Flag("locked_by_national", "is_locked"),
        Flag("holds_measures", "holds_measures"),
        Words("text"),
    ),
    "area": (TITLE, Words("summary"), GUIDANCE),
    "objective": (TEXT,),
    "measure": (
        TEXT,
        GUIDANCE,
        Flag("mandatory", "is_mandatory"),
        Link("lead", "lead", is_list=False),
        Link("partners", "partners"),
        Link("nis", "goals"),
        Link("gcm", "targets", "gcm:"),
        Link("sdg", "targets", "sdg:"),
    ),
    "indicator": (
        TEXT,
        Choice("type", "kind", TemplateIndicator.Kind),
        Choice("unit", "unit", TemplateIndicator.Unit),
        Choice("frequency", "frequency", TemplateIndicator.Frequency),
        Choice("disaggregation", "disaggregation", TemplateIndicator.Breakdown, is_list=True),
        Link("source", "source", is_list=False),
    ),
}
HEADING_FIELDS: tuple[Words, ...] = (TITLE, Words("notice"))
YEARS = "default_duration_years"
# The field that names the item above, and the kind that this has to be.
PARENTS = {"objective": "area", "measure": "objective", "indicator": "objective"}


@dataclass(frozen=True)
class Place:
    """Where something stands in a file: a line, or a cell of a sheet; and the field's name there."""

    field: str = ""
    line: int | None = None
    sheet: str = ""
    cell: str = ""

    def __str__(self) -> str:
        if self.cell:
            return _("sheet “%(sheet)s”, cell %(cell)s") % {"sheet": self.sheet, "cell": self.cell}
        if self.sheet:
            return _("sheet “%(sheet)s”") % {"sheet": self.sheet}
        return _("line %(line)s") % {"line": self.line} if self.line else _("the file")


@dataclass(frozen=True)
class FileFault:
    place: Place
    problem: str


class FaultyFile(Exception):
    """A file that is refused whole, with everything that is wrong in it."""

    def __init__(self, faults: Iterable[FileFault]) -> None:
        self.faults = sorted(dict.fromkeys(faults), key=lambda fault: fault.place.line or 0)
        super().__init__("; ".join(f"{fault.place}: {fault.problem}" for fault in self.faults))


@dataclass(frozen=True)
class Content:
    """A whole template as plain values: title, notice and length, then every item in reading order."""

    heading: dict[str, Any]
    items: list[Item]


@dataclass
class RawItem:
    """One item as a file has it: cells by the names of their fields, not looked at yet."""

    kind: str
    cells: dict[str, Any]
    where: Callable[[str], Place]
    parent: str = ""  # once it has been found

    @property
    def code(self) -> str:
        return str(self.cells.get("code") or "")


def content_of(template: Template) -> Content:
    return Content({name: getattr(template, name) for name in HEADING}, items_of(template))


@dataclass
class Checker:
    """Turns raw items into content, and collects what is wrong on the way."""

    known: Mapping[str, Mapping[str, models.Model]]  # rows that links may name, by link and code
    faults: list[FileFault] = field(default_factory=list)

    def refuse(self, place: Place, problem: str) -> None:
        self.faults.append(FileFault(place, problem))

    def heading(self, raw: RawItem) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for words in HEADING_FIELDS:
            values |= self.words(raw, words)
        years = raw.cells.get(YEARS)
        if not isinstance(years, int) or isinstance(years, bool) or not 1 <= years <= 20:
            self.refuse(raw.where(YEARS), _("a number of years from 1 to 20 is expected"))
        return {**values, "default_years": years}

    def items(self, rows: list[RawItem]) -> Iterator[Item]:
        """All of them are looked at; in the order of the document come those that hang together."""
        self.codes(rows)
        kinds = {row.code: row.kind for row in reversed(rows)}
        by_parent: dict[tuple[str, str], list[Item]] = {}
        for row in rows:
            self.find_parent(row, kinds)
            by_parent.setdefault((row.kind, row.parent), []).append(self.item(row))
        for top in ("section", "area"):
            for item in by_parent.get((top, ""), []):
                yield from _branch(item, by_parent)

    def codes(self, rows: list[RawItem]) -> None:
        seen: dict[str, RawItem] = {}
        for row in rows:
            place, code = row.where("code"), row.cells.get("code")
            if not isinstance(code, str) or not code:
                self.refuse(place, _("a code is expected"))
                continue
            if len(code) > (LONGEST_CODE or 0):
                self.refuse(place, _("“%(code)s” is too long for a code") % {"code": code[:40]})
            try:
                item_code(code)
            except ValidationError as error:
                self.refuse(place, " ".join(error.messages))
            if code in seen:
                first = seen[code].where("code")
                self.refuse(place, _("%(code)s stands already in %(place)s") % {"code": code, "place": first})
            seen[code] = row

    def find_parent(self, row: RawItem, kinds: Mapping[str, str]) -> None:
        name = PARENTS.get(row.kind)
        if name is None:
            return
        row.parent = str(row.cells.get(name) or "")
        if kinds.get(row.parent) != name:
            problem = _("“%(code)s” is no objective") if name == "objective" else _("“%(code)s” is no area")
            self.refuse(row.where(name), problem % {"code": row.parent})

    def item(self, row: RawItem) -> Item:
        values: dict[str, Any] = {}
        links: dict[str, list[str]] = {}
        for part in FIELDS[row.kind]:
            if isinstance(part, Words):
                values |= self.words(row, part)
            elif isinstance(part, Flag):
                values[part.column] = self.flag(row, part)
            elif isinstance(part, Choice):
                values[part.column] = self.choice(row, part)
            else:
                links[part.link] = sorted({*links.get(part.link, []), *self.links(row, part)})
        return Item(kind=row.kind, code=row.code, parent=row.parent, values=values, links=links)

    def words(self, row: RawItem, words: Words) -> dict[str, str]:
        limit = (LONGEST_TITLE if words.is_line else TEXT_LIMIT) or 0
        texts = {}
        for column in words.columns:
            value, place = row.cells.get(column), row.where(column)
            if value is not None and not isinstance(value, str):
                self.refuse(place, _("a text is expected (write it in quotes)"))
                value = "?"
            text = (tidy_line if words.is_line else tidy)(value or "")
            if len(text) > limit:
                numbers = {"count": len(text), "limit": limit}
                self.refuse(place, _("%(count)s characters are too many: at most %(limit)s") % numbers)
            if not text and words.is_needed and column.endswith("_pt"):
                self.refuse(place, _("a text is expected"))
            texts[column] = text
        return texts

    def flag(self, row: RawItem, flag: Flag) -> bool:
        value = row.cells.get(flag.name)
        if value is not None and not isinstance(value, bool):
            self.refuse(row.where(flag.name), _("true or false is expected"))
        return value is True

    def choice(self, row: RawItem, part: Choice) -> Any:
        chosen = self.listed(row, part.name) if part.is_list else [row.cells.get(part.name) or ""]
        for code in chosen:
            if code not in part.choices.values:
                names = {"code": code, "choices": ", ".join(part.choices.values)}
                self.refuse(row.where(part.name), _("“%(code)s” is none of %(choices)s") % names)
        return list(dict.fromkeys(chosen)) if part.is_list else chosen[0]

    def links(self, row: RawItem, part: Link) -> Iterator[str]:
        value = row.cells.get(part.name)
        codes = self.listed(row, part.name) if part.is_list else [str(value)] if value else []
        for code in codes:
            if part.prefix + code in self.known[part.link]:
                yield part.prefix + code
            else:
                self.refuse(row.where(part.name), _("“%(code)s” is not known") % {"code": code})

    def listed(self, row: RawItem, name: str) -> list[str]:
        value = row.cells.get(name)
        if value is None:
            return []
        if not isinstance(value, list):
            self.refuse(row.where(name), _("a list of codes is expected"))
            return []
        return [str(code) for code in value]


def _branch(item: Item, by_parent: Mapping[tuple[str, str], list[Item]]) -> Iterator[Item]:
    """An item and what hangs on it."""
    yield item
    for kind, parent in PARENTS.items():
        if parent == item.kind:
            for child in by_parent.get((kind, item.code), []):
                yield from _branch(child, by_parent)


def checked(
    heading: RawItem,
    rows: list[RawItem],
    known: Mapping[str, Mapping[str, models.Model]],
    faults: Iterable[FileFault] = (),
) -> Content:
    """The content of a file. FaultyFile tells all that is wrong: what its reader found, and what we find."""
    checker = Checker(known, list(faults))
    if len(rows) > MOST_ITEMS:
        text = _("%(count)s items are too many: at most %(limit)s")
        checker.refuse(Place(), text % {"count": len(rows), "limit": MOST_ITEMS})
        raise FaultyFile(checker.faults)
    content = Content(checker.heading(heading), list(checker.items(rows)))
    if checker.faults:
        raise FaultyFile(checker.faults)
    return content
