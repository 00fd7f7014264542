"""Money and days as they are written in Cabo Verde. Amounts are in escudos (CVE)."""

import datetime
import re
from decimal import Decimal

from babel.dates import format_date
from django.core.exceptions import ValidationError
from django.utils.translation import get_language, gettext_lazy as _

# Django's own Portuguese writes "5 de Março"; naming the months here lets our catalogue write "5 de março".
MONTHS = (
    _("January"),
    _("February"),
    _("March"),
    _("April"),
    _("May"),
    _("June"),
    _("July"),
    _("August"),
    _("September"),
    _("October"),
    _("November"),
    _("December"),
)

BABEL_LOCALES = {"en": "en_GB", "pt": "pt_PT", "fr": "fr"}

MAX_AMOUNT_DIGITS = 12
SPACES = re.compile(r"[\s\u00a0\u202f\u2009]+")
CURRENCY = re.compile(r"^(?:CVE|ECV|ESC\.?)|(?:CVE|ECV|ESC\.?|ESCUDOS?)$", re.IGNORECASE)
# 1500 | 1.500 | 1,500 | 1.500.000, then the cents after $ , or .
AMOUNT = re.compile(
    r"^(?P<whole>\d+|\d{1,3}(?:\.\d{3})+|\d{1,3}(?:,\d{3})+|)(?:\$(?P<cifrao>\d{2})?|[.,](?P<cents>\d{1,2}))?$",
    re.ASCII,
)


def parse_escudos(text: str) -> Decimal:
    """The amount that somebody typed: `1.500$00`, `1500`, `1.500`, `1 500,50`.

    A separator before exactly three digits groups thousands, since an escudo has only a hundred cents.
    """
    compact = CURRENCY.sub("", SPACES.sub("", str(text)))
    if compact.startswith("-"):
        raise ValidationError(_("An amount cannot be below zero."), code="negative")
    match = AMOUNT.match(compact)
    if match is None or not any(character.isdigit() for character in compact):
        raise ValidationError(
            _("Write the amount in escudos with digits only, for example 1.500$00 or 1500."), code="invalid"
        )
    whole = re.sub(r"\D", "", match["whole"]) or "0"
    if len(whole.lstrip("0")) > MAX_AMOUNT_DIGITS:
        raise ValidationError(_("This amount is too large. Check the number of zeros."), code="too_large")
    cents = (match["cifrao"] or match["cents"] or "").ljust(2, "0")
    return Decimal(f"{int(whole)}.{cents}")


def parse_number(text: str) -> Decimal:
    """The number that somebody typed or a spreadsheet wrote: `1234`, `1.234`, `1 234,5`, `12.5`.

    A full stop before exactly three digits groups thousands, as in amounts.
    """
    compact = SPACES.sub("", str(text))
    if re.fullmatch(r"\d{1,3}(\.\d{3})+(,\d+)?", compact, re.ASCII):
        compact = compact.replace(".", "")
    compact = compact.replace(",", ".")
    if not re.fullmatch(r"-?\d{1,12}(\.\d+)?", compact, re.ASCII):
        raise ValidationError(_("Write a number with digits only, for example 1234 or 12,5."), code="invalid")
    return Decimal(compact)


def format_escudos(amount: Decimal | int | None) -> str:
    """`5.500$00`, whatever the language; nothing for no amount."""
    if amount is None:
        return ""
    whole, cents = divmod(abs(round(Decimal(amount) * 100)), 100)
    sign = "-" if amount < 0 else ""
    return f"{sign}{whole:,}".replace(",", ".") + f"${cents:02d}"


def format_cve(amount: Decimal | int) -> str:
    """`1 500 CVE`, for whoever does not know the cifrão; the spaces do not break."""
    whole, cents = divmod(round(Decimal(amount) * 100), 100)
    groups = f"{whole:,}".replace(",", "\N{NO-BREAK SPACE}") + (f",{cents:02d}" if cents else "")
    return f"{groups}\N{NO-BREAK SPACE}CVE"


def format_day(day: datetime.date | None) -> str:
    """`12 de março de 2026`, in the active language."""
    if day is None:
        return ""
    language = (get_language() or "pt").split("-")[0]
    return format_date(day, "long", locale=BABEL_LOCALES.get(language, language))
