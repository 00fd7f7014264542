"""A matter that the desk follows over time."""

from collections.abc import Iterable
from typing import Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from accounts.models import User
from cases.models.enquiries import NOTE_LIMIT
from cases.models.people import Person
from cases.models.restricted import OfPersonQuerySet, RestrictedQuerySet
from cases.models.topics import ChecklistItem, DeadlineRule, Outcome, Topic
from cases.workflow import RUNNING_STATES, CaseState
from gai_portal.lib.kept import KeptForeignKey
from municipalities.models import Office

TITLE_LIMIT = 160  # characters


class CaseCounter(models.Model):
    """The last number that an office gave in a year. Its row is locked while the next one is given."""

    office = KeptForeignKey(Office, on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["office", "year"], name="counter_once_per_year")]

    def __str__(self) -> str:
        return f"{self.office.code} {self.year}: {self.last}"


class CaseQuerySet(RestrictedQuerySet):
    """Cases. The desk of the municipality reads them, and nobody else."""

    office_path = "office"

    def running(self) -> Self:
        """Not closed."""
        return self.filter(state__in=RUNNING_STATES)

    def numbered(self, text: str, codes: Iterable[str], year: int) -> Self:
        """Those of a typed number; by its last part, those that one of these offices opened that year."""
        text = text.strip()[:40]
        ends = [text] if text.count("-") == 3 else []
        if text.isascii() and text.isdigit():
            ends = [f"-{code}-{year}-{int(text):05}" for code in codes]
        found = Q(pk__in=[])
        for end in ends:
            found |= Q(number__iendswith=end)
        return self.filter(found)

    def with_names(self) -> Self:
        """With the rows that a list names beside each case."""
        return self.select_related("person", "assigned_to", "author")


class Case(models.Model):
    """A matter that an office follows over time, under one number that stays when it moves."""

    class Priority(models.TextChoices):
        NORMAL = "normal", _("Normal")
        HIGH = "high", _("High")
        URGENT = "urgent", _("Urgent")

    office = KeptForeignKey(Office, on_delete=models.PROTECT, related_name="cases", verbose_name=_("office"))
    # GAI-SL-2026-00012: the name of the offices, the office that opened it, the year, a number without gaps.
    number = models.CharField(_("number"), max_length=40, unique=True, editable=False)
    topic = KeptForeignKey(Topic, on_delete=models.PROTECT, related_name="+", verbose_name=_("topic"))
    # Named only with consent; a matter without a name can be followed, too.
    person = models.ForeignKey(
        Person,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="cases",
        verbose_name=_("person"),
    )
    title = models.CharField(_("what it is about"), max_length=TITLE_LIMIT, blank=True)
    priority = models.CharField(_("priority"), max_length=6, choices=Priority, default=Priority.NORMAL)
    state = models.CharField(
        _("state"), max_length=8, choices=CaseState, default=CaseState.OPEN, editable=False
    )
    is_restricted = models.BooleanField(_("restricted"), default=False)
    author = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", verbose_name=_("opened by"), editable=False
    )
    assigned_to = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("assigned to"),
    )
    opened_at = models.DateTimeField(_("opened"), default=timezone.now, editable=False)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True, editable=False)
    outcome = KeptForeignKey(
        Outcome,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("outcome"),
        editable=False,
    )
    close_reason = models.TextField(_("how it ended"), max_length=NOTE_LIMIT, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)  # for optimistic locking
    read_by: int | None = None  # whom a page that only shows has fetched it for

    objects = CaseQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        ordering = ["-opened_at", "-pk"]
        indexes = [
            models.Index(fields=["office", "state", "-opened_at", "-id"], name="case_newest_of_office"),
            models.Index(fields=["assigned_to", "state"], name="case_by_assignee"),
        ]
        constraints = [
            models.CheckConstraint(
                name="case_closed_with_an_outcome",
                condition=Q(state="closed", closed_at__isnull=False, outcome__isnull=False)
                | ~Q(state="closed") & Q(closed_at=None, outcome=None, close_reason=""),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("cases:case_detail", args=[self.pk])

    @property
    def reference(self) -> str:
        """How the record is called where no name may stand."""
        return self.number

    @property
    def is_running(self) -> bool:
        return self.state in RUNNING_STATES

    def papers_to_bring(self) -> models.QuerySet[ChecklistItem]:
        """What the lists of its topic ask for."""
        return ChecklistItem.objects.filter(
            is_active=True, checklist__is_active=True, checklist__topics=self.topic_id
        )

    def deadline_rules(self) -> models.QuerySet[DeadlineRule]:
        """The legal deadlines of its topic that can be counted."""
        return self.topic.deadlines.filter(is_active=True, offset_hours__isnull=False)

    def uncounted_deadlines(self) -> models.QuerySet[DeadlineRule]:
        """Those whose day nobody has told yet."""
        return self.deadline_rules().exclude(pk__in=self.follow_ups.exclude(rule=None).values("rule"))


class OfCaseQuerySet(OfPersonQuerySet):
    """What belongs to a case is read by whoever reads the case."""

    person_path = "case"
    office_path = "case__office"


class CaseNoteQuerySet(OfCaseQuerySet):
    def standing(self) -> Self:
        """Without those that a later note corrects."""
        return self.filter(correction=None)


class CaseNote(models.Model):
    """What was done or learnt in a case. It never changes: a correction is a new note that names it."""

    class Help(models.TextChoices):
        INFORMED = "informed", _("Informed")
        FILLED_IN = "filled_in", _("Filled in a form or letter")
        ACCOMPANIED = "accompanied", _("Went along to another service")
        INTERPRETED = "interpreted", _("Interpreted")

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="notes", verbose_name=_("case"))
    text = models.TextField(_("note"), max_length=NOTE_LIMIT, blank=True)
    help_given = models.CharField(_("kind of help"), max_length=11, choices=Help, blank=True)
    author = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", verbose_name=_("author"), editable=False
    )
    at = models.DateTimeField(_("date and time"), default=timezone.now, editable=False)
    corrects = models.OneToOneField(
        "self",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="correction",
        verbose_name=_("corrects"),
        editable=False,
    )

    objects = CaseNoteQuerySet.as_manager()

    class Meta:
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["case", "-at", "-id"], name="note_newest_of_case")]

    def __str__(self) -> str:
        return f"{self.case}, {timezone.localdate(self.at)}"


class ChecklistEntry(models.Model):
    """Whether the person has brought one document of a checklist of the case's topic."""

    case = models.ForeignKey(
        Case, on_delete=models.CASCADE, related_name="checklist_entries", verbose_name=_("case")
    )
    item = models.ForeignKey(
        ChecklistItem, on_delete=models.PROTECT, related_name="+", verbose_name=_("document")
    )
    is_done = models.BooleanField(_("brought"), default=False)
    by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", verbose_name=_("noted by"), editable=False
    )
    at = models.DateTimeField(_("noted"), default=timezone.now, editable=False)

    objects = OfCaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("document of a case's checklist")
        verbose_name_plural = _("documents of a case's checklist")
        ordering = ["case", "item"]
        constraints = [models.UniqueConstraint(fields=["case", "item"], name="checklist_item_once_per_case")]

    def __str__(self) -> str:
        return f"{self.case}, {self.item}"
