"""Who was told what is no longer right, and has to be told again."""

from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import MunicipalityScopedQuerySet, User
from accounts.roles import DESK_ROLES
from cases.models.cases import Case
from cases.models.enquiries import Enquiry
from cases.models.guidance import GuidanceVersion
from cases.models.people import Person
from cases.workflow import RUNNING_STATES
from municipalities.models import Office


class RecallQuerySet(MunicipalityScopedQuerySet):
    """Whom to tell again. It is read by whoever reads the contact or the case, wherever that is kept now."""

    local_readers = DESK_ROLES

    def visible_to(self, user: User) -> Self:
        # Looked up row by row: there are few of them, and very many enquiries.
        cases = Case.objects.visible_to(user).filter(pk=OuterRef("case"))
        enquiries = Enquiry.objects.visible_to(user).filter(pk=OuterRef("enquiry"))
        return self.filter(Exists(cases) | Exists(enquiries))

    def open(self) -> Self:
        """Nobody has dealt with it, and it still matters: no voided enquiry, no case that has ended."""
        matters = Q(enquiry__isnull=False, enquiry__voided_at=None) | Q(case__state__in=RUNNING_STATES)
        return self.filter(matters, done_at=None)

    def done(self) -> Self:
        return self.exclude(done_at=None)

    def reachable(self) -> Self:
        """Those with somebody to call. The others are told when they come back."""
        return self.filter(Q(enquiry__person__isnull=False) | Q(case__isnull=False))

    def with_names(self) -> Self:
        return self.select_related("version__guidance__topic", "done_by", "enquiry__person", "case__person")


class Recall(models.Model):
    """A contact or a running case of the time before a card changed, and whether it was dealt with."""

    version = models.ForeignKey(
        GuidanceVersion, on_delete=models.PROTECT, related_name="recalls", verbose_name=_("guidance card")
    )
    enquiry = models.ForeignKey(
        Enquiry,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="recalls",
        verbose_name=_("enquiry"),
    )
    case = models.ForeignKey(
        Case, on_delete=models.CASCADE, null=True, blank=True, related_name="recalls", verbose_name=_("case")
    )
    at = models.DateTimeField(_("listed"), default=timezone.now, editable=False)
    done_at = models.DateTimeField(_("dealt with"), null=True, blank=True, editable=False)
    done_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    was_dropped = models.BooleanField(_("nothing to tell"), default=False, editable=False)
    # How often somebody called in vain, and when last.
    tries = models.PositiveSmallIntegerField(_("calls in vain"), default=0, editable=False)
    tried_at = models.DateTimeField(_("last call in vain"), null=True, blank=True, editable=False)

    # Who was told, for those who read their record; put here by the page that lists the rows.
    person: Person | None = None

    objects = RecallQuerySet.as_manager()

    class Meta:
        verbose_name = _("person to tell again")
        verbose_name_plural = _("people to tell again")
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["-at", "-id"], name="recall_newest")]
        constraints = [
            models.CheckConstraint(
                name="recall_of_an_enquiry_or_a_case",
                condition=Q(enquiry__isnull=False, case=None) | Q(enquiry=None, case__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["version", "enquiry"], name="recall_once_per_version_and_enquiry"
            ),
            models.UniqueConstraint(fields=["version", "case"], name="recall_once_per_version_and_case"),
            models.CheckConstraint(
                name="recall_done_by_somebody",
                condition=Q(done_at=None, done_by=None, was_dropped=False)
                | Q(done_at__isnull=False, done_by__isnull=False),
            ),
            models.CheckConstraint(
                name="recall_tried_at_some_time",
                condition=Q(tries=0, tried_at=None) | Q(tries__gt=0, tried_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.record.reference

    @property
    def record(self) -> Enquiry | Case:
        return self.enquiry or self.case  # type: ignore[return-value]  # a constraint says that one is there

    @property
    def office(self) -> Office:
        return self.enquiry.keeper if self.enquiry else self.record.office
