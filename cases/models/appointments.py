"""When the desk expects somebody, and where."""

from datetime import date, datetime, time, timedelta
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from accounts.models import User
from cases.models.cases import TITLE_LIMIT, Case
from cases.models.enquiries import Enquiry
from cases.models.people import Person
from cases.models.restricted import RestrictedQuerySet, unsealed
from cases.workflow import AppointmentState
from gai_portal.lib.kept import KeptForeignKey
from municipalities.models import Office, Partner


class AppointmentQuerySet(RestrictedQuerySet):
    """Appointments. One of a restricted case, person or enquiry is restricted, too."""

    office_path = "office"

    def planned(self) -> Self:
        return self.filter(state=AppointmentState.PLANNED)

    def between(self, first: date, last: date) -> Self:
        """On these days, the last one among them."""
        start = timezone.make_aware(datetime.combine(first, time.min))
        end = timezone.make_aware(datetime.combine(last + timedelta(days=1), time.min))
        return self.filter(starts_at__gte=start, starts_at__lt=end)

    def at_the_same_time(self, other: "Appointment") -> Self:
        """Other planned ones of the same officer that overlap with it."""
        return (
            self.planned()
            .filter(assigned_to=other.assigned_to_id, assigned_to__isnull=False)
            .filter(starts_at__lt=other.ends_at, ends_at__gt=other.starts_at)
            .exclude(pk=other.pk)
        )

    def with_names(self) -> Self:
        return self.select_related("case", "person", "assigned_to", "author", "enquiry")

    def _unsealed_by(self, user: User) -> Q:
        """The reason that opened the case or the enquiry opens its appointments."""
        return Q(unsealed(user, Case, "case")) | Q(unsealed(user, Enquiry, "enquiry"))


class Appointment(models.Model):
    """A time at which somebody is expected. With nobody named yet it is a free slot of a joint day."""

    office = KeptForeignKey(
        Office, on_delete=models.PROTECT, related_name="appointments", verbose_name=_("office")
    )
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    place = models.CharField(_("place, if not at the office"), max_length=120, blank=True)
    # Another service that is there, too: the border police, the social security, a consulate.
    partner = KeptForeignKey(
        Partner,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("together with"),
    )
    case = models.ForeignKey(
        Case,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="appointments",
        verbose_name=_("case"),
    )
    person = models.ForeignKey(
        Person,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="appointments",
        verbose_name=_("person"),
    )
    title = models.CharField(_("for whom or what, without a name"), max_length=TITLE_LIMIT, blank=True)
    state = models.CharField(
        _("state"),
        max_length=9,
        choices=AppointmentState,
        default=AppointmentState.PLANNED,
        editable=False,
    )
    # What was recorded when the person came.
    enquiry = models.OneToOneField(
        Enquiry,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="appointment",
        verbose_name=_("enquiry"),
        editable=False,
    )
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
        verbose_name=_("who receives"),
    )
    created_at = models.DateTimeField(_("recorded"), default=timezone.now, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)  # for optimistic locking

    overlaps = False  # said by the agenda: of two that one officer has at the same time

    objects = AppointmentQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("appointment")
        verbose_name_plural = _("appointments")
        ordering = ["starts_at", "pk"]
        indexes = [
            models.Index(fields=["office", "starts_at"], name="appointment_of_office"),
            models.Index(fields=["assigned_to", "starts_at"], name="appointment_of_officer"),
        ]
        constraints = [
            models.CheckConstraint(
                name="appointment_ends_after_it_starts", condition=Q(ends_at__gt=F("starts_at"))
            ),
            models.CheckConstraint(
                name="appointment_with_an_enquiry_was_kept", condition=Q(enquiry=None) | Q(state="kept")
            ),
        ]

    def __str__(self) -> str:
        return self.title or self.reference

    def get_absolute_url(self) -> str:
        return reverse("cases:appointment_edit", args=[self.pk])

    @property
    def reference(self) -> str:
        """How it is called where no text may stand."""
        return f"{self.office.code}-M{self.pk}"

    @property
    def is_planned(self) -> bool:
        return self.state == AppointmentState.PLANNED

    @property
    def is_recorded(self) -> bool:
        """What was said when the person came is on record, and counts."""
        return self.enquiry is not None and self.enquiry.voided_at is None

    @property
    def is_free(self) -> bool:
        """A slot that nobody has taken."""
        return self.is_planned and not (self.title or self.person_id or self.case_id)

    @property
    def has_begun(self) -> bool:
        return self.starts_at <= timezone.now()

    @property
    def day(self) -> date:
        return timezone.localtime(self.starts_at).date()

    @property
    def minutes(self) -> int:
        return int((self.ends_at - self.starts_at).total_seconds() // 60)
