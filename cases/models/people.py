"""Somebody who agreed to be on record, and what the office knows of them."""

from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy as _
from simple_history.models import HistoricalRecords

from accounts.models import User
from cases.models.consents import Consent
from cases.models.enquiries import AgeBand, Sex
from cases.models.restricted import OfPersonQuerySet, RestrictedQuerySet
from cases.models.topics import Language, LegalStatus
from gai_portal.lib.countries import nationality_name
from gai_portal.lib.kept import KeptForeignKey
from gai_portal.lib.names import parts_of
from gai_portal.lib.phones import format_phone, tail_of
from gai_portal.lib.text import fold
from municipalities.models import Municipality, Office

NAME_LIMIT = 160


def document_key(number: str) -> str:
    """A document's number as it is compared: letters and digits only."""
    return "".join(letter for letter in fold(number) if letter.isalnum()).upper()[:40]


class PersonQuerySet(RestrictedQuerySet):
    """People on record. The desk of the municipality reads them, and nobody else."""

    office_path = "office"

    def standing(self) -> Self:
        """Without those who were merged into another record, or erased."""
        return self.filter(merged_into=None, erased_at=None)

    def consenting(self, on: date | None = None) -> Self:
        """Whose consent holds on a day (today)."""
        on = on or timezone.localdate()
        return self.filter(consent__withdrawn_at=None, consent__starts_on__lte=on, consent__ends_on__gte=on)


class Person(models.Model):
    """Somebody who agreed to be on record at an office. Without a consent there is no such row."""

    class Erasure(models.TextChoices):
        ERASED = "erased", _("Erased")
        ANONYMISED = "anonymised", _("Made anonymous")

    office = KeptForeignKey(Office, on_delete=models.PROTECT, related_name="people", verbose_name=_("office"))
    # The one that the record rests on now; a renewal takes its place, and the former ones stay on file.
    consent = models.ForeignKey(
        Consent, on_delete=models.PROTECT, related_name="+", verbose_name=_("consent"), editable=False
    )
    name = models.CharField(_("name"), max_length=NAME_LIMIT, blank=True)
    born_on = models.DateField(_("date of birth"), null=True, blank=True)
    sex = models.CharField(_("sex"), max_length=1, choices=Sex, blank=True)
    nationality = models.CharField(
        _("nationality"), max_length=2, blank=True, help_text="ISO 3166-1 alpha-2."
    )
    language = KeptForeignKey(
        Language,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("language"),
    )
    # Never required, and never in lists, exports, e-mails or notices.
    legal_status = KeptForeignKey(
        LegalStatus,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("legal status"),
    )
    is_restricted = models.BooleanField(_("restricted"), default=False)
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
    merged_into = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="absorbed",
        verbose_name=_("merged into"),
        editable=False,
    )
    erased_at = models.DateTimeField(_("erased"), null=True, blank=True, editable=False)
    erasure = models.CharField(
        _("way of erasing"), max_length=10, choices=Erasure, blank=True, editable=False
    )
    version = models.PositiveIntegerField(default=1, editable=False)  # for optimistic locking
    read_by: int | None = None  # whom a page that only shows has fetched it for

    objects = PersonQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["office", "-created_at", "-id"], name="person_newest_of_office")]
        constraints = [
            models.CheckConstraint(
                name="person_has_a_name_until_erased",
                condition=Q(erased_at=None) & ~Q(name="") | Q(erased_at__isnull=False, name=""),
                violation_error_message=_("Write the person's name."),
            ),
            models.CheckConstraint(
                name="person_erased_in_some_way",
                condition=Q(erased_at=None, erasure="") | Q(erased_at__isnull=False) & ~Q(erasure=""),
            ),
            models.CheckConstraint(
                name="person_born_in_living_memory",
                condition=Q(born_on=None) | Q(born_on__gte=date(1900, 1, 1)),
                violation_error_message=_("Check the year of birth."),
            ),
            models.CheckConstraint(
                name="person_not_merged_into_itself",
                condition=Q(merged_into=None) | ~Q(merged_into=F("id")),
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.reference

    def get_absolute_url(self) -> str:
        return reverse("cases:person_detail", args=[self.pk])

    @property
    def reference(self) -> str:
        """How the record is called where no name may stand."""
        return f"{self.office.code}-P{self.pk}"

    @property
    def nationality_name(self) -> str:
        return nationality_name(self.nationality)

    @property
    def reachable(self) -> "list[Contact]":
        """The ways in which they may be reached."""
        return [contact for contact in self.contacts.all() if contact.may_be_used]

    @property
    def is_standing(self) -> bool:
        return self.merged_into_id is None and self.erased_at is None

    def with_absorbed(self) -> "list[Person]":
        """This record and every one that was brought together with it, however many times over."""
        same = [self]
        for one in same:
            same += Person.objects.filter(merged_into=one, erased_at=None).select_related("office")
        return same

    def age_on(self, day: date) -> int | None:
        """Full years."""
        if self.born_on is None or self.born_on > day:
            return None
        had_birthday = (day.month, day.day) >= (self.born_on.month, self.born_on.day)
        return day.year - self.born_on.year - (not had_birthday)

    def age_band_on(self, day: date) -> str:
        age = self.age_on(day)
        return "" if age is None else AgeBand.of(age)


class Alias(models.Model):
    """Another name that somebody goes by, or went by."""

    class Kind(models.TextChoices):
        KNOWN_AS = "known_as", _("Known as")
        FORMER = "former", _("Former name")
        SPELLING = "spelling", _("Another spelling")
        MERGED = "merged", _("From a merged record")

    person = models.ForeignKey(
        Person, on_delete=models.CASCADE, related_name="aliases", verbose_name=_("person")
    )
    name = models.CharField(_("name"), max_length=NAME_LIMIT)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.KNOWN_AS)

    objects = OfPersonQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("alias")
        verbose_name_plural = _("aliases")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "name"],
                name="alias_once_per_person",
                violation_error_message=_("This name is on record already."),
            )
        ]

    def __str__(self) -> str:
        return self.name


class Contact(models.Model):
    """A telephone number or an e-mail address, and how it may be used without doing harm."""

    class Channel(models.TextChoices):
        PHONE = "phone", _("Telephone")
        EMAIL = "email", _("E-mail")

    person = models.ForeignKey(
        Person, on_delete=models.CASCADE, related_name="contacts", verbose_name=_("person")
    )
    channel = models.CharField(_("kind"), max_length=5, choices=Channel)
    value = models.CharField(_("number or address"), max_length=254, help_text="E.164, or lower case.")
    tail = models.CharField(max_length=7, blank=True, editable=False, db_index=True)  # see lib/phones.py
    whose = models.CharField(_("whose it is, if not the person's"), max_length=80, blank=True)
    may_call = models.BooleanField(_("calls"), default=True)
    may_text = models.BooleanField(_("text messages"), default=False)
    may_whatsapp = models.BooleanField(_("WhatsApp"), default=False)
    may_leave_message = models.BooleanField(_("messages left with whoever answers"), default=False)
    safe_from = models.TimeField(_("not before"), null=True, blank=True)
    safe_until = models.TimeField(_("not after"), null=True, blank=True)
    caution = models.CharField(_("caution"), max_length=200, blank=True)
    verified_at = models.DateTimeField(_("checked"), null=True, blank=True, editable=False)

    objects = OfPersonQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        ordering = ["channel", "pk"]
        indexes = [models.Index(fields=["value"], name="contact_by_value")]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "value"],
                name="contact_once_per_person",
                violation_error_message=_("This contact is on record already."),
            ),
            models.CheckConstraint(
                name="contact_safe_hours_have_both_ends",
                condition=Q(safe_from=None, safe_until=None)
                | Q(safe_from__isnull=False, safe_until__isnull=False, safe_from__lt=F("safe_until")),
                violation_error_message=_("Give both hours, the earlier one first, or none."),
            ),
        ]

    def __str__(self) -> str:
        return format_phone(self.value) if self.channel == self.Channel.PHONE else self.value

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.tail = tail_of(self.value) if self.channel == self.Channel.PHONE else ""
        super().save(*args, **kwargs)

    @property
    def may_be_used(self) -> bool:
        """Not a number that is only kept to recognise somebody by."""
        return self.channel == self.Channel.EMAIL or self.may_call or self.may_text or self.may_whatsapp

    def ways(self) -> list[str]:
        """How a telephone may be used."""
        if self.channel != self.Channel.PHONE:
            return []
        ways = {
            gettext("calls"): self.may_call,
            gettext("text messages"): self.may_text,
            "WhatsApp": self.may_whatsapp,
            gettext("Leave no message"): self.may_call and not self.may_leave_message,
        }
        return [way for way, applies in ways.items() if applies]


class IdentityDocument(models.Model):
    """A passport, card or permit that somebody has shown."""

    class Kind(models.TextChoices):
        PASSPORT = "passport", _("Passport")
        ID_CARD = "id_card", _("Identity card")
        RESIDENCE_PERMIT = "permit", _("Residence permit")
        VISA = "visa", _("Visa")
        CONSULAR_CARD = "consular", _("Consular card")
        BIRTH_CERTIFICATE = "birth", _("Birth certificate")
        OTHER = "other", _("Other document")

    # Only the country itself lets somebody in, or stay.
    OF_THIS_COUNTRY = frozenset({Kind.RESIDENCE_PERMIT, Kind.VISA})

    person = models.ForeignKey(
        Person, on_delete=models.CASCADE, related_name="documents_of_identity", verbose_name=_("person")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    number = models.CharField(_("number"), max_length=40)
    number_key = models.CharField(max_length=40, editable=False)
    country = models.CharField(_("issued by"), max_length=2, help_text="ISO 3166-1 alpha-2.")
    expires_on = models.DateField(_("valid until"), null=True, blank=True)
    # The day of expiry that the office was reminded of: a renewed document is reminded of again.
    reminded_of = models.DateField(null=True, blank=True, editable=False)

    objects = OfPersonQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("identity document")
        verbose_name_plural = _("identity documents")
        ordering = ["-expires_on", "pk"]
        indexes = [
            models.Index(fields=["number_key"], name="identity_by_number"),
            models.Index(fields=["expires_on"], name="identity_by_expiry"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "kind", "country", "number_key"],
                name="identity_document_once_per_person",
                violation_error_message=_("This document is on record already."),
            ),
            models.CheckConstraint(
                name="identity_document_has_a_number",
                condition=~Q(number_key=""),
                violation_error_message=_("Write the document's number."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.number} ({self.country})"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.number_key = document_key(self.number)
        super().save(*args, **kwargs)

    def clean(self) -> None:
        self.number_key = document_key(self.number)

    @property
    def is_expired(self) -> bool:
        return self.expires_on is not None and self.expires_on < timezone.localdate()

    @property
    def country_name(self) -> str:
        return nationality_name(self.country)


class NamePart(models.Model):
    """What a person's names are found by (lib/names.py): rebuilt whenever a name changes, shown to nobody."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="name_parts")
    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")
    spelling = models.CharField(max_length=40)
    sound = models.CharField(max_length=20)

    objects = OfPersonQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["municipality", "sound", "spelling"], name="name_part_by_sound")]

    def __str__(self) -> str:
        return self.spelling

    @classmethod
    def of(cls, person: Person, names: list[str]) -> "list[NamePart]":
        """The parts of all the names of one person, not saved yet."""
        parts = {part for name in names for part in parts_of(name)}
        return [
            cls(person=person, municipality_id=person.office.municipality_id, spelling=spelling, sound=sound)
            for spelling, sound in sorted(parts)
        ]


class MergeQuerySet(OfPersonQuerySet):
    """Merges are read by whoever reads the record that was kept."""

    person_path = "kept"
    office_path = "kept__office"

    def of(self, person: Person) -> Self:
        """Those that one record was part of, kept or gone."""
        return self.filter(Q(kept=person) | Q(gone=person))

    def standing(self) -> Self:
        return self.filter(undone_at=None)

    def undoable_by(self, user: User) -> Self:
        """Both records are there, and read by the one who takes them apart."""
        people = Person.objects.visible_to(user).filter(erased_at=None)
        return self.standing().filter(kept__in=people.filter(merged_into=None), gone__in=people)


class Merge(models.Model):
    """Two records of one person brought together: what moved, so that it can be undone."""

    kept = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="merges", verbose_name=_("kept record")
    )
    gone = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="mergers", verbose_name=_("merged record")
    )
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("when"), default=timezone.now, editable=False)
    # {"cases.enquiry": [3, 17]}: the rows that changed hands, by model.
    moved = models.JSONField(default=dict, editable=False)
    undone_at = models.DateTimeField(_("undone"), null=True, blank=True, editable=False)
    undone_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("undone by")
    )

    objects = MergeQuerySet.as_manager()

    class Meta:
        verbose_name = _("merge")
        verbose_name_plural = _("merges")
        ordering = ["-at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["gone"], condition=Q(undone_at=None), name="merge_stands_once_per_record"
            ),
            models.CheckConstraint(
                name="merge_undone_by_somebody",
                condition=Q(undone_at=None, undone_by=None)
                | Q(undone_at__isnull=False, undone_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.gone_id} -> {self.kept_id}"
