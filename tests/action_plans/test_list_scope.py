"""Lists name only what their reader may know of: the other municipality's row is there, and is not shown."""

import pytest
from django.urls import reverse

from tests.action_plans.factories import TemplateFactory, issued_template, make_plan


@pytest.fixture
def plans(praia, sal):
    return make_plan(praia), make_plan(sal)


def page(client, user, name):
    client.force_login(user)
    return client.get(reverse(f"action_plans:{name}"))


def test_a_planner_finds_only_her_own_plans(client, plans, planner_praia):
    own, other = plans
    html = page(client, planner_praia, "plan_list").text
    assert own.get_absolute_url() in html
    assert other.get_absolute_url() not in html


def test_the_national_level_finds_all_plans(client, plans, dgi_officer):
    html = page(client, dgi_officer, "plan_list").text
    assert all(plan.get_absolute_url() in html for plan in plans)


@pytest.mark.parametrize("person", ["guest", "planner_praia", "desk_praia"])
def test_a_draft_of_the_template_is_in_no_list_but_the_national_one(request, client, dgi_officer, person):
    issued = issued_template(number=1)
    draft = TemplateFactory(number=2)
    html = page(client, request.getfixturevalue(person), "template_list").text
    assert issued.get_absolute_url() in html
    assert draft.get_absolute_url() not in html
    assert draft.get_absolute_url() in page(client, dgi_officer, "template_list").text
