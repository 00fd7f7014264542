"""Records that go from one office to another: asked for, offered, and accepted in one step.

A person moves with all that is on record of them, a case without a name moves alone. Until it is accepted the
sender writes; from then on the receiver does.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Role
from accounts.services import notify
from cases.models import Appointment, Case, Enquiry, Person, Transfer
from cases.permissions import can_make, can_offer_record
from cases.services.desk import checked_assignee
from cases.services.people import index_names
from cases.workflow import (
    ACCEPT_TRANSFER,
    CANCEL_TRANSFER,
    DECLINE_TRANSFER,
    OFFER_TRANSFER,
    REFUSE_TRANSFER,
    WITHDRAW_TRANSFER,
    AppointmentState,
    TransferMove,
    TransferState,
)
from gai_portal.lib.history import signed
from gai_portal.lib.locks import locked
from gai_portal.lib.personal import pointing_at_somebody
from municipalities.models import Office

# What moves with somebody, or with a case, in the order in which it is locked: the ways that lead from it to
# the people and cases that move, and the column that says where it is read. What hangs on these rows goes
# along: notes, documents, contacts, consents. A test fails on a model with an office that is not named here.
MOVES: dict[str, tuple[dict[str, str], str]] = {
    "Person": ({}, "office"),
    "Case": ({"person": "Person"}, "office"),
    "Enquiry": ({"person": "Person", "case": "Case"}, "moved_to"),
    "FollowUp": ({"person": "Person", "case": "Case", "enquiry": "Enquiry"}, "office"),
    "Appointment": ({"person": "Person", "case": "Case", "enquiry": "Enquiry"}, "office"),
}


@transaction.atomic
def offer_transfer(
    record: Person | Case, *, to_office: Office, reason: str, agreed_on: date, by: User
) -> Transfer:
    """Offer somebody's record, or a case without a name, to another office. Nothing moves yet."""
    related = ("office", "consent") if isinstance(record, Person) else ("office",)
    record = locked(type(record)._default_manager.select_related(*related), record.pk)
    if not can_offer_record(by, record):
        raise PermissionDenied(f"{by} may not hand over {record.reference}")
    transfer = Transfer(
        from_office=record.office,
        to_office=to_office,
        state=TransferState.OFFERED,
        agreed_on=checked_agreement(agreed_on),
        reason=checked_words(reason, "reason"),
        offered_by=by,
        offered_at=timezone.now(),
        **{"person" if isinstance(record, Person) else "case": record},
    )
    if to_office.municipality_id == record.office.municipality_id:
        raise ValidationError({"to_office": _("The desks of one municipality share their records already.")})
    if Transfer.objects.open().of(record).exists():
        raise ValidationError(_("This record is on offer already, or another office has asked for it."))
    transfer.save()
    _tell_receiver(transfer)
    return transfer


def offer_what_was_asked(transfer: Transfer, *, reason: str, by: User) -> Transfer:
    """Answer another office's question by offering the record, to one at a time."""
    reason = checked_words(reason, "reason")
    return _make(transfer, OFFER_TRANSFER, by=by, reason=reason, offered_by=by, offered_at=timezone.now())


def decline_transfer(transfer: Transfer, *, answer: str, by: User) -> Transfer:
    """The record stays where it is, whatever another office has asked."""
    return _make(transfer, DECLINE_TRANSFER, by=by, answer=checked_words(answer, "answer"))


def cancel_transfer(transfer: Transfer, *, by: User) -> Transfer:
    """The office that asked needs it no longer."""
    return _make(transfer, CANCEL_TRANSFER, by=by)


def refuse_transfer(transfer: Transfer, *, answer: str, by: User) -> Transfer:
    """The office that it was offered to does not take it."""
    return _make(transfer, REFUSE_TRANSFER, by=by, answer=checked_words(answer, "answer"))


def withdraw_transfer(transfer: Transfer, *, by: User) -> Transfer:
    """The sender keeps the record after all."""
    return _make(transfer, WITHDRAW_TRANSFER, by=by)


@transaction.atomic
def accept_transfer(transfer: Transfer, *, assigned_to: User | None = None, by: User) -> Transfer:
    """Take the record over, with all that belongs to it, in one step. A second acceptance finds it accepted.

    Every row that moves is locked before the first one changes: whoever is writing into one of them finishes
    before, or is refused after, because the record is another office's by then.
    """
    _lock_record(transfer)
    transfer = _locked_for(transfer, ACCEPT_TRANSFER, by=by)
    others = Transfer.objects.open().exclude(pk=transfer.pk).of(transfer.record)
    list(others.select_for_update().order_by("pk").values_list("pk"))
    moving = _locked_rows(transfer)
    record: Any = transfer.record
    record.refresh_from_db()
    if record.office != transfer.from_office:
        raise ValidationError(_("The record is no longer at the office that offered it."))
    if isinstance(record, Person):
        if not record.is_standing or not record.consent.holds_on():
            raise ValidationError(
                _("The person's agreement has ended, or the record was merged into another.")
            )
    elif record.person_id:
        raise ValidationError(
            _("Meanwhile this case names somebody. Ask the other office to offer it again.")
        )
    new_owner = checked_assignee(assigned_to, transfer.to_office)
    former = {row.assigned_to for name in ("Person", "Case", "FollowUp") for row in moving[name]}
    for name, rows in moving.items():
        for row in rows:
            _move(row, MOVES[name][1], transfer.to_office, new_owner, by)
    for person in moving["Person"]:
        index_names(person)
    transfer.moved = {name: [row.pk for row in rows] for name, rows in moving.items()}
    transfer = _decide(transfer, ACCEPT_TRANSFER, by=by)
    record.refresh_from_db()
    for other in others.select_related("from_office", "to_office", "asked_by"):
        _answer_in_vain(other, transfer)
    notify(
        {transfer.offered_by, *former} - {None, by},
        text=lambda: _("{office} has taken over the transfer {reference}.").format(
            office=transfer.to_office, reference=transfer.reference
        ),
        url=reverse("cases:transfer_list"),
    )
    return transfer


def _answer_in_vain(question: Transfer, accepted: Transfer) -> None:
    """Another office had asked, too: the record has left the one that it asked."""
    with translation.override(settings.LANGUAGE_CODE):
        question.answer = _("The record is no longer here.")
    by: Any = accepted.offered_by  # transfer_accepted_was_offered
    question = _decide(question, DECLINE_TRANSFER, by=by)
    _tell_state(question, [question.asked_by])


def checked_agreement(agreed_on: date) -> date:
    if agreed_on > timezone.localdate():
        raise ValidationError({"agreed_on": _("This day is in the future.")})
    return agreed_on


def checked_words(text: str, field: str) -> str:
    """What the other office reads before it has the record: nothing that points at somebody."""
    if not text.strip():
        raise ValidationError({field: _("Write a few words: the other office reads nothing else.")})
    if found := pointing_at_somebody(text):
        problem = _("Take out what points at one person: %(found)s") % {"found": ", ".join(found[:5])}
        raise ValidationError({field: problem})
    return text.strip()


def tell_coordinators(office: Office, text: Any, transfer: Transfer) -> None:
    """A line for those who answer, without personal data."""
    coordinators = User.objects.with_role({Role.COORDINATOR}, office.municipality_id)
    notify(coordinators, text=text, url=transfer.get_absolute_url())


def _tell_receiver(transfer: Transfer) -> None:
    tell_coordinators(
        transfer.to_office,
        lambda: _("{office} offers the transfer {reference}.").format(
            office=transfer.from_office, reference=transfer.reference
        ),
        transfer,
    )


@transaction.atomic
def _make(transfer: Transfer, move: TransferMove, *, by: User, **values: Any) -> Transfer:
    """A move that leaves the record where it is; the other side is told."""
    if move is OFFER_TRANSFER:
        _lock_record(transfer)
    transfer = _locked_for(transfer, move, by=by)
    offered = Transfer.objects.of(transfer.record).filter(state=TransferState.OFFERED)
    if move is OFFER_TRANSFER and offered.exists():
        raise ValidationError(_("This record is on offer to another office. Withdraw that offer first."))
    for name, value in values.items():
        setattr(transfer, name, value)
    transfer = _decide(transfer, move, by=by)
    if move is OFFER_TRANSFER:
        _tell_receiver(transfer)
        concerned: Iterable[User | None] = [transfer.asked_by]
    else:
        concerned = [transfer.asked_by, transfer.offered_by]
    _tell_state(transfer, [user for user in concerned if user != by])
    return transfer


def _tell_state(transfer: Transfer, concerned: Iterable[User | None]) -> None:
    state = transfer.get_state_display
    notify(
        [user for user in concerned if user is not None],
        text=lambda: _("Transfer {reference}: {state}.").format(reference=transfer.reference, state=state()),
        url=transfer.get_absolute_url(),
    )


def _lock_record(transfer: Transfer) -> None:
    """Before its transfer. That of somebody, so that nothing more is brought together with it, either."""
    locked(type(transfer.record)._default_manager.all(), transfer.record.pk)


def _locked_for(transfer: Transfer, move: TransferMove, *, by: User) -> Transfer:
    found: Transfer = locked(Transfer.objects.with_names().select_related("person__consent"), transfer.pk)
    if found.state != move.source:
        raise ValidationError(
            _("Meanwhile this transfer is in the state “{state}”.").format(state=found.get_state_display())
        )
    if not can_make(by, found, move):
        raise PermissionDenied(f"{by} may not {move.name} {found}")
    return found


def _decide(transfer: Transfer, move: TransferMove, *, by: User) -> Transfer:
    transfer.state = move.target
    if not transfer.is_open:
        transfer.decided_by, transfer.decided_at = by, timezone.now()
    transfer.save()
    return transfer


def _locked_rows(transfer: Transfer) -> dict[str, list[Any]]:
    """All that moves, by model: records that were brought together with the person's among them."""
    first: dict[str, list[int]] = {"Case": [transfer.case_id] if transfer.case_id else []}
    if transfer.person is not None:
        first["Person"] = [one.pk for one in transfer.person.with_absorbed()]
    found: dict[str, list[Any]] = {}
    for name, (ways, _column) in MOVES.items():
        leading = Q(pk__in=first.get(name, []))
        for path, source in ways.items():
            leading |= Q(**{f"{path}__in": [row.pk for row in found[source]]})
        model: Any = apps.get_model("cases", name)
        found[name] = list(model._base_manager.select_for_update().filter(leading).order_by("pk"))
    return found


def _move(row: models.Model, column: str, office: Office, assigned_to: User | None, by: User) -> None:
    """To its new office. `assigned_to` gets what is to be done and what is restricted; nobody the rest."""
    here: Any = row
    is_back = column == "moved_to" and here.office_id == office.pk
    setattr(here, column, None if is_back else office)
    is_over = getattr(here, "closed_at", None) is not None or isinstance(row, Appointment | Enquiry)
    if isinstance(row, Appointment) and row.is_planned:
        row.state = AppointmentState.CANCELLED  # it was at the office that the record leaves
    here.assigned_to = None if is_over and not here.is_restricted else assigned_to
    here.version += 1
    signed(here, by).save()
