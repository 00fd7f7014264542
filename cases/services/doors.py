"""How a record opens that would stay closed: with a reason in the office, by a narrow door outside."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext

from accounts.access import Accessed, Verb, record_access
from accounts.models import AccessLog, User
from accounts.roles import Role
from accounts.services import notify
from cases.models import (
    Case,
    CaseNote,
    Contact,
    Enquiry,
    FollowUp,
    GuidanceVersion,
    IdentityDocument,
    Outcome,
    Person,
    ReturnCode,
    Topic,
    Transfer,
    digest_of,
    document_key,
)
from cases.models.search import REFERENCE
from cases.permissions import can_log_enquiry, can_read_sent, can_record_person, can_unseal, can_use_desk
from cases.services.transfers import checked_agreement, tell_coordinators
from cases.workflow import TransferState
from gai_portal.lib.locks import locked
from gai_portal.lib.personal import naming, pointing_at_somebody
from municipalities.models import Municipality, Office

SHORTEST_REASON = 10  # characters
QUESTIONS = 20  # to other offices
QUESTIONS_WITHIN = timedelta(hours=1)
# Codes that may be asked for in that time, by one officer and by all desks of a municipality together.
CODES_OF_OFFICER, CODES_OF_TOWN = 12, 40
MOST_TOLD = 50  # conversations under one code


class TooManyQuestions(Exception):
    """Somebody asks about more people than come to a desk in an hour."""


@transaction.atomic
def unseal(row: models.Model, *, reason: str, by: User, address: str | None = None) -> AccessLog:
    """A coordinator opens a restricted record for the rest of the day, and says why.

    The line in the access log is the permission. The office's coordinators, the author and the assigned
    officer are told.
    """
    if not can_unseal(by, row):
        raise PermissionDenied(f"{by} may not open {row._meta.model_name} {row.pk}")
    reason = " ".join(reason.split())
    if len(reason) < SHORTEST_REASON:
        raise ValidationError(gettext("Say why in a few words: who reads the log has to understand it."))
    # The log outlives the record: not even an erasure empties it.
    if found := [*pointing_at_somebody(reason), *naming(reason, _names_of(row))]:
        problem = gettext("Take out what points at one person: %(found)s") % {"found": ", ".join(found[:5])}
        raise ValidationError(problem)
    line = record_access(Verb.UNSEALED, row, by=by, why=reason, address=address)
    told = User.objects.with_role({Role.COORDINATOR}, line.municipality)
    concerned = User.objects.filter(
        pk__in=[getattr(row, "author_id", None), getattr(row, "assigned_to_id", None)], is_active=True
    )
    notify(
        [user for user in [*told, *concerned] if user != by],
        text=lambda: gettext("{who} has opened the restricted record {record}, with a reason.").format(
            who=by, record=line.label
        ),
        url=row.get_absolute_url(),  # type: ignore[attr-defined]  # all that can be restricted have one
    )
    return line


def _names_of(row: Any) -> list[str]:
    """All that somebody is called whom a record is about, by itself or by its case."""
    person = row if isinstance(row, Person) else row.person
    if person is None and isinstance(row, Enquiry) and row.case:
        person = row.case.person
    return [] if person is None else [person.name, *person.aliases.values_list("name", flat=True)]


@dataclass(frozen=True)
class Told:
    """All that a return code tells of one conversation; of a restricted one only whom to ask."""

    office: Office
    day: date | None = None
    topic: Topic | None = None
    outcome: Outcome | None = None
    url: str = ""  # for whoever may read it anyway
    guidance: GuidanceVersion | None = None


@transaction.atomic
def thread_of_code(code: str, *, by: User, office: Office, address: str | None = None) -> ReturnCode | None:
    """What somebody's return code opens: the first of the three doors between offices (rules.md).

    The code is proof enough: whoever carries it is not asked for a name. Each question is logged, and after
    CODES_OF_OFFICER or CODES_OF_TOWN of them in an hour there are no more answers. A code that never was and
    one that has ended are the same.
    """
    if not can_log_enquiry(by, office):
        raise PermissionDenied(f"{by} has no desk at {office}")
    kind, town = ReturnCode._meta.label_lower, office.municipality_id
    _one_at_a_time(by)
    Municipality.objects.select_for_update(no_key=True).get(pk=town)
    since = timezone.now() - QUESTIONS_WITHIN
    asked = AccessLog.objects.filter(kind=kind, verb=Verb.SEARCHED, at__gte=since)
    of_officer, of_town = asked.filter(user=by).count(), asked.filter(municipality=town).count()
    if of_officer >= CODES_OF_OFFICER or of_town >= CODES_OF_TOWN:
        raise TooManyQuestions
    record_access(Verb.SEARCHED, Accessed(kind, "–", municipality=town), by=by, address=address)
    return ReturnCode.objects.open().filter(digest=digest_of(code)).first()


def _one_at_a_time(by: User) -> None:
    """Who asks twice at once waits until the first question is answered and counted."""
    User.objects.select_for_update(no_key=True).get(pk=by.pk)


@transaction.atomic
def told_by_thread(thread: ReturnCode, *, by: User, address: str | None = None) -> list[Told]:
    """The conversations under a code, the latest first, for whoever was shown the code: no free text.

    Each office whose conversations are shown sees in its access log who read them.
    """
    if not can_use_desk(by):
        raise PermissionDenied(f"{by} has no desk")
    enquiries = (
        Enquiry.objects.standing()
        .filter(return_code=thread, person=None)
        .with_names()
        .select_related("moved_to", "guidance")
    )
    rows = list(enquiries.order_by("-at", "-pk")[:MOST_TOLD])
    readable = Enquiry.objects.visible_to(by).filter(return_code=thread)
    own = set(readable.values_list("pk", flat=True))
    label, kind = thread.reference, ReturnCode._meta.label_lower
    for town in sorted({row.keeper.municipality_id for row in rows}):
        record_access(Verb.READ, Accessed(kind, label, str(thread.pk), town), by=by, address=address)
    return [_told(row, is_own=row.pk in own) for row in rows]


def _told(row: Enquiry, *, is_own: bool) -> Told:
    if row.is_restricted and not is_own:
        return Told(row.keeper)
    day = timezone.localdate(row.at)
    url = row.get_absolute_url() if is_own else ""
    return Told(row.keeper, day, row.topic, row.outcome, url, row.guidance)


@dataclass(frozen=True)
class KnownElsewhere:
    """All that one office learns of another's person: that there is one. The name and number stay inside."""

    office: Office


@transaction.atomic
def known_elsewhere(
    *,
    by: User,
    office: Office,
    document: IdentityDocument | None = None,
    phone: str = "",
    address: str | None = None,
) -> list[KnownElsewhere]:
    """Whether another office knows somebody: the second of the three doors between offices (rules.md).

    Before a person is recorded, an exact document (kind, country, number) or a verified telephone shows only
    which office knows them. Never by name, and never a restricted record. Each question is logged, and after
    QUESTIONS in an hour there are no more answers.
    """
    found = _matches(by=by, office=office, document=document, phone=phone, address=address)
    return [KnownElsewhere(each) for each in dict.fromkeys(person.office for person in found)]


@transaction.atomic
def ask_for_transfer(
    asked: Office,
    *,
    by: User,
    office: Office,
    agreed_on: date,
    document: IdentityDocument | None = None,
    phone: str = "",
    address: str | None = None,
) -> list[Transfer]:
    """Ask an office that knows somebody to hand the record over, through the same door and as often.

    Its coordinators get a line without personal data. The office that asks learns nothing more, nor whether
    another one has asked; asked again, it gets the same question back.
    """
    checked_agreement(agreed_on)
    questions = []
    for person in _matches(by=by, office=office, document=document, phone=phone, address=address):
        if (
            person.office != asked
            or locked(Person.objects.select_related("office"), person.pk).office != asked
        ):
            continue
        question = Transfer.objects.open().of(person).filter(to_office=office).first()
        if question is None:
            question = Transfer.objects.create(
                from_office=asked,
                to_office=office,
                person=person,
                state=TransferState.ASKED,
                agreed_on=agreed_on,
                asked_by=by,
                asked_at=timezone.now(),
            )
            tell_coordinators(asked, partial(_asked, question), question)
        questions.append(question)
    return questions


def _asked(question: Transfer) -> str:
    return gettext("{office} asks for a transfer: {reference}.").format(
        office=question.to_office, reference=question.reference
    )


def _matches(
    *, by: User, office: Office, document: IdentityDocument | None, phone: str, address: str | None
) -> list[Person]:
    if not can_record_person(by, office):
        raise PermissionDenied(f"{by} has no desk at {office}")
    _one_at_a_time(by)
    asked = AccessLog.objects.filter(user=by, verb=Verb.MATCHED, at__gte=timezone.now() - QUESTIONS_WITHIN)
    if asked.count() >= QUESTIONS:
        raise TooManyQuestions
    same = Q(pk__in=[])
    if document is not None and (key := document_key(document.number)):
        holders = IdentityDocument.objects.filter(
            kind=document.kind, country=document.country, number_key=key
        )
        same |= Q(pk__in=holders.values("person"))
    if phone:
        owners = Contact.objects.filter(channel="phone", value=phone, verified_at__isnull=False, whose="")
        same |= Q(pk__in=owners.values("person"))
    people = (
        Person.objects.standing()
        .consenting()
        .filter(same, is_restricted=False)
        .exclude(office__municipality=office.municipality_id)
        .select_related("office__municipality")
        .order_by("office__code", "pk")
    )
    found = list(people)
    record_access(
        Verb.MATCHED,
        Accessed(Person._meta.label_lower, "–", municipality=office.municipality_id),
        by=by,
        address=address,
    )
    for person in found:  # the other office sees who asked
        record_access(Verb.MATCHED, person, by=by, address=address)
    return found


def transfer_that_took(
    row: Person | Case | Enquiry, *, by: User, after: datetime | None = None
) -> Transfer | None:
    """With which a record left, for the office that had it and while that reads what it handed over.

    With `after`, only if it left later. Nobody is told where something restricted went.
    """
    since = timezone.now() - timedelta(days=settings.TRANSFER_READ_DAYS + 1)
    since = max(since, after or since)
    accepted = Transfer.objects.visible_to(by).filter(state=TransferState.ACCEPTED, decided_at__gte=since)
    for transfer in accepted if not row.is_restricted else ():
        if row.pk in transfer.moved.get(type(row).__name__, []) and can_read_sent(by, transfer):
            return transfer
    return None


def transfer_of_number(text: str, *, by: User) -> Transfer | None:
    """The same for whoever types exactly the number of a person's record or of a case."""
    row: Person | Case | None
    if match := REFERENCE.fullmatch(text):
        row = Person.objects.filter(pk=int(match[1])).first()
    else:
        row = Case.objects.filter(number=text.upper()).first()
    return transfer_that_took(row, by=by) if row else None


@dataclass(frozen=True)
class Sent:
    """What an office handed over, as it stood on that day: notes, and rows of the history of all else."""

    person: Any
    cases: list[Any]
    notes: list[CaseNote]
    follow_ups: list[Any]
    enquiries: list[Any]


@transaction.atomic
def read_sent(transfer: Transfer, *, by: User, address: str | None = None) -> Sent:
    """What an office handed over: the third of the three doors between offices (rules.md).

    For TRANSFER_READ_DAYS after a transfer its sender reads what stood in the record on that day, and nothing
    that the receiving office has written since. Not how to reach the person; never what is restricted, then
    or now. Each reading is logged at both offices, and after QUESTIONS in an hour the door is closed.
    """
    if not can_read_sent(by, transfer):
        raise PermissionDenied(f"{by} no longer reads {transfer}")
    _one_at_a_time(by)
    kind = Transfer._meta.label_lower
    lately = timezone.now() - QUESTIONS_WITHIN
    readings = AccessLog.objects.filter(user=by, verb=Verb.READ, kind=kind, at__gte=lately)
    if readings.count() >= QUESTIONS:
        raise TooManyQuestions
    record_access(Verb.READ, transfer, by=by, address=address)
    record = transfer.record
    if record.is_restricted or getattr(record, "erased_at", None):
        return Sent(None, [], [], [], [])
    record_access(Verb.READ, record, by=by, why=transfer.reference, address=address)

    def then(model: Any, *related: str) -> list[Any]:
        """Rows that moved, without those that are restricted now, as they were then."""
        moved = transfer.moved.get(model.__name__, [])
        now_open = list(model.objects.filter(pk__in=moved, is_restricted=False).values_list("pk", flat=True))
        rows = model.history.filter(id__in=now_open, history_date__lte=transfer.decided_at)
        return list(rows.latest_of_each().filter(is_restricted=False).select_related(*related))

    cases = then(Case, "topic__parent")
    notes = CaseNote.objects.filter(case__in=[case.id for case in cases], at__lte=transfer.decided_at)
    people = {person.id: person for person in then(Person)}  # and what was brought together with it
    return Sent(
        people.get(transfer.person_id),
        cases,
        list(notes.select_related("case", "author")),
        then(FollowUp),
        then(Enquiry, "office", "topic__parent", "outcome"),
    )
