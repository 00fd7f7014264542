"""What was changed in somebody's file: who did it, when, and what stood there before."""

from collections.abc import Sequence
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext

from accounts.models import User
from cases.models.cases import Case
from cases.models.enquiries import Change
from cases.models.people import Alias, Contact, IdentityDocument, Person
from gai_portal.lib.countries import nationality_name
from gai_portal.lib.formats import format_day

LATEST = 30
ITEMS = (Alias, Contact, IdentityDocument)
SHOWN = (
    "name",
    "born_on",
    "sex",
    "nationality",
    "language",
    "legal_status",
    "is_restricted",
    "assigned_to",
    "office",
)


SHOWN_OF_CASE = (
    "topic",
    "title",
    "person",
    "priority",
    "is_restricted",
    "assigned_to",
    "state",
    "outcome",
    "close_reason",
    "office",
)


def changes_in_case(case: Case, user: User) -> list[Change]:
    """The latest changes of a case, the newest first."""
    related = ("person", "assigned_to", "history_user")
    return _of_record(case, case.history.select_related(*related), SHOWN_OF_CASE, user)


def changes_in_file(person: Person, user: User) -> list[Change]:
    """The latest changes of the record, its names, contacts and documents, the newest first."""
    changes = [*_of_person(person, user)]
    for model in ITEMS:
        changes += _of_items(model, person)
    return sorted(changes, key=lambda change: change.at, reverse=True)[:LATEST]


def _of_person(person: Person, user: User) -> list[Change]:
    related = ("assigned_to", "history_user")
    return _of_record(person, person.history.select_related(*related), SHOWN, user)


def _of_record(record: Case | Person, rows: Any, shown: Sequence[str], user: User) -> list[Change]:
    """Each line of the history of a record beside the one before it."""
    if user.pk not in {record.author_id, record.assigned_to_id} and not record.is_restricted:
        rows = rows.filter(is_restricted=False)  # what was restricted once stays with those who read it then
    latest = list(rows.order_by("-history_date", "-history_id")[: LATEST + 1])
    changes = []
    for row, previous in zip(latest, [*latest[1:], None], strict=True):
        if previous is None and row.history_type != "+":
            break  # the list was cut off here
        fields = []
        if previous is not None:
            for name in shown:
                old, new = _said(previous, name), _said(row, name)
                if old != new:
                    fields.append((_label(type(record), name), old, new))
        label = gettext("Recorded") if row.history_type == "+" else gettext("Changed")
        changes.append(Change(row.history_date, row.history_user, label, fields))
    return changes


def _of_items(model: Any, person: Person) -> list[Change]:
    """Names, contacts and documents that came, changed or went."""
    said = {"+": gettext("Added"), "~": gettext("Changed"), "-": gettext("Removed")}
    rows = model.history.filter(person=person.pk).select_related("history_user")
    label = capfirst(str(model._meta.verbose_name))
    latest = list(rows.order_by("-history_date", "-history_id")[: 2 * LATEST])
    changes = []
    for i, row in enumerate(latest):
        earlier = next((other for other in latest[i + 1 :] if other.id == row.id), None)
        old = str(earlier.instance) if earlier and row.history_type == "~" else ""
        text = str(row.instance)
        fields = [(label, text, "")] if row.history_type == "-" else [(label, old, text)]
        changes.append(Change(row.history_date, row.history_user, said[row.history_type], fields))
    return changes


def _label(model: Any, name: str) -> str:
    return capfirst(str(model._meta.get_field(name).verbose_name))


def _said(row: Any, name: str) -> str:
    value = getattr(row, name)
    match name:
        case "born_on":
            return format_day(value)
        case "sex" | "state" | "priority":
            return str(getattr(row, f"get_{name}_display")())
        case "person":
            return row.person.reference if row.person else ""  # never a name: it may be restricted
        case "topic":
            return row.topic.full_name()
        case "nationality":
            return nationality_name(value)
        case "is_restricted":
            return gettext("yes") if value else gettext("no")
        case _:
            return "" if value is None else str(value)
