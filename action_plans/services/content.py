"""The content of a template as plain values: for copying, comparing, restoring and reading it from a file.

Every column is named, whatever language is active, and rows of other tables appear by their codes.
"""

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from action_plans.models import (
    FrameworkTarget,
    StrategicGoal,
    Template,
    TemplateArea,
    TemplateIndicator,
    TemplateMeasure,
    TemplateObjective,
    TemplateSection,
)
from gai_portal.lib.content import in_active_language
from municipalities.models import Partner

TemplateRow = TemplateSection | TemplateArea | TemplateObjective | TemplateMeasure | TemplateIndicator


def in_each_language(*names: str) -> tuple[str, ...]:
    return tuple(f"{name}_{language}" for name in names for language in ("pt", "en", "fr"))


@dataclass(frozen=True)
class Kind:
    """One kind of item: where it hangs, and which columns and links make up its content."""

    model: type[TemplateRow]
    parent: str
    columns: tuple[str, ...]
    single_links: tuple[str, ...] = ()
    links: tuple[str, ...] = ()


KINDS: dict[str, Kind] = {
    "section": Kind(
        TemplateSection,
        "template",
        (*in_each_language("title", "text"), "is_required", "is_locked", "holds_measures"),
    ),
    "area": Kind(TemplateArea, "template", in_each_language("title", "summary", "guidance")),
    "objective": Kind(TemplateObjective, "area", in_each_language("text")),
    "measure": Kind(
        TemplateMeasure,
        "objective",
        (*in_each_language("text", "guidance"), "is_mandatory"),
        single_links=("lead",),
        links=("partners", "goals", "targets"),
    ),
    "indicator": Kind(
        TemplateIndicator,
        "objective",
        (*in_each_language("text"), "kind", "unit", "frequency", "disaggregation"),
        single_links=("source",),
    ),
}
# The text that a linked row is known by.
LINK_TITLES = {"lead": "name", "source": "name", "partners": "name", "goals": "title", "targets": "label"}
HEADING = (*in_each_language("title", "notice"), "default_years")


@dataclass(frozen=True)
class Item:
    """One item of a template, free of its database row. A list of items is in the order of the document."""

    kind: str
    code: str
    parent: str  # the code of what it belongs to; empty for chapters and areas
    values: dict[str, Any]
    links: dict[str, list[str]] = field(default_factory=dict)


class ContentFault(Exception):
    """Something that a template cannot hold, with the item and the field where it stands."""

    def __init__(self, code: str, field: str, problem: str) -> None:
        super().__init__(f"{code}, {field}: {problem}")
        self.code, self.field, self.problem = code, field, problem


def code_of(row: Partner | StrategicGoal | FrameworkTarget) -> str:
    """How content names a row of another table: `ASSOC`, `NIS1`, `gcm:12`, `sdg:10.7`."""
    return f"{row.framework}:{row.code}" if isinstance(row, FrameworkTarget) else row.code


def item_of(row: TemplateRow, kind: str, parent: str) -> Item:
    spec = KINDS[kind]
    linked = {name: [getattr(row, name)] if getattr(row, name) else [] for name in spec.single_links}
    linked |= {name: list(getattr(row, name).all()) for name in spec.links}
    return Item(
        kind=kind,
        code=row.code,
        parent=parent,
        values={name: getattr(row, name) for name in spec.columns},
        links={name: sorted(code_of(other) for other in rows) for name, rows in linked.items()},
    )


def _items_of_objective(objective: TemplateObjective, parent: str) -> Iterator[Item]:
    yield item_of(objective, "objective", parent)
    for measure in objective.measures.all():
        yield item_of(measure, "measure", objective.code)
    for indicator in objective.indicators.all():
        yield item_of(indicator, "indicator", objective.code)


def _items_of_area(area: TemplateArea) -> Iterator[Item]:
    yield item_of(area, "area", "")
    for objective in area.objectives.all():
        yield from _items_of_objective(objective, area.code)


def items_of(template: Template) -> list[Item]:
    """Every item, in the order of the document: a constant number of queries."""
    return items_of_versions([template.number])[template.number]


def items_of_versions(numbers: Collection[int]) -> dict[int, list[Item]]:
    """The items of several versions by their numbers: as many queries as for one."""
    if not numbers:
        return {}
    return {
        whole.number: [
            *(item_of(section, "section", "") for section in whole.sections.all()),
            *(item for area in whole.areas.all() for item in _items_of_area(area)),
        ]
        for whole in Template.objects.with_content().filter(number__in=numbers)
    }


def items_under(row: TemplateRow) -> list[Item]:
    """An item with everything that hangs on it."""
    if isinstance(row, TemplateArea):
        return list(_items_of_area(row))
    if isinstance(row, TemplateObjective):
        return list(_items_of_objective(row, row.area.code))
    kind = kind_of(row)
    return [item_of(row, kind, getattr(row, KINDS[kind].parent).code if kind != "section" else "")]


def missing_languages(row: TemplateRow | Template) -> list[str]:
    """The languages into which something of a row is still to be translated."""
    columns = HEADING if isinstance(row, Template) else KINDS[kind_of(row)].columns
    names = [column.removesuffix("_pt") for column in columns if column.endswith("_pt")]
    return [
        language
        for language in ("en", "fr")
        if any(getattr(row, f"{name}_pt") and not getattr(row, f"{name}_{language}") for name in names)
    ]


def kind_of(row: TemplateRow) -> str:
    return next(name for name, spec in KINDS.items() if isinstance(row, spec.model))


def digest(heading: Mapping[str, Any], items: Iterable[Item]) -> str:
    """A fingerprint of a template's content: the same for the same words, flags, links and order."""
    content = [dict(heading), [asdict(item) for item in items]]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def fingerprint(row: TemplateRow | Template) -> str:
    """Of one item, or of title and notice, as stored: it tells whether somebody has changed it since."""
    if isinstance(row, Template):
        return digest(Template.objects.values(*HEADING).get(pk=row.pk), [])
    kind = kind_of(row)
    stored = KINDS[kind].model._default_manager.get(pk=row.pk)
    return digest({}, [item_of(stored, kind, str(getattr(stored, f"{KINDS[kind].parent}_id")))])


def digest_of(template: Template) -> str:
    return digest({name: getattr(template, name) for name in HEADING}, items_of(template))


def linkable() -> dict[str, dict[str, models.Model]]:
    """The rows that items may point to, by the link's name and the row's code."""
    partners: dict[str, models.Model] = {partner.code: partner for partner in Partner.objects.all()}
    return {
        "lead": partners,
        "source": partners,
        "partners": partners,
        "goals": {goal.code: goal for goal in StrategicGoal.objects.all()},
        "targets": {code_of(target): target for target in FrameworkTarget.objects.all()},
    }


def link_names() -> dict[tuple[str, str], str]:
    """What linked rows are called, in the reader's language, by the link's name and the row's code."""
    return {
        (link, code): f"{getattr(row, 'short_name', code)} · {in_active_language(row, LINK_TITLES[link])[0]}"
        for link, rows in linkable().items()
        for code, row in rows.items()
    }


def write_items(template: Template, items: Iterable[Item]) -> dict[str, TemplateRow]:
    """Add items to a draft, each under its parent and after what already stands there; rows by code.

    A whole document takes as many queries as one item.
    """
    writer = _Writer(template)
    items = list(items)
    for kind, spec in KINDS.items():  # parents before what hangs on them
        writer.write(spec, [item for item in items if item.kind == kind])
    return writer.rows


class _Writer:
    """Rows of one kind after another, with what they need to know of those before them."""

    def __init__(self, template: Template) -> None:
        self.template = template
        self.known = linkable()
        self.taken = codes_in(template)
        self.rows: dict[str, Any] = {}
        self.found: dict[str, TemplateRow | None] = {}  # parents that stood there before
        self.orders: dict[str, int] = {}

    def write(self, spec: Kind, items: list[Item]) -> None:
        self.orders = {}
        rows = {item.code: self.row(spec, item) for item in items}
        spec.model._default_manager.bulk_create(rows.values())
        for name in spec.links:
            field: Any = spec.model._meta.get_field(name)
            own, other = f"{field.m2m_field_name()}_id", f"{field.m2m_reverse_field_name()}_id"
            field.remote_field.through._default_manager.bulk_create(
                field.remote_field.through(**{own: rows[item.code].pk, other: linked.pk})
                for item in items
                for linked in _linked(item, name, self.known[name])
            )
        self.rows |= rows

    def row(self, spec: Kind, item: Item) -> Any:
        if item.code in self.taken:
            raise ContentFault(item.code, "code", f"{item.code} is already used in this version")
        self.taken.add(item.code)
        row: Any = spec.model(code=item.code, **item.values)
        setattr(row, spec.parent, self.parent(spec, item))
        row.order = self.next_order(spec, item, getattr(row, spec.parent))
        for name in (*spec.single_links, *spec.links):
            linked = _linked(item, name, self.known[name])
            if name in spec.single_links:
                setattr(row, name, linked[0] if linked else None)
        try:
            row.clean_fields(exclude={spec.parent, *spec.single_links})
        except ValidationError as error:
            name, problems = next(iter(error.message_dict.items()))
            raise ContentFault(item.code, name, " ".join(problems)) from error
        return row

    def parent(self, spec: Kind, item: Item) -> Any:
        if not item.parent:
            return self.template
        if item.parent in self.rows:
            return self.rows[item.parent]
        if item.parent not in self.found:
            self.found[item.parent] = find_item(self.template, item.parent)
        parent = self.found[item.parent]
        if parent is None:
            raise ContentFault(item.code, spec.parent, f"there is no {item.parent}")
        return parent

    def next_order(self, spec: Kind, item: Item, parent: models.Model) -> int:
        if item.parent not in self.orders:
            self.orders[item.parent] = 0 if item.parent in self.rows else last_order(spec, parent)
        self.orders[item.parent] += 1
        return self.orders[item.parent]


def _linked(item: Item, name: str, known: Mapping[str, models.Model]) -> list[models.Model]:
    codes = item.links.get(name, [])
    for code in codes:
        if code not in known:
            raise ContentFault(item.code, name, f"“{code}” is not known")
    return [known[code] for code in codes]


def last_order(spec: Kind, parent: models.Model) -> int:
    siblings = spec.model._default_manager.filter(**{spec.parent: parent})
    return siblings.aggregate(last=models.Max("order"))["last"] or 0


def codes_in(template: Template) -> set[str]:
    return {
        code
        for spec in KINDS.values()
        for code in spec.model._default_manager.filter(**{spec.model.template_path: template}).values_list(
            "code", flat=True
        )
    }


def find_item(template: Template, code: str) -> TemplateRow | None:
    """The item of a template that carries a code: codes are unique across the whole of it."""
    for spec in KINDS.values():
        row = spec.model._default_manager.filter(**{spec.model.template_path: template}, code=code).first()
        if row is not None:
            return row
    return None
