"""Where: the territory, its offices and the organisations around them."""

from datetime import date

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from gai_portal.lib.countries import nationality_name
from gai_portal.lib.reference import LoadedRow


class Island(LoadedRow):
    """An inhabited island, in the windward or the leeward group."""

    name = models.CharField(_("name"), max_length=60, unique=True)
    group = models.CharField(_("island group"), max_length=60)
    group_code = models.CharField(_("ISO 3166-2 code of the group"), max_length=6)
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("island")
        verbose_name_plural = _("islands")
        ordering = ["order", "name"]

    def __str__(self) -> str:
        return self.name


class Municipality(LoadedRow):
    """A municipality (concelho), known everywhere by its ISO 3166-2 code."""

    code = models.CharField(_("ISO 3166-2 code"), max_length=6, primary_key=True)
    island = models.ForeignKey(
        Island, on_delete=models.PROTECT, related_name="municipalities", verbose_name=_("island")
    )
    name = models.CharField(_("name"), max_length=80, help_text=_("As in law, without the island."))
    display_name = models.CharField(
        _("display name"),
        max_length=80,
        unique=True,
        help_text=_("Unmistakable: two share the name Tarrafal."),
    )
    alternative_name = models.CharField(_("other name"), max_length=80, blank=True)
    slug = models.SlugField(_("address"), max_length=80, unique=True)
    seat = models.CharField(_("seat"), max_length=80, blank=True)
    municipal_day = models.CharField(_("municipal day (mm-dd)"), max_length=5, blank=True)
    area_km2 = models.DecimalField(_("area (km²)"), max_digits=8, decimal_places=1, null=True, blank=True)
    ine_code = models.CharField(_("code of the statistics institute"), max_length=4, blank=True)
    longitude = models.FloatField(_("longitude of the centre"), null=True, blank=True)
    latitude = models.FloatField(_("latitude of the centre"), null=True, blank=True)
    geometry = models.JSONField(_("outline (GeoJSON)"), default=dict, blank=True, editable=False)
    sources = models.TextField(_("sources"), blank=True)
    notes = models.TextField(_("notes"), blank=True)

    class Meta:
        verbose_name = _("municipality")
        verbose_name_plural = _("municipalities")
        ordering = ["island__order", "display_name"]

    def __str__(self) -> str:
        return self.display_name

    def get_absolute_url(self) -> str:
        return reverse("municipality_detail", args=[self.slug])

    def clean(self) -> None:
        if self.municipal_day:
            try:
                date.fromisoformat(f"2024-{self.municipal_day}")  # a leap year: 29 February is a day
            except ValueError:
                message = _("Write the month and the day with two digits each, for example 05-19.")
                raise ValidationError({"municipal_day": message}) from None


# Of a figure: anything else is a slip of the finger.
FIRST_YEAR, LAST_YEAR = 1900, 2100
LARGEST_VALUE = 10**11

# Words for a figure's standing that the files use; any other is shown as it was written.
KNOWN_STATUSES = {"preliminary": _("preliminary"), "final": _("final")}


class DemographicFigure(LoadedRow):
    """A known number about a municipality's people, with its year and source. Unknown ones have no row.

    The national level's figures (reference files, admin) and the municipality's own stand side by side:
    neither ever overwrites the other.
    """

    class Kind(models.TextChoices):
        POPULATION = "population", _("Resident population")
        FOREIGN_RESIDENTS = "foreign_residents", _("Foreign residents (estimate)")
        FOREIGN_WOMEN = "foreign_women", _("Foreign residents: women")
        FOREIGN_MINORS = "foreign_minors", _("Foreign residents under 18")
        FOREIGN_PUPILS = "foreign_pupils", _("Foreign pupils at school")
        FOREIGN_INSURED = "foreign_insured", _("Foreign workers in social security")
        IMMIGRANT_SHARE = "immigrant_share", _("Share of the country's immigrants (%)")

    class Origin(models.TextChoices):
        NATIONAL = "national", _("National level")
        MUNICIPAL = "municipal", _("Municipality")

    municipality = models.ForeignKey(
        Municipality, on_delete=models.CASCADE, related_name="figures", verbose_name=_("municipality")
    )
    kind = models.CharField(_("figure"), max_length=30, choices=Kind)
    nationality = models.CharField(
        _("nationality"),
        max_length=2,
        blank=True,
        help_text=_("Of foreign residents only, where it is known how many come from one country."),
    )
    year = models.PositiveSmallIntegerField(
        _("year"), validators=[MinValueValidator(FIRST_YEAR), MaxValueValidator(LAST_YEAR)]
    )
    value = models.DecimalField(_("value"), max_digits=12, decimal_places=1)
    status = models.CharField(
        _("status"), max_length=60, blank=True, help_text=_("For example: preliminary.")
    )
    source = models.TextField(_("source"), max_length=500, blank=True)
    origin = models.CharField(
        _("entered by"), max_length=10, choices=Origin, default=Origin.NATIONAL, editable=False
    )

    history = HistoricalRecords(excluded_fields=["loaded"])

    class Meta:
        verbose_name = _("demographic figure")
        verbose_name_plural = _("demographic figures")
        ordering = ["municipality", "kind", "year"]
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "kind", "nationality", "year", "origin"],
                name="figure_once_per_municipality_kind_year_and_origin",
                violation_error_message=_(
                    "There is a figure of this kind and year already: correct that one."
                ),
            ),
            models.CheckConstraint(
                name="figure_not_negative",
                condition=Q(value__gte=0),
                violation_error_message=_("A figure cannot be below zero."),
            ),
            models.CheckConstraint(
                name="figure_share_at_most_a_hundred",
                condition=~Q(kind="immigrant_share") | Q(value__lte=100),
                violation_error_message=_("A percentage cannot be above 100."),
            ),
            models.CheckConstraint(
                name="figure_by_nationality_only_of_foreign_residents",
                condition=Q(nationality="") | Q(kind="foreign_residents"),
                violation_error_message=_("Only foreign residents are told by nationality."),
            ),
            models.CheckConstraint(
                name="figure_of_a_municipality_has_a_source",
                condition=~Q(origin="municipal") | ~Q(source=""),
                violation_error_message=_("Say where the figure comes from."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.municipality}, {self.label} {self.year}: {self.value}"

    def clean(self) -> None:
        if self.value is None:
            return
        is_share = self.kind == self.Kind.IMMIGRANT_SHARE
        problem = None
        if self.value < 0:
            problem = _("A figure cannot be below zero.")
        elif is_share and self.value > 100:
            problem = _("A percentage cannot be above 100.")
        elif not is_share and self.value % 1:
            problem = _("People are counted in whole numbers.")
        elif self.value * 10 % 1:
            problem = _("One decimal is enough.")
        elif self.value >= LARGEST_VALUE:
            problem = _("This number is too large. Check the number of zeros.")
        if problem:
            raise ValidationError({"value": problem})

    @property
    def label(self) -> str:
        """What the figure counts, with the nationality where it has one."""
        kind = str(self.get_kind_display())
        return f"{kind}: {nationality_name(self.nationality)}" if self.nationality else kind

    @property
    def is_municipal(self) -> bool:
        return self.origin == self.Origin.MUNICIPAL

    @property
    def shown_value(self) -> str:
        """People are counted whole; a share keeps its decimal."""
        return number_format(self.value, decimal_pos=1 if self.value % 1 else 0, force_grouping=True)

    @property
    def shown_status(self) -> str:
        return str(KNOWN_STATUSES.get(self.status, self.status))


class Office(models.Model):
    """A support office of a municipality. What is not known stays empty and is shown as not known."""

    municipality = models.ForeignKey(
        Municipality, on_delete=models.PROTECT, related_name="offices", verbose_name=_("municipality")
    )
    code = models.SlugField(
        _("code"),
        max_length=6,
        unique=True,
        help_text=_("Two letters, then a digit from the second office on."),
    )
    name = models.CharField(_("name"), max_length=120)
    address = models.TextField(_("address"), blank=True)
    hours_pt = models.TextField(_("opening hours (Portuguese)"), blank=True)
    hours_en = models.TextField(_("opening hours (English)"), blank=True)
    hours_fr = models.TextField(_("opening hours (French)"), blank=True)
    phone = models.CharField(_("phone"), max_length=30, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    services_pt = models.TextField(_("services (Portuguese)"), blank=True)
    services_en = models.TextField(_("services (English)"), blank=True)
    services_fr = models.TextField(_("services (French)"), blank=True)
    is_open = models.BooleanField(_("open to the public"), default=True)

    class Meta:
        verbose_name = _("office")
        verbose_name_plural = _("offices")
        ordering = ["municipality", "code"]

    def __str__(self) -> str:
        return self.name


class Partner(LoadedRow):
    """An organisation that referrals go to and that takes part in plans."""

    class Kind(models.TextChoices):
        PUBLIC = "public", _("Public service")
        CIVIL = "civil", _("Civil society")
        INTERNATIONAL = "international", _("International organisation")
        FOREIGN = "foreign", _("Foreign representation")
        PRIVATE = "private", _("Private sector")
        EDUCATION = "education", _("Education and research")

    code = models.CharField(_("code"), max_length=20, unique=True)
    name_pt = models.CharField(_("name (Portuguese)"), max_length=160)
    name_en = models.CharField(_("name (English)"), max_length=160, blank=True)
    name_fr = models.CharField(_("name (French)"), max_length=160, blank=True)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind, blank=True)
    phone = models.CharField(
        _("phone"),
        max_length=60,
        blank=True,
        help_text=_("The number that a desk calls, as it is dialled in the country."),
    )
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("partner")
        verbose_name_plural = _("partners")
        ordering = ["name_pt"]

    def __str__(self) -> str:
        return f"{self.code} · {self.name_pt}"
