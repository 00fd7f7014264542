"""Records that go from one office to another: asked for, offered, accepted."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import MunicipalityScopedQuerySet, User
from accounts.roles import DESK_ROLES, Role
from cases.models.cases import Case
from cases.models.people import Person
from cases.workflow import OPEN_TRANSFER_STATES, TransferState
from gai_portal.lib.kept import KeptForeignKey
from municipalities.models import Office

WORDS_LIMIT = 300  # characters


class TransferQuerySet(MunicipalityScopedQuerySet):
    """Transfers, known to the desks of both offices; of what is restricted, only to those who see to it."""

    office_path = "from_office"
    local_readers = DESK_ROLES

    def visible_to(self, user: User) -> Self:
        unrestricted = Q(person__is_restricted=False) | Q(case__is_restricted=False)
        concerned = self.where(user, {Role.COORDINATOR}) | Q(asked_by=user) | Q(offered_by=user)
        return super().visible_to(user).filter(unrestricted | concerned)

    def where(self, user: User, roles: Iterable[Role]) -> Q:
        """At either end."""
        offices = user.office_ids(roles)
        return Q(from_office__in=offices) | Q(to_office__in=offices)

    def open(self) -> Self:
        """Somebody still has to answer."""
        return self.filter(state__in=OPEN_TRANSFER_STATES)

    def of(self, record: Person | Case) -> Self:
        return self.filter(**{"person" if isinstance(record, Person) else "case": record})

    def with_names(self) -> Self:
        return self.select_related("person", "case", "asked_by", "offered_by", "decided_by")


class Transfer(models.Model):
    """Somebody's whole record, or a case without a name, on its way to another office.

    Until it is accepted nothing moves and the receiving office learns nothing of the person: it reads
    `reason`, which holds no personal data.
    """

    from_office = KeptForeignKey(
        Office, on_delete=models.PROTECT, related_name="+", verbose_name=_("from office"), editable=False
    )
    to_office = KeptForeignKey(
        Office, on_delete=models.PROTECT, related_name="+", verbose_name=_("to office")
    )
    # A person moves with all their cases. A case moves alone only when it has no name.
    person = models.ForeignKey(
        Person,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="transfers",
        verbose_name=_("person"),
        editable=False,
    )
    case = models.ForeignKey(
        Case,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="transfers",
        verbose_name=_("case"),
        editable=False,
    )
    state = models.CharField(_("state"), max_length=9, choices=TransferState, editable=False)
    agreed_on = models.DateField(_("the person agreed on"))
    reason = models.CharField(_("what the other office has to know"), max_length=WORDS_LIMIT, blank=True)
    asked_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("asked for by"),
        editable=False,
    )
    asked_at = models.DateTimeField(_("asked for"), null=True, blank=True, editable=False)
    offered_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("offered by"),
        editable=False,
    )
    offered_at = models.DateTimeField(_("offered"), null=True, blank=True, editable=False)
    decided_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided by"),
        editable=False,
    )
    decided_at = models.DateTimeField(_("when it was decided"), null=True, blank=True, editable=False)
    answer = models.CharField(_("why it was refused"), max_length=WORDS_LIMIT, blank=True, editable=False)
    # {"Case": [3, 17]}: the rows that changed hands, by model. What the sender goes on reading.
    moved = models.JSONField(default=dict, editable=False)

    objects = TransferQuerySet.as_manager()

    class Meta:
        verbose_name = _("transfer")
        verbose_name_plural = _("transfers")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                name="transfer_of_a_person_or_of_a_case",
                condition=Q(person=None, case__isnull=False) | Q(person__isnull=False, case=None),
            ),
            models.CheckConstraint(
                name="transfer_goes_to_another_office", condition=~Q(from_office=F("to_office"))
            ),
            models.CheckConstraint(
                name="transfer_asked_or_offered_by_somebody",
                condition=(
                    Q(asked_by__isnull=False, asked_at__isnull=False) | Q(asked_by=None, asked_at=None)
                )
                & (
                    Q(offered_by__isnull=False, offered_at__isnull=False)
                    | Q(offered_by=None, offered_at=None, asked_by__isnull=False)
                ),
            ),
            models.CheckConstraint(
                name="transfer_accepted_was_offered",
                condition=~Q(state__in=["offered", "accepted"]) | Q(offered_by__isnull=False),
            ),
            models.CheckConstraint(
                name="transfer_decided_by_somebody",
                condition=Q(state__in=["asked", "offered"], decided_by=None, decided_at=None)
                | ~Q(state__in=["asked", "offered"]) & Q(decided_by__isnull=False, decided_at__isnull=False),
            ),
            # Several offices may ask, and none learns that another one has.
            models.UniqueConstraint(
                fields=["person"], condition=Q(state="offered"), name="transfer_offered_once_per_person"
            ),
            models.UniqueConstraint(
                fields=["person", "to_office"],
                condition=Q(state__in=["asked", "offered"]),
                name="transfer_open_once_per_person_and_office",
            ),
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(state__in=["asked", "offered"]),
                name="transfer_open_once_per_case",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    def get_absolute_url(self) -> str:
        return reverse("cases:transfer_detail", args=[self.pk])

    @property
    def reference(self) -> str:
        """How it is called at both ends, and where no name may stand."""
        return f"{self.from_office.code}-T{self.pk}"

    @property
    def office(self) -> Office:
        """Whose record it is until it is accepted."""
        return self.from_office

    @property
    def at(self) -> datetime | None:
        """Its latest step."""
        return self.decided_at or self.offered_at or self.asked_at

    @property
    def record(self) -> Person | Case:
        """What is handed over."""
        record = self.person or self.case
        assert record is not None  # transfer_of_a_person_or_of_a_case
        return record

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_TRANSFER_STATES

    @property
    def read_until(self) -> date | None:
        """The last day on which the sender still reads what was handed over; none before it was."""
        if self.state != TransferState.ACCEPTED or self.decided_at is None:
            return None
        return timezone.localdate(self.decided_at) + timedelta(days=settings.TRANSFER_READ_DAYS)
