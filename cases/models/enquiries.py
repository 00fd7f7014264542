"""The record of each contact at the desk."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from django.db import models
from django.db.models import Q, Sum
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext, gettext_lazy as _
from simple_history.models import HistoricalRecords

from accounts.models import User
from accounts.roles import Role
from cases.models.restricted import RestrictedQuerySet
from cases.models.topics import Channel, Language, Outcome, ReferenceRow, RequesterType, Topic
from gai_portal.lib.code_lists import CodeListField
from gai_portal.lib.countries import nationality_name
from gai_portal.lib.kept import KeptForeignKey
from municipalities.models import Office

NOTE_LIMIT = 5_000  # characters
LONGEST = 720  # minutes
SMALLEST_GROUP, LARGEST_GROUP = 2, 2_000  # people


class Sex(models.TextChoices):
    """What a person says of themselves. Empty: not stated."""

    FEMALE = "f", _("Woman")
    MALE = "m", _("Man")
    OTHER = "x", _("Other")


class AgeBand(models.TextChoices):
    """Coarse enough to point at nobody, fine enough to know a child, a pupil or a pensioner."""

    FROM_0 = "0-5", "0-5"
    FROM_6 = "6-13", "6-13"
    FROM_14 = "14-17", "14-17"
    FROM_18 = "18-24", "18-24"
    FROM_25 = "25-34", "25-34"
    FROM_35 = "35-44", "35-44"
    FROM_45 = "45-64", "45-64"
    FROM_65 = "65+", "65+"

    @classmethod
    def of(cls, age: int) -> str:
        """The band of an age in full years."""
        return str([band for band in cls if int(re.split(r"[-+]", band)[0]) <= age][-1])


class Interpreter(models.TextChoices):
    """Whether two people understood each other only by a third. Empty: not needed."""

    USED = "used", _("Needed, and there was one")
    MISSING = "missing", _("Needed, and there was none")


class EnquiryQuerySet(RestrictedQuerySet):
    """Enquiries. The desk of the municipality reads them, and nobody else."""

    office_path = "office"

    def where(self, user: User, roles: Iterable[Role]) -> Q:
        """Where it was recorded, unless its record has gone to another office; then there."""
        offices = user.office_ids(roles)
        return Q(office__in=offices, moved_to=None) | Q(moved_to__in=offices)

    def kept_by(self, user: User) -> Q:
        """Also what is about somebody restricted whom they read, by name or by its case."""
        models_: Any = [self.model._meta.get_field(name).related_model for name in ("person", "case")]
        person, case = models_
        people = person.objects.visible_to(user).filter(is_restricted=True)
        cases = case.objects.filter(person__in=people)
        return super().kept_by(user) | Q(person__in=people) | Q(case__in=cases)

    def counted_for(self, user: User) -> Self:
        """What the own figures of somebody's office count: every contact there, wherever it is read now."""
        offices = user.office_ids(self.local_readers)
        return self.filter(self.open_to(user), office__in=offices)

    def about(self, codes: Iterable[str]) -> Self:
        """About one of these topics, be it the main one or a further one."""
        asked = Q(topic__in=list(codes))
        for code in codes:
            asked |= Q(further_topics__holds=code)
        return self.filter(asked)

    def standing(self) -> Self:
        """Without those that were voided."""
        return self.filter(voided_at=None)

    def with_names(self) -> Self:
        """With the rows that a list names beside each enquiry, as far as they do not come from memory."""
        return self.select_related("author")

    def reached(self) -> int:
        """How many people stood behind them: each of a group, and one for any other enquiry."""
        return self.aggregate(people=Sum(Coalesce("people", 1), default=0))["people"]


@dataclass(frozen=True)
class Change:
    """A step in the life of an enquiry: who did what when, and the old and new value of each field."""

    at: datetime
    by: User | None
    label: str
    fields: list[tuple[str, str, str]]


class Enquiry(models.Model):
    """A desk's record of one contact. Anonymous first: what it says of the person is optional and coarse."""

    Sex = Sex
    AgeBand = AgeBand
    Interpreter = Interpreter

    # Every index slows each recording down: there are those of Meta, which the lists ask, and few others.
    office = KeptForeignKey(
        Office, on_delete=models.PROTECT, db_index=False, related_name="enquiries", verbose_name=_("office")
    )
    at = models.DateTimeField(_("date and time"), default=timezone.now)
    channel = KeptForeignKey(
        Channel, on_delete=models.PROTECT, db_index=False, related_name="+", verbose_name=_("channel")
    )
    topic = KeptForeignKey(
        Topic, on_delete=models.PROTECT, db_index=False, related_name="+", verbose_name=_("topic")
    )
    outcome = KeptForeignKey(
        Outcome, on_delete=models.PROTECT, db_index=False, related_name="+", verbose_name=_("outcome")
    )
    # Named only with consent. It stays empty for most.
    person = models.ForeignKey(
        "cases.Person",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="enquiries",
        verbose_name=_("person"),
    )
    case = models.ForeignKey(
        "cases.Case",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="enquiries",
        verbose_name=_("case"),
        editable=False,
    )
    # Somebody who gives no name has come before, or will come again: see cases/models/codes.py.
    return_code = models.ForeignKey(
        "cases.ReturnCode",
        on_delete=models.SET_NULL,
        db_index=False,
        null=True,
        blank=True,
        related_name="enquiries",
        verbose_name=_("return code"),
        editable=False,
    )
    # Where it is read and put right since a transfer. It stays counted where the contact was, at `office`.
    moved_to = KeptForeignKey(
        Office,
        on_delete=models.PROTECT,
        db_index=False,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("on record at"),
        editable=False,
    )
    sex = models.CharField(_("sex"), max_length=1, choices=Sex, blank=True)
    age_band = models.CharField(_("age"), max_length=5, choices=AgeBand, blank=True)
    nationality = models.CharField(
        _("nationality"), max_length=2, blank=True, help_text="ISO 3166-1 alpha-2."
    )
    language = KeptForeignKey(
        Language,
        on_delete=models.PROTECT,
        db_index=False,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("language"),
    )
    note = models.TextField(_("note"), max_length=NOTE_LIMIT, blank=True)
    # What most contacts have not. `topic` is what it was mostly about, and the one that is published.
    further_topics = CodeListField(_("further topics"), max_length=200)
    requester = KeptForeignKey(
        RequesterType,
        on_delete=models.PROTECT,
        db_index=False,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("who asks"),
    )
    minutes = models.PositiveSmallIntegerField(_("duration in minutes"), null=True, blank=True)
    further_languages = CodeListField(_("further languages"), max_length=200)
    interpreter = models.CharField(_("interpreter"), max_length=7, choices=Interpreter, blank=True)
    people = models.PositiveSmallIntegerField(_("people in the group"), null=True, blank=True)
    place = models.CharField(_("place"), max_length=120, blank=True)
    # Which text of the topic's card was told, and the language in which it was handed over.
    guidance = models.ForeignKey(
        "cases.GuidanceVersion",
        on_delete=models.PROTECT,
        db_index=False,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("guidance given"),
        editable=False,
    )
    guidance_language = KeptForeignKey(
        Language,
        on_delete=models.PROTECT,
        db_index=False,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("handed over in"),
        editable=False,
    )
    is_restricted = models.BooleanField(_("restricted"), default=False, editable=False)
    author = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        db_index=False,
        related_name="+",
        verbose_name=_("author"),
        editable=False,
    )
    assigned_to = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("assigned to"),
    )
    created_at = models.DateTimeField(_("recorded"), default=timezone.now, editable=False)
    voided_at = models.DateTimeField(_("voided"), null=True, blank=True, editable=False)
    voided_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        db_index=False,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("voided by"),
        editable=False,
    )
    void_reason = models.CharField(_("reason"), max_length=300, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)  # for optimistic locking

    objects = EnquiryQuerySet.as_manager()
    # Read by enquiry only: no other key of its rows needs an index.
    # The history never tells what a return code ties together: it would outlive the code.
    history = HistoricalRecords(
        excluded_fields=["return_code"],
        no_db_index=[
            "office",
            "moved_to",
            "channel",
            "topic",
            "outcome",
            "language",
            "requester",
            "guidance",
            "guidance_language",
            "author",
            "assigned_to",
            "voided_by",
        ],
    )

    class Meta:
        verbose_name = _("enquiry")
        verbose_name_plural = _("enquiries")
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["-at", "-id"], name="enquiry_newest"),  # of several offices
            models.Index(fields=["office", "-at", "-id"], name="enquiry_newest_of_office"),
            models.Index(fields=["author", "-id"], name="enquiry_newest_of_author"),
            models.Index(fields=["office", "topic", "-at", "-id"], name="enquiry_by_topic_of_office"),
            models.Index(
                fields=["moved_to"], condition=Q(moved_to__isnull=False), name="enquiry_moved_to_office"
            ),
            models.Index(
                fields=["return_code"],
                condition=Q(return_code__isnull=False),
                name="enquiry_under_return_code",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="enquiry_voided_by_somebody",
                condition=Q(voided_at=None, voided_by=None)
                | Q(voided_at__isnull=False, voided_by__isnull=False),
            ),
            models.CheckConstraint(
                name="enquiry_lasts_minutes_of_a_day",
                condition=Q(minutes=None) | Q(minutes__gte=1, minutes__lte=LONGEST),
            ),
            models.CheckConstraint(
                name="enquiry_of_a_group_is_of_several",
                condition=Q(people=None) | Q(people__gte=SMALLEST_GROUP, people__lte=LARGEST_GROUP),
            ),
            models.CheckConstraint(
                name="enquiry_of_a_group_names_nobody", condition=Q(people=None) | Q(person=None)
            ),
            models.CheckConstraint(
                name="enquiry_handed_over_a_card_that_was_given",
                condition=Q(guidance_language=None) | Q(guidance__isnull=False),
            ),
            models.CheckConstraint(
                name="enquiry_under_a_code_is_of_one_without_a_name",
                condition=Q(return_code=None) | Q(person=None, people=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.office.code}-{self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("cases:enquiry_detail", args=[self.pk])

    @property
    def reference(self) -> str:
        return str(self)

    @property
    def keeper(self) -> Office:
        """The office that reads it and puts it right."""
        return self.moved_to or self.office

    def restrict(self) -> None:
        """Restricted while one of its topics is, or whom it is about; then also while its case is."""
        stays = self.is_restricted and self.case is not None and self.case.is_restricted
        self.is_restricted = stays or self.is_about_restricted()

    def is_about_restricted(self) -> bool:
        """Whether one of its topics is restricted, or whom it is about, by name or by its case."""
        person = self.person or (self.case.person if self.case else None)
        if person is not None and person.is_restricted:
            return True
        topics = [self.topic_id, *self.further_topics]
        return Topic.objects.filter(pk__in=topics, is_restricted=True).exists()

    def changes_for(self, user: User) -> list[Change]:
        """What happened to it, the latest first; what was restricted stays with author and assignee."""
        related = (
            *("office", "moved_to", "topic__parent", "channel", "outcome", "language", "requester"),
            "person__office",
        )
        rows = self.history.select_related(*related, "history_user").order_by("history_date", "history_id")
        if user.pk not in {self.author_id, self.assigned_to_id} and not self.is_restricted:
            rows = rows.filter(is_restricted=False)
        changes: list[Change] = []
        names = names_in(rows)
        previous = None
        for row in rows:
            label = gettext("Recorded") if row.history_type == "+" else gettext("Corrected")
            if row.voided_at is not None and (previous is None or previous.voided_at is None):
                label = gettext("Voided")
            fields: list[tuple[str, str, str]] = []
            if previous is not None:
                for name in SHOWN_FIELDS:
                    old, new = describe(previous, name, names), describe(row, name, names)
                    if old != new:
                        fields.append((label_of(name), old, new))
            changes.append(Change(row.history_date, row.history_user, label, fields))
            previous = row
        return changes[::-1]


CODE_LISTS: dict[str, type[ReferenceRow]] = {"further_topics": Topic, "further_languages": Language}
MORE_FIELDS = (
    "further_topics",
    "requester",
    "minutes",
    "further_languages",
    "interpreter",
    "people",
    "place",
)
SHOWN_FIELDS = (
    "office",
    "at",
    "topic",
    "channel",
    "outcome",
    "sex",
    "age_band",
    "nationality",
    "language",
    "note",
    "person",
    "moved_to",
    "is_restricted",
    *MORE_FIELDS,
)


def label_of(field: str) -> str:
    """The name of a field of an enquiry, as a heading."""
    column: Any = Enquiry._meta.get_field(field)
    return capfirst(str(column.verbose_name))


def names_in(rows: Iterable[Any]) -> dict[str, str]:
    """What the codes are called that stand in the lists of these enquiries: one query for each list."""
    names: dict[str, str] = {}
    for field, model in CODE_LISTS.items():
        if codes := {code for row in rows for code in getattr(row, field)}:
            names |= {row.code: str(row) for row in model._default_manager.filter(pk__in=codes)}
    return names


def describe(row: Any, field: str, names: dict[str, str] | None = None) -> str:
    """The value of a field of an enquiry, or of a row of its history, in words; `names` as from names_in."""
    match field:
        case "further_topics" | "further_languages":
            return ", ".join((names or {}).get(code, code) for code in getattr(row, field))
        case "at":
            return date_format(timezone.localtime(row.at), "SHORT_DATETIME_FORMAT")
        case "topic":
            return row.topic.full_name()
        case "sex" | "age_band" | "interpreter":
            return str(getattr(row, f"get_{field}_display")())
        case "person":
            return row.person.reference if row.person else ""  # never a name: it may be restricted
        case "nationality":
            return nationality_name(row.nationality)
        case "is_restricted":
            return gettext("yes") if row.is_restricted else gettext("no")
        case _:
            value = getattr(row, field)
            return "" if value is None else str(value)
