"""What the desk has to do by a day."""

from datetime import date
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone, translation
from django.utils.text import Truncator
from django.utils.translation import gettext, gettext_lazy as _, gettext_noop
from simple_history.models import HistoricalRecords

from accounts.models import User
from cases.models.cases import TITLE_LIMIT, Case
from cases.models.enquiries import Enquiry
from cases.models.people import Person
from cases.models.restricted import RestrictedQuerySet, unsealed
from cases.models.topics import DeadlineRule
from gai_portal.lib.content import content_text
from gai_portal.lib.formats import format_day
from gai_portal.lib.kept import KeptForeignKey
from municipalities.models import Office

ENDING = gettext_noop("The agreement to be on record ends on {day}. Ask whether the person agrees again.")


class FollowUpQuerySet(RestrictedQuerySet):
    """Things to do. One of a restricted case, person or enquiry is restricted, too."""

    office_path = "office"

    def open(self) -> Self:
        """Neither done nor dropped."""
        return self.filter(closed_at=None)

    def due(self, on: date | None = None) -> Self:
        """To be done by a day (today), the overdue ones among them."""
        return self.open().filter(due_on__lte=on or timezone.localdate())

    def overdue(self, on: date | None = None) -> Self:
        return self.open().filter(due_on__lt=on or timezone.localdate())

    def with_names(self) -> Self:
        return self.select_related("case", "person__consent", "assigned_to", "author")

    def _unsealed_by(self, user: User) -> Q:
        """The reason that opened the case or the enquiry opens what is to be done in it."""
        return Q(unsealed(user, Case, "case")) | Q(unsealed(user, Enquiry, "enquiry"))


class FollowUp(models.Model):
    """Something to do by a day, for a case, for somebody on record, or for the office."""

    class Source(models.TextChoices):
        TYPED = "typed", _("Written by hand")
        DEADLINE = "deadline", _("Legal deadline")
        DOCUMENT = "document", _("Document that expires")
        REFERRAL = "referral", _("Referral")
        CONSENT = "consent", _("Agreement that ends")

    office = KeptForeignKey(
        Office, on_delete=models.PROTECT, related_name="follow_ups", verbose_name=_("office")
    )
    case = models.ForeignKey(
        Case,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="follow_ups",
        verbose_name=_("case"),
    )
    person = models.ForeignKey(
        Person,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="follow_ups",
        verbose_name=_("person"),
    )
    enquiry = models.ForeignKey(
        Enquiry,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="follow_ups",
        verbose_name=_("enquiry"),
    )
    title = models.CharField(_("what is to be done"), max_length=TITLE_LIMIT, blank=True)
    due_on = models.DateField(_("by"))
    source = models.CharField(
        _("where it comes from"), max_length=8, choices=Source, default=Source.TYPED, editable=False
    )
    # A legal deadline, and the day from which it is counted.
    rule = KeptForeignKey(
        DeadlineRule,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("deadline"),
        editable=False,
    )
    counted_from = models.DateField(_("counted from"), null=True, blank=True, editable=False)
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
    closed_at = models.DateTimeField(_("done"), null=True, blank=True, editable=False)
    closed_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("done by"),
        editable=False,
    )
    was_dropped = models.BooleanField(_("no longer needed"), default=False, editable=False)
    result = models.CharField(_("what came of it"), max_length=300, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)  # for optimistic locking

    objects = FollowUpQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("follow-up")
        verbose_name_plural = _("follow-ups")
        ordering = ["due_on", "pk"]
        indexes = [
            models.Index(fields=["office", "closed_at", "due_on", "id"], name="follow_up_due_of_office"),
            models.Index(fields=["assigned_to", "closed_at", "due_on"], name="follow_up_due_of_officer"),
        ]
        constraints = [
            models.CheckConstraint(
                name="follow_up_done_by_somebody",
                condition=Q(closed_at=None, closed_by=None, was_dropped=False)
                | Q(closed_at__isnull=False, closed_by__isnull=False),
            ),
            models.CheckConstraint(
                name="follow_up_counted_by_a_rule",
                condition=Q(rule=None, counted_from=None)
                | Q(rule__isnull=False, counted_from__isnull=False, case__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["case", "rule"],
                condition=Q(closed_at=None),
                name="follow_up_once_per_case_and_rule",
            ),
        ]

    def __str__(self) -> str:
        return self.shown_title or self.reference

    @property
    def shown_title(self) -> str:
        """Of a legal deadline and an agreement that ends: in the reader's language, if nobody reworded it."""
        for write in (self._deadline, self._ending):
            with translation.override(settings.LANGUAGE_CODE):  # as the portal stores it
                stored = write()
            if stored and stored == self.title:
                return write()
        return self.title

    def _deadline(self) -> str:
        return Truncator(content_text(self.rule, "name")).chars(TITLE_LIMIT) if self.rule else ""

    def _ending(self) -> str:
        if self.source != self.Source.CONSENT or self.person is None:
            return ""
        return gettext(ENDING).format(day=format_day(self.person.consent.ends_on))

    @property
    def reference(self) -> str:
        """How it is called where no text may stand."""
        return f"{self.office.code}-D{self.pk}"

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    @property
    def is_overdue(self) -> bool:
        return self.is_open and self.due_on < timezone.localdate()
