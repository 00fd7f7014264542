"""What to tell people on a topic: written by the national level, told at the desks, open to everybody."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext, gettext_lazy as _

from accounts.models import MunicipalityScopedQuerySet, User
from accounts.roles import DESK_ROLES, NATIONAL_ROLES
from cases.models.topics import Language, Topic
from cases.workflow import GuidanceState
from gai_portal.lib.content import in_active_language
from gai_portal.lib.kept import KeptForeignKey
from gai_portal.lib.reference import LoadedRow
from municipalities.models import Office

TEXT_LIMIT = 4_000  # characters
CHANGE_LIMIT = 300
SUGGESTION_LIMIT = 2_000
OWN_COLUMNS = ("pt", "en", "fr")  # languages with a column; the others stand in `other_texts`
# What the national level writes: copied into the next draft, compared, and frozen when it is published.
WRITTEN = (
    "say_pt",
    "say_en",
    "say_fr",
    "where_pt",
    "where_en",
    "where_fr",
    "legal_basis",
    "source",
    "fees",
    "other_texts",
)
# What its topic brings: kept there as long as the version is a draft, and frozen when it is published.
TAKEN_OVER = ("documents", "deadlines")


class Fee(NamedTuple):
    """What something costs, in escudos. Its columns are named as those of any content."""

    what_pt: str
    what_en: str
    what_fr: str
    amount: Decimal


class GuidanceQuerySet(models.QuerySet["Guidance"]):
    def overdue(self, on: date | None = None) -> Self:
        """In force, and its review is due; or nobody has reviewed it yet."""
        due = Q(review_by=None) | Q(review_by__lt=on or timezone.localdate())
        return self.filter(due, versions__state=GuidanceState.PUBLISHED)


class Guidance(models.Model):
    """The card of one topic: when it was reviewed. What it says stands in its versions."""

    topic = models.OneToOneField(
        Topic, on_delete=models.PROTECT, related_name="guidance", verbose_name=_("topic")
    )
    reviewed_on = models.DateField(_("last reviewed"), null=True, blank=True, editable=False)
    review_by = models.DateField(_("next review"), null=True, blank=True, editable=False)

    objects = GuidanceQuerySet.as_manager()

    class Meta:
        verbose_name = _("guidance card")
        verbose_name_plural = _("guidance cards")
        ordering = ["topic"]
        constraints = [
            models.CheckConstraint(
                name="guidance_is_reviewed_again_later",
                condition=Q(reviewed_on=None, review_by=None) | Q(review_by__gt=models.F("reviewed_on")),
            )
        ]

    def __str__(self) -> str:
        return self.topic_id

    def get_absolute_url(self) -> str:
        return reverse("cases:guidance_detail", args=[self.topic_id])


class GuidanceVersionQuerySet(models.QuerySet["GuidanceVersion"]):
    """Texts of cards. Everybody reads those that were published; drafts are for those who write them."""

    def drafts(self) -> Self:
        return self.filter(state=GuidanceState.DRAFT)

    def told(self) -> Self:
        """Those that could be told to somebody: in force today, or before."""
        return self.exclude(state=GuidanceState.DRAFT)

    def in_force(self) -> Self:
        return self.filter(state=GuidanceState.PUBLISHED)


class GuidanceVersion(LoadedRow):
    """What a card says, numbered. Once published it never changes: the next draft starts as its copy."""

    guidance = models.ForeignKey(
        Guidance, on_delete=models.PROTECT, related_name="versions", verbose_name=_("guidance card")
    )
    number = models.PositiveSmallIntegerField(_("number"), editable=False)
    state = models.CharField(
        _("state"), max_length=10, choices=GuidanceState, default=GuidanceState.DRAFT, editable=False
    )
    say_pt = models.TextField(_("what to say (Portuguese)"), max_length=TEXT_LIMIT, blank=True)
    say_en = models.TextField(_("what to say (English)"), max_length=TEXT_LIMIT, blank=True)
    say_fr = models.TextField(_("what to say (French)"), max_length=TEXT_LIMIT, blank=True)
    where_pt = models.TextField(_("where (Portuguese)"), max_length=TEXT_LIMIT, blank=True)
    where_en = models.TextField(_("where (English)"), max_length=TEXT_LIMIT, blank=True)
    where_fr = models.TextField(_("where (French)"), max_length=TEXT_LIMIT, blank=True)
    # Laws are quoted as they are called in Portuguese, whatever the language.
    legal_basis = models.TextField(_("legal basis"), max_length=TEXT_LIMIT, blank=True)
    source = models.TextField(_("where this was read"), max_length=TEXT_LIMIT, blank=True)
    # [{"what_pt", "what_en", "what_fr", "cents"}]: frozen with the text, so no rows of their own.
    fees = models.JSONField(_("fees"), default=list, blank=True)
    # What to say in further languages, by their code: {"wo": "…"}.
    other_texts = models.JSONField(_("further languages"), default=dict, blank=True)
    # [{"name_…", "caution_…", "items": [{"name_…", "required"}]}] and [{"name_…"}]: Topic.parts().
    documents = models.JSONField(_("documents"), default=list, blank=True, editable=False)
    deadlines = models.JSONField(_("deadlines"), default=list, blank=True, editable=False)
    # The codes of the languages whose text is older than a material change.
    outdated = models.JSONField(_("languages out of date"), default=list, blank=True, editable=False)
    is_material = models.BooleanField(_("what people were told before is no longer right"), default=False)
    change_pt = models.CharField(_("what has changed"), max_length=CHANGE_LIMIT, blank=True)
    published_at = models.DateTimeField(_("published"), null=True, blank=True, editable=False)
    published_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )

    objects = GuidanceVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("version of a guidance card")
        verbose_name_plural = _("versions of guidance cards")
        ordering = ["guidance", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["guidance", "number"], name="guidance_version_once_per_number"),
            models.UniqueConstraint(
                fields=["guidance"],
                condition=Q(state=GuidanceState.DRAFT),
                name="guidance_has_one_draft",
            ),
            models.UniqueConstraint(
                fields=["guidance"],
                condition=Q(state=GuidanceState.PUBLISHED),
                name="guidance_has_one_text_in_force",
            ),
            models.CheckConstraint(
                name="guidance_is_published_by_somebody",
                condition=Q(state=GuidanceState.DRAFT, published_at=None, published_by=None)
                | ~Q(state=GuidanceState.DRAFT) & Q(published_at__isnull=False, published_by__isnull=False),
            ),
            models.CheckConstraint(
                name="guidance_says_something_in_portuguese",
                condition=Q(state=GuidanceState.DRAFT) | ~Q(say_pt=""),
            ),
            models.CheckConstraint(
                name="guidance_says_what_has_changed",
                condition=Q(is_material=False) | Q(number__gt=1) & ~Q(change_pt=""),
            ),
        ]

    def __str__(self) -> str:
        return gettext("Version %(number)s") % {"number": self.number}

    @property
    def is_draft(self) -> bool:
        return self.state == GuidanceState.DRAFT

    @property
    def is_in_force(self) -> bool:
        return self.state == GuidanceState.PUBLISHED

    @property
    def is_outdated(self) -> bool:
        """Whether its text in the active language is older than a material change."""
        return (get_language() or OWN_COLUMNS[0]) in self.outdated

    def take_over(self) -> None:
        """Freeze the documents and deadlines of its topic with the text."""
        for name, rows in self.guidance.topic.parts().items():
            setattr(self, name, rows)

    def languages(self) -> list[str]:
        """The codes of those in which it says something, Portuguese first."""
        own = [code for code in OWN_COLUMNS if getattr(self, f"say_{code}")]
        return [*own, *sorted(self.other_texts)]

    def say_in(self, language: str) -> str:
        """What to say in one language; empty when it is not translated."""
        if language in OWN_COLUMNS:
            return getattr(self, f"say_{language}")
        return self.other_texts.get(language, "")

    def fee_rows(self) -> list[Fee]:
        return [
            Fee(row["what_pt"], row["what_en"], row["what_fr"], Decimal(row["cents"]) / 100)
            for row in self.fees
        ]

    def further_texts(self) -> list[tuple[str, Any, str]]:
        """What to say in languages beside the three: code, the language, text."""
        names = names_of_languages(self.other_texts)
        return [(code, names[code], text) for code, text in sorted(self.other_texts.items())]


def parts_of(version: GuidanceVersion | None, topic: Topic) -> dict[str, Any]:
    """The documents and deadlines of a card: as they were published, or else those of today."""
    if version is None or version.is_draft:
        return topic.parts()
    return {name: getattr(version, name) for name in TAKEN_OVER}


def names_of_languages(codes: Iterable[str]) -> dict[str, Any]:
    """What they are called, in their order; a code that the desks do not know stands for itself."""
    codes = list(codes)
    known = Language.objects.in_bulk(codes) if codes else {}
    own = dict(settings.LANGUAGES)
    return {code: known.get(code) or own.get(code, code) for code in codes}


class GuidanceSuggestionQuerySet(MunicipalityScopedQuerySet):
    """Suggestions. The office reads its own, the national level all of them."""

    office_path = "office"
    local_readers = DESK_ROLES
    national_readers = NATIONAL_ROLES

    def open(self) -> Self:
        return self.filter(answered_at=None)

    def with_names(self) -> Self:
        return self.select_related("author", "answered_by")


class GuidanceSuggestion(models.Model):
    """What a desk would change in a card, and what the national level answers. Nobody is named in it."""

    topic = KeptForeignKey(Topic, on_delete=models.PROTECT, related_name="+", verbose_name=_("topic"))
    office = KeptForeignKey(Office, on_delete=models.PROTECT, related_name="+", verbose_name=_("office"))
    text_pt = models.TextField(_("suggestion"), max_length=SUGGESTION_LIMIT)
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", editable=False)
    at = models.DateTimeField(_("sent"), default=timezone.now, editable=False)
    answer_pt = models.TextField(_("answer"), max_length=SUGGESTION_LIMIT, blank=True, editable=False)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True, editable=False)
    answered_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )

    objects = GuidanceSuggestionQuerySet.as_manager()

    class Meta:
        verbose_name = _("suggestion on a guidance card")
        verbose_name_plural = _("suggestions on guidance cards")
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["-at", "-id"], name="guidance_suggestion_newest")]
        constraints = [
            models.CheckConstraint(
                name="guidance_suggestion_answered_by_somebody",
                condition=Q(answered_at=None, answered_by=None, answer_pt="")
                | Q(answered_at__isnull=False, answered_by__isnull=False) & ~Q(answer_pt=""),
            )
        ]

    def __str__(self) -> str:
        return f"{self.office.code}: {in_active_language(self.topic, 'name')[0]}"
