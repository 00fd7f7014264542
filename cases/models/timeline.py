"""Everything that happened with one person, the latest first.

A model joins by a function in SOURCES, under the name of what it needs in the file (`kinds_of_person`): it is
given the person, the reader, a moment and a number, and returns at most that many moments before it, of rows
that the reader may see.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext

from accounts.models import User
from cases.models.appointments import Appointment
from cases.models.cases import Case
from cases.models.consents import Consent
from cases.models.enquiries import Enquiry
from cases.models.on_file import kinds_of_person
from cases.models.people import Merge, Person
from cases.models.referrals import Referral
from cases.models.transfers import Transfer
from cases.workflow import TransferState
from gai_portal.lib.content import in_active_language

PAGE = 25


@dataclass(frozen=True)
class Moment:
    """One line of a timeline."""

    at: datetime
    kind: str
    title: str
    url: str = ""
    details: list[str] = field(default_factory=list)
    text: str = ""


Source = Callable[[Person, User, datetime, int], Iterable[Moment]]


def timeline(
    person: Person, user: User, *, before: datetime | None = None, kinds: set[str] | None = None
) -> tuple[list[Moment], datetime | None]:
    """A page of moments before `before` (now), and from when the next page goes on (None: that was all).

    `kinds` is what there is in the file, if that is known already.
    """
    before = before or timezone.now()
    kinds = kinds_of_person(person) if kinds is None else kinds
    sources = [source for name, source in SOURCES.items() if name in kinds]
    found = [moment for source in sources for moment in source(person, user, before, PAGE + 1)]
    found.sort(key=lambda moment: moment.at, reverse=True)
    return found[:PAGE], found[PAGE - 1].at if len(found) > PAGE else None


def _enquiries(person: Person, user: User, before: datetime, limit: int) -> Iterable[Moment]:
    rows = Enquiry.objects.visible_to(user).filter(person=person, at__lt=before).standing().with_names()
    for row in rows.order_by("-at", "-pk")[:limit]:
        details = [in_active_language(row.outcome, "name")[0], in_active_language(row.channel, "name")[0]]
        title = in_active_language(row.topic, "name")[0]
        yield Moment(
            row.at,
            gettext("Enquiry"),
            title,
            row.get_absolute_url(),
            [*details, str(row.author)],
            row.note[:200],
        )


def _consents(person: Person, user: User, before: datetime, limit: int) -> Iterable[Moment]:
    rows = (
        Consent.objects.visible_to(user)
        .filter(person=person, recorded_at__lt=before)
        .select_related("recorded_by")
    )
    for row in rows.order_by("-recorded_at")[:limit]:
        yield Moment(
            row.recorded_at,
            gettext("Consent"),
            gettext("Agreed to be on record"),
            details=[str(row.get_form_display()), str(row.recorded_by)],
        )


def _merges(person: Person, user: User, before: datetime, limit: int) -> Iterable[Moment]:
    rows = (
        Merge.objects.visible_to(user).filter(kept=person, at__lt=before).select_related("gone__office", "by")
    )
    for row in rows.order_by("-at")[:limit]:
        title = gettext("Record {record} brought together with this one").format(record=row.gone.reference)
        details = [str(row.by)] + ([gettext("undone")] if row.undone_at else [])
        yield Moment(row.at, gettext("Merge"), title, details=details)


def _cases(person: Person, user: User, before: datetime, limit: int) -> Iterable[Moment]:
    rows = Case.objects.visible_to(user).filter(person=person, opened_at__lt=before).with_names()
    for row in rows.order_by("-opened_at", "-pk")[:limit]:
        title = row.title or in_active_language(row.topic, "name")[0]
        details = [row.number, str(row.get_state_display()), str(row.author)]
        yield Moment(row.opened_at, gettext("Case"), title, row.get_absolute_url(), details)


def _referrals(person: Person, user: User, before: datetime, limit: int) -> Iterable[Moment]:
    rows = Referral.objects.visible_to(user).filter(person=person, created_at__lt=before).with_names()
    for row in rows.order_by("-created_at", "-pk")[:limit]:
        title = in_active_language(row.partner, "name")[0]
        details = [row.reference, str(row.get_state_display()), str(row.author)]
        if row.sent_at and row.shared:
            kinds = ", ".join(kind for kind, _value in row.what_is_shared())
            details.append(gettext("shared: {kinds}").format(kinds=kinds))
        yield Moment(row.created_at, gettext("Referral"), title, row.get_absolute_url(), details)


def _appointments(person: Person, user: User, before: datetime, limit: int) -> Iterable[Moment]:
    rows = Appointment.objects.visible_to(user).filter(person=person, starts_at__lt=before).with_names()
    for row in rows.order_by("-starts_at", "-pk")[:limit]:
        details = [str(row.get_state_display()), *([str(row.assigned_to)] if row.assigned_to else [])]
        yield Moment(row.starts_at, gettext("Appointment"), str(row), row.get_absolute_url(), details)


def _transfers(person: Person, user: User, before: datetime, limit: int) -> Iterable[Moment]:
    moved = {"state": TransferState.ACCEPTED, "decided_at__lt": before}
    rows = Transfer.objects.visible_to(user).of(person).filter(**moved).with_names()
    for row in rows.order_by("-decided_at", "-pk")[:limit]:
        if row.decided_at is not None:  # as an accepted one has
            title = gettext("From {sender} to {receiver}").format(
                sender=row.from_office, receiver=row.to_office
            )
            details = [row.reference, str(row.decided_by)]
            yield Moment(row.decided_at, gettext("Transfer"), title, row.get_absolute_url(), details)


SOURCES: dict[str, Source] = {
    "enquiries": _enquiries,
    "consents": _consents,
    "merges": _merges,
    "cases": _cases,
    "referrals": _referrals,
    "appointments": _appointments,
    "transfers": _transfers,
}
