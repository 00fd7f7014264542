"""The desk: what enquiries are about, and the record of each contact."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext, gettext_lazy as _
from simple_history.models import HistoricalRecords

from accounts.models import MunicipalityScopedQuerySet, User
from accounts.roles import DESK_ROLES
from gai_portal.lib.content import in_active_language
from gai_portal.lib.countries import nationality_name
from municipalities.models import Office, Partner

NOTE_LIMIT = 5_000  # characters


class ReferenceRow(models.Model):
    """One entry of a short list that the national level keeps: a code and its name in each language."""

    code = models.CharField(_("code"), max_length=30, primary_key=True)
    name_pt = models.CharField(_("name (Portuguese)"), max_length=160)
    name_en = models.CharField(_("name (English)"), max_length=160, blank=True)
    name_fr = models.CharField(_("name (French)"), max_length=160, blank=True)
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        abstract = True
        ordering = ["order", "code"]

    def __str__(self) -> str:
        return in_active_language(self, "name")[0]


class Checklist(ReferenceRow):
    """The documents that a procedure asks for."""

    caution_pt = models.TextField(_("caution (Portuguese)"), blank=True)
    caution_en = models.TextField(_("caution (English)"), blank=True)
    caution_fr = models.TextField(_("caution (French)"), blank=True)

    class Meta(ReferenceRow.Meta):
        verbose_name = _("checklist")
        verbose_name_plural = _("checklists")


class ChecklistItem(ReferenceRow):
    """One document of a checklist."""

    class Required(models.TextChoices):
        YES = "yes", _("Always")
        IF_ASKED = "if_asked", _("If asked for")
        IF_APPLICABLE = "if_applicable", _("If it applies")

    checklist = models.ForeignKey(
        Checklist, on_delete=models.CASCADE, related_name="items", verbose_name=_("checklist")
    )
    required = models.CharField(_("required"), max_length=14, choices=Required)

    class Meta(ReferenceRow.Meta):
        verbose_name = _("document of a checklist")
        verbose_name_plural = _("documents of checklists")


class DeadlineRule(ReferenceRow):
    """A legal deadline that a desk must know, counted from a date in the record."""

    name_pt = models.CharField(_("rule (Portuguese)"), max_length=300)
    name_en = models.CharField(_("rule (English)"), max_length=300, blank=True)
    name_fr = models.CharField(_("rule (French)"), max_length=300, blank=True)
    # Hours from the date on which the clock starts; before it when negative; empty: no single term.
    offset_hours = models.IntegerField(_("term (hours)"), null=True, blank=True)

    class Meta(ReferenceRow.Meta):
        verbose_name = _("deadline")
        verbose_name_plural = _("deadlines")


class TopicQuerySet(models.QuerySet["Topic"]):
    """What enquiries are about."""

    def in_use(self) -> Self:
        return self.filter(is_active=True)

    def with_guidance(self) -> Self:
        """Ready for the page that tells an officer what to say."""
        partners = Partner.objects.filter(is_active=True)
        paths = ("partners", "parent__partners", "call_first", "parent__call_first")
        return self.select_related("parent").prefetch_related(
            *(models.Prefetch(path, partners) for path in paths),
            models.Prefetch("checklists", Checklist.objects.filter(is_active=True)),
            models.Prefetch("checklists__items", ChecklistItem.objects.filter(is_active=True)),
            models.Prefetch("deadlines", DeadlineRule.objects.filter(is_active=True)),
        )


class Topic(ReferenceRow):
    """What an enquiry is about: a group (ENT) or a topic of it (ENT.03)."""

    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("group"),
    )
    is_sensitive = models.BooleanField(
        _("sensitive"), default=False, help_text=_("Special data: the text of a note stays out of exports.")
    )
    is_restricted = models.BooleanField(
        _("restricted"), default=False, help_text=_("Read only by the author and the assigned officer.")
    )
    is_urgent = models.BooleanField(_("urgent"), default=False)
    partners = models.ManyToManyField(
        Partner, blank=True, related_name="topics", verbose_name=_("partners to refer to")
    )
    call_first = models.ManyToManyField(
        Partner,
        blank=True,
        related_name="+",
        verbose_name=_("partners to call first"),
        help_text=_("For urgent topics."),
    )
    checklists = models.ManyToManyField(
        Checklist, blank=True, related_name="topics", verbose_name=_("checklists")
    )
    deadlines = models.ManyToManyField(
        DeadlineRule, blank=True, related_name="topics", verbose_name=_("deadlines")
    )

    objects = TopicQuerySet.as_manager()

    class Meta(ReferenceRow.Meta):
        verbose_name = _("topic")
        verbose_name_plural = _("topics")

    def full_name(self) -> str:
        """Its name after that of its group."""
        return f"{self.parent} › {self}" if self.parent else str(self)

    def referral_partners(self) -> list[Partner]:
        """Its own partners, or those of its group."""
        return list(self.partners.all()) or (list(self.parent.partners.all()) if self.parent else [])

    def urgent_partners(self) -> list[Partner]:
        """Whom to call at once; nobody for a topic that can wait."""
        if not self.is_urgent:
            return []
        return list(self.call_first.all()) or (list(self.parent.call_first.all()) if self.parent else [])


class Channel(ReferenceRow):
    """How the contact reached the desk."""

    class Meta(ReferenceRow.Meta):
        verbose_name = _("channel")
        verbose_name_plural = _("channels")


class RequesterType(ReferenceRow):
    """Who asks: the person, a relative, an association …"""

    class Meta(ReferenceRow.Meta):
        verbose_name = _("kind of requester")
        verbose_name_plural = _("kinds of requester")


class Outcome(ReferenceRow):
    """What came of the contact."""

    closes = models.BooleanField(_("settles the matter"), default=False)

    class Meta(ReferenceRow.Meta):
        verbose_name = _("outcome")
        verbose_name_plural = _("outcomes")


class Language(ReferenceRow):
    """A language spoken at the desk, by its BCP 47 code."""

    class Meta(ReferenceRow.Meta):
        verbose_name = _("language")
        verbose_name_plural = _("languages")


class LegalStatus(ReferenceRow):
    """A residence status. Never required, never in lists, exports, e-mails or notices."""

    max_days = models.PositiveSmallIntegerField(_("longest stay (days)"), null=True, blank=True)

    class Meta(ReferenceRow.Meta):
        verbose_name = _("legal status")
        verbose_name_plural = _("legal statuses")


class EnquiryQuerySet(MunicipalityScopedQuerySet):
    """Enquiries. The desk of the municipality reads them, and nobody else."""

    municipality_path = "office__municipality"
    local_readers = DESK_ROLES

    def visible_to(self, user: User) -> Self:
        """Also inside the office: a restricted one only for its author and the assigned officer."""
        return super().visible_to(user).filter(Q(is_restricted=False) | Q(author=user) | Q(assigned_to=user))

    def standing(self) -> Self:
        """Without those that were voided."""
        return self.filter(voided_at=None)

    def with_names(self) -> Self:
        """With the rows that a list names beside each enquiry."""
        return self.select_related("office", "topic__parent", "channel", "outcome", "author")


@dataclass(frozen=True)
class Change:
    """A step in the life of an enquiry: who did what when, and the old and new value of each field."""

    at: datetime
    by: User | None
    label: str
    fields: list[tuple[str, str, str]]


class Enquiry(models.Model):
    """A desk's record of one contact. Anonymous: all it says of the person is optional and coarse."""

    class Sex(models.TextChoices):
        FEMALE = "f", _("Woman")
        MALE = "m", _("Man")
        OTHER = "x", _("Other or not stated")

    class AgeBand(models.TextChoices):
        FROM_0 = "0-5", "0-5"
        FROM_6 = "6-13", "6-13"
        FROM_14 = "14-17", "14-17"
        FROM_18 = "18-24", "18-24"
        FROM_25 = "25-34", "25-34"
        FROM_35 = "35-44", "35-44"
        FROM_45 = "45-64", "45-64"
        FROM_65 = "65+", "65+"

    office = models.ForeignKey(
        Office, on_delete=models.PROTECT, related_name="enquiries", verbose_name=_("office")
    )
    at = models.DateTimeField(_("date and time"), default=timezone.now)
    channel = models.ForeignKey(
        Channel, on_delete=models.PROTECT, related_name="+", verbose_name=_("channel")
    )
    topic = models.ForeignKey(Topic, on_delete=models.PROTECT, related_name="+", verbose_name=_("topic"))
    outcome = models.ForeignKey(
        Outcome, on_delete=models.PROTECT, related_name="+", verbose_name=_("outcome")
    )
    sex = models.CharField(_("sex"), max_length=1, choices=Sex, blank=True)
    age_band = models.CharField(_("age"), max_length=5, choices=AgeBand, blank=True)
    nationality = models.CharField(
        _("nationality"), max_length=2, blank=True, help_text="ISO 3166-1 alpha-2."
    )
    language = models.ForeignKey(
        Language,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("language"),
    )
    note = models.TextField(_("note"), max_length=NOTE_LIMIT, blank=True)
    is_restricted = models.BooleanField(_("restricted"), default=False, editable=False)
    author = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", verbose_name=_("author"), editable=False
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
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("voided by"),
        editable=False,
    )
    void_reason = models.CharField(_("reason"), max_length=300, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)  # for optimistic locking

    objects = EnquiryQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("enquiry")
        verbose_name_plural = _("enquiries")
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["office", "-at", "-id"], name="enquiry_newest_of_office"),
            models.Index(fields=["office", "topic", "-at", "-id"], name="enquiry_by_topic_of_office"),
        ]
        constraints = [
            models.CheckConstraint(
                name="enquiry_voided_by_somebody",
                condition=Q(voided_at=None, voided_by=None)
                | Q(voided_at__isnull=False, voided_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.office.code}-{self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("cases:enquiry_detail", args=[self.pk])

    def changes_for(self, user: User) -> list[Change]:
        """What happened to it, the latest first; what was restricted stays with author and assignee."""
        rows = self.history.select_related(
            "office", "topic__parent", "channel", "outcome", "language", "history_user"
        ).order_by("history_date", "history_id")
        if user.pk not in {self.author_id, self.assigned_to_id}:
            rows = rows.filter(is_restricted=False)
        changes: list[Change] = []
        previous = None
        for row in rows:
            label = gettext("Recorded") if row.history_type == "+" else gettext("Corrected")
            if row.voided_at is not None and (previous is None or previous.voided_at is None):
                label = gettext("Voided")
            fields: list[tuple[str, str, str]] = []
            if previous is not None:
                for name in SHOWN_FIELDS:
                    old, new = describe(previous, name), describe(row, name)
                    if old != new:
                        fields.append((label_of(name), old, new))
            changes.append(Change(row.history_date, row.history_user, label, fields))
            previous = row
        return changes[::-1]


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
)


def label_of(field: str) -> str:
    """The name of a field of an enquiry, as a heading."""
    column: Any = Enquiry._meta.get_field(field)
    return capfirst(str(column.verbose_name))


def describe(row: Any, field: str) -> str:
    """The value of a field of an enquiry, or of a row of its history, in words."""
    match field:
        case "at":
            return date_format(timezone.localtime(row.at), "SHORT_DATETIME_FORMAT")
        case "topic":
            return row.topic.full_name()
        case "sex" | "age_band":
            return str(getattr(row, f"get_{field}_display")())
        case "nationality":
            return nationality_name(row.nationality)
        case _:
            value = getattr(row, field)
            return "" if value is None else str(value)
