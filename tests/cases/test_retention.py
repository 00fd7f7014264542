"""Every field of the desk that can hold something about a person is accounted for."""

import pytest
from django.apps import apps
from django.db import IntegrityError
from django.utils import timezone

from cases.models import Case, ReferenceRow
from cases.retention import CASE, FIELDS, PERSON, Fate
from tests.factories import EnquiryFactory


def test_every_field_at_the_desk_has_a_fate():
    models = [
        model for model in apps.get_app_config("cases").get_models() if not issubclass(model, ReferenceRow)
    ]
    columns = {model.__name__: {field.name for field in model._meta.concrete_fields} for model in models}
    assert {name: set(fates) for name, fates in FIELDS.items()} == columns


def test_every_record_that_tells_of_somebody_has_a_way_to_them():
    telling = {Fate.EMPTY, Fate.ROW, Fate.SHELL}
    of_somebody = {name for name, fates in FIELDS.items() if telling & set(fates.values())}
    assert {name for name in of_somebody if not name.startswith("Historical")} == set(PERSON)


def test_every_record_of_a_case_that_holds_words_is_emptied_with_it():
    leading = {
        relation.related_model.__name__
        for relation in Case._meta.related_objects
        if {Fate.EMPTY, Fate.ROW} & set(FIELDS[relation.related_model.__name__].values())
    }
    # An enquiry has a life of its own; the rows of the history go with their record.
    assert {name for name in leading if not name.startswith("Historical")} - {"Enquiry"} <= set(CASE)


def test_an_enquiry_is_voided_by_somebody(db):
    with pytest.raises(IntegrityError, match="enquiry_voided_by_somebody"):
        EnquiryFactory(voided_at=timezone.now())
