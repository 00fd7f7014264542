"""Somebody's agreement to be on record: given, renewed, withdrawn."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from cases.models import Consent, FollowUp, Person
from cases.permissions import can_erase_person, can_renew_consent
from cases.services.desk import save_next
from cases.services.erasure import anonymise_person, erase_person
from gai_portal.lib.formats import format_day
from gai_portal.lib.history import signed
from gai_portal.lib.locks import locked
from municipalities.models import Office

LONGEST = 5 * 366  # days; nobody agrees for ever


def usual_end(start: date | None = None) -> date:
    """The day until which a consent holds unless somebody wishes otherwise."""
    start = start or timezone.localdate()
    years, month = divmod(start.month - 1 + settings.CONSENT_MONTHS, 12)
    return date(start.year + years, month + 1, min(start.day, 28))


def explanation(office: Office, ends_on: date) -> str:
    """What is read out before somebody agrees, in the active language; kept word by word with the consent."""
    return " ".join(explanation_parts(office, format_day(ends_on)))


def explanation_parts(office: Office, day: str) -> list[str]:
    """The same in parts; on paper the `day` is written by hand."""
    return [
        _("You do not have to give your name: {office} helps you in any case.").format(office=office),
        _(
            "If you agree, we write down your name, how to reach you, your documents and what we do for "
            "you, so that you need not tell it again."
        ),
        _(
            "Only the staff of this office reads it. Every reading is noted. No other authority sees "
            "your file; statistics show no names."
        ),
        _("We pass something on only to the organisations that you name."),
        _(
            "It is kept until {day}. Unless you agree again by then, it is made anonymous {number} days "
            "later."
        ).format(day=day, number=settings.CONSENT_GRACE_DAYS),
        _(
            "You may see your file, have it corrected, take a copy, or withdraw your agreement on any "
            "day: then we erase it or make it anonymous, as you choose."
        ),
    ]


def give_consent(content: Mapping[str, Any], *, person: Person | None, by: User) -> Consent:
    """Write down an agreement; inside a transaction of the caller, who sees to the rights."""
    partners = content.get("partners", ())
    consent = Consent(
        **{name: value for name, value in content.items() if name != "partners"},
        person=person,
        recorded_by=by,
    )
    if not consent.holds_on():
        raise ValidationError({"ends_on": _("This consent has ended already. Ask the person again.")})
    if (consent.ends_on - consent.starts_on).days > LONGEST:
        raise ValidationError({"ends_on": _("This is too long. Choose a day within five years.")})
    consent.save()
    consent.partners.set(partners)
    return consent


@transaction.atomic
def renew_consent(person: Person, content: Mapping[str, Any], *, by: User) -> Person:
    """A new agreement takes the place of the former one, which stays on file."""
    person = _locked(person)
    if not can_renew_consent(by, person):
        raise PermissionDenied(f"{by} may not renew the consent of {person.reference}")
    person.consent = give_consent(content, person=person, by=by)
    signed(person, by).save()
    asks = FollowUp.objects.open().select_for_update(of=("self",))
    for asked in asks.filter(person=person, source=FollowUp.Source.CONSENT):
        asked.closed_at, asked.closed_by = timezone.now(), by
        save_next(asked, by)
    return person


@transaction.atomic
def withdraw_consent(person: Person, choice: Consent.Withdrawal, *, by: User) -> Person:
    """The person takes the agreement back: at once the record is erased or made anonymous, as they choose."""
    person = _locked(person)
    if not can_erase_person(by, person):
        raise PermissionDenied(f"{by} may not withdraw the consent of {person.reference}")
    Consent.objects.filter(person=person, withdrawn_at=None).update(
        withdrawn_at=timezone.now(), withdrawn_by=by, withdrawal=choice
    )
    end = erase_person if choice == Consent.Withdrawal.ERASE else anonymise_person
    return end(person, by=by)


def _locked(person: Person) -> Person:
    found: Person = locked(Person.objects.select_related("office", "consent"), person.pk)
    return found
