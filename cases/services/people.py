"""Every write around somebody on record, with its line of history."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from cases.models import Alias, Contact, IdentityDocument, NamePart, Person
from cases.permissions import can_record_person, can_work_with_person
from cases.services.cases import enquiries_about, restrict_enquiries, restrict_what_tells_of
from cases.services.consents import give_consent
from gai_portal.lib.history import signed
from gai_portal.lib.locks import locked

# What an officer writes about somebody, and may correct.
CONTENT_FIELDS = (
    "name",
    "born_on",
    "sex",
    "nationality",
    "language",
    "legal_status",
    "is_restricted",
    "assigned_to",
)
Item = Alias | Contact | IdentityDocument


class PersonChanged(Exception):
    """Somebody else has changed the record since it was opened."""


@transaction.atomic
def record_person(
    content: Mapping[str, Any],
    *,
    consent: Mapping[str, Any],
    contacts: Sequence[Mapping[str, Any]] = (),
    documents: Sequence[Mapping[str, Any]] = (),
    by: User,
) -> Person:
    """Open a record for somebody who agrees to it. `content` holds the office and CONTENT_FIELDS."""
    if not can_record_person(by, content["office"]):
        raise PermissionDenied(f"{by} has no desk at {content['office']}")
    agreed = give_consent(consent, person=None, by=by)
    person = Person(**content, consent=agreed, author=by)
    check_birth(person)
    _save(person, by)
    agreed.person = person
    agreed.save(update_fields=["person"])
    for contact in contacts:
        _save_item(Contact(person=person, **contact), by)
    for document in documents:
        _save_item(checked_document(IdentityDocument(person=person, **document)), by)
    index_names(person)
    return person


@transaction.atomic
def correct_person(person: Person, content: Mapping[str, Any], *, version: int, by: User) -> Person:
    """Change what is on record, unless somebody else did so after `version` was read."""
    person = _locked(person)
    if not can_work_with_person(by, person):
        raise PermissionDenied(f"{by} may not change {person.reference}")
    if person.version != version:
        raise PersonChanged
    if all(getattr(person, name) == value for name, value in content.items()):
        return person
    was_restricted = person.is_restricted
    for name, value in content.items():
        setattr(person, name, value)
    check_birth(person)
    person.version += 1
    _save(person, by)
    if was_restricted and not person.is_restricted:
        restrict_enquiries(enquiries_about(person), by=by)
    if person.is_restricted:
        restrict_what_tells_of(person, by=by)
        for absorbed in person.with_absorbed()[1:]:
            absorbed.is_restricted = True
            _save(absorbed, by)
    index_names(person)
    return person


@transaction.atomic
def save_item(item: Item, *, by: User) -> Item:
    """Add or change another name, a contact or a document of somebody."""
    person = _locked(item.person)
    if not can_work_with_person(by, person):
        raise PermissionDenied(f"{by} may not change {person.reference}")
    if isinstance(item, IdentityDocument):
        checked_document(item)
    _save_item(item, by)
    if isinstance(item, Alias):
        index_names(person)
    return item


@transaction.atomic
def remove_item(item: Item, *, by: User) -> None:
    """Take something off the record. Its history stays until the person's goes."""
    person = _locked(item.person)
    if not can_work_with_person(by, person):
        raise PermissionDenied(f"{by} may not change {person.reference}")
    signed(item, by).delete()
    if isinstance(item, Alias):
        index_names(person)


@transaction.atomic
def index_names(person: Person) -> None:
    """Make anew what the search finds somebody by: after every change of a name, an alias or the office."""
    NamePart.objects.filter(person=person).delete()
    names = [person.name, *person.aliases.values_list("name", flat=True)]
    NamePart.objects.bulk_create(NamePart.of(person, names))


def check_birth(person: Person) -> None:
    if person.born_on and person.born_on > timezone.localdate():
        raise ValidationError({"born_on": _("This day is in the future.")})


def checked_document(document: IdentityDocument) -> IdentityDocument:
    """Only this country gives visas and permits to live here."""
    if document.kind in IdentityDocument.OF_THIS_COUNTRY and document.country != settings.COUNTRY_CODE:
        message = _("Only {country} issues this kind of document.")
        raise ValidationError({"country": message.format(**settings.LABELS)})
    return document


def _locked(person: Person) -> Person:
    found: Person = locked(Person.objects.select_related("office", "consent"), person.pk)
    return found


def _save(person: Person, by: User) -> None:
    signed(person, by).save()


def _save_item(item: Item, by: User) -> None:
    item.full_clean()
    signed(item, by).save()
