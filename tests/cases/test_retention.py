"""Every field of the desk that can hold something about a person is accounted for."""

import pytest
from django.apps import apps
from django.db import IntegrityError
from django.utils import timezone

from cases.models import ReferenceRow
from cases.retention import FIELDS
from tests.factories import EnquiryFactory


def test_every_field_at_the_desk_has_a_fate():
    models = [
        model for model in apps.get_app_config("cases").get_models() if not issubclass(model, ReferenceRow)
    ]
    columns = {model.__name__: {field.name for field in model._meta.concrete_fields} for model in models}
    assert {name: set(fates) for name, fates in FIELDS.items()} == columns


def test_an_enquiry_is_voided_by_somebody(db):
    with pytest.raises(IntegrityError, match="enquiry_voided_by_somebody"):
        EnquiryFactory(voided_at=timezone.now())
