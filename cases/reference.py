"""Loads the desk's reference data from data/."""

from pathlib import Path
from typing import Any

from django.db import models, transaction

from cases.demo import load_demo_enquiries as load_demo_enquiries
from cases.models import (
    Channel,
    Checklist,
    ChecklistItem,
    DeadlineRule,
    Guidance,
    GuidanceVersion,
    Language,
    LegalStatus,
    Outcome,
    ReferenceRow,
    RequesterType,
    Topic,
)
from gai_portal.lib.reference import LinedDict, ReferenceFile, Tally, faults_at, put_links, put_row
from municipalities.models import Partner

DATA = Path(__file__).resolve().parent / "data"
TAXONOMY = DATA / "enquiry_taxonomy.yaml"
GUIDES = DATA / "topic_guides.yaml"
CARDS = DATA / "guidance.yaml"

FLAGS = {"sensitive": "is_sensitive", "restricted": "is_restricted", "urgent": "is_urgent"}
HOURS_IN = {"hours_after": 1, "days_after": 24, "days_before": -24}
GUIDE_LINKS = ("checklists", "deadlines", "call_first")


class DeskFile(ReferenceFile):
    """A data file of the desk: lists whose entries have a code and a name."""

    def entries(self, field: str, parent: LinedDict | None = None) -> list[LinedDict]:
        """The list under `field`, if there is one; every entry has a code."""
        rows = self.rows(self.content if parent is None else parent, field, required=False)
        for row in rows:
            self.text(row, "code")
        return rows

    def put_entry(
        self, model: type[ReferenceRow], entry: LinedDict, order: int, tally: Tally, **values: Any
    ) -> Any:
        values |= self.words(entry, column="name") | {"order": order}
        return self.put(model, entry, {"code": entry["code"]}, values, tally)


@transaction.atomic
def load_reference() -> dict[str, Tally]:
    """Topics, channels, outcomes and the other short lists of the desk. All of it, or nothing."""
    taxonomy, guides = DeskFile(TAXONOMY), DeskFile(GUIDES)
    refuse_repeated_codes(taxonomy)
    return {
        **load_lists(taxonomy),
        "deadlines": load_deadlines(taxonomy, guides),
        **load_checklists(taxonomy),
        "topics": load_topics(taxonomy),
        "topic guides": load_guides(taxonomy, guides),
        "drafts of guidance cards": load_cards(DeskFile(CARDS)),
    }


def refuse_repeated_codes(file: DeskFile) -> None:
    for kind in ("categories", "channels", "requester_types", "outcomes", "languages", "legal_statuses"):
        seen: set[str] = set()
        for entry in file.entries(kind):
            for row in [entry, *(file.entries("sub", entry) if kind == "categories" else [])]:
                if row["code"] in seen:
                    raise file.fault(row, "code", f"{row['code']} stands here twice")
                seen.add(row["code"])


def load_lists(file: DeskFile) -> dict[str, Tally]:
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
            file.put_entry(model, entry, order, tally)
    tallies["outcomes"] = tally = Tally()
    for order, entry in enumerate(file.entries("outcomes")):
        file.put_entry(Outcome, entry, order, tally, closes=file.flag(entry, "closes"))
    tallies["legal statuses"] = tally = Tally()
    for order, entry in enumerate(file.entries("legal_statuses")):
        file.put_entry(LegalStatus, entry, order, tally, max_days=file.number(entry, "max_days"))
    return tallies


def load_deadlines(file: DeskFile, guides: DeskFile) -> Tally:
    """Each with its term, and where in a record the day stands that it counts from."""
    tally = Tally()
    known = {entry["code"] for entry in file.entries("deadlines")}
    counted = {entry["code"]: entry for entry in guides.entries("deadlines")}
    for code, entry in counted.items():
        if code not in known:
            raise guides.fault(entry, "code", f"{code} is not a deadline")
        if entry.get("counts_from") not in DeadlineRule.CountsFrom:
            names = ", ".join(DeadlineRule.CountsFrom)
            raise guides.fault(entry, "counts_from", f"one of {names} is expected")
    for order, entry in enumerate(file.entries("deadlines")):
        terms = [
            number * hours
            for field, hours in HOURS_IN.items()
            if (number := file.number(entry, field)) is not None
        ]
        if len(terms) > 1:
            raise file.fault(entry, "deadlines", "more than one term is given")
        values: dict[str, Any] = {"offset_hours": terms[0] if terms else None}
        if guide := counted.get(entry["code"]):
            values |= {"counts_from": guide["counts_from"], "at_age": guides.number(guide, "at_age")}
        file.put_entry(DeadlineRule, entry, order, tally, **values)
    return tally


def load_checklists(file: DeskFile) -> dict[str, Tally]:
    lists, items = Tally(), Tally()
    for order, entry in enumerate(file.entries("checklists")):
        caution = file.optional_words(entry, "caution")
        checklist = file.put_entry(Checklist, entry, order, lists, **caution)
        for place, item in enumerate(file.entries("items", entry)):
            if item.get("required") not in ChecklistItem.Required:
                raise file.fault(item, "required", f"one of {', '.join(ChecklistItem.Required)} is expected")
            file.put_entry(ChecklistItem, item, place, items, checklist=checklist, required=item["required"])
    return {"checklists": lists, "documents of checklists": items}


def load_topics(file: DeskFile) -> Tally:
    """Groups and their topics; a topic takes its group's flags unless it says otherwise."""
    tally = Tally()
    for order, entry in enumerate(file.entries("categories")):
        flags = {field: file.flag(entry, field) for field in FLAGS}
        columns = {FLAGS[field]: value for field, value in flags.items()}
        group = file.put_entry(Topic, entry, order, tally, parent=None, **columns)
        for place, sub in enumerate(file.entries("sub", entry)):
            columns = {FLAGS[field]: file.flag(sub, field, default=value) for field, value in flags.items()}
            file.put_entry(Topic, sub, place, tally, parent=group, **columns)
    return tally


def load_guides(taxonomy: DeskFile, guides: DeskFile) -> Tally:
    """The partners, checklists and deadlines of each topic."""
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
        put_links(topics[code], links, tally)
    return tally


def load_cards(file: DeskFile) -> Tally:
    """What to say on a topic, as the first draft of its card. One that was published is left alone."""
    tally = Tally()
    topics = Topic.objects.in_bulk()
    for entry in file.rows(file.content, "cards"):
        code = file.text(entry, "topic")
        if code not in topics:
            raise file.fault(entry, "topic", f"{code} is not a topic")
        values: dict[str, Any] = file.words(entry, "say") | file.optional_words(entry, "where")
        values |= {name: file.text(entry, name, required=False) for name in ("legal_basis", "source")}
        values["fees"] = [_fee(file, row) for row in file.rows(entry, "fees", required=False)]
        card, _is_new = Guidance.objects.get_or_create(topic=topics[code])
        if card.versions.told().exists():
            tally.kept += 1
            continue
        with faults_at(file.path, entry.line):
            put_row(GuidanceVersion, {"guidance": card, "number": 1}, values, tally)
    return tally


def _fee(file: DeskFile, row: LinedDict) -> dict[str, Any]:
    amount = file.number(row, "amount")
    if amount is None:
        raise file.fault(row, "amount", "an amount in escudos is expected")
    return file.words(row, column="what") | {"cents": amount * 100}
