"""The admin: every registered model x every kind of person, as the roles table says."""

from http import HTTPStatus

import pytest
from django.apps import apps
from django.contrib import admin
from django.urls import reverse

from tests.access_table import PEOPLE

ADMINISTRATORS = {"dgi_admin"}
NATIONAL = {"dgi_officer", "dgi_admin"}
NOBODY: set[str] = set()

# Who reads, who adds, who changes, who deletes. Written down here, and not taken from the code under test.
RIGHTS = {
    "accounts.user": (ADMINISTRATORS, ADMINISTRATORS, ADMINISTRATORS, NOBODY),
    "accounts.membership": (ADMINISTRATORS, ADMINISTRATORS, ADMINISTRATORS, NOBODY),
    "accounts.accesslog": (ADMINISTRATORS, NOBODY, NOBODY, NOBODY),
    "municipalities.island": (NATIONAL, ADMINISTRATORS, ADMINISTRATORS, NOBODY),
    "municipalities.municipality": (NATIONAL, ADMINISTRATORS, ADMINISTRATORS, NOBODY),
    "municipalities.demographicfigure": (NATIONAL, ADMINISTRATORS, ADMINISTRATORS, ADMINISTRATORS),
    "municipalities.office": (NATIONAL, ADMINISTRATORS, ADMINISTRATORS, NOBODY),
    "municipalities.partner": (NATIONAL, ADMINISTRATORS, ADMINISTRATORS, NOBODY),
    "action_plans.template": (NATIONAL, NOBODY, NATIONAL, NOBODY),
    "action_plans.templatesection": (NATIONAL, NATIONAL, NATIONAL, NATIONAL),
    "action_plans.templatearea": (NATIONAL, NATIONAL, NATIONAL, NATIONAL),
    "action_plans.templateobjective": (NATIONAL, NATIONAL, NATIONAL, NATIONAL),
    "action_plans.templatemeasure": (NATIONAL, NATIONAL, NATIONAL, NATIONAL),
    "action_plans.templateindicator": (NATIONAL, NATIONAL, NATIONAL, NATIONAL),
    "action_plans.strategy": (NATIONAL, NATIONAL, NATIONAL, NOBODY),
    "action_plans.strategicgoal": (NATIONAL, NATIONAL, NATIONAL, NOBODY),
    "action_plans.strategicindicator": (NATIONAL, NATIONAL, NATIONAL, NOBODY),
    "action_plans.frameworktarget": (NATIONAL, NATIONAL, NATIONAL, NOBODY),
    "action_plans.topicarea": (NATIONAL, NOBODY, NOBODY, NOBODY),
    "action_plans.plan": (NATIONAL, NOBODY, NOBODY, NOBODY),
    "action_plans.edition": (NATIONAL, NOBODY, NOBODY, NOBODY),
    "cases.topic": (NATIONAL, NATIONAL, NATIONAL, NOBODY),
    "cases.channel": (NATIONAL, ADMINISTRATORS, ADMINISTRATORS, NOBODY),
    "cases.checklist": (NATIONAL, ADMINISTRATORS, ADMINISTRATORS, NOBODY),
    "cases.deadlinerule": (NATIONAL, ADMINISTRATORS, ADMINISTRATORS, NOBODY),
    "cases.language": (NATIONAL, ADMINISTRATORS, ADMINISTRATORS, NOBODY),
    "cases.legalstatus": (NATIONAL, ADMINISTRATORS, ADMINISTRATORS, NOBODY),
    "cases.outcome": (NATIONAL, ADMINISTRATORS, ADMINISTRATORS, NOBODY),
    "cases.requestertype": (NATIONAL, ADMINISTRATORS, ADMINISTRATORS, NOBODY),
}
# People's records are no business of the national level, not even by accident.
DESK = {model._meta.model_name for model in apps.get_app_config("cases").get_models()} - {
    label.partition(".")[2] for label in RIGHTS
}
NEVER_HERE = DESK | {
    "enquiry",
    "person",
    "consent",
    "draft",
    "notice",
    "onetimekey",
    "session",
    "emailaddress",
}

STEPS = [("changelist", "get"), ("add", "get"), ("change", "post"), ("delete", "post")]
CASES = [
    pytest.param(model, step, method, allowed, id=f"{model}-{step}")
    for model, rights in RIGHTS.items()
    for (step, method), allowed in zip(STEPS, rights, strict=True)
]


@pytest.mark.once
@pytest.mark.parametrize(("model", "step", "method", "allowed"), CASES)
def test_who_may_do_what_in_the_admin(request, one_by_one, model, step, method, allowed):
    users = {person: request.getfixturevalue(person) for person in PEOPLE if person != "anonymous"}
    # Rights are asked before the row is fetched: one that does not exist is enough, and sends back.
    arguments = ["0"] if step in {"change", "delete"} else []
    url = reverse(f"admin:{model.replace('.', '_')}_{step}", args=arguments)
    found = {person: getattr(client, method)(url).status_code for person, client in one_by_one(users)}
    refused = {person for person, status in found.items() if status == HTTPStatus.FORBIDDEN}
    assert set(found.values()) <= {HTTPStatus.OK, HTTPStatus.FOUND, HTTPStatus.FORBIDDEN}
    assert refused == users.keys() - allowed


def test_every_registered_model_has_its_rights_written_down():
    assert {model._meta.label_lower for model in admin.site._registry} == set(RIGHTS)


def test_nothing_withheld_is_in_the_admin():
    assert not {model._meta.model_name for model in admin.site._registry} & NEVER_HERE


@pytest.mark.parametrize("person", [p for p in PEOPLE if p != "anonymous"])
def test_the_admin_opens_to_the_national_level_only(request, client, db, person):
    client.force_login(request.getfixturevalue(person))
    expected = HTTPStatus.OK if person in NATIONAL else HTTPStatus.FORBIDDEN
    assert client.get("/admin/").status_code == expected
    expected = HTTPStatus.FOUND if person in NATIONAL else HTTPStatus.FORBIDDEN
    assert client.get("/admin/login/").status_code == expected


@pytest.mark.parametrize("path", ["/admin/", "/admin/login/", "/admin/accounts/user/"])
def test_without_a_session_the_admin_leads_to_the_sign_in_page(client, db, path):
    last_address, _status = client.get(path, follow=True).redirect_chain[-1]
    assert last_address.startswith("/accounts/login/?next=/admin/")


def test_the_admin_wears_the_head_of_the_portal(client, dgi_admin, settings):
    settings.DEMO = True
    client.force_login(dgi_admin)
    html = client.get("/admin/", headers={"accept-language": "pt"}).text
    for words in ("Demonstração.", "Administração nacional", "Estratégia, modelo e planos", "css/admin.css"):
        assert words in html
    assert "Action_Plans" not in html


def test_accents_send_no_name_behind_the_last_letter(client, dgi_admin):
    client.force_login(dgi_admin)
    html = client.get(reverse("admin:index"), headers={"accept-language": "pt"}).content.decode()
    places = [html.index(f">{name}</a>") for name in ("Áreas", "Capítulos", "Planos municipais")]
    assert places == sorted(places)
