"""When a card changes materially: whom the desks told the older text, and what became of each."""

from datetime import timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _, ngettext

from accounts.models import User
from accounts.roles import Role
from accounts.services import notify
from cases.models import Case, Enquiry, Guidance, GuidanceVersion, Recall, Topic
from cases.permissions import can_mark_recall
from gai_portal.lib.content import content_text
from gai_portal.lib.locks import locked
from municipalities.models import Office

A_MONTH = timedelta(days=30.44)


def start_recalls(version: GuidanceVersion) -> None:
    """List who has to be told again, and tell the offices how many. In the transaction that publishes it.

    These are the running cases on the topic, and the contacts of the last RECALL_MONTHS about it that are not
    part of one: all of them were told an older text, or none. What still waited for an older version of the
    card now waits for this one.
    """
    topic, now = version.guidance.topic, timezone.now()
    waiting = Recall.objects.filter(version__guidance=version.guidance, done_at=None)
    waiting.filter(_listed_later(waiting)).delete()  # one record waits once
    waiting.update(version=version, at=now)
    listed = Recall.objects.filter(version=version)
    cases = Case.objects.running().filter(topic=topic)
    since = now - settings.RECALL_MONTHS * A_MONTH
    enquiries = Enquiry.objects.standing().about([topic.pk]).filter(at__gte=since).exclude(case__in=cases)
    rows = [
        *(Recall(version=version, case_id=pk, at=now) for pk in _further(cases, listed, "case")),
        *(Recall(version=version, enquiry_id=pk, at=now) for pk in _further(enquiries, listed, "enquiry")),
    ]
    Recall.objects.bulk_create(rows, batch_size=500)
    _tell_offices(version, topic)
    _tell_keepers(version)


def list_if_outdated(enquiry: Enquiry) -> None:
    """Who was told a text that had changed before the contact was recorded is told again, too.

    Whoever publishes a version waits for the contacts that are being recorded, and lists these; whoever
    records one while it is published waits, and sees it.
    """
    told = enquiry.guidance
    if told is None:
        return
    Guidance.objects.select_for_update(no_key=True).get(pk=told.guidance_id)
    later = told.guidance.versions.told().filter(number__gt=told.number, is_material=True)
    if latest := later.first():
        Recall.objects.create(version=latest, enquiry=enquiry)


def _listed_later(recalls: QuerySet[Recall]) -> Exists:
    """Whether the same record stands among `recalls` for a later version of the same card."""
    same = Q(enquiry=OuterRef("enquiry")) | Q(case=OuterRef("case"))
    card, number = OuterRef("version__guidance"), OuterRef("version__number")
    return Exists(recalls.filter(same, version__guidance=card, version__number__gt=number))


def _further(records: QuerySet[Any], listed: QuerySet[Recall], name: str) -> list[int]:
    """The records that are not on the list yet."""
    waiting = listed.filter(**{f"{name}__isnull": False}).values(name)
    return list(records.exclude(pk__in=waiting).order_by("pk").values_list("pk", flat=True))


def _tell_offices(version: GuidanceVersion, topic: Topic) -> None:
    """The coordinators learn how many, without the restricted ones: of these not even the topic is told."""
    waiting = Recall.objects.filter(version=version).open().order_by()
    counts: dict[int, int] = {}
    for rows in (
        waiting.filter(enquiry__is_restricted=False).values_list(
            Coalesce("enquiry__moved_to", "enquiry__office")
        ),
        waiting.filter(case__is_restricted=False).values_list("case__office"),
    ):
        for office, number in rows.annotate(Count("pk")):
            counts[office] = counts.get(office, 0) + number
    for office in Office.objects.filter(pk__in=counts):
        notify(
            User.objects.with_role({Role.COORDINATOR}, office.municipality_id),
            text=partial(_changed, topic, office, counts[office.pk]),
            url=reverse("cases:recall_list"),
        )


def _changed(topic: Topic, office: Office, number: int) -> str:
    return ngettext(
        "The card “{topic}” has changed: what {office} told in {number} conversation or case is no longer"
        " right. See whom to tell again.",
        "The card “{topic}” has changed: what {office} told in {number} conversations or cases is no longer"
        " right. See whom to tell again.",
        number,
    ).format(topic=content_text(topic, "name"), office=office, number=number)


def _tell_keepers(version: GuidanceVersion) -> None:
    """Who alone reads a restricted record learns that one of theirs is on the list, and not which."""
    waiting = Recall.objects.filter(version=version).open()
    waiting = waiting.filter(Q(enquiry__is_restricted=True) | Q(case__is_restricted=True))
    keepers: set[int] = set()
    for name in ("enquiry", "case"):
        keepers.update(*waiting.values_list(f"{name}__author", f"{name}__assigned_to"))
    users = User.objects.filter(is_active=True, pk__in=keepers - {None})
    # The record may have left their office.
    notify(
        [user for user in users if waiting.visible_to(user).exists()],
        text=_("A card has changed, and what you told somebody is no longer right: see whom to tell again."),
        url=reverse("cases:recall_list"),
    )


@transaction.atomic
def mark_recall(recall: Recall, *, dropped: bool = False, by: User) -> Recall:
    """Somebody was told again; or there was nothing to tell. A second time changes nothing."""
    recall = _lock(recall, by)
    if recall.done_at is None:
        recall.done_at, recall.done_by, recall.was_dropped = timezone.now(), by, dropped
        recall.save(update_fields=["done_at", "done_by", "was_dropped"])
    return recall


@transaction.atomic
def note_try(recall: Recall, *, by: User) -> Recall:
    """Somebody called, and the person was not reached: it stays on the list, and says so."""
    recall = _lock(recall, by)
    if recall.done_at is None:
        recall.tries, recall.tried_at = recall.tries + 1, timezone.now()
        recall.save(update_fields=["tries", "tried_at"])
    return recall


@transaction.atomic
def reopen_recall(recall: Recall, *, by: User) -> Recall:
    """It was marked too early. Nothing changes when the record was listed again for a later version."""
    recall = _lock(recall, by)
    if Recall.objects.filter(_listed_later(Recall.objects.all()), pk=recall.pk).exists():
        return recall
    recall.done_at, recall.done_by, recall.was_dropped = None, None, False
    recall.save(update_fields=["done_at", "done_by", "was_dropped"])
    return recall


def _lock(recall: Recall, by: User) -> Recall:
    recall = locked(Recall.objects.with_names(), recall.pk)
    if not can_mark_recall(by, recall):
        raise PermissionDenied(f"{by} may not mark {recall}")
    return recall
