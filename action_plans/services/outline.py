"""The contents of a template, with what is still to be translated in each part."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from action_plans.models import Template, TemplateArea, TemplateSection
from action_plans.services.content import TemplateRow, missing_languages


@dataclass
class Part:
    """A chapter or an area, and how many of its items lack something in each language."""

    row: TemplateSection | TemplateArea
    missing: dict[str, int]
    areas: list["Part"] = field(default_factory=list)


@dataclass
class Outline:
    parts: list[Part]
    loose_areas: list[Part]  # when no chapter holds them yet
    missing: dict[str, int]  # of the whole document


def outline_of(template: Template) -> Outline:
    """Needs a template fetched `with_content()`, and then asks the database nothing."""
    areas = [Part(area, count_missing(_rows_of(area))) for area in template.areas.all()]
    parts, is_placed = [], False
    for section in template.sections.all():
        is_place = section.holds_measures and not is_placed
        is_placed |= is_place
        parts.append(Part(section, count_missing([section]), areas if is_place else []))
    missing = Counter(missing_languages(template))
    for part in [*parts, *areas]:
        missing.update(part.missing)
    return Outline(parts, [] if is_placed else areas, dict(missing))


def count_missing(rows: Iterable[TemplateRow]) -> dict[str, int]:
    return dict(Counter(language for row in rows for language in missing_languages(row)))


def _rows_of(area: TemplateArea) -> Iterator[TemplateRow]:
    yield area
    for objective in area.objectives.all():
        yield objective
        yield from objective.measures.all()
        yield from objective.indicators.all()
