"""Loads this app's files: the strategy, the global goals, the starter of the national template, and which
topics of the desk belong to which of its areas.

The starter becomes version 1, as a draft for the national level to read, edit and issue. Loading again
brings a changed file into that draft as long as nobody has edited it; an edited or issued one is kept, and so
is the area of a topic that somebody has changed.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import translation

from action_plans.models import (
    FrameworkTarget,
    StrategicGoal,
    Strategy,
    Template,
    TemplateArea,
    TopicArea,
)
from action_plans.services.content import Item, digest, digest_of, items_of, linkable
from action_plans.services.template_file import Content, FaultyFile
from action_plans.services.template_import import replace_content
from action_plans.services.template_yaml import content_from
from cases.statistics import topic_names
from gai_portal.lib.reference import LinedDict, ReferenceFault, ReferenceFile, Tally

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
    content = starter.template()
    template = Template.objects.select_for_update().filter(number=1).first()
    if template is None:
        template, before = Template(number=1), []
    else:
        before = items_of(template)
        if not template.is_draft or digest_of(template) != template.loaded_digest:
            return Tally(kept=len(before))
    tally = compare(before, content.items)
    fingerprint = digest(content.heading, content.items)
    if template.loaded_digest != fingerprint:
        template.loaded_digest = fingerprint
        replace_content(template, content)
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

    def goals(self) -> Iterator[Row]:
        for row in self.rows(self.content, "nis_pillars"):
            yield row, {"code": self.text(row, "code")}, self.words(row, column="title")

    def targets(self) -> Iterator[Row]:
        for framework, field in (("gcm", "gcm_objectives"), ("sdg", "sdg_targets")):
            table = self.mapping(self.content, field)
            for code in table:
                row = self.mapping(table, code)
                yield row, {"framework": framework, "code": str(code)}, self.words(row, column="label")

    def template(self) -> Content:
        """What the pages import as well: the first thing that is wrong stops the load."""
        try:
            with translation.override("en"):  # as all else that a load says
                return content_from(self.content, linkable())
        except FaultyFile as refusal:
            fault = refusal.faults[0]
            raise ReferenceFault(self.path, fault.place.line, fault.place.field, fault.problem) from refusal
