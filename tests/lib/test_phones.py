"""Telephone numbers: typed as people write them, kept in one form."""

import pytest
from django.core.exceptions import ValidationError

from gai_portal.lib.phones import format_phone, parse_phone, tail_of


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("991 23 45", "+2389912345"),
        ("9912345", "+2389912345"),
        ("+238 991-23-45", "+2389912345"),
        ("00238 9912345", "+2389912345"),
        ("00245 955 123 456", "+245955123456"),
        ("+221 77 123 45 67", "+221771234567"),
        ("+86 138 0013 8000", "+8613800138000"),
    ],
)
def test_a_number_is_understood_however_it_is_written(typed, kept):
    assert parse_phone(typed) == kept


@pytest.mark.parametrize("typed", ["", "12345", "pergunte à irmã", "+999 123", "991 23 45 67 89 10", "+"])
def test_what_is_no_number_is_refused(typed):
    with pytest.raises(ValidationError) as refused:
        parse_phone(typed)
    assert refused.value.code == "invalid_phone"


def test_a_home_number_is_read_out_without_its_country():
    assert format_phone("+2389912345") == "991 23 45"
    assert format_phone("+221771234567") == "+221 77 123 45 67"
    assert format_phone("not a number") == "not a number"


def test_another_country_has_home_numbers_of_its_own(settings):
    settings.COUNTRY_CODE = "SN"
    assert parse_phone("77 123 45 67") == "+221771234567"


def test_the_last_seven_digits_find_a_number_whose_beginning_is_left_out():
    assert tail_of("+238 991 23 45") == tail_of("9912345") == "9912345"
    assert tail_of("12 34") == ""
