"""The national level finds and downloads plans in the admin; nobody writes them there."""

import io
import zipfile

import pytest
from django.urls import reverse

from action_plans.models import Edition
from tests.action_plans.editions import STAND_IN, publish, published_plan
from tests.action_plans.factories import make_plan

PLANS = "admin:action_plans_plan_changelist"


@pytest.fixture
def edition(praia, approver_praia):
    return published_plan(praia, by=approver_praia)


@pytest.fixture(params=["dgi_officer", "dgi_admin"])
def national(request, client):
    user = request.getfixturevalue(request.param)
    client.force_login(user)
    return user


def download(client, *plans):
    fields = {"action": "download_pdf", "_selected_action": [plan.pk for plan in plans]}
    return client.post(reverse(PLANS), fields)


def test_plans_and_editions_are_found(client, national, edition):
    assert "Praia" in client.get(reverse(PLANS), {"q": "praia"}).content.decode()
    for name, pk in (("plan", edition.plan.pk), ("edition", edition.pk)):
        page = client.get(reverse(f"admin:action_plans_{name}_change", args=[pk]))
        assert page.status_code == 200
        assert 'name="_save"' not in page.content.decode()


def test_one_plan_comes_as_a_document_and_several_as_an_archive(client, national, edition, sal, planner_sal):
    second = publish(edition.plan)
    response = download(client, edition.plan)
    assert response.content == STAND_IN
    assert f"praia-2026-2028-{second.number}.pdf" in response["Content-Disposition"]
    other = published_plan(sal, by=planner_sal)
    archive = zipfile.ZipFile(io.BytesIO(download(client, edition.plan, other.plan).content))
    assert sorted(archive.namelist()) == ["praia-2026-2028-2.pdf", "sal-2026-2028-1.pdf"]


def test_a_plan_that_was_never_published_has_nothing_to_download(client, national, sal):
    response = download(client, make_plan(sal))
    assert response.status_code == 302


@pytest.mark.parametrize("action", ["change", "delete"])
def test_nobody_writes_an_edition_there(client, national, edition, action):
    address = reverse(f"admin:action_plans_edition_{action}", args=[edition.pk])
    assert client.post(address, {"number": 7, "post": "yes"}).status_code == 403
    assert client.get(reverse("admin:action_plans_edition_add")).status_code == 403
    assert Edition.objects.get().number == 1


def test_the_list_costs_the_same_for_few_and_many(client, dgi_officer, edition, sal, count_queries):
    client.force_login(dgi_officer)
    few = count_queries(lambda: client.get(reverse(PLANS)))
    published_plan(sal)
    assert count_queries(lambda: client.get(reverse(PLANS))) == few
