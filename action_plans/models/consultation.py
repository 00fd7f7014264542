"""A draft is read and commented on before it is decided: by partners, by invitation, by anybody."""

import uuid
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from action_plans.models.plan import Plan, PlanItemQuerySet
from gai_portal.lib.keys import digest
from municipalities.models import Partner

COMMENT_LIMIT = 4_000  # characters


class ConsultationQuerySet(PlanItemQuerySet):
    """Consultations. Whoever reads the plan reads them; partners those that name them."""

    def running(self) -> Self:
        """Open today: comments are taken."""
        return self.filter(closed_at=None, closes_on__gte=timezone.localdate())

    def addressed_to(self, user: User) -> Self:
        """Consultations in which an organisation that this person speaks for is asked."""
        return self.filter(partners__in=user.partner_ids()).distinct()


class Consultation(models.Model):
    """A period in which others read a draft plan and say what they think of it."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="consultations")
    introduction = models.TextField(_("what you would like to hear"), max_length=COMMENT_LIMIT, blank=True)
    partners = models.ManyToManyField(
        Partner, blank=True, related_name="consultations", verbose_name=_("partners")
    )
    is_public = models.BooleanField(_("open to the public"), default=False)
    closes_on = models.DateField(_("last day"))
    opened_at = models.DateTimeField(default=timezone.now, editable=False)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = ConsultationQuerySet.as_manager()

    class Meta:
        verbose_name = _("consultation")
        verbose_name_plural = _("consultations")
        ordering = ["-opened_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan"], condition=Q(closed_at=None), name="consultation_one_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"{self.plan}: {self.closes_on}"

    @property
    def is_running(self) -> bool:
        return self.closed_at is None and timezone.localdate() <= self.closes_on

    @property
    def is_overdue(self) -> bool:
        """Its last day is over and nobody has ended it yet."""
        return self.closed_at is None and timezone.localdate() > self.closes_on


class ConsultationInvitationQuerySet(PlanItemQuerySet):
    """Links that were sent out."""

    municipality_path = "consultation__plan__municipality"

    def for_key(self, key: str) -> Self:
        """The invitation whose link carries `key`, as long as it holds."""
        return self.filter(key_digest=digest(key), withdrawn_at=None)


class ConsultationInvitation(models.Model):
    """A link for somebody without an account. It holds until the last day of the consultation."""

    consultation = models.ForeignKey(Consultation, on_delete=models.CASCADE, related_name="invitations")
    name = models.CharField(_("name"), max_length=150)
    organisation = models.CharField(_("organisation"), max_length=150, blank=True)
    email = models.EmailField(_("e-mail"))
    key_digest = models.CharField(max_length=64, unique=True, editable=False)
    invited_at = models.DateTimeField(default=timezone.now, editable=False)
    withdrawn_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = ConsultationInvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation to comment")
        verbose_name_plural = _("invitations to comment")
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["consultation", "email"],
                condition=Q(withdrawn_at=None),
                name="invitation_once_per_consultation",
            )
        ]

    def __str__(self) -> str:
        return self.organisation or self.name


class ConsultationCommentQuerySet(PlanItemQuerySet):
    """What was said about drafts."""

    municipality_path = "consultation__plan__municipality"

    def unanswered(self) -> Self:
        return self.filter(resolution="", is_withheld=False)

    def heard(self) -> Self:
        """What goes into the annex: answered comments that nothing speaks against showing."""
        return self.exclude(resolution="").filter(is_withheld=False)


class ConsultationComment(models.Model):
    """What somebody said about an item of a draft, and what the municipality did with it."""

    class Kind(models.TextChoices):
        PLAN = "plan", _("The plan as a whole")
        CHAPTER = "chapter", _("Chapter")
        AREA = "area", _("Area")
        MEASURE = "measure", _("Measure")

    class Resolution(models.TextChoices):
        ACCEPTED = "accepted", _("Taken up")
        PARTLY = "partly", _("Taken up in part")
        DECLINED = "declined", _("Not taken up")
        NOTED = "noted", _("Noted")

    consultation = models.ForeignKey(Consultation, on_delete=models.CASCADE, related_name="comments")
    kind = models.CharField(_("about"), max_length=8, choices=Kind, default=Kind.PLAN)
    code = models.CharField(_("code"), max_length=20, blank=True)
    text = models.TextField(_("comment"), max_length=COMMENT_LIMIT)
    at = models.DateTimeField(default=timezone.now, editable=False)
    # Who said it: a partner's account, an invited person, or anybody, who may leave both names empty.
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    invitation = models.ForeignKey(
        ConsultationInvitation, on_delete=models.PROTECT, null=True, blank=True, related_name="comments"
    )
    name = models.CharField(_("your name"), max_length=150, blank=True)
    organisation = models.CharField(_("your organisation"), max_length=150, blank=True)
    resolution = models.CharField(_("what becomes of it"), max_length=8, choices=Resolution, blank=True)
    reply = models.TextField(_("answer"), max_length=COMMENT_LIMIT, blank=True)
    replied_at = models.DateTimeField(null=True, blank=True, editable=False)
    replied_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    is_withheld = models.BooleanField(_("keep out of the annex"), default=False)
    version = models.PositiveIntegerField(default=1, editable=False)  # for optimistic locking
    once = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)  # a second click adds nothing

    objects = ConsultationCommentQuerySet.as_manager()

    class Meta:
        verbose_name = _("comment on a draft")
        verbose_name_plural = _("comments on drafts")
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(
                name="comment_is_about_something",
                condition=Q(kind="plan", code="") | (~Q(kind="plan") & ~Q(code="")),
            ),
            models.CheckConstraint(
                name="comment_answered_by_somebody",
                condition=Q(resolution="", replied_by=None)
                | (~Q(resolution="") & Q(replied_by__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.consultation}: {self.code or self.get_kind_display()}"

    def get_absolute_url(self) -> str:
        return reverse("action_plans:consultation_reply", args=[self.consultation.plan_id, self.pk])

    @property
    def voice(self) -> str:
        """In whose name it was said. A private person stays unnamed outside the workspace."""
        if self.partner:
            return self.partner.name_pt
        return self.organisation or (self.invitation.organisation if self.invitation else "")

    @property
    def is_stated(self) -> bool:
        """Whether the organisation is only what somebody typed: nobody has checked it."""
        return bool(self.organisation) and self.partner_id is None and self.invitation_id is None

    @property
    def person(self) -> str:
        """Who said it, for the planner."""
        known: Any = self.author or self.invitation
        return str(known.name) if known else self.name
