"""Everything that happened with one person, the latest first.

A model joins by a function in SOURCES, under the name of what it needs in the file (`kinds_of_person`): it is
given the person, the reader, a time and a number, and returns at most that many moments up to it, the latest
first, of rows that the reader may see; those of one time always in the same order.
"""

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import F, Q, Value
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_aware
from django.utils.translation import gettext

from accounts.models import User
from cases.models.appointments import Appointment
from cases.models.case_documents import CaseDocument
from cases.models.cases import Case, CaseNote
from cases.models.consents import Consent
from cases.models.enquiries import Enquiry
from cases.models.follow_ups import FollowUp
from cases.models.on_file import kinds_of_person
from cases.models.people import Merge, Person
from cases.models.referrals import Referral
from cases.models.transfers import Transfer
from cases.workflow import TransferState
from gai_portal.lib.content import in_active_language

PAGE = 10
MOST_AT_ONCE = 500  # moments of one time that a place tells apart


class Place(NamedTuple):
    """Where a page of the timeline begins: at a time, after so many moments of it. Several may share one."""

    at: datetime
    shown: int = 0

    @classmethod
    def asked(cls, at: str, shown: str) -> "Place | None":
        """As an address names it; None for what is no place."""
        with suppress(ValueError):
            time, number = parse_datetime(at), int(shown or 0)
            if time is not None and is_aware(time) and 0 <= number <= MOST_AT_ONCE:
                return cls(time, number)
        return None


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
    person: Person, user: User, *, before: Place | None = None, kinds: set[str] | None = None
) -> tuple[list[Moment], Place | None]:
    """A page of moments from `before` (now) on, and where the next page begins (None: that was all).

    `kinds` is what there is in the file, if that is known already.
    """
    before = before or Place(timezone.now())
    kinds = kinds_of_person(person) if kinds is None else kinds
    sources = [source for name, source in SOURCES.items() if name in kinds]
    limit = before.shown + PAGE + 1
    found = [moment for source in sources for moment in source(person, user, before.at, limit)]
    found.sort(key=lambda moment: moment.at, reverse=True)
    # The page begins among the moments of `before.at`, or after them if there are no longer so many.
    first = min(before.shown, sum(moment.at == before.at for moment in found))
    page = found[first : first + PAGE]
    if len(found) <= first + PAGE:
        return page, None
    last = page[-1].at
    return page, Place(last, sum(moment.at == last for moment in found[: first + PAGE]))


def _enquiries(person: Person, user: User, before: datetime, limit: int) -> Iterable[Moment]:
    return _contacts(Q(person=person), user, before, limit)


def _enquiries_of_cases(person: Person, user: User, before: datetime, limit: int) -> Iterable[Moment]:
    """Those without a name of their own."""
    return _contacts(Q(person=None, case__person=person), user, before, limit)


def _contacts(about: Q, user: User, before: datetime, limit: int) -> Iterable[Moment]:
    rows = Enquiry.objects.visible_to(user).filter(about, at__lte=before).standing().with_names()
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
        .filter(person=person, recorded_at__lte=before)
        .select_related("recorded_by")
    )
    for row in rows.order_by("-recorded_at", "-pk")[:limit]:
        yield Moment(
            row.recorded_at,
            gettext("Consent"),
            gettext("Agreed to be on record"),
            details=[str(row.get_form_display()), str(row.recorded_by)],
        )


def _merges(person: Person, user: User, before: datetime, limit: int) -> Iterable[Moment]:
    rows = Merge.objects.visible_to(user).filter(kept=person, at__lte=before).select_related("gone", "by")
    for row in rows.order_by("-at", "-pk")[:limit]:
        title = gettext("Record {record} merged into this one").format(record=row.gone.reference)
        details = [str(row.by)] + ([gettext("undone")] if row.undone_at else [])
        yield Moment(row.at, gettext("Merge"), title, details=details)


def _cases(person: Person, user: User, before: datetime, limit: int) -> Iterable[Moment]:
    rows = Case.objects.visible_to(user).filter(person=person, opened_at__lte=before).with_names()
    for row in rows.order_by("-opened_at", "-pk")[:limit]:
        title = row.title or in_active_language(row.topic, "name")[0]
        details = [row.number, str(row.get_state_display()), str(row.author)]
        yield Moment(row.opened_at, gettext("Case"), title, row.get_absolute_url(), details)


def _steps(person: Person, user: User, before: datetime, limit: int) -> Iterable[Moment]:
    """What was written, kept and done: rows of three kinds in one query."""
    notes = CaseNote.objects.visible_to(user).standing().filter(case__person=person, at__lte=before)
    files = CaseDocument.objects.visible_to(user).kept().filter(case__person=person, added_at__lte=before)
    done = FollowUp.objects.visible_to(user).filter(person=person, closed_at__lte=before)
    parts = [
        _step(notes, "note", at="at", title="case__title", text="text", by="author"),
        _step(files, "file", at="added_at", title="title", text="case__title", by="added_by"),
        _step(done, "done", at="closed_at", title="title", text="result", by="closed_by"),
    ]
    kinds = {"note": gettext("Note"), "file": gettext("File"), "done": gettext("Done or dropped")}
    rows: Any = parts[0].union(*parts[1:], all=True).order_by("-moment", "kind", "-key")[:limit]
    for at, kind, _key, title, text, by, case, number in rows:
        url = reverse("cases:case_detail", args=[case]) if case else ""
        yield Moment(at, kinds[kind], title or number or "", url, [number or "", by or ""], text[:200])


def _step(rows: Any, kind: str, *, at: str, title: str, text: str, by: str) -> Any:
    """The same columns for each kind, so that they can stand in one list."""
    rows = rows.order_by().annotate(moment=F(at), kind=Value(kind), key=F("pk"), said=F(title), more=F(text))
    return rows.values_list("moment", "kind", "key", "said", "more", f"{by}__name", "case", "case__number")


def _referrals(person: Person, user: User, before: datetime, limit: int) -> Iterable[Moment]:
    about = Q(person=person) | Q(person=None, enquiry__case__person=person)
    rows = Referral.objects.visible_to(user).filter(about, created_at__lte=before).with_names()
    for row in rows.order_by("-created_at", "-pk")[:limit]:
        title = in_active_language(row.partner, "name")[0]
        details = [row.reference, str(row.get_state_display()), str(row.author)]
        if row.sent_at and row.shared:
            kinds = ", ".join(kind for kind, _value in row.what_is_shared())
            details.append(gettext("shared: {kinds}").format(kinds=kinds))
        yield Moment(row.created_at, gettext("Referral"), title, row.get_absolute_url(), details)


def _appointments(person: Person, user: User, before: datetime, limit: int) -> Iterable[Moment]:
    rows = Appointment.objects.visible_to(user).filter(person=person, starts_at__lte=before).with_names()
    for row in rows.order_by("-starts_at", "-pk")[:limit]:
        details = [str(row.get_state_display()), *([str(row.assigned_to)] if row.assigned_to else [])]
        yield Moment(row.starts_at, gettext("Appointment"), str(row), row.get_absolute_url(), details)


def _transfers(person: Person, user: User, before: datetime, limit: int) -> Iterable[Moment]:
    moved = {"state": TransferState.ACCEPTED, "decided_at__lte": before}
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
    "enquiries_of_cases": _enquiries_of_cases,
    "consents": _consents,
    "merges": _merges,
    "cases": _cases,
    "steps": _steps,
    "referrals": _referrals,
    "appointments": _appointments,
    "transfers": _transfers,
}
