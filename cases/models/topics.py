"""What the national level keeps for the desks: what enquiries are about, and the short lists beside them."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from gai_portal.lib.content import in_active_language
from gai_portal.lib.kept import KeptForeignKey
from gai_portal.lib.reference import LoadedRow
from municipalities.models import Partner


class ReferenceRow(LoadedRow):
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


def _words(row: ReferenceRow, *fields: str) -> dict[str, str]:
    """The columns of some texts of a row, to be kept elsewhere."""
    names = [f"{field}_{code}" for field in fields for code, _language in settings.LANGUAGES]
    return {name: getattr(row, name) for name in names}


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

    def parts(self) -> dict[str, str]:
        return _words(self, "name") | {"required": self.required}


class DeadlineRule(ReferenceRow):
    """A legal deadline that a desk must know, counted from a date in the record."""

    class CountsFrom(models.TextChoices):
        """What the record may know the day of: the kinds of IdentityDocument that expire, and a birthday."""

        VISA = "visa", _("End of the visa")
        PERMIT = "permit", _("End of the residence permit")
        PASSPORT = "passport", _("End of the passport")
        BIRTHDAY = "birthday", _("Birthday")

    name_pt = models.CharField(_("rule (Portuguese)"), max_length=300)
    name_en = models.CharField(_("rule (English)"), max_length=300, blank=True)
    name_fr = models.CharField(_("rule (French)"), max_length=300, blank=True)
    # Hours from the date on which the clock starts; before it when negative; empty: no single term.
    offset_hours = models.IntegerField(_("term (hours)"), null=True, blank=True)
    # Where its day stands in somebody's record; empty: the person tells it.
    counts_from = models.CharField(_("counted from"), max_length=8, choices=CountsFrom, blank=True)
    at_age = models.PositiveSmallIntegerField(_("age at that birthday"), null=True, blank=True)

    class Meta(ReferenceRow.Meta):
        verbose_name = _("deadline")
        verbose_name_plural = _("deadlines")
        constraints = [
            models.CheckConstraint(
                name="deadline_of_a_birthday_says_which",
                condition=Q(counts_from="birthday", at_age__isnull=False)
                | (~Q(counts_from="birthday") & Q(at_age=None)),
                violation_error_message=_("Give the age, and only for a birthday."),
            ),
        ]


class TopicQuerySet(models.QuerySet["Topic"]):
    """What enquiries are about."""

    def in_use(self) -> Self:
        return self.filter(is_active=True)

    def with_guidance(self) -> Self:
        """Ready for the page that tells an officer what to say."""
        partners = Partner.objects.filter(is_active=True)
        paths = ("partners", "parent__partners", "call_first", "parent__call_first")
        return self.select_related("parent").prefetch_related(
            *(models.Prefetch(path, partners) for path in paths)
        )

    def with_parts(self) -> Self:
        """Ready for the documents and deadlines of many."""
        return self.prefetch_related(*_parts())


def _parts() -> list[models.Prefetch]:
    return [
        models.Prefetch("checklists", Checklist.objects.filter(is_active=True)),
        models.Prefetch("checklists__items", ChecklistItem.objects.filter(is_active=True)),
        models.Prefetch("deadlines", DeadlineRule.objects.filter(is_active=True)),
    ]


class Topic(ReferenceRow):
    """What an enquiry is about: a group (ENT) or a topic of it (ENT.03)."""

    parent = KeptForeignKey(
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

    def parts(self) -> dict[str, list[dict[str, Any]]]:
        """Its documents and deadlines of today, as a card freezes them when it is published."""
        models.prefetch_related_objects([self], *_parts())
        return {
            "documents": [
                _words(checklist, "name", "caution")
                | {"items": [item.parts() for item in checklist.items.all()]}
                for checklist in self.checklists.all()
            ],
            "deadlines": [_words(rule, "name") for rule in self.deadlines.all()],
        }

    def referral_partners(self) -> list[Partner]:
        """Its own partners, or those of its group."""
        return list(self.partners.all()) or (list(self.parent.partners.all()) if self.parent else [])

    def urgent_partners(self) -> list[Partner]:
        """Whom to call at once; nobody for a topic that can wait."""
        if not self.is_urgent:
            return []
        return list(self.call_first.all()) or (list(self.parent.call_first.all()) if self.parent else [])

    def lacks_a_number(self) -> bool:
        """Whether somebody is to be called at once whose telephone is not known."""
        return any(not partner.phone for partner in self.urgent_partners())


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
