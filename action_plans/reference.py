"""Loads this app's files: the strategy, the global goals, the starter of the national template, and which
topics of the desk belong to which of its areas.

The starter becomes version 1, as a draft for the national level to read, edit and issue. Loading again
brings a changed file into that draft as long as nobody has edited it; an edited or issued one is kept, and so
is the area of a topic that somebody has changed.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.db import models, transaction

from action_plans.models import (
    FrameworkTarget,
    StrategicGoal,
    Strategy,
    Template,
    TemplateArea,
    TemplateIndicator,
    TopicArea,
)
from action_plans.services.content import (
    HEADING,
    ContentFault,
    Item,
    digest,
    digest_of,
    items_of,
    write_items,
)
from cases.statistics import topic_names
from gai_portal.lib.reference import LinedDict, ReferenceFile, Tally

DATA = Path(__file__).parent / "data"
STRATEGY_FILE = DATA / "strategy.yaml"
TEMPLATE_FILE = DATA / "starter_template.yaml"
TOPICS_FILE = DATA / "topic_areas.yaml"


@transaction.atomic
def load_reference(
    strategy_file: Path = STRATEGY_FILE,
    template_file: Path = TEMPLATE_FILE,
    topics_file: Path = TOPICS_FILE,
) -> dict[str, Tally]:
    """Bring the files into the database, whole or not at all. Partners and topics must be there before."""
    starter = TemplateFile(template_file)
    strategy, goals, targets = Tally(), Tally(), Tally()
    nis = load_strategy(strategy_file, strategy)
    for order, (row, key, values) in enumerate(starter.goals(), start=1):
        starter.put(
            StrategicGoal, row, key, {"strategy": nis, "parent": None, **values, "order": order}, goals
        )
    for order, (row, key, values) in enumerate(starter.targets(), start=1):
        starter.put(FrameworkTarget, row, key, {**values, "order": order}, targets)
    return {
        "strategies": strategy,
        "strategic goals": goals,
        "global goals": targets,
        "national template": load_template(starter),
        "areas of topics": load_topic_areas(topics_file),
    }


def load_strategy(path: Path, tally: Tally) -> Strategy:
    file = ReferenceFile(path)
    row = file.mapping(file.content, "strategy")
    values = {**file.words(row, "title"), "source": row.get("source", "")}
    strategy = file.put(Strategy, row, {"code": file.text(row, "code")}, values, tally)
    assert isinstance(strategy, Strategy)
    return strategy


def load_template(starter: "TemplateFile") -> Tally:
    """Write the starter into version 1, unless somebody has made that version their own."""
    heading, items = starter.heading(), list(starter.items())
    template = Template.objects.select_for_update().filter(number=1).first()
    if template is None:
        template, before = Template(number=1, **heading), []
    else:
        before = items_of(template)
        if not template.is_draft or digest_of(template) != template.loaded_digest:
            return Tally(kept=len(before))
    tally = compare(before, items)
    fingerprint = digest(heading, items)
    if template.loaded_digest == fingerprint:
        return tally
    for name, value in heading.items():
        setattr(template, name, value)
    template.loaded_digest = fingerprint
    template.save()
    template.areas.all().delete()
    template.sections.all().delete()
    try:
        write_items(template, items)
    except ContentFault as fault:
        raise starter.fault(starter.places[fault.code], fault.field, fault.problem) from fault
    return tally


def load_topic_areas(path: Path) -> Tally:
    """Say of each topic which area it belongs to, unless somebody said otherwise."""
    file, tally = ReferenceFile(path), Tally()
    areas = set(TemplateArea.objects.values_list("code", flat=True))
    topics = {topic.code for topic in topic_names()}
    placed: dict[str, str] = {}
    for row in file.rows(file.content, "areas"):
        area = file.text(row, "code")
        if area not in areas:
            raise file.fault(row, "code", f"“{area}” is no area of the national template")
        for topic in file.codes(row, "topics"):
            if topic not in topics:
                raise file.fault(row, "topics", f"“{topic}” is no topic of the desk")
            if topic in placed:
                raise file.fault(row, "topics", f"“{topic}” stands already under {placed[topic]}")
            placed[topic] = area
            file.put(TopicArea, row, {"topic_code": topic}, {"area_code": area}, tally)
    return tally


def compare(before: Iterable[Item], after: Iterable[Item]) -> Tally:
    known = {item.code: item for item in before}
    tally = Tally()
    for item in after:
        if item.code not in known:
            tally.created += 1
        elif item == known[item.code]:
            tally.unchanged += 1
        else:
            tally.updated += 1
    return tally


Row = tuple[LinedDict, dict[str, Any], dict[str, Any]]  # where it stands, its key, its other columns


class TemplateFile(ReferenceFile):
    """A national template in one file, with the goals that its measures are tagged with."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.meta = self.mapping(self.content, "meta")
        self.places: dict[str, LinedDict] = {}  # where each item stands

    def goals(self) -> Iterator[Row]:
        for row in self.rows(self.content, "nis_pillars"):
            yield row, {"code": self.text(row, "code")}, self.words(row, column="title")

    def targets(self) -> Iterator[Row]:
        for framework, field in (("gcm", "gcm_objectives"), ("sdg", "sdg_targets")):
            table = self.mapping(self.content, field)
            for code in table:
                row = self.mapping(table, code)
                yield row, {"framework": framework, "code": str(code)}, self.words(row, column="label")

    def heading(self) -> dict[str, Any]:
        years = self.meta.get("default_duration_years")
        if not isinstance(years, int) or not 1 <= years <= 20:
            raise self.fault(self.meta, "default_duration_years", "a number of years is expected")
        heading = {
            **self.words(self.meta, "title"),
            **self.words(self.meta, "notice"),
            "default_years": years,
        }
        return {name: heading[name] for name in HEADING}

    def items(self) -> Iterator[Item]:
        for row in self.rows(self.meta, "sections"):
            flags = {
                "is_required": self.flag(row, "required"),
                "is_locked": self.flag(row, "locked_by_national"),
                "holds_measures": self.flag(row, "holds_measures"),
            }
            texts = self.words(row, column="title") | self.optional_words(row, "text")
            yield self.item("section", row, "", {**texts, **flags})
        for row in self.rows(self.content, "areas"):
            self.check_tags(row)
            values = self.words(row, "title") | self.words(row, "summary")
            values |= self.optional_words(row, "guidance")
            area = self.item("area", row, "", values)
            yield area
            yield from self.items_of_area(row, area.code)

    def check_tags(self, area: LinedDict) -> None:
        known: dict[str, set[str]] = {
            "nis": {self.text(row, "code") for row in self.rows(self.content, "nis_pillars")},
            "gcm": {str(code) for code in self.mapping(self.content, "gcm_objectives")},
            "sdg": {str(code) for code in self.mapping(self.content, "sdg_targets")},
        }
        for field, codes in known.items():
            self.codes(area, field, codes)

    def items_of_area(self, area: LinedDict, code: str) -> Iterator[Item]:
        indicators = self.rows(area, "indicators", required=False)
        objectives = self.rows(area, "objectives")
        codes = {objective.get("code") for objective in objectives}
        for row in indicators:
            if row.get("objective") not in codes:
                raise self.fault(row, "objective", f"“{row.get('objective')}” is no objective of {code}")
        for row in objectives:
            objective = self.item("objective", row, code, self.words(row, "text"))
            yield objective
            for measure in self.rows(row, "measures"):
                yield self.measure(measure, objective.code, area)
            for indicator in indicators:
                if indicator["objective"] == objective.code:
                    yield self.indicator(indicator, objective.code)

    def measure(self, row: LinedDict, objective: str, area: LinedDict) -> Item:
        """A measure serves the goals of its area; the national level refines this where it matters."""
        values: dict[str, Any] = self.words(row, "text") | self.optional_words(row, "guidance")
        values["is_mandatory"] = self.flag(row, "mandatory")
        targets = [f"gcm:{code}" for code in self.codes(area, "gcm")]
        targets += [f"sdg:{code}" for code in self.codes(area, "sdg")]
        links = {
            "lead": [self.text(row, "lead")] if row.get("lead") is not None else [],
            "partners": self.codes(row, "partners"),
            "goals": self.codes(area, "nis"),
            "targets": targets,
        }
        return self.item("measure", row, objective, values, links)

    def indicator(self, row: LinedDict, objective: str) -> Item:
        kind = self.choice(row, "type", TemplateIndicator.Kind)
        unit = self.choice(row, "unit", TemplateIndicator.Unit)
        frequency = self.choice(row, "frequency", TemplateIndicator.Frequency)
        values: dict[str, Any] = {"kind": kind, "unit": unit, "frequency": frequency}
        values |= self.words(row, "text") | {"disaggregation": self.codes(row, "disaggregation")}
        links = {"source": [self.text(row, "source")] if row.get("source") is not None else []}
        return self.item("indicator", row, objective, values, links)

    def choice(self, row: LinedDict, field: str, choices: type[models.TextChoices]) -> str:
        value = self.text(row, field)
        if value not in choices.values:
            raise self.fault(row, field, f"“{value}” is none of {', '.join(choices.values)}")
        return value

    def item(
        self,
        kind: str,
        row: LinedDict,
        parent: str,
        values: dict[str, Any],
        links: dict[str, list[str]] | None = None,
    ) -> Item:
        code = self.text(row, "code")
        if code in self.places:
            raise self.fault(row, "code", f"{code} stands already in line {self.places[code].line}")
        self.places[code] = row
        links = {name: sorted(codes) for name, codes in (links or {}).items()}
        return Item(kind=kind, code=code, parent=parent, values=values, links=links)
