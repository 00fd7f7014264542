"""What writes at the desk have in common: rows held in one order, work given only to whoever is there."""

from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _, gettext_lazy

from accounts.models import User
from accounts.roles import DESK_ROLES
from cases.models import Appointment, Case, Enquiry, FollowUp, Person
from gai_portal.lib.history import signed
from gai_portal.lib.locks import all_locked, locked
from municipalities.models import Office

# Said to whoever was writing about somebody who is erased by now.
GONE = gettext_lazy("The person is no longer on record. Nothing was saved: leave out what tells of them.")
NextRow = TypeVar("NextRow", FollowUp, Appointment)
About = TypeVar("About", Case, Enquiry)


def held(person: Person | None) -> Person | None:
    """Somebody whom a record is going to name, as they are now; they stay where they are until it stands."""
    if person is None:
        return None
    found: Person = locked(Person.objects.select_related("office", "consent"), person.pk)
    return found


def all_held(*people: Person | None) -> list[Any]:
    """The same for several, in the order of their keys, whoever asks."""
    known = {person.pk: person for person in people if person is not None}
    found = {pk: held(known[pk]) for pk in sorted(known)}
    return [None if person is None else found[person.pk] for person in people]


def locked_case(case: Case) -> Case:
    """A case that is going to be written, after its person: `gai_portal.lib.locks` says why in this order."""
    held(case.person)
    related = ("office", "topic", "person__office", "person__consent", "outcome", "author", "assigned_to")
    return unchanged(case, locked(Case.objects.select_related(*related), case.pk))


def unchanged(before: About, now: About) -> About:
    """The same record, unless its person was erased since: what somebody typed may tell of them."""
    was = before.person
    if was is not None and was.is_standing and (now.person is None or now.person.erased_at):
        raise ValidationError(GONE)
    return now


def held_matter(about: Case | Enquiry) -> Case | Enquiry:
    """A case, or an enquiry after its case, that something is going to be added to."""
    if isinstance(about, Case):
        return locked_case(about)
    held(about.person)
    if about.case is not None:  # names the same person, or one of both names nobody
        locked_case(about.case)
    related = ("office", "moved_to", "topic", "case", "person__office", "person__consent")
    return unchanged(about, locked(Enquiry.objects.select_related(*related), about.pk))


def save_next(row: NextRow, by: User | None) -> NextRow:
    """Write a follow-up or an appointment with its line of history; `by` is empty for the daily work."""
    if row.pk:
        row.version += 1
    signed(row, by).save()
    return row


def save_enquiry(enquiry: Enquiry, by: User) -> None:
    """Write a change of an enquiry with its line of history. What hangs on a restricted one is restricted."""
    enquiry.version += 1
    signed(enquiry, by).save()
    models: list[Any] = [FollowUp, Appointment] if enquiry.is_restricted else []
    for model in models:
        for row in all_locked(model.objects.filter(enquiry=enquiry, is_restricted=False)):
            row.is_restricted = True
            save_next(row, by)


def checked_assignee(to: User | None, office: Office) -> User | None:
    """Only somebody with a desk there today can be given work."""
    if to is not None and not to.has_role_in(office.municipality_id, DESK_ROLES):
        raise ValidationError({"assigned_to": _("This colleague has no desk at the office.")})
    return to
