import datetime
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.template import Context, Template
from django.utils import translation
from hypothesis import given, strategies as st

from gai_portal.lib.formats import format_day, format_escudos, parse_escudos
from gai_portal.lib.forms import DayField, EscudosField


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("1500", "1500.00"),
        ("1.500", "1500.00"),
        ("1,500", "1500.00"),
        ("1.500$00", "1500.00"),
        ("1500$", "1500.00"),
        ("1 500,50", "1500.50"),
        ("1\u00a0500,5", "1500.50"),
        ("1500.50", "1500.50"),
        ("1.500.000$00", "1500000.00"),
        ("$50", "0.50"),
        ("250.000$00 CVE", "250000.00"),
        ("0", "0.00"),
    ],
)
def test_escudos_are_understood_as_people_write_them(typed, amount):
    assert parse_escudos(typed) == Decimal(amount)


@pytest.mark.parametrize(
    "typed", ["muito", "12a", "1.50.0", "1.5000", "1,2,3", "$", "", "1.500$0", "12,345.67.8", "١٢"]
)
def test_anything_else_is_refused_with_an_example(typed):
    with pytest.raises(ValidationError) as caught:
        parse_escudos(typed)
    assert "1.500$00" in caught.value.message


def test_an_amount_below_zero_or_beyond_reason_is_refused():
    with pytest.raises(ValidationError) as caught:
        parse_escudos("-5")
    assert caught.value.code == "negative"
    with pytest.raises(ValidationError) as caught:
        parse_escudos("9" * 400)
    assert caught.value.code == "too_large"


@given(st.decimals(min_value=0, max_value=10**11, places=2))
def test_what_is_written_is_read_back(amount):
    assert parse_escudos(format_escudos(amount)) == amount


def test_escudos_are_written_with_points_and_a_cifrao():
    assert format_escudos(Decimal("5500")) == "5.500$00"
    assert format_escudos(Decimal("1234567.5")) == "1.234.567$50"
    assert format_escudos(-3) == "-3$00"
    assert format_escudos(None) == ""


def test_the_amount_field_shows_and_reads_the_local_style():
    field = EscudosField()
    assert field.clean(" 1.500$00 ") == Decimal("1500.00")
    assert field.prepare_value(Decimal("250000")) == "250.000$00"
    assert field.prepare_value("muito") == "muito"
    assert not field.has_changed(Decimal("1500.00"), "1.500$00")
    assert field.has_changed(Decimal("1500.00"), "muito")
    assert EscudosField(required=False).clean("  ") is None


def test_a_day_is_picked_or_typed():
    with translation.override("pt"):
        assert DayField().clean("12/03/2026") == DayField().clean("2026-03-12") == datetime.date(2026, 3, 12)


@pytest.mark.parametrize(
    ("language", "long"), [("pt", "12 de março de 2026"), ("en", "12 March 2026"), ("fr", "12 mars 2026")]
)
def test_days_are_written_as_in_cabo_verde(language, long):
    day = datetime.date(2026, 3, 12)
    with translation.override(language):
        assert format_day(day) == long
        shown = Template('{{ day|date:"DATE_FORMAT" }} {{ day|date:"SHORT_DATE_FORMAT" }}')
        assert shown.render(Context({"day": day})) == f"{long} 12/03/2026"
    assert format_day(None) == ""
