"""Sending somebody to a partner, with the answer."""

import uuid
from operator import attrgetter
from typing import Self
from urllib.parse import urljoin

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy as _, override

from accounts.models import MunicipalityScopedQuerySet, User
from accounts.roles import DESK_ROLES
from cases.models.cases import Case
from cases.models.enquiries import Enquiry
from cases.models.follow_ups import FollowUp
from cases.models.people import Contact, IdentityDocument, Person
from cases.workflow import ANSWERS, AWAITED_STATES, OPEN_STATES, PARTNER_STATES, CaseState, ReferralState
from gai_portal.lib.kept import KeptForeignKey
from gai_portal.lib.keys import digest, key_from
from municipalities.models import Office, Partner

REASON_LIMIT = 1_000  # characters; an answer has as many
KINDS = dict(Contact.Channel.choices) | dict(IdentityDocument.Kind.choices) | {"name": _("Name")}


def shareable(person: Person) -> dict[str, str]:
    """What a partner can be told of somebody: `name`, `phone-12`, `passport-7`, each with its value."""
    offered = {"name": person.name}
    for contact in filter(attrgetter("may_be_used"), person.contacts.all()):
        offered[f"{contact.channel}-{contact.pk}"] = _with_care(contact)
    for document in person.documents_of_identity.all():
        offered[f"{document.kind}-{document.pk}"] = f"{document.number} ({document.country})"
    return offered


def label_of_shared(key: str) -> str:
    """What a shared value is: a name, a telephone, a passport."""
    return str(KINDS.get(key.partition("-")[0], key))


def _with_care(contact: Contact) -> str:
    """A number goes along only with how it can be used without doing harm."""
    hours = ""
    if contact.safe_from and contact.safe_until:
        hours = f"{contact.safe_from:%H:%M}–{contact.safe_until:%H:%M}"
    with override(settings.LANGUAGE_CODE):  # the partner's, whoever writes
        care = "; ".join(filter(None, [contact.whose, *contact.ways(), hours, contact.caution]))
    return f"{contact} ({care})" if care else str(contact)


class ReferralQuerySet(MunicipalityScopedQuerySet):
    """Referrals. At the desk they are read by whoever reads their case or enquiry, and whom they name."""

    local_readers = DESK_ROLES

    def visible_to(self, user: User) -> Self:
        # Looked up row by row: there are few referrals, and very many enquiries.
        cases = Case.objects.visible_to(user).filter(pk=OuterRef("case"))
        enquiries = Enquiry.objects.visible_to(user).filter(pk=OuterRef("enquiry"))
        people = Person.objects.visible_to(user).filter(pk=OuterRef("person"))
        return self.filter(Exists(cases) | Exists(enquiries), Q(person=None) | Exists(people))

    def sent_to(self, user: User) -> Self:
        """Those sent to a partner that somebody speaks for. A draft is nobody's but the desk's."""
        return self.standing().filter(partner__in=user.partner_ids(), state__in=PARTNER_STATES)

    def for_key(self, key: str) -> Self:
        """The one whose link carries `key`, as long as the link holds and there is something left to say."""
        now = timezone.now()
        return self.filter(link_digest=digest(key), link_ends_at__gt=now, state__in=OPEN_STATES)

    def of_case(self, case: Case) -> Self:
        """Its own, and those of the enquiries that are part of it."""
        return self.filter(Q(case=case) | Q(enquiry__case=case))

    def standing(self) -> Self:
        """Without those that were emptied with somebody's record."""
        return self.exclude(reason="")

    def open(self) -> Self:
        """Drafts, and what the partner can still answer, while the case is not closed."""
        running = self.standing().exclude(case__state=CaseState.CLOSED)
        return running.filter(state__in=OPEN_STATES | {ReferralState.DRAFT})

    def awaited(self) -> Self:
        """The partner has not said yet what it does about it."""
        return self.standing().filter(state__in=AWAITED_STATES)

    def with_names(self) -> Self:
        return self.select_related("author", "case", "enquiry")

    def with_work(self) -> Self:
        """With what a change of its state has to look at."""
        related = ("case__assigned_to", "person__consent", "follow_up")
        return self.with_names().select_related(*related)


class Referral(models.Model):
    """A matter sent to a partner. Nothing personal goes along but what the person agreed to."""

    # The office that sent it; who reads and carries it on, the case or the enquiry says.
    office = KeptForeignKey(Office, on_delete=models.PROTECT, related_name="+", verbose_name=_("office"))
    case = models.ForeignKey(
        Case,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="referrals",
        verbose_name=_("case"),
    )
    enquiry = models.ForeignKey(
        Enquiry,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="referrals",
        verbose_name=_("enquiry"),
    )
    person = models.ForeignKey(
        Person,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="referrals",
        verbose_name=_("person"),
    )
    partner = KeptForeignKey(Partner, on_delete=models.PROTECT, related_name="+", verbose_name=_("partner"))
    reason = models.TextField(_("what the partner is asked for"), max_length=REASON_LIMIT, blank=True)
    # {"name": "…", "phone-12": "…"}: word for word what went along. It never changes once it was sent.
    shared = models.JSONField(_("shared"), default=dict, blank=True)
    state = models.CharField(
        _("state"), max_length=10, choices=ReferralState, default=ReferralState.DRAFT, editable=False
    )
    due_on = models.DateField(_("answer wanted by"), null=True, blank=True)
    email = models.EmailField(_("e-mail of the partner"), blank=True)
    author = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", verbose_name=_("author"), editable=False
    )
    created_at = models.DateTimeField(_("recorded"), default=timezone.now, editable=False)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True, editable=False)
    reminded_at = models.DateTimeField(_("reminded"), null=True, blank=True, editable=False)
    # What the desk was given to do when no answer came; it is dropped when one comes after all.
    follow_up = models.OneToOneField(
        FollowUp, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", editable=False
    )
    # The link of the latest sending: see lib/keys.py.
    link_seed = models.CharField(max_length=32, blank=True, editable=False)
    link_digest = models.CharField(max_length=64, blank=True, editable=False)
    link_ends_at = models.DateTimeField(_("the link holds until"), null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)  # for optimistic locking

    objects = ReferralQuerySet.as_manager()

    class Meta:
        verbose_name = _("referral")
        verbose_name_plural = _("referrals")
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="referral_newest"),
            models.Index(fields=["partner", "-created_at", "-id"], name="referral_newest_of_partner"),
            models.Index(fields=["state", "due_on"], name="referral_by_day"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["link_digest"], condition=~Q(link_digest=""), name="referral_link_opens_one"
            ),
            models.CheckConstraint(
                name="referral_of_a_case_or_an_enquiry",
                condition=Q(case__isnull=False, enquiry=None) | Q(case=None, enquiry__isnull=False),
            ),
            models.CheckConstraint(
                name="referral_sent_with_a_day_for_the_answer",
                condition=Q(state="draft", sent_at=None)
                | Q(state="withdrawn")
                | Q(sent_at__isnull=False, due_on__isnull=False) & ~Q(state="draft"),
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    def get_absolute_url(self) -> str:
        return reverse("cases:referral_detail", args=[self.pk])

    @property
    def reference(self) -> str:
        """How it is called on paper and where no text may stand."""
        return f"{self.office.code}-E{self.pk}"

    @property
    def about(self) -> Case | Enquiry:
        """The case, or the enquiry, that it is part of."""
        about = self.case or self.enquiry
        assert about is not None  # referral_of_a_case_or_an_enquiry
        return about

    @property
    def keeper(self) -> Office:
        """The office that has the matter now: it may have gone to another one with its person."""
        return self.enquiry.keeper if self.enquiry else self.about.office

    @property
    def is_draft(self) -> bool:
        return self.state == ReferralState.DRAFT

    @property
    def is_open(self) -> bool:
        """The partner can still say something."""
        return self.state in OPEN_STATES

    @property
    def is_late(self) -> bool:
        return self.state in AWAITED_STATES and self.due_on is not None and self.due_on < timezone.localdate()

    def what_is_shared(self) -> list[tuple[str, str]]:
        """What went along of the person, or in a draft would go along: the kind and the value of each."""
        return [(label_of_shared(key), value) for key, value in self.shared.items()]

    def seen_by_partner(self) -> list[tuple[str, str]]:
        """The same, as long as the person agrees to this partner's knowing it."""
        if self.person is None or not self.person.consent.covers(self.partner):
            return []
        return self.what_is_shared()

    def answers(self) -> "models.QuerySet[ReferralStep]":
        """What the partner said, by whichever way, the latest first."""
        return self.steps.filter(state__in=ANSWERS).select_related("by", "referral").reverse()

    def link(self) -> str:
        """The address with which the partner answers; empty when it holds no longer."""
        key = key_from(self.link_seed)
        holds = self.is_open and self.link_ends_at is not None and self.link_ends_at > timezone.now()
        if not holds or digest(key) != self.link_digest:  # the installation's secret has changed
            return ""
        return urljoin(settings.SITE_URL, reverse("referral_link", args=[key]))


class OfReferralQuerySet(MunicipalityScopedQuerySet):
    """What belongs to a referral is read by whoever reads the referral."""

    local_readers = DESK_ROLES

    def visible_to(self, user: User) -> Self:
        return self.filter(referral__in=Referral.objects.visible_to(user))


class ReferralStep(models.Model):
    """One step in the life of a referral. Steps are only added."""

    class Way(models.TextChoices):
        LETTER = "letter", _("By printed letter")
        EMAIL = "email", _("By e-mail")
        LINK = "link", _("By link")
        ACCOUNT = "account", _("In the portal")
        DESK = "desk", _("Told to the desk")
        ITSELF = "itself", _("By itself")

    SENDING = (Way.LETTER, Way.EMAIL, Way.LINK)

    referral = models.ForeignKey(
        Referral, on_delete=models.CASCADE, related_name="steps", verbose_name=_("referral")
    )
    state = models.CharField(_("state"), max_length=10, choices=ReferralState)
    way = models.CharField(_("way"), max_length=7, choices=Way)
    text = models.TextField(_("answer"), max_length=REASON_LIMIT, blank=True)
    at = models.DateTimeField(_("date and time"), default=timezone.now, editable=False)
    # Empty: the partner by a link, or the daily job.
    by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("by")
    )
    once = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)  # a second click adds nothing

    objects = OfReferralQuerySet.as_manager()

    class Meta:
        verbose_name = _("step of a referral")
        verbose_name_plural = _("steps of referrals")
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.referral}: {self.get_state_display()}"

    @property
    def who(self) -> str:
        """Who took it: somebody by name, the partner by its link, or nobody."""
        if self.by is not None:
            return str(self.by)
        return "" if self.way == self.Way.ITSELF else gettext("the partner")
