"""Short lists in memory: right at once about what this process changed, and after a minute about the rest."""

import pytest
from django.db import models

from cases.models import Enquiry, Topic
from gai_portal.lib import kept
from gai_portal.lib.kept import KeptForeignKey
from tests.factories import EnquiryFactory, TopicFactory


@pytest.fixture
def topic(db):
    return TopicFactory(code="RES.01", name_pt="Renovação")


def test_a_row_is_taken_from_memory(topic, count_queries):
    enquiry = EnquiryFactory(topic=topic)
    again = Enquiry.objects.get(pk=enquiry.pk)
    assert count_queries(lambda: str(again.topic)) == 0
    assert again.topic == topic
    assert not again.topic._state.adding


def test_what_this_process_saves_is_seen_at_once(topic):
    enquiry = EnquiryFactory(topic=topic)
    assert str(Enquiry.objects.get(pk=enquiry.pk).topic) == "Renovação"
    topic.name_pt = "Prorrogação"
    topic.save()
    assert str(Enquiry.objects.get(pk=enquiry.pk).topic) == "Prorrogação"


def test_what_another_process_saves_is_seen_after_a_minute(topic, monkeypatch):
    now = 1_000.0
    monkeypatch.setattr(kept, "monotonic", lambda: now)
    enquiry = EnquiryFactory(topic=topic)
    assert str(Enquiry.objects.get(pk=enquiry.pk).topic) == "Renovação"
    Topic.objects.update(name_pt="Prorrogação")
    assert str(Enquiry.objects.get(pk=enquiry.pk).topic) == "Renovação"
    now += kept.A_MINUTE
    assert str(Enquiry.objects.get(pk=enquiry.pk).topic) == "Prorrogação"


def test_a_row_that_came_later_is_found(topic):
    assert set(kept.kept(Topic)) == {"RES.01"}
    Topic.objects.bulk_create([Topic(code="TRA.01", name_pt="Contrato")])
    enquiry = EnquiryFactory(topic=topic)
    Enquiry.objects.filter(pk=enquiry.pk).update(topic="TRA.01")
    assert str(Enquiry.objects.get(pk=enquiry.pk).topic) == "Contrato"
    assert set(kept.kept(Topic)) == {"RES.01", "TRA.01"}


def test_each_reader_has_a_row_of_their_own(topic):
    one, other = EnquiryFactory(topic=topic), EnquiryFactory(topic=topic)
    mine = Enquiry.objects.get(pk=one.pk).topic
    mine.name_pt = "Outra coisa"
    assert str(Enquiry.objects.get(pk=other.pk).topic) == "Renovação"


def test_the_database_knows_nothing_of_it():
    field = Enquiry._meta.get_field("topic")
    assert isinstance(field, KeptForeignKey)
    assert field.deconstruct()[1] == f"{models.__name__}.ForeignKey"
