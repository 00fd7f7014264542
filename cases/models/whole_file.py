"""Everything that is on record about somebody, to be handed to themselves.

A model joins by a line in KINDS, with every field that it has now or gets later. Only what the reader may see
is in it; colleagues stand there by their role and office, not by name.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format, time_format
from django.utils.text import capfirst
from django.utils.translation import gettext, gettext_lazy as _, pgettext_lazy

from accounts.models import AccessLog, Membership, User
from accounts.roles import DESK_ROLES
from cases.models.appointments import Appointment
from cases.models.case_documents import CaseDocument
from cases.models.cases import Case, CaseNote, ChecklistEntry
from cases.models.consents import Consent
from cases.models.enquiries import Enquiry, names_in
from cases.models.file_history import changes_in_file
from cases.models.follow_ups import FollowUp
from cases.models.people import Alias, Contact, IdentityDocument, Person
from cases.models.referrals import Referral, ReferralStep
from cases.models.transfers import Transfer
from cases.retention import PERSON, leading_to
from gai_portal.lib.code_lists import CodeListField
from gai_portal.lib.countries import nationality_name
from gai_portal.lib.formats import format_day
from municipalities.models import Office

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

    Titles = dict[int, str]

MOST_READINGS = 1_000  # lines of the access log, the latest


@dataclass(frozen=True)
class Kind:
    """A kind of record: its model, and what the list of them is called."""

    model: Any
    title: "StrPromise"


KINDS = (
    Kind(Person, _("Who you are")),
    Kind(Alias, _("Other names")),
    Kind(Contact, _("Contacts")),
    Kind(IdentityDocument, _("Identity documents")),
    Kind(Consent, pgettext_lazy("of a person to be on record", "Agreements")),
    Kind(Enquiry, _("Enquiries")),
    Kind(Case, _("Cases")),
    Kind(CaseNote, _("Notes in the cases")),
    Kind(ChecklistEntry, _("Documents brought")),
    Kind(CaseDocument, _("Files in the cases")),
    Kind(FollowUp, _("What the office had or has to do")),
    Kind(Referral, _("Referrals")),
    Kind(ReferralStep, _("Steps of the referrals")),
    Kind(Appointment, _("Appointments")),
    Kind(Transfer, _("Transfers")),
)
WAYS = PERSON | {"ChecklistEntry": ("case__person",)}
# What only the machine needs, or what says the same again.
LEFT_OUT = frozenset(
    {
        "id",
        "person",
        "consent",
        "merged_into",
        "version",
        "tail",
        "number_key",
        "reminded_of",
        "file",
        "content_type",
        "return_code",
        "link_seed",
        "link_digest",
        "link_ends_at",
        "once",
        "moved",
    }
)


@dataclass(frozen=True)
class Fact:
    """One thing that is on record: as a machine reads it, and as somebody does."""

    name: str
    label: str
    value: object
    text: str


@dataclass(frozen=True)
class Part:
    """All records of one kind."""

    name: str
    title: str
    rows: list[list[Fact]]


@dataclass(frozen=True)
class Reading:
    """That somebody read a record on a day: what they did, and who they were, without a name."""

    day: date
    who: str
    verb: str


@dataclass(frozen=True)
class WholeFile:
    person: Person
    parts: list[Part]
    readings: list[Reading]
    made_at: datetime = field(default_factory=timezone.now)

    def as_data(self) -> dict[str, Any]:
        """For a machine: names and values."""
        return {
            "record": self.person.reference,
            "office": str(self.person.office),
            "made_at": self.made_at.isoformat(),
            **{part.name: [{f.name: f.value for f in row} for row in part.rows] for part in self.parts},
            "readings": [{"day": r.day.isoformat(), "who": r.who, "what": r.verb} for r in self.readings],
        }


def whole_file(person: Person, user: User) -> WholeFile:
    """What is on record about somebody, in the active language, as far as `user` may read it."""
    same = [one.pk for one in person.with_absorbed()]
    rows = {kind: _rows(kind, same, user) for kind in KINDS}
    lines = _lines(row for found in rows.values() for row in found)
    changes = changes_in_file(person, user)
    staff = {line["user"] for line in lines} | {change.by.pk for change in changes if change.by}
    for row in (row for found in rows.values() for row in found):
        staff |= {getattr(row, column.attname) for column in _columns(row) if _is_staff(column)}
    titles = _titles(staff - {None}, person.office)
    codes = names_in(row for kind, found in rows.items() if kind.model is Enquiry for row in found)
    parts = [
        Part(
            kind.model._meta.model_name,
            str(kind.title),
            [[_fact(row, column, titles, codes) for column in _columns(row)] for row in found],
        )
        for kind, found in rows.items()
    ]
    changed = [_change(change, titles) for change in changes]
    parts.append(Part("changes", gettext("What was changed in the file"), changed))
    return WholeFile(person, parts, _readings(lines, titles, person.office))


def _rows(kind: Kind, people: list[int], user: User) -> list[Any]:
    meta = kind.model._meta
    about = leading_to(WAYS[meta.object_name], people)
    rows = kind.model.objects.visible_to(user).filter(about).order_by("pk")
    related = [column.name for column in meta.fields if column.many_to_one and column.name not in LEFT_OUT]
    return list(rows.select_related(*related).prefetch_related(*[one.name for one in meta.many_to_many]))


def _columns(row: Any) -> list[Any]:
    return [c for c in (*row._meta.fields, *row._meta.many_to_many) if c.name not in LEFT_OUT]


def _is_staff(column: Any) -> bool:
    return column.related_model is User


def _fact(row: Any, column: Any, titles: "Titles", codes: dict[str, str]) -> Fact:
    value = getattr(row, column.attname)
    label = capfirst(str(column.verbose_name))
    if _is_staff(column):
        title = titles.get(value, "")
        return Fact(column.name, label, title or None, title)
    if column.many_to_many:
        names = [str(other) for other in value.all()]
        return Fact(column.name, label, names, "; ".join(names))
    if isinstance(column, CodeListField):
        names = [codes.get(code, code) for code in value]
        return Fact(column.name, label, names, "; ".join(names))
    if column.many_to_one:
        text = str(getattr(row, column.name) or "")
        return Fact(column.name, label, text or None, text)
    return Fact(column.name, label, _value(value), _text(row, column, value))


def _value(value: object) -> object:
    return value.isoformat() if isinstance(value, date | time) else value


def _text(row: Any, column: Any, value: Any) -> str:
    match value:
        case None:
            return ""
        case dict():
            return "; ".join(map(str, value.values()))
        case bool():
            return gettext("yes") if value else gettext("no")
        case datetime():
            return date_format(timezone.localtime(value), "SHORT_DATETIME_FORMAT")
        case date():
            return format_day(value)
        case time():
            return time_format(value)
    if column.choices:
        return str(getattr(row, f"get_{column.name}_display")())
    if column.name in {"nationality", "country"}:
        return nationality_name(value)
    return str(value)


def _change(change: Any, titles: "Titles") -> list[Fact]:
    fields = [{"field": name, "before": old, "after": new} for name, old, new in change.fields]
    text = "; ".join(f"{name}: {old or '–'} → {new or '–'}" for name, old, new in change.fields)
    who = titles.get(change.by.pk, "") if change.by else ""
    at = date_format(timezone.localtime(change.at), "SHORT_DATETIME_FORMAT")
    return [
        Fact("at", gettext("When"), change.at.isoformat(), at),
        Fact("what", gettext("What"), change.label, change.label),
        Fact("fields", gettext("Before and after"), fields, text),
        Fact("by", gettext("Who"), who or None, who),
    ]


def _lines(rows: Iterable[models.Model]) -> list[dict[str, Any]]:
    """The lines of the access log about any of the records."""
    keys: dict[str, list[str]] = {}
    for row in rows:
        keys.setdefault(row._meta.label_lower, []).append(str(row.pk))
    about = Q(pk__in=[])
    for kind, own in keys.items():
        about |= Q(kind=kind, key__in=own)
    lines: Any = AccessLog.objects.filter(about).values("at", "user", "scope", "verb")
    return list(lines[:MOST_READINGS])


def _readings(lines: Iterable[dict[str, Any]], titles: "Titles", office: Office) -> list[Reading]:
    """Who read it on which day, the latest first; the same by the same on one day once."""
    found = []
    for line in lines:
        if line["user"] is None or line["scope"].startswith("partner "):  # by a link, or with an account
            who = gettext("The partner organisation")
        elif office.municipality_id in line["scope"].split():
            who = titles.get(line["user"]) or _staff_of(office)
        else:
            who = gettext("Another office")
        found.append(Reading(timezone.localdate(line["at"]), who, str(AccessLog.Verb(line["verb"]).label)))
    return list(dict.fromkeys(found))


def _titles(users: Iterable[int], office: Office) -> "Titles":
    """What colleagues are called where no name may stand: by the last desk role that they had there."""
    roles = Membership.objects.filter(
        user__in=users, municipality=office.municipality_id, role__in=sorted(DESK_ROLES)
    ).order_by("starts_on", "pk")
    titles = dict.fromkeys(users, _staff_of(office))
    return titles | {one.user_id: f"{one.get_role_display()}, {office}" for one in roles}


def _staff_of(office: Office) -> str:
    return gettext("Staff of {office}").format(office=office)
