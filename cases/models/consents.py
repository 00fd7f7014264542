"""Somebody's agreement to be on record."""

from datetime import date, timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cases.models.restricted import OfPersonQuerySet
from cases.models.topics import Language
from gai_portal.lib.kept import KeptForeignKey
from municipalities.models import Partner


class Consent(models.Model):
    """What somebody agreed to: what was explained to them, in which language, for what, and until when.

    A consent is never edited. It ends, is withdrawn, or gives way to a new one.
    """

    class Form(models.TextChoices):
        SIGNED = "signed", _("Signed on paper")
        SPOKEN = "spoken", _("Spoken before a witness")

    class Withdrawal(models.TextChoices):
        ERASE = "erase", _("Erase everything that tells who I am")
        ANONYMISE = "anonymise", _("Keep my matter without my name")

    # Empty only between the first consent and the person whose record it opens, inside one transaction.
    person = models.ForeignKey(
        "cases.Person",
        on_delete=models.CASCADE,
        null=True,
        editable=False,
        related_name="consents",
        verbose_name=_("person"),
    )
    explained = models.TextField(_("what was explained"), max_length=4_000)
    language = KeptForeignKey(
        Language, on_delete=models.PROTECT, related_name="+", verbose_name=_("language of the explanation")
    )
    form = models.CharField(_("how it was given"), max_length=6, choices=Form)
    witness = models.CharField(_("witness"), max_length=160, blank=True)
    for_follow_up = models.BooleanField(_("following up the matter"), default=True)
    for_reminders = models.BooleanField(_("reminders of dates"), default=False)
    # Sharing is agreed to by name: with these partners and with nobody else.
    partners = models.ManyToManyField(
        Partner, blank=True, related_name="+", verbose_name=_("sharing with these partners")
    )
    starts_on = models.DateField(_("from"), default=timezone.localdate)
    ends_on = models.DateField(_("until"))
    recorded_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", verbose_name=_("recorded by"), editable=False
    )
    recorded_at = models.DateTimeField(_("recorded"), default=timezone.now, editable=False)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True, editable=False)
    withdrawn_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("withdrawal recorded by"),
        editable=False,
    )
    withdrawal = models.CharField(
        _("what the person chose"), max_length=10, choices=Withdrawal, blank=True, editable=False
    )

    objects = OfPersonQuerySet.as_manager()

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        ordering = ["-starts_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="consent_ends_after_it_starts",
                condition=Q(ends_on__gte=F("starts_on")),
                violation_error_message=_("The last day is before the first."),
            ),
            models.CheckConstraint(
                name="consent_spoken_before_a_witness",
                condition=~Q(form="spoken") | ~Q(witness=""),
                violation_error_message=_("Write who was the witness."),
            ),
            models.CheckConstraint(
                name="consent_withdrawn_by_somebody",
                condition=Q(withdrawn_at=None, withdrawn_by=None, withdrawal="")
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False) & ~Q(withdrawal=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_form_display()}, {self.starts_on} – {self.ends_on}"

    @property
    def lapses_on(self) -> date:
        """From when the daily work makes the record anonymous, unless the person agrees again."""
        return self.ends_on + timedelta(days=settings.CONSENT_GRACE_DAYS + 1)

    def holds_on(self, day: date | None = None) -> bool:
        """Whether it was given, has not ended and was not withdrawn."""
        day = day or timezone.localdate()
        return self.withdrawn_at is None and self.starts_on <= day <= self.ends_on

    def covers(self, partner: Partner) -> bool:
        """Whether sharing with this partner is agreed to today."""
        return self.holds_on() and self.partners.filter(pk=partner.pk).exists()
