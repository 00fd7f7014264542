"""Nobody reads by filtering: an address of the admin asks only what the page's own filters ask."""

from http import HTTPStatus

import pytest
from django.contrib import admin
from django.contrib.auth.hashers import make_password
from django.test import RequestFactory
from django.urls import reverse

from tests.factories import EnquiryFactory, OfficeFactory, TopicFactory

ADMINS = [pytest.param(found, id=found.model._meta.label_lower) for found in admin.site._registry.values()]
ENDINGS = ["", "__exact", "__pk", "__id__gte", "__in", "__isnull", "__note__contains", "__user", "__regex"]
# What a filter may ask of another table: an administrator, who reads all memberships, picks people by them.
KNOWN = {"accounts.user": {"memberships__role", "memberships__municipality"}}


def reverse_relations(model) -> set[str]:
    """The names by which a lookup would go from a row to those that point to it, hidden ones too."""
    names = {"+"}
    for field in model._meta.get_fields(include_hidden=True):
        if field.auto_created and not field.concrete:
            names |= {field.name, field.field.related_query_name()}
    return names


@pytest.fixture
def asked_by(rf: RequestFactory, dgi_admin):
    request = rf.get("/")
    request.user = dgi_admin
    return request


@pytest.mark.parametrize("model_admin", ADMINS)
def test_no_filter_goes_to_the_rows_that_point_here(model_admin, asked_by):
    followed = [
        name + ending
        for name in reverse_relations(model_admin.model)
        for ending in ENDINGS
        if model_admin.lookup_allowed(name + ending, "1", asked_by)
    ]
    assert followed == []


@pytest.mark.parametrize("model_admin", ADMINS)
def test_a_filter_that_crosses_to_another_table_is_named_here(model_admin):
    reverse = reverse_relations(model_admin.model)
    crossing = {path for path in model_admin.list_filter if path.split("__")[0] in reverse}
    assert crossing == KNOWN.get(model_admin.model._meta.label_lower, set())


@pytest.mark.parametrize("model_admin", ADMINS)
def test_no_filter_asks_for_a_password(model_admin, asked_by):
    people = [
        field.name for field in model_admin.model._meta.get_fields() if field.related_model and field.name
    ]
    for path in ["password", *(f"{name}__password" for name in [*people, "user", "by", "author"])]:
        for ending in ["", "__exact", "__startswith", "__contains", "__regex", "__gte", "__length"]:
            assert not model_admin.lookup_allowed(path + ending, "argon2", asked_by)


@pytest.mark.parametrize("model_admin", ADMINS)
def test_what_the_filters_of_a_page_ask_is_answered(model_admin, asked_by):
    page = model_admin.get_changelist_instance(asked_by)
    for spec in page.get_filters(asked_by)[0]:
        for parameter in spec.expected_parameters():
            assert model_admin.lookup_allowed(parameter, "1", asked_by), parameter


@pytest.mark.parametrize("person", ["dgi_officer", "dgi_admin"])
def test_the_national_level_cannot_ask_which_topic_an_enquiry_is_about(request, client, office_praia, person):
    client.force_login(request.getfixturevalue(person))
    enquiry = EnquiryFactory(office=office_praia, topic=TopicFactory(restricted=True))
    for url in (
        f"{reverse('admin:cases_topic_changelist')}?%2B={enquiry.pk}",
        f"{reverse('admin:cases_topic_changelist')}?%2B__id__gte=1",
        f"{reverse('admin:cases_channel_changelist')}?%2B={enquiry.pk}",
        f"{reverse('admin:municipalities_office_changelist')}?enquiries={enquiry.pk}",
        f"{reverse('admin:municipalities_office_changelist')}?enquiries__id__gte=1",
        f"{reverse('admin:cases_topic_export')}?%2B={enquiry.pk}",
    ):
        assert client.get(url).status_code == HTTPStatus.BAD_REQUEST, url


def test_an_administrator_cannot_find_a_password_letter_by_letter(client, dgi_admin, desk_praia):
    desk_praia.password = make_password("a password of the desk")
    desk_praia.save()
    client.force_login(dgi_admin)
    for lookup in ("password", "password__startswith", "password__contains", "password__regex"):
        url = f"{reverse('admin:accounts_user_changelist')}?{lookup}={desk_praia.password[:3]}"
        assert client.get(url).status_code == HTTPStatus.BAD_REQUEST, url


@pytest.mark.parametrize("query", ["code__regex=(", "slug__regex=(a%2B)%2B%24", "name__iregex=["])
def test_an_expression_is_no_filter(client, dgi_officer, query):
    OfficeFactory()
    client.force_login(dgi_officer)
    url = f"{reverse('admin:municipalities_office_changelist')}?{query}"
    assert client.get(url).status_code == HTTPStatus.BAD_REQUEST


def test_an_administrator_still_picks_people_by_role(client, dgi_admin, desk_praia):
    client.force_login(dgi_admin)
    url = reverse("admin:accounts_user_changelist")
    page = client.get(url, {"memberships__role__exact": "officer", "is_active__exact": "1"})
    assert [user.pk for user in page.context["cl"].queryset] == [desk_praia.pk]
