"""Loads the desk's reference data from data/."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction

from cases.demo import load_demo_enquiries as load_demo_enquiries
from cases.models import (
    Channel,
    Checklist,
    ChecklistItem,
    DeadlineRule,
    Language,
    LegalStatus,
    Outcome,
    ReferenceRow,
    RequesterType,
    Topic,
)
from gai_portal.lib.reference import LinedDict, ReferenceFault, Tally, put_row, read_yaml
from municipalities.models import Partner

DATA = Path(__file__).resolve().parent / "data"
TAXONOMY = DATA / "enquiry_taxonomy.yaml"
GUIDES = DATA / "topic_guides.yaml"

LANGUAGES = ("pt", "en", "fr")
FLAGS = {"sensitive": "is_sensitive", "restricted": "is_restricted", "urgent": "is_urgent"}
HOURS_IN = {"hours_after": 1, "days_after": 24, "days_before": -24}
GUIDE_LINKS = ("checklists", "deadlines", "call_first")


class ReferenceFile:
    """A data file, read entry by entry; what is wrong in it is told with its line and field."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.content = read_yaml(path)

    def fault(self, entry: LinedDict | None, field: str, problem: str) -> ReferenceFault:
        return ReferenceFault(self.path, entry.line if entry else None, field, problem)

    def entries(self, field: str, parent: LinedDict | None = None) -> list[LinedDict]:
        """The list under `field`, whose entries are mappings with a code each, none of them twice."""
        rows = (self.content if parent is None else parent).get(field, [])
        if not isinstance(rows, list):
            raise self.fault(parent, field, "a list is expected")
        for row in rows:
            if not isinstance(row, LinedDict):
                raise self.fault(parent, field, f"an entry with a code is expected, not {row!r}")
            if not isinstance(row.get("code"), str) or not row["code"]:
                raise self.fault(row, "code", "is missing, or is not text")
        return rows

    def codes(self, entry: LinedDict, field: str, known: Iterable[str]) -> list[str]:
        """A list of codes, each of which exists."""
        codes = entry.get(field, [])
        if not isinstance(codes, list):
            raise self.fault(entry, field, "a list of codes is expected")
        known = set(known)
        for code in codes:
            if code not in known:
                raise self.fault(entry, field, f"{code!r} is not known")
        return codes

    def flag(self, entry: LinedDict, field: str, *, default: bool = False) -> bool:
        value = entry.get(field, default)
        if not isinstance(value, bool):
            raise self.fault(entry, field, "true or false is expected")
        return value

    def number(self, entry: LinedDict, field: str) -> int | None:
        value = entry.get(field)
        if value is not None and (not isinstance(value, int) or isinstance(value, bool) or value < 0):
            raise self.fault(entry, field, "a whole number is expected")
        return value

    def text(self, entry: LinedDict, source: str, target: str) -> dict[str, str]:
        """A text in its languages, as columns: {"name_pt": ..., "name_en": ..., "name_fr": ...}."""
        texts = {}
        for language in LANGUAGES:
            value = entry.get(language, "")
            if not isinstance(value, str):
                raise self.fault(entry, f"{source}{language}", "a text is expected")
            texts[f"{target}_{language}"] = value
        if not texts[f"{target}_pt"]:
            raise self.fault(entry, f"{source}pt", "is missing")
        return texts

    def put(
        self, model: type[ReferenceRow], entry: LinedDict, order: int, tally: Tally, **values: Any
    ) -> ReferenceRow:
        names = self.text(entry, "", "name")
        try:
            return put_row(model, {"code": entry["code"]}, names | {"order": order} | values, tally)
        except ValidationError as error:
            field, problems = next(iter(error.message_dict.items()))
            raise self.fault(entry, field, " ".join(problems)) from error


@transaction.atomic
def load_reference() -> dict[str, Tally]:
    """Topics, channels, outcomes and the other short lists of the desk. All of it, or nothing."""
    taxonomy, guides = ReferenceFile(TAXONOMY), ReferenceFile(GUIDES)
    refuse_repeated_codes(taxonomy)
    return {
        **load_lists(taxonomy),
        "deadlines": load_deadlines(taxonomy),
        **load_checklists(taxonomy),
        "topics": load_topics(taxonomy),
        "topic guides": load_guides(taxonomy, guides),
    }


def refuse_repeated_codes(file: ReferenceFile) -> None:
    for kind in ("categories", "channels", "requester_types", "outcomes", "languages", "legal_statuses"):
        seen: set[str] = set()
        for entry in file.entries(kind):
            for row in [entry, *(file.entries("sub", entry) if kind == "categories" else [])]:
                if row["code"] in seen:
                    raise file.fault(row, "code", f"{row['code']} stands here twice")
                seen.add(row["code"])


def load_lists(file: ReferenceFile) -> dict[str, Tally]:
    """The lists of one level."""
    plain: list[tuple[str, str, type[ReferenceRow]]] = [
        ("channels", "channels", Channel),
        ("kinds of requester", "requester_types", RequesterType),
        ("languages", "languages", Language),
    ]
    tallies = {}
    for label, field, model in plain:
        tallies[label] = tally = Tally()
        for order, entry in enumerate(file.entries(field)):
            file.put(model, entry, order, tally)
    tallies["outcomes"] = tally = Tally()
    for order, entry in enumerate(file.entries("outcomes")):
        file.put(Outcome, entry, order, tally, closes=file.flag(entry, "closes"))
    tallies["legal statuses"] = tally = Tally()
    for order, entry in enumerate(file.entries("legal_statuses")):
        file.put(LegalStatus, entry, order, tally, max_days=file.number(entry, "max_days"))
    return tallies


def load_deadlines(file: ReferenceFile) -> Tally:
    tally = Tally()
    for order, entry in enumerate(file.entries("deadlines")):
        terms = [
            number * hours
            for field, hours in HOURS_IN.items()
            if (number := file.number(entry, field)) is not None
        ]
        if len(terms) > 1:
            raise file.fault(entry, "deadlines", "more than one term is given")
        file.put(DeadlineRule, entry, order, tally, offset_hours=terms[0] if terms else None)
    return tally


def load_checklists(file: ReferenceFile) -> dict[str, Tally]:
    lists, items = Tally(), Tally()
    for order, entry in enumerate(file.entries("checklists")):
        caution = entry.get("caution")
        if caution is not None and not isinstance(caution, LinedDict):
            raise file.fault(entry, "caution", "a text for each language is expected")
        cautions = file.text(caution, "caution.", "caution") if caution else {}
        checklist = file.put(Checklist, entry, order, lists, **cautions)
        for place, item in enumerate(file.entries("items", entry)):
            if item.get("required") not in ChecklistItem.Required:
                raise file.fault(item, "required", f"one of {', '.join(ChecklistItem.Required)} is expected")
            file.put(ChecklistItem, item, place, items, checklist=checklist, required=item["required"])
    return {"checklists": lists, "documents of checklists": items}


def load_topics(file: ReferenceFile) -> Tally:
    """Groups and their topics; a topic takes its group's flags unless it says otherwise."""
    tally = Tally()
    for order, entry in enumerate(file.entries("categories")):
        flags = {field: file.flag(entry, field) for field in FLAGS}
        columns = {FLAGS[field]: value for field, value in flags.items()}
        group = file.put(Topic, entry, order, tally, parent=None, **columns)
        for place, sub in enumerate(file.entries("sub", entry)):
            columns = {FLAGS[field]: file.flag(sub, field, default=value) for field, value in flags.items()}
            file.put(Topic, sub, place, tally, parent=group, **columns)
    return tally


def load_guides(taxonomy: ReferenceFile, guides: ReferenceFile) -> Tally:
    """The partners, checklists and deadlines of each topic. Links that the national level added stay."""
    topics = Topic.objects.in_bulk()
    known: dict[str, dict[str, models.Model]] = {
        "checklists": {row.code: row for row in Checklist.objects.all()},
        "deadlines": {row.code: row for row in DeadlineRule.objects.all()},
        "call_first": {row.code: row for row in Partner.objects.all()},
    }
    wanted: dict[str, dict[str, set[models.Model]]] = {}
    for entry in taxonomy.entries("referral_partners"):
        if entry["code"] not in known["call_first"]:
            raise taxonomy.fault(entry, "code", f"the partner {entry['code']} has not been loaded")
        for code in taxonomy.codes(entry, "for", topics):
            wanted.setdefault(code, {}).setdefault("partners", set()).add(known["call_first"][entry["code"]])
    for entry in guides.entries("topics"):
        if entry["code"] not in topics:
            raise guides.fault(entry, "code", f"{entry['code']} is not a topic")
        for field in GUIDE_LINKS:
            for code in guides.codes(entry, field, known[field]):
                wanted.setdefault(entry["code"], {}).setdefault(field, set()).add(known[field][code])
    tally = Tally()
    for code, links in wanted.items():
        missing = {field: rows - set(getattr(topics[code], field).all()) for field, rows in links.items()}
        for field, rows in missing.items():
            getattr(topics[code], field).add(*rows)
        if any(missing.values()):
            tally.updated += 1
        else:
            tally.unchanged += 1
    return tally
