"""A national template as a YAML file: the format of the starter, read and written."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from action_plans.models import FrameworkTarget, StrategicGoal, Template
from action_plans.services.content import Item, code_of, linkable
from action_plans.services.template_file import (
    FIELDS,
    HEADING_FIELDS,
    LANGUAGES,
    PARENTS,
    YEARS,
    Content,
    FaultyFile,
    FileFault,
    Flag,
    Link,
    Place,
    RawItem,
    Words,
    checked,
    content_of,
)
from gai_portal.lib.reference import LinedDict
from gai_portal.lib.yaml_files import YamlFault, parse_yaml, written_yaml

# What the starter says beside our fields, and other keepers may: read over.
BESIDE = frozenset({"order", "tags", "baseline", "target", "nis", "gcm", "sdg", "objectives", "indicators"})
BESIDE |= {"measures"}


class Reader:
    """Walks through a parsed file and hands out raw items; what is no row or mapping is a fault."""

    def __init__(self) -> None:
        self.faults: list[FileFault] = []

    def refuse(self, row: LinedDict, name: str, problem: str) -> None:
        self.faults.append(FileFault(place_of(row, name), problem))

    def mapping(self, row: LinedDict, name: str) -> LinedDict:
        value = row.get(name)
        if isinstance(value, LinedDict):
            return value
        self.refuse(row, name, _("a mapping is expected"))
        return LinedDict()

    def rows(self, row: LinedDict, name: str) -> list[LinedDict]:
        value = [] if row.get(name) is None else row[name]
        if isinstance(value, list) and all(isinstance(part, LinedDict) for part in value):
            return value
        self.refuse(row, name, _("a list of mappings is expected"))
        return []

    def heading(self, content: LinedDict) -> RawItem:
        meta = self.mapping(content, "meta")
        return self.raw("", meta, HEADING_FIELDS, cells={YEARS: meta.get(YEARS)})

    def items(self, content: LinedDict) -> Iterator[RawItem]:
        meta = content.get("meta")
        for row in self.rows(meta, "sections") if isinstance(meta, LinedDict) else []:
            # Its title stands in the row itself, its text below.
            yield self.raw("section", row, FIELDS["section"], inline="title")
        for area in self.rows(content, "areas"):
            yield self.raw("area", area, FIELDS["area"])
            for objective in self.rows(area, "objectives"):
                yield self.raw("objective", objective, FIELDS["objective"], cells={"area": area.get("code")})
                for row in self.rows(objective, "measures"):
                    yield self.measure(row, objective, area)
            own = [objective.get("code") for objective in self.rows(area, "objectives")]
            for row in self.rows(area, "indicators"):
                if row.get("objective") not in own:
                    names = {"code": row.get("objective"), "area": area.get("code")}
                    self.refuse(row, "objective", _("“%(code)s” is no objective of %(area)s") % names)
                    continue
                yield self.raw("indicator", row, FIELDS["indicator"])

    def measure(self, row: LinedDict, objective: LinedDict, area: LinedDict) -> RawItem:
        """A measure serves the goals of its area unless it names its own."""
        raw = self.raw("measure", row, FIELDS["measure"], cells={"objective": objective.get("code")})
        taken = [name for name in ("nis", "gcm", "sdg") if name not in row and name in area]
        raw.cells |= {name: area[name] for name in taken}
        own = raw.where
        raw.where = lambda name: place_of(area, name) if name in taken else own(name)
        return raw

    def raw(
        self,
        kind: str,
        row: LinedDict,
        fields: Iterable[Any],
        *,
        cells: dict[str, Any] | None = None,
        inline: str = "",
    ) -> RawItem:
        parent = PARENTS.get(kind, "")
        cells = {"code": row.get("code"), parent: row.get(parent), **(cells or {})}
        places: dict[str, Place] = {}
        names = {"code", parent, *BESIDE}
        for part in fields:
            if not isinstance(part, Words):
                cells[part.name] = row.get(part.name)
                names.add(part.name)
                continue
            texts = row if part.name == inline else self.texts(row, part)
            names |= set(LANGUAGES) if part.name == inline else {part.name}
            for language, column in zip(LANGUAGES, part.columns, strict=True):
                cells[column] = texts.get(language)
                places[column] = place_of(texts if texts.line else row, language, column)
        for name in row.keys() - names if kind else ():
            self.refuse(row, str(name), _("there is no such field"))
        return RawItem(kind, cells, lambda name: places.get(name) or place_of(row, name))

    def texts(self, row: LinedDict, words: Words) -> LinedDict:
        """A text in its languages. Where there is one, it is there in Portuguese."""
        if row.get(words.name) is None:
            return LinedDict()
        texts = self.mapping(row, words.name)
        if texts and "pt" not in texts and not words.is_needed:
            self.faults.append(FileFault(place_of(texts, "pt"), _("a text is expected")))
        for name in texts.keys() - set(LANGUAGES):
            self.refuse(texts, str(name), _("there is no such field"))
        return texts


def place_of(row: LinedDict, name: str, called: str = "") -> Place:
    return Place(called or name, line=row.lines.get(name, row.line))


def content_from(parsed: LinedDict, known: Mapping[str, Mapping[str, models.Model]]) -> Content:
    """The content of a file that has been parsed; `known` are the rows that its links may name."""
    reader = Reader()
    heading, rows = reader.heading(parsed), list(reader.items(parsed))
    return checked(heading, rows, known, reader.faults)


def read_yaml_file(file: bytes) -> Content:
    """The content of an uploaded file. FaultyFile: with every fault and its line."""
    try:
        parsed = parse_yaml(file)
    except YamlFault as fault:
        raise FaultyFile([FileFault(Place(line=fault.line), fault.problem)]) from fault
    return content_from(parsed, linkable())


def template_yaml(template: Template) -> str:
    """A version with the tables that its measures are tagged with: `load_reference_data` reads it too."""
    goals = StrategicGoal.objects.filter(parent=None)
    return written(content_of(template), goals, FrameworkTarget.objects.all(), number=template.number)


def written(
    content: Content,
    goals: Iterable[StrategicGoal] = (),
    targets: Iterable[FrameworkTarget] = (),
    *,
    number: int = 1,
) -> str:
    heading = content.heading
    meta = {
        "version": str(number),
        "notice": _words(heading, "notice"),
        "title": _words(heading, "title"),
        YEARS: heading["default_years"],
        "sections": [_row(item, inline="title") for item in content.items if item.kind == "section"],
    }
    labels: dict[str, dict[str, Any]] = {"gcm": {}, "sdg": {}}
    for target in targets:
        labels[target.framework][target.code] = _words(vars(target), "label")
    document = {
        "meta": meta,
        "nis_pillars": [{"code": code_of(goal), **_words(vars(goal), "title")} for goal in goals],
        "gcm_objectives": labels["gcm"],
        "sdg_targets": labels["sdg"],
        "areas": list(_areas(content.items)),
    }
    return written_yaml(document)


def _areas(items: list[Item]) -> Iterator[dict[str, Any]]:
    for area in (item for item in items if item.kind == "area"):
        objectives = [item for item in items if item.kind == "objective" and item.parent == area.code]
        codes = [objective.code for objective in objectives]
        indicators = [item for code in codes for item in _children(items, "indicator", code)]
        yield {
            **_row(area),
            "objectives": [
                {
                    **_row(objective),
                    "measures": [_row(m) for m in _children(items, "measure", objective.code)],
                }
                for objective in objectives
            ],
            "indicators": [
                {"code": item.code, "objective": item.parent, **_row(item)} for item in indicators
            ],
        }


def _children(items: list[Item], kind: str, parent: str) -> list[Item]:
    return [item for item in items if (item.kind, item.parent) == (kind, parent)]


def _row(item: Item, inline: str = "") -> dict[str, Any]:
    row: dict[str, Any] = {"code": item.code}
    for part in FIELDS[item.kind]:
        if isinstance(part, Words):
            words = _words(item.values, part.name)
            if part.name == inline:
                row |= words
            elif part.is_needed or any(words.values()):
                row[part.name] = words
        elif isinstance(part, Link):
            codes = [c.removeprefix(part.prefix) for c in item.links[part.link] if c.startswith(part.prefix)]
            row[part.name] = codes if part.is_list else (codes[0] if codes else None)
        else:
            value = item.values[part.column]
            if value or not isinstance(part, Flag):
                row[part.name] = value
    return row


def _words(values: Any, name: str) -> dict[str, str]:
    """Portuguese always, others where there are any."""
    found = {language: values[f"{name}_{language}"] for language in LANGUAGES}
    return {language: text for language, text in found.items() if text or language == "pt"}
