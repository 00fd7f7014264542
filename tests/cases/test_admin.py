"""The desk's reference data in the admin."""

from io import BytesIO

import pytest
from django.contrib import admin
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from tablib import Dataset

from cases.models import Channel, Checklist, Enquiry, Topic
from cases.resources import TopicResource
from tests.factories import ChannelFactory, TopicFactory


def test_enquiries_and_their_history_are_not_in_the_admin():
    assert not {Enquiry, Enquiry.history.model} & admin.site._registry.keys()


@pytest.mark.parametrize(
    ("person", "name", "status"),
    [
        ("dgi_admin", "cases_channel_changelist", 200),
        ("dgi_officer", "cases_channel_changelist", 200),
        ("dgi_admin", "cases_channel_add", 200),
        ("dgi_officer", "cases_channel_add", 403),
        ("dgi_officer", "cases_topic_add", 200),
        ("dgi_officer", "cases_topic_import", 200),
        ("dgi_officer", "cases_checklist_add", 403),
        ("dgi_admin", "cases_checklist_add", 200),
        ("dgi_admin", "cases_outcome_add", 200),
        ("dgi_admin", "cases_deadlinerule_add", 200),
    ],
)
def test_officers_write_topics_and_administrators_everything(client, request, person, name, status):
    client.force_login(request.getfixturevalue(person))
    assert client.get(reverse(f"admin:{name}")).status_code == status


def test_a_code_once_given_stays(client, dgi_admin):
    channel = ChannelFactory()
    client.force_login(dgi_admin)
    client.post(
        reverse("admin:cases_channel_change", args=[channel.pk]),
        {"code": "other", "name_pt": "Ao balcão", "order": "0", "is_active": "on"},
    )
    assert list(Channel.objects.values_list("code", "name_pt")) == [("in_person", "Ao balcão")]


def test_nothing_is_deleted_in_the_admin(client, dgi_admin):
    TopicFactory(code="RES")
    client.force_login(dgi_admin)
    assert client.get(reverse("admin:cases_topic_delete", args=["RES"])).status_code == 403


def test_a_checklist_is_edited_with_its_documents(client, dgi_admin):
    checklist = Checklist.objects.create(code="VISA", name_pt="Visto")
    client.force_login(dgi_admin)
    assert client.get(reverse("admin:cases_checklist_change", args=[checklist.pk])).status_code == 200


def test_topics_come_back_as_they_went_out(partner):
    group = TopicFactory(code="RES", name_pt="=Residência")
    topic = TopicFactory(code="RES.02", parent=group, is_sensitive=True, name_en="Renewal")
    topic.partners.add(partner)
    out = TopicResource().export()
    assert "'=Residência" in out["name_pt"]
    Topic.objects.filter(code="RES.02").update(name_en="", is_sensitive=False)
    topic.partners.clear()
    assert not TopicResource().import_data(Dataset().load(out.csv, format="csv")).has_errors()
    topic.refresh_from_db()
    group.refresh_from_db()
    assert (topic.parent, topic.is_sensitive, topic.name_en) == (group, True, "Renewal")
    assert list(topic.partners.all()) == [partner]
    assert group.name_pt == "=Residência"


def test_a_faulty_line_is_told_before_anything_is_imported(client, dgi_officer):
    client.force_login(dgi_officer)
    upload = SimpleUploadedFile("topics.csv", BytesIO(b"code,group,name_pt,order\nRES.09,NONE,,x\n").read())
    response = client.post(reverse("admin:cases_topic_import"), {"import_file": upload, "format": "0"})
    assert response.status_code == 200
    assert not Topic.objects.exists()
