"""What changed from one edition of a plan to the next, told from the two frozen contents alone."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

from action_plans.workflow import CARRIED_OUT, Decision

Row = dict[str, Any]
Snapshot = dict[str, Any]

LANGUAGES = ("pt", "en", "fr")
MEASURE_FIELDS = (
    "responsible_unit",
    "partners",
    "starts_on",
    "ends_on",
    "budget_cve",
    "funding_source",
    "deliverable",
    "goals",
    "is_local_priority",
)
INDICATOR_FIELDS = ("baseline_value", "baseline_year", "target_value", "target_year")


@dataclass(frozen=True)
class FieldChange:
    """One part of an item as the earlier edition had it, and as it is now."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True)
class Change:
    """What became of one item: `added`, `taken_up` (left out before), `left_out`, `dropped` or `changed`."""

    about: str  # plan, chapter, area, objective, measure, indicator
    code: str
    what: str
    names: dict[str, str] = field(default_factory=dict)  # name_pt, name_en, name_fr: how a reader knows it
    fields: tuple[FieldChange, ...] = ()
    reason: str = ""  # why a measure is left out, in the municipality's words


def edition_changes(before: Snapshot, after: Snapshot) -> list[Change]:
    """Every difference that a reader can see, in the order of the plan. Empty: the same content once more."""
    return [
        *_plan_changes(before, after),
        *_changed_texts(
            "chapter", _by_code(before["chapters"]), _by_code(after["chapters"]), "title", "text"
        ),
        *_changed_texts("area", _by_code(before["areas"]), _by_code(after["areas"]), "title", "summary"),
        *_changed_texts("objective", _objectives(before), _objectives(after), "text"),
        *_measure_changes(before, after),
        *_indicator_changes(before, after),
    ]


@dataclass(frozen=True)
class Group:
    """Changes that a reader looks for together."""

    title: Any
    changes: list[Change]


def grouped(changes: list[Change]) -> list[Group]:
    """By what readers ask first: what is new, what is gone, what is different."""
    groups = [
        (_("The plan as a whole"), {"plan"}, {"changed"}),
        (_("New measures"), {"measure"}, {"added"}),
        (_("Measures taken up again"), {"measure"}, {"taken_up"}),
        (_("Measures left out"), {"measure"}, {"left_out", "dropped"}),
        (_("Measures that changed"), {"measure"}, {"changed"}),
        (_("Indicators"), {"indicator"}, {"added", "changed", "dropped"}),
        (
            _("Chapters, areas and objectives"),
            {"chapter", "area", "objective"},
            {"added", "changed", "dropped"},
        ),
    ]
    found = [
        Group(title, [change for change in changes if change.about in about and change.what in what])
        for title, about, what in groups
    ]
    return [group for group in found if group.changes]


def changes_as_data(before: Snapshot, after: Snapshot) -> dict[str, Any]:
    """The same for programs: plain values that JSON can hold."""
    changes = [asdict(change) for change in edition_changes(before, after)]
    return {"since_edition": before["edition"]["number"], "items": changes}


def _by_code(rows: list[Row]) -> dict[str, Row]:
    return {row["code"]: row for row in rows}


def _names(row: Row, name: str) -> dict[str, str]:
    return {f"name_{language}": row[f"{name}_{language}"] for language in LANGUAGES}


def _different(before: Row, after: Row, names: tuple[str, ...]) -> Iterator[FieldChange]:
    for name in names:
        if before[name] != after[name]:
            yield FieldChange(name, before[name], after[name])


def _text_changes(before: Row, after: Row, *names: str) -> list[FieldChange]:
    """Of each text, in each language that it is written in."""
    columns = tuple(f"{name}_{language}" for name in names for language in LANGUAGES)
    return list(_different(before, after, columns))


def _plan_changes(before: Snapshot, after: Snapshot) -> Iterator[Change]:
    fields = [
        FieldChange("decision", before["decision"]["reference"], after["decision"]["reference"]),
        FieldChange("template", before["template"]["number"], after["template"]["number"]),
        FieldChange("measures", before["totals"]["carried_out"], after["totals"]["carried_out"]),
        FieldChange("budget_cve", before["totals"]["budget_cve"], after["totals"]["budget_cve"]),
        FieldChange("figures", before["figures"], after["figures"]),
    ]
    found = tuple(change for change in fields if change.before != change.after)
    if found:
        yield Change("plan", "", "changed", fields=found)


def _changed_texts(
    about: str, before: dict[str, Row], after: dict[str, Row], *names: str
) -> Iterator[Change]:
    """Items that are nothing but their texts."""
    for code, row in after.items():
        if code not in before:
            yield Change(about, code, "added", _names(row, names[0]))
        elif fields := _text_changes(before[code], row, *names):
            yield Change(about, code, "changed", _names(row, names[0]), tuple(fields))
    yield from (
        Change(about, code, "dropped", _names(row, names[0]))
        for code, row in before.items()
        if code not in after
    )


def _objectives(snapshot: Snapshot) -> dict[str, Row]:
    return _by_code([row for area in snapshot["areas"] for row in area["objectives"]])


def _measures(snapshot: Snapshot) -> dict[str, Row]:
    """Every measure, those left out and undecided included, in the order of the plan."""
    rows = [
        row
        for area in snapshot["areas"]
        for row in [*(m for o in area["objectives"] for m in o["measures"]), *area["local_measures"]]
    ]
    return _by_code([*rows, *snapshot["excluded"], *snapshot["undecided"]])


def _measure_changes(before: Snapshot, after: Snapshot) -> Iterator[Change]:
    old, new = _measures(before), _measures(after)
    for code, row in new.items():
        yield from _measure_change(old.get(code), row)
    for code, row in old.items():
        if code not in new and row["decision"] in CARRIED_OUT:
            yield Change("measure", code, "dropped", _names(row, "text"))


def _measure_change(before: Row | None, after: Row) -> Iterator[Change]:
    code, names = after["code"], _names(after, "text")
    was = before is not None and before["decision"] in CARRIED_OUT
    if after["decision"] not in CARRIED_OUT:
        is_reasoned_anew = before is not None and before["reason"] != after["reason"]
        if was or (after["decision"] == Decision.EXCLUDED and (before is None or is_reasoned_anew)):
            yield Change("measure", code, "left_out", names, reason=after["reason"])
    elif before is None:
        yield Change("measure", code, "added", names)
    elif not was:
        yield Change("measure", code, "taken_up", names)
    else:
        fields = [
            *_different(before, after, ("decision",)),
            *_text_changes(before, after, "text"),
            *_different(before, after, MEASURE_FIELDS),
        ]
        if fields:
            yield Change("measure", code, "changed", names, tuple(fields))


def _indicators(snapshot: Snapshot) -> dict[str, Row]:
    return _by_code(
        [row for area in snapshot["areas"] for o in area["objectives"] for row in o["indicators"]]
    )


def _indicator_changes(before: Snapshot, after: Snapshot) -> Iterator[Change]:
    old, new = _indicators(before), _indicators(after)
    for code, row in new.items():
        if code not in old:
            yield Change("indicator", code, "added", _names(row, "text"))
            continue
        fields = [*_text_changes(old[code], row, "text"), *_different(old[code], row, INDICATOR_FIELDS)]
        if fields:
            yield Change("indicator", code, "changed", _names(row, "text"), tuple(fields))
    for code, row in old.items():
        if code not in new:
            yield Change("indicator", code, "dropped", _names(row, "text"))
