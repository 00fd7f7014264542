"""Telephone numbers: typed as people write them, kept in the one international form (E.164)."""

import phonenumbers
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from phonenumbers import NumberParseException, PhoneNumberFormat

TAIL = 7  # digits by which a number is found when its beginning was left out


def parse_phone(text: str) -> str:
    """`+2389912345` for `991 23 45`; a number of another country starts with + or 00."""
    text = "".join(text.split())
    text = f"+{text[2:]}" if text.startswith("00") else text
    try:
        number = phonenumbers.parse(text, settings.COUNTRY_CODE)
    except NumberParseException:
        number = None
    if number is None or not phonenumbers.is_valid_number(number):
        raise ValidationError(
            _("This is no telephone number. Start one of another country with + and its code."),
            code="invalid_phone",
        )
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def format_phone(number: str) -> str:
    """A kept number as it is read out: a home number without its country."""
    try:
        parsed = phonenumbers.parse(number)
    except NumberParseException:
        return number
    is_home = phonenumbers.region_code_for_number(parsed) == settings.COUNTRY_CODE
    form = PhoneNumberFormat.NATIONAL if is_home else PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(parsed, form)


def tail_of(text: str) -> str:
    """The last digits of a number, however it was written; empty for too few of them."""
    digits = "".join(letter for letter in text if letter.isdigit())
    return digits[-TAIL:] if len(digits) >= TAIL else ""
