"""What an officer who leaves passes on: cases, what is to be done, appointments, restricted records, drafts.

A further kind of record joins by a line in KINDS.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.db.models import Exists, F, IntegerField, OuterRef, Prefetch, Q, QuerySet, Subquery, When
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _, gettext_lazy
from simple_history.utils import bulk_update_with_history

from accounts.access import Verb, record_access
from accounts.models import Membership, User
from accounts.permissions import can_hand_over
from accounts.roles import DESK_ROLES, Role
from cases.models import Appointment, Case, CaseNote, Enquiry, FollowUp, IdentityDocument, Person
from cases.permissions import can_hand_over_desk
from cases.services.drafts import draft_entries, held_drafts, move_drafts
from cases.workflow import RUNNING_STATES
from gai_portal.lib.content import in_active_language
from gai_portal.lib.handovers import Entry, Kind, hand_over as hand_over_kinds

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

LATEST_NOTE = 400  # characters


@transaction.atomic
def hand_over(from_: User, to: Mapping[str, User], *, place: str, by: User) -> dict[str, list[int]]:
    """Everything that somebody has in hand at a desk goes on to colleagues there, as restricted as it is."""
    if not can_hand_over_desk(by, place):
        raise PermissionDenied(f"{by} may not hand over the desk of {place}")
    for rows in (_people(), _cases(), _enquiries()):  # before what hangs on them, as everywhere
        list(_held(rows, from_, place).select_for_update(of=("self",)).order_by("pk").values_list("pk"))
    return hand_over_kinds(KINDS, from_, to, place=place, by=by)


def left_behind(by: User) -> list[Membership]:
    """Colleagues who left with cases or things to do in hand, by their latest role: for who coordinates."""
    places = by.municipality_ids({Role.COORDINATOR})
    if not places:
        return []
    in_hand = {"assigned_to": OuterRef("user"), "office__municipality": OuterRef("municipality")}
    working = Membership.objects.current().filter(
        user=OuterRef("user"),
        municipality=OuterRef("municipality"),
        role__in=DESK_ROLES,
        user__is_active=True,
    )
    memberships = Membership.objects.visible_to(by).filter(
        Exists(FollowUp.objects.open().filter(**in_hand)) | Exists(Case.objects.running().filter(**in_hand)),
        ~Exists(working),
        municipality__in=places,
        role__in=DESK_ROLES,
        accepted_at__isnull=False,
    )
    latest = {row.user: row for row in memberships.select_related("user").order_by("starts_on", "pk")}
    return [row for row in latest.values() if can_hand_over(by, row)]


def with_holder(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Who has it in hand; of what is restricted and nobody's, whoever wrote it, who alone reads it."""
    author = models.Case(When(is_restricted=True, then="author"), output_field=IntegerField())
    holder = Coalesce("assigned_to", author, output_field=IntegerField())
    return rows.annotate(holder=holder, read_in=F("office__municipality"))


def _cases() -> QuerySet[Any]:
    """Those not closed, and the restricted ones, which somebody has to be able to read."""
    return with_holder(Case.objects.filter(Q(state__in=RUNNING_STATES) | Q(is_restricted=True)))


def _follow_ups() -> QuerySet[Any]:
    return with_holder(FollowUp.objects.open())


def _enquiries() -> QuerySet[Any]:
    kept = Q(is_restricted=True) | Q(assigned_to__isnull=False)
    rows = with_holder(Enquiry.objects.standing().filter(kept))
    # One that moved to another office with somebody's record is read there.
    return rows.annotate(read_in=Coalesce("moved_to__municipality", "office__municipality"))


def _appointments() -> QuerySet[Any]:
    return with_holder(Appointment.objects.planned())


def _people() -> QuerySet[Any]:
    return with_holder(Person.objects.standing())


def _holders(rows: QuerySet[Any]) -> Iterable[tuple[int, str]]:
    return rows.exclude(holder=None).order_by().values_list("holder", "read_in").distinct()


def _held(rows: QuerySet[Any], user: User, place: str) -> QuerySet[Any]:
    return rows.filter(holder=user.pk, read_in=place)


def _held_cases(user: User, place: str) -> QuerySet[Any]:
    return _held(_cases(), user, place)


def _held_apart(rows: QuerySet[Any], user: User, place: str) -> QuerySet[Any]:
    """What does not go along with a case."""
    of_cases = Q(case__in=_held_cases(user, place).values("pk"), case__isnull=False)
    return _held(rows, user, place).exclude(of_cases)


def _assign(rows: QuerySet[Any], to: User, by: User) -> list[int]:
    found = list(rows.select_for_update(of=("self",)).order_by("pk"))
    for row in found:
        if row.is_restricted and to == by:  # whoever takes it over alone opens it, for all to see
            record_access(Verb.UNSEALED, row, by=by, why=_("Took it over from a colleague who left"))
        row.assigned_to = to
        row.version += 1
    fields = ["assigned_to", "version"]
    bulk_update_with_history(found, rows.model, fields, batch_size=100, default_user=by)
    return [row.pk for row in found]


def _move_cases(from_: User, place: str, to: User, by: User) -> list[int]:
    """What is to be done in a case, its restricted enquiries and its appointments go along."""
    keys = _assign(_held_cases(from_, place), to, by)
    for rows in (_enquiries(), _follow_ups(), _appointments()):
        _assign(rows.filter(holder=from_.pk, case__in=keys), to, by)
    return keys


def _said(row: Any, title: str) -> str:
    """Restricted matters are read in the portal, not on paper."""
    return _("Restricted: read it in the portal") if row.is_restricted else title


def _sealed(model: Any, keys: Sequence[int], reader: User) -> list[Entry]:
    """What a coordinator does not see of what went on: by number, as in the list of such records."""
    rows = model.objects.sealed_to(reader).filter(pk__in=keys).select_related("office")
    said = _("Restricted: only the successor reads it")
    return [Entry(None, row.reference, said) for row in rows.order_by("pk")]


def _to_do(follow_up: FollowUp) -> str:
    return _("Restricted") if follow_up.is_restricted else str(follow_up)


def _expected(appointment: Appointment) -> tuple[date, str]:
    said = _("Restricted") if appointment.is_restricted else str(appointment)
    hour = date_format(timezone.localtime(appointment.starts_at), "TIME_FORMAT")
    return appointment.day, _("Appointment at {hour}: {what}").format(hour=hour, what=said)


def _case_entries(keys: Sequence[int], reader: User) -> list[Entry]:
    latest = CaseNote.objects.standing().filter(case=OuterRef("pk")).order_by("-at", "-pk")
    to_do = FollowUp.objects.visible_to(reader).open().select_related("office")
    expected = Appointment.objects.visible_to(reader).planned().select_related("office")
    rows = (
        Case.objects.visible_to(reader)
        .filter(pk__in=keys)
        .with_names()
        .annotate(latest_note=Subquery(latest.values("text")[:1]))
        .prefetch_related(Prefetch("follow_ups", queryset=to_do, to_attr="to_do"))
        .prefetch_related(Prefetch("appointments", queryset=expected, to_attr="expected"))
    )
    return [
        Entry(
            row,
            row.number,
            _said(row, row.title or in_active_language(row.topic, "name")[0]),
            facts=[
                str(row.get_state_display()),
                *([str(row.get_priority_display())] if row.priority != Case.Priority.NORMAL else []),
                *([row.person.reference] if row.person else []),
            ],
            text="" if row.is_restricted else (row.latest_note or "")[:LATEST_NOTE],
            dates=[
                *((follow_up.due_on, _to_do(follow_up)) for follow_up in row.to_do),
                *map(_expected, row.expected),
            ],
        )
        for row in rows.order_by("number")
    ] + _sealed(Case, keys, reader)


def _follow_up_entries(keys: Sequence[int], reader: User) -> list[Entry]:
    rows = FollowUp.objects.visible_to(reader).filter(pk__in=keys).with_names()
    return [
        Entry(
            row,
            row.reference,
            _said(row, str(row)),
            facts=[
                *([row.case.number] if row.case else []),
                *([row.person.reference] if row.person else []),
                *([] if row.is_open else [_("Done")]),
            ],
            dates=[(row.due_on, _to_do(row))] if row.is_open else [],
        )
        for row in rows.order_by("due_on", "pk")
    ]


def _appointment_entries(keys: Sequence[int], reader: User) -> list[Entry]:
    rows = Appointment.objects.visible_to(reader).filter(pk__in=keys).with_names()
    return [
        Entry(
            row,
            row.reference,
            _said(row, str(row)),
            facts=[
                str(row.get_state_display()),
                *([row.case.number] if row.case else []),
                *([row.person.reference] if row.person else []),
            ],
            dates=[_expected(row)] if row.is_planned else [],
        )
        for row in rows.order_by("starts_at", "pk")
    ]


def _person_entries(keys: Sequence[int], reader: User) -> list[Entry]:
    expiring = IdentityDocument.objects.filter(expires_on__gte=timezone.localdate()).order_by("expires_on")
    rows = (
        Person.objects.visible_to(reader)
        .filter(pk__in=keys)
        .standing()
        .select_related("office", "consent")
        .prefetch_related(Prefetch("documents_of_identity", queryset=expiring, to_attr="expiring"))
    )
    return [
        Entry(
            row,
            row.reference,
            _said(row, _("Person on record")),
            dates=[
                (row.consent.ends_on, _("The agreement to be on record ends")),
                *(
                    (paper.expires_on, _("Expires: {paper}").format(paper=paper.get_kind_display()))
                    for paper in row.expiring
                    if paper.expires_on
                ),
            ],
        )
        for row in rows.order_by("pk")
    ] + _sealed(Person, keys, reader)


def _enquiry_entries(keys: Sequence[int], reader: User) -> list[Entry]:
    rows = Enquiry.objects.visible_to(reader).filter(pk__in=keys).with_names()
    return [
        Entry(
            row,
            row.reference,
            _said(row, in_active_language(row.topic, "name")[0]),
            facts=[date_format(timezone.localtime(row.at), "SHORT_DATE_FORMAT")],
        )
        for row in rows.order_by("-at")
    ] + _sealed(Enquiry, keys, reader)


def _kind(
    name: str,
    label: "StrPromise",
    rows: Callable[[], QuerySet[Any]],
    entries: Callable[[Sequence[int], User], list[Entry]],
    held: Callable[[QuerySet[Any], User, str], QuerySet[Any]] = _held_apart,
) -> Kind:
    """Records of a desk that are assigned to somebody."""
    return Kind(
        name,
        label,
        DESK_ROLES,
        held=lambda user, place: held(rows(), user, place),
        move=lambda from_, place, to, by: _assign(held(rows(), from_, place), to, by),
        entries=entries,
        holders=lambda: _holders(rows()),
    )


# In this order: what goes along with a case has left the other kinds when their turn comes.
KINDS: list[Kind] = [
    Kind(
        "case",
        gettext_lazy("Cases, with what is to be done in them"),
        DESK_ROLES,
        held=_held_cases,
        move=_move_cases,
        entries=_case_entries,
        holders=lambda: _holders(_cases()),
    ),
    _kind("follow_up", gettext_lazy("Other things to do"), _follow_ups, _follow_up_entries),
    _kind("appointment", gettext_lazy("Other appointments"), _appointments, _appointment_entries),
    _kind("person", gettext_lazy("People on record"), _people, _person_entries, _held),
    _kind("enquiry", gettext_lazy("Restricted enquiries"), _enquiries, _enquiry_entries),
    Kind(
        "draft",
        gettext_lazy("Drafts"),
        DESK_ROLES,
        held=held_drafts,
        move=move_drafts,
        entries=draft_entries,
    ),
]
