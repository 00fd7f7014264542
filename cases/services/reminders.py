"""What the desk is reminded of by itself: documents that expire, agreements that end. Daily work."""

from datetime import date, datetime, timedelta
from typing import cast

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext, gettext_noop

from accounts.models import User
from accounts.roles import DESK_ROLES, Role
from accounts.services import notify
from cases.models import FollowUp, IdentityDocument, Person
from cases.models.follow_ups import ENDING
from cases.services.desk import held, save_next
from cases.services.erasure import anonymise_person
from gai_portal.lib.formats import format_day
from gai_portal.lib.locks import all_locked
from municipalities.models import Office

EXPIRING = gettext_noop("Remind the person: {document}, valid until {day}")


def remind_of_documents() -> int:
    """REMINDER_DAYS before a document expires, whoever agreed to reminders is to be told, once."""
    today = timezone.localdate()
    people = Person.objects.standing().consenting().filter(consent__for_reminders=True)
    documents = (
        IdentityDocument.objects.filter(
            person__in=people,
            expires_on__gte=today,
            expires_on__lte=today + timedelta(days=settings.REMINDER_DAYS),
        )
        .exclude(reminded_of=F("expires_on"), reminded_of__isnull=False)
        .select_related("person__office", "person__author", "person__assigned_to")
    )
    concerned = Person.objects.filter(documents_of_identity__in=documents).distinct()
    return sum(_remind_of(documents.filter(person=person), person) for person in concerned.order_by("pk"))


@transaction.atomic
def _remind_of(documents: QuerySet[IdentityDocument], person: Person) -> int:
    held(person)  # before the documents, as everywhere
    told = all_locked(documents)
    for document in told:
        day = cast("date", document.expires_on)
        _remind(document.person, FollowUp.Source.DOCUMENT, EXPIRING, day, document)
        # Not what somebody wrote: it leaves no line in the history.
        IdentityDocument.objects.filter(pk=document.pk).update(reminded_of=day)
    return len(told)


@transaction.atomic
def remind_of_consents() -> int:
    """REMINDER_DAYS before an agreement ends, or after it has ended untold, the office is to ask again."""
    until = timezone.localdate() + timedelta(days=settings.REMINDER_DAYS)
    people = (
        Person.objects.standing()
        .filter(consent__withdrawn_at=None, consent__ends_on__lte=until)
        .exclude(_was_told())
        .select_related("office", "consent", "author", "assigned_to")
    )
    told = all_locked(people)
    for person in told:
        _remind(person, FollowUp.Source.CONSENT, ENDING, person.consent.ends_on)
    return len(told)


def anonymise_ended() -> int:
    """CONSENT_GRACE_DAYS after an agreement has ended, and after the office was told, the name goes."""
    grace = timedelta(days=settings.CONSENT_GRACE_DAYS)
    due = (
        Person.objects.standing()
        .filter(
            _was_told(timezone.now() - grace),
            consent__withdrawn_at=None,
            consent__ends_on__lt=timezone.localdate() - grace,
        )
        .select_related("office")
        .order_by("office", "pk")
    )
    gone: dict[Office, list[str]] = {}
    for person in due:
        if anonymise_person(person, by=None).erased_at:  # nobody has renewed it meanwhile
            gone.setdefault(person.office, []).append(person.reference)
    for office, records in gone.items():
        _tell_coordinators(office, records)
    return sum(map(len, gone.values()))


def _was_told(before: datetime | None = None) -> Exists:
    """Whether the office was told (before some moment) that the present agreement ends."""
    reminders = FollowUp.objects.filter(
        person=OuterRef("pk"),
        source=FollowUp.Source.CONSENT,
        created_at__gte=OuterRef("consent__recorded_at"),
    )
    return Exists(reminders.filter(created_at__lte=before) if before else reminders)


def _remind(
    person: Person, source: str, text: str, day: date, document: IdentityDocument | None = None
) -> None:
    """Something to do for the person's officer, today. The office's language is that of the portal."""
    with translation.override(settings.LANGUAGE_CODE):
        kind = document.get_kind_display() if document else ""
        title = gettext(text).format(day=format_day(day), document=kind)
    here = person.office.municipality_id
    officers = [person.assigned_to, person.author]
    officer = next((one for one in officers if one and one.has_role_in(here, DESK_ROLES)), None)
    follow_up = FollowUp(
        office=person.office,
        person=person,
        title=title,
        due_on=timezone.localdate(),
        source=source,
        is_restricted=person.is_restricted,
        author=person.author,
        assigned_to=officer,
    )
    save_next(follow_up, by=None)
    if person.is_restricted and officer is None:  # nobody reads it: a coordinator has to find somebody
        notify(
            User.objects.with_role({Role.COORDINATOR}, here),
            text=lambda: gettext(
                "Something is to be done for the restricted record {record}, which is assigned to nobody."
            ).format(record=person.reference),
            url=person.get_absolute_url(),
        )


def _tell_coordinators(office: Office, records: list[str]) -> None:
    notify(
        User.objects.with_role({Role.COORDINATOR}, office.municipality_id),
        text=lambda: gettext("Made anonymous, because the agreement had ended: {records}.").format(
            records=", ".join(records)
        ),
        url=reverse("cases:person_search"),
    )
